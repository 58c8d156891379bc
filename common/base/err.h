/* SPDX-License-Identifier: MIT */
/* err: what went wrong, as a code and one line of text. */
#ifndef HARRIER_BASE_ERR_H
#define HARRIER_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#define ERR_TEXT_SIZE 512

/* Embedded by callers; starts as ERR_INIT. */
struct err {
	int code; /* 0, or -errno of the first cause */
	char text[ERR_TEXT_SIZE];
};

#define ERR_INIT      \
	{             \
		0, "" \
	}

/*
 * Records `code` (-errno) and the message, unless `err` is NULL or holds an
 * earlier cause already. Returns `code`, so that callers can write
 * `return err_set(err, -EINVAL, "bad mode '%s'", mode);`.
 */
int err_set(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int err_vset(struct err *err, int code, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/*
 * As err_set, with ": " and the reason of `code` after the message:
 * `err_sys(err, -errno, "cannot open '%s'", path)`.
 */
int err_sys(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the recorded text; no effect without one. */
void err_prefix(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void err_clear(struct err *err);
bool err_is_set(const struct err *err);

/* The text, never NULL: the reason of the code where no text was given. */
const char *err_text(const struct err *err);

/*
 * The system's words for `code` (errno or -errno), first letter in lower
 * case. Valid until the thread's next call.
 */
const char *err_reason(int code);

#endif
