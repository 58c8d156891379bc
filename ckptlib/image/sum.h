/* SPDX-License-Identifier: MIT */
/* sum: the 64-bit xxHash (XXH64, seed 0), in pieces. */
#ifndef CKPTLIB_IMAGE_SUM_H
#define CKPTLIB_IMAGE_SUM_H

#include <stddef.h>
#include <stdint.h>

struct ckpti_sum {
	uint64_t lane[4];
	uint64_t total;
	unsigned char tail[32];
	size_t ntail;
};

void ckpti_sum_init(struct ckpti_sum *sum);
void ckpti_sum_add(struct ckpti_sum *sum, const void *bytes, size_t n);
uint64_t ckpti_sum_value(const struct ckpti_sum *sum);

#endif
