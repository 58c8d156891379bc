/* SPDX-License-Identifier: MIT */
#include "scheduler/access/verbs.h"

#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_SIZE (256u * 1024)

static void values_of(const struct stat *st, struct access_reply *reply)
{
	int64_t *v = reply->values;

	v[ACCESS_V_SIZE] = st->st_size;
	v[ACCESS_V_MODE] = st->st_mode & 07777;
	v[ACCESS_V_MTIME_NS] =
		st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
	v[ACCESS_V_CTIME_NS] =
		st->st_ctim.tv_sec * INT64_C(1000000000) + st->st_ctim.tv_nsec;
	v[ACCESS_V_DEV] = (int64_t)st->st_dev;
	v[ACCESS_V_INO] = (int64_t)st->st_ino;
	v[ACCESS_V_IS_DIR] = S_ISDIR(st->st_mode);
}

/* Opens a regular file or a directory; never waits for a FIFO's writer. */
static int open_input(const char *path, struct stat *st, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, -errno, "cannot read '%s'", path);
	if (fstat(fd, st) < 0) {
		int rc = err_sys(err, -errno, "cannot read '%s'", path);

		close(fd);
		return rc;
	}
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) {
		close(fd);
		return err_set(err, -EINVAL,
			       "cannot read '%s': not a regular file", path);
	}
	return fd;
}

static int do_stat(const struct access_call *c, struct access_reply *reply,
		   struct err *err)
{
	struct stat st;
	int fd = open_input(c->path, &st, err);

	if (fd < 0)
		return fd;
	close(fd);
	values_of(&st, reply);
	return 0;
}

static int copy(int from, int to, const char *path, struct err *err)
{
	char *buf = xmalloc(COPY_SIZE);
	ssize_t n;
	int rc = 0;

	while (!rc && (n = fd_read_full(from, buf, COPY_SIZE)) != 0) {
		if (n < 0)
			rc = err_sys(err, (int)n, "cannot read '%s'", path);
		else if ((rc = fd_write_full(to, buf, (size_t)n)))
			err_sys(err, rc, "cannot copy '%s'", path);
	}
	free(buf);
	return rc;
}

static int do_read(const struct access_call *c, struct access_reply *reply,
		   struct err *err)
{
	struct stat st;
	int fd = open_input(c->path, &st, err), rc;

	if (fd < 0)
		return fd;
	if (S_ISDIR(st.st_mode))
		rc = err_sys(err, -EISDIR, "cannot read '%s'", c->path);
	else
		rc = copy(fd, c->fd, c->path, err);
	close(fd);
	values_of(&st, reply);
	return rc;
}

/* -- list ------------------------------------------------------------------ */

struct listing {
	struct strbuf out;
	int count;
};

static int list_dir(int dirfd, const char *prefix, struct listing *l,
		    struct err *err);

static int list_entry_of(int dirfd, const char *prefix, const char *name,
			 struct listing *l, struct err *err)
{
	char *path = xasprintf("%s%s", prefix, name);
	struct stat st;
	int rc = 0;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		rc = err_sys(err, -errno, "cannot read '%s'", path);
	} else if (S_ISDIR(st.st_mode)) {
		char *below = xasprintf("%s/", path);
		int fd =
			openat(dirfd, name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		rc = fd < 0 ? err_sys(err, -errno, "cannot read '%s'", path)
			    : list_dir(fd, below, l, err);
		free(below);
	} else if (S_ISREG(st.st_mode)) {
		if (++l->count > VERBS_LIST_MAX)
			rc = err_set(err, -E2BIG,
				     "more than %d files to transfer",
				     VERBS_LIST_MAX);
		strbuf_add(&l->out, path, strlen(path) + 1);
	}
	free(path);
	return rc;
}

/* Takes @dirfd. */
static int list_dir(int dirfd, const char *prefix, struct listing *l,
		    struct err *err)
{
	DIR *dir = fdopendir(dirfd);
	struct dirent *e;
	int rc = 0;

	if (!dir) {
		rc = err_sys(err, -errno, "cannot read '%s'", prefix);
		close(dirfd);
		return rc;
	}
	while (!rc && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			rc = list_entry_of(dirfd, prefix, e->d_name, l, err);
	closedir(dir);
	return rc;
}

static int do_list(const struct access_call *c, struct access_reply *reply,
		   struct err *err)
{
	struct listing l = { STRBUF_INIT, 0 };
	int fd = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_sys(err, -errno, "cannot read '%s'", c->path);
	rc = list_dir(fd, "", &l, err);
	if (!rc && (rc = fd_write_full(c->fd, l.out.data, l.out.len)))
		err_sys(err, rc, "cannot list '%s'", c->path);
	reply->values[0] = l.count;
	strbuf_release(&l.out);
	return rc;
}

/* -- stage and commit --------------------------------------------------------- */

static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return xasprintf("%.*s/%s", (int)(slash ? slash - path : 0), path,
			 name);
}

/* When it fails, what is written below it says so. */
static void make_parent(const char *path)
{
	char *parent = xstrndup(path, (size_t)(strrchr(path, '/') - path));

	fd_mkdir_p(parent, 0777, NULL);
	free(parent);
}

static int do_stage(const struct access_call *c, struct access_reply *reply,
		    struct err *err)
{
	char *tmp = beside(c->path, c->text);
	int rc = 0, fd;

	(void)reply;
	if (strchr(c->text, '/') || !*c->text) {
		free(tmp);
		return err_set(err, -EINVAL, "bad name '%s'", c->text);
	}
	if (c->head.a & ACCESS_MKDIR)
		make_parent(c->path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0) {
		rc = err_sys(err, -errno, "cannot write '%s'", c->path);
	} else {
		if (lseek(c->fd, 0, SEEK_SET) < 0)
			rc = err_sys(err, -errno, "cannot copy '%s'", c->path);
		if (!rc)
			rc = copy(c->fd, fd, c->path, err);
		if (!rc &&
		    (fchmod(fd, (mode_t)c->head.a & 0777) < 0 || fsync(fd) < 0))
			rc = err_sys(err, -errno, "cannot write '%s'", c->path);
		close(fd);
		if (rc)
			unlink(tmp);
	}
	free(tmp);
	return rc;
}

static int do_commit(const struct access_call *c, struct access_reply *reply,
		     struct err *err)
{
	char *tmp = beside(c->path, c->text);
	int rc = fd_rename_durable(tmp, c->path, err);

	(void)reply;
	free(tmp);
	return rc;
}

/* -- the event log --------------------------------------------------------- */

static int do_size(const struct access_call *c, struct access_reply *reply,
		   struct err *err)
{
	struct stat st;

	if (stat(c->path, &st) < 0) {
		if (errno == ENOENT)
			return 0;
		return err_sys(err, -errno, "cannot write '%s'", c->path);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL,
			       "cannot write '%s': not a regular file",
			       c->path);
	reply->values[0] = st.st_size;
	return 0;
}

/*
 * Where the text belongs: at @offset when the file ends there or holds the
 * text, or a beginning of it, there already; else somebody else wrote in
 * between, and it goes to the end.
 */
static int64_t choose_offset(int fd, int64_t offset, const char *text,
			     size_t len)
{
	struct stat st;
	char *have;
	ssize_t n;
	bool same;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (offset < 0 || offset > st.st_size)
		return st.st_size;
	if (offset == st.st_size)
		return offset;
	have = xmalloc(len);
	n = pread(fd, have, len, offset);
	same = n > 0 && !memcmp(have, text, (size_t)n) &&
	       ((size_t)n == len || offset + n == st.st_size);
	free(have);
	return same ? offset : st.st_size;
}

static int append_at(int fd, int64_t offset, const char *text, size_t len)
{
	while (len) {
		ssize_t n = pwrite(fd, text, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

static int do_append(const struct access_call *c, struct access_reply *reply,
		     struct err *err)
{
	int fd = open(c->path,
		      O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
		      0644);
	int64_t at;
	int rc;

	if (fd < 0)
		return err_sys(err, -errno, "cannot write '%s'", c->path);
	at = choose_offset(fd, c->head.a, c->text, c->head.text_len);
	rc = at < 0 ? (int)at : fault_hit("access.append");
	if (!rc)
		rc = append_at(fd, at, c->text, c->head.text_len);
	if (!rc && fsync(fd) < 0)
		rc = -errno;
	if (rc)
		err_sys(err, rc, "cannot write '%s'", c->path);
	close(fd);
	reply->values[0] = at;
	return rc;
}

static int do_remove(const struct access_call *c, struct access_reply *reply,
		     struct err *err)
{
	(void)reply;
	if (unlink(c->path) < 0 && errno != ENOENT)
		return err_sys(err, -errno, "cannot remove '%s'", c->path);
	return 0;
}

typedef int verb_fn(const struct access_call *c, struct access_reply *reply,
		    struct err *err);

static verb_fn *const verbs[ACCESS_VERBS] = {
	[ACCESS_STAT] = do_stat,     [ACCESS_LIST] = do_list,
	[ACCESS_READ] = do_read,     [ACCESS_STAGE] = do_stage,
	[ACCESS_COMMIT] = do_commit, [ACCESS_SIZE] = do_size,
	[ACCESS_APPEND] = do_append, [ACCESS_REMOVE] = do_remove,
};

static bool needs_fd(uint32_t verb)
{
	return verb == ACCESS_LIST || verb == ACCESS_READ ||
	       verb == ACCESS_STAGE;
}

void verbs_do(const struct access_call *c, struct access_reply *reply)
{
	struct err err = ERR_INIT;
	int rc;

	memset(reply, 0, sizeof(*reply));
	reply->id = c->head.id;
	if (c->head.verb >= ACCESS_VERBS || c->path[0] != '/' ||
	    strlen(c->path) != c->head.path_len ||
	    (needs_fd(c->head.verb) && c->fd < 0))
		rc = err_set(&err, -EPROTO, "bad request for '%s'", c->path);
	else
		rc = verbs[c->head.verb](c, reply, &err);
	reply->result = rc;
	if (rc)
		snprintf(reply->message, sizeof(reply->message), "%s",
			 err_text(&err));
}
