/* SPDX-License-Identifier: MIT */
#include "instrument/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "instrument/libdir.h"

/* `$(ARCH)` and `${ARCH}` in one argument. */
static void expand(const char *arg, const char *arch, struct strv *out)
{
	struct strbuf text = STRBUF_INIT;

	while (*arg) {
		if (!strncmp(arg, "$(ARCH)", 7) ||
		    !strncmp(arg, "${ARCH}", 7)) {
			strbuf_addstr(&text, arch);
			arg += 7;
		} else {
			strbuf_addch(&text, *arg++);
		}
	}
	strv_add(out, text.data);
	strbuf_release(&text);
}

static int parse(struct job *job, int argc, char *const *argv, const char *arch,
		 struct err *err)
{
	struct strv args = { 0 };
	int i, rc;

	for (i = 0; i < argc; i++) {
		if (arch)
			expand(argv[i], arch, &args);
		else
			strv_add(&args, argv[i]);
	}
	rc = options_parse(&job->options, (int)args.n, args.v, err);
	strv_release(&args);
	return rc;
}

static bool reads_stdin(const struct options *o)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (o->v[i].class == OPT_INPUT && !strcmp(o->v[i].text, "-"))
			return true;
	return false;
}

/* The source is compiled and preprocessed, so it must be read twice. */
static int spool_stdin(struct job *job, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char buf[65536];
	ssize_t n;
	int rc;

	while ((n = fd_read_full(0, buf, sizeof(buf))) > 0)
		strbuf_add(&text, buf, (size_t)n);
	if (n < 0)
		return err_sys(err, (int)n, "cannot read standard input");
	job->stdin_path = job_temp(job, "stdin");
	rc = job_write(job->stdin_path, &text, err);
	strbuf_release(&text);
	return rc;
}

int job_init(struct job *job, int argc, char *const *argv, const char *arch,
	     struct err *err)
{
	struct strv args = { 0 };
	int rc;

	memset(job, 0, sizeof(*job));
	rc = parse(job, argc, argv, arch, err);
	if (rc)
		return rc;
	options_all(&job->options, &args);
	rc = toolchain_init(&job->tools, arch, &args, err);
	strv_release(&args);
	if (!rc)
		rc = proc_tmpdir(&job->dir, err);
	if (!rc && reads_stdin(&job->options))
		rc = spool_stdin(job, err);
	if (rc)
		job_release(job);
	return rc;
}

void job_release(struct job *job)
{
	if (job->dir)
		fd_rm_tree(AT_FDCWD, job->dir, NULL);
	free(job->dir);
	free(job->stdin_path);
	options_release(&job->options);
	toolchain_release(&job->tools);
	memset(job, 0, sizeof(*job));
}

char *job_temp(struct job *job, const char *ext)
{
	return xasprintf("%s/%u.%s", job->dir, job->ntemp++, ext);
}

int job_run(struct job *job, const struct strv *argv, struct proc_io *io,
	    struct err *err)
{
	struct proc_io none = { 0 };

	if (!io)
		io = &none;
	if (!io->stdin_path)
		io->stdin_path = job->stdin_path;
	return proc_run(argv, io, err);
}

/* Behind all other folders, and only where something is compiled. */
void job_add_include(const struct job *job, struct strv *out)
{
	const struct options *o = &job->options;
	bool source = false;
	char *dir;
	size_t i;

	for (i = 0; i < o->n && !source; i++)
		source = o->v[i].class == OPT_INPUT &&
			 (o->v[i].input == INPUT_C ||
			  o->v[i].input == INPUT_FOREIGN);
	dir = source ? libdir_include() : NULL;
	if (dir) {
		strv_add(out, "-idirafter");
		strv_add(out, dir);
	}
	free(dir);
}

int job_run_plain(struct job *job, const struct strv *more,
		  const char *stdout_path, struct err *err)
{
	struct proc_io io = { .stdout_path = stdout_path };
	struct strv argv = { 0 };
	int status;

	strv_add_all(&argv, &job->tools.cc);
	if (more)
		strv_add_all(&argv, more);
	job_add_include(job, &argv);
	options_all(&job->options, &argv);
	status = job_run(job, &argv, &io, err);
	strv_release(&argv);
	return status;
}

int job_write(const char *path, const struct strbuf *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return err_sys(err, -errno, "cannot create '%s'", path);
	rc = fd_write_full(fd, text->data, text->len);
	if (close(fd) && !rc)
		rc = -errno;
	return rc ? err_sys(err, rc, "cannot write '%s'", path) : 0;
}
