/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/os.h"

#define PIECE ((size_t)512 << 10)

static int read_file(struct ckpti_source *src, char *to, size_t n)
{
	ssize_t got;

	while (n > 0) {
		got = pread(src->img->fd, to, n, (off_t)src->offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EBADMSG;
		ckpti_sum_add(&src->sum, to, (size_t)got);
		src->offset += (uint64_t)got;
		src->left -= (uint64_t)got;
		to += got;
		n -= (size_t)got;
	}
	return 0;
}

int ckpti_source_open(struct ckpti_source *src, const struct img *img)
{
	char head[16];

	memset(src, 0, sizeof(*src));
	src->img = img;
	src->cap = PIECE;
	src->piece = ckpti_map(NULL, src->cap);
	if (!src->piece)
		return -ENOMEM;
	ckpti_sum_init(&src->sum);
	src->offset = img->heap.offset - sizeof(head);
	src->left = img->heap.size + sizeof(head);
	return read_file(src, head, sizeof(head));
}

/* Makes at least n bytes lie in the piece. */
static int fill(struct ckpti_source *src, size_t n)
{
	size_t have = src->len - src->used;
	size_t want;
	char *p;
	int r;

	if (have >= n)
		return 0;
	if (n - have > src->left)
		return -EBADMSG;
	if (n > src->cap) {
		p = ckpti_map(NULL, n);
		if (!p)
			return -ENOMEM;
		memcpy(p, src->piece + src->used, have);
		ckpti_unmap(src->piece, src->cap);
		src->piece = p;
		src->cap = n;
	} else {
		memmove(src->piece, src->piece + src->used, have);
	}
	want = src->cap - have < src->left ? src->cap - have
					   : (size_t)src->left;
	src->used = 0;
	src->len = have;
	r = read_file(src, src->piece + have, want);
	src->len += want;
	return r;
}

const void *ckpti_source_next(struct ckpti_source *src, uint64_t n)
{
	if (n > SIZE_MAX || fill(src, (size_t)n))
		return NULL;
	src->used += (size_t)n;
	return src->piece + src->used - (size_t)n;
}

int ckpti_source_read(struct ckpti_source *src, void *to, uint64_t n)
{
	char *p = to;
	size_t have = src->len - src->used;
	size_t part;
	int r;

	if (n <= have) {
		memcpy(p, src->piece + src->used, (size_t)n);
		src->used += (size_t)n;
		return 0;
	}
	if (n < PIECE / 2) {
		r = fill(src, (size_t)n);
		return r ? r : ckpti_source_read(src, to, n);
	}
	memcpy(p, src->piece + src->used, have);
	src->used = src->len = 0;
	p += have;
	/* In pieces: what the kernel copied is summed while in the cache. */
	for (n -= have; n > 0; n -= part) {
		part = n < PIECE ? (size_t)n : PIECE;
		if (part > src->left)
			return -EBADMSG;
		r = read_file(src, p, part);
		if (r)
			return r;
		p += part;
	}
	return 0;
}

/* Small pieces word by word: a call of memcpy for each costs more. */
static void scatter(char *to, const char *from, size_t n, size_t size,
		    size_t stride)
{
	uint64_t word;
	size_t i;

	for (; n > 0; n--, to += stride) {
		for (i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
			memcpy(&word, from + i, sizeof(word));
			memcpy(to + i, &word, sizeof(word));
		}
		for (; i < size; i++)
			to[i] = from[i];
		from += size;
	}
}

#define SMALL_PIECE 128

int ckpti_source_scatter(struct ckpti_source *src, char *to, size_t n,
			 uint64_t size, size_t stride)
{
	size_t part;
	int r = 0;

	if (size > SMALL_PIECE || !size) {
		for (; n > 0 && !r; n--, to += stride)
			r = ckpti_source_read(src, to, size);
		return r;
	}
	for (; n > 0; n -= part, to += part * stride) {
		r = fill(src, (size_t)size);
		if (r)
			return r;
		part = (src->len - src->used) / (size_t)size;
		if (part > n)
			part = n;
		scatter(to, src->piece + src->used, part, (size_t)size, stride);
		src->used += part * (size_t)size;
	}
	return 0;
}

int ckpti_source_close(struct ckpti_source *src, struct ckpti_load *load, int r)
{
	if (src->piece)
		ckpti_unmap(src->piece, src->cap);
	if (!r && (src->left || src->used != src->len ||
		   ckpti_sum_value(&src->sum) != src->img->heap.sum))
		r = -EBADMSG;
	if (!r)
		return 0;
	if (r == -EBADMSG || r == -EIO)
		return ckpti_load_fail(load, "the image is damaged in section "
					     "'HDAT'");
	return ckpti_load_fail(load, "cannot read the heap's data: %s",
			       strerror(-r));
}
