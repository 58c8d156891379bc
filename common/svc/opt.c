/* SPDX-License-Identifier: MIT */
#include "common/svc/opt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/spell.h"
#include "common/base/xalloc.h"

#define OPT_HELP_COLUMN 26
#define OPT_WIDTH	80
#define OPT_DEFS_MAX	64

static const struct opt_def standard[] = {
	{ OPT_HELP, 'h', "help", NULL, "print this help" },
	{ OPT_VERSION, 0, "version", NULL, "print the version" },
};

void opt_init(struct opt *opt, const char *usage, const char *about,
	      const struct opt_def *defs, int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;

	*opt = (struct opt){
		.program = slash      ? slash + 1
			   : argc > 0 ? argv[0]
				      : "",
		.usage = usage,
		.about = about,
		.defs = defs,
		.argc = argc,
		.argv = argv,
		.next = 1,
	};
}

/* The i-th row of the table, then the standard ones; NULL at the end. */
static const struct opt_def *def_at(const struct opt *opt, size_t i)
{
	size_t count = 0;

	while (opt->defs[count].id)
		count++;
	if (i < count)
		return &opt->defs[i];
	i -= count;
	return i < sizeof(standard) / sizeof(*standard) ? &standard[i] : NULL;
}

static const struct opt_def *find_letter(const struct opt *opt, char letter)
{
	const struct opt_def *def;

	for (size_t i = 0; (def = def_at(opt, i)); i++)
		if (def->letter == letter)
			return def;
	return NULL;
}

/* An exact name, or the only one that begins so. */
static int find_name(const struct opt *opt, const char *name, size_t len,
		     const struct opt_def **ret_def, struct err *err)
{
	const struct opt_def *def, *found = NULL, *other = NULL;

	for (size_t i = 0; (def = def_at(opt, i)); i++) {
		if (!def->name || strncmp(def->name, name, len))
			continue;
		if (!def->name[len]) {
			*ret_def = def;
			return 0;
		}
		if (found)
			other = def;
		else
			found = def;
	}
	if (!found)
		return -ENOENT;
	if (other)
		return err_set(err, -EINVAL,
			       "option '-%.*s' is ambiguous: -%s or -%s",
			       (int)len, name, found->name, other->name);
	*ret_def = found;
	return 0;
}

static int unknown(const struct opt *opt, const char *word, struct err *err)
{
	const char *names[OPT_DEFS_MAX], *name = word + strspn(word, "-");
	char *bare = xstrndup(name, strcspn(name, "="));
	const struct opt_def *def;
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; (def = def_at(opt, i)) && count < OPT_DEFS_MAX; i++)
		if (def->name)
			names[count++] = def->name;
	nearest = spell_nearest(bare, names, count);
	free(bare);
	if (nearest)
		return err_set(err, -EINVAL,
			       "unknown option '%s': did you mean '-%s'?", word,
			       nearest);
	return err_set(err, -EINVAL, "unknown option '%s': see '%s -help'",
		       word, opt->program);
}

/* Fetches the argument of `def`, from behind '=' or the next word. */
static int take_value(struct opt *opt, const struct opt_def *def,
		      const char *word, const char *inline_value,
		      struct err *err)
{
	opt->value = inline_value;
	if (!def->arg && inline_value)
		return err_set(err, -EINVAL, "option '%s' takes no argument",
			       word);
	if (!def->arg || inline_value)
		return def->id;
	opt->value = opt_take(opt);
	if (!opt->value)
		return err_set(err, -EINVAL,
			       "option '%s' needs an argument: %s", word,
			       def->arg);
	return def->id;
}

/* The next letter of a row such as -xvf FILE. */
static int next_letter(struct opt *opt, struct err *err)
{
	const char word[] = { '-', *opt->row, '\0' };
	const struct opt_def *def = find_letter(opt, *opt->row);

	if (!def)
		return unknown(opt, word, err);
	opt->row++;
	if (!*opt->row)
		opt->row = NULL;
	if (def->arg && opt->row) {
		opt->value = opt->row;
		opt->row = NULL;
		return def->id;
	}
	return take_value(opt, def, word, NULL, err);
}

static int next_name(struct opt *opt, const char *word, struct err *err)
{
	const char *name = word + (word[1] == '-' ? 2 : 1);
	size_t len = strcspn(name, "=");
	const struct opt_def *def = NULL;
	int ret;

	/* One letter with one dash is that letter, where there is one. */
	if (word[1] != '-' && len == 1 && find_letter(opt, *name))
		ret = -ENOENT;
	else
		ret = find_name(opt, name, len, &def, err);
	if (!ret)
		return take_value(opt, def, word,
				  name[len] ? name + len + 1 : NULL, err);
	if (ret != -ENOENT)
		return ret;
	if (word[1] == '-' || !find_letter(opt, word[1]))
		return unknown(opt, word, err);
	/* A misspelt long name is not a row of letters. */
	for (const char *p = word + 1; *p; p++) {
		def = find_letter(opt, *p);
		if (!def)
			return unknown(opt, word, err);
		if (def->arg)
			break;
	}
	opt->row = word + 1;
	return next_letter(opt, err);
}

int opt_next(struct opt *opt, struct err *err)
{
	const char *word;

	if (opt->row)
		return next_letter(opt, err);
	word = opt_take(opt);
	opt->value = word;
	if (!word)
		return OPT_END;
	if (opt->only_args || word[0] != '-' || !word[1])
		return OPT_ARG;
	if (!strcmp(word, "--")) {
		opt->only_args = true;
		return opt_next(opt, err);
	}
	return next_name(opt, word, err);
}

const char *opt_peek(const struct opt *opt)
{
	return opt->next < opt->argc ? opt->argv[opt->next] : NULL;
}

const char *opt_take(struct opt *opt)
{
	return opt->next < opt->argc ? opt->argv[opt->next++] : NULL;
}

/* Breaks `text` at blanks into lines that start at the help's column. */
static void print_wrapped(FILE *out, const char *text, int column)
{
	int at = column;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (at > column && at + 1 + len > OPT_WIDTH) {
			fprintf(out, "\n%*s", column, "");
			at = column;
		}
		at += fprintf(out, "%s%.*s", at > column ? " " : "", len, text);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void print_def(FILE *out, const struct opt_def *def)
{
	int at = fprintf(out, "  ");

	if (def->letter)
		at += fprintf(out, "-%c%s", def->letter, def->name ? ", " : "");
	if (def->name)
		at += fprintf(out, "-%s", def->name);
	if (def->arg)
		at += fprintf(out, " %s", def->arg);
	if (at >= OPT_HELP_COLUMN) {
		fputc('\n', out);
		at = 0;
	}
	fprintf(out, "%*s", OPT_HELP_COLUMN - at, "");
	print_wrapped(out, def->help, OPT_HELP_COLUMN);
}

void opt_print_help(const struct opt *opt, FILE *out)
{
	const struct opt_def *def;

	fprintf(out, "usage: %s %s\n", opt->program, opt->usage);
	if (opt->about && strchr(opt->about, '\n'))
		fprintf(out, "%s\n", opt->about);
	else if (opt->about)
		print_wrapped(out, opt->about, 0);
	fputc('\n', out);
	for (size_t i = 0; (def = def_at(opt, i)); i++)
		if (def->help)
			print_def(out, def);
}

void opt_print_version(const struct opt *opt, FILE *out)
{
	fprintf(out, "%s (Harrier) %s\n", opt->program, HARRIER_VERSION);
}

int opt_parse_int(const char *text, const char *what, long long min,
		  long long max, long long *ret_value, struct err *err)
{
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end || errno || value < min || value > max)
		return err_set(
			err, -EINVAL,
			"bad %s '%s': use a whole number from %lld to %lld",
			what, text, min, max);
	*ret_value = value;
	return 0;
}
