/* SPDX-License-Identifier: MIT */
/* wrap_sort: qsort as glibc's up to 2.36, a stable merge sort; bsearch. */
#ifndef CKPTLIB_WRAP_SORT_H
#define CKPTLIB_WRAP_SORT_H

#include <stddef.h>

typedef int ckpti_compare(const void *a, const void *b);
typedef int ckpti_compare_r(const void *a, const void *b, void *arg);

void ckpt_qsort(void *base, size_t n, size_t size, ckpti_compare *compare);
void ckpt_qsort_r(void *base, size_t n, size_t size, ckpti_compare_r *compare,
		  void *arg);
void *ckpt_bsearch(const void *key, const void *base, size_t n, size_t size,
		   ckpti_compare *compare);

#endif
