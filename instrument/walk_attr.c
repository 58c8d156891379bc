/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "instrument/walk_priv.h"

static bool is_any(const struct toks *t, const struct tok *tok,
		   const char *const *words)
{
	for (; *words; words++)
		if (tok_is_word(t, tok, *words))
			return true;
	return false;
}

static bool is_attribute(const struct toks *t, const struct tok *tok)
{
	static const char *const words[] = { "__attribute__", "__attribute",
					     NULL };

	return is_any(t, tok, words) && tok_is(tok + 1, '(');
}

static bool is_bracket_attribute(const struct tok *tok)
{
	return tok_is(tok, '[') && tok_is(tok + 1, '[');
}

static bool is_asm(const struct toks *t, const struct tok *tok)
{
	static const char *const words[] = { "asm", "__asm__", "__asm", NULL };

	return is_any(t, tok, words);
}

static bool is_typeof(const struct toks *t, const struct tok *tok)
{
	static const char *const words[] = { "typeof", "__typeof__", "__typeof",
					     "typeof_unqual", NULL };

	return is_any(t, tok, words);
}

static bool is_tag_word(const struct toks *t, const struct tok *tok)
{
	static const char *const words[] = { "struct", "union", "enum", NULL };

	return is_any(t, tok, words);
}

/* An attribute's name, with or without its underscores. */
static void attr_name(const struct toks *t, const struct tok *tok,
		      struct attrs *a)
{
	const struct {
		const char *name;
		bool *flag;
	} known[] = {
		{ "weak", &a->weak },
		{ "noreturn", &a->no_return },
		{ "pure", &a->pure },
		{ "const", &a->pure },
		{ "cleanup", &a->cleanup },
		{ "alias", &a->alias },
		{ "weakref", &a->alias },
		{ "ifunc", &a->alias },
		{ "constructor", &a->constructor },
		{ "destructor", &a->constructor },
		{ "always_inline", &a->always_inline },
		{ "gnu_inline", &a->gnu_inline },
	};
	const char *s = t->text + tok->begin;
	size_t len = tok->end - tok->begin, i;

	if (len > 4 && !memcmp(s, "__", 2) && !memcmp(s + len - 2, "__", 2)) {
		s += 2;
		len -= 4;
	}
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == len &&
		    !memcmp(known[i].name, s, len))
			*known[i].flag = true;
}

/* `((a, b(c)))` or `[[a, ns::b(c)]]`; returns the token behind. */
static const struct tok *attr_list(const struct toks *t, const struct tok *open,
				   struct attrs *a)
{
	const struct tok *end = tok_skip_group(open), *tok;

	for (tok = open + 1; tok < end; tok++) {
		if (tok->kind == TOK_IDENT)
			attr_name(t, tok, a);
		if (tok > open + 1 && tok_is(tok, '('))
			tok = tok_skip_group(tok) - 1;
	}
	return end;
}

static void specifier_word(const struct toks *t, const struct tok *tok,
			   struct attrs *a)
{
	static const char *const thread[] = { "__thread", "_Thread_local",
					      "thread_local", NULL };
	static const char *const inline_[] = { "inline", "__inline",
					       "__inline__", NULL };

	a->no_return |= tok_is_word(t, tok, "_Noreturn");
	a->thread |= is_any(t, tok, thread);
	a->has_inline |= is_any(t, tok, inline_);
	a->has_extern |= tok_is_word(t, tok, "extern");
	a->is_register |= tok_is_word(t, tok, "register");
}

void attrs_scan(const struct toks *t, size_t begin, size_t end, struct attrs *a)
{
	const struct tok *tok = toks_at(t, begin);

	while (tok->kind != TOK_END && tok->begin < end) {
		if (is_attribute(t, tok)) {
			tok = attr_list(t, tok + 1, a);
		} else if (is_bracket_attribute(tok)) {
			tok = attr_list(t, tok, a);
		} else if (is_asm(t, tok)) {
			a->asm_label = true;
			tok++;
		} else if (tok_is(tok, '(') || tok_is(tok, '{') ||
			   tok_is(tok, '[')) {
			tok = tok_skip_group(tok);
		} else {
			if (tok->kind == TOK_IDENT)
				specifier_word(t, tok, a);
			tok++;
		}
	}
}

/* Words of specifiers that leave open whether a type was named. */
static bool is_qualifier(const struct toks *t, const struct tok *tok)
{
	static const char *const words[] = {
		"typedef",	"extern",	 "static",     "auto",
		"register",	"_Thread_local", "__thread",   "thread_local",
		"inline",	"__inline",	 "__inline__", "_Noreturn",
		"const",	"__const",	 "__const__",  "volatile",
		"__volatile",	"__volatile__",	 "restrict",   "__restrict",
		"__restrict__", "__extension__", "constexpr",  NULL
	};

	return is_any(t, tok, words);
}

static bool is_basic_type(const struct toks *t, const struct tok *tok)
{
	static const char *const words[] = {
		"void",	      "char",	     "short",	    "int",
		"long",	      "float",	     "double",	    "signed",
		"__signed",   "__signed__",  "unsigned",    "_Bool",
		"bool",	      "_Complex",    "__complex",   "__complex__",
		"__int128",   "__int128_t",  "__uint128_t", "_Float16",
		"_Float32",   "_Float64",    "_Float128",   "_Float32x",
		"_Float64x",  "__float128",  "__ibm128",    "_Decimal32",
		"_Decimal64", "_Decimal128", "_Imaginary",  "__auto_type",
		NULL
	};

	return is_any(t, tok, words);
}

static const struct tok *skip_attribute(const struct toks *t,
					const struct tok *tok)
{
	if (is_attribute(t, tok))
		return tok_skip_group(tok + 1);
	if (is_bracket_attribute(tok))
		return tok_skip_group(tok);
	return NULL;
}

/* `struct __attribute__((x)) tag { ... }`; returns the token behind. */
static const struct tok *skip_tag(const struct toks *t, const struct tok *tok)
{
	const struct tok *next;

	tok++;
	while ((next = skip_attribute(t, tok)))
		tok = next;
	if (tok->kind == TOK_IDENT)
		tok++;
	return tok_is(tok, '{') ? tok_skip_group(tok) : tok;
}

size_t specifiers_end(const struct toks *t, size_t from, size_t name_at)
{
	static const char *const grouped[] = { "_Alignas", "alignas", "_Atomic",
					       "_BitInt", NULL };
	const struct tok *tok = toks_at(t, from), *next;
	bool has_type = false;

	for (; tok->kind != TOK_END && tok->begin != name_at; tok = next) {
		next = skip_attribute(t, tok);
		if (next || tok->kind != TOK_IDENT) {
			if (!next)
				break;
		} else if (is_typeof(t, tok) || is_any(t, tok, grouped)) {
			has_type |= !tok_is_word(t, tok, "_Alignas") &&
				    !tok_is_word(t, tok, "alignas") &&
				    (is_typeof(t, tok) || tok_is(tok + 1, '('));
			next = tok_is(tok + 1, '(') ? tok_skip_group(tok + 1)
						    : tok + 1;
		} else if (is_tag_word(t, tok)) {
			has_type = true;
			next = skip_tag(t, tok);
		} else if (is_qualifier(t, tok)) {
			next = tok + 1;
		} else if (is_basic_type(t, tok) || !has_type) {
			has_type = true;
			next = tok + 1;
		} else {
			break;
		}
	}
	return tok->begin;
}

/* Parentheses opened between start and the name are closed behind it. */
static int open_before(const struct toks *t, size_t start, size_t name_at)
{
	const struct tok *tok = toks_at(t, start);
	int open = 0;

	for (; tok->kind != TOK_END && tok->begin < name_at; tok++)
		open += tok_is(tok, '(') - tok_is(tok, ')');
	return open;
}

size_t declarator_end(const struct toks *t, size_t start, size_t name_at)
{
	int open = open_before(t, start, name_at);
	const struct tok *tok = toks_at(t, name_at), *next;
	size_t end;

	if (tok->kind == TOK_IDENT && tok->begin == name_at)
		tok++;
	end = tok[-1].end;
	for (;;) {
		next = skip_attribute(t, tok);
		if (next && !open)
			break;
		if (next)
			tok = next;
		else if (tok_is(tok, '(') || tok_is(tok, '['))
			tok = tok_skip_group(tok);
		else if (tok_is(tok, ')') && open-- > 0)
			tok++;
		else
			break;
		end = tok[-1].end;
	}
	return end;
}

size_t attributes_end(const struct toks *t, size_t at)
{
	const struct tok *tok = toks_at(t, at), *next;
	size_t end = at;

	for (;;) {
		next = skip_attribute(t, tok);
		if (!next && is_asm(t, tok))
			next = tok_skip_group(tok + 1);
		if (!next)
			return end;
		tok = next;
		end = tok[-1].end;
	}
}
