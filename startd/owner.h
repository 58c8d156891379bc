/* SPDX-License-Identifier: MIT */
/*
 * owner: is the owner of this machine there? By coverage: what an owner could
 * use is listed (input devices, graphical sessions, terminals); each needs a
 * source that sees it being used; one without counts as the owner present.
 */
#ifndef HARRIER_STARTD_OWNER_H
#define HARRIER_STARTD_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct evloop;
struct strbuf;

struct owner;

enum owner_switch {
	OWNER_AUTO, /* as the sources say */
	OWNER_BACK, /* present, whatever they say */
	OWNER_AWAY, /* away, until the next sign of him */
};

/* Longer than any owner stays away: nothing to cover, or told so. */
#define OWNER_IDLE_FOREVER_MS (INT64_C(2147483647) * 1000)

struct owner_state {
	int64_t idle_ms; /* since his last sign; 0 while present by rule */
	int64_t console_idle_ms; /* the same of input devices alone */
	enum owner_switch set;
	bool dedicated; /* there is nothing an owner could use */
	bool covered; /* all he could use is seen */
	char source[32]; /* which source saw him last, or why he counts as here */
	char uncovered[160]; /* what no source sees, "" if nothing */
	char cure[160]; /* what to do about it */
};

/* Called at once at a sign of the owner (`sign_ns` by clock_mono_ns), and
 * with -1 when the switch or the coverage changed. */
typedef void owner_fn(void *arg, int64_t sign_ns);

/*
 * Looks for sources below `root` ("" for the machine itself) and watches them
 * in the loop. Fails only for lack of descriptors.
 */
int owner_new(struct evloop *loop, const char *root, owner_fn *fn, void *arg,
	      struct owner **ret_owner, struct err *err);
void owner_free(struct owner *owner);

void owner_get(const struct owner *owner, struct owner_state *ret_state);

/* What the owner says of himself, by howner. */
void owner_set_switch(struct owner *owner, enum owner_switch set,
		      int64_t sign_ns);

/* Why he counts as present or away, in words; what is uncovered by name. */
const char *owner_text(const struct owner_state *st);

const char *owner_switch_name(enum owner_switch set);
/* -EINVAL for another word. */
int owner_switch_parse(const char *name, enum owner_switch *ret_set);

#endif
