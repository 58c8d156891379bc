/* SPDX-License-Identifier: MIT */
/* ckptvalue: one value of an image in words. */
#ifndef HARRIER_SUBMIT_CKPTVALUE_H
#define HARRIER_SUBMIT_CKPTVALUE_H

#include <stdbool.h>
#include <stdio.h>

#include "ckptlib/image/value.h"

struct ckptvalue {
	FILE *out;
	bool json;
	bool whole; /* all elements, and no addresses: for comparisons */
	const struct img *img;
	const struct img_finder *finder;
	uint64_t *left; /* parts still to be printed; the callee's own */
};

/* An object of `type` at `bytes`; `size` may hold several, or a tail. */
void ckptvalue_print(const struct ckptvalue *value, uint32_t type,
		     const unsigned char *bytes, uint64_t size);
/* A text in quotes, with escapes. */
void ckptvalue_quote(FILE *out, const char *text, uint64_t len);

#endif
