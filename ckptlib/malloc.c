/* SPDX-License-Identifier: MIT */
/*
 * The malloc family for libc and for libraries that hcc did not build: the
 * foreign arena. Code built by hcc calls ckpt_malloc and its kin instead.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "ckptlib/alloc.h"

void *malloc(size_t size)
{
	return ckpti_alloc(CKPTI_FOREIGN, size, NULL);
}

void free(void *block)
{
	ckpti_free(block);
}

void *calloc(size_t n, size_t size)
{
	if (__builtin_mul_overflow(n, size, &n)) {
		errno = ENOMEM;
		return NULL;
	}
	return ckpti_alloc_zero(CKPTI_FOREIGN, n, NULL);
}

void *realloc(void *block, size_t size)
{
	if (block && size == 0) {
		ckpti_free(block);
		return NULL;
	}
	return ckpti_realloc(CKPTI_FOREIGN, block, size, NULL);
}

void *reallocarray(void *block, size_t n, size_t size)
{
	if (__builtin_mul_overflow(n, size, &n)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, n);
}

static int is_power(size_t n)
{
	return n && !(n & (n - 1));
}

void *memalign(size_t align, size_t size)
{
	size_t power = 1;

	/* As glibc: the next power of two. */
	while (power < align && power <= SIZE_MAX / 4)
		power *= 2;
	return ckpti_alloc_aligned(CKPTI_FOREIGN, power, size, NULL);
}

void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int posix_memalign(void **ret_block, size_t align, size_t size)
{
	int saved = errno;
	void *p;

	if (!is_power(align) || align % sizeof(void *))
		return EINVAL;
	p = ckpti_alloc_aligned(CKPTI_FOREIGN, align, size, NULL);
	errno = saved;
	if (!p)
		return ENOMEM;
	*ret_block = p;
	return 0;
}

void *valloc(size_t size)
{
	return memalign((size_t)sysconf(_SC_PAGESIZE), size);
}

void *pvalloc(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return memalign(page, (size + page - 1) & ~(page - 1));
}

size_t malloc_usable_size(void *block)
{
	return ckpti_usable(block);
}
