/* SPDX-License-Identifier: MIT */
#include "ckptlib/os.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

void ckpti_say(const char *fmt, ...)
{
	int saved = errno;
	char text[1024];
	va_list ap;
	int head = 6, n;

	memcpy(text, "ckpt: ", 6);
	va_start(ap, fmt);
	n = vsnprintf(text + head, sizeof(text) - 1 - head, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n > sizeof(text) - 2 - head)
		n = sizeof(text) - 2 - head;
	text[head + n] = '\n';
	if (write(2, text, head + n + 1) < 0)
		n = 0; /* nobody left to tell */
	errno = saved;
}

uint64_t ckpti_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

void *ckpti_grow(void *array, size_t *cap, size_t need, size_t elem)
{
	size_t n = *cap ? *cap : 16;
	void *p;

	if (need <= *cap)
		return array;
	while (n < need) {
		if (n > SIZE_MAX / 2)
			return NULL;
		n *= 2;
	}
	if (n > SIZE_MAX / elem)
		return NULL;
	p = realloc(array, n * elem);
	if (p)
		*cap = n;
	return p;
}

void *ckpti_buf_add(struct ckpti_buf *buf, size_t n)
{
	char *p;

	if (buf->failed || n > SIZE_MAX - buf->len) {
		buf->failed = 1;
		return NULL;
	}
	if (buf->cap - buf->len < n) {
		p = ckpti_grow(buf->data, &buf->cap, buf->len + n, 1);
		if (!p) {
			buf->failed = 1;
			return NULL;
		}
		buf->data = p;
	}
	p = buf->data + buf->len;
	buf->len += n;
	return p;
}

void ckpti_buf_put(struct ckpti_buf *buf, const void *bytes, size_t n)
{
	void *p = ckpti_buf_add(buf, n);

	if (p && n)
		memcpy(p, bytes, n);
}

void ckpti_buf_release(struct ckpti_buf *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

void *ckpti_map(void *hint, size_t size)
{
	void *p = mmap(hint, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void *ckpti_map_at(void *addr, size_t size)
{
	/* qemu-user 7.2 ignores NOREPLACE and puts the memory elsewhere. */
	void *p = mmap(addr, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			       MAP_FIXED_NOREPLACE,
		       -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (p != addr) {
		munmap(p, size);
		return NULL;
	}
	return p;
}

void ckpti_unmap(void *addr, size_t size)
{
	munmap(addr, size);
}
