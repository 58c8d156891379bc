/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "ckptlib/abi.h"
#include "instrument/emit.h"
#include "instrument/emit_jump.h"
#include "instrument/emit_pass.h"
#include "instrument/emit_vm.h"
#include "instrument/hand.h"
#include "instrument/hint.h"
#include "instrument/wrapped.h"

/* ---- how values travel ---- */

enum ckpt_pass pass_of(const struct type *t)
{
	switch (t->kind) {
	case T_BOOL:
	case T_CHAR:
	case T_SCHAR:
	case T_UCHAR:
	case T_SHORT:
	case T_USHORT:
	case T_INT:
	case T_UINT:
		return CKPT_P_INT;
	case T_LONG:
	case T_ULONG:
		return CKPT_P_LONG;
	case T_LLONG:
	case T_ULLONG:
		return CKPT_P_LLONG;
	case T_ENUM:
		return t->size <= 4 ? CKPT_P_INT : CKPT_P_LLONG;
	case T_FLOAT:
	case T_DOUBLE:
		return CKPT_P_DOUBLE;
	case T_LDOUBLE:
		return CKPT_P_LDOUBLE;
	case T_POINTER:
		return CKPT_P_PTR;
	default:
		return CKPT_P_COPY;
	}
}

const struct type *var_type(const struct var *v)
{
	static const struct type number = { .kind = T_ULLONG, .size = 8 };
	static const struct type chain = { .kind = T_POINTER };

	if (v->is_frame)
		return &number;
	if (v->is_chain)
		return &chain;
	if (v->type)
		return v->type;
	return v->decl ? v->decl->type : v->node->type;
}

static bool has_const_member(const struct type *t)
{
	while (t->kind == T_ARRAY)
		t = t->elem;
	if (t->kind != T_STRUCT && t->kind != T_UNION)
		return false;
	for (int i = 0; i < t->nfields; i++)
		if (t->fields[i].is_const || t->fields[i].type->is_const ||
		    has_const_member(t->fields[i].type))
			return true;
	return false;
}

/* Whether it is a `void *` for a type that cannot be declared here. */
static bool is_raw(const struct emit *e, const struct var *v)
{
	return vm_is_temp(v) || vm_is_flat(e, v->vm);
}

void emit_assign(struct emit *e, const struct var *v)
{
	bool copy = has_const_member(var_type(v));

	if (v->dim_of) {
		strbuf_addf(&e->out, "%s = ", v->name);
		return;
	}
	if (is_raw(e, v)) {
		if (v->vm)
			vm_render_raw(v, &e->out);
		else
			strbuf_addstr(&e->out, v->name);
		strbuf_addstr(&e->out, " = (void *)(");
		return;
	}
	strbuf_addstr(&e->out, copy ? "__builtin_memcpy((void *)&" : "");
	render_var(e, v, &e->out);
	if (!copy) {
		strbuf_addstr(&e->out, " = ");
		return;
	}
	strbuf_addstr(&e->out, ", (__typeof__(");
	render_var(e, v, &e->out);
	strbuf_addstr(&e->out, ")[1]){ ");
}

void emit_assigned(struct emit *e, const struct var *v)
{
	if (is_raw(e, v))
		strbuf_addch(&e->out, ')');
	if (has_const_member(var_type(v))) {
		strbuf_addstr(&e->out, " }, sizeof(");
		render_var(e, v, &e->out);
		strbuf_addstr(&e->out, "))");
	}
	strbuf_addch(&e->out, ';');
}

/* In the text that the way in leads to. */
static bool resumes_here(const struct emit *e)
{
	return e->variant == SLOW && !e->copy;
}

static void add_address(struct emit *e, const struct var *v, struct strbuf *out)
{
	if (v->vm ? vm_is_flat(e, v->vm) : e->variant == SLOW && !v->odd) {
		strbuf_addf(out, "(void *)__ckpt_m_%s", v->name);
		return;
	}
	strbuf_addstr(out, "(void *)&");
	render_var(e, v, out);
}

static void add_argument(struct emit *e, const struct var *v)
{
	struct strbuf *out = &e->out;

	strbuf_addstr(out, ", ");
	if (v->mem) {
		add_address(e, v, out);
		if (v->vm && vm_array(v->decl->type)) {
			strbuf_addstr(out, ", ");
			vm_render_count(e, v, out);
		}
	} else if (pass_of(var_type(v)) == CKPT_P_COPY) {
		strbuf_addstr(out, "(void *)(__typeof__(");
		render_var(e, v, out);
		strbuf_addstr(out, ")[1]){ ");
		render_var(e, v, out);
		strbuf_addstr(out, " }");
	} else {
		render_var(e, v, out);
	}
}

/* ---- leaving ---- */

static bool zero_will_do(const struct type *t)
{
	enum type_kind k = t->kind;

	return k != T_STRUCT && k != T_UNION && k != T_COMPLEX && k != T_VECTOR;
}

static void add_parameters(struct emit *e, struct strbuf *out)
{
	struct decl *d = e->fn->decl;

	for (int i = 0; i < d->nparams; i++) {
		strbuf_addstr(out, i ? ", " : "");
		render_var(e, fn_var(d->params[i]), out);
	}
}

static void add_return(struct emit *e)
{
	const struct type *t = e->fn->decl->type->elem;

	if (!t || t->kind == T_VOID) {
		strbuf_addstr(&e->out, "return;");
	} else if (zero_will_do(t)) {
		strbuf_addstr(&e->out, "return 0;");
	} else {
		strbuf_addf(&e->out, "{ __typeof__(%s(", e->fn->decl->name);
		add_parameters(e, &e->out);
		strbuf_addstr(&e->out,
			      ")) __ckpt_z; __builtin_memset(&__ckpt_z, 0, "
			      "sizeof(__ckpt_z)); return __ckpt_z; }");
	}
}

static void add_save(struct emit *e, struct point *p)
{
	strbuf_addf(&e->out, "{ ckpt_save(&__ckpt_p_%s[%d]", e->fn->decl->name,
		    p->id);
	for (int i = 0; i < p->nvars; i++)
		add_argument(e, p->vars[i]);
	strbuf_addstr(&e->out, "); ");
	add_return(e);
	strbuf_addstr(&e->out, " }");
}

/* ---- points ---- */

void emit_test(struct emit *e, struct point *p)
{
	strbuf_addstr(&e->out, " if (__builtin_expect(ckpt_unwinding, 0)) ");
	add_save(e, p);
}

void emit_restore(struct emit *e, struct point *p)
{
	strbuf_addf(&e->out, "__ckpt_L%d:;", p->id);
	for (int i = 0; i < p->nvars; i++) {
		struct var *v = p->vars[i];

		if (v->mem) {
			strbuf_addf(&e->out,
				    " __ckpt_m_%s = (void *)__ckpt_slots[%d];",
				    v->name, i);
			continue;
		}
		strbuf_addch(&e->out, ' ');
		emit_assign(e, v);
		if (is_raw(e, v)) {
			strbuf_addf(&e->out, "*(void **)__ckpt_slots[%d]", i);
		} else {
			strbuf_addstr(&e->out, "*(__typeof__(");
			render_var(e, v, &e->out);
			strbuf_addf(&e->out, ") *)__ckpt_slots[%d]", i);
		}
		emit_assigned(e, v);
	}
	emit_rearm(e);
	vm_render_restored(e, p, &e->out);
}

void emit_poll(struct emit *e, struct point *p)
{
	if (!p->alive || (e->level && p->kind == POINT_ENTRY))
		return;
	strbuf_addf(&e->out,
		    " if (__builtin_expect(ckpt_request, 0) && "
		    "ckpt_poll(&__ckpt_p_%s[%d])) ",
		    e->fn->decl->name, p->id);
	add_save(e, p);
	if (!resumes_here(e))
		return;
	strbuf_addstr(&e->out, " if (0) { ");
	emit_restore(e, p);
	strbuf_addstr(&e->out, " }");
}

/* ---- calls ---- */

/* Which of a function's clones a call names. */
enum clone { BY_REQUEST, SLOW_CLONE, FAST_CLONE };

bool calls_poller(const struct emit *e, const struct node *call)
{
	const struct decl *d = call_target(call);

	return hand_is_poll_call(call) ||
	       (d && wrapped_polls(d->name) &&
		plan_class(e->plan, e->unit, d->name) == FN_FOREIGN);
}

static bool may_go_slow(struct emit *e, const struct decl *d)
{
	if (plan_class(e->plan, e->unit, d->name) == FN_FOREIGN)
		return false;
	return resumes_here(e) ||
	       plan_call(e->plan, e->unit, d->name, NULL) == CALL_BOUNDARY;
}

/*
 * What is below the cut returns soon, so that the slow clone will do there
 * even if nothing is pending any more: one call, and no address is taken that
 * would keep the compiler from changing the function's parameters.
 */
static bool only_slow(const struct emit *e, enum fn_class callee)
{
	return resumes_here(e) && callee == FN_BELOW &&
	       (!e->stays_slow ||
		plan_class(e->plan, e->unit, e->fn->decl->name) == FN_BELOW);
}

static void add_callee(struct emit *e, const struct decl *d, enum clone which)
{
	enum fn_class class = plan_class(e->plan, e->unit, d->name);
	struct strbuf prefix = STRBUF_INIT;

	if (class == FN_ABOVE)
		level_prefix(e, d, &prefix);
	if (class == FN_FOREIGN)
		strbuf_addstr(&e->out, d->name);
	else if (which == SLOW_CLONE || only_slow(e, class))
		strbuf_addf(&e->out, "__ckpt_s_%s", d->name);
	else if (which == FAST_CLONE || !may_go_slow(e, d))
		strbuf_addf(&e->out, "%s%s", prefix.data ? prefix.data : "",
			    d->name);
	else
		strbuf_addf(&e->out,
			    "(__builtin_expect(ckpt_request, 0) ? __ckpt_s_%s "
			    ": %s%s)",
			    d->name, prefix.data ? prefix.data : "", d->name);
	strbuf_release(&prefix);
}

static void add_arguments(struct emit *e, struct node *call)
{
	strbuf_addch(&e->out, '(');
	for (struct node *a = call->first->next; a; a = a->next) {
		if (a != call->first->next)
			strbuf_addstr(&e->out, ", ");
		render(e, a, &e->out);
	}
	strbuf_addch(&e->out, ')');
}

static void add_call(struct emit *e, struct node *call, enum clone which)
{
	struct decl *d = call_target(call);
	const struct hint hint = hint_of(e, call);

	hint_open(e, &hint, &e->out);
	if (d) {
		add_callee(e, d, which);
	} else {
		strbuf_addch(&e->out, '(');
		render(e, call->first, &e->out);
		strbuf_addch(&e->out, ')');
	}
	add_arguments(e, call);
	hint_close(&hint, &e->out);
}

static void add_token(struct emit *e, struct node *call)
{
	if (call_target(call) && !calls_poller(e, call))
		return;
	strbuf_addstr(&e->out, "ckpt_token = (const void *)(");
	render(e, call->first, &e->out);
	strbuf_addstr(&e->out, "); ");
}

void emit_typeof(struct emit *e, struct var *temp)
{
	struct node *n = temp->node;

	if (temp->is_bool) {
		strbuf_addstr(&e->out, "int");
		return;
	}
	if (!n->lvalue_bitfield && n->type && type_scalar(n->type)) {
		strbuf_addstr(&e->out, type_scalar(n->type));
		return;
	}
	strbuf_addstr(&e->out, n->lvalue_bitfield ? "__typeof__(+("
						  : "__typeof__(((void)0, (");
	render_source(e, n, &e->out);
	strbuf_addstr(&e->out, n->lvalue_bitfield ? "))" : ")))");
}

static void add_resume_next(struct emit *e, struct ir *ir)
{
	if (!ir->temp) {
		strbuf_addstr(&e->out, " ckpt_resume_next(0);");
		return;
	}
	strbuf_addf(&e->out,
		    " __typeof__(%s) __ckpt_r; ckpt_resume_next(&__ckpt_r); ",
		    ir->temp->name);
	emit_assign(e, ir->temp);
	strbuf_addstr(&e->out, "__ckpt_r");
	emit_assigned(e, ir->temp);
}

static void add_assigned_call(struct emit *e, struct ir *ir, enum clone which)
{
	add_token(e, ir->n);
	if (ir->temp)
		emit_assign(e, ir->temp);
	add_call(e, ir->n, which);
	if (ir->temp)
		emit_assigned(e, ir->temp);
	else
		strbuf_addch(&e->out, ';');
}

static bool find_stmt_expr(struct node *n, void *ctx)
{
	bool *found = ctx;

	*found |= n->kind == N_STMT_EXPR;
	return !*found;
}

/* Its text may stand twice: labels and static locals may not. */
static bool can_repeat(struct node *call)
{
	bool found = false;

	node_walk(call, find_stmt_expr, &found);
	return !found;
}

/*
 * Two calls by name, so that the compiler may inline the fast one, which
 * never unwinds: only the slow one is tested.
 */
static void emit_boundary_call(struct emit *e, struct ir *ir)
{
	strbuf_addstr(&e->out, "if (__builtin_expect(ckpt_request, 0)) { ");
	add_assigned_call(e, ir, SLOW_CLONE);
	emit_test(e, ir->point);
	strbuf_addstr(&e->out, " } else { ");
	add_assigned_call(e, ir, FAST_CLONE);
	strbuf_addstr(&e->out, " }");
}

void emit_call(struct emit *e, struct ir *ir)
{
	bool resume = resumes_here(e);
	struct decl *d = call_target(ir->n);

	if (!resume && d && may_go_slow(e, d) && can_repeat(ir->n)) {
		emit_boundary_call(e, ir);
		return;
	}
	if (resume) {
		strbuf_addstr(&e->out, "if (0) { ");
		emit_restore(e, ir->point);
		add_resume_next(e, ir);
		strbuf_addstr(&e->out, " } else { ");
	}
	add_assigned_call(e, ir, BY_REQUEST);
	if (resume)
		strbuf_addstr(&e->out, " }");
	emit_test(e, ir->point);
}

static void add_tail(struct emit *e, struct node *call, enum clone which)
{
	const struct type *t = e->fn->decl->type->elem;
	bool value = t && t->kind != T_VOID;

	strbuf_addstr(&e->out, value ? "return " : "");
	add_call(e, call, which);
	strbuf_addstr(&e->out, value ? "; " : "; return; ");
}

/* Two calls by name: ppc64 makes no sibling call of one through a pointer. */
void emit_tail_call(struct emit *e, struct ir *ir)
{
	struct decl *d = call_target(ir->n);

	strbuf_addstr(&e->out, "{ ");
	add_token(e, ir->n);
	if (d && may_go_slow(e, d) &&
	    !only_slow(e, plan_class(e->plan, e->unit, d->name))) {
		strbuf_addstr(&e->out,
			      "if (__builtin_expect(ckpt_request, 0)) { ");
		add_tail(e, ir->n, SLOW_CLONE);
		strbuf_addstr(&e->out, "} ");
	}
	add_tail(e, ir->n, FAST_CLONE);
	strbuf_addstr(&e->out, "}");
}
