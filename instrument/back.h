/* SPDX-License-Identifier: MIT */
/*
 * The back of hcc, as the driver sees it: facts of one unit, the plan over
 * all units of a program, and the C that is written for a unit.
 */
#ifndef INSTRUMENT_BACK_H
#define INSTRUMENT_BACK_H

#include <stdbool.h>
#include <stddef.h>

struct ast;
struct err;
struct plan;
struct profile;
struct strbuf;

/* What the linker step must know of a unit: functions, loops, calls. */
struct facts;

/* Never fails; the ast stays the caller's and may go afterwards. */
struct facts *facts_make(const struct ast *a);
void facts_free(struct facts *f);
/* Text, a line each; facts_read takes what facts_write wrote and returns
 * -EINVAL with the line for anything else. */
void facts_write(const struct facts *f, struct strbuf *out);
int facts_read(const char *text, size_t len, struct facts **ret_facts,
	       struct err *err);

/* Messages about the user's source: line and column are the user's. */
enum note_kind { NOTE_PORTABILITY, NOTE_RESUME, NOTE_WAIT };
typedef void note_fn(void *ctx, enum note_kind kind, const char *file,
		     unsigned line, unsigned col, const char *text);
/* Calls note for what facts_make found: functions that run with polls off
 * and why, calls that do (NOTE_WAIT), and (NOTE_PORTABILITY) what lowers the class of images. */
void facts_notes(const struct facts *f, note_fn *note, void *ctx);

struct plan_options {
	bool assume_width_safe; /* --assume-width-safe */
	const char *poll; /* --poll=: NULL or "plan" by cost; "all" every
				 * loop and function (tests, fuzzing) */
	const struct profile *profile; /* of a plan file, or NULL */
	struct strbuf *told; /* gets a line for what of it is no use */
};

/* units in link order; the facts stay the caller's and must outlive it. */
struct plan *plan_make(struct facts *const *units, int nunits,
		       const struct plan_options *options);
void plan_free(struct plan *p);
/* For --report: per function its class and where polls went. */
void plan_report(const struct plan *p, struct strbuf *out);
/* Flags that the compiler wants for the emitted C beside the user's own, one
 * string each, NULL at the end; static storage. */
const char *const *plan_cflags(const struct plan *p, int unit);

/* Writes the C of unit number `unit` to out.  Returns 0, or -EINVAL where the
 * source cannot be taken (err says file:line and what). */
int emit_unit(const struct ast *a, const struct plan *p, int unit,
	      struct strbuf *out, struct err *err);

#endif
