/* SPDX-License-Identifier: MIT */
/*
 * The syntax tree of one preprocessed translation unit, our own: every node
 * is a range of the text, so that what hcc leaves alone is copied verbatim.
 *
 * Invariants:
 * - begin/end are byte offsets into ast.text (the output of `cc -E`); a
 *   child's range lies within its parent's, except for declarators (see
 *   `decl.name_at`), and children are in the order of the text.
 * - Parentheses, casts and implicit nodes: a paren expression is a node of
 *   its own (N_PAREN); implicit casts have no node.
 * - Whatever libclang does not expose (missing parts of `for (;;)`, GNU
 *   `a ?: b`, designators, offsetof, va_arg, attributes) was settled with
 *   the tokenizer by walk.c; nobody else asks libclang anything.
 * - Bodies of functions in system headers were not looked into: such a
 *   function is an N_FILE_DECL whose range holds the body, and not `defined`.
 * - All memory belongs to the ast and goes with ast_free.
 */
#ifndef INSTRUMENT_AST_H
#define INSTRUMENT_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind {
	/* declarations */
	N_TRANSLATION_UNIT,
	N_FUNCTION, /* definition: n->decl; n->body is the last child, before
			 * it N_TYPE_REF and array bounds; params are in
			 * decl->params */
	N_DECL_STMT, /* a declaration in a block: one or more declarators;
			 * children: N_VAR, N_TYPE_DECL, in order, before them
			 * N_TYPE_REF and N_UNEVALUATED (typeof) of the
			 * specifiers; range ends after the `;` */
	N_FILE_DECL, /* a declaration at file scope, same children */
	N_VAR, /* one declarator with n->decl (of functions too);
			 * range: declarator (from after the specifiers or the
			 * comma) to the end of its initialiser or attributes;
			 * child: n->init if any, before it N_TYPE_REF and
			 * expressions in array bounds */
	N_TYPE_DECL, /* struct/union/enum definition (range: to its `}`) or
			 * the declarator of a typedef; children: the names and
			 * expressions in it */
	/* statements; range includes the final `;` */
	N_COMPOUND,
	N_EXPR_STMT,
	N_NULL_STMT,
	N_IF,
	N_WHILE,
	N_DO,
	N_FOR,
	N_SWITCH,
	N_CASE,
	N_DEFAULT,
	N_LABEL,
	N_GOTO,
	N_INDIRECT_GOTO,
	N_BREAK,
	N_CONTINUE,
	N_RETURN,
	N_ASM,
	/* expressions */
	N_CALL, /* children: callee, arguments */
	N_BINARY, /* op; not assignment, logical or comma */
	N_ASSIGN, /* op: 0 or the operator of a compound assignment */
	N_LOGAND,
	N_LOGOR,
	N_COMMA,
	N_COND, /* cond, then, else; GNU ?: : cond, else, n->op == '?' */
	N_UNARY, /* op: + - ~ ! * & and '_' for __extension__, __real__.. */
	N_INCDEC, /* op: '+' or '-'; n->prefix */
	N_CAST, /* child: operand (the last) */
	N_MEMBER, /* child: base; n->decl: field; n->arrow */
	N_INDEX, /* two children */
	N_REF, /* n->decl: variable, parameter, function, enumerator */
	N_PAREN,
	N_LITERAL, /* numbers, characters */
	N_STRING, /* one string literal (concatenated); L, u, U, u8 too */
	N_FUNC_NAME, /* __func__, __FUNCTION__, __PRETTY_FUNCTION__ */
	N_UNEVALUATED, /* sizeof, _Alignof, typeof, offsetof, types_compatible:
			 * nothing in it runs; children are its parts so that
			 * names can be edited; n->decl NULL; n->op: 's' sizeof,
			 * 'a' alignof, 'o' offsetof, 'y' typeof, 't' types
			 * compatible, 'A' _Static_assert */
	N_GENERIC, /* _Generic: children all; nothing but the chosen runs */
	N_INIT_LIST, /* children: elements (behind their designators) */
	N_COMPOUND_LITERAL, /* child: N_INIT_LIST */
	N_STMT_EXPR, /* ({ }) child: N_COMPOUND */
	N_VA_ARG, /* va_arg, and calls of __builtin_va_start/end/copy are
			 * N_CALL; child: the list */
	N_LABEL_ADDR, /* &&label */
	N_CHOOSE, /* __builtin_choose_expr */
	N_OTHER_EXPR, /* anything else; children are its parts */
	N_TYPE_REF, /* a use of a typedef or tag name in a declaration,
			 * cast or sizeof: range is the name alone; n->decl */
};

enum type_kind {
	T_VOID,
	T_BOOL,
	T_CHAR,
	T_SCHAR,
	T_UCHAR,
	T_SHORT,
	T_USHORT,
	T_INT,
	T_UINT,
	T_LONG,
	T_ULONG,
	T_LLONG,
	T_ULLONG,
	T_INT128,
	T_UINT128,
	T_FLOAT,
	T_DOUBLE,
	T_LDOUBLE,
	T_FLOAT128,
	T_COMPLEX,
	T_VECTOR,
	T_ENUM,
	T_POINTER,
	T_FUNCTION,
	T_ARRAY,
	T_INCOMPLETE_ARRAY,
	T_VLA,
	T_STRUCT,
	T_UNION,
	T_VA_LIST,
	T_OTHER,
};

struct decl;
struct node;

/* A canonical type (typedefs seen through); one object per distinct type, so
 * that pointers compare.  Qualifiers of the outermost level are dropped. */
struct type {
	enum type_kind kind;
	bool is_const; /* T_ARRAY: of const elements */
	bool is_signed; /* integers and enums, T_CHAR by the target */
	long long size; /* bytes; -1 unknown */
	int align; /* bytes */
	struct type *elem; /* pointee, element, function's result */
	bool elem_const; /* pointee is const */
	long long count; /* T_ARRAY, T_VECTOR */
	bool variadic, unprototyped; /* T_FUNCTION */
	struct type **params; /* T_FUNCTION */
	int nparams;
	/* T_STRUCT, T_UNION, T_ENUM: */
	const char *tag; /* NULL if it has none */
	const char *typedef_name; /* of a tagless type, if a typedef names it */
	struct decl *tag_decl;
	struct field *fields; /* complete struct or union */
	int nfields;
	bool complete;
	bool is_system; /* defined in a system header */
	bool local; /* defined in a block */
	bool has_vla;
	bool has_flexible; /* ends in a flexible array */
	const char *file; /* user's file and line of the definition */
	unsigned line, col;
	int id; /* dense, from 0, in ast.types */
};

struct field {
	const char *name; /* NULL: anonymous struct or union, or padding */
	struct type *type;
	long long offset_bits;
	int width; /* bit-field's bits, else -1 */
	bool is_const;
	bool fixed_width; /* declared as int64_t and the like: its width is
			   * the same on every target */
};

enum decl_kind {
	D_GLOBAL, /* file-scope variable, or extern in a block */
	D_STATIC_LOCAL,
	D_LOCAL,
	D_PARAM,
	D_FUNCTION,
	D_FIELD,
	D_ENUMERATOR,
	D_TYPEDEF,
	D_TAG,
	D_LABEL,
};

struct decl {
	enum decl_kind kind;
	const char *name; /* "" if none (unnamed parameter) */
	size_t name_at; /* offset of the name token (the definition's,
				 * else the first declaration's) */
	size_t end; /* offset just behind that declarator */
	struct type *type;
	struct node *node; /* N_FUNCTION or N_VAR of the definition */
	struct decl *function; /* of a local, parameter, label: whose */
	bool is_static; /* internal linkage, or a static local */
	bool is_extern; /* a declaration says `extern` */
	bool is_inline, is_weak, is_thread;
	bool is_const, is_volatile, is_register; /* outermost level */
	bool is_system; /* first declared in a system header */
	bool defined; /* in this unit (tentative counts) */
	bool address_taken; /* & applied, or an array that decays, or a
				 * member/element of it whose address is taken;
				 * functions: used other than as a callee */
	bool used; /* referenced at all */
	bool no_return, is_pure, has_cleanup, has_alias;
	bool gnu_inline_only; /* this definition makes no external symbol:
				 * C99 `inline` or GNU `extern inline` */
	bool has_asm_label, is_constructor, always_inline;
	bool has_plain_decl; /* D_FUNCTION: also declared without inline */
	bool is_c99_inline; /* the definition says inline as C99 means it */
	struct decl **params; /* D_FUNCTION definition, in order */
	int nparams;
	size_t attr_begin, attr_end; /* a definition's __attribute__((..)) and
				      * specifiers: from its first token to its
				      * name (for stripping) */
	const char *file; /* user's file and position by #line */
	unsigned line, col;
	void *user; /* the instrumenter's own record */
};

#define NODE_OP2(a, b) ((a) << 8 | (b))

struct node {
	enum node_kind kind;
	size_t begin, end;
	struct node *parent, *first, *last, *next;
	struct type *type; /* expressions */
	struct decl *decl;
	int op; /* operator: '+', '<', or two characters as
				 * NODE_OP2('<', '=') */
	struct type *operand_type; /* N_UNEVALUATED sizeof/_Alignof: of what */
	bool prefix, arrow;
	bool lvalue_bitfield; /* N_MEMBER of a bit-field */
	bool is_const_int; /* constant integer expression, value known */
	long long value;
	/* N_FOR: each NULL if missing.  N_IF: cond, then_, else_.  N_WHILE,
	 * N_DO, N_SWITCH: cond, body.  N_CASE, N_DEFAULT, N_LABEL: body.
	 * N_RETURN: cond is the value or NULL.  They are children as well. */
	struct node *init, *cond, *step, *body, *then_, *else_;
	int id; /* dense, from 0 */
	void *user;
};

/* An asm, attribute or construct that decides what may be done with the
 * function it stands in; walk.c records them as it meets them. */
enum feature {
	F_SETJMP,
	F_CONTEXT,
	F_LONGJMP,
	F_ALLOCA,
	F_VLA,
	F_COMPUTED_GOTO,
	F_LABEL_ADDR,
	F_ASM,
	F_CLEANUP,
	F_NESTED_FUNCTION,
	F_VA_START,
	F_VECTOR,
	F_THREAD,
	F_ATOMIC,
	F_APPLY,
	F_VFORK,
};
struct feature_use {
	enum feature feature;
	struct decl *function; /* NULL at file scope */
	size_t at;
};

struct ast_priv;
struct ast {
	const char *text; /* preprocessed, NUL-terminated */
	size_t len;
	const char *unit; /* base name of the main file, "prog.c" */
	struct node *root; /* children: N_FUNCTION, N_FILE_DECL, others */
	struct decl **decls; /* all */
	int ndecls;
	struct type **types;
	int ntypes;
	int nnodes;
	struct feature_use *features;
	int nfeatures;
	const uint32_t *pragmas; /* offset of the # of each #pragma line */
	int npragmas;
	struct ast_priv *priv; /* of ast.c and walk*.c */
};

/* Where an offset of the text lies in the user's files, by the linemarkers.
 * col counts bytes from 1.  is_system: marked as a system header. */
struct place {
	const char *file;
	unsigned line, col;
	bool is_system;
};
struct place ast_place(const struct ast *a, size_t offset);

/* The first enclosing node of that kind, or NULL. */
struct node *node_up(struct node *n, enum node_kind kind);
bool node_is_expr(const struct node *n);
bool node_is_stmt(const struct node *n);

/* The function declaration that a call names directly, seen through parens
 * and `*&`, or NULL for a call through a pointer. */
struct decl *call_target(const struct node *call);

/* One line a node, indented: for tests and `hcc --dump-ast`. */
struct strbuf;
void ast_dump(const struct ast *a, struct strbuf *out);

/* "N_CALL" and so on. */
const char *node_kind_name(enum node_kind kind);
/* The type in C's words as far as they fit a line: "pointer to const char". */
void type_describe(const struct type *t, struct strbuf *out);

/* Checks the invariants above over the whole tree: ranges nest and are in
 * order, begin and end at tokens, have balanced parentheses, and copying them
 * gives back the text.  Returns 0, or -EPROTO with the first fault. */
struct err;
int ast_check(const struct ast *a, struct err *err);

void ast_free(struct ast *a);

#endif
