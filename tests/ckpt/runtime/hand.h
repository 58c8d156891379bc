/* SPDX-License-Identifier: MIT */
/*
 * hand: tables as hcc emits them, for programs instrumented by hand. Each
 * program defines its types and variables with these and ends in UNIT.
 */
#ifndef TESTS_CKPT_RUNTIME_HAND_H
#define TESTS_CKPT_RUNTIME_HAND_H

#include <stddef.h>

#include "ckptlib/abi.h"

/* What hcc redirects by name. */
void *ckpt_malloc(size_t size);
void *ckpt_realloc(void *block, size_t size);
void ckpt_free(void *block);

#define TYPE(id, text, k, ctype, ...)                               \
	static const struct ckpt_type id = { .name = text,          \
					     .kind = k,             \
					     .align = _Alignof(ctype), \
					     .size = sizeof(ctype), \
					     ##__VA_ARGS__ }
#define PTR_TYPE(id, text, to) \
	TYPE(id, text, CKPT_PTR, void *, .elem = &(to))
#define ARRAY_TYPE(id, text, of, ctype, n) \
	TYPE(id, text, CKPT_ARRAY, ctype, .count = n, .elem = &(of))
#define FIELD(owner, member, t) \
	{ .name = #member, .type = &(t), .offset = offsetof(owner, member) }
#define STRUCT_TYPE(id, ctype, fieldlist)                       \
	TYPE(id, #ctype, CKPT_STRUCT, ctype, .where = __FILE__, \
	     .fields = fieldlist,                               \
	     .nfields = sizeof(fieldlist) / sizeof((fieldlist)[0]))

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define POINT(id_, fn_, n, what_, at, list)                               \
	static const struct ckpt_point id_ = { .fn = &(fn_),              \
					       .id = n,                   \
					       .what = what_,             \
					       .file = "prog.c",          \
					       .line = at,                \
					       .col = 1,                  \
					       .nvars = COUNT(list),      \
					       .vars = list }

#define POLL(point) \
	(__builtin_expect(ckpt_request, 0) && ckpt_poll(&(point)))
#define UNWINDING __builtin_expect(ckpt_unwinding, 0)
#define HINT(t)	  (ckpt_hint = &(t))

TYPE(t_char, "char", CKPT_CHAR, char);
TYPE(t_int, "int", CKPT_INT, int);
TYPE(t_unsigned, "unsigned int", CKPT_UINT, unsigned);
TYPE(t_long, "long", CKPT_INT, long);
TYPE(t_llong, "long long", CKPT_INT, long long);
TYPE(t_double, "double", CKPT_FLOAT, double);
TYPE(t_ldouble, "long double", CKPT_FLOAT, long double);
TYPE(t_void, "void", CKPT_VOID, char);
PTR_TYPE(t_charp, "char *", t_char);
PTR_TYPE(t_voidp, "void *", t_void);
PTR_TYPE(t_intp, "int *", t_int);
PTR_TYPE(t_charpp, "char **", t_charp);

#endif
