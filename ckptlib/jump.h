/* SPDX-License-Identifier: MIT */
/*
 * jump: setjmp and longjmp over restarts.
 *
 * A jmp_buf keeps what libc put there. The last bytes of its signal set, of
 * which kernels use eight, hold a tag: which activation of which function
 * armed it, at which of its setjmp calls, in which process. Tags move with the
 * buffer, wherever it lies and however often it is copied, and look alike on
 * all machines.
 *
 * In a restarted process the slow clone of a function that calls setjmp arms
 * one buffer of ours for its frame. A longjmp to a buffer that an earlier
 * process armed goes there, and the clone on to the call that the tag names.
 */
#ifndef CKPTLIB_JUMP_H
#define CKPTLIB_JUMP_H

#include <setjmp.h>

#include "ckptlib/abi.h"

/* Which process of the program this is: 0, and one more at each restart. */
extern unsigned ckpti_jump_process;

void ckpt_longjmp(struct __jmp_buf_tag *env, int value)
	__attribute__((noreturn));
void ckpt__longjmp(struct __jmp_buf_tag *env, int value)
	__attribute__((noreturn));
void ckpt_siglongjmp(struct __jmp_buf_tag *env, int value)
	__attribute__((noreturn));
void ckpt___longjmp_chk(struct __jmp_buf_tag *env, int value)
	__attribute__((noreturn));

#endif
