/* SPDX-License-Identifier: MIT */
/* wrap_text: texts and streams that libc would keep in memory of its own. */
#ifndef CKPTLIB_WRAP_TEXT_H
#define CKPTLIB_WRAP_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

char *ckpt_strerror(int error);
char *ckpt_strsignal(int sig);
FILE *ckpt_open_memstream(char **ret_text, size_t *ret_size);
FILE *ckpt_fmemopen(void *bytes, size_t size, const char *mode);
FILE *ckpt_fopencookie(void *cookie, const char *mode,
		       cookie_io_functions_t functions);

/* The stream was closed: what open_memstream made goes to the program. */
void ckpti_memstream_closed(uintptr_t f);

#endif
