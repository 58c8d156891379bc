/* SPDX-License-Identifier: MIT */
#include "instrument/emit_fn.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/emit_dispatch.h"
#include "instrument/emit_jump.h"
#include "instrument/emit_pass.h"
#include "instrument/emit_vm.h"
#include "instrument/hand.h"
#include "instrument/live.h"
#include "instrument/stepping.h"

/* ---- point sets ---- */

struct set_ctx {
	struct emit *e;
	struct fn *fn;
};

/* A clone of d can be named before the function at hand. */
static bool is_nameable(struct emit *e, const struct fn *fn,
			const struct decl *d)
{
	return declared_before(e, d, fn->decl->attr_begin) ||
	       (d->type->kind == T_FUNCTION && d->type->elem &&
		d->type->elem->kind == T_INT && d->type->unprototyped);
}

static bool slow_call(void *ctx, const struct node *call)
{
	struct set_ctx *s = ctx;
	struct decl *d = call_target(call);
	const struct point *p = fn_point_of(s->fn, call);

	if (!p || p->masked)
		return false;
	if (calls_poller(s->e, call))
		return true;
	if (!d)
		return plan_indirect_may_poll(s->e->plan);
	return plan_class(s->e->plan, s->e->unit, d->name) >= FN_BELOW &&
	       is_nameable(s->e, s->fn, d);
}

static bool fast_call(void *ctx, const struct node *call)
{
	struct set_ctx *s = ctx;
	struct decl *d = call_target(call);
	const struct type *t = call->first->type;
	struct strbuf type = STRBUF_INIT;
	enum call_class class;

	if (!slow_call(ctx, call))
		return false;
	if (calls_poller(s->e, call))
		return true;
	if (!d && t && t->kind == T_POINTER)
		t = t->elem;
	if (!d && t)
		type_describe(t, &type);
	class = plan_call(s->e->plan, s->e->unit, d ? d->name : NULL,
			  type.data);
	strbuf_release(&type);
	return class != CALL_PLAIN;
}

static bool no_call(void *ctx, const struct node *call)
{
	(void)ctx;
	(void)call;
	return false;
}

static bool any_loop(void *ctx, int loop)
{
	(void)ctx;
	return loop >= 0;
}

static bool planned_loop(void *ctx, int loop)
{
	struct set_ctx *s = ctx;

	if (loop >= 0 && s->e->guarded[loop])
		return s->e->guarded_poll[loop];
	return loop >= 0 &&
	       plan_poll_loop(s->e->plan, s->e->unit, s->fn->decl->name, loop);
}

static bool no_loop(void *ctx, int loop)
{
	(void)ctx;
	(void)loop;
	return false;
}

static void find_steps(struct emit *e, struct fn *fn,
		       const struct point_set *fast)
{
	for (int k = 0; k < fn->nloops; k++)
		if (fast->loop(fast->ctx, k))
			e->nsteps = stepping_find(fn, k, &e->steps, e->nsteps);
}

static void lower_both(struct emit *e, struct fn *fn, enum fn_class class)
{
	struct set_ctx ctx = { e, fn };
	struct point_set slow = { slow_call, any_loop, true, true, &ctx, true };
	struct point_set fast = {
		fast_call,
		planned_loop,
		plan_poll_entry(e->plan, e->unit, fn->decl->name),
		true,
		&ctx,
		false
	};
	struct point_set none = { no_call, no_loop, false, false, &ctx, false };

	if (class == FN_ABOVE) {
		guard_loops(e, fn, &fast);
		find_steps(e, fn, &fast);
	}
	e->slow = lower_fn(fn, &slow);
	live_compute(e->slow);
	e->fast = lower_fn(fn, class == FN_ABOVE ? &fast : &none);
	if (e->slow->error)
		emit_fail(e, e->slow->error_at, e->slow->error);
}

/* ---- what stands before the clones ---- */

static void declare_clone(struct emit *e, struct decl *d)
{
	enum fn_class class = plan_class(e->plan, e->unit, d->name);
	const char *linkage = d->is_static ? "static" : "extern";

	if (!declared_before(e, d, e->fn->decl->attr_begin))
		strbuf_addf(&e->out, "%s int %s(); ", linkage, d->name);
	strbuf_addf(&e->out, "%s %s__typeof__(%s) __ckpt_s_%s; ", linkage,
		    class == FN_BELOW ? "__attribute__((cold)) " : "", d->name,
		    d->name);
	if (class == FN_ABOVE)
		strbuf_addf(&e->out, "%s __typeof__(%s) __ckpt_f_%s; ", linkage,
			    d->name, d->name);
}

/* The function itself, where this is the first that the unit hears of it. */
static void declare_self(struct emit *e, struct fn *fn)
{
	struct decl *d = fn->decl;

	emit_line(e, d->attr_begin);
	if (is_old_style(e, fn)) {
		emit_specifiers(e, fn);
		strbuf_addf(&e->out, "%s()", d->name);
	} else {
		emit_header(e, fn, "");
	}
	strbuf_addstr(&e->out, ";\n");
}

static void declare_callees(struct emit *e, struct fn *fn)
{
	struct set_ctx ctx = { e, fn };
	struct hash *seen = hash_new(NULL);

	for (int i = 0; i < fn->npoints; i++) {
		struct point *p = fn->points[i];
		struct decl *d;

		if (p->kind != POINT_CALL)
			continue;
		d = call_target(p->node);
		if (!d || calls_poller(e, p->node) ||
		    !slow_call(&ctx, p->node) || hash_has(seen, d->name))
			continue;
		hash_set(seen, d->name, d);
		declare_clone(e, d);
	}
	hash_free(seen);
	strbuf_addf(&e->out,
		    "static const struct ckpt_function __ckpt_d_%s; "
		    "static const struct ckpt_point __ckpt_p_%s[%d];",
		    fn->decl->name, fn->decl->name, fn->npoints + 1);
}

/* __func__ is one object for all clones, known as strings are. */
static void emit_func_name(struct emit *e, struct fn *fn)
{
	if (fn_names_itself(fn))
		strbuf_addf(&e->out,
			    "static const char __ckpt_n_%s[] = \"%s\"; ",
			    fn->decl->name, fn->decl->name);
}

/* Static locals live in front of their function, one for all its clones. */
void emit_static_locals(struct emit *e, struct fn *fn)
{
	struct node *done = NULL;

	for (int i = 0; i < fn->nstatics; i++) {
		struct node *stmt =
			node_up(fn->statics[i]->decl->node, N_DECL_STMT);

		if (!stmt || stmt == done)
			continue;
		done = stmt;
		emit_line(e, stmt->begin);
		e->moving = true;
		render(e, stmt, &e->out);
		e->moving = false;
	}
}

/* ---- clones ---- */

static void emit_param_proxies(struct emit *e, struct fn *fn)
{
	for (int i = 0; i < fn->decl->nparams; i++) {
		struct var *v = fn_var(fn->decl->params[i]);

		if (!var_is_proxied(e, v) || v->vm)
			continue;
		if (v->mem)
			strbuf_addf(&e->out,
				    "__typeof__(__ckpt_o_%s) *__ckpt_m_%s = "
				    "&__ckpt_o_%s; ",
				    v->name, v->name, v->name);
		else
			strbuf_addf(&e->out,
				    "__typeof__(((void)0, (__ckpt_o_%s))) %s "
				    "= __ckpt_o_%s; ",
				    v->name, v->name, v->name);
	}
	vm_render_top(e, fn, &e->out);
}

static void emit_way_in(struct emit *e, struct fn *fn)
{
	strbuf_addstr(&e->out, "void *const *__ckpt_slots; ");
	for (int i = 0; i < fn->nlocals; i++)
		if (fn->vars[i]->odd)
			strbuf_addf(&e->out, "void *__ckpt_m_%s = 0; ",
				    fn->vars[i]->name);
	strbuf_addf(&e->out,
		    "if (__builtin_expect(ckpt_resuming, 0)) { unsigned "
		    "__ckpt_id; __ckpt_slots = ckpt_restore(&__ckpt_d_%s, "
		    "&__ckpt_id); switch (__ckpt_id) { ",
		    fn->decl->name);
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->alive)
			strbuf_addf(&e->out, "case %d: goto __ckpt_L%d; ", i,
				    i);
	strbuf_addstr(&e->out, "default: __builtin_trap(); } }\n");
}

static bool is_int_main(const struct fn *fn)
{
	return !strcmp(fn->decl->name, "main") && fn->decl->type->elem &&
	       fn->decl->type->elem->kind != T_VOID;
}

static void emit_body(struct emit *e, struct fn *fn)
{
	strbuf_addstr(&e->out, "{ ");
	emit_jump_state(e, fn);
	if (fn->alloca)
		strbuf_addstr(&e->out, "void *__ckpt_al __attribute__((cleanup("
				       "ckpt_alloca_end))) = 0; ");
	if (e->variant == SLOW) {
		dispatch_render_hoisted(e, &e->out);
		emit_param_proxies(e, fn);
		emit_way_in(e, fn);
	}
	dispatch_render_top(e, &e->out);
	emit_list(e, e->cur->root);
	if (is_int_main(fn))
		strbuf_addstr(&e->out, " return 0;");
	strbuf_addstr(&e->out, " }\n");
}

static void emit_clone(struct emit *e, struct fn *fn, enum variant variant,
		       const char *prefix)
{
	e->variant = variant;
	e->cur = variant == SLOW ? e->slow : e->fast;
	emit_line(e, fn->decl->attr_begin);
	emit_header(e, fn, prefix);
	emit_body(e, fn);
	e->cur = NULL;
	e->variant = AS_WRITTEN;
}

/* The levels, innermost first, and the fast clone that holds them. */
static void emit_fast(struct emit *e, struct fn *fn)
{
	e->levels = levels_of(e, fn);
	for (e->level = 1; e->level <= e->levels; e->level++) {
		char *prefix = xasprintf("__ckpt_i%d_", e->level);

		emit_clone(e, fn, FAST, prefix);
		free(prefix);
	}
	e->level = 0;
	emit_clone(e, fn, FAST, "__ckpt_f_");
	e->levels = 0;
}

static void add_forward(struct emit *e, struct fn *fn, const char *callee)
{
	strbuf_addf(&e->out, "%s(", callee);
	for (int i = 0; i < fn->decl->nparams; i++)
		strbuf_addf(&e->out, "%s%s", i ? ", " : "",
			    fn->decl->params[i]->name);
	strbuf_addstr(&e->out, ")");
}

static void add_forwarded_return(struct emit *e, struct fn *fn,
				 const char *callee)
{
	const struct type *t = fn->decl->type->elem;
	bool value = t && t->kind != T_VOID;

	strbuf_addstr(&e->out, value ? "return " : "");
	add_forward(e, fn, callee);
	strbuf_addstr(&e->out, value ? "; " : "; return; ");
}

/* Any caller runs it with polls off, but one who left its token. */
static void emit_entry(struct emit *e, struct fn *fn)
{
	const char *name = fn->decl->name;
	const struct type *t = fn->decl->type->elem;
	bool value = t && t->kind != T_VOID;
	char *fast = xasprintf("__ckpt_f_%s", name);
	char *slow = xasprintf("__ckpt_s_%s", name);

	emit_header(e, fn, "");
	strbuf_addf(&e->out,
		    "{ if (__builtin_expect(ckpt_token == (const void *)%s, "
		    "1)) { ckpt_token = 0; ",
		    name);
	if (!fn->decl->no_return) {
		strbuf_addstr(&e->out, "if (ckpt_request) { ");
		add_forwarded_return(e, fn, slow);
		strbuf_addstr(&e->out, "} ");
		add_forwarded_return(e, fn, fast);
	}
	strbuf_addstr(&e->out, " } ckpt_mask++; ");
	if (value) {
		strbuf_addstr(&e->out, "__typeof__(");
		add_forward(e, fn, name);
		strbuf_addstr(&e->out, ") __ckpt_v = ");
	}
	add_forward(e, fn, fast);
	strbuf_addf(&e->out, "; ckpt_mask--; %s}\n",
		    value ? "return __ckpt_v; " : "");
	free(fast);
	free(slow);
}

static void emit_thunk(struct emit *e, struct fn *fn)
{
	struct strbuf args = STRBUF_INIT, values = STRBUF_INIT;
	struct strbuf ret = STRBUF_INIT;
	const struct type *t = fn->decl->type->elem;

	abi_signature(e, fn, &ret, &args, &values);
	strbuf_addf(&e->out,
		    "static void __ckpt_r_%s(void *__ckpt_ret) { "
		    "%s (*volatile __ckpt_fn)(%s) = (%s (*)(%s))__ckpt_s_%s; ",
		    fn->decl->name, ret.data, args.data, ret.data, args.data,
		    fn->decl->name);
	if (t && t->kind != T_VOID)
		strbuf_addf(&e->out,
			    "%s __ckpt_v = __ckpt_fn(%s); if (__ckpt_ret) "
			    "__builtin_memcpy(__ckpt_ret, (void *)&__ckpt_v, "
			    "sizeof(__ckpt_v)); }\n",
			    ret.data, values.data);
	else
		strbuf_addf(&e->out, "__ckpt_fn(%s); (void)__ckpt_ret; }\n",
			    values.data);
	strbuf_release(&args);
	strbuf_release(&values);
	strbuf_release(&ret);
}

/* A loop that holds cases of a switch around it has one copy only. */
static bool find_case(struct node *n, void *ctx)
{
	bool *found = ctx;

	if (n->kind == N_SWITCH)
		return false;
	if (n->kind == N_CASE || n->kind == N_DEFAULT)
		*found = true;
	return !*found;
}

static void prepare(struct emit *e, struct fn *fn)
{
	e->fn = fn;
	e->copy = 0;
	e->on_break = xcalloc(fn->nloops + 1, sizeof(char *));
	e->on_continue = xcalloc(fn->nloops + 1, sizeof(char *));
	e->no_tail = xcalloc(fn->nloops + 1, sizeof(bool));
	e->guard = xcalloc(fn->nloops + 1, sizeof(char *));
	e->guard_whole = xcalloc(fn->nloops + 1, sizeof(char *));
	e->guard_inside = xcalloc(fn->nloops + 1, sizeof(bool));
	e->guarded = xcalloc(fn->nloops + 1, sizeof(bool));
	e->guarded_poll = xcalloc(fn->nloops + 1, sizeof(bool));
	e->stays_slow = false;
	for (int i = 0; i < fn->nloops; i++) {
		node_walk(fn->loops[i]->body, find_case, &e->no_tail[i]);
		e->stays_slow |= e->no_tail[i];
	}
	for (int i = 0; i < fn->npoints; i++)
		e->stays_slow |= fn->points[i]->kind == POINT_GOTO;
}

/*
 * A loop without polls ends soon: the slow clone needs none at full speed
 * beside the one that the way in leads to.  Half the code.
 */
static void resume_into_loops(struct emit *e, const struct fn *fn)
{
	for (int i = 0; i < fn->nloops; i++)
		if (!plan_poll_loop(e->plan, e->unit, fn->decl->name, i) &&
		    !e->guard_whole[i])
			e->no_tail[i] = true;
}

static void finish(struct emit *e)
{
	lowered_free(e->fast);
	lowered_free(e->slow);
	e->fast = e->slow = NULL;
	free(e->on_break);
	free(e->on_continue);
	free(e->no_tail);
	for (int i = 0; i < e->fn->nloops; i++) {
		free(e->guard[i]);
		free(e->guard_whole[i]);
	}
	free(e->guard);
	free(e->steps);
	e->steps = NULL;
	e->nsteps = 0;
	free(e->guard_whole);
	free(e->guard_inside);
	free(e->guarded);
	free(e->guarded_poll);
	e->own_type = (struct extent){ 0, 0 };
	e->fn = NULL;
}

static void emit_as_written(struct emit *e, struct fn *fn)
{
	bool is_main = !strcmp(fn->decl->name, "main");

	emit_line(e, fn->decl->attr_begin);
	if (fn->nsites)
		emit_jump_as_written(e, fn);
	else if (is_main)
		emit_main_as_written(e, fn);
	else
		emit_source(e, fn);
}

void emit_fn(struct emit *e, struct fn *fn)
{
	enum fn_class class = plan_class(e->plan, e->unit, fn->decl->name);

	prepare(e, fn);
	emit_func_name(e, fn);
	emit_static_locals(e, fn);
	if (class < FN_BELOW) {
		emit_as_written(e, fn);
		finish(e);
		return;
	}
	lower_both(e, fn, class);
	resume_into_loops(e, fn);
	dispatch_prepare(e);
	emit_own_type(e, fn);
	declare_self(e, fn);
	declare_callees(e, fn);
	declare_clone(e, fn->decl);
	if (class == FN_ABOVE) {
		emit_fast(e, fn);
		emit_clone(e, fn, SLOW, "__ckpt_s_");
		if (fn->decl->type->variadic)
			emit_as_written(e, fn);
		else if (strcmp(fn->decl->name, "main"))
			emit_entry(e, fn);
	} else {
		emit_as_written(e, fn);
		emit_clone(e, fn, SLOW, "__ckpt_s_");
	}
	emit_thunk(e, fn);
	emit_fn_tables(e, fn);
	finish(e);
}
