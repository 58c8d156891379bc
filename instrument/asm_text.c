/* SPDX-License-Identifier: MIT */
#include "instrument/asm_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/tok.h"

/* Appends a literal's characters; escapes of white space become a newline,
 * all others the character itself. */
static void add_literal(const char *s, size_t len, struct strbuf *out)
{
	size_t i = 0;

	while (i < len && s[i] != '"')
		i++;
	for (i++; i + 1 < len; i++) {
		if (s[i] != '\\') {
			strbuf_addch(out, s[i]);
			continue;
		}
		i++;
		strbuf_addch(out, strchr("ntrvf", s[i]) ? '\n' : s[i]);
	}
}

/* The template: the strings up to the first colon; whether it is asm goto. */
static bool read_template(const struct toks *t, struct strbuf *out)
{
	const struct tok *k = t->v;
	bool is_goto = false;

	for (; k->kind != TOK_END && !tok_is(k, '('); k++)
		is_goto |= tok_is_word(t, k, "goto");
	for (k++; k->kind == TOK_STRING; k++)
		add_literal(t->text + k->begin, k->end - k->begin, out);
	return is_goto;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

static bool is_word(const char *s, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && !memcmp(s, *words, len))
			return true;
	return false;
}

static const char *const directives[] = {
	".globl", ".global", ".weak",	  ".local",	 ".section",
	".text",  ".data",   ".bss",	  ".set",	 ".equ",
	".comm",  ".lcomm",  ".type",	  ".size",	 ".pushsection",
	".macro", ".symver", ".previous", ".popsection", NULL,
};
static const char *const stack_pointers[] = { "rsp", "esp", "sp", NULL };

/* One statement of assembly. */
static char *statement_trouble(const char *s, size_t len)
{
	size_t n = 0, i, from;

	while (n < len && is_name(s[n]))
		n++;
	/* 1: may stand there many times */
	if (n && n < len && s[n] == ':' && !isdigit((unsigned char)*s))
		return xasprintf("its inline assembly defines '%.*s'; write "
				 "'%%=' into the name",
				 (int)n, s);
	if (n && is_word(s, n, directives))
		return xasprintf("its inline assembly says '%.*s'", (int)n, s);
	for (i = 0; i < len; i++) {
		for (from = i; i < len && is_name(s[i]);)
			i++;
		if (i > from && is_word(s + from, i - from, stack_pointers))
			return xasprintf("its inline assembly names the stack "
					 "pointer");
	}
	return NULL;
}

char *asm_text_trouble(const char *text, size_t len)
{
	struct strbuf code = STRBUF_INIT;
	struct toks toks;
	char *why = NULL;

	toks_init(&toks, text, len);
	if (read_template(&toks, &code))
		why = xstrdup("it contains asm goto");
	toks_release(&toks);
	for (const char *s = code.data; s && *s && !why;) {
		size_t n = strcspn(s, "\n;");
		size_t blanks = strspn(s, " ");

		if (blanks < n)
			why = statement_trouble(s + blanks, n - blanks);
		s += n + (s[n] != '\0');
	}
	strbuf_release(&code);
	return why;
}
