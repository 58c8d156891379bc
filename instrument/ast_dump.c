/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "common/base/strbuf.h"
#include "instrument/ast.h"

static const char *const kind_names[] = {
	[N_TRANSLATION_UNIT] = "N_TRANSLATION_UNIT",
	[N_FUNCTION] = "N_FUNCTION",
	[N_DECL_STMT] = "N_DECL_STMT",
	[N_FILE_DECL] = "N_FILE_DECL",
	[N_VAR] = "N_VAR",
	[N_TYPE_DECL] = "N_TYPE_DECL",
	[N_COMPOUND] = "N_COMPOUND",
	[N_EXPR_STMT] = "N_EXPR_STMT",
	[N_NULL_STMT] = "N_NULL_STMT",
	[N_IF] = "N_IF",
	[N_WHILE] = "N_WHILE",
	[N_DO] = "N_DO",
	[N_FOR] = "N_FOR",
	[N_SWITCH] = "N_SWITCH",
	[N_CASE] = "N_CASE",
	[N_DEFAULT] = "N_DEFAULT",
	[N_LABEL] = "N_LABEL",
	[N_GOTO] = "N_GOTO",
	[N_INDIRECT_GOTO] = "N_INDIRECT_GOTO",
	[N_BREAK] = "N_BREAK",
	[N_CONTINUE] = "N_CONTINUE",
	[N_RETURN] = "N_RETURN",
	[N_ASM] = "N_ASM",
	[N_CALL] = "N_CALL",
	[N_BINARY] = "N_BINARY",
	[N_ASSIGN] = "N_ASSIGN",
	[N_LOGAND] = "N_LOGAND",
	[N_LOGOR] = "N_LOGOR",
	[N_COMMA] = "N_COMMA",
	[N_COND] = "N_COND",
	[N_UNARY] = "N_UNARY",
	[N_INCDEC] = "N_INCDEC",
	[N_CAST] = "N_CAST",
	[N_MEMBER] = "N_MEMBER",
	[N_INDEX] = "N_INDEX",
	[N_REF] = "N_REF",
	[N_PAREN] = "N_PAREN",
	[N_LITERAL] = "N_LITERAL",
	[N_STRING] = "N_STRING",
	[N_FUNC_NAME] = "N_FUNC_NAME",
	[N_UNEVALUATED] = "N_UNEVALUATED",
	[N_GENERIC] = "N_GENERIC",
	[N_INIT_LIST] = "N_INIT_LIST",
	[N_COMPOUND_LITERAL] = "N_COMPOUND_LITERAL",
	[N_STMT_EXPR] = "N_STMT_EXPR",
	[N_VA_ARG] = "N_VA_ARG",
	[N_LABEL_ADDR] = "N_LABEL_ADDR",
	[N_CHOOSE] = "N_CHOOSE",
	[N_OTHER_EXPR] = "N_OTHER_EXPR",
	[N_TYPE_REF] = "N_TYPE_REF",
};

static const char *const scalar_names[] = {
	[T_VOID] = "void",
	[T_BOOL] = "_Bool",
	[T_CHAR] = "char",
	[T_SCHAR] = "signed char",
	[T_UCHAR] = "unsigned char",
	[T_SHORT] = "short",
	[T_USHORT] = "unsigned short",
	[T_INT] = "int",
	[T_UINT] = "unsigned",
	[T_LONG] = "long",
	[T_ULONG] = "unsigned long",
	[T_LLONG] = "long long",
	[T_ULLONG] = "unsigned long long",
	[T_INT128] = "__int128",
	[T_UINT128] = "unsigned __int128",
	[T_FLOAT] = "float",
	[T_DOUBLE] = "double",
	[T_LDOUBLE] = "long double",
	[T_FLOAT128] = "__float128",
	[T_VA_LIST] = "va_list",
	[T_OTHER] = "other",
};

static const char *const feature_names[] = {
	[F_SETJMP] = "setjmp",
	[F_CONTEXT] = "context",
	[F_LONGJMP] = "longjmp",
	[F_ALLOCA] = "alloca",
	[F_VLA] = "vla",
	[F_COMPUTED_GOTO] = "computed goto",
	[F_LABEL_ADDR] = "label address",
	[F_ASM] = "asm",
	[F_CLEANUP] = "cleanup",
	[F_NESTED_FUNCTION] = "nested function",
	[F_VA_START] = "va_start",
	[F_VECTOR] = "vector",
	[F_THREAD] = "thread",
	[F_ATOMIC] = "atomic",
	[F_APPLY] = "apply",
	[F_VFORK] = "vfork",
};

const char *node_kind_name(enum node_kind kind)
{
	return kind_names[kind];
}

static void describe_tag(const struct type *t, struct strbuf *out)
{
	const char *word = t->kind == T_STRUCT	? "struct"
			   : t->kind == T_UNION ? "union"
						: "enum";

	if (t->tag)
		strbuf_addf(out, "%s %s", word, t->tag);
	else if (t->typedef_name)
		strbuf_addstr(out, t->typedef_name);
	else
		strbuf_addf(out, "%s <%u:%u>", word, t->line, t->col);
}

static void describe_function(const struct type *t, struct strbuf *out)
{
	int i;

	strbuf_addstr(out, "function(");
	for (i = 0; i < t->nparams; i++) {
		if (i)
			strbuf_addstr(out, ", ");
		type_describe(t->params[i], out);
	}
	if (t->variadic)
		strbuf_addstr(out, ", ...");
	strbuf_addstr(out, t->unprototyped ? "?) " : ") ");
	type_describe(t->elem, out);
}

void type_describe(const struct type *t, struct strbuf *out)
{
	switch (t->kind) {
	case T_POINTER:
		strbuf_addstr(out, t->elem_const ? "*const " : "*");
		type_describe(t->elem, out);
		break;
	case T_ARRAY:
		strbuf_addf(out, "[%lld]%s", t->count,
			    t->is_const ? "const " : "");
		type_describe(t->elem, out);
		break;
	case T_INCOMPLETE_ARRAY:
	case T_VLA:
		strbuf_addstr(out, t->kind == T_VLA ? "[*]" : "[]");
		type_describe(t->elem, out);
		break;
	case T_COMPLEX:
		strbuf_addstr(out, "_Complex ");
		type_describe(t->elem, out);
		break;
	case T_VECTOR:
		strbuf_addf(out, "vector(%lld) ", t->count);
		type_describe(t->elem, out);
		break;
	case T_FUNCTION:
		describe_function(t, out);
		break;
	case T_STRUCT:
	case T_UNION:
	case T_ENUM:
		describe_tag(t, out);
		break;
	default:
		strbuf_addstr(out, scalar_names[t->kind]);
	}
}

/* The beginning of the node's text on one line. */
static void dump_text(const struct ast *a, const struct node *n,
		      struct strbuf *out)
{
	size_t i, shown = 0;
	bool blank = false;

	strbuf_addstr(out, " '");
	for (i = n->begin; i < n->end && shown < 32; i++) {
		char c = a->text[i];

		if (c == ' ' || c == '\n' || c == '\t') {
			blank = true;
			continue;
		}
		if (blank)
			strbuf_addch(out, ' ');
		blank = false;
		strbuf_addch(out, c);
		shown++;
	}
	strbuf_addstr(out, i < n->end ? ".." : "");
	strbuf_addch(out, '\'');
}

static void dump_op(int op, struct strbuf *out)
{
	strbuf_addstr(out, " op=");
	if (op > 0xff)
		strbuf_addch(out, op >> 8);
	strbuf_addch(out, op & 0xff);
}

static void dump_decl(const struct decl *d, struct strbuf *out)
{
	static const char *const kinds[] = {
		[D_GLOBAL] = "global",
		[D_STATIC_LOCAL] = "static-local",
		[D_LOCAL] = "local",
		[D_PARAM] = "param",
		[D_FUNCTION] = "function",
		[D_FIELD] = "field",
		[D_ENUMERATOR] = "enumerator",
		[D_TYPEDEF] = "typedef",
		[D_TAG] = "tag",
		[D_LABEL] = "label",
	};

	strbuf_addf(out, " %s", kinds[d->kind]);
	if (*d->name)
		strbuf_addf(out, ":%s", d->name);
	strbuf_addf(out, "@%u:%u", d->line, d->col);
}

static void dump_node(const struct ast *a, const struct node *n, int depth,
		      struct strbuf *out)
{
	strbuf_addf(out, "%*s%s", depth * 2, "", kind_names[n->kind]);
	if (n->kind != N_TRANSLATION_UNIT)
		dump_text(a, n, out);
	if (n->op)
		dump_op(n->op, out);
	if (n->kind == N_INCDEC)
		strbuf_addstr(out, n->prefix ? " prefix" : " postfix");
	if (n->arrow)
		strbuf_addstr(out, " arrow");
	if (n->lvalue_bitfield)
		strbuf_addstr(out, " bit-field");
	if (n->decl)
		dump_decl(n->decl, out);
	if (n->type) {
		strbuf_addstr(out, " : ");
		type_describe(n->type, out);
	}
	if (n->is_const_int)
		strbuf_addf(out, " = %lld", n->value);
	strbuf_addch(out, '\n');
}

static void dump_nodes(const struct ast *a, struct strbuf *out)
{
	const struct node *n = a->root;
	int depth = 0;

	while (n) {
		if (n->parent != a->root || n->kind == N_FUNCTION ||
		    !ast_place(a, n->begin).is_system)
			dump_node(a, n, depth, out);
		if (n->first) {
			n = n->first;
			depth++;
			continue;
		}
		while (n && !n->next) {
			n = n->parent;
			depth--;
		}
		if (n)
			n = n->next;
	}
}

static void dump_flags(const struct decl *d, struct strbuf *out)
{
	const struct {
		bool set;
		const char *name;
	} flags[] = {
		{ d->is_static, "static" },
		{ d->is_extern, "extern" },
		{ d->is_inline, "inline" },
		{ d->gnu_inline_only, "inline-only" },
		{ d->is_weak, "weak" },
		{ d->is_thread, "thread" },
		{ d->is_const, "const" },
		{ d->is_volatile, "volatile" },
		{ d->is_register, "register" },
		{ d->defined, "defined" },
		{ d->address_taken, "address-taken" },
		{ d->used, "used" },
		{ d->no_return, "noreturn" },
		{ d->is_pure, "pure" },
		{ d->has_cleanup, "cleanup" },
		{ d->has_alias, "alias" },
		{ d->has_asm_label, "asm-label" },
		{ d->is_constructor, "constructor" },
		{ d->always_inline, "always-inline" },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].set)
			strbuf_addf(out, " %s", flags[i].name);
}

static void dump_decls(const struct ast *a, struct strbuf *out)
{
	int i;

	for (i = 0; i < a->ndecls; i++) {
		const struct decl *d = a->decls[i];

		if (d->is_system || d->kind == D_FIELD ||
		    d->kind == D_ENUMERATOR)
			continue;
		strbuf_addstr(out, "decl");
		dump_decl(d, out);
		if (d->type && d->kind != D_LABEL) {
			strbuf_addstr(out, " : ");
			type_describe(d->type, out);
		}
		dump_flags(d, out);
		if (d->function)
			strbuf_addf(out, " in %s", d->function->name);
		strbuf_addf(out, " '%.*s'\n", (int)(d->end - d->name_at),
			    a->text + d->name_at);
	}
}

static void dump_types(const struct ast *a, struct strbuf *out)
{
	int i, f;

	for (i = 0; i < a->ntypes; i++) {
		const struct type *t = a->types[i];

		if ((t->kind != T_STRUCT && t->kind != T_UNION &&
		     t->kind != T_ENUM) ||
		    t->is_system)
			continue;
		strbuf_addstr(out, "type ");
		type_describe(t, out);
		strbuf_addf(out, " size=%lld align=%d%s%s%s%s\n", t->size,
			    t->align, t->complete ? "" : " incomplete",
			    t->local ? " local" : "",
			    t->has_flexible ? " flexible" : "",
			    t->kind == T_ENUM && t->is_signed ? " signed" : "");
		for (f = 0; f < t->nfields; f++) {
			const struct field *fd = t->fields + f;

			strbuf_addf(out, "  %s@%lld", fd->name ? fd->name : "-",
				    fd->offset_bits);
			if (fd->width >= 0)
				strbuf_addf(out, ":%d", fd->width);
			strbuf_addstr(out, fd->is_const ? " const " : " ");
			type_describe(fd->type, out);
			strbuf_addch(out, '\n');
		}
	}
}

void ast_dump(const struct ast *a, struct strbuf *out)
{
	int i;

	dump_nodes(a, out);
	dump_decls(a, out);
	dump_types(a, out);
	for (i = 0; i < a->nfeatures; i++) {
		const struct feature_use *f = a->features + i;
		struct place at = ast_place(a, f->at);

		strbuf_addf(out, "feature %s in %s at %u:%u\n",
			    feature_names[f->feature],
			    f->function ? f->function->name : "-", at.line,
			    at.col);
	}
}
