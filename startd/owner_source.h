/* SPDX-License-Identifier: MIT */
/* owner_source: what the sources of owner.c have in common. */
#ifndef HARRIER_STARTD_OWNER_SOURCE_H
#define HARRIER_STARTD_OWNER_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct evloop;
struct owner;

/* Embedded in each source. */
struct owner_source {
	struct owner *owner;
	const char *name;
	int64_t last_ms; /* clock_mono_ms of the last sign; -1: none seen */
	size_t covered; /* things an owner could use that this source sees */
	size_t uncovered; /* ... that it should see and cannot */
	char what[160]; /* the first of these */
	const char *cure;
};

/* The source saw the owner just now. */
void owner_sign(struct owner_source *source);
/* `covered` or `uncovered` may have changed. */
void owner_changed(struct owner_source *source);

/* For the counting of a source: forget, then one call for each thing. */
void owner_count_reset(struct owner_source *source);
void owner_count(struct owner_source *source, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Keyboards, mice, touch screens: /dev/input. */
struct owner_input;
int owner_input_new(struct owner *owner, struct evloop *loop, const char *root,
		    struct owner_input **ret, struct err *err);
void owner_input_free(struct owner_input *in);
struct owner_source *owner_input_source(struct owner_input *in);

/* Pseudo terminals and serial consoles. */
struct owner_tty;
int owner_tty_new(struct owner *owner, struct evloop *loop, const char *root,
		  struct owner_tty **ret, struct err *err);
void owner_tty_free(struct owner_tty *tty);
struct owner_source *owner_tty_source(struct owner_tty *tty);

/*
 * Graphical sessions. It has no signs of its own: those at the seat are seen
 * through the input devices `in`, the others are uncovered.
 */
struct owner_session;
int owner_session_new(struct owner *owner, struct evloop *loop,
		      const char *root, struct owner_source *in,
		      struct owner_session **ret, struct err *err);
void owner_session_free(struct owner_session *session);
struct owner_source *owner_session_source(struct owner_session *session);
/* To be called when the coverage of `in` changed. */
void owner_session_recount(struct owner_session *session);

#endif
