/* SPDX-License-Identifier: MIT */
/* listing: the ways to print ads that hq, hstatus and hhistory share. */
#ifndef HARRIER_SUBMIT_LISTING_H
#define HARRIER_SUBMIT_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/ad/ad.h"
#include "common/svc/opt.h"

enum listing_mode {
	LISTING_TABLE, /* the tool's own */
	LISTING_AF, /* -af: chosen expressions */
	LISTING_JSON,
	LISTING_JSONL, /* an ad a line */
	LISTING_LONG,
	LISTING_FORMAT, /* -format, one after the other */
};

/* One expression of -af, or one -format. */
struct listing_field {
	char *text;
	struct expr *expr;
	/* -format: text before and after, the conversion, its last letter */
	char *before, *after, *spec;
	char letter; /* '\0': text only */
};

/* The options that listing_option takes: rows for a tool's table. */
enum {
	LISTING_OPT_AF = 900,
	LISTING_OPT_FORMAT,
	LISTING_OPT_JSON,
	LISTING_OPT_JSONL,
	LISTING_OPT_LONG,
	LISTING_OPT_ATTRIBUTES,
};

#define LISTING_OPTIONS(what)                                        \
	{ LISTING_OPT_AF, 0, "af", NULL,                             \
	  "ATTR...: expressions; letters: -af:jlhVr,tng" },          \
		{ LISTING_OPT_AF, 0, "autoformat", NULL, NULL },     \
		{ LISTING_OPT_FORMAT, 0, "format", "FMT ATTR",       \
		  "one attribute as printf writes it" },             \
		{ LISTING_OPT_JSON, 0, "json", NULL,                 \
		  "the " what " ads as JSON (-jsonl: one a line)" }, \
		{ LISTING_OPT_JSONL, 0, "jsonl", NULL, NULL },       \
		{ LISTING_OPT_LONG, 'l', "long", NULL,               \
		  "the " what " ads as Name = value" },              \
	{                                                            \
		LISTING_OPT_ATTRIBUTES, 0, "attributes", "A,B", NULL \
	}

struct listing {
	enum listing_mode mode;
	char *flags; /* letters after -af: */
	struct listing_field *fields;
	size_t field_count;
	char *attributes; /* -attributes A,B: for -json and -long, or NULL */
	size_t printed;
};

void listing_init(struct listing *l);
void listing_release(struct listing *l);

/*
 * To be called with main's arguments before opt_init: takes the letters off
 * `-af:jh`, so that opt sees `-af`. -EINVAL for an unknown letter.
 */
int listing_split_flags(struct listing *l, int argc, char **argv,
			struct err *err);

/* After option -af: takes the words up to the next option. */
int listing_take_fields(struct listing *l, struct opt *opt, struct err *err);
/*
 * An option that opt_next answered: 1 where it was one of the listing's, 0
 * where it is another's, -EINVAL for a bad expression or format.
 */
int listing_option(struct listing *l, struct opt *opt, int id, struct err *err);

/*
 * The attributes that printing needs, comma separated, to be freed; NULL
 * where it needs all of them.
 */
char *listing_needs(const struct listing *l);

/* One ad; `id` is what the letter j prints ("12.0", or a name). */
void listing_print(struct listing *l, const struct ad *ad, const char *id,
		   FILE *out);
/* After the last, or where there was none (but not after a failure). */
void listing_end(struct listing *l, FILE *out);

#endif
