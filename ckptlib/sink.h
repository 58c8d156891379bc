/* SPDX-License-Identifier: MIT */
/* sink: the file an image goes to, section by section, with checksums. */
#ifndef CKPTLIB_SINK_H
#define CKPTLIB_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "ckptlib/image/sum.h"
#include "ckptlib/os.h"

struct ckpti_sink {
	int fd;
	int error; /* -errno of the first failure */
	char *stage;
	size_t staged;
	uint64_t total;
	struct ckpti_sum sum;
};

/* Writes to `fd`, an empty file, which stays the caller's. 0 or -errno. */
int ckpti_sink_open(struct ckpti_sink *sink, int fd);
/* Flushes and syncs; 0 or -errno of the first failure. */
int ckpti_sink_close(struct ckpti_sink *sink);

void ckpti_sink_put(struct ckpti_sink *sink, const void *bytes, size_t n);
/* n pieces of `size` bytes, `stride` apart. */
void ckpti_sink_gather(struct ckpti_sink *sink, const char *at, size_t n,
		       size_t size, size_t stride);
void ckpti_sink_begin(struct ckpti_sink *sink, const char tag[4],
		      uint64_t size);
void ckpti_sink_end(struct ckpti_sink *sink);
/* A whole section from a buffer, which is released. */
void ckpti_sink_section(struct ckpti_sink *sink, const char tag[4],
			struct ckpti_buf *buf);

/* Integers as LEB128, texts as length, bytes, NUL. */
void ckpti_put_uint(struct ckpti_buf *buf, uint64_t value);
void ckpti_put_text(struct ckpti_buf *buf, const char *text);

#endif
