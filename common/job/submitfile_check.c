/* SPDX-License-Identifier: MIT */
/* What was set and never used: slips, and commands without effect. */
#include "common/base/err.h"
#include "common/base/spell.h"
#include "common/base/strbuf.h"
#include "common/job/submitfile_priv.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

/* ---- resources ------------------------------------------------------------------- */

/* How people call what a job asks for. */
static const struct {
	const char *word;
	const char *command;
} resources[] = {
	{ "cpus", "request_cpus" },	{ "cpu", "request_cpus" },
	{ "ncpus", "request_cpus" },	{ "cores", "request_cpus" },
	{ "core", "request_cpus" },	{ "processors", "request_cpus" },
	{ "memory", "request_memory" }, { "mem", "request_memory" },
	{ "ram", "request_memory" },	{ "disk", "request_disk" },
	{ "storage", "request_disk" },	{ "gpus", "request_gpus" },
	{ "gpu", "request_gpus" },
};

#define RESOURCE_COUNT (sizeof(resources) / sizeof(resources[0]))

/* Is the first part of the name meant to be "request"? */
static bool is_request(const char *head)
{
	static const char *const words[] = { "request", "require", "required",
					     "requires" };

	return spell_nearest(head, words, 4) != NULL;
}

static const char *resource_command(const char *word)
{
	const char *words[RESOURCE_COUNT], *nearest;

	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		if (strcasecmp(resources[i].word, word) == 0)
			return resources[i].command;
		words[i] = resources[i].word;
	}
	/* tpus are no slip for cpus */
	nearest = spell_nearest(word, words, RESOURCE_COUNT);
	if (!nearest || strncasecmp(word, nearest, 2) != 0)
		return NULL;
	return resource_command(nearest);
}

const char *submit_resource_meant(const char *name)
{
	const char *underscore = strchr(name, '_');
	const char *command;
	char head[16];
	size_t len = underscore ? (size_t)(underscore - name) : 7;

	if (len >= sizeof(head) || strlen(name) <= len)
		return NULL;
	memcpy(head, name, len);
	head[len] = '\0';
	if (!is_request(head))
		return NULL;
	command = resource_command(name + len + (underscore != NULL));
	return command && strcasecmp(command, name) != 0 ? command : NULL;
}

/* ---- all that was set -------------------------------------------------------------- */

/* Does the value ask for what is done anyway? */
static bool is_inert(const char *value)
{
	static const char *const words[] = { "false", "no", "never", "f",
					     "0",     "",   NULL };
	size_t len;

	value += strspn(value, BLANKS);
	len = strcspn(value, BLANKS);
	if (value[len + strspn(value + len, BLANKS)])
		return false;
	for (size_t i = 0; words[i]; i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(words[i], value, len) == 0)
			return true;
	return false;
}

/* HTCondor's words; then what may have been meant. */
static void warn_unused(const char *name, const struct macro *macro,
			struct strbuf *warnings)
{
	const char *note;
	const char *meant = submit_command(name, &note) == SUBMIT_UNKNOWN
				    ? submit_suggest(name)
				    : NULL;

	size_t first = strcspn(macro->line, "\n"); /* of a block */

	strbuf_addf(warnings,
		    "the line '%.*s%s' was unused by hsubmit. Is it a typo?",
		    (int)first, macro->line, macro->line[first] ? "..." : "");
	if (meant)
		strbuf_addf(warnings, " Did you mean '%s'?", meant);
	strbuf_addch(warnings, '\n');
}

static int check_macro(const char *name, const struct macro *macro,
		       struct strbuf *warnings, struct err *err)
{
	const char *note, *meant;
	enum submit_kind kind = submit_command(name, &note);

	if (kind == SUBMIT_NOTED) {
		strbuf_addf(warnings, "%s: '%s': %s\n", macro->where, name,
			    note);
		return 0;
	}
	if (kind == SUBMIT_IGNORED ||
	    (kind == SUBMIT_IF_ASKED && !is_inert(macro->raw))) {
		strbuf_addf(warnings,
			    "%s: '%s' is accepted without effect: %s\n",
			    macro->where, name, note);
		return 0;
	}
	if (macro->used || kind == SUBMIT_IF_ASKED)
		return 0;
	meant = kind == SUBMIT_UNKNOWN ? submit_resource_meant(name) : NULL;
	if (meant)
		return err_set(err, -EINVAL,
			       "%s: unknown command '%s': did you mean '%s'?",
			       macro->where, name, meant);
	warn_unused(name, macro, warnings);
	return 0;
}

void submit_check_vars(struct submitfile *sf)
{
	const struct queuestmt *stmt = &sf->queue;

	if (!sf->has_queue || queuestmt_jobs(stmt) == 0)
		return;
	for (size_t i = 0; i < stmt->nvars; i++)
		if (stmt->vars_named && !hash_has(sf->used, stmt->vars[i]))
			strbuf_addf(&sf->warnings,
				    "the Queue variable '%s' was unused by "
				    "hsubmit. Is it a typo?\n",
				    stmt->vars[i]);
}

int submitfile_check_unused(struct submitfile *sf, struct strbuf *warnings,
			    struct err *err)
{
	struct hash_iter it = { 0 };
	int rc = 0;

	strbuf_add(warnings, sf->warnings.data, sf->warnings.len);
	strbuf_reset(&sf->warnings);
	while (!rc && hash_next(sf->macros, &it)) {
		const struct macro *macro = it.value;

		if (!macro->builtin)
			rc = check_macro(it.key, macro, warnings, err);
	}
	it = (struct hash_iter){ 0 };
	while (!rc && hash_next(sf->undefined, &it))
		if (!hash_has(sf->macros, it.key))
			strbuf_addf(warnings,
				    "$(%s) is not defined and was "
				    "taken as empty\n",
				    it.key);
	return rc;
}
