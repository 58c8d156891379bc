/* SPDX-License-Identifier: MIT */
/*
 * Variably modified variables in the emitted C.
 *
 * C allows no jump into the scope of such a declaration, and the way into a
 * slow clone is a jump. So there they are *flat*:
 *
 *	void *__ckpt_m_v	where the array v lies (or, if its address is
 *				taken, the pointer v)
 *	void *__ckpt_w_p	the value of the pointer p
 *	unsigned long __ckpt_h_v	bytes that there are at __ckpt_m_v
 *	unsigned long __ckpt_nN_v	its dimensions
 *
 * all declared at the clone's top, and each use of the name is
 * (*(TYPE *)__ckpt_m_v), the type spelled with the dimensions: a cast opens
 * no scope. Copies of loops that nothing leads into keep declarations of
 * their own as written.
 */
#ifndef INSTRUMENT_EMIT_VM_H
#define INSTRUMENT_EMIT_VM_H

#include "instrument/emit.h"
#include "instrument/vm.h"

bool vm_is_flat(const struct emit *e, const struct vm *vm);
/* Whether any declarator of a declaration is flat. */
bool vm_flat_decl(const struct emit *e, const struct node *stmt);

/* The type, spelled with the dimensions: `__typeof__(double [__ckpt_n1_v])`. */
void vm_render_type(struct emit *e, const struct vm *vm, struct strbuf *out);
/* The object that a flat variable is, an lvalue. */
void vm_render_object(struct emit *e, const struct var *v, struct strbuf *out);
/* The flat pointer as `void *`, an lvalue. */
void vm_render_raw(const struct var *v, struct strbuf *out);
/* A declaration of which something is flat: the declarators from first to
 * last (NULL: all), without initialisers if bare. */
void vm_render_decl(struct emit *e, struct node *stmt, struct node *first,
		    const struct node *last, bool bare, struct strbuf *out);

/* What stands at a slow clone's top. */
void vm_render_top(struct emit *e, const struct fn *fn, struct strbuf *out);
/* What follows when a point's variables were restored. */
void vm_render_restored(struct emit *e, const struct point *p,
			struct strbuf *out);
/* A dimension's value in the text being written. */
void vm_render_dim(struct emit *e, const struct var *dim, struct strbuf *out);
/* The number of elements of a variable array. */
void vm_render_count(struct emit *e, const struct var *v, struct strbuf *out);

/* A temporary with such a type is a `void *`. */
bool vm_is_temp(const struct var *v);
void vm_render_temp(struct emit *e, const struct var *v, struct strbuf *out);

#endif
