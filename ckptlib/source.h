/* SPDX-License-Identifier: MIT */
/* source: the heap's data of an image as a stream, its checksum on the way. */
#ifndef CKPTLIB_SOURCE_H
#define CKPTLIB_SOURCE_H

#include "ckptlib/image/sum.h"
#include "ckptlib/load.h"

struct ckpti_source {
	const struct img *img;
	char *piece; /* what was read ahead */
	size_t cap, len, used;
	uint64_t offset, left; /* in the file */
	struct ckpti_sum sum;
};

/* All return 0 or -errno. */
int ckpti_source_open(struct ckpti_source *src, const struct img *img);
int ckpti_source_read(struct ckpti_source *src, void *to, uint64_t n);
/* n pieces of `size` bytes, to be `stride` apart. */
int ckpti_source_scatter(struct ckpti_source *src, char *to, size_t n,
			 uint64_t size, size_t stride);
/* The next n bytes where they lie, until the next call; NULL on failure. */
const void *ckpti_source_next(struct ckpti_source *src, uint64_t n);
/*
 * Ends the reading, which so far made `r`; if that is 0, all must have been
 * read and the checksum is compared. 0, or -1 with the reason in `load`.
 */
int ckpti_source_close(struct ckpti_source *src, struct ckpti_load *load,
		       int r);

#endif
