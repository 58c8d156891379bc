/* SPDX-License-Identifier: MIT */
/*
 * HTCondor's two notations. Old ("V1"): blanks separate, \" is a double
 * quote, nothing else is special. New ("V2"): single quotes protect, and a
 * doubled quote stands for itself; in a submit file the whole of it is in
 * double quotes, inside which "" is one.
 */
#include "common/base/args.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void args_init(struct args *args)
{
	*args = (struct args){ .argv = xcalloc(4, sizeof(char *)), .room = 4 };
}

static void truncate_args(struct args *args, size_t count)
{
	while (args->argc > count)
		free(args->argv[--args->argc]);
	args->argv[args->argc] = NULL;
}

void args_release(struct args *args)
{
	/* An array that was taken out of it is not here any more. */
	if (args->argv)
		truncate_args(args, 0);
	free(args->argv);
	*args = (struct args){ 0 };
}

/* Takes the text. */
static void take_arg(struct args *args, char *arg)
{
	if (args->argc + 1 == args->room) {
		args->room *= 2;
		args->argv = xreallocarray(args->argv, args->room,
					   sizeof(*args->argv));
	}
	args->argv[args->argc++] = arg;
	args->argv[args->argc] = NULL;
}

void args_add(struct args *args, const char *arg)
{
	take_arg(args, xstrdup(arg));
}

/* Moves *p over one word of the new form; its contents go to out. */
static int read_v2_word(const char **p, struct strbuf *out, struct err *err)
{
	const char *start = *p;
	bool quoted = false;

	for (; **p && (quoted || !is_blank(**p)); ++*p) {
		if (**p != '\'') {
			strbuf_addch(out, **p);
		} else if (quoted && (*p)[1] == '\'') {
			strbuf_addch(out, '\'');
			++*p;
		} else {
			quoted = !quoted;
		}
	}
	if (quoted)
		return err_set(err, -EINVAL,
			       "single quote without its closing one in '%s'",
			       start);
	return 0;
}

int args_parse_v2(struct args *args, const char *text, struct err *err)
{
	size_t before = args->argc;

	for (;;) {
		struct strbuf word = STRBUF_INIT;

		while (is_blank(*text))
			text++;
		if (!*text)
			return 0;
		if (read_v2_word(&text, &word, err) < 0) {
			strbuf_release(&word);
			truncate_args(args, before);
			return -EINVAL;
		}
		take_arg(args, strbuf_detach(&word));
	}
}

int args_parse_v1(struct args *args, const char *text, struct err *err)
{
	size_t before = args->argc;

	for (;;) {
		struct strbuf word = STRBUF_INIT;

		while (is_blank(*text))
			text++;
		if (!*text)
			return 0;
		for (; *text && !is_blank(*text); text++) {
			if (*text == '"') {
				strbuf_release(&word);
				truncate_args(args, before);
				return err_set(
					err, -EINVAL,
					"double quote in the middle: write \\\""
					", or put all in double quotes");
			}
			if (text[0] == '\\' && text[1] == '"')
				text++;
			strbuf_addch(&word, *text);
		}
		take_arg(args, strbuf_detach(&word));
	}
}

/*
 * The inside of "..." with "" undone, NULL if text is not in double quotes
 * (then 0) or badly so (-EINVAL). Blanks around it do not count.
 */
static int unquote(const char *text, char **ret, struct err *err)
{
	struct strbuf inside = STRBUF_INIT;
	const char *p = text;

	*ret = NULL;
	while (is_blank(*p))
		p++;
	if (*p != '"')
		return 0;
	for (p++; *p && !(p[0] == '"' && p[1] != '"'); p++) {
		if (*p == '"')
			p++;
		strbuf_addch(&inside, *p);
	}
	if (*p == '\0') {
		strbuf_release(&inside);
		return err_set(err, -EINVAL, "no closing double quote in '%s'",
			       text);
	}
	for (p++; is_blank(*p); p++)
		;
	if (*p != '\0') {
		strbuf_release(&inside);
		return err_set(err, -EINVAL,
			       "'%s' behind the closing double quote: write "
			       "\"\" for a double quote inside",
			       p);
	}
	*ret = strbuf_detach(&inside);
	return 0;
}

int args_parse(struct args *args, const char *text, struct err *err)
{
	char *inside;
	int rc = unquote(text, &inside, err);

	if (rc)
		return rc;
	if (!inside)
		return args_parse_v1(args, text, err);
	rc = args_parse_v2(args, inside, err);
	free(inside);
	return rc;
}

static void add_v2_word(const char *word, struct strbuf *out)
{
	if (*word && !strpbrk(word, " \t\n\r'")) {
		strbuf_addstr(out, word);
		return;
	}
	strbuf_addch(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			strbuf_addch(out, '\'');
		strbuf_addch(out, *word);
	}
	strbuf_addch(out, '\'');
}

static void add_v2_words(char *const words[], size_t count, struct strbuf *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strbuf_addch(out, ' ');
		add_v2_word(words[i], out);
	}
}

static void add_submit_words(char *const words[], size_t count,
			     struct strbuf *out)
{
	struct strbuf inside = STRBUF_INIT;

	add_v2_words(words, count, &inside);
	strbuf_addch(out, '"');
	for (size_t i = 0; i < inside.len; i++) {
		if (inside.data[i] == '"')
			strbuf_addch(out, '"');
		strbuf_addch(out, inside.data[i]);
	}
	strbuf_addch(out, '"');
	strbuf_release(&inside);
}

void args_unparse_v2(const struct args *args, struct strbuf *out)
{
	add_v2_words(args->argv, args->argc, out);
}

void args_unparse_submit(const struct args *args, struct strbuf *out)
{
	add_submit_words(args->argv, args->argc, out);
}

int args_unparse_v1(const struct args *args, struct strbuf *out)
{
	for (size_t i = 0; i < args->argc; i++)
		if (!*args->argv[i] || strpbrk(args->argv[i], " \t\n\r"))
			return -EINVAL;
	for (size_t i = 0; i < args->argc; i++) {
		if (i > 0)
			strbuf_addch(out, ' ');
		for (const char *p = args->argv[i]; *p; p++) {
			if (*p == '"')
				strbuf_addch(out, '\\');
			strbuf_addch(out, *p);
		}
	}
	return 0;
}

/* ---- environments ------------------------------------------------------------ */

void env_init(struct env *env)
{
	*env = (struct env){ .envp = xcalloc(4, sizeof(char *)), .room = 4 };
}

void env_release(struct env *env)
{
	for (size_t i = 0; i < env->count; i++)
		free(env->envp[i]);
	free(env->envp);
	*env = (struct env){ 0 };
}

/* The place of NAME in NAME=value..., or count. */
static size_t env_find(const struct env *env, const char *name, size_t len)
{
	size_t i = 0;

	while (i < env->count && !(strncmp(env->envp[i], name, len) == 0 &&
				   env->envp[i][len] == '='))
		i++;
	return i;
}

/* Takes NAME=value. */
static void env_take(struct env *env, char *entry)
{
	size_t len = (size_t)(strchr(entry, '=') - entry);
	size_t at = env_find(env, entry, len);

	if (at < env->count) {
		free(env->envp[at]);
		env->envp[at] = entry;
		return;
	}
	if (env->count + 1 == env->room) {
		env->room *= 2;
		env->envp =
			xreallocarray(env->envp, env->room, sizeof(*env->envp));
	}
	env->envp[env->count++] = entry;
	env->envp[env->count] = NULL;
}

int env_set(struct env *env, const char *name, const char *value)
{
	if (!*name || strchr(name, '='))
		return -EINVAL;
	env_take(env, xasprintf("%s=%s", name, value));
	return 0;
}

const char *env_get(const struct env *env, const char *name)
{
	size_t len = strlen(name);
	size_t at = env_find(env, name, len);

	return at < env->count ? env->envp[at] + len + 1 : NULL;
}

static int bad_entry(const char *entry, struct err *err)
{
	return err_set(err, -EINVAL, "no NAME=value in environment entry '%s'",
		       entry);
}

/* Sets all words as entries, or none. */
static int env_take_words(struct env *env, struct args *words, struct err *err)
{
	for (size_t i = 0; i < words->argc; i++) {
		const char *equals = strchr(words->argv[i], '=');

		if (!equals || equals == words->argv[i])
			return bad_entry(words->argv[i], err);
	}
	for (size_t i = 0; i < words->argc; i++)
		env_take(env, xstrdup(words->argv[i]));
	return 0;
}

int env_parse_v2(struct env *env, const char *text, struct err *err)
{
	struct args words;
	int rc;

	args_init(&words);
	rc = args_parse_v2(&words, text, err);
	if (!rc)
		rc = env_take_words(env, &words, err);
	args_release(&words);
	return rc;
}

int env_parse_v1(struct env *env, const char *text, struct err *err)
{
	struct args words;
	int rc;

	args_init(&words);
	while (*text) {
		size_t len = strcspn(text, ";\n");
		size_t skip = strspn(text, " \t");

		if (skip < len)
			take_arg(&words, xstrndup(text + skip, len - skip));
		text += len + (text[len] != '\0');
	}
	rc = env_take_words(env, &words, err);
	args_release(&words);
	return rc;
}

int env_parse(struct env *env, const char *text, struct err *err)
{
	char *inside;
	int rc = unquote(text, &inside, err);

	if (rc)
		return rc;
	if (!inside)
		return env_parse_v1(env, text, err);
	rc = env_parse_v2(env, inside, err);
	free(inside);
	return rc;
}

/* Does the name match a pattern in which * stands for anything? */
static bool glob_match(const char *pattern, size_t len, const char *name,
		       size_t name_len)
{
	size_t p = 0, n = 0, star = (size_t)-1, mark = 0;

	while (n < name_len) {
		if (p < len && pattern[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < len && pattern[p] == name[n]) {
			p++;
			n++;
		} else if (star != (size_t)-1) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < len && pattern[p] == '*')
		p++;
	return p == len;
}

/* Excluding patterns win, wherever they stand in the list. */
static bool lets_through(const char *patterns, const char *name, size_t len)
{
	bool wanted = false;

	while (*(patterns += strspn(patterns, ", \t"))) {
		size_t n = strcspn(patterns, ", \t");
		bool exclude = *patterns == '!';

		if (glob_match(patterns + exclude, n - exclude, name, len)) {
			if (exclude)
				return false;
			wanted = true;
		}
		patterns += n;
	}
	return wanted;
}

void env_import(struct env *env, char *const environ[], const char *patterns)
{
	for (; *environ; environ++) {
		const char *equals = strchr(*environ, '=');
		size_t len;

		if (!equals || equals == *environ)
			continue;
		len = (size_t)(equals - *environ);
		if (env_find(env, *environ, len) == env->count &&
		    lets_through(patterns, *environ, len))
			env_take(env, xstrdup(*environ));
	}
}

void env_unparse_v2(const struct env *env, struct strbuf *out)
{
	add_v2_words(env->envp, env->count, out);
}

void env_unparse_submit(const struct env *env, struct strbuf *out)
{
	add_submit_words(env->envp, env->count, out);
}
