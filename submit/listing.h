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
	LISTING_LONG,
};

/* One expression of -af. */
struct listing_field {
	char *text;
	struct expr *expr;
};

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
