/* SPDX-License-Identifier: MIT */
#include "scheduler/jobfiles.h"

#include "common/ad/ad.h"
#include "common/base/args.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/job/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* An attribute with $$() expanded; NULL in *ret when it is not set. */
static int expanded(const struct ad *job, const struct ad *machine,
		    const char *attr, char **ret, struct err *err)
{
	const char *text = ad_str(job, attr);

	if (!text || !*text) {
		*ret = NULL;
		return 0;
	}
	if (!jobdesc_has_machine_macro(text, NULL)) {
		*ret = xstrdup(text);
		return 0;
	}
	return jobdesc_expand_machine(text, job, machine, ret, err);
}

static char *absolute(const struct ad *job, const char *path)
{
	const char *iwd = ad_str(job, "Iwd");

	if (*path == '/')
		return xstrdup(path);
	return xasprintf("%s/%s", iwd ? iwd : "", path);
}

void jobfiles_add(struct jobfiles *f, const char *path, const char *name,
		  bool executable)
{
	f->files = xreallocarray(f->files, f->count + 1, sizeof(*f->files));
	f->files[f->count++] = (struct jobfile){
		.path = xstrdup(path),
		.name = xstrdup(name),
		.executable = executable,
	};
}

void jobfiles_release(struct jobfiles *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->files[i].path);
		free(f->files[i].name);
	}
	free(f->files);
	f->files = NULL;
	f->count = 0;
}

static void add_relative(const struct ad *job, struct jobfiles *f,
			 const char *path, bool executable)
{
	char *abs = absolute(job, path);

	jobfiles_add(f, abs, base_name(abs), executable);
	free(abs);
}

static void add_input(const struct ad *job, struct jobfiles *f, char *item)
{
	size_t len = strlen(item);
	bool contents = len > 1 && item[len - 1] == '/';

	while (len > 1 && item[len - 1] == '/')
		item[--len] = '\0';
	add_relative(job, f, item, false);
	f->files[f->count - 1].contents = contents;
}

static void add_inputs(const struct ad *job, struct jobfiles *f, char *list)
{
	char *save = NULL;

	for (char *item = strtok_r(list, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		char *end;

		item += strspn(item, " \t\n");
		end = item + strlen(item);
		while (end > item && strchr(" \t\n", end[-1]))
			*--end = '\0';
		if (*item)
			add_input(job, f, item);
	}
}

int jobfiles_inputs(const struct ad *job, const struct ad *machine,
		    struct jobfiles *ret_files, struct err *err)
{
	struct jobfiles f = { NULL, 0 };
	char *cmd = NULL, *in = NULL, *list = NULL;
	int rc = expanded(job, machine, "Cmd", &cmd, err);

	if (!rc && !cmd)
		rc = err_set(err, -EINVAL, "the job has no Cmd");
	if (!rc)
		rc = expanded(job, machine, "In", &in, err);
	if (!rc)
		rc = expanded(job, machine, "TransferInput", &list, err);
	if (!rc) {
		if (ad_bool(job, "TransferExecutable", true))
			add_relative(job, &f, cmd, true);
		if (in && strcmp(in, "/dev/null"))
			add_relative(job, &f, in, false);
		if (list)
			add_inputs(job, &f, list);
		*ret_files = f;
	}
	free(cmd);
	free(in);
	free(list);
	return rc;
}

/* -- the command ------------------------------------------------------------ */

static char **take_vector(char ***v)
{
	char **taken = *v ? *v : xcalloc(1, sizeof(char *));

	*v = NULL;
	return taken;
}

static int command_args(const struct ad *job, const struct ad *machine,
			struct wire_start *start, struct err *err)
{
	struct args args;
	char *text = NULL;
	int rc = expanded(job, machine, "Arguments", &text, err);

	args_init(&args);
	if (!rc && text) {
		rc = args_parse_v2(&args, text, err);
	} else if (!rc) {
		rc = expanded(job, machine, "Args", &text, err);
		if (!rc && text)
			rc = args_parse_v1(&args, text, err);
	}
	free(text);
	if (!rc)
		start->argv = take_vector(&args.argv);
	args.argc = args.argv ? args.argc : 0;
	args_release(&args);
	return rc;
}

static int command_env(const struct ad *job, const struct ad *machine,
		       struct wire_start *start, struct err *err)
{
	struct env env;
	char *text = NULL;
	int rc = expanded(job, machine, "Environment", &text, err);

	env_init(&env);
	if (!rc && text) {
		rc = env_parse_v2(&env, text, err);
	} else if (!rc) {
		rc = expanded(job, machine, "Env", &text, err);
		if (!rc && text)
			rc = env_parse_v1(&env, text, err);
	}
	free(text);
	if (!rc)
		start->env = take_vector(&env.envp);
	env.count = env.envp ? env.count : 0;
	env_release(&env);
	return rc;
}

static bool is_set(const struct ad *job, const char *attr)
{
	const char *path = ad_str(job, attr);

	return path && *path && strcmp(path, "/dev/null");
}

static int command_streams(const struct ad *job, const struct ad *machine,
			   struct wire_start *start, struct err *err)
{
	const char *out = ad_str(job, "Out"), *errors = ad_str(job, "Err");
	char *in = NULL;
	int rc = expanded(job, machine, "In", &in, err);

	if (rc)
		return rc;
	if (in && strcmp(in, "/dev/null"))
		start->stdin_name = xstrdup(base_name(in));
	free(in);
	if (is_set(job, "Out"))
		start->stdout_name = xstrdup(JOBFILES_STDOUT);
	if (is_set(job, "Err"))
		start->stderr_name = xstrdup(out && !strcmp(out, errors)
						     ? JOBFILES_STDOUT
						     : JOBFILES_STDERR);
	return 0;
}

static void command_outputs(const struct ad *job, struct wire_start *start)
{
	const char *text = ad_str(job, "TransferOutput");
	char *list, *save = NULL;
	size_t n = 0;

	if (!text)
		return;
	list = xstrdup(text);
	start->outputs = xcalloc(strlen(text) / 2 + 2, sizeof(char *));
	for (char *item = strtok_r(list, ", \t\n", &save); item;
	     item = strtok_r(NULL, ", \t\n", &save))
		start->outputs[n++] = xstrdup(item);
	free(list);
}

int jobfiles_command(const struct ad *job, const struct ad *machine,
		     struct wire_start *start, struct err *err)
{
	int rc = command_args(job, machine, start, err);

	if (!rc)
		rc = command_env(job, machine, start, err);
	if (!rc)
		rc = command_streams(job, machine, start, err);
	if (!rc)
		command_outputs(job, start);
	return rc;
}

/* -- outputs ------------------------------------------------------------------ */

/* "a=b; c=d": b for a, as a new string, or NULL. */
static char *remapped(const char *remaps, const char *name)
{
	size_t want = strlen(name);

	while (remaps && *remaps) {
		const char *end, *eq;

		remaps += strspn(remaps, "; \t\"");
		end = remaps + strcspn(remaps, ";\"");
		eq = memchr(remaps, '=', (size_t)(end - remaps));
		if (eq) {
			const char *to = eq + 1;
			size_t len = (size_t)(eq - remaps);

			while (len && remaps[len - 1] == ' ')
				len--;
			while (end > to && end[-1] == ' ')
				end--;
			to += strspn(to, " ");
			if (len == want && !strncmp(remaps, name, want))
				return xstrndup(to, (size_t)(end - to));
		}
		remaps += strcspn(remaps, ";");
	}
	return NULL;
}

char *jobfiles_destination(const struct ad *job, const char *name)
{
	const char *stream = NULL;
	char *to, *path;

	if (!strcmp(name, JOBFILES_STDOUT))
		stream = "Out";
	else if (!strcmp(name, JOBFILES_STDERR))
		stream = "Err";
	if (stream)
		return is_set(job, stream) ? absolute(job, ad_str(job, stream))
					   : NULL;
	to = remapped(ad_str(job, "TransferOutputRemaps"), name);
	path = absolute(job, to ? to : name);
	free(to);
	return path;
}
