/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "instrument/emit.h"
#include "instrument/emit_jump.h"
#include "instrument/emit_vm.h"

static void emit_one(struct emit *e, struct ir *ir);

void emit_list(struct emit *e, struct ir *ir)
{
	for (; ir; ir = ir->next)
		emit_one(e, ir);
}

bool emit_verbatim(const struct ir *ir)
{
	return ir->whole && !ir->active;
}

static void emit_temps(struct emit *e, struct ir *ir)
{
	for (int i = 0; i < ir->ntemps; i++) {
		if (vm_is_temp(ir->temps[i]))
			strbuf_addstr(&e->out, "void *");
		else
			emit_typeof(e, ir->temps[i]);
		strbuf_addf(&e->out, " %s; ", ir->temps[i]->name);
	}
}

static void emit_set(struct emit *e, struct ir *ir)
{
	bool self = e->cur->subst[ir->n->id].temp == ir->temp;

	emit_assign(e, ir->temp);
	strbuf_addstr(&e->out, ir->temp->is_bool ? "!!(" : "");
	if (self)
		render_self(e, ir->n, &e->out);
	else
		render(e, ir->n, &e->out);
	strbuf_addstr(&e->out, ir->temp->is_bool ? ")" : "");
	emit_assigned(e, ir->temp);
	strbuf_addch(&e->out, ' ');
}

static struct node *first_declarator(const struct node *stmt)
{
	struct node *n = stmt->first;

	while (n && n->kind != N_VAR)
		n = n->next;
	return n;
}

static void emit_declarators(struct emit *e, struct node *first,
			     const struct node *last)
{
	for (struct node *v = first; v; v = v->next) {
		render_declarator(e, v, &e->out);
		if (v == last)
			break;
		strbuf_addstr(&e->out, ", ");
	}
}

/* The declarators from first to last of a declaration, specifiers repeated. */
static void emit_decl_part(struct emit *e, struct ir *ir)
{
	struct node *stmt = ir->n, *var = first_declarator(stmt);
	const struct extent outer = e->in_decl;

	if (vm_flat_decl(e, stmt)) {
		vm_render_decl(e, stmt, ir->first, ir->last, ir->bare, &e->out);
		return;
	}
	e->in_decl = (struct extent){ ir->first->begin, ir->last->end };
	render_range(e, stmt, stmt->begin, var->begin, &e->out);
	strbuf_addch(&e->out, ' ');
	if (ir->bare)
		emit_declarators(e, ir->first, ir->last);
	else
		render_range(e, stmt, ir->first->begin, ir->last->end, &e->out);
	strbuf_addch(&e->out, ';');
	e->in_decl = outer;
	render_proxies(e, stmt, ir->first, ir->last, &e->out);
}

/* An initialiser of an array is none of an expression's values. */
static void emit_init(struct emit *e, struct node *var)
{
	const struct var *v = fn_var(var->decl);
	bool list = var->init->kind == N_INIT_LIST;

	if (!list && var->decl->type->kind != T_ARRAY) {
		emit_assign(e, v);
		render(e, var->init, &e->out);
		emit_assigned(e, v);
		strbuf_addch(&e->out, ' ');
		return;
	}
	strbuf_addstr(&e->out, "__builtin_memcpy((void *)&");
	render_var(e, v, &e->out);
	strbuf_addstr(&e->out, ", &(__typeof__(");
	render_var(e, v, &e->out);
	strbuf_addstr(&e->out, list ? "))" : ")){ ");
	render(e, var->init, &e->out);
	strbuf_addstr(&e->out, list ? ", sizeof(" : " }, sizeof(");
	render_var(e, v, &e->out);
	strbuf_addstr(&e->out, ")); ");
}

static void emit_cond(struct emit *e, const char *word, struct node *cond)
{
	strbuf_addf(&e->out, "%s (", word);
	render(e, cond, &e->out);
	strbuf_addstr(&e->out, ") ");
}

static void emit_braced(struct emit *e, struct ir *ir)
{
	strbuf_addstr(&e->out, "{ ");
	emit_list(e, ir);
	strbuf_addstr(&e->out, " }");
}

static void emit_if(struct emit *e, struct ir *ir)
{
	emit_cond(e, "if", ir->n->cond);
	emit_braced(e, ir->a);
	if (!ir->b)
		return;
	strbuf_addstr(&e->out, " else ");
	emit_braced(e, ir->b);
}

static void emit_branch(struct emit *e, struct ir *ir)
{
	strbuf_addstr(&e->out, ir->negate ? "if (!(" : "if ((");
	if (ir->n)
		render(e, ir->n, &e->out);
	else
		strbuf_addstr(&e->out, ir->temp->name);
	strbuf_addstr(&e->out, ")) ");
	emit_braced(e, ir->a);
	if (!ir->b)
		return;
	strbuf_addstr(&e->out, " else ");
	emit_braced(e, ir->b);
}

static void emit_label(struct emit *e, struct ir *ir)
{
	struct node *n = ir->n;

	if (n->kind == N_LABEL) {
		char *name = label_name(e, n->decl);

		strbuf_addf(&e->out, "%s: ", name);
		free(name);
	} else {
		/* as written up to the colon */
		render_range(e, n, n->begin, n->body ? n->body->begin : n->end,
			     &e->out);
	}
	strbuf_addstr(&e->out, "; ");
	emit_list(e, ir->a);
}

static void emit_return(struct emit *e, struct ir *ir)
{
	strbuf_addstr(&e->out, "return");
	if (ir->n->cond) {
		strbuf_addch(&e->out, ' ');
		render(e, ir->n->cond, &e->out);
	}
	strbuf_addstr(&e->out, "; ");
}

static void emit_block(struct emit *e, struct ir *ir)
{
	strbuf_addstr(&e->out, "{ ");
	if (ir->n)
		render_literals(e, ir->n, &e->out);
	emit_list(e, ir->a);
	strbuf_addstr(&e->out, " }");
}

static void emit_structured(struct emit *e, struct ir *ir)
{
	switch (ir->kind) {
	case IR_BLOCK:
		emit_block(e, ir);
		break;
	case IR_TEMPS:
		emit_temps(e, ir);
		break;
	case IR_EXPR:
		render_self(e, ir->n, &e->out);
		strbuf_addstr(&e->out, "; ");
		break;
	case IR_SET:
		emit_set(e, ir);
		break;
	case IR_CALL:
		emit_call(e, ir);
		break;
	case IR_SETJMP:
		emit_setjmp(e, ir);
		break;
	case IR_TAIL:
		emit_tail_call(e, ir);
		break;
	case IR_POLL:
		if (ir->poll)
			emit_poll(e, ir->point);
		break;
	case IR_DECL:
		if (ir->first)
			emit_decl_part(e, ir);
		else
			render(e, ir->n, &e->out);
		break;
	case IR_INIT:
		emit_init(e, ir->n);
		break;
	case IR_BRANCH:
		emit_branch(e, ir);
		break;
	case IR_IF:
		emit_if(e, ir);
		break;
	case IR_LOOP:
		emit_loop(e, ir);
		break;
	case IR_SWITCH:
		emit_cond(e, "switch", ir->n->cond);
		emit_braced(e, ir->a);
		break;
	case IR_LABEL:
		emit_label(e, ir);
		break;
	case IR_RETURN:
		emit_return(e, ir);
		break;
	case IR_JUMP:
	case IR_TEXT:
		render(e, ir->n, &e->out);
		break;
	}
}

static bool starts_a_line(const struct ir *ir)
{
	return ir->kind != IR_TEMPS && ir->kind != IR_SET &&
	       ir->kind != IR_BRANCH && ir->n;
}

static void emit_one(struct emit *e, struct ir *ir)
{
	if (starts_a_line(ir))
		emit_line(e, ir->whole ? ir->whole->begin : ir->n->begin);
	if (emit_verbatim(ir))
		render(e, ir->whole, &e->out);
	else
		emit_structured(e, ir);
}
