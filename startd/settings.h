/* SPDX-License-Identifier: MIT */
/* settings: what hstartd is told, by its configuration file and options. */
#ifndef HARRIER_STARTD_SETTINGS_H
#define HARRIER_STARTD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct err;

/*
 * Durations are those of policies: clock_scaled_ms is applied where they are
 * waited for. docs/policy.md lists the keys. Text is borrowed from the conf;
 * what was not set is NULL.
 */
struct settings {
	struct conf *conf;
	const char *name; /* of this host in the pool */
	const char *dir; /* state: attempts, cache */
	const char *socket; /* our control socket */
	const char *scheduler; /* URL */
	const char *token_file; /* for a scheduler behind TCP */
	const char *arch; /* NULL: this machine's own */
	const char *emulator; /* NULL: found in PATH */
	const char *policy; /* own, desktop, dedicated */
	const char *root; /* in place of / for /dev, /run, /sys: for tests */
	int64_t slots; /* 0: one for all, or as many as CPUs if static */
	bool partitionable; /* slots are carved into dynamic ones */
	int64_t memory_bytes; /* of all slots; 0: the machine's */
	int64_t disk_reserve_bytes; /* kept free below `dir` */
	int64_t cache_bytes; /* of inputs kept for later jobs */
	int64_t polling_ms; /* between looks at load and policy */
	int64_t update_ms; /* between syncs that only bring figures */
	int64_t start_idle_ms;
	int64_t continue_idle_ms;
	int64_t keyboard_busy_ms;
	int64_t cpu_busy_ms;
	int64_t max_suspend_ms;
	int64_t max_vacate_ms;
	int64_t killing_ms;
	int64_t cap_millicores; /* of a leaving job */
	double background_load; /* cores */
	double high_load;
};

/* Defaults only. settings_set and settings_read change them. */
void settings_init(struct settings *s);
void settings_release(struct settings *s);

/* `key=value`. -EINVAL with a message for an unknown key or a bad value. */
int settings_set(struct settings *s, const char *line, struct err *err);

/* One that does not exist is fine. */
int settings_read(struct settings *s, const char *path, struct err *err);

/*
 * Fills the members from what was set. -EINVAL where a number is out of its
 * range. To be called after the last change.
 */
int settings_apply(struct settings *s, struct err *err);

/* The text of a policy expression (START, ...), NULL where it was not set. */
const char *settings_expr(const struct settings *s, const char *name);

#endif
