/* SPDX-License-Identifier: MIT */
/* Where an image can go. */

#include "ckptlib/image/img.h"

uint64_t ckpti_img_limits_closed(uint64_t limits)
{
	if (limits & IMG_SAME_ADDRESSES)
		limits |= IMG_SAME_LAYOUT;
	if (limits & IMG_SAME_LAYOUT)
		limits |= IMG_SAME_ORDER | IMG_SAME_WORD;
	return limits;
}

const char *ckpti_img_class_name(uint64_t limits)
{
	if (limits & IMG_NOWHERE)
		return "nowhere";
	if (limits & IMG_SAME_ADDRESSES)
		return "same addresses";
	if (limits & IMG_SAME_LAYOUT)
		return "same layout";
	if ((limits & IMG_SAME_ORDER) && (limits & IMG_SAME_WORD))
		return "same byte order and word size";
	if (limits & IMG_SAME_ORDER)
		return "same byte order";
	if (limits & IMG_SAME_WORD)
		return "same word size";
	return limits & IMG_SAME_LDOUBLE ? "same format of long double"
					 : "any machine";
}

const char *ckpti_img_limit_name(uint32_t limit)
{
	return ckpti_img_class_name(ckpti_img_limits_closed(limit));
}

/* Scalars of one size and alignment on both sides; long double apart. */
static int same_scalars(const struct img_layout *a, const struct img_layout *b)
{
	int i;

	for (i = 0; i < IMG_LDOUBLE; i++) {
		if (a->size[i] != b->size[i] || a->align[i] != b->align[i])
			return 0;
	}
	return a->big_endian == b->big_endian;
}

uint64_t ckpti_img_layout_breaks(const struct img *img,
				 const struct img_layout *to)
{
	const struct img_layout *from = &img->layout;
	uint64_t breaks = img->limits & IMG_NOWHERE;

	if (from->big_endian != to->big_endian)
		breaks |= IMG_SAME_ORDER;
	if (from->size[IMG_PTR] != to->size[IMG_PTR] ||
	    from->size[IMG_LONG] != to->size[IMG_LONG])
		breaks |= IMG_SAME_WORD;
	if (!same_scalars(from, to))
		breaks |= IMG_SAME_LAYOUT | IMG_SAME_ADDRESSES;
	if (to->size[IMG_PTR] < 8)
		breaks |= IMG_SAME_ADDRESSES;
	if (from->ldouble != to->ldouble)
		breaks |= IMG_SAME_LDOUBLE;
	return breaks & img->limits;
}

const char *ckpti_img_layout_name(const struct img_layout *l)
{
	if (l->size[IMG_PTR] == 8)
		return l->big_endian ? "64-bit big-endian"
				     : "64-bit little-endian";
	return l->big_endian ? "32-bit big-endian" : "32-bit little-endian";
}
