/* SPDX-License-Identifier: MIT */
/*
 * asm_text: what inline assembly says, as far as it matters whether its
 * function may be written several times and left and entered between any two
 * statements.
 */
#ifndef INSTRUMENT_ASM_TEXT_H
#define INSTRUMENT_ASM_TEXT_H

#include <stddef.h>

/* Why the asm statement of that text (`asm volatile ("..." : ...);`) keeps
 * its function from it, allocated; or NULL. */
char *asm_text_trouble(const char *text, size_t len);

#endif
