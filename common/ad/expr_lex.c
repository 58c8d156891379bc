/* SPDX-License-Identifier: MIT */
/*
 * Two rules here surprise. A '-' right before a digit belongs to the number
 * unless a value stands before it, so that -9223372036854775808 can be
 * written and 3-2 is a difference. And in strings only \" and \\ are escapes;
 * any other backslash stands for itself, so that "\d+" is a pattern.
 */
#include "common/ad/expr_lex.h"

#include "common/ad/name.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#define NUMBER_MAX 400 /* digits and signs of one number */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte at pos + ahead, NUL behind the end. */
static char at(const struct expr_lex *lex, size_t ahead)
{
	size_t pos = lex->pos + ahead;

	return pos < lex->len ? lex->text[pos] : '\0';
}

static int bad(const struct expr_lex *lex, const char *what, struct err *err)
{
	return err_set(err, -EINVAL, "column %zu: %s",
		       EXPR_LEX_COLUMN(lex->start), what);
}

/* After these a '-' is an operator. */
static bool is_value(enum tok tok)
{
	switch (tok) {
	case TOK_INT:
	case TOK_REAL:
	case TOK_STRING:
	case TOK_NAME:
	case TOK_TRUE:
	case TOK_FALSE:
	case TOK_UNDEFINED:
	case TOK_ERROR:
	case TOK_PARENT:
	case TOK_RPAREN:
	case TOK_RBRACK:
	case TOK_RBRACE:
		return true;
	default:
		return false;
	}
}

static int take(struct expr_lex *lex, enum tok tok, size_t len)
{
	lex->tok = tok;
	lex->pos += len;
	lex->end = lex->pos;
	return 0;
}

/* Moves over digits, a fraction and an exponent; is it a real? */
static bool skip_number(struct expr_lex *lex)
{
	bool real = false;
	size_t sign;

	if (at(lex, 0) == '-')
		lex->pos++;
	while (is_digit(at(lex, 0)))
		lex->pos++;
	if (at(lex, 0) == '.' && is_digit(at(lex, 1))) {
		real = true;
		lex->pos++;
		while (is_digit(at(lex, 0)))
			lex->pos++;
	}
	if (at(lex, 0) != 'e' && at(lex, 0) != 'E')
		return real;
	sign = at(lex, 1) == '+' || at(lex, 1) == '-';
	if (!is_digit(at(lex, 1 + sign)))
		return real;
	lex->pos += 1 + sign;
	while (is_digit(at(lex, 0)))
		lex->pos++;
	return true;
}

static int lex_number(struct expr_lex *lex, struct err *err)
{
	char buf[NUMBER_MAX + 1];
	const char *digits = buf;
	bool real = skip_number(lex);
	size_t len = lex->pos - lex->start;

	if (len > NUMBER_MAX)
		return bad(lex, "number too long", err);
	memcpy(buf, lex->text + lex->start, len);
	buf[len] = '\0';
	if (name_char(at(lex, 0)) || at(lex, 0) == '.')
		return err_set(err, -EINVAL,
			       "column %zu: bad number '%s%c' (units and "
			       "hexadecimal are not allowed here)",
			       EXPR_LEX_COLUMN(lex->start), buf, at(lex, 0));
	if (*digits == '-')
		digits++;
	if (digits[0] == '0' && is_digit(digits[1]))
		return err_set(err, -EINVAL,
			       "column %zu: number '%s' starts with 0",
			       EXPR_LEX_COLUMN(lex->start), buf);
	lex->tok = real ? TOK_REAL : TOK_INT;
	lex->end = lex->pos;
	errno = 0;
	if (real)
		lex->u.r = strtod(buf, NULL);
	else
		lex->u.i = strtoll(buf, NULL, 10);
	if (!real && errno == ERANGE)
		return err_set(err, -EINVAL,
			       "column %zu: integer '%s' needs more than 64 "
			       "bits",
			       EXPR_LEX_COLUMN(lex->start), buf);
	return 0;
}

/* From the opening quote to behind the closing one. */
static int lex_quoted(struct expr_lex *lex, enum tok tok, struct err *err)
{
	char quote = at(lex, 0);

	lex->pos++;
	while (lex->pos < lex->len && at(lex, 0) != quote) {
		if (at(lex, 0) == '\\' &&
		    (at(lex, 1) == quote || at(lex, 1) == '\\'))
			lex->pos++;
		lex->pos++;
	}
	if (lex->pos >= lex->len)
		return bad(lex,
			   quote == '"' ? "string without closing '\"'"
					: "name without closing \"'\"",
			   err);
	lex->quoted = true;
	return take(lex, tok, 1);
}

static int lex_name(struct expr_lex *lex)
{
	static const struct {
		const char *word;
		enum tok tok;
	} words[] = {
		{ "true", TOK_TRUE },	  { "false", TOK_FALSE },
		{ "is", TOK_IS },	  { "undefined", TOK_UNDEFINED },
		{ "isnt", TOK_ISNT },	  { "error", TOK_ERROR },
		{ "parent", TOK_PARENT },
	};
	size_t len = 0;

	while (name_char(at(lex, len)))
		len++;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) == len &&
		    strncasecmp(words[i].word, lex->text + lex->pos, len) == 0)
			return take(lex, words[i].tok, len);
	}
	return take(lex, TOK_NAME, len);
}

static int lex_punct(struct expr_lex *lex, struct err *err)
{
	/* longest first where one begins another */
	static const struct {
		char text[4];
		enum tok tok;
	} puncts[] = {
		{ "=?=", TOK_IS },   { "=!=", TOK_ISNT }, { ">>>", TOK_USHR },
		{ "==", TOK_EQ },    { "!=", TOK_NE },	  { "<=", TOK_LE },
		{ ">=", TOK_GE },    { "<<", TOK_SHL },	  { ">>", TOK_SHR },
		{ "&&", TOK_AND },   { "||", TOK_OR },	  { "(", TOK_LPAREN },
		{ ")", TOK_RPAREN }, { "[", TOK_LBRACK }, { "]", TOK_RBRACK },
		{ "{", TOK_LBRACE }, { "}", TOK_RBRACE }, { ",", TOK_COMMA },
		{ ";", TOK_SEMI },   { ".", TOK_DOT },	  { "=", TOK_ASSIGN },
		{ "?", TOK_QMARK },  { ":", TOK_COLON },  { "!", TOK_NOT },
		{ "~", TOK_BITNOT }, { "*", TOK_MUL },	  { "/", TOK_DIV },
		{ "%", TOK_MOD },    { "+", TOK_PLUS },	  { "-", TOK_MINUS },
		{ "<", TOK_LT },     { ">", TOK_GT },	  { "&", TOK_BITAND },
		{ "^", TOK_BITXOR }, { "|", TOK_BITOR },
	};

	for (size_t i = 0; i < sizeof(puncts) / sizeof(puncts[0]); i++) {
		size_t len = strlen(puncts[i].text);

		if (lex->len - lex->pos >= len &&
		    memcmp(puncts[i].text, lex->text + lex->pos, len) == 0)
			return take(lex, puncts[i].tok, len);
	}
	if (at(lex, 0) > ' ' && at(lex, 0) < 0x7f)
		return err_set(err, -EINVAL, "column %zu: stray '%c'",
			       EXPR_LEX_COLUMN(lex->start), at(lex, 0));
	return err_set(err, -EINVAL, "column %zu: stray byte 0x%02x",
		       EXPR_LEX_COLUMN(lex->start), (unsigned char)at(lex, 0));
}

int expr_lex_next(struct expr_lex *lex, struct err *err)
{
	bool after_value = is_value(lex->tok);
	char c;

	while (lex->pos < lex->len && at(lex, 0) != '\0' &&
	       strchr(" \t\r\n\v\f", at(lex, 0)))
		lex->pos++;
	lex->start = lex->end = lex->pos;
	lex->quoted = false;
	if (lex->pos >= lex->len)
		return take(lex, TOK_END, 0);
	c = at(lex, 0);
	if (is_digit(c) || (c == '.' && is_digit(at(lex, 1)) && !after_value) ||
	    (c == '-' && is_digit(at(lex, 1)) && !after_value))
		return lex_number(lex, err);
	if (c == '"')
		return lex_quoted(lex, TOK_STRING, err);
	if (c == '\'')
		return lex_quoted(lex, TOK_NAME, err);
	if (name_first(c))
		return lex_name(lex);
	return lex_punct(lex, err);
}

int expr_lex_init(struct expr_lex *lex, const char *text, size_t len,
		  struct err *err)
{
	*lex = (struct expr_lex){ .text = text, .len = len };
	return expr_lex_next(lex, err);
}

void expr_lex_text(const struct expr_lex *lex, struct strbuf *out)
{
	const char *p = lex->text + lex->start;
	const char *end = lex->text + lex->end;
	char quote = *p;

	if (!lex->quoted) {
		strbuf_add(out, p, (size_t)(end - p));
		return;
	}
	for (p++, end--; p < end; p++) {
		if (*p == '\\' && (p[1] == quote || p[1] == '\\'))
			p++;
		strbuf_addch(out, *p);
	}
}

int expr_lex_fail(const struct expr_lex *lex, const char *what, struct err *err)
{
	size_t len = lex->end - lex->start;

	if (lex->tok == TOK_END)
		return err_set(err, -EINVAL, "column %zu: %s, found the end",
			       EXPR_LEX_COLUMN(lex->start), what);
	return err_set(err, -EINVAL, "column %zu: %s, found '%.*s'",
		       EXPR_LEX_COLUMN(lex->start), what,
		       (int)(len > 40 ? 40 : len), lex->text + lex->start);
}
