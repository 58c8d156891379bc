/* SPDX-License-Identifier: MIT */
/* expr_lex: the tokens of ClassAd expressions. */
#ifndef HARRIER_AD_EXPR_LEX_H
#define HARRIER_AD_EXPR_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct strbuf;

enum tok {
	TOK_END,
	TOK_INT,
	TOK_REAL,
	TOK_STRING,
	TOK_NAME, /* plain or 'quoted' */
	TOK_TRUE,
	TOK_FALSE,
	TOK_UNDEFINED,
	TOK_ERROR,
	TOK_PARENT,
	TOK_LPAREN,
	TOK_RPAREN,
	TOK_LBRACK,
	TOK_RBRACK,
	TOK_LBRACE,
	TOK_RBRACE,
	TOK_COMMA,
	TOK_SEMI,
	TOK_DOT,
	TOK_ASSIGN,
	TOK_QMARK,
	TOK_COLON,
	TOK_NOT,
	TOK_BITNOT,
	/* binary operators, in this order in the parser's table */
	TOK_MUL,
	TOK_DIV,
	TOK_MOD,
	TOK_PLUS,
	TOK_MINUS,
	TOK_SHL,
	TOK_SHR,
	TOK_USHR,
	TOK_LT,
	TOK_LE,
	TOK_GE,
	TOK_GT,
	TOK_EQ,
	TOK_NE,
	TOK_IS,
	TOK_ISNT,
	TOK_BITAND,
	TOK_BITXOR,
	TOK_BITOR,
	TOK_AND,
	TOK_OR,
};

/*
 * The scanner and the token it stands on. A string's or quoted name's
 * contents are raw: expr_lex_text undoes the escapes.
 */
struct expr_lex {
	const char *text;
	size_t len;
	size_t pos; /* behind the token */
	enum tok tok;
	size_t start; /* of the token */
	size_t end;
	bool quoted; /* a TOK_NAME in quotes */
	union {
		int64_t i;
		double r;
	} u;
};

/* Stands on the first token afterwards. */
int expr_lex_init(struct expr_lex *lex, const char *text, size_t len,
		  struct err *err);

/* To the next token. Returns 0 or -EINVAL with the column in err. */
int expr_lex_next(struct expr_lex *lex, struct err *err);

/* Appends the contents of the current string or name, escapes undone. */
void expr_lex_text(const struct expr_lex *lex, struct strbuf *out);

/* Sets err: "column N: <what>, found <the token>". Returns -EINVAL. */
int expr_lex_fail(const struct expr_lex *lex, const char *what,
		  struct err *err);

/* Columns count from 1. */
#define EXPR_LEX_COLUMN(pos) ((pos) + 1)

#endif
