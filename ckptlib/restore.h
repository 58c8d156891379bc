/* SPDX-License-Identifier: MIT */
/* restore: a process becomes what an image says. */
#ifndef CKPTLIB_RESTORE_H
#define CKPTLIB_RESTORE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Makes globals, heap, frames and files those of the image. Returns 0, or -1
 * after it said why: then the process cannot go on as the program, and nothing
 * outside it was changed. *ret_stack: bytes of stack that the frames want, 0
 * if few.
 */
int ckpti_restore(const char *path, size_t *ret_stack);

/* The serial number of the last image read or written. */
extern uint64_t ckpti_serial;

#endif
