/* SPDX-License-Identifier: MIT */
/* The program with its arguments, and the files it reads and writes. */
#include "common/base/args.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/eventlog.h"
#include "common/job/jobdesc_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *const executable_names[] = { "executable", "Cmd", NULL };
static const char *const shell_names[] = { "shell", NULL };

static char *absolute(const char *dir, const char *path)
{
	return *path == '/' ? xstrdup(path) : xasprintf("%s/%s", dir, path);
}

int jobdesc_iwd(struct jobdesc *d, char **ret, struct err *err)
{
	static const char *const names[] = { "initialdir", "initial_dir",
					     "job_iwd", "Iwd", NULL };
	bool dir = false;
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc)
		return rc;
	*ret = text ? absolute(d->opts->cwd, text) : xstrdup(d->opts->cwd);
	if (text && !d->unchecked &&
	    (d->io->stat(d->io->ctx, *ret, &dir, NULL) < 0 || !dir)) {
		rc = jobdesc_at(
			d, names,
			err_set(err, -ENOENT, "no directory '%s'", *ret), err);
		free(*ret);
	}
	free(text);
	return rc;
}

/* Is a part of the name known only later? Jobs' numbers are asked for. */
static bool is_open(struct jobdesc *d, const char *path)
{
	if (jobdesc_has_proc(path))
		submitfile_want_proc(d->sf);
	return jobdesc_has_machine_macro(path, NULL) ||
	       strstr(path, SUBMIT_CLUSTER_LATER) || jobdesc_has_proc(path);
}

/* A file that has to be there and readable, as far as its name is known. */
static int check_readable(struct jobdesc *d, const char *const *names,
			  const char *path, struct err *err)
{
	int rc;

	if (d->unchecked || strcmp(path, "/dev/null") == 0 || is_open(d, path))
		return 0;
	rc = d->io->access(d->io->ctx, path, R_OK);
	if (rc)
		rc = jobdesc_at(d, names,
				err_sys(err, rc, "cannot read '%s'", path),
				err);
	return rc;
}

/* ---- the program ------------------------------------------------------------------ */

/* shell = command line: what /bin/sh is to run */
static void shell_program(struct ad *ad, const char *line)
{
	struct strbuf text = STRBUF_INIT;
	struct args args;

	args_init(&args);
	args_add(&args, "-c");
	args_add(&args, line);
	args_unparse_v2(&args, &text);
	ad_set_string(ad, "Cmd", "/bin/sh");
	ad_set_bool(ad, "TransferExecutable", false);
	ad_set_string(ad, "Arguments", text.data);
	args_release(&args);
	strbuf_release(&text);
}

static int set_executable(struct jobdesc *d, struct ad *ad, const char *text,
			  struct err *err)
{
	static const char *const names[] = { "transfer_executable",
					     "TransferExecutable", NULL };
	bool transfer = true;
	bool dir = false;
	char *path;
	int rc = jobdesc_get_bool(d, names, &transfer, err);

	if (rc)
		return rc;
	path = transfer ? absolute(d->opts->cwd, text) : xstrdup(text);
	if (transfer)
		rc = check_readable(d, executable_names, path, err);
	if (!rc && transfer && !d->unchecked &&
	    d->io->stat(d->io->ctx, path, &dir, NULL) == 0 && dir)
		rc = jobdesc_at(d, executable_names,
				err_set(err, -EISDIR, "'%s' is a directory",
					path),
				err);
	ad_set_string(ad, "Cmd", path);
	if (!transfer)
		ad_set_bool(ad, "TransferExecutable", false);
	free(path);
	return rc;
}

/*
 * What was written in the old form is in the ad's Args, as with HTCondor; its
 * text goes to out. One with a double quote would be read in two ways there.
 */
static bool is_old_form(const char *text, const struct args *args,
			struct strbuf *out)
{
	return !strchr(text, '"') && args_unparse_v1(args, out) == 0;
}

int jobdesc_arguments(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "arguments", "args", "arguments2",
					     "Arguments", NULL };
	struct strbuf out = STRBUF_INIT;
	struct args args;
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	args_init(&args);
	if (submitfile_has(d->sf, "shell"))
		rc = err_set(err, -EINVAL,
			     "arguments belong into the line of shell");
	else
		rc = args_parse(&args, text, err);
	rc = jobdesc_at(d, names, rc, err);
	if (!rc) {
		bool old = is_old_form(text, &args, &out);

		if (!old)
			args_unparse_v2(&args, &out);
		rc = ad_set_string(ad, old ? "Args" : "Arguments", out.data);
	}
	args_release(&args);
	strbuf_release(&out);
	free(text);
	return rc;
}

/* getenv = true, false or a list of patterns */
static int import_environment(struct jobdesc *d, struct env *env,
			      struct err *err)
{
	static const char *const names[] = { "getenv", NULL };
	char *const *world = d->io->environ ? d->io->environ(d->io->ctx) : NULL;
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	if (strcasecmp(text, "true") == 0 && world)
		env_import(env, world, "*");
	else if (strcasecmp(text, "false") != 0 && world)
		env_import(env, world, text);
	free(text);
	return 0;
}

int jobdesc_environment(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "environment", "env",
					     "environment2", NULL };
	struct strbuf out = STRBUF_INIT;
	struct env env;
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc)
		return rc;
	env_init(&env);
	if (text)
		rc = jobdesc_at(d, names, env_parse(&env, text, err), err);
	if (!rc)
		rc = import_environment(d, &env, err);
	if (!rc && env.count > 0) {
		env_unparse_v2(&env, &out);
		rc = ad_set_string(ad, "Environment", out.data);
	}
	env_release(&env);
	strbuf_release(&out);
	free(text);
	return rc;
}

int jobdesc_dir(struct jobdesc *d, struct ad *ad, struct err *err)
{
	char *iwd;
	int rc = jobdesc_iwd(d, &iwd, err);

	if (rc)
		return rc;
	rc = ad_set_string(ad, "Iwd", iwd);
	free(iwd);
	return rc;
}

int jobdesc_program(struct jobdesc *d, struct ad *ad, struct err *err)
{
	char *text = NULL, *shell = NULL;
	int rc = jobdesc_get(d, executable_names, &text, err);

	if (!rc)
		rc = jobdesc_get(d, shell_names, &shell, err);
	if (!rc && !text && !shell)
		rc = err_set(err, -EINVAL,
			     "no executable: add a line `executable = "
			     "program`");
	else if (!rc && text && shell)
		rc = jobdesc_at(d, shell_names,
				err_set(err, -EINVAL,
					"both executable and shell are set"),
				err);
	else if (!rc && shell)
		shell_program(ad, shell);
	else if (!rc)
		rc = set_executable(d, ad, text, err);
	free(text);
	free(shell);
	return rc;
}

/* ---- standard streams and the log ----------------------------------------------------- */

/* The directory that a file is to be written into has to be there. */
static int check_writable(struct jobdesc *d, const char *const *names,
			  const char *iwd, const char *path, struct err *err)
{
	char *full = absolute(iwd, path);
	char *slash = strrchr(full, '/');
	bool dir = false;
	int rc = 0;

	if (slash && slash > full)
		*slash = '\0';
	if (!d->unchecked && strcmp(path, "/dev/null") != 0 &&
	    !is_open(d, full) &&
	    (d->io->stat(d->io->ctx, full, &dir, NULL) < 0 || !dir))
		rc = jobdesc_at(d, names,
				err_set(err, -ENOENT,
					"cannot write '%s': no directory '%s'",
					path, full),
				err);
	free(full);
	return rc;
}

static int set_stream(struct jobdesc *d, struct ad *ad, const char *attr,
		      const char *const *names, struct err *err)
{
	bool input = strcmp(attr, "In") == 0;
	char *text, *full, *iwd = NULL;
	int rc = jobdesc_get(d, names, &text, err);

	if (!rc && text)
		rc = jobdesc_iwd(d, &iwd, err);

	if (!rc && text) {
		full = absolute(iwd, text);
		rc = input ? check_readable(d, names, full, err)
			   : check_writable(d, names, iwd, text, err);
		free(full);
	}
	if (!rc)
		rc = ad_set_string(ad, attr, text ? text : "/dev/null");
	free(iwd);
	free(text);
	return rc;
}

int jobdesc_in(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "input", "stdin", "In", NULL };

	return set_stream(d, ad, "In", names, err);
}

int jobdesc_out(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "output", "stdout", "Out", NULL };

	return set_stream(d, ad, "Out", names, err);
}

int jobdesc_err(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "error", "stderr", "Err", NULL };

	return set_stream(d, ad, "Err", names, err);
}

static int check_log_format(struct jobdesc *d, struct err *err)
{
	static const char *const names[] = { "log_format", NULL };
	enum eventlog_style style;
	char *text, *save = NULL;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	for (char *word = strtok_r(text, ", \t", &save); word && !rc;
	     word = strtok_r(NULL, ", \t", &save))
		if (eventlog_style_parse(word, &style))
			rc = jobdesc_at(d, names,
					err_set(err, -EINVAL,
						"'%s' is not one of iso, utc, "
						"legacy, json",
						word),
					err);
	free(text);
	return rc;
}

int jobdesc_log(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "log", "UserLog", NULL };
	char *text, *full, *iwd = NULL;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	rc = check_log_format(d, err);
	if (!rc)
		rc = jobdesc_iwd(d, &iwd, err);
	if (!rc)
		rc = check_writable(d, names, iwd, text, err);
	if (!rc) {
		full = absolute(iwd, text);
		rc = ad_set_string(ad, "UserLog", full);
		free(full);
	}
	free(iwd);
	free(text);
	return rc;
}

/* ---- transfer --------------------------------------------------------------------- */

static int check_input(struct jobdesc *d, const char *const *names,
		       const char *iwd, const char *item, struct err *err)
{
	char *full;
	int rc;

	if (strstr(item, "://"))
		return jobdesc_at(d, names,
				  err_set(err, -EINVAL,
					  "'%s': only files can be "
					  "transferred, no URLs",
					  item),
				  err);
	full = absolute(iwd, item);
	rc = check_readable(d, names, full, err);
	free(full);
	return rc;
}

/* A list cut at commas, trimmed and joined again; each item is checked. */
static int set_list(struct jobdesc *d, struct ad *ad, const char *attr,
		    const char *const *names, bool input, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	char *text, *item, *iwd = NULL, *save = NULL;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	if (strcmp(text, "\"\"") != 0)
		jobdesc_unquote(text);
	if (input)
		rc = jobdesc_iwd(d, &iwd, err);
	for (item = strtok_r(text, ",\n", &save); item && !rc;
	     item = strtok_r(NULL, ",\n", &save)) {
		size_t len;

		item += strspn(item, " \t");
		len = strlen(item);
		while (len > 0 && strchr(" \t", item[len - 1]))
			item[--len] = '\0';
		if (len == 0)
			continue;
		if (input)
			rc = check_input(d, names, iwd, item, err);
		strbuf_addf(&out, "%s%s", out.len ? "," : "", item);
	}
	if (!rc)
		rc = ad_set_string(ad, attr, out.data);
	strbuf_release(&out);
	free(iwd);
	free(text);
	return rc;
}

int jobdesc_inputs(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "transfer_input_files",
					     "TransferInputFiles",
					     "TransferInput", NULL };

	return set_list(d, ad, "TransferInput", names, true, err);
}

/* transfer_output_files = "" (quoted nothing): nothing comes back */
int jobdesc_outputs(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "transfer_output_files",
					     "TransferOutputFiles",
					     "TransferOutput", NULL };
	int rc = set_list(d, ad, "TransferOutput", names, false, err);
	const char *list = rc ? NULL : ad_str(ad, "TransferOutput");

	if (list && strcmp(list, "\"\"") == 0)
		rc = ad_set_string(ad, "TransferOutput", "");
	return rc;
}

int jobdesc_checkpoint(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "transfer_checkpoint_files",
					     "TransferCheckpoint", NULL };

	return set_list(d, ad, "TransferCheckpoint", names, false, err);
}

/* One of the words, in the spelling of the table. */
static int set_word(struct jobdesc *d, struct ad *ad, const char *attr,
		    const char *const *names, const char *const *words,
		    struct err *err)
{
	const char *value = words[0];
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc)
		return rc;
	for (size_t i = 0; text; i++) {
		if (!words[i]) {
			rc = jobdesc_at(d, names,
					err_set(err, -EINVAL,
						"'%s' is not one of %s, %s%s%s",
						text, words[0], words[1],
						words[2] ? ", " : "",
						words[2] ? words[2] : ""),
					err);
			break;
		}
		if (strcasecmp(words[i], text) == 0) {
			value = words[i];
			break;
		}
	}
	if (!rc)
		rc = ad_set_string(ad, attr, value);
	free(text);
	return rc;
}

int jobdesc_when(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const should_names[] = { "should_transfer_files",
						    "ShouldTransferFiles",
						    NULL };
	static const char *const should[] = { "YES", "IF_NEEDED", NULL };
	static const char *const when_names[] = { "when_to_transfer_output",
						  "WhenToTransferOutput",
						  NULL };
	static const char *const when[] = { "ON_EXIT", "ON_EXIT_OR_EVICT",
					    "ON_SUCCESS", NULL };
	char *text;
	int rc = jobdesc_get(d, should_names, &text, err);

	if (!rc && text &&
	    (strcasecmp(text, "NO") == 0 || strcasecmp(text, "false") == 0))
		rc = jobdesc_at(d, should_names,
				err_set(err, -EINVAL,
					"NO is not supported, a job runs in a "
					"scratch directory: list its files in "
					"transfer_input_files"),
				err);
	if (!rc && text && strcasecmp(text, "true") == 0)
		rc = ad_set_string(ad, "ShouldTransferFiles", "YES");
	else if (!rc)
		rc = set_word(d, ad, "ShouldTransferFiles", should_names,
			      should, err);
	if (!rc && text && strcasecmp(text, "IF_NEEDED") == 0)
		rc = ad_set_string(ad, "FileSystemDomain",
				   d->opts->submit_host);
	free(text);
	if (!rc)
		rc = set_word(d, ad, "WhenToTransferOutput", when_names, when,
			      err);
	return rc;
}
