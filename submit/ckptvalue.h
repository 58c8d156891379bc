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
	const struct img *img;
	const struct img_finder *finder;
};

/* An object of `type` at `bytes`; `size` may hold several, or a tail. */
void ckptvalue_print(const struct ckptvalue *v, uint32_t type,
		     const unsigned char *bytes, uint64_t size);
/* A text in quotes, with escapes. */
void ckptvalue_quote(FILE *out, const char *text, uint64_t len);

#endif
