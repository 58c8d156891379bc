/* SPDX-License-Identifier: MIT */
#include "ckptlib/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAGE_SIZE ((size_t)256 << 10)

int ckpti_sink_open(struct ckpti_sink *sink, int fd)
{
	memset(sink, 0, sizeof(*sink));
	sink->stage = ckpti_map(NULL, STAGE_SIZE);
	if (!sink->stage)
		return -ENOMEM;
	sink->fd = fd;
	return 0;
}

static void write_all(struct ckpti_sink *sink, const char *p, size_t n)
{
	ssize_t done;

	while (n > 0 && !sink->error) {
		done = write(sink->fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			sink->error = done < 0 ? -errno : -ENOSPC;
			return;
		}
		p += done;
		n -= (size_t)done;
	}
}

static void flush(struct ckpti_sink *sink)
{
	if (sink->staged) {
		ckpti_sum_add(&sink->sum, sink->stage, sink->staged);
		write_all(sink, sink->stage, sink->staged);
		sink->staged = 0;
	}
}

void ckpti_sink_put(struct ckpti_sink *sink, const void *bytes, size_t n)
{
	const char *p = bytes;
	size_t part;

	sink->total += n;
	if (n > STAGE_SIZE - sink->staged) {
		flush(sink);
		/* In pieces: what was summed is still in the cache when the
		 * kernel copies it. */
		while (n > STAGE_SIZE && !sink->error) {
			part = STAGE_SIZE;
			ckpti_sum_add(&sink->sum, p, part);
			write_all(sink, p, part);
			p += part;
			n -= part;
		}
		if (sink->error)
			return;
	}
	memcpy(sink->stage + sink->staged, p, n);
	sink->staged += n;
}

/* Small pieces word by word: a call of memcpy for each costs more. */
static void gather(char *to, const char *at, size_t n, size_t size,
		   size_t stride)
{
	uint64_t word;
	size_t i;

	for (; n > 0; n--, at += stride) {
		for (i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
			memcpy(&word, at + i, sizeof(word));
			memcpy(to + i, &word, sizeof(word));
		}
		for (; i < size; i++)
			to[i] = at[i];
		to += size;
	}
}

#define SMALL_PIECE 128

void ckpti_sink_gather(struct ckpti_sink *sink, const char *at, size_t n,
		       size_t size, size_t stride)
{
	size_t part;

	if (size > SMALL_PIECE || !size) {
		for (; n > 0 && size && !sink->error; n--, at += stride)
			ckpti_sink_put(sink, at, size);
		return;
	}
	for (; n > 0 && !sink->error; n -= part, at += part * stride) {
		if (STAGE_SIZE - sink->staged < size)
			flush(sink);
		part = (STAGE_SIZE - sink->staged) / size;
		if (part > n)
			part = n;
		gather(sink->stage + sink->staged, at, part, size, stride);
		sink->staged += part * size;
		sink->total += part * size;
	}
}

static void put_le(unsigned char *p, uint64_t value, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		p[i] = (unsigned char)(value >> 8 * i);
}

void ckpti_sink_begin(struct ckpti_sink *sink, const char tag[4], uint64_t size)
{
	unsigned char head[16];

	flush(sink);
	ckpti_sum_init(&sink->sum);
	memcpy(head, tag, 4);
	put_le(head + 4, 0, 4);
	put_le(head + 8, size, 8);
	ckpti_sink_put(sink, head, sizeof(head));
}

void ckpti_sink_end(struct ckpti_sink *sink)
{
	unsigned char sum[8];

	flush(sink);
	put_le(sum, ckpti_sum_value(&sink->sum), 8);
	ckpti_sink_put(sink, sum, sizeof(sum));
	flush(sink);
}

void ckpti_sink_section(struct ckpti_sink *sink, const char tag[4],
			struct ckpti_buf *buf)
{
	if (buf->failed && !sink->error)
		sink->error = -ENOMEM;
	ckpti_sink_begin(sink, tag, buf->len);
	ckpti_sink_put(sink, buf->data, buf->len);
	ckpti_sink_end(sink);
	ckpti_buf_release(buf);
}

int ckpti_sink_close(struct ckpti_sink *sink)
{
	flush(sink);
	if (!sink->error && fsync(sink->fd) && errno != EINVAL)
		sink->error = -errno;
	ckpti_unmap(sink->stage, STAGE_SIZE);
	return sink->error;
}

void ckpti_put_uint(struct ckpti_buf *buf, uint64_t value)
{
	unsigned char text[10];
	size_t n = 0;

	do {
		text[n] = (unsigned char)(value & 0x7f);
		value >>= 7;
		if (value)
			text[n] |= 0x80;
		n++;
	} while (value);
	ckpti_buf_put(buf, text, n);
}

void ckpti_put_text(struct ckpti_buf *buf, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	ckpti_put_uint(buf, n);
	ckpti_buf_put(buf, text ? text : "", n + 1);
}
