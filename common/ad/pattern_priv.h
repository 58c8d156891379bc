/* SPDX-License-Identifier: MIT */
/* pattern_priv: the compiled form (private to pattern*.c). */
#ifndef HARRIER_AD_PATTERN_PRIV_H
#define HARRIER_AD_PATTERN_PRIV_H

#include "common/ad/pattern.h"

enum inst_op {
	INST_BYTE, /* x: the byte */
	INST_ANY, /* any byte but a line break */
	INST_ALL, /* any byte */
	INST_CLASS, /* x: its number */
	INST_SPLIT, /* to x first, then y */
	INST_JUMP, /* x */
	INST_SAVE, /* x: the slot */
	INST_BOL,
	INST_EOL,
	INST_WORD, /* \b */
	INST_NOT_WORD,
	INST_MATCH,
};

struct inst {
	uint32_t op;
	uint32_t x;
	uint32_t y;
};

/* Bits of the 256 bytes. */
struct byte_class {
	uint64_t bits[4];
};

struct pattern {
	struct inst *prog;
	uint32_t count;
	struct byte_class *classes;
	uint32_t class_count;
	unsigned flags;
};

static inline bool class_has(const struct byte_class *c, unsigned char b)
{
	return c->bits[b >> 6] >> (b & 63) & 1;
}

static inline void class_add(struct byte_class *c, unsigned char b)
{
	c->bits[b >> 6] |= (uint64_t)1 << (b & 63);
}

#endif
