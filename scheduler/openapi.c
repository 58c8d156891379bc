/* SPDX-License-Identifier: MIT */
#include "scheduler/openapi.h"

/* The path is relative to the root, from which everything is compiled. */
__asm__(".section .rodata\n"
	".global openapi_begin\n"
	".global openapi_end\n"
	"openapi_begin:\n"
	".incbin \"scheduler/openapi.json\"\n"
	"openapi_end:\n"
	".byte 0\n"
	".text\n");

extern const char openapi_begin[], openapi_end[];

const char *openapi_text(size_t *ret_len)
{
	*ret_len = (size_t)(openapi_end - openapi_begin);
	return openapi_begin;
}
