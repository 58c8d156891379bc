/* SPDX-License-Identifier: MIT */
#include "ckptlib/conf.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/os.h"

struct ckpti_conf ckpti_conf = { .exit_code = CKPTI_EXIT_CHECKPOINTED };

static const char *const names[] = {
	"CKPT_IMAGE",	     "CKPT_STATS",	 "CKPT_EXIT_CODE",
	"CKPT_INTERVAL",     "CKPT_AFTER_POLLS", "CKPT_EVERY_POLLS",
	"CKPT_KILL_AT_POLL", "CKPT_FORK",	 "CKPT_PROFILE",
};

int ckpti_conf_owns(const char *entry)
{
	size_t i, n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (strncmp(entry, names[i], n) == 0 && entry[n] == '=')
			return 1;
	}
	return 0;
}

static const char *find(char **envp, const char *name)
{
	size_t n = strlen(name);

	for (; envp && *envp; envp++) {
		if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
			return (*envp)[n + 1] ? *envp + n + 1 : NULL;
	}
	return NULL;
}

/* A number in [min, max], or `otherwise` with a message. */
static double number(char **envp, const char *name, double min, double max,
		     double otherwise)
{
	const char *text = find(envp, name);
	char *end;
	double v;

	if (!text)
		return otherwise;
	v = strtod(text, &end);
	if (*end || !(v >= min && v <= max)) {
		ckpti_say("%s='%s' is ignored: not a number from %g to %g",
			  name, text, min, max);
		return otherwise;
	}
	return v;
}

static unsigned long long polls(char **envp, const char *name)
{
	return (unsigned long long)number(envp, name, 1, 1e18, 0);
}

static enum ckpti_fork fork_wanted(const char *text)
{
	if (!text || strcmp(text, "auto") == 0)
		return CKPTI_FORK_AUTO;
	if (strcmp(text, "always") == 0)
		return CKPTI_FORK_ALWAYS;
	if (strcmp(text, "never") == 0)
		return CKPTI_FORK_NEVER;
	ckpti_say("CKPT_FORK='%s' is ignored: not always, never or auto", text);
	return CKPTI_FORK_AUTO;
}

void ckpti_conf_read(char **envp)
{
	struct ckpti_conf *c = &ckpti_conf;

	c->image = find(envp, "CKPT_IMAGE");
	if (!c->image)
		return;
	c->stats = find(envp, "CKPT_STATS");
	c->exit_code = (int)number(envp, "CKPT_EXIT_CODE", 0, 255,
				   CKPTI_EXIT_CHECKPOINTED);
	c->interval = number(envp, "CKPT_INTERVAL", 0.001, 1e9, 0);
	c->after_polls = polls(envp, "CKPT_AFTER_POLLS");
	c->every_polls = polls(envp, "CKPT_EVERY_POLLS");
	c->kill_at_poll = polls(envp, "CKPT_KILL_AT_POLL");
	c->fork = fork_wanted(find(envp, "CKPT_FORK"));
}

static const char *absolute(const char *path)
{
	char cwd[4096];
	size_t n;
	char *p;

	if (!path || path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return path;
	n = strlen(cwd) + strlen(path) + 2;
	p = malloc(n);
	if (!p)
		return path;
	snprintf(p, n, "%s/%s", cwd, path);
	return p; /* for good */
}

void ckpti_conf_chdir(void)
{
	ckpti_conf.image = absolute(ckpti_conf.image);
	ckpti_conf.stats = absolute(ckpti_conf.stats);
}
