/* SPDX-License-Identifier: MIT */
/* ad_priv: how an ad lies in memory (private to ad/). */
#ifndef HARRIER_AD_AD_PRIV_H
#define HARRIER_AD_AD_PRIV_H

#include "common/ad/ad.h"

#include <stdatomic.h>

enum attr_kind {
	ATTR_LITERAL, /* lit; a string is owned */
	ATTR_EXPR, /* expr, one reference */
};

struct attr {
	uint64_t hash;
	char *name; /* folded, NUL, as written, NUL */
	uint16_t name_len;
	uint16_t kind;
	union {
		struct value lit;
		struct expr *expr;
	};
};

/*
 * Attributes lie in order of insertion; `index` is a hash table of their
 * places plus one (0 is free), with the top bits of the hash above them; a
 * power of two wide, at most half full.
 */
struct ad {
	atomic_uint refs;
	uint32_t count;
	uint32_t room;
	uint32_t index_mask;
	struct attr *attrs;
	uint32_t *index;
	struct ad *parent;
};

/* An entry of `index`: 0, or a place plus one and 16 bits of the hash. */
static inline uint32_t index_entry(uint32_t place, uint64_t hash)
{
	return (uint32_t)(hash >> 48) << 16 | (place + 1);
}

static inline uint32_t index_place(uint32_t entry)
{
	return (entry & 0xffff) - 1;
}

/* In the ad or its parents; NULL if it is missing. */
const struct attr *ad_find(const struct ad *ad, const char *folded, size_t len,
			   uint64_t hash);

/* The same by a name of any case. */
const struct attr *ad_find_name(const struct ad *ad, const char *name);

static inline const char *attr_spelling(const struct attr *attr)
{
	return attr->name + attr->name_len + 1;
}

/* Appends the attribute's expression text. */
void attr_unparse(const struct attr *attr, struct strbuf *out);

#endif
