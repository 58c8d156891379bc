/* SPDX-License-Identifier: MIT */
/* tok: the tokens of preprocessed C. */
#ifndef INSTRUMENT_TOK_H
#define INSTRUMENT_TOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tok_kind {
	TOK_IDENT, /* keywords as well */
	TOK_NUMBER, /* a pp-number */
	TOK_STRING, /* one literal with its prefix */
	TOK_CHAR,
	TOK_PUNCT,
	TOK_OTHER, /* a byte that starts no token of C */
	TOK_END, /* behind the last one, begin == end == len */
};

/* A punctuator as a number: its characters, the first one highest. */
#define TOK_OP2(a, b)	 ((uint32_t)(a) << 8 | (uint32_t)(b))
#define TOK_OP3(a, b, c) ((uint32_t)(a) << 16 | TOK_OP2(b, c))

struct tok {
	uint32_t begin, end; /* offsets in the text */
	enum tok_kind kind;
	uint32_t op; /* TOK_PUNCT: its number, digraphs as what they mean */
};

/*
 * All tokens of a text, in order, and a TOK_END. White space, comments and
 * lines that start with # (linemarkers, pragmas) are no tokens.
 */
struct toks {
	const char *text; /* borrowed */
	struct tok *v;
	size_t n; /* without the TOK_END */
	uint32_t *pragmas; /* offsets of the # of each #pragma line */
	size_t npragmas;
};

/* Texts are below 4 GiB. An unfinished literal ends with its line. */
void toks_init(struct toks *t, const char *text, size_t len);
void toks_release(struct toks *t);

/* The first token that begins at `offset` or later (perhaps TOK_END). */
const struct tok *toks_at(const struct toks *t, size_t offset);

/* Is it this identifier, or this punctuator? */
bool tok_is_word(const struct toks *t, const struct tok *tok, const char *word);
static inline bool tok_is(const struct tok *tok, uint32_t op)
{
	return tok->kind == TOK_PUNCT && tok->op == op;
}

/*
 * From an opening ( [ or { to the token behind its closing one; never past
 * TOK_END.
 */
const struct tok *tok_skip_group(const struct tok *open);

#endif
