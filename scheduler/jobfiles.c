/* SPDX-License-Identifier: MIT */
#include "scheduler/jobfiles.h"

#include "common/ad/ad.h"
#include "common/base/args.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/job/wire.h"
#include "common/job/wire_get.h"

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

/* The name in the scratch directory: the last part, or the path as it is. */
static const char *sandbox_name(const struct ad *job, const char *path)
{
	if (*path == '/' || !ad_bool(job, "PreserveRelativePaths", false))
		return base_name(path);
	while (!strncmp(path, "./", 2))
		path += 2 + strspn(path + 2, "/");
	/* What leads out of Iwd cannot keep its path. */
	if (!strncmp(path, "../", 3) || strstr(path, "/../"))
		return base_name(path);
	return path;
}

static void add_relative(const struct ad *job, struct jobfiles *f,
			 const char *path, bool executable)
{
	char *abs = absolute(job, path);

	jobfiles_add(f, abs,
		     executable ? base_name(abs) : sandbox_name(job, path),
		     executable);
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

/* Blanks at both ends removed, in place. */
static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\n");
	len = strlen(text);
	while (len && strchr(" \t\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static void add_inputs(const struct ad *job, struct jobfiles *f, char *list)
{
	char *save = NULL;

	for (char *item = strtok_r(list, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		item = trim(item);
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
		start->stdin_name = xstrdup(sandbox_name(job, in));
	free(in);
	if (is_set(job, "Out"))
		start->stdout_name = xstrdup(JOBFILES_STDOUT);
	if (is_set(job, "Err"))
		start->stderr_name = xstrdup(out && !strcmp(out, errors)
						     ? JOBFILES_STDOUT
						     : JOBFILES_STDERR);
	return 0;
}

/* "dir/" is the directory; that its contents are meant, place_of sees. */
static void strip_slashes(char *item)
{
	size_t len = strlen(item);

	while (len > 1 && item[len - 1] == '/')
		item[--len] = '\0';
	if (!strncmp(item, "./", 2))
		memmove(item, item + 2, strlen(item + 2) + 1);
}

static int command_outputs(const struct ad *job, struct wire_start *start,
			   struct err *err)
{
	const char *text = ad_str(job, "TransferOutput");
	char *list, *save = NULL;
	size_t n = 0;
	int rc = 0;

	if (!text)
		return 0;
	list = xstrdup(text);
	start->outputs = xcalloc(strlen(text) / 2 + 2, sizeof(char *));
	for (char *item = strtok_r(list, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		item = trim(item);
		strip_slashes(item);
		if (*item && !wire_path_ok(item)) {
			rc = err_set(err, -EINVAL,
				     "transfer_output_files: '%s' is no path "
				     "within the scratch directory",
				     item);
			break;
		}
		if (*item)
			start->outputs[n++] = xstrdup(item);
	}
	free(list);
	return rc;
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
		rc = command_outputs(job, start, err);
	return rc;
}

/* -- outputs ------------------------------------------------------------------ */

/* One side of a remap, up to `end`; `\\=` and `\\;` are plain. Moves *at. */
static char *remap_side(const char **at, const char *end)
{
	struct strbuf out = STRBUF_INIT;
	const char *p = *at + strspn(*at, " \t\n\"");

	while (*p && !strchr(end, *p)) {
		if (*p == '\\' && p[1] && strchr("=;", p[1]))
			p++;
		strbuf_addch(&out, *p++);
	}
	while (out.len && strchr(" \t\n", out.data[out.len - 1]))
		out.data[--out.len] = '\0';
	*at = p;
	return out.data ? strbuf_detach(&out) : xstrdup("");
}

/* "a=b; c=d": b for a, as a new string, or NULL. */
static char *remapped(const char *remaps, const char *name)
{
	while (remaps && *remaps) {
		char *from = remap_side(&remaps, "=;\""), *to;

		if (*remaps == '=') {
			remaps++;
			to = remap_side(&remaps, ";\"");
			if (*to && !strcmp(from, name)) {
				free(from);
				return to;
			}
			free(to);
		}
		free(from);
		remaps += strspn(remaps, ";\" \t\n");
	}
	return NULL;
}

/* The same for a directory that the name lies in. */
static char *remapped_below(const char *remaps, const char *name)
{
	char *dir = xstrdup(name), *slash, *to = NULL, *path = NULL;

	while (!to && (slash = strrchr(dir, '/'))) {
		*slash = '\0';
		to = remapped(remaps, dir);
	}
	if (to)
		path = xasprintf("%s%s", to, name + strlen(dir));
	free(to);
	free(dir);
	return path;
}

/* Below @item of the list of outputs? What is behind it, NULL if not. */
static const char *behind(const char *item, size_t len, const char *name)
{
	if (strncmp(name, item, len))
		return NULL;
	return name[len] == '\0' || name[len] == '/' ? name + len : NULL;
}

/*
 * Where an output goes, relative to Iwd: a named file to its last part, a
 * named directory with what it holds, its contents where the name ended in
 * a slash. With preserve_relative_paths all keep their paths.
 */
static char *place_of(const struct ad *job, const char *name)
{
	const char *list = ad_str(job, "TransferOutput");
	char *copy, *save = NULL, *best = NULL;
	size_t best_len = 0;

	if (!list || ad_bool(job, "PreserveRelativePaths", false))
		return xstrdup(name);
	copy = xstrdup(list);
	for (char *item = strtok_r(copy, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		size_t len = strlen(item = trim(item));
		bool contents = len > 1 && item[len - 1] == '/';
		const char *rest;

		strip_slashes(item);
		len = strlen(item);
		rest = behind(item, len, name);
		if (!rest || len <= best_len)
			continue;
		free(best);
		best_len = len;
		best = contents && *rest
			       ? xstrdup(rest + 1)
			       : xasprintf("%s%s", base_name(item), rest);
	}
	free(copy);
	return best ? best : xstrdup(name);
}

char *jobfiles_destination(const struct ad *job, const char *name)
{
	const char *remaps = ad_str(job, "TransferOutputRemaps");
	const char *stream = NULL;
	char *place, *to, *path;

	if (!strcmp(name, JOBFILES_STDOUT))
		stream = "Out";
	else if (!strcmp(name, JOBFILES_STDERR))
		stream = "Err";
	if (stream)
		return is_set(job, stream) ? absolute(job, ad_str(job, stream))
					   : NULL;
	place = place_of(job, name);
	to = remapped(remaps, name);
	if (!to)
		to = remapped(remaps, place);
	if (!to)
		to = remapped_below(remaps, name);
	if (!to)
		to = remapped_below(remaps, place);
	path = absolute(job, to ? to : place);
	free(to);
	free(place);
	return path;
}
