/* SPDX-License-Identifier: MIT */
#include "instrument/file_literal.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

/* A type that is defined in the declaration cannot be named before it. */
static bool defines_type(const struct emit *e, const struct node *decl)
{
	for (const struct node *c = decl->first; c; c = c->next)
		if (c->kind == N_TYPE_DECL &&
		    memchr(e->ast->text + c->begin, '{', c->end - c->begin))
			return true;
	return false;
}

struct collect {
	struct emit *e;
	struct strbuf *out;
};

static void define(struct collect *c, struct node *n)
{
	struct emit *e = c->e;

	if (!literal_has_address(n) || n->type->size <= 0)
		return;
	e->literals = xreallocarray(e->literals, e->nliterals + 1,
				    sizeof(struct node *));
	strbuf_addstr(c->out, "static __typeof__(");
	render_literal_type(e, n, c->out);
	strbuf_addf(c->out, ") __ckpt_kf%d = ", e->nliterals);
	render(e, n->last, c->out);
	strbuf_addstr(c->out, "; ");
	e->literals[e->nliterals++] = n;
}

static void visit(struct collect *c, struct node *n)
{
	if (n->kind == N_UNEVALUATED)
		return;
	for (struct node *k = n->first; k; k = k->next)
		visit(c, k);
	if (n->kind == N_COMPOUND_LITERAL)
		define(c, n);
}

void file_literals_define(struct emit *e, struct node *decl, struct strbuf *out)
{
	struct collect c = { e, out };

	if (ast_place(e->ast, decl->begin).is_system || defines_type(e, decl))
		return;
	visit(&c, decl);
}

char *file_literal_name(const struct emit *e, const struct node *n)
{
	for (int i = 0; i < e->nliterals; i++)
		if (e->literals[i] == n)
			return xasprintf("__ckpt_kf%d", i);
	return NULL;
}

void file_literals_add(struct emit *e)
{
	for (int i = 0; i < e->nliterals; i++) {
		const struct node *n = e->literals[i];
		struct place p = ast_place(e->ast, n->begin);

		strbuf_addf(&e->tables,
			    "\t{ \"<literal %u:%u>\", &__ckpt_y[%d], (void "
			    "*)&__ckpt_kf%d, CKPT_G_STATIC, %u },\n",
			    p.line, p.col, type_ref(e, n->type), i, p.line);
		e->nglobals++;
	}
}
