/* SPDX-License-Identifier: MIT */
/* The descriptions of types: struct ckpt_type __ckpt_y[], by type id. */
#include <string.h>

#include "ckptlib/abi.h"
#include "instrument/emit.h"
#include "instrument/vm.h"

int type_ref(struct emit *e, const struct type *t)
{
	t = vm_elements(t);
	e->type_used[t->id] = true;
	return t->id;
}

const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

bool type_spell(const struct type *t, struct strbuf *out)
{
	const char *word = t->kind == T_STRUCT	? "struct"
			   : t->kind == T_UNION ? "union"
						: "enum";

	if (t->local)
		return false;
	if (t->kind == T_COMPLEX) {
		strbuf_addstr(out, t->size == 8	   ? "_Complex float"
				   : t->size == 16 ? "_Complex double"
						   : "_Complex long double");
		return true;
	}
	if (t->kind == T_VECTOR && type_scalar(t->elem)) {
		strbuf_addf(out, "%s __attribute__((vector_size(%lld)))",
			    type_scalar(t->elem), t->size);
		return true;
	}
	if (t->kind != T_STRUCT && t->kind != T_UNION && t->kind != T_ENUM)
		return false;
	if (t->tag)
		strbuf_addf(out, "%s %s", word, t->tag);
	else if (t->typedef_name)
		strbuf_addstr(out, t->typedef_name);
	else
		return false;
	return true;
}

/* ---- names in images ---- */

static const char *const scalar_names[] = {
	[T_VOID] = "void",
	[T_BOOL] = "_Bool",
	[T_CHAR] = "char",
	[T_SCHAR] = "signed char",
	[T_UCHAR] = "unsigned char",
	[T_SHORT] = "short",
	[T_USHORT] = "unsigned short",
	[T_INT] = "int",
	[T_UINT] = "unsigned int",
	[T_LONG] = "long",
	[T_ULONG] = "unsigned long",
	[T_LLONG] = "long long",
	[T_ULLONG] = "unsigned long long",
	[T_INT128] = "__int128",
	[T_UINT128] = "unsigned __int128",
	[T_FLOAT] = "float",
	[T_DOUBLE] = "double",
	[T_LDOUBLE] = "long double",
	[T_FLOAT128] = "_Float128",
	[T_POINTER] = "pointer",
	[T_FUNCTION] = "function",
	[T_VA_LIST] = "va_list",
	[T_VECTOR] = "vector",
	[T_COMPLEX] = "_Complex",
	[T_OTHER] = "?",
	[T_ARRAY] = "array",
	[T_INCOMPLETE_ARRAY] = "array",
	[T_VLA] = "array",
};

const char *type_scalar(const struct type *t)
{
	return t->kind >= T_BOOL && t->kind <= T_DOUBLE ? scalar_names[t->kind]
							: NULL;
}

static void add_name(const struct type *t, struct strbuf *out)
{
	const char *word = t->kind == T_STRUCT	? "struct "
			   : t->kind == T_UNION ? "union "
						: "enum ";

	if (t->kind != T_STRUCT && t->kind != T_UNION && t->kind != T_ENUM)
		strbuf_addstr(out, scalar_names[t->kind]);
	else if (t->tag)
		strbuf_addf(out, "%s%s", word, t->tag);
	else if (t->typedef_name)
		strbuf_addstr(out, t->typedef_name);
	else
		strbuf_addf(out, "%s<%s:%u:%u>", word, base_name(t->file),
			    t->line, t->col);
}

/* Only the tag at the end of its signal set has a meaning elsewhere. */
static bool is_jump_buffer(const struct type *t)
{
	return t->kind == T_STRUCT && t->is_system && t->nfields && t->tag &&
	       !strcmp(t->tag, "__jmp_buf_tag");
}

/* Longer than there are signals, in words that differ: libckpt knows it. */
static bool is_signal_set(const struct type *t)
{
	const char *name = t->tag ? t->tag : t->typedef_name;

	return t->kind == T_STRUCT && t->is_system && name &&
	       (!strcmp(name, "__sigset_t") || !strcmp(name, "sigset_t"));
}

/* System types whose bytes mean nothing elsewhere. */
static bool is_opaque(const struct type *t)
{
	static const char *const tags[] = {
		"_IO_FILE",	 "__dirstream",	      "__locale_struct",
		"__locale_data", "re_pattern_buffer",
	};

	if (t->kind == T_VA_LIST || t->kind == T_OTHER || t->kind == T_VLA)
		return true;
	if (is_jump_buffer(t) || is_signal_set(t))
		return true;
	if (!t->is_system || !t->tag)
		return false;
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (!strcmp(tags[i], t->tag))
			return true;
	return !strncmp(t->tag, "__pthread", 9);
}

static const char *kind_word(const struct type *t)
{
	if (is_jump_buffer(t) || is_signal_set(t))
		return "CKPT_STRUCT";
	if (is_opaque(t))
		return "CKPT_OPAQUE";
	switch (t->kind) {
	case T_VOID:
		return "CKPT_VOID";
	case T_CHAR:
		return "CKPT_CHAR";
	case T_FLOAT:
	case T_DOUBLE:
	case T_LDOUBLE:
	case T_FLOAT128:
		return "CKPT_FLOAT";
	case T_COMPLEX:
		return "CKPT_COMPLEX";
	case T_POINTER:
		return "CKPT_PTR";
	case T_FUNCTION:
		return "CKPT_FUNC";
	case T_ARRAY:
	case T_VECTOR:
	case T_INCOMPLETE_ARRAY:
		return "CKPT_ARRAY";
	case T_STRUCT:
		return "CKPT_STRUCT";
	case T_UNION:
		return "CKPT_UNION";
	default:
		return t->is_signed ? "CKPT_INT" : "CKPT_UINT";
	}
}

static bool is_record(const struct type *t)
{
	return (t->kind == T_STRUCT || t->kind == T_UNION) && !is_opaque(t);
}

static bool is_field(const struct field *f)
{
	/* unnamed bit-fields are padding */
	return f->name || f->width < 0;
}

/* ---- what else a description needs ---- */

static bool need(struct emit *e, const struct type *t)
{
	if (!t || e->type_used[t->id])
		return false;
	e->type_used[t->id] = true;
	return true;
}

static bool close_over(struct emit *e, const struct type *t)
{
	bool more = false;

	if (is_opaque(t))
		return false;
	if (t->kind != T_FUNCTION)
		more |= need(e, vm_elements(t->elem));
	for (int i = 0; is_record(t) && i < t->nfields; i++)
		more |= need(e, t->fields[i].type);
	return more;
}

static void close_types(struct emit *e)
{
	bool more = true;

	while (more) {
		more = false;
		for (int i = 0; i < e->ast->ntypes; i++)
			if (e->type_used[i])
				more |= close_over(e, e->ast->types[i]);
	}
}

/* ---- writing ---- */

static void add_accessors(const struct type *t, int i, struct strbuf *out)
{
	const struct field *f = &t->fields[i];

	strbuf_addf(out,
		    "static long long __ckpt_g%d_%d(const void *o) { return "
		    "__ckpt_bits(o, %lldul, %d, %d); }\n"
		    "static void __ckpt_w%d_%d(void *o, long long v) { "
		    "__ckpt_setbits(o, %lldul, %d, v); }\n",
		    t->id, i, f->offset_bits, f->width, f->type->is_signed,
		    t->id, i, f->offset_bits, f->width);
}

static void add_field(const struct type *t, int i, struct strbuf *out)
{
	const struct field *f = &t->fields[i];

	strbuf_addf(out, "\t{ \"%s\", &__ckpt_y[%d], ", f->name ? f->name : "",
		    f->type->id);
	if (f->width >= 0)
		strbuf_addf(out, "0, %d, __ckpt_g%d_%d, __ckpt_w%d_%d },\n",
			    f->width, t->id, i, t->id, i);
	else
		strbuf_addf(out, "%lld, 0, 0, 0 },\n", f->offset_bits / 8);
}

static int add_tag_field(const struct type *t, struct strbuf *out)
{
	const struct field *f = &t->fields[t->nfields - 1];

	strbuf_addf(out,
		    "static const struct ckpt_field __ckpt_q%d[] = {\n"
		    "\t{ \"tag\", &ckpt_tag_type, %lld, 0, 0, 0 },\n};\n",
		    t->id, f->offset_bits / 8 + f->type->size - CKPT_TAG_BYTES);
	return 1;
}

static int add_fields(const struct type *t, struct strbuf *out)
{
	int n = 0;

	if (is_jump_buffer(t))
		return add_tag_field(t, out);
	if (is_signal_set(t))
		return 2;
	if (!is_record(t))
		return 0;
	for (int i = 0; i < t->nfields; i++) {
		if (!is_field(&t->fields[i]))
			continue;
		if (t->fields[i].width >= 0)
			add_accessors(t, i, out);
		n++;
	}
	if (!n)
		return 0;
	strbuf_addf(out, "static const struct ckpt_field __ckpt_q%d[] = {\n",
		    t->id);
	for (int i = 0; i < t->nfields; i++)
		if (is_field(&t->fields[i]))
			add_field(t, i, out);
	strbuf_addstr(out, "};\n");
	return n;
}

static void add_flags(const struct type *t, struct strbuf *out)
{
	bool record = t->kind == T_STRUCT || t->kind == T_UNION;

	strbuf_addch(out, '0');
	if (record && t->is_system)
		strbuf_addstr(out, " | CKPT_T_SYSTEM");
	if (t->kind == T_BOOL)
		strbuf_addstr(out, " | CKPT_T_BOOL");
	if (t->kind == T_ENUM)
		strbuf_addstr(out, " | CKPT_T_ENUM");
	if ((record && !t->complete) || t->size < 0)
		strbuf_addstr(out, " | CKPT_T_INCOMPLETE");
}

static void add_type(const struct emit *e, const struct type *t, int nfields,
		     struct strbuf *out)
{
	const struct type *to = vm_elements(t->elem);
	bool elem = to && t->kind != T_FUNCTION && e->type_used[to->id];

	strbuf_addf(out, "\t[%d] = { \"", t->id);
	add_name(t, out);
	strbuf_addstr(out, "\", ");
	if (t->file && (t->kind == T_STRUCT || t->kind == T_UNION))
		strbuf_addf(out, "\"%s:%u\", ", base_name(t->file), t->line);
	else
		strbuf_addstr(out, "0, ");
	strbuf_addf(out, "%s, ", kind_word(t));
	add_flags(t, out);
	strbuf_addf(out, ", %d, %d, %lld, %lld, ", t->align > 0 ? t->align : 1,
		    nfields, t->size > 0 ? t->size : 0,
		    t->kind == T_ARRAY || t->kind == T_VECTOR ? t->count : 0);
	if (elem)
		strbuf_addf(out, "&__ckpt_y[%d], ", to->id);
	else
		strbuf_addstr(out, "0, ");
	if (is_signal_set(t))
		strbuf_addstr(out, "ckpt_sigset_fields },\n");
	else if (nfields)
		strbuf_addf(out, "__ckpt_q%d },\n", t->id);
	else
		strbuf_addstr(out, "0 },\n");
}

static const char accessors[] =
	"static long long __ckpt_bits(const void *o, unsigned long at, "
	"unsigned n, int sign) { const unsigned char *p = o; unsigned long "
	"long v = 0; unsigned i; for (i = 0; i < n; i++) { unsigned long b = "
	"at + i; if (__ckpt_one.c[1]) v = v << 1 | (p[b / 8] >> (7 - b % 8) & 1); "
	"else v |= (unsigned long long)(p[b / 8] >> b % 8 & 1) << i; } if "
	"(sign && n < 64 && (v >> (n - 1) & 1)) v |= ~0ull << n; return (long "
	"long)v; }\n"
	"static void __ckpt_setbits(void *o, unsigned long at, unsigned n, "
	"long long v) { unsigned char *p = o; unsigned i; for (i = 0; i < n; "
	"i++) { unsigned long b = at + (__ckpt_one.c[1] ? n - 1 - i : i); unsigned "
	"char m = __ckpt_one.c[1] ? 128 >> b % 8 : 1 << b % 8; if ((unsigned long "
	"long)v >> i & 1) p[b / 8] |= m; else p[b / 8] &= ~m; } }\n";

/* libclang's sizes are the compiler's, or the unit does not compile. */
static void add_assertion(const struct type *t, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT;

	if (is_record(t) && t->complete && !t->is_system &&
	    type_spell(t, &name))
		strbuf_addf(out,
			    "_Static_assert(sizeof(%s) == %lld, \"hcc and the "
			    "compiler lay out %s differently\");\n",
			    name.data, t->size, name.data);
	strbuf_release(&name);
}

void emit_types(struct emit *e, struct strbuf *out)
{
	struct strbuf array = STRBUF_INIT;

	close_types(e);
	strbuf_addstr(out, "static const union { unsigned short s; unsigned "
			   "char c[2]; } __ckpt_one = { 1 };\n");
	strbuf_addstr(out, accessors);
	strbuf_addf(&array, "static const struct ckpt_type __ckpt_y[%d] = {\n",
		    e->ast->ntypes + 1);
	for (int i = 0; i < e->ast->ntypes; i++) {
		const struct type *t = e->ast->types[i];

		if (!e->type_used[i])
			continue;
		add_type(e, t, add_fields(t, out), &array);
		add_assertion(t, out);
	}
	strbuf_addstr(&array, "};\nstatic const struct ckpt_type *const "
			      "__ckpt_yy[] = {");
	for (int i = 0; i < e->ast->ntypes; i++)
		if (e->type_used[i])
			strbuf_addf(&array, " &__ckpt_y[%d],", i);
	strbuf_addstr(&array, " 0 };\n");
	strbuf_add(out, array.data, array.len);
	strbuf_release(&array);
}
