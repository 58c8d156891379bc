/* SPDX-License-Identifier: MIT */
#include "ckptlib/hand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/conf.h"
#include "ckptlib/heap.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"
#include "ckptlib/restore.h"
#include "ckptlib/units.h"

#define __HARRIER__ 1
#include "ckptlib/ckpt.h"

/* ---- checkpoints where the program wants them --------------------------------- */

/*
 * Only a call that hcc lowered can be unwound: it leaves its token. From code
 * that runs as written these do nothing.
 */
static int called_by_token(const void *self)
{
	int ours = ckpt_token == self;

	ckpt_token = NULL;
	return ours && ckpt_mask == 0;
}

int ckpt_here(void)
{
	int unwinding;

	if (!called_by_token((const void *)ckpt_here))
		return 0;
	ckpti_own.by_call = CKPTI_CALL_HERE;
	unwinding = ckpti_poll_take(0);
	if (!unwinding)
		ckpti_own.by_call = CKPTI_CALL_NONE;
	return 0;
}

int ckpt_now(void)
{
	uint64_t serial = ckpti_serial;

	if (!ckpti_conf.image)
		return CKPT_OFF;
	if (!called_by_token((const void *)ckpt_now)) {
		ckpti_say("no checkpoint: ckpt_now was called where polls are "
			  "off");
		return CKPT_FAILED;
	}
	ckpti_own.by_call = CKPTI_CALL_NOW;
	if (ckpti_poll_take(CKPTI_WHY_NOW))
		return CKPT_FAILED; /* nobody sees it: the frame unwinds */
	ckpti_own.by_call = CKPTI_CALL_NONE;
	return ckpti_serial != serial ? CKPT_WRITTEN : CKPT_FAILED;
}

int ckpti_hand_resumed(int *ret)
{
	int how = ckpti_own.by_call;

	if (how == CKPTI_CALL_NONE)
		return 0;
	ckpti_own.by_call = CKPTI_CALL_NONE;
	if (ret)
		*ret = how == CKPTI_CALL_NOW ? CKPT_RESUMED : 0;
	return 1;
}

void ckpt_nopoll_begin(void)
{
	ckpt_mask++;
}

void ckpt_nopoll_end(void)
{
	if (ckpt_mask > 0)
		ckpt_mask--;
}

/* ---- hooks ----------------------------------------------------------------------- */

static int add_hook(unsigned when, ckpt_hook *fn, void *arg)
{
	struct ckpti_own *o = &ckpti_own;
	int cap = o->hook_cap ? o->hook_cap * 2 : 8;
	struct ckpti_hook *p;

	if (o->hook_count == o->hook_cap) {
		p = ckpti_realloc(CKPTI_PROGRAM, o->hooks,
				  (size_t)cap * sizeof(*p), ckpti_hook_type);
		if (!p)
			return -1;
		memset(p + o->hook_count, 0,
		       (size_t)(cap - o->hook_count) * sizeof(*p));
		o->hooks = p;
		o->hook_cap = cap;
	}
	o->hooks[o->hook_count++] = (struct ckpti_hook){ fn, arg, when };
	return 0;
}

int ckpt_on_capture(ckpt_hook *fn, void *arg)
{
	return add_hook(CKPTI_HOOK_CAPTURE, fn, arg);
}

int ckpt_on_continue(ckpt_hook *fn, void *arg)
{
	return add_hook(CKPTI_HOOK_CONTINUE, fn, arg);
}

int ckpt_on_restart(ckpt_hook *fn, void *arg)
{
	return add_hook(CKPTI_HOOK_RESTART, fn, arg);
}

void ckpt_unhook(ckpt_hook *fn, void *arg)
{
	struct ckpti_own *o = &ckpti_own;
	int i, n = 0;

	for (i = 0; i < o->hook_count; i++) {
		if (o->hooks[i].fn != fn || o->hooks[i].arg != arg)
			o->hooks[n++] = o->hooks[i];
	}
	for (i = n; i < o->hook_count; i++)
		memset(&o->hooks[i], 0, sizeof(o->hooks[i]));
	o->hook_count = n;
}

static void run_hook(int i, unsigned when)
{
	const struct ckpti_hook *h = &ckpti_own.hooks[i];

	/* One that ran before may have taken others away. */
	if (i < ckpti_own.hook_count && h->when == when)
		h->fn(h->arg);
}

void ckpti_hooks_run(unsigned when)
{
	int saved = errno, n = ckpti_own.hook_count;
	int i;

	if (!n)
		return;
	ckpt_mask++;
	if (when == CKPTI_HOOK_CAPTURE) {
		for (i = 0; i < n; i++)
			run_hook(i, when);
	} else {
		for (i = n - 1; i >= 0; i--)
			run_hook(i, when);
	}
	ckpt_mask--;
	errno = saved;
}

/* ---- memory ----------------------------------------------------------------------- */

/* The slot of the block that starts at p; NULL if none does. */
static struct ckpti_span *block_at(const void *p, uint32_t *ret_slot)
{
	struct ckpti_span *s = ckpti_heap_block((uintptr_t)p, ret_slot);

	return s && ckpti_slot_addr(s, *ret_slot) == p ? s : NULL;
}

static void set_type(struct ckpti_span *s, uint32_t i,
		     const struct ckpt_type *type)
{
	uint32_t id = type ? ckpti_type_id(type) : 0;

	s->words[i] &= ~(CKPTI_INFERRED | CKPTI_TYPE_MASK << CKPTI_TYPE_SHIFT);
	s->words[i] |= id << CKPTI_TYPE_SHIFT;
}

void *ckpt_type_(void *p, unsigned long size)
{
	const struct ckpt_type *type = ckpt_hint;
	struct ckpti_span *s;
	uint32_t i;

	(void)size;
	ckpt_hint = NULL;
	if (!type || !p)
		return p;
	s = block_at(p, &i);
	if (!s)
		ckpti_say("ckpt_type: no block of malloc's starts at that "
			  "address");
	else if (!ckpti_size_fits(type, ckpti_slot_size(s, i)))
		ckpti_say("ckpt_type: a block of %lu bytes is no whole number "
			  "of '%s'",
			  (unsigned long)ckpti_slot_size(s, i), type->name);
	else
		set_type(s, i, type);
	return p;
}

static int leave_out_block(struct ckpti_span *s, uint32_t i)
{
	uint32_t id = CKPTI_TYPE_OF(s->words[i]);
	const struct ckpt_type *type = NULL;

	if (id && id != CKPTI_TYPE_CONFLICT && !(s->words[i] & CKPTI_INFERRED))
		type = ckpti_type_of_id(id);
	if (type && (type->flags & CKPT_T_LEFT_OUT))
		return 0;
	type = ckpti_left_out(type);
	if (!type || !ckpti_type_id(type))
		return -1;
	set_type(s, i, type);
	return 0;
}

static int is_global(const void *p)
{
	unsigned u, i;

	for (u = 0; u + 1 < ckpti_nunits(); u++) {
		for (i = 0; i < ckpti_unit(u)->nglobals; i++) {
			const struct ckpt_global *g =
				&ckpti_unit(u)->globals[i];

			if (g->addr == p && !(g->flags & CKPT_G_CONST))
				return 1;
		}
	}
	return 0;
}

int ckpti_global_left_out(const void *addr)
{
	int i;

	for (i = 0; i < ckpti_own.left_out_count; i++) {
		if (ckpti_own.left_out[i] == addr)
			return 1;
	}
	return 0;
}

static int leave_out_global(void *p)
{
	struct ckpti_own *o = &ckpti_own;
	size_t n = (size_t)o->left_out_count;
	void **list;

	if (ckpti_global_left_out(p))
		return 0;
	list = ckpti_realloc(CKPTI_PROGRAM, o->left_out,
			     (n + 1) * sizeof(*list), ckpti_voidp_type);
	if (!list)
		return -1;
	o->left_out = list;
	list[n] = p;
	o->left_out_count++;
	return 0;
}

int ckpt_leave_out(void *p)
{
	struct ckpti_span *s;
	uint32_t i;

	if (!p)
		return -1;
	s = block_at(p, &i);
	if (s)
		return leave_out_block(s, i);
	if (is_global(p))
		return leave_out_global(p);
	ckpti_say("ckpt_leave_out: no block of malloc's and no global or "
		  "static variable starts at that address");
	return -1;
}

int ckpt_keep(void *p)
{
	const struct ckpt_type *type;
	struct ckpti_own *o = &ckpti_own;
	struct ckpti_span *s;
	uint32_t i;
	int k;

	s = p ? block_at(p, &i) : NULL;
	if (s) {
		type = ckpti_type_of_id(CKPTI_TYPE_OF(s->words[i]));
		if (type && (type->flags & CKPT_T_LEFT_OUT))
			set_type(s, i, ckpti_left_out_of(type));
		return 0;
	}
	for (k = 0; k < o->left_out_count; k++) {
		if (o->left_out[k] == p) {
			o->left_out[k] = o->left_out[--o->left_out_count];
			return 0;
		}
	}
	return -1;
}

/* ---- questions -------------------------------------------------------------------- */

int ckpt_is_on(void)
{
	return ckpti_conf.image && !ckpti_poll_refused();
}

unsigned long ckpt_restarts(void)
{
	return ckpti_own.restarts;
}

unsigned long ckpt_images(void)
{
	return (unsigned long)ckpti_serial;
}

const char *ckpt_origin(void)
{
	return ckpti_own.origin;
}

void ckpti_hand_restarted(const char *arch)
{
	struct ckpti_own *o = &ckpti_own;

	o->restarts++;
	memset(o->origin, 0, sizeof(o->origin));
	strncpy(o->origin, arch, sizeof(o->origin) - 1);
}
