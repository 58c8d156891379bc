/* SPDX-License-Identifier: MIT */
/* Arguments and environments as submit files and job ads quote them. */
#ifndef HARRIER_BASE_ARGS_H
#define HARRIER_BASE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct strbuf;

/* A list of arguments; argv always ends with NULL, ready for execve. */
struct args {
	char **argv;
	size_t argc;
	size_t room;
};

void args_init(struct args *args);
void args_release(struct args *args);
void args_add(struct args *args, const char *arg); /* copies */

/*
 * Adds what a submit file's `arguments` says: the whole in double quotes is
 * the new form, all else the old one (HTCondor's manual, condor_submit).
 * Returns 0 or -EINVAL. On failure nothing was added.
 */
int args_parse(struct args *args, const char *text, struct err *err);

/* Old form: split at blanks; \" is a double quote. */
int args_parse_v1(struct args *args, const char *text, struct err *err);

/*
 * New form without its outer quotes (the job ad's `Arguments`): split at
 * blanks, single quotes protect, '' inside them is a single quote.
 */
int args_parse_v2(struct args *args, const char *text, struct err *err);

/* The reverse: as the job ad holds it, and as a submit file would. */
void args_unparse_v2(const struct args *args, struct strbuf *out);
void args_unparse_submit(const struct args *args, struct strbuf *out);

/* Old form if it can say it: 0, or -EINVAL (a blank or an empty argument). */
int args_unparse_v1(const struct args *args, struct strbuf *out);

/*
 * An environment: NAME=value strings in order, each name once; envp ends with
 * NULL.
 */
struct env {
	char **envp;
	size_t count;
	size_t room;
};

void env_init(struct env *env);
void env_release(struct env *env);

/* Sets or replaces. Returns 0 or -EINVAL (an empty name, or '=' in it). */
int env_set(struct env *env, const char *name, const char *value);
const char *env_get(const struct env *env, const char *name); /* or NULL */

/*
 * Adds what a submit file's `environment` says: "A=1 B='x y'" in double
 * quotes is the new form, A=1;B=2 the old. Returns 0 or -EINVAL; on failure
 * nothing has changed.
 */
int env_parse(struct env *env, const char *text, struct err *err);
int env_parse_v1(struct env *env, const char *text, struct err *err);
int env_parse_v2(struct env *env, const char *text, struct err *err);

/*
 * Adds from environ (NAME=value strings) what `getenv` lets through: a list
 * of patterns with * and, before a pattern, ! that excludes. Names that env
 * already has stay. `getenv = true` is the pattern *.
 */
void env_import(struct env *env, char *const environ[], const char *patterns);

void env_unparse_v2(const struct env *env, struct strbuf *out);
void env_unparse_submit(const struct env *env, struct strbuf *out);

#endif
