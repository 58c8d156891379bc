/* SPDX-License-Identifier: MIT */
/*
 * park: the raw stack set aside at the start of a capture and put back when
 * the program goes on. While it is parked the frames return one by one; what
 * they leave behind on the stack does not matter.
 */
#ifndef CKPTLIB_PARK_H
#define CKPTLIB_PARK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copies the stack from here up to the base. Returns 0; then 1, a second
 * time, after ckpti_unpark; -ENOMEM when there is no room.
 */
int ckpti_park(void) __attribute__((returns_twice));

/* Puts the stack back and goes on behind the last ckpti_park. */
void ckpti_unpark(void) __attribute__((noreturn));

/* The bytes that `addr` had when the stack was parked, or that were noted. */
const void *ckpti_parked(const void *addr);

/*
 * Notes the bytes of a variable of a frame that has not returned yet, for the
 * image: a compiler that sees a variable's address go to nobody but ckpt_save
 * may keep its value in a register until then (clang does). What is put back
 * does not change: at the poll the place may have held something else, such as
 * a caller's copy of a parameter. 0 or -ENOMEM.
 */
int ckpti_park_note(const void *addr, size_t size);

/* Bytes of stack that are parked. */
size_t ckpti_parked_size(void);

/* Addresses of the stack, used or not, and of the second range below. */
struct ckpti_park_ranges {
	uintptr_t stack_low, stack_high, also_low, also_high;
};
void ckpti_park_ranges(struct ckpti_park_ranges *ret_ranges);

/* A second range, of resumed frames' variables, to be parked with it. */
void ckpti_park_also(char *base, size_t size);

/*
 * Runs body(arg); its callers' frames are not parked. With stack_bytes > 0 it
 * runs on a stack of its own of that size, where memory allows.
 */
int ckpti_park_run(int (*body)(void *arg), void *arg, size_t stack_bytes);

#endif
