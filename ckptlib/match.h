/* SPDX-License-Identifier: MIT */
/* match: what match.c and match_union.c share: making a conversion's ops. */
#ifndef CKPTLIB_MATCH_H
#define CKPTLIB_MATCH_H

#include "ckptlib/convert.h"

struct ckpti_build {
	struct ckpti_load *load;
	bool system; /* within a structure of the system's headers */
	struct ckpti_conv *conv;
	size_t fixed; /* ops before this one belong to finished loops */
};

/* Each returns 0, or -1 with the reason. */

int ckpti_mismatch(struct ckpti_build *b, const struct img_type *from,
		   const struct ckpt_type *to, const char *what);
int ckpti_match(struct ckpti_build *b, uint32_t from,
		const struct ckpt_type *to, uint64_t at, uint64_t to_at);
/* n bytes as they are. */
int ckpti_match_copy(struct ckpti_build *b, uint64_t n, uint64_t from,
		     uint64_t to);
/* A scalar of `size` bytes that keeps its size. */
int ckpti_match_scalar(struct ckpti_build *b, unsigned size, uint64_t from,
		       uint64_t to);
/* Bytes that may hold pointers. */
int ckpti_match_bytes(struct ckpti_build *b, const struct img_type *f,
		      const struct ckpt_type *to, uint64_t at, uint64_t to_at);
/*
 * A union. active: what tells its member, or NULL; owner_at: where the object
 * starts that this looks at.
 */
int ckpti_match_union(struct ckpti_build *b, const struct img_type *f,
		      const struct ckpt_type *to, uint64_t at, uint64_t to_at,
		      const struct ckpt_active *active, uint64_t owner_at);

/* A further op; NULL without memory. */
struct ckpti_cvop *ckpti_match_op(struct ckpti_build *b, unsigned code,
				  uint64_t from, uint64_t to);

#endif
