/* SPDX-License-Identifier: MIT */
/* log: one line per event on stderr, with time, level and program. */
#ifndef HARRIER_BASE_LOG_H
#define HARRIER_BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Lines above the level are dropped. The level starts at LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "error", "warn", "info" or "debug"; -EINVAL for anything else. */
int log_parse_level(const char *name, enum log_level *ret_level);

/*
 * Writes `2026-01-31T12:00:00.000Z info hstartd[42]: text`, in one write, so
 * that processes sharing a file do not mix lines. Details follow the text as
 * `key=value`. Control characters, line ends too, are escaped: text that came
 * from a peer cannot forge a line.
 */
void log_write(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
