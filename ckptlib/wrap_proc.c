/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/alloc.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"

/* ---- atexit ----------------------------------------------------------------------- */

static int armed;

static void run_handlers(int status, void *unused)
{
	struct ckpti_own *o = &ckpti_own;

	(void)unused;
	/* A handler may register another one. */
	while (o->exit_count > 0) {
		struct ckpti_exit *e = &o->exits[--o->exit_count];

		if (e->takes_status)
			((void (*)(int, void *))e->fn)(status, e->arg);
		else
			e->fn();
	}
}

void ckpti_exit_arm(void)
{
	if (!armed)
		armed = on_exit(run_handlers, NULL) == 0;
}

static struct ckpti_exit *add_exit(void)
{
	struct ckpti_own *o = &ckpti_own;
	int cap = o->exit_cap ? o->exit_cap * 2 : 32;
	struct ckpti_exit *p;

	ckpti_exit_arm();
	if (o->exit_count == o->exit_cap) {
		p = ckpti_realloc(CKPTI_PROGRAM, o->exits,
				  (size_t)cap * sizeof(*p), ckpti_exit_type);
		if (!p)
			return NULL;
		memset(p + o->exit_count, 0,
		       (size_t)(cap - o->exit_count) * sizeof(*p));
		o->exits = p;
		o->exit_cap = cap;
	}
	return &o->exits[o->exit_count++];
}

int ckpt_atexit(void (*fn)(void))
{
	struct ckpti_exit *e = add_exit();

	if (!e)
		return -1;
	*e = (struct ckpti_exit){ .fn = fn };
	return 0;
}

int ckpt_on_exit(void (*fn)(int status, void *arg), void *arg)
{
	struct ckpti_exit *e = add_exit();

	if (!e)
		return -1;
	*e = (struct ckpti_exit){ .fn = (void (*)(void))fn,
				  .arg = arg,
				  .takes_status = 1 };
	return 0;
}

int ckpt_at_quick_exit(void (*fn)(void))
{
	ckpti_poll_refuse("the program has handlers for quick_exit");
	return at_quick_exit(fn);
}

/* ---- the environment: its array and texts in the program arena ----------------------- */

/* The entry of a name, or the terminating NULL's place. */
static size_t find_entry(const char *name, size_t len)
{
	size_t i = 0;

	for (; environ && environ[i]; i++) {
		if (strncmp(environ[i], name, len) == 0 &&
		    environ[i][len] == '=')
			break;
	}
	return i;
}

static int put_entry(size_t i, char *entry)
{
	char **p;

	if (environ && environ[i]) {
		environ[i] = entry;
		return 0;
	}
	p = ckpti_alloc(CKPTI_PROGRAM, (i + 2) * sizeof(*p), ckpti_text_type);
	if (!p)
		return -1;
	if (i)
		memcpy(p, environ, i * sizeof(*p));
	p[i] = entry;
	p[i + 1] = NULL;
	environ = p; /* the old array may be the kernel's: it stays */
	return 0;
}

int ckpt_setenv(const char *name, const char *value, int replace)
{
	size_t len, i;
	char *entry;

	if (!name || !*name || strchr(name, '=')) {
		errno = EINVAL;
		return -1;
	}
	len = strlen(name);
	i = find_entry(name, len);
	if (environ && environ[i] && !replace)
		return 0;
	entry = ckpti_alloc(CKPTI_PROGRAM, len + strlen(value) + 2,
			    ckpti_char_type);
	if (!entry)
		return -1;
	memcpy(entry, name, len);
	entry[len] = '=';
	strcpy(entry + len + 1, value);
	return put_entry(i, entry);
}

int ckpt_unsetenv(const char *name)
{
	size_t len, i;

	if (!name || !*name || strchr(name, '=')) {
		errno = EINVAL;
		return -1;
	}
	len = strlen(name);
	while (environ && environ[i = find_entry(name, len)]) {
		for (; environ[i]; i++)
			environ[i] = environ[i + 1];
	}
	return 0;
}

int ckpt_putenv(char *entry)
{
	const char *equals = strchr(entry, '=');

	if (!equals)
		return ckpt_unsetenv(entry);
	return put_entry(find_entry(entry, (size_t)(equals - entry)), entry);
}

int ckpt_clearenv(void)
{
	environ = NULL;
	return 0;
}

/* ---- strtok -------------------------------------------------------------------------- */

char *ckpt_strtok(char *text, const char *delims)
{
	return strtok_r(text, delims, &ckpti_own.strtok_next);
}
