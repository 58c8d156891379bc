/* SPDX-License-Identifier: MIT */
/* The real world for submit files. */
#include "common/base/args.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/job/submitfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define TEXT_MAX (64u << 20) /* of a file or of what a command prints */

static int read_all(int fd, struct strbuf *out, const char *name,
		    struct err *err)
{
	for (;;) {
		ssize_t n;

		strbuf_grow(out, 65536);
		n = read(fd, out->data + out->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, -errno, "cannot read '%s'", name);
		if (n == 0)
			break;
		strbuf_setlen(out, out->len + (size_t)n);
		if (out->len > TEXT_MAX)
			return err_set(err, -E2BIG,
				       "'%s' gives more than %u bytes", name,
				       TEXT_MAX);
	}
	if (memchr(out->data, '\0', out->len))
		return err_set(err, -EINVAL, "'%s' is no text: NUL byte in it",
			       name);
	return 0;
}

static int system_read_file(void *ctx, const char *path, struct strbuf *out,
			    struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	(void)ctx;
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	rc = read_all(fd, out, path, err);
	close(fd);
	return rc;
}

/* In the child: the command instead of us. */
static void __attribute__((noreturn))
exec_words(const struct args *words, int out)
{
	if (dup2(out, STDOUT_FILENO) >= 0)
		execvp(words->argv[0], words->argv);
	_exit(127);
}

static int reap(pid_t pid, const char *command, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, -errno, "cannot wait for '%s'",
				       command);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, -ENOENT, "cannot run '%s'", command);
	if (WIFEXITED(status))
		return err_set(err, -EIO, "'%s' exits with status %d", command,
			       WEXITSTATUS(status));
	return err_set(err, -EIO, "'%s' was killed by signal %d", command,
		       WTERMSIG(status));
}

static int run_words(const struct args *words, const char *command,
		     struct strbuf *out, struct err *err)
{
	int fds[2];
	pid_t pid;
	int rc, ended;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "cannot make a pipe");
	pid = fork();
	if (pid == 0)
		exec_words(words, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_sys(err, -errno, "cannot start '%s'", command);
	}
	rc = read_all(fds[0], out, command, err);
	close(fds[0]);
	ended = reap(pid, command, err);
	return rc ? rc : ended;
}

/* No shell: words are cut and quoted as in `arguments`. */
static int system_run(void *ctx, const char *command, struct strbuf *out,
		      struct err *err)
{
	struct args words;
	int rc;

	(void)ctx;
	args_init(&words);
	rc = args_parse_v2(&words, command, err);
	if (!rc && words.argc == 0)
		rc = err_set(err, -EINVAL, "empty command");
	if (!rc)
		rc = run_words(&words, command, out, err);
	args_release(&words);
	return rc;
}

static int system_glob(void *ctx, const char *pattern, enum queue_match kind,
		       void (*found)(void *arg, const char *path), void *arg,
		       struct err *err)
{
	glob_t g;
	int rc = glob(pattern, GLOB_MARK, NULL, &g);

	(void)ctx;
	if (rc == GLOB_NOMATCH)
		return 0;
	if (rc != 0)
		return err_set(err, rc == GLOB_NOSPACE ? -ENOMEM : -EIO,
			       "cannot list '%s'", pattern);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char *path = g.gl_pathv[i];
		size_t len = strlen(path);
		bool dir = len > 0 && path[len - 1] == '/';

		if ((kind == QUEUE_FILES && dir) ||
		    (kind == QUEUE_DIRS && !dir))
			continue;
		if (dir && len > 1)
			path[len - 1] = '\0';
		found(arg, path);
	}
	globfree(&g);
	return 0;
}

static int system_stat(void *ctx, const char *path, bool *ret_dir,
		       int64_t *ret_bytes)
{
	struct stat st;

	(void)ctx;
	if (stat(path, &st) < 0)
		return -errno;
	if (ret_dir)
		*ret_dir = S_ISDIR(st.st_mode);
	if (ret_bytes)
		*ret_bytes = st.st_size;
	return 0;
}

static int system_access(void *ctx, const char *path, int mode)
{
	(void)ctx;
	return access(path, mode) < 0 ? -errno : 0;
}

static const char *system_getenv(void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

static char *const *system_environ(void *ctx)
{
	(void)ctx;
	return environ;
}

static time_t system_now(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

const struct submit_io *submit_io_system(void)
{
	static const struct submit_io io = {
		.read_file = system_read_file,
		.run = system_run,
		.glob = system_glob,
		.stat = system_stat,
		.access = system_access,
		.getenv = system_getenv,
		.environ = system_environ,
		.now = system_now,
	};

	return &io;
}
