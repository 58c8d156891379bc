/* SPDX-License-Identifier: MIT */
/* ldouble: long double in its four formats. */
#ifndef CKPTLIB_IMAGE_LDOUBLE_H
#define CKPTLIB_IMAGE_LDOUBLE_H

#include <stddef.h>

#include "ckptlib/image/img.h"

/*
 * Reads a value of `format` and stores it as this machine's long double,
 * rounded to nearest where that has fewer bits. Returns -1 if a finite value
 * has become infinite.
 */
int ckpti_ldouble_convert(const unsigned char *from, enum img_ldouble format,
			  int big_endian, long double *ret_value);

#endif
