/* SPDX-License-Identifier: MIT */
/* xalloc: allocation that ends the process when memory is exhausted. */
#ifndef HARRIER_BASE_XALLOC_H
#define HARRIER_BASE_XALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* The results are never NULL and are freed with free(). */
void *xmalloc(size_t size) __attribute__((malloc, alloc_size(1)));
void *xcalloc(size_t count, size_t size)
	__attribute__((malloc, alloc_size(1, 2)));
void *xrealloc(void *ptr, size_t size) __attribute__((alloc_size(2)));
/* As xrealloc, checked against overflow of count * size. */
void *xreallocarray(void *ptr, size_t count, size_t size)
	__attribute__((alloc_size(2, 3)));

/* xstrdup(NULL) is NULL, so that optional strings copy without a test. */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t max);
void *xmemdup(const void *data, size_t size);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0)));

#endif
