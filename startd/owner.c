/* SPDX-License-Identifier: MIT */
#include "startd/owner.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "startd/owner_source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A mouse gives a thousand events a second: between two calls lies this. */
#define CALL_AGAIN_MS 50
/* The keys that type `howner away` itself do not count against it. */
#define AWAY_GRACE_MS 2000

enum { SRC_INPUT, SRC_TTY, SRC_SESSION, SRC_COUNT };

struct owner {
	owner_fn *fn;
	void *arg;
	struct owner_input *input;
	struct owner_tty *tty;
	struct owner_session *session;
	struct owner_source *sources[SRC_COUNT];
	enum owner_switch set;
	int64_t set_ms;
	int64_t started_ms; /* before that nothing was seen */
	int64_t called_ms;
};

static const char *const switch_names[] = {
	[OWNER_AUTO] = "auto",
	[OWNER_BACK] = "back",
	[OWNER_AWAY] = "away",
};

const char *owner_switch_name(enum owner_switch set)
{
	return switch_names[set];
}

int owner_switch_parse(const char *name, enum owner_switch *ret_set)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(switch_names[i], name)) {
			*ret_set = (enum owner_switch)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* ---- for the sources ---- */

void owner_sign(struct owner_source *source)
{
	struct owner *o = source->owner;
	int64_t ns = clock_mono_ns(), now_ms = ns / 1000000;

	source->last_ms = now_ms;
	if (o->set == OWNER_AWAY && now_ms - o->set_ms > AWAY_GRACE_MS)
		o->set = OWNER_AUTO;
	if (now_ms - o->called_ms < CALL_AGAIN_MS)
		return;
	o->called_ms = now_ms;
	o->fn(o->arg, ns);
}

void owner_changed(struct owner_source *source)
{
	struct owner *o = source->owner;

	/* While the sources are being made there is nobody to tell. */
	if (!o->sources[SRC_SESSION])
		return;
	if (source == o->sources[SRC_INPUT])
		owner_session_recount(o->session);
	o->fn(o->arg, -1);
}

void owner_count_reset(struct owner_source *source)
{
	source->covered = 0;
	source->uncovered = 0;
	source->what[0] = '\0';
}

void owner_count(struct owner_source *source, int code, const char *fmt, ...)
{
	char thing[100];
	va_list ap;

	if (!code) {
		source->covered++;
		return;
	}
	if (source->uncovered++)
		return;
	va_start(ap, fmt);
	vsnprintf(thing, sizeof(thing), fmt, ap);
	va_end(ap);
	snprintf(source->what, sizeof(source->what), "%s: %s", thing,
		 err_reason(code));
}

/* ---- making ---- */

int owner_new(struct evloop *loop, const char *root, owner_fn *fn, void *arg,
	      struct owner **ret_owner, struct err *err)
{
	struct owner *o = xcalloc(1, sizeof(*o));
	int r;

	o->fn = fn;
	o->arg = arg;
	o->started_ms = clock_mono_ms();
	o->called_ms = o->started_ms - CALL_AGAIN_MS;
	r = owner_input_new(o, loop, root, &o->input, err);
	if (!r) {
		o->sources[SRC_INPUT] = owner_input_source(o->input);
		r = owner_tty_new(o, loop, root, &o->tty, err);
	}
	if (!r) {
		o->sources[SRC_TTY] = owner_tty_source(o->tty);
		r = owner_session_new(o, loop, root, o->sources[SRC_INPUT],
				      &o->session, err);
	}
	if (r < 0) {
		owner_free(o);
		return r;
	}
	o->sources[SRC_SESSION] = owner_session_source(o->session);
	*ret_owner = o;
	return 0;
}

void owner_free(struct owner *o)
{
	if (!o)
		return;
	owner_session_free(o->session);
	owner_tty_free(o->tty);
	owner_input_free(o->input);
	free(o);
}

void owner_set_switch(struct owner *o, enum owner_switch set, int64_t sign_ns)
{
	o->set = set;
	o->set_ms = clock_mono_ms();
	o->fn(o->arg, set == OWNER_BACK ? sign_ns : -1);
}

/* ---- asking ---- */

/* What was before our start is unknown, and unknown counts as present. */
static int64_t idle_of(const struct owner *o, const struct owner_source *s,
		       int64_t now_ms)
{
	if (!s->covered)
		return OWNER_IDLE_FOREVER_MS;
	return now_ms - (s->last_ms >= 0 ? s->last_ms : o->started_ms);
}

static void judge_sources(const struct owner *o, struct owner_state *st)
{
	int64_t now_ms = clock_mono_ms();
	size_t i, things = 0;

	st->idle_ms = OWNER_IDLE_FOREVER_MS;
	for (i = 0; i < SRC_COUNT; i++) {
		const struct owner_source *s = o->sources[i];
		int64_t idle_ms = idle_of(o, s, now_ms);

		things += s->covered + s->uncovered;
		if (idle_ms < st->idle_ms && i != SRC_SESSION) {
			st->idle_ms = idle_ms;
			snprintf(st->source, sizeof(st->source), "%s",
				 s->last_ms >= 0 ? s->name : "start");
		}
		if (s->uncovered && st->covered) {
			st->covered = false;
			snprintf(st->uncovered, sizeof(st->uncovered), "%s",
				 s->what);
			snprintf(st->cure, sizeof(st->cure), "%s", s->cure);
		}
	}
	st->console_idle_ms = idle_of(o, o->sources[SRC_INPUT], now_ms);
	st->dedicated = !things;
}

void owner_get(const struct owner *o, struct owner_state *st)
{
	memset(st, 0, sizeof(*st));
	st->covered = true;
	st->set = o->set;
	judge_sources(o, st);
	if (o->set == OWNER_BACK) {
		st->idle_ms = 0;
		strcpy(st->source, "switch");
	} else if (o->set == OWNER_AWAY) {
		st->idle_ms = OWNER_IDLE_FOREVER_MS;
		strcpy(st->source, "switch");
	} else if (!st->covered) {
		st->idle_ms = 0;
		strcpy(st->source, "uncovered");
	} else if (st->dedicated) {
		strcpy(st->source, "dedicated");
	}
}

const char *owner_text(const struct owner_state *st)
{
	static const struct {
		const char *source, *text;
	} texts[] = {
		{ "switch", "by howner" },
		{ "input", "keyboard, mouse or touch screen" },
		{ "terminal", "typing in a terminal" },
		{ "start", "nothing is known from before hstartd's start" },
		{ "dedicated", "there is nothing an owner could use" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!strcmp(texts[i].source, st->source))
			return texts[i].text;
	}
	return st->uncovered;
}
