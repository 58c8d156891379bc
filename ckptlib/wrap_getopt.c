/* SPDX-License-Identifier: MIT */
/*
 * As glibc's: words that are no options move behind those that are, unless
 * letters starts with '+' or POSIXLY_CORRECT is set; with '-' they are
 * returned as arguments of the option 1. Between calls argv holds, from
 * opt_first to opt_last, the words skipped so far.
 */
#include "ckptlib/wrap_getopt.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/own.h"

enum order { PERMUTE, REQUIRE, IN_ORDER };

struct scan {
	int argc;
	char **argv;
	const char *letters;
	const struct option *options;
	int *ret_index;
	bool long_only;
	bool tell; /* print messages */
	enum order order;
};

static struct ckpti_own *const own = &ckpti_own;

/* Moves the skipped words behind the options that followed them. */
static void exchange(char **argv)
{
	int first = own->opt_first, last = own->opt_last, i, k;
	char *word;

	for (i = last; i < optind; i++, first++) {
		word = argv[i];
		for (k = i; k > first; k--)
			argv[k] = argv[k - 1];
		argv[first] = word;
	}
	own->opt_first += optind - own->opt_last;
	own->opt_last = optind;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

static void start(struct scan *s, bool posix)
{
	if (optind == 0 || !own->opt_ready) {
		if (optind == 0)
			optind = 1;
		own->opt_first = own->opt_last = optind;
		own->opt_next = NULL;
		own->opt_ready = 1;
	}
	s->order = posix || getenv("POSIXLY_CORRECT") ? REQUIRE : PERMUTE;
	if (*s->letters == '-' || *s->letters == '+') {
		s->order = *s->letters == '-' ? IN_ORDER : REQUIRE;
		s->letters++;
	}
	s->tell = opterr && *s->letters != ':';
}

/* ---- finding the next word ----------------------------------------------------------- */

static void skip_words(struct scan *s)
{
	if (own->opt_last > optind)
		own->opt_last = optind;
	if (own->opt_first > optind)
		own->opt_first = optind;
	if (s->order != PERMUTE)
		return;
	if (own->opt_first != own->opt_last && own->opt_last != optind)
		exchange(s->argv);
	else if (own->opt_last != optind)
		own->opt_first = optind;
	while (optind < s->argc && !is_option(s->argv[optind]))
		optind++;
	own->opt_last = optind;
}

/* Returns true if *ret is the result: the end, or a word in order. */
static bool next_word(struct scan *s, int *ret)
{
	skip_words(s);
	if (optind < s->argc && strcmp(s->argv[optind], "--") == 0) {
		optind++;
		if (own->opt_first != own->opt_last && own->opt_last != optind)
			exchange(s->argv);
		else if (own->opt_first == own->opt_last)
			own->opt_first = optind;
		own->opt_last = s->argc;
		optind = s->argc;
	}
	*ret = -1;
	if (optind >= s->argc) {
		if (own->opt_first != own->opt_last)
			optind = own->opt_first;
		return true;
	}
	if (is_option(s->argv[optind]))
		return false;
	if (s->order == IN_ORDER) {
		optarg = s->argv[optind++];
		*ret = 1;
	}
	return true;
}

/* ---- long options ---------------------------------------------------------------------- */

/* The option named by name[0..len); NULL if none or, *ret_several, several. */
static const struct option *find_long(const struct scan *s, const char *name,
				      size_t len, bool *ret_several)
{
	const struct option *found = NULL, *o;

	*ret_several = false;
	for (o = s->options; o->name; o++) {
		if (strncmp(o->name, name, len) != 0)
			continue;
		if (o->name[len] == '\0') {
			*ret_several = false;
			return o;
		}
		if (found && (s->long_only || found->has_arg != o->has_arg ||
			      found->flag != o->flag || found->val != o->val))
			*ret_several = true;
		if (!found)
			found = o;
	}
	return *ret_several ? NULL : found;
}

static int bad_long(struct scan *s, const char *dashes, const char *name,
		    size_t len, const char *problem)
{
	if (s->tell)
		fprintf(stderr, "%s: %s '%s%.*s'\n", s->argv[0], problem,
			dashes, (int)len, name);
	own->opt_next = NULL;
	optind++;
	optopt = 0;
	return '?';
}

static int take_long_arg(struct scan *s, const struct option *o,
			 const char *dashes, char *equals)
{
	own->opt_next = NULL;
	optind++;
	if (equals && !o->has_arg) {
		if (s->tell)
			fprintf(stderr,
				"%s: option '%s%s' doesn't allow an argument\n",
				s->argv[0], dashes, o->name);
		optopt = o->val;
		return '?';
	}
	if (equals) {
		optarg = equals + 1;
	} else if (o->has_arg == required_argument) {
		if (optind >= s->argc) {
			if (s->tell)
				fprintf(stderr,
					"%s: option '%s%s' requires an "
					"argument\n",
					s->argv[0], dashes, o->name);
			optopt = o->val;
			return *s->letters == ':' ? ':' : '?';
		}
		optarg = s->argv[optind++];
	}
	if (s->ret_index)
		*s->ret_index = (int)(o - s->options);
	if (!o->flag)
		return o->val;
	*o->flag = o->val;
	return 0;
}

/* -1: it is to be read as letters. */
static int long_option(struct scan *s, char *name, const char *dashes)
{
	size_t len = strcspn(name, "=");
	char *equals = name[len] ? name + len : NULL;
	const struct option *o;
	bool several;

	o = find_long(s, name, len, &several);
	if (o)
		return take_long_arg(s, o, dashes, equals);
	if (several)
		return bad_long(s, dashes, name, strlen(name),
				"option is ambiguous:");
	if (dashes[1] == '\0' && strchr(s->letters, name[0]))
		return -1;
	return bad_long(s, dashes, name, len, "unrecognized option");
}

/* ---- letters ------------------------------------------------------------------------------ */

static int letter_arg(struct scan *s, int c, bool optional)
{
	char *rest = own->opt_next;

	own->opt_next = NULL;
	if (*rest) {
		optarg = rest;
		optind++;
		return c;
	}
	optind++;
	if (optional) {
		optarg = NULL;
		return c;
	}
	if (optind < s->argc) {
		optarg = s->argv[optind++];
		return c;
	}
	if (s->tell)
		fprintf(stderr, "%s: option requires an argument -- '%c'\n",
			s->argv[0], c);
	optopt = c;
	return *s->letters == ':' ? ':' : '?';
}

static int letter(struct scan *s)
{
	int c = (unsigned char)*own->opt_next++;
	const char *at = c == ':' || c == ';' ? NULL : strchr(s->letters, c);

	if (!at) {
		if (!*own->opt_next)
			optind++;
		if (s->tell)
			fprintf(stderr, "%s: invalid option -- '%c'\n",
				s->argv[0], c);
		optopt = c;
		return '?';
	}
	if (at[1] == ':')
		return letter_arg(s, c, at[2] == ':');
	if (!*own->opt_next)
		optind++;
	return c;
}

static int scan(struct scan *s, bool posix)
{
	char *word;
	int c;

	if (s->argc < 1)
		return -1;
	optarg = NULL;
	start(s, posix);
	if (own->opt_next && *own->opt_next)
		return letter(s);
	if (next_word(s, &c))
		return c;
	word = s->argv[optind];
	if (s->options) {
		if (word[1] == '-')
			return long_option(s, word + 2, "--");
		if (s->long_only && (word[2] || !strchr(s->letters, word[1]))) {
			c = long_option(s, word + 1, "-");
			if (c != -1)
				return c;
		}
	}
	own->opt_next = word + 1;
	return letter(s);
}

int ckpt_getopt(int argc, char *const *argv, const char *letters)
{
	struct scan s = { .argc = argc,
			  .argv = (char **)(size_t)argv,
			  .letters = letters };

	return scan(&s, false);
}

int ckpt___posix_getopt(int argc, char *const *argv, const char *letters)
{
	struct scan s = { .argc = argc,
			  .argv = (char **)(size_t)argv,
			  .letters = letters };

	return scan(&s, true);
}

int ckpt_getopt_long(int argc, char *const *argv, const char *letters,
		     const struct option *options, int *ret_index)
{
	struct scan s = { .argc = argc,
			  .argv = (char **)(size_t)argv,
			  .letters = letters,
			  .options = options,
			  .ret_index = ret_index };

	return scan(&s, false);
}

int ckpt_getopt_long_only(int argc, char *const *argv, const char *letters,
			  const struct option *options, int *ret_index)
{
	struct scan s = { .argc = argc,
			  .argv = (char **)(size_t)argv,
			  .letters = letters,
			  .options = options,
			  .ret_index = ret_index,
			  .long_only = true };

	return scan(&s, false);
}
