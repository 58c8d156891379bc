/* SPDX-License-Identifier: MIT */
/* reasons: why an image cannot go everywhere. */
#ifndef CKPTLIB_REASONS_H
#define CKPTLIB_REASONS_H

#include <stddef.h>
#include <stdint.h>

#include "ckptlib/image/img.h"

#define CKPTI_MAX_REASONS 200 /* more are counted in the limits only */

struct ckpti_reason {
	uint32_t limit;
	uint32_t line;
	const char *file;
	char text[200];
};

struct ckpti_reasons {
	struct ckpti_reason *list;
	size_t n, cap;
	uint32_t limits; /* of all, closed */
	int failed; /* no memory */
};

/* Starts with those of the units' tables. */
void ckpti_reasons_begin(struct ckpti_reasons *r);
void ckpti_reasons_release(struct ckpti_reasons *r);
/* Each text once. file may be NULL; it is borrowed. */
void ckpti_reasons_add(struct ckpti_reasons *r, uint32_t limit,
		       const char *file, uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
