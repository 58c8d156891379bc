/* SPDX-License-Identifier: MIT */
#include "instrument/hand.h"

#include <ctype.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "instrument/facts.h"
#include "instrument/plan_cost.h"

bool hand_is_poll(const char *name)
{
	return !strcmp(name, "ckpt_now") || !strcmp(name, "ckpt_here");
}

bool hand_is_poll_call(const struct node *call)
{
	const struct decl *d = call_target(call);

	return d && !d->defined && hand_is_poll(d->name);
}

bool hand_is_type(const char *name)
{
	return !strcmp(name, "ckpt_type_");
}

/*
 * ckpt_active_7_member, ckpt_whole_7_self. The macro's text counts as a system
 * header's, so the body was not looked into and stays as it is.
 */
const struct type *hand_union(const struct decl *fn, const char **ret_member)
{
	bool part = !strncmp(fn->name, "ckpt_active_", 12);
	bool whole = !strncmp(fn->name, "ckpt_whole_", 11);
	const char *p = fn->name + (part ? 12 : 11);
	const struct type *t;

	if (fn->kind != D_FUNCTION || fn->type->nparams != 1 ||
	    (!part && !whole) || !isdigit((unsigned char)*p))
		return NULL;
	p += strspn(p, "0123456789");
	t = fn->type->params[0];
	if (*p != '_' || t->kind != T_POINTER)
		return NULL;
	*ret_member = part ? p + 1 : NULL;
	return t->elem;
}

/* ---- pragmas ---- */

static const char poll_text[] =
	"{ extern volatile int ckpt_request; extern int ckpt_here(void); if "
	"(ckpt_request) ckpt_here(); }";

/* Whether the line at p is that pragma. */
static bool is_poll_pragma(const char *p, const char *end)
{
	static const char *const words[] = { "#", "pragma", "harrier", "poll" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i]);

		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if ((size_t)(end - p) < len || memcmp(p, words[i], len) != 0)
			return false;
		p += len;
	}
	return strspn(p, " \t\r") >= (size_t)(end - p);
}

void hand_pragmas(struct strbuf *text)
{
	struct strbuf out = STRBUF_INIT;
	const char *p = text->data, *end;

	if (!text->len || !strstr(p, "harrier"))
		return;
	for (; *p; p = end) {
		end = strchrnul(p, '\n');
		if (is_poll_pragma(p, end))
			strbuf_addstr(&out, poll_text);
		else
			strbuf_add(&out, p, (size_t)(end - p));
		if (*end)
			strbuf_addch(&out, *end++);
	}
	strbuf_release(text);
	*text = out;
}

/* ---- the plan ---- */

static bool pointer_reaches(const struct plan *p, const char *type)
{
	for (int i = 0; i < p->ntaken; i++)
		if (p->taken[i]->asks &&
		    plan_same_type(p->taken[i]->facts->type, type))
			return true;
	return false;
}

static bool reaches(const struct plan *p, const struct plan_fn *f)
{
	for (int i = 0; i < f->facts->ncalls; i++) {
		const struct fact_call *c = &f->facts->calls[i];
		const struct plan_fn *g =
			c->callee ? plan_resolve(p, f->unit, c->callee) : NULL;

		if (!c->callee ? pointer_reaches(p, c->type)
		    : g	       ? g->asks
			       : hand_is_poll(c->callee))
			return true;
	}
	return false;
}

void hand_plan(struct plan *p)
{
	bool more = true;

	while (more) {
		more = false;
		for (int i = 0; i < p->nfns; i++) {
			struct plan_fn *f = &p->fns[i];

			if (f->asks || f->facts->refused || !reaches(p, f))
				continue;
			f->asks = true;
			f->class = FN_ABOVE;
			more = true;
		}
	}
}
