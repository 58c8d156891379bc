/* SPDX-License-Identifier: MIT */
/*
 * Writing the C of a unit: what the emit_*.c share.
 *
 * Names in the emitted C, all in the unit's file scope:
 *   __ckpt_f_NAME   fast clone          __ckpt_s_NAME  slow clone
 *   __ckpt_iN_NAME  fast clone for the N-th level of recursion
 *   __ckpt_r_NAME   thunk that resumes  NAME           entry, or as written
 *   __ckpt_p_NAME[] resume points       __ckpt_d_NAME  struct ckpt_function
 *   __ckpt_n_NAME   the text of __func__
 *   __ckpt_u_NAME   the type that its header defines
 *   __ckpt_y[]      types by number     __ckpt_l_NAME_VAR static locals
 * and in functions:
 *   __ckpt_tN temporaries, __ckpt_m_VAR the address of a memory variable in
 *   a slow clone, __ckpt_o_VAR its storage there, __ckpt_LN resume labels,
 *   __ckpt_TN, CN, BN, PN, AN parts of loop N, __ckpt_gN whether it is long; with
 *   setjmp __ckpt_j the activation, __ckpt_mask the mask at its start,
 *   __ckpt_JN where call N returns again.
 */
#ifndef INSTRUMENT_EMIT_H
#define INSTRUMENT_EMIT_H

#include "common/base/strbuf.h"
#include "instrument/ir.h"
#include "instrument/plan.h"
#include <stdbool.h>

enum variant {
	AS_WRITTEN, /* only names of static locals and hints change */
	FAST,
	SLOW,
};

/* A range of the text. */
struct extent {
	size_t begin, end;
};

struct emit {
	const struct ast *ast;
	const struct plan *plan;
	int unit;
	struct strbuf out;
	struct fns *fns;

	/* the function at hand */
	struct fn *fn;
	enum variant variant;
	struct lowered *fast, *slow;
	struct lowered *cur; /* whose substitutions apply; NULL: none */
	int copy; /* SLOW: 0 in the resumable text, else 1 + the
				 * loop whose plain copy is being written */
	bool stay; /* gotos by address stay in the text that the way in leads
		    * to */
	int through; /* 1 + the loop to whose copy the goto leads that is
			* being written, or 0 */
	char **on_break, **on_continue; /* per loop: label to go to, or NULL */
	char **guard; /* per loop: cost of an iteration, if in two versions */
	bool *guard_inside; /* per loop: the cost is known in it only */
	char **guard_whole; /* per loop: its cost, if it is in two versions */
	bool *guarded; /* per loop: it stands in such a one */
	bool *guarded_poll; /* and polls in the long version */
	struct step_jump *steps; /* breaks and continues of the fast clone
				  * that go behind their loop's poll */
	int nsteps;
	int level, levels; /* of the fast clone at hand: see emit_level.c */
	bool *no_tail; /* per loop: resumed by jumping into it */
	bool stays_slow; /* the slow clone may run on for ever: a loop made of
			  * goto, or one that a switch jumps into */
	struct extent in_decl; /* declarators being written, or 0, 0 */
	struct extent in_typeof; /* expression written for its type only, or
				  * 0, 0: it may hold labels */
	int ntypeofs;
	struct extent own_type; /* a type that fn's header defines */
	bool moving; /* writing static locals at file scope */

	/* what the tables must hold */
	bool *type_used; /* by type id */
	struct strbuf tables;
	int nstrings, nglobals, nfuncs;
	struct node **literals; /* of file scope, by number */
	int nliterals;

	char *error;
	size_t error_at;
};

void emit_fail(struct emit *e, size_t at, const char *what);

/* ---- emit_render.c: source text with edits ---- */

/* Appends what is left of n in the current lowering and variant. */
void render(struct emit *e, struct node *n, struct strbuf *out);
/* The same without n's own substitution: the expression that computes it. */
void render_self(struct emit *e, struct node *n, struct strbuf *out);
/* As the source has it but for names: for __typeof__. */
void render_source(struct emit *e, struct node *n, struct strbuf *out);
/* A range that may hold several nodes below `within`. */
void render_range(struct emit *e, struct node *within, size_t begin, size_t end,
		  struct strbuf *out);
/* The declarator of a variable without its initialiser. */
void render_declarator(struct emit *e, struct node *var, struct strbuf *out);
/* How a variable is named in the text being written. */
void render_var(struct emit *e, const struct var *v, struct strbuf *out);
/* Whether the variable stands for a storage declared under another name. */
bool var_is_proxied(const struct emit *e, const struct var *v);
/* What follows a declaration whose variables are proxied. */
void render_proxies(struct emit *e, struct node *decl_stmt, struct node *first,
		    struct node *last, struct strbuf *out);
bool render_has_proxies(struct emit *e, const struct node *decl_stmt);
/* The type of a compound literal, without const and with all its bounds. */
void render_literal_type(struct emit *e, const struct node *n,
			 struct strbuf *out);
/* Declares the objects of the compound literals of a block. */
void render_literals(struct emit *e, const struct node *block,
		     struct strbuf *out);
char *label_name(struct emit *e, const struct decl *label);
/* `\n# line "file"\n` for that offset. */
void emit_line(struct emit *e, size_t at);

/* ---- emit_point.c ---- */

void emit_poll(struct emit *e, struct point *p);
void emit_test(struct emit *e, struct point *p);
/* `__ckpt_L3:;` and the assignments that restore the point's variables. */
void emit_restore(struct emit *e, struct point *p);
void emit_call(struct emit *e, struct ir *ir);
void emit_tail_call(struct emit *e, struct ir *ir);
/* Whether it is of a function of libckpt that may return unwinding. */
bool calls_poller(const struct emit *e, const struct node *call);
void emit_typeof(struct emit *e, struct var *temp);
/* What stands before and behind the new value of a variable, with the `;`:
 * structs with const members cannot be assigned to. */
void emit_assign(struct emit *e, const struct var *v);
void emit_assigned(struct emit *e, const struct var *v);

/* ---- emit_stmt.c, emit_loop.c ---- */

void emit_list(struct emit *e, struct ir *ir);
void emit_loop(struct emit *e, struct ir *ir);
/* A jump that goes behind the poll of its loop, or false. */
bool emit_step_jump(struct emit *e, const struct node *n, struct strbuf *out);
/* Whether ir may be copied from the source in the current variant. */
bool emit_verbatim(const struct ir *ir);

/* ---- emit_strip.c ---- */

/*
 * A counted loop of the fast clone whose iterations are so short that a poll
 * in each would show: polls once every some thousand.
 */
bool strip_is_possible(struct emit *e, const struct ir *ir, int k);
void emit_stripped(struct emit *e, struct ir *ir, int k, bool with_init);
/* The same of the loop's text alone, before it is lowered. */
bool strip_fits(struct emit *e, const struct node *n, int k);
/* The counter of a counted loop, or NULL. */
const struct decl *strip_counter(const struct node *n);
/* A local that only this function's own text can change, or NULL. */
const struct decl *strip_local(const struct node *n);
bool strip_is_written(struct node *body, const struct decl *d);
/* The part of a for's head up to the first semicolon. */
void emit_for_init(struct emit *e, struct ir *ir, bool with_init);

/* ---- emit_level.c ---- */

/* How many levels of its recursion the fast clone of fn holds inline. */
int levels_of(struct emit *e, const struct fn *fn);
/* What stands before the name of the fast clone of d where d is called. */
void level_prefix(const struct emit *e, const struct decl *d,
		  struct strbuf *out);

/* ---- emit_guard.c ---- */

/* Finds the polled loops whose iterations are written in two versions. */
void guard_loops(struct emit *e, struct fn *fn, const struct point_set *fast);
/* Whether its choice is made in front of loop k, and that. */
bool guard_in_front(const struct emit *e, int k);
void guard_front(struct emit *e, int k);
/* Whether loop k is in two versions as a whole, and the choice. */
bool guard_is_whole(const struct emit *e, int k);
void guard_choose(struct emit *e, int k);
/* The body of loop k, in two versions where that was found. */
void guard_body(struct emit *e, struct ir *ir, int k);

/* ---- emit_fn.c ---- */

void emit_fn(struct emit *e, struct fn *fn);
/* struct ckpt_function and points of fn, for the tables. */
void emit_fn_tables(struct emit *e, struct fn *fn);
void emit_main(struct emit *e, struct fn *fn);

/* ---- emit_tables.c, emit_types.c ---- */

/* Behind the last slash; "" for NULL. */
const char *base_name(const char *path);
/* Notes that the unit needs a description of t; returns its number. */
int type_ref(struct emit *e, const struct type *t);
/* The type in C at file scope, or false where it cannot be spelled. */
bool type_spell(const struct type *t, struct strbuf *out);
/* The name of an integer type, float or double, or NULL. */
const char *type_scalar(const struct type *t);
void emit_types(struct emit *e, struct strbuf *out);
void emit_tables(struct emit *e);
/* The text of ckptlib/abi.h without its directives. */
void abi_text(struct strbuf *out);
/* Whether libckpt has its own of that libc function. */

#endif
