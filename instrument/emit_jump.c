/* SPDX-License-Identifier: MIT */
/*
 * longjmp leaves entries behind that had masked polls and will not unmask
 * them: whoever calls setjmp puts the mask back as it was.
 */
#include "instrument/emit_jump.h"

#include <string.h>

#include "instrument/emit_fn.h"
#include "instrument/jump.h"

static const char mask_state[] = "const int __ckpt_mask = ckpt_mask; ";

void emit_jump_state(struct emit *e, const struct fn *fn)
{
	if (!fn->nsites)
		return;
	strbuf_addstr(&e->out, mask_state);
	strbuf_addf(&e->out, "volatile unsigned long long %s = ++ckpt_frames; ",
		    fn->frame->name);
}

static bool is_way_in(const struct emit *e)
{
	return e->variant == SLOW && !e->copy;
}

void emit_setjmp(struct emit *e, struct ir *ir)
{
	struct node *name = ir->n->first, *buffer = name->next;
	int site = jump_site(e->fn, ir->n);

	strbuf_addstr(&e->out, "{ void *__ckpt_b = (void *)(");
	render(e, buffer, &e->out);
	strbuf_addf(&e->out, "); %s = ", ir->temp->name);
	render(e, name, &e->out);
	strbuf_addstr(&e->out, "(__ckpt_b");
	if (buffer->next) {
		strbuf_addstr(&e->out, ", ");
		render(e, buffer->next, &e->out);
	}
	strbuf_addf(&e->out, "); if (!%s) ckpt_arm(__ckpt_b, %s, %d); ",
		    ir->temp->name, e->fn->frame->name, site);
	if (is_way_in(e))
		strbuf_addf(&e->out,
			    "if (0) { __ckpt_J%d:; %s = ckpt_jump_value; } ",
			    site, ir->temp->name);
	strbuf_addstr(&e->out, "ckpt_mask = __ckpt_mask; }");
}

void emit_rearm(struct emit *e)
{
	const struct fn *fn = e->fn;
	struct node *name;

	if (!fn->nsites)
		return;
	name = fn->sites[0]->first;
	strbuf_addstr(&e->out, " switch (");
	render(e, name, &e->out);
	strbuf_addf(&e->out,
		    "(ckpt_rearm(%s)%s)) { case 0: ckpt_rearmed(); break; ",
		    fn->frame->name, name->next->next ? ", 0" : "");
	for (int i = 0; i < fn->nsites; i++)
		strbuf_addf(&e->out, "case %d: goto __ckpt_J%d; ", i + 1, i);
	strbuf_addstr(&e->out, "}");
}

void emit_jump_as_written(struct emit *e, struct fn *fn)
{
	bool is_main = !strcmp(fn->decl->name, "main");

	e->variant = AS_WRITTEN;
	emit_header(e, fn, is_main ? "__ckpt_f_" : "");
	strbuf_addf(&e->out, "{ %s", mask_state);
	render(e, fn->body, &e->out);
	if (is_main)
		strbuf_addstr(&e->out, " return 0;");
	strbuf_addstr(&e->out, " }\n");
}
