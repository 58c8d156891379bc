/* SPDX-License-Identifier: MIT */
/*
 * Loops.  In the slow clone each loop is written twice:
 *
 *	{ init
 *	  goto P;
 *	  T: ;  poll, body	the interrupted iteration is resumed in here,
 *	  C: ;  step		and all iterations while a request is pending
 *	  P: ;  if (ckpt_request) { if (cond) goto T; goto B; }
 *	  for (; cond; step) body	as in the fast clone, at full speed
 *	  B: ; }
 *
 * so that the compiler finds the second one untouched by the way in.
 */
#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/emit.h"
#include "instrument/stepping.h"

static const char request[] = "__builtin_expect(ckpt_request, 0)";

/* ---- as a loop ---- */

void emit_for_init(struct emit *e, struct ir *ir, bool with_init)
{
	struct node *n = ir->n;

	strbuf_addstr(&e->out, "for (");
	if (with_init && n->init && ir->init && !ir->init->active) {
		render(e, n->init, &e->out);
		if (node_is_expr(n->init))
			strbuf_addch(&e->out, ';');
	} else {
		strbuf_addch(&e->out, ';');
	}
	strbuf_addch(&e->out, ' ');
}

static void emit_head(struct emit *e, struct ir *ir, bool with_init,
		      bool with_step)
{
	struct node *n = ir->n;

	emit_for_init(e, ir, with_init);
	if (n->cond && !ir->pre)
		render(e, n->cond, &e->out);
	strbuf_addstr(&e->out, "; ");
	if (with_step && n->step)
		render(e, n->step, &e->out);
	strbuf_addstr(&e->out, ") ");
}

static bool any_active(const struct ir *ir)
{
	for (; ir; ir = ir->next)
		if (ir->active)
			return true;
	return false;
}

static void emit_exit_test(struct emit *e, struct ir *ir)
{
	emit_list(e, ir->pre);
	strbuf_addstr(&e->out, "if (!(");
	render(e, ir->n->cond, &e->out);
	strbuf_addstr(&e->out, ")) break; ");
}

/* Where iterations begin whose poll stands elsewhere, or is not needed. */
static void emit_again(struct emit *e, int k)
{
	for (int i = 0; i < e->nsteps && e->cur == e->fast; i++) {
		if (e->steps[i].loop != k)
			continue;
		strbuf_addf(&e->out, " __ckpt_A%d_%d:; ", k, e->copy);
		return;
	}
}

static void add_step_jump(struct emit *e, const struct step_jump *j,
			  struct strbuf *out)
{
	struct strbuf outer = e->out;

	e->out = *out;
	strbuf_addstr(&e->out, "{");
	if (j->polls)
		emit_poll(e, e->fast->loops[j->loop]->point);
	strbuf_addf(&e->out, " goto __ckpt_A%d_%d; }", j->loop, e->copy);
	*out = e->out;
	e->out = outer;
}

bool emit_step_jump(struct emit *e, const struct node *n, struct strbuf *out)
{
	for (int i = 0; i < e->nsteps && e->cur == e->fast; i++) {
		if (e->steps[i].jump != n)
			continue;
		add_step_jump(e, &e->steps[i], out);
		return true;
	}
	return false;
}

/* for and while: `for (...) { pre; poll; body; C: step }` */
static void emit_for(struct emit *e, struct ir *ir, int k, bool with_init)
{
	bool step = any_active(ir->step);
	char *outer = e->on_continue[k];

	emit_head(e, ir, with_init, !step);
	strbuf_addstr(&e->out, "{ ");
	if (ir->pre)
		emit_exit_test(e, ir);
	if (ir->poll)
		emit_poll(e, ir->point);
	emit_again(e, k);
	if (step)
		e->on_continue[k] = xasprintf("__ckpt_C%d_%d", k, e->copy);
	guard_body(e, ir, k);
	if (step) {
		strbuf_addf(&e->out, " %s:; ", e->on_continue[k]);
		free(e->on_continue[k]);
		e->on_continue[k] = outer;
		emit_list(e, ir->step);
	}
	strbuf_addstr(&e->out, " }");
}

/* do { poll; body } while (cond), the condition lowered or not */
static void emit_do(struct emit *e, struct ir *ir, int k)
{
	char *outer = e->on_continue[k];

	strbuf_addstr(&e->out, ir->pre ? "for (;;) { " : "do { ");
	if (ir->poll)
		emit_poll(e, ir->point);
	if (ir->pre)
		e->on_continue[k] = xasprintf("__ckpt_C%d_%d", k, e->copy);
	guard_body(e, ir, k);
	if (ir->pre) {
		strbuf_addf(&e->out, " %s:; ", e->on_continue[k]);
		free(e->on_continue[k]);
		e->on_continue[k] = outer;
		emit_exit_test(e, ir);
		strbuf_addstr(&e->out, "}");
		return;
	}
	strbuf_addstr(&e->out, " } while (");
	render(e, ir->n->cond, &e->out);
	strbuf_addstr(&e->out, ");");
}

static void emit_with_polls(struct emit *e, struct ir *ir, int k,
			    bool with_init)
{
	struct node *init = ir->n->init;
	bool block = with_init && any_active(ir->init);

	/* a declaration in the head has no room for its proxies */
	if (with_init && init && init->kind == N_DECL_STMT)
		block |= render_has_proxies(e, init);
	if (block) {
		strbuf_addstr(&e->out, "{ ");
		emit_list(e, ir->init);
	}
	if (guard_in_front(e, k)) {
		strbuf_addstr(&e->out, "{ ");
		guard_front(e, k);
	}
	if (ir->n->kind == N_DO)
		emit_do(e, ir, k);
	else if (e->cur == e->fast && strip_is_possible(e, ir, k))
		emit_stripped(e, ir, k, with_init && !block);
	else
		emit_for(e, ir, k, with_init && !block);
	if (guard_in_front(e, k))
		strbuf_addstr(&e->out, " }");
	if (block)
		strbuf_addstr(&e->out, " }");
}

static void emit_as_written(struct emit *e, int k, bool with_init)
{
	struct node *n = e->fn->loops[k];

	if (with_init || n->kind != N_FOR) {
		render(e, n, &e->out);
		return;
	}
	strbuf_addstr(&e->out, "for (; ");
	if (n->cond)
		render(e, n->cond, &e->out);
	strbuf_addstr(&e->out, "; ");
	if (n->step)
		render(e, n->step, &e->out);
	strbuf_addstr(&e->out, ") ");
	render(e, n->body, &e->out);
}

static void emit_plain_loop(struct emit *e, struct ir *ir, int k,
			    bool with_init)
{
	bool whole = guard_is_whole(e, k);

	if (whole)
		guard_choose(e, k);
	emit_with_polls(e, ir, k, with_init);
	if (!whole)
		return;
	strbuf_addstr(&e->out, " } else { ");
	emit_as_written(e, k, with_init);
	strbuf_addstr(&e->out, " }");
}

/* The loop as the fast clone has it, behind its init. */
static void emit_untouched(struct emit *e, struct ir *ir, int k)
{
	/* ir is NULL inside an expression that the fast clone left whole */
	if (ir && !emit_verbatim(ir))
		emit_plain_loop(e, ir, k, false);
	else
		emit_as_written(e, k, false);
}

/* ---- twice ---- */

static void emit_plain_copy(struct emit *e, int k)
{
	struct lowered *cur = e->cur;
	char *on_break = e->on_break[k], *on_continue = e->on_continue[k];

	e->cur = e->fast;
	e->copy = k + 1;
	e->on_break[k] = e->on_continue[k] = NULL;
	emit_untouched(e, e->fast->loops[k], k);
	e->cur = cur;
	e->copy = 0;
	e->on_break[k] = on_break;
	e->on_continue[k] = on_continue;
}

static void emit_again_if_requested(struct emit *e, struct ir *ir, int k)
{
	strbuf_addf(&e->out, " if (%s) { ", request);
	emit_list(e, ir->pre);
	if (ir->n->cond) {
		strbuf_addstr(&e->out, "if (");
		render(e, ir->n->cond, &e->out);
		strbuf_addf(&e->out, ") goto __ckpt_T%d; goto __ckpt_B%d; }\n",
			    k, k);
	} else {
		strbuf_addf(&e->out, "goto __ckpt_T%d; }\n", k);
	}
}

static void emit_iteration(struct emit *e, struct ir *ir, int k)
{
	strbuf_addf(&e->out, " __ckpt_T%d:; {", k);
	if (ir->poll)
		emit_poll(e, ir->point);
	strbuf_addch(&e->out, ' ');
	emit_list(e, ir->a);
	strbuf_addf(&e->out, " } __ckpt_C%d:; ", k);
	emit_list(e, ir->step);
}

static void emit_do_twice(struct emit *e, struct ir *ir, int k)
{
	strbuf_addf(&e->out, "{ if (!%s) goto __ckpt_P%d;", request, k);
	emit_iteration(e, ir, k);
	emit_list(e, ir->pre);
	strbuf_addstr(&e->out, " if (!(");
	render(e, ir->n->cond, &e->out);
	strbuf_addf(&e->out, ")) goto __ckpt_B%d; if (%s) goto __ckpt_T%d; ", k,
		    request, k);
	strbuf_addf(&e->out, "__ckpt_P%d:; ", k);
	emit_plain_copy(e, k);
	strbuf_addf(&e->out, " __ckpt_B%d:; }", k);
}

static void emit_twice(struct emit *e, struct ir *ir, int k)
{
	e->on_break[k] = xasprintf("__ckpt_B%d", k);
	e->on_continue[k] = xasprintf("__ckpt_C%d", k);
	if (ir->n->kind == N_DO) {
		emit_do_twice(e, ir, k);
	} else {
		strbuf_addstr(&e->out, "{ ");
		emit_list(e, ir->init);
		strbuf_addf(&e->out, " goto __ckpt_P%d;", k);
		emit_iteration(e, ir, k);
		strbuf_addf(&e->out, " __ckpt_P%d:;", k);
		emit_again_if_requested(e, ir, k);
		emit_plain_copy(e, k);
		strbuf_addf(&e->out, " __ckpt_B%d:; }", k);
	}
	free(e->on_break[k]);
	free(e->on_continue[k]);
	e->on_break[k] = e->on_continue[k] = NULL;
}

/* do { } while (0): no loop but for break and continue. */
static void emit_once(struct emit *e, struct ir *ir)
{
	strbuf_addstr(&e->out, "do { ");
	emit_list(e, ir->a);
	strbuf_addstr(&e->out, " } while (0);");
}

void emit_loop(struct emit *e, struct ir *ir)
{
	int k = fn_loop_index(e->fn, ir->n);

	if (k < 0)
		emit_once(e, ir);
	else if (e->variant == SLOW && !e->copy && !e->no_tail[k])
		emit_twice(e, ir, k);
	else
		emit_plain_loop(e, ir, k, true);
}
