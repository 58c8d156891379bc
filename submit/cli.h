/* SPDX-License-Identifier: MIT */
/* cli: how every tool begins, complains and ends. */
#ifndef HARRIER_SUBMIT_CLI_H
#define HARRIER_SUBMIT_CLI_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/err.h"
#include "common/svc/opt.h"

/*
 * First thing in main: the program's name for messages, and SIGPIPE as the
 * shell gave it, so that `hq | head` ends without a word.
 */
void cli_init(char **argv);

/* "hq: message" on stderr. Answers 1, the exit code of a failure. */
int cli_fail(const struct err *err);
int cli_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Last thing in main: writes out stdout. Answers `code`, or 1 with a message
 * where that fails (a full disk).
 */
int cli_end(int code);

/*
 * For the answers of opt_next that every tool treats alike: prints help or
 * version, or the error. True where the tool is to end with *ret_code.
 */
bool cli_common(const struct opt *opt, int id, const struct err *err,
		int *ret_code);

/*
 * The escape sequence where stdout is a terminal that wants colour (NO_COLOR
 * and TERM=dumb say no), else "". `style`: "bold", "dim", "red", "green",
 * "yellow", "blue", "off".
 */
const char *cli_style(const char *style);

/* Columns of the terminal that stdout is; 0 where it is none. */
int cli_width(void);

/* The login name of this user; "uid-N" where it has none. */
const char *cli_user(void);

#endif
