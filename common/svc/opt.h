/* SPDX-License-Identifier: MIT */
/* opt: command-line options from a table, and the help made of it. */
#ifndef HARRIER_SVC_OPT_H
#define HARRIER_SVC_OPT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/err.h"

/*
 * Long names are taken with one dash or two (`-constraint X`, `--constraint
 * X`, `--constraint=X`) and may be shortened while unique, as HTCondor's
 * users are used to; short ones with one dash, alone or in a row. An exact
 * long name goes before a row of short ones. `--` ends the options.
 */
struct opt_def {
	int id; /* 1 and up; returned by opt_next */
	char letter; /* 0: none */
	const char *name; /* NULL: only a letter */
	const char *arg; /* its argument's name in the help; NULL: a flag */
	const char *help; /* one line; NULL: not shown */
};

/* The table ends in a row of zeros. --help and --version need no row. */
struct opt {
	const char *program;
	const char *usage; /* what follows the name: "[options] FILE..." */
	const char *about; /* one sentence, or lines as they are to be printed */
	const struct opt_def *defs;
	int argc;
	char **argv;
	int next; /* index in argv */
	const char *row; /* rest of a row of letters, or NULL */
	bool only_args;
	const char *value; /* of the option or the argument just returned */
};

enum {
	OPT_END = 0,
	OPT_ARG = -1001, /* not an option: opt->value */
	OPT_HELP = -1002,
	OPT_VERSION = -1003,
};

void opt_init(struct opt *opt, const char *usage, const char *about,
	      const struct opt_def *defs, int argc, char **argv);

/*
 * The next option's id, or OPT_*; -EINVAL for an unknown one (the nearest is
 * suggested), an ambiguous one, a missing or an unwanted argument.
 */
int opt_next(struct opt *opt, struct err *err);

/* The next word, taken as it is; NULL at the end. For options with several. */
const char *opt_take(struct opt *opt);
/* As opt_take, without taking it. */
const char *opt_peek(const struct opt *opt);

/* Usage, about and one line per option, at most 80 columns wide. */
void opt_print_help(const struct opt *opt, FILE *out);
void opt_print_version(const struct opt *opt, FILE *out);

/* A whole decimal number within limits, or -EINVAL naming `what`. */
int opt_parse_int(const char *text, const char *what, long long min,
		  long long max, long long *ret_value, struct err *err);

#endif
