/* SPDX-License-Identifier: MIT */
/* options: gcc's command line, as far as hcc must understand it. */
#ifndef INSTRUMENT_OPTIONS_H
#define INSTRUMENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "instrument/strv.h"

enum option_class {
	OPT_OTHER, /* code generation, language, target: for every step */
	OPT_PREPROCESS, /* -I -D -include...: gone once the text is made */
	OPT_WARNING,
	OPT_LINK, /* -L -Wl...; -l and -Wl in their place among inputs */
	OPT_LIBRARY, /* -lx */
	OPT_MODE, /* -c -S -E -o -M...: what the command makes */
	OPT_INPUT, /* a file, or - */
};

enum input_kind {
	INPUT_NONE,
	INPUT_C, /* to be preprocessed */
	INPUT_CPP_OUTPUT, /* preprocessed C */
	INPUT_FOREIGN, /* assembler, C++, Fortran...: compiled, left alone */
	INPUT_OBJECT, /* .o, .a, .so, linker scripts */
};

struct option {
	enum option_class class;
	char *text;
	char *arg; /* a separate argument, or NULL */
	enum input_kind input; /* OPT_INPUT */
	char *lang; /* OPT_INPUT: the -x that holds for it, or NULL */
};

enum option_mode {
	MODE_LINK,
	MODE_COMPILE, /* -c */
	MODE_OTHER, /* -E -S -M -### -fsyntax-only: not ours */
};

struct options {
	struct option *v; /* in the order given, @files expanded */
	size_t n, alloc;
	enum option_mode mode;
	const char *output; /* -o, or NULL */
	const char *std; /* of -std=, or NULL */
	bool shared, relocatable, no_stdlib, whole_program_lto;
	bool has_input;
	/* hcc's own */
	char *targets; /* --targets=, or NULL */
	char *poll; /* --poll=, or NULL */
	char *plan; /* --plan=, or NULL */
	bool profile; /* --profile */
	bool emit_source, report, dump_ast, list_targets, help, version;
	bool assume_width_safe, portability, quiet; /* quiet: -w */
};

/* -EINVAL for a wrong option of hcc's own, or a missing argument; an @file
 * that cannot be read stays as it is, as with gcc. */
int options_parse(struct options *o, int argc, char *const *argv,
		  struct err *err);
void options_release(struct options *o);

/* The object that -c makes of an input: its base name with .o. */
char *options_object_name(const char *input);

/* Appends the options of these classes (a bit each), without inputs. */
void options_select(const struct options *o, unsigned classes,
		    struct strv *out);
#define OPTION_BIT(class) (1u << (class))

/* All arguments as they were given, without hcc's own. */
void options_all(const struct options *o, struct strv *out);

/* The options that change how clang must read the text. */
void options_clang(const struct options *o, struct strv *out);

#endif
