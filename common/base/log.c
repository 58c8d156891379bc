/* SPDX-License-Identifier: MIT */
#include "common/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_SIZE 2048

static const char *const level_names[] = { "error", "warn", "info", "debug" };

static _Atomic enum log_level log_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	atomic_store(&log_level, level);
}

enum log_level log_get_level(void)
{
	return atomic_load(&log_level);
}

int log_parse_level(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++)
		if (!strcmp(name, level_names[i])) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	return -EINVAL;
}

/* Copies text to out with control characters as \xNN; returns the length. */
static size_t log_escape(char *out, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text && len + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != 0x7f)
			out[len++] = (char)c;
		else
			len += (size_t)sprintf(out + len, "\\x%02x", c);
	}
	return len;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE_SIZE - 128], line[LOG_LINE_SIZE];
	int saved = errno;
	struct timespec now;
	struct tm tm;
	size_t len;
	va_list ap;

	if (level > log_get_level())
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	len += (size_t)snprintf(line + len, sizeof(line) - len,
				".%03ldZ %s %.60s[%ld]: ",
				now.tv_nsec / 1000000, level_names[level],
				program_invocation_short_name, (long)getpid());
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len += log_escape(line + len, sizeof(line) - len - 1, text);
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0) {
		/* Nowhere left to say it. */
	}
	errno = saved;
}
