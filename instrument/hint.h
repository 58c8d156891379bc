/* SPDX-License-Identifier: MIT */
/*
 * hint: which type a call's new block should carry. The call says so in one
 * word, ckpt_hint, that the next allocation takes; wrappers of malloc pass it
 * on without knowing.
 */
#ifndef INSTRUMENT_HINT_H
#define INSTRUMENT_HINT_H

#include "instrument/emit.h"

enum hint_how {
	HINT_NONE,
	HINT_SET, /* this type, whatever a caller said */
	HINT_OFFER, /* unless a caller said another: the size is a parameter */
};

struct hint {
	enum hint_how how;
	const struct type *type; /* NULL: a head with something behind it that
				  * is no part of its type */
	bool clear; /* the callee may return without an allocation */
};

struct hint hint_of(const struct emit *e, const struct node *call);
/* What stands before and behind the call; nothing for HINT_NONE. */
void hint_open(struct emit *e, const struct hint *h, struct strbuf *out);
void hint_close(const struct hint *h, struct strbuf *out);

#endif
