/* SPDX-License-Identifier: MIT */
/* value: what an image's bytes mean, and where its pointers lead. */
#ifndef CKPTLIB_IMAGE_VALUE_H
#define CKPTLIB_IMAGE_VALUE_H

/* for the kinds of types */
#include "ckptlib/abi.h"
#include "ckptlib/image/img.h"

/* An integer of 1, 2, 4 or 8 bytes in the writer's byte order. */
uint64_t ckpti_img_int(const struct img *img, const unsigned char *bytes,
		       unsigned size, int is_signed);
/* A floating type of any size. */
long double ckpti_img_float(const struct img *img, const struct img_type *type,
			    const unsigned char *bytes);
/* A bit-field of the object at `bytes`; sign-extended if its type is signed. */
uint64_t ckpti_img_bits(const struct img *img, const struct img_field *field,
			const unsigned char *bytes);

enum img_place_kind {
	IMG_AT_NOTHING,
	IMG_AT_GLOBAL,
	IMG_AT_VARIABLE, /* of a frame, in memory */
	IMG_AT_STRING,
	IMG_AT_FUNCTION,
	IMG_AT_BLOCK,
	IMG_AT_STREAM,
};

struct img_place {
	enum img_place_kind kind;
	uint32_t index; /* global, frame, string, function, stream, span */
	uint32_t sub; /* variable of the frame; run of the span */
	uint64_t slot; /* of a block */
	uint64_t offset; /* bytes from the start of the object */
	uint64_t size;
};

/* Sorted by address, for many look-ups. */
struct img_finder;

/* NULL without memory. `img` must outlive it. */
struct img_finder *ckpti_img_finder_new(const struct img *img);
void ckpti_img_finder_free(struct img_finder *finder);
struct img_place ckpti_img_find(const struct img_finder *finder, uint64_t addr);

#endif
