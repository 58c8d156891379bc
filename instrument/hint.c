/* SPDX-License-Identifier: MIT */
/*
 * sizeof in an argument is the best witness; else, where the call may
 * allocate, the type that its pointer becomes.
 *
 * A pointer to char is no witness where the function only hands on a block
 * whose size it was given: `char *xmalloc(size_t n)` returns no text.
 */
#include "instrument/hint.h"

#include <ctype.h>
#include <string.h>

#include "instrument/alloca.h"
#include "instrument/hand.h"

/* What a size is made of. */
struct measure {
	const struct type *type; /* of its first sizeof or offsetof, or NULL */
	bool mixed; /* that many bytes are not a whole number of it */
};

static bool is_zero(const struct node *n)
{
	return n->is_const_int && n->value == 0;
}

static const struct type *offset_in(const struct node *n)
{
	for (const struct node *c = n->first; c; c = c->next)
		if (c->kind == N_TYPE_REF && c->decl)
			return c->decl->type;
	return NULL;
}

static struct measure measure(const struct node *n);

/* a + b: a head and its tail, unless both are of one type. */
static struct measure measure_sum(const struct node *n)
{
	struct measure a = measure(n->first), b = measure(n->last);

	if (!a.type && !b.type)
		return a;
	if (!a.type || !b.type) {
		a.mixed |= b.mixed | !is_zero(a.type ? n->last : n->first);
		a.type = a.type ? a.type : b.type;
		return a;
	}
	a.mixed |= b.mixed | (a.type != b.type);
	if (!a.type->has_flexible && b.type->has_flexible)
		a.type = b.type;
	return a;
}

static struct measure measure(const struct node *n)
{
	struct measure m = { NULL, false };

	if (n->kind == N_UNEVALUATED) {
		m.mixed = n->op == 'o';
		m.type = n->op == 's'	? n->operand_type
			 : n->op == 'o' ? offset_in(n)
					: NULL;
		return m;
	}
	if (n->kind == N_BINARY && (n->op == '+' || n->op == '-'))
		return measure_sum(n);
	for (const struct node *c = n->first; c && !m.type; c = c->next)
		m = measure(c);
	/* rounded up: the bytes that this adds are no tail */
	if (n->kind == N_BINARY && n->op == '&')
		m.mixed = false;
	return m;
}

static const struct type *pointee(const struct type *t)
{
	if (!t || t->kind != T_POINTER || !t->elem)
		return NULL;
	if (t->elem->kind == T_VOID || t->elem->kind == T_FUNCTION ||
	    t->elem->size <= 0)
		return NULL;
	return t->elem;
}

static bool is_byte(const struct type *t)
{
	return t &&
	       (t->kind == T_CHAR || t->kind == T_SCHAR || t->kind == T_UCHAR);
}

/* char * or void *: what functions return that do not know the type. */
static bool is_generic(const struct type *t)
{
	return t && t->kind == T_POINTER && t->elem &&
	       (t->elem->kind == T_VOID || is_byte(t->elem));
}

/* strcpy(malloc(n), s): the type that libc's function takes the block for. */
static const struct type *taken_for(const struct node *call,
				    const struct node *arg)
{
	const struct decl *d = call_target(call);
	const struct type *t = d && d->is_system ? d->type : NULL;

	if (!t || t->kind != T_FUNCTION || !t->nparams ||
	    call->first->next != arg)
		return NULL;
	return pointee(t->params[0]);
}

/* Those that return the block that they were given. */
static bool returns_its_block(const struct node *call, const struct node *arg)
{
	static const char *const names[] = { "memset", "memcpy", "memmove",
					     "strcpy", "strcat", "strncpy" };
	const struct decl *d = call_target(call);

	for (size_t i = 0; d && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(d->name, names[i]))
			return call->first->next == arg;
	return false;
}

/* Whether p's value is n's; it may be another's too. */
static bool passes_on(const struct node *p, const struct node *n)
{
	return p->kind == N_PAREN || (p->kind == N_COND && p->first != n) ||
	       (p->kind == N_COMMA && p->last == n) ||
	       (p->kind == N_CALL && returns_its_block(p, n));
}

/* The last character before *at that is no blank; *at is then its place. */
static char before(const struct emit *e, size_t *at)
{
	const char *text = e->ast->text;

	while (*at && strchr(" \t\n\r", text[*at - 1]))
		--*at;
	return *at ? text[--*at] : 0;
}

/* Where the elements before n have no designators: how many they are. */
static int position(const struct emit *e, const struct node *list,
		    const struct node *n)
{
	int i = 0;

	for (const struct node *c = list->first; c; c = c->next, i++) {
		size_t at = c->begin;
		char b = before(e, &at);

		if (b != (i ? ',' : '{'))
			return -1;
		if (c == n)
			return i;
	}
	return -1;
}

/* The field of `.name = n`. */
static const struct type *designated(const struct emit *e, const struct type *t,
				     const struct node *n)
{
	const char *text = e->ast->text;
	size_t at = n->begin, end;

	if (before(e, &at) != '=')
		return NULL;
	before(e, &at);
	end = ++at;
	while (at &&
	       (isalnum((unsigned char)text[at - 1]) || text[at - 1] == '_'))
		at--;
	for (int i = 0; i < t->nfields; i++) {
		const char *name = t->fields[i].name;

		if (name && strlen(name) == end - at &&
		    !memcmp(name, text + at, end - at))
			return t->fields[i].type;
	}
	return NULL;
}

/* The type of the element of an initialiser that n is. */
static const struct type *element_type(const struct emit *e,
				       const struct node *list,
				       const struct node *n)
{
	const struct type *t = list->type;
	int i = position(e, list, n);

	if (!t)
		return NULL;
	if (t->kind == T_ARRAY)
		return t->elem;
	if (t->kind != T_STRUCT)
		return NULL;
	if (i < 0)
		return designated(e, t, n);
	return i < t->nfields ? t->fields[i].type : NULL;
}

/* What one use of a value makes of its pointer. */
static const struct type *becomes(const struct emit *e, const struct node *n)
{
	const struct node *p;
	const struct type *t;

	for (p = n->parent; p && passes_on(p, n); p = n->parent) {
		t = p->kind == N_CALL ? taken_for(p, n) : NULL;
		if (t)
			return t;
		n = p;
	}
	if (!p)
		return NULL;
	if (p->kind == N_CALL)
		return taken_for(p, n);
	if (p->kind == N_CAST)
		return pointee(p->type);
	if (p->kind == N_VAR && p->decl && p->init == n)
		return pointee(p->decl->type);
	if (p->kind == N_ASSIGN && !p->op && p->last == n)
		return pointee(p->first->type);
	if (p->kind == N_INIT_LIST)
		return pointee(element_type(e, p, n));
	if (p->kind == N_RETURN && e->fn)
		return pointee(e->fn->decl->type->elem);
	return NULL;
}

/* What a call's value is stored in. */
static const struct decl *stored_in(const struct node *n)
{
	const struct node *p, *to;

	for (p = n->parent; p && passes_on(p, n); p = n->parent)
		n = p;
	if (p && p->kind == N_VAR && p->init == n)
		return p->decl;
	if (!p || p->kind != N_ASSIGN || p->op || p->last != n)
		return NULL;
	to = p->first;
	while (to->kind == N_PAREN)
		to = to->first;
	return to->kind == N_REF ? to->decl : NULL;
}

struct uses {
	const struct emit *e;
	const struct decl *decl;
	const struct type *type;
	bool several;
};

static bool find_use(struct node *n, void *ctx)
{
	struct uses *u = ctx;
	const struct type *t;

	if (n->kind != N_REF || n->decl != u->decl)
		return n->kind != N_UNEVALUATED;
	t = becomes(u->e, n);
	if (t && u->type && t != u->type)
		u->several = true;
	else if (t)
		u->type = t;
	return true;
}

/* Also by way of a local void pointer: p = malloc(n); v->text = p. */
static const struct type *destination(const struct emit *e,
				      const struct node *call)
{
	const struct type *t = becomes(e, call);
	struct uses u = { .e = e, .decl = stored_in(call) };

	if (t || !u.decl || u.decl->kind != D_LOCAL || !e->fn ||
	    !e->fn->decl->node || !e->fn->decl->node->body)
		return t;
	node_walk(e->fn->decl->node->body, find_use, &u);
	return u.several ? NULL : u.type;
}

/* Whether a size is made of numbers that the function was given. */
static bool is_given(const struct node *n)
{
	if (n->kind == N_REF)
		return n->decl && n->decl->kind == D_PARAM && n->type &&
		       n->type->kind >= T_CHAR && n->type->kind <= T_ULLONG;
	if (n->kind == N_CALL || n->kind == N_UNEVALUATED)
		return false;
	for (const struct node *c = n->first; c; c = c->next)
		if (is_given(c))
			return true;
	return false;
}

static bool size_is_given(const struct node *call)
{
	for (const struct node *a = call->first->next; a; a = a->next)
		if (is_given(a))
			return true;
	return false;
}

static struct hint by_destination(const struct emit *e, const struct node *call)
{
	struct hint h = { .type = destination(e, call) };
	bool given = size_is_given(call);
	const struct type *own = e->fn ? e->fn->decl->type->elem : NULL;

	if (!h.type || (given && is_byte(h.type) && is_generic(own)))
		return h;
	h.how = given ? HINT_OFFER : HINT_SET;
	return h;
}

struct hint hint_of(const struct emit *e, const struct node *call)
{
	const struct decl *d = call_target(call);
	struct hint h = { .how = HINT_NONE };
	struct measure m = { NULL, false };
	const struct type *to;
	bool chained = alloca_is_call(call) && e->variant != AS_WRITTEN;
	bool own = d &&
		   (is_allocator(d->name) || hand_is_type(d->name) || chained);

	if (!call->type || call->type->kind != T_POINTER ||
	    (d && d->is_system && !own))
		return h;
	for (const struct node *a = call->first->next; a && !m.type;
	     a = a->next)
		m = measure(a);
	if (!m.type || m.type->size <= 0) {
		if (d && is_generic(call->type) &&
		    (chained || plan_allocates(e->plan, e->unit, d->name)))
			h = by_destination(e, call);
		h.clear = !own;
		return h;
	}
	to = pointee(call->type);
	if (!to || is_byte(to))
		to = becomes(e, call);
	/* malloc(sizeof(struct head) + n * sizeof(int)) is a struct head */
	h.type = to && to->has_flexible ? to : m.type;
	if (m.mixed && !h.type->has_flexible)
		h.type = NULL;
	h.how = HINT_SET;
	h.clear = !own;
	return h;
}

void hint_open(struct emit *e, const struct hint *h, struct strbuf *out)
{
	struct strbuf type = STRBUF_INIT;

	if (h->how == HINT_NONE)
		return;
	if (h->type)
		strbuf_addf(&type, "&__ckpt_y[%d]", type_ref(e, h->type));
	else
		strbuf_addstr(&type, "&ckpt_mixed");
	strbuf_addstr(out, h->clear ? "(__extension__ ({ " : "(");
	if (h->how == HINT_OFFER)
		strbuf_addf(out, "(void)(ckpt_hint ? 0 : (ckpt_hint = %s, 0))",
			    type.data);
	else
		strbuf_addf(out, "ckpt_hint = %s", type.data);
	strbuf_addstr(out, h->clear ? "; __auto_type __ckpt_h = " : ", ");
	strbuf_release(&type);
}

void hint_close(const struct hint *h, struct strbuf *out)
{
	if (h->how != HINT_NONE)
		strbuf_addstr(out, h->clear ? "; ckpt_hint = 0; __ckpt_h; }))"
					    : ")");
}
