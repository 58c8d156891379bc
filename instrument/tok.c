/* SPDX-License-Identifier: MIT */
#include "instrument/tok.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

struct scan {
	struct toks *t;
	size_t alloc, pragma_alloc;
	const char *text;
	size_t pos, len;
	bool line_start; /* only white space since the line began */
};

static bool is_ident_start(unsigned char c)
{
	return isalpha(c) || c == '_' || c == '$' || c >= 0x80;
}

static bool is_ident(unsigned char c)
{
	return is_ident_start(c) || isdigit(c);
}

static char peek(const struct scan *s, size_t ahead)
{
	return s->pos + ahead < s->len ? s->text[s->pos + ahead] : '\0';
}

static void add(struct scan *s, enum tok_kind kind, size_t begin, uint32_t op)
{
	struct toks *t = s->t;

	if (t->n + 1 >= s->alloc) {
		s->alloc = s->alloc * 2;
		t->v = xreallocarray(t->v, s->alloc, sizeof(*t->v));
	}
	t->v[t->n++] =
		(struct tok){ (uint32_t)begin, (uint32_t)s->pos, kind, op };
}

static void add_pragma(struct scan *s, size_t begin)
{
	struct toks *t = s->t;

	if (t->npragmas == s->pragma_alloc) {
		s->pragma_alloc = s->pragma_alloc * 2 + 16;
		t->pragmas = xreallocarray(t->pragmas, s->pragma_alloc,
					   sizeof(*t->pragmas));
	}
	t->pragmas[t->npragmas++] = (uint32_t)begin;
}

/* A line that starts with #; backslashes join lines. */
static void scan_directive(struct scan *s)
{
	size_t begin = s->pos, word = s->pos + 1;

	while (word < s->len && (s->text[word] == ' ' || s->text[word] == '\t'))
		word++;
	if (s->len - word >= 6 && !memcmp(s->text + word, "pragma", 6))
		add_pragma(s, begin);
	while (s->pos < s->len && s->text[s->pos] != '\n') {
		if (s->text[s->pos] == '\\' && s->pos + 1 < s->len)
			s->pos++;
		s->pos++;
	}
}

/* White space, comments and directives before the next token. */
static void skip_space(struct scan *s)
{
	while (s->pos < s->len) {
		char c = s->text[s->pos];

		if (c == '\n') {
			s->line_start = true;
			s->pos++;
		} else if (isspace((unsigned char)c) || c == '\0') {
			s->pos++;
		} else if (c == '#' && s->line_start) {
			scan_directive(s);
		} else if (c == '/' && peek(s, 1) == '/') {
			while (s->pos < s->len && s->text[s->pos] != '\n')
				s->pos++;
		} else if (c == '/' && peek(s, 1) == '*') {
			s->pos += 2;
			while (s->pos < s->len &&
			       !(s->text[s->pos] == '*' && peek(s, 1) == '/'))
				s->pos++;
			s->pos = s->pos + 2 < s->len ? s->pos + 2 : s->len;
		} else {
			return;
		}
	}
}

static void scan_literal(struct scan *s, size_t begin)
{
	char quote = s->text[s->pos++];

	while (s->pos < s->len && s->text[s->pos] != quote &&
	       s->text[s->pos] != '\n') {
		if (s->text[s->pos] == '\\' && s->pos + 1 < s->len)
			s->pos++;
		s->pos++;
	}
	if (s->pos < s->len && s->text[s->pos] == quote)
		s->pos++;
	add(s, quote == '"' ? TOK_STRING : TOK_CHAR, begin, 0);
}

static bool is_prefix(const char *p, size_t len)
{
	return (len == 1 && (*p == 'L' || *p == 'u' || *p == 'U')) ||
	       (len == 2 && p[0] == 'u' && p[1] == '8');
}

static void scan_word(struct scan *s)
{
	size_t begin = s->pos;

	while (s->pos < s->len && is_ident((unsigned char)s->text[s->pos]))
		s->pos++;
	if ((peek(s, 0) == '"' || peek(s, 0) == '\'') &&
	    is_prefix(s->text + begin, s->pos - begin))
		scan_literal(s, begin);
	else
		add(s, TOK_IDENT, begin, 0);
}

static void scan_number(struct scan *s)
{
	size_t begin = s->pos;

	while (s->pos < s->len) {
		unsigned char c = (unsigned char)s->text[s->pos];

		if ((c == '+' || c == '-') && s->pos > begin &&
		    strchr("eEpP", s->text[s->pos - 1]))
			;
		else if (c == '\'' && is_ident((unsigned char)peek(s, 1)))
			; /* C23's separator */
		else if (!is_ident(c) && c != '.')
			break;
		s->pos++;
	}
	add(s, TOK_NUMBER, begin, 0);
}

static const char *const puncts[] = {
	"...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=",
	"==",  "!=",  "&&",  "||", "*=", "/=", "%=", "+=", "-=", "&=",
	"^=",  "|=",  "##",  "<:", ":>", "<%", "%>", "%:", "::",
};

static uint32_t punct_op(const char *p, size_t len)
{
	uint32_t op = 0;

	while (len--)
		op = op << 8 | (unsigned char)*p++;
	switch (op) {
	case TOK_OP2('<', ':'):
		return '[';
	case TOK_OP2(':', '>'):
		return ']';
	case TOK_OP2('<', '%'):
		return '{';
	case TOK_OP2('%', '>'):
		return '}';
	}
	return op;
}

static void scan_punct(struct scan *s)
{
	const char *p = s->text + s->pos;
	size_t begin = s->pos, len = 1, i;

	if (!strchr("[](){}.&*+-~!/%<>^|?:;=,#", *p)) {
		s->pos++;
		add(s, TOK_OTHER, begin, 0);
		return;
	}
	for (i = 0; i < sizeof(puncts) / sizeof(*puncts); i++) {
		size_t n = strlen(puncts[i]);

		if (n <= s->len - s->pos && !memcmp(p, puncts[i], n)) {
			len = n;
			break;
		}
	}
	s->pos += len;
	add(s, TOK_PUNCT, begin, punct_op(p, len));
}

void toks_init(struct toks *t, const char *text, size_t len)
{
	struct scan s = { .t = t, .text = text, .len = len, .line_start = true };

	memset(t, 0, sizeof(*t));
	t->text = text;
	s.alloc = len / 4 + 16;
	t->v = xreallocarray(NULL, s.alloc, sizeof(*t->v));
	for (skip_space(&s); s.pos < len; skip_space(&s)) {
		unsigned char c = (unsigned char)text[s.pos];

		s.line_start = false;
		if (is_ident_start(c))
			scan_word(&s);
		else if (isdigit(c) ||
			 (c == '.' && isdigit((unsigned char)peek(&s, 1))))
			scan_number(&s);
		else if (c == '"' || c == '\'')
			scan_literal(&s, s.pos);
		else
			scan_punct(&s);
	}
	s.pos = len;
	add(&s, TOK_END, len, 0);
	t->n--;
}

void toks_release(struct toks *t)
{
	free(t->v);
	free(t->pragmas);
	memset(t, 0, sizeof(*t));
}

const struct tok *toks_at(const struct toks *t, size_t offset)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->v[mid].begin < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return t->v + lo;
}

bool tok_is_word(const struct toks *t, const struct tok *tok, const char *word)
{
	size_t len = strlen(word);

	return tok->kind == TOK_IDENT && tok->end - tok->begin == len &&
	       !memcmp(t->text + tok->begin, word, len);
}

const struct tok *tok_skip_group(const struct tok *open)
{
	int depth = 0;

	for (; open->kind != TOK_END; open++) {
		if (open->kind != TOK_PUNCT)
			continue;
		if (open->op == '(' || open->op == '[' || open->op == '{')
			depth++;
		else if (open->op == ')' || open->op == ']' || open->op == '}')
			depth--;
		if (depth <= 0)
			return open + 1;
	}
	return open;
}
