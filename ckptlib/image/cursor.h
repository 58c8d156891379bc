/* SPDX-License-Identifier: MIT */
/* cursor: reading the integers and texts of a section, never past its end. */
#ifndef CKPTLIB_IMAGE_CURSOR_H
#define CKPTLIB_IMAGE_CURSOR_H

#include <stddef.h>
#include <stdint.h>

/* After the first damage `bad` is set and all reads give 0 or "". */
struct img_cursor {
	const unsigned char *p, *end;
	int bad;
};

static inline uint64_t img_uint(struct img_cursor *c)
{
	uint64_t value = 0;
	unsigned shift = 0;
	unsigned char byte;

	do {
		if (c->bad || c->p == c->end || shift > 63) {
			c->bad = 1;
			return 0;
		}
		byte = *c->p++;
		if (shift == 63 && byte > 1) {
			c->bad = 1;
			return 0;
		}
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

/* An integer of at most `max`. */
static inline uint64_t img_uint_to(struct img_cursor *c, uint64_t max)
{
	uint64_t value = img_uint(c);

	if (value > max) {
		c->bad = 1;
		return 0;
	}
	return value;
}

static inline const unsigned char *img_bytes(struct img_cursor *c, uint64_t n)
{
	const unsigned char *p = c->p;

	if (c->bad || n > (uint64_t)(c->end - c->p)) {
		c->bad = 1;
		return NULL;
	}
	c->p += n;
	return p;
}

/* A text in place: its length, its bytes, a NUL and none before. */
static inline const char *img_text(struct img_cursor *c)
{
	uint64_t n = img_uint(c);
	const unsigned char *p;

	if (n == UINT64_MAX)
		c->bad = 1;
	p = img_bytes(c, n + 1);
	if (!p || p[n] != '\0') {
		c->bad = 1;
		return "";
	}
	return (const char *)p;
}

/* A count of things of which each takes at least `each` bytes. */
static inline uint32_t img_count(struct img_cursor *c, uint64_t each)
{
	uint64_t n = img_uint(c);

	if (n > UINT32_MAX / 2 || n * each > (uint64_t)(c->end - c->p)) {
		c->bad = 1;
		return 0;
	}
	return (uint32_t)n;
}

#endif
