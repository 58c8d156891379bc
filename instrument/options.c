/* SPDX-License-Identifier: MIT */
#include "instrument/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fd.h"
#include "common/base/spell.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#define MAX_RESPONSE_BYTES ((size_t)64 << 20)
#define MAX_RESPONSE_DEPTH 20

/* How an option of gcc's is written. */
enum form {
	EXACT, /* -c */
	JOINED, /* -Wl,x */
	SEPARATE, /* -include x */
	EITHER, /* -Ix, -I x */
};

struct known {
	const char *name;
	enum form form;
	enum option_class class;
};

/* The first match counts, so longer names stand before their beginnings. */
static const struct known known[] = {
	{ "-o", EITHER, OPT_MODE },
	{ "-c", EXACT, OPT_MODE },
	{ "-S", EXACT, OPT_MODE },
	{ "-E", EXACT, OPT_MODE },
	{ "-M", EXACT, OPT_MODE },
	{ "-MM", EXACT, OPT_MODE },
	{ "-MD", EXACT, OPT_MODE },
	{ "-MMD", EXACT, OPT_MODE },
	{ "-MG", EXACT, OPT_MODE },
	{ "-MP", EXACT, OPT_MODE },
	{ "-MF", EITHER, OPT_MODE },
	{ "-MT", EITHER, OPT_MODE },
	{ "-MQ", EITHER, OPT_MODE },
	{ "-###", EXACT, OPT_MODE },
	{ "-v", EXACT, OPT_MODE },
	{ "-pipe", EXACT, OPT_MODE },
	{ "-fsyntax-only", EXACT, OPT_MODE },
	{ "-save-temps", JOINED, OPT_MODE },
	{ "--save-temps", JOINED, OPT_MODE },
	{ "-aux-info", SEPARATE, OPT_MODE },
	{ "-dumpbase-ext", SEPARATE, OPT_MODE },
	{ "-dumpbase", SEPARATE, OPT_MODE },
	{ "-dumpdir", SEPARATE, OPT_MODE },
	{ "-dM", EXACT, OPT_MODE },
	{ "-dD", EXACT, OPT_MODE },
	{ "-dN", EXACT, OPT_MODE },
	{ "-dI", EXACT, OPT_MODE },
	{ "-dU", EXACT, OPT_MODE },
	{ "-x", EITHER, OPT_MODE },
	{ "-D", EITHER, OPT_PREPROCESS },
	{ "-U", EITHER, OPT_PREPROCESS },
	{ "-A", EITHER, OPT_PREPROCESS },
	{ "-include", EITHER, OPT_PREPROCESS },
	{ "-imacros", EITHER, OPT_PREPROCESS },
	{ "-isystem", EITHER, OPT_PREPROCESS },
	{ "-iquote", EITHER, OPT_PREPROCESS },
	{ "-idirafter", EITHER, OPT_PREPROCESS },
	{ "-iprefix", EITHER, OPT_PREPROCESS },
	{ "-iwithprefixbefore", EITHER, OPT_PREPROCESS },
	{ "-iwithprefix", EITHER, OPT_PREPROCESS },
	{ "-isysroot", EITHER, OPT_PREPROCESS },
	{ "-imultilib", EITHER, OPT_PREPROCESS },
	{ "-I", EITHER, OPT_PREPROCESS },
	{ "-nostdinc", EXACT, OPT_PREPROCESS },
	{ "-undef", EXACT, OPT_PREPROCESS },
	{ "-P", EXACT, OPT_MODE },
	{ "-C", EXACT, OPT_MODE },
	{ "-CC", EXACT, OPT_MODE },
	{ "-H", EXACT, OPT_MODE },
	{ "-Wp,", JOINED, OPT_PREPROCESS },
	{ "-Xpreprocessor", SEPARATE, OPT_PREPROCESS },
	{ "-fmacro-prefix-map=", JOINED, OPT_PREPROCESS },
	{ "-Wl,", JOINED, OPT_LINK },
	{ "-Xlinker", SEPARATE, OPT_LINK },
	{ "-L", EITHER, OPT_LINK },
	{ "-Tdata", SEPARATE, OPT_LINK },
	{ "-Ttext", SEPARATE, OPT_LINK },
	{ "-Tbss", SEPARATE, OPT_LINK },
	{ "-T", EITHER, OPT_LINK },
	{ "-u", EITHER, OPT_LINK },
	{ "-z", EITHER, OPT_LINK },
	{ "-e", EITHER, OPT_LINK },
	{ "-R", EITHER, OPT_LINK },
	{ "-s", EXACT, OPT_LINK },
	{ "-r", EXACT, OPT_LINK },
	{ "-static", EXACT, OPT_LINK },
	{ "-static-pie", EXACT, OPT_LINK },
	{ "-static-libgcc", EXACT, OPT_LINK },
	{ "-shared", EXACT, OPT_LINK },
	{ "-shared-libgcc", EXACT, OPT_LINK },
	{ "-symbolic", EXACT, OPT_LINK },
	{ "-rdynamic", EXACT, OPT_LINK },
	{ "-pie", EXACT, OPT_LINK },
	{ "-no-pie", EXACT, OPT_LINK },
	{ "-nostdlib", EXACT, OPT_LINK },
	{ "-nodefaultlibs", EXACT, OPT_LINK },
	{ "-nolibc", EXACT, OPT_LINK },
	{ "-nostartfiles", EXACT, OPT_LINK },
	{ "-fuse-ld=", JOINED, OPT_LINK },
	{ "-l", EITHER, OPT_LIBRARY },
	{ "-Xassembler", SEPARATE, OPT_OTHER },
	{ "--param", EITHER, OPT_OTHER },
	{ "--sysroot", SEPARATE, OPT_OTHER },
	{ "-wrapper", SEPARATE, OPT_OTHER },
	{ "-B", EITHER, OPT_OTHER },
	{ "-G", SEPARATE, OPT_OTHER },
	{ "-target", SEPARATE, OPT_OTHER },
	{ "-Xclang", SEPARATE, OPT_OTHER },
	{ "-mllvm", SEPARATE, OPT_OTHER },
	{ "-Wa,", JOINED, OPT_OTHER },
	{ "-fanalyzer", JOINED, OPT_WARNING },
	{ "-pedantic", JOINED, OPT_WARNING },
	{ "-w", EXACT, OPT_WARNING },
	{ "-W", JOINED, OPT_WARNING },
};

static const struct known *find_known(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct known *k = known + i;
		size_t len = strlen(k->name);

		if (strncmp(text, k->name, len) != 0)
			continue;
		if (!text[len] || k->form == JOINED || k->form == EITHER)
			return k;
	}
	return NULL;
}

static struct option *add(struct options *o, enum option_class class,
			  const char *text, const char *arg)
{
	struct option *new;

	if (o->n == o->alloc) {
		o->alloc = o->alloc * 2 + 32;
		o->v = xreallocarray(o->v, o->alloc, sizeof(*o->v));
	}
	new = o->v + o->n++;
	memset(new, 0, sizeof(*new));
	new->class = class;
	new->text = xstrdup(text);
	new->arg = xstrdup(arg);
	return new;
}

/* ---- response files -------------------------------------------------------- */

/* Words as gcc reads them: blanks separate, quotes and backslash protect. */
static void add_quoted_words(struct strv *out, const char *p)
{
	struct strbuf word = STRBUF_INIT;

	for (;;) {
		char quote = '\0';

		while (isspace((unsigned char)*p))
			p++;
		if (!*p)
			break;
		strbuf_reset(&word);
		for (; *p && (quote || !isspace((unsigned char)*p)); p++) {
			if (*p == '\\' && p[1])
				strbuf_addch(&word, *++p);
			else if (quote ? *p == quote : *p == '\'' || *p == '"')
				quote = quote ? '\0' : *p;
			else
				strbuf_addch(&word, *p);
		}
		strv_add(out, word.data);
	}
	strbuf_release(&word);
}

static void expand(struct strv *out, const char *arg, int depth)
{
	struct strbuf text = STRBUF_INIT;
	struct strv words = { 0 };
	size_t i;

	if (arg[0] != '@' || depth == MAX_RESPONSE_DEPTH ||
	    fd_read_file(arg + 1, MAX_RESPONSE_BYTES, &text, NULL)) {
		strv_add(out, arg);
	} else {
		add_quoted_words(&words, text.data);
		for (i = 0; i < words.n; i++)
			expand(out, words.v[i], depth + 1);
	}
	strv_release(&words);
	strbuf_release(&text);
}

/* ---- inputs ---------------------------------------------------------------- */

static enum input_kind kind_of_language(const char *lang)
{
	if (!strcmp(lang, "c"))
		return INPUT_C;
	if (!strcmp(lang, "cpp-output"))
		return INPUT_CPP_OUTPUT;
	return INPUT_FOREIGN;
}

static enum input_kind kind_of_file(const char *file)
{
	static const char *const foreign[] = {
		".s",	".S",	".sx",	".cc",	".cp",	".cxx", ".cpp", ".CPP",
		".c++", ".C",	".ii",	".m",	".mi",	".mm",	".f",	".for",
		".F",	".f90", ".F90", ".f95", ".F95", ".f03", ".F03", ".d",
		".go",	".adb", ".ads", ".h",	".hh",	".hpp",
	};
	const char *slash = strrchr(file, '/');
	const char *dot = strrchr(slash ? slash : file, '.');
	size_t i;

	if (!dot)
		return INPUT_OBJECT;
	if (!strcmp(dot, ".c"))
		return INPUT_C;
	if (!strcmp(dot, ".i"))
		return INPUT_CPP_OUTPUT;
	for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (!strcmp(dot, foreign[i]))
			return INPUT_FOREIGN;
	return INPUT_OBJECT;
}

/* ---- hcc's own options ----------------------------------------------------- */

static bool value_of(const char *arg, const char *name, char **ret)
{
	size_t len = strlen(name);

	if (strncmp(arg, name, len) != 0 || arg[len] != '=')
		return false;
	free(*ret);
	*ret = xstrdup(arg + len + 1);
	return true;
}

/* Is it one of ours? Then it is noted. */
static bool own_option(struct options *o, const char *arg)
{
	const struct {
		const char *name;
		bool *flag;
		bool value;
	} flags[] = {
		{ "--emit-source", &o->emit_source, true },
		{ "--report", &o->report, true },
		{ "--profile", &o->profile, true },
		{ "--dump-ast", &o->dump_ast, true },
		{ "--list-targets", &o->list_targets, true },
		{ "--help", &o->help, true },
		{ "--version", &o->version, true },
		{ "--assume-width-safe", &o->assume_width_safe, true },
		{ "-Wportability", &o->portability, true },
		{ "-Wno-portability", &o->portability, false },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(arg, flags[i].name)) {
			*flags[i].flag = flags[i].value;
			return true;
		}
	return value_of(arg, "--targets", &o->targets) ||
	       value_of(arg, "--poll", &o->poll) ||
	       value_of(arg, "--plan", &o->plan);
}

/* A misspelt option of ours would reach gcc, whose message misleads. */
static int check_spelling(const char *arg, struct err *err)
{
	static const char *const names[] = {
		"--targets",  "--poll",		"--plan",
		"--profile",  "--emit-source",	"--report",
		"--dump-ast", "--list-targets", "--assume-width-safe",
	};
	char *name = xstrndup(arg, strcspn(arg, "="));
	const char *near =
		spell_nearest(name, names, sizeof(names) / sizeof(*names));
	int rc = 0;

	if (near && !strcmp(near, name))
		rc = err_set(err, -EINVAL, "'%s' needs a value: %s=...", near,
			     near);
	else if (near)
		rc = err_set(err, -EINVAL,
			     "unknown option '%s': did you mean '%s'?", arg,
			     near);
	free(name);
	return rc;
}

/* ---- all of it ------------------------------------------------------------- */

static void note_mode(struct options *o, const char *text)
{
	static const char *const other[] = { "-S",  "-E",   "-M",
					     "-MM", "-###", "-fsyntax-only" };
	size_t i;

	if (!strcmp(text, "-c") && o->mode == MODE_LINK)
		o->mode = MODE_COMPILE;
	for (i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (!strcmp(text, other[i]))
			o->mode = MODE_OTHER;
}

static void note_option(struct options *o, const struct option *opt)
{
	const char *text = opt->text;

	note_mode(o, text);
	if (!strncmp(text, "-o", 2) && opt->class == OPT_MODE)
		o->output = opt->arg ? opt->arg : text + 2;
	if (!strncmp(text, "-std=", 5))
		o->std = text + 5;
	if (!strcmp(text, "-ansi"))
		o->std = "c89";
	o->shared |= !strcmp(text, "-shared");
	o->relocatable |= !strcmp(text, "-r") || !strcmp(text, "-Wl,-r");
	o->no_stdlib |=
		!strcmp(text, "-nostdlib") || !strcmp(text, "-nodefaultlibs") ||
		!strcmp(text, "-nolibc") || !strcmp(text, "-nostartfiles") ||
		!strcmp(text, "-ffreestanding");
	o->quiet |= !strcmp(text, "-w");
}

/* Questions to the compiler that make nothing. */
static bool is_question(const char *text)
{
	return !strncmp(text, "-print-", 7) || !strncmp(text, "--print-", 8) ||
	       !strcmp(text, "-dumpmachine") || !strcmp(text, "-dumpspecs") ||
	       !strcmp(text, "-dumpversion") ||
	       !strcmp(text, "-dumpfullversion") ||
	       !strncmp(text, "--target-help", 13) ||
	       !strncmp(text, "--help=", 7);
}

static int parse_all(struct options *o, const struct strv *args,
		     struct err *err)
{
	const char *lang = NULL;
	struct option *opt;
	size_t i;
	int rc;

	for (i = 0; i < args->n; i++) {
		const char *a = args->v[i], *arg = NULL;
		const struct known *k;

		if (a[0] != '-' || !a[1]) {
			opt = add(o, OPT_INPUT, a, NULL);
			opt->input = lang ? kind_of_language(lang)
					  : kind_of_file(a);
			opt->lang = xstrdup(lang);
			o->has_input = true;
			continue;
		}
		if (own_option(o, a))
			continue;
		k = find_known(a);
		if (!k && a[1] == '-' && (rc = check_spelling(a, err)))
			return rc;
		if (k && (k->form == SEPARATE || k->form == EITHER) &&
		    !a[strlen(k->name)])
			arg = args->v[++i];
		opt = add(o, k ? k->class : OPT_OTHER, a, arg);
		if (k && !strcmp(k->name, "-x")) {
			arg = arg ? arg : a + 2;
			lang = strcmp(arg, "none") ? arg : NULL;
		}
		if (is_question(a))
			o->mode = MODE_OTHER;
		note_option(o, opt);
		if (i >= args->n)
			break; /* gcc says what is missing */
	}
	return 0;
}

int options_parse(struct options *o, int argc, char *const *argv,
		  struct err *err)
{
	struct strv args = { 0 };
	int i, rc;

	memset(o, 0, sizeof(*o));
	for (i = 1; i < argc; i++)
		expand(&args, argv[i], 0);
	rc = parse_all(o, &args, err);
	strv_release(&args);
	if (rc)
		options_release(o);
	return rc;
}

void options_release(struct options *o)
{
	size_t i;

	for (i = 0; i < o->n; i++) {
		free(o->v[i].text);
		free(o->v[i].arg);
		free(o->v[i].lang);
	}
	free(o->v);
	free(o->targets);
	free(o->poll);
	free(o->plan);
	memset(o, 0, sizeof(*o));
}

char *options_object_name(const char *input)
{
	const char *slash = strrchr(input, '/');
	const char *base = slash ? slash + 1 : input;
	const char *dot = strrchr(base, '.');
	int len = dot && dot > base ? (int)(dot - base) : (int)strlen(base);

	return xasprintf("%.*s.o", len, base);
}

static void add_option(const struct option *opt, struct strv *out)
{
	strv_add(out, opt->text);
	if (opt->arg)
		strv_add(out, opt->arg);
}

void options_select(const struct options *o, unsigned classes, struct strv *out)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (OPTION_BIT(o->v[i].class) & classes)
			add_option(o->v + i, out);
}

void options_all(const struct options *o, struct strv *out)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		add_option(o->v + i, out);
}

void options_clang(const struct options *o, struct strv *out)
{
	static const char *const exact[] = {
		"-m32",
		"-m64",
		"-mx32",
		"-funsigned-char",
		"-fsigned-char",
		"-fshort-enums",
		"-fshort-wchar",
		"-fgnu89-inline",
		"-fms-extensions",
		"-ffreestanding",
		"-fno-builtin",
		"-fno-short-enums",
		"-mlong-double-64",
	};
	size_t i, j;

	for (i = 0; i < o->n; i++) {
		const char *text = o->v[i].text;

		for (j = 0; j < sizeof(exact) / sizeof(*exact); j++)
			if (!strcmp(text, exact[j]))
				strv_add(out, text);
		if (!strncmp(text, "-fpack-struct", 13))
			strv_add(out, text);
		if (!strcmp(text, "-fplan9-extensions"))
			strv_add(out, "-fms-extensions");
	}
}
