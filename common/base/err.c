/* SPDX-License-Identifier: MIT */
#include "common/base/err.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_vset(struct err *err, int code, const char *fmt, va_list ap)
{
	if (!err || err->code)
		return code;
	err->code = code;
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	return code;
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_sys(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	if (!err || err->code)
		return code;
	va_start(ap, fmt);
	err_vset(err, code, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s",
		 err_reason(code));
	return code;
}

void err_prefix(struct err *err, const char *fmt, ...)
{
	char old[ERR_TEXT_SIZE];
	va_list ap;
	size_t len;

	if (!err || !err->code)
		return;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
}

void err_clear(struct err *err)
{
	err->code = 0;
	err->text[0] = '\0';
}

bool err_is_set(const struct err *err)
{
	return err->code != 0;
}

const char *err_text(const struct err *err)
{
	return err->text[0] ? err->text : err_reason(err->code);
}

const char *err_reason(int code)
{
	static _Thread_local char text[128];
	const char *s = strerror_r(abs(code), text, sizeof(text));

	if (s != text)
		snprintf(text, sizeof(text), "%s", s);
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}
