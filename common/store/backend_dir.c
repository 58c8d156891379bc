/* SPDX-License-Identifier: MIT */
/*
 * Objects as files of one directory. A file has its final name from the
 * start: whether it counts is decided by the index, so a rename would buy
 * nothing, and what a crash leaves behind is collected by gc_strays.
 */
#include "common/store/backend.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct dir {
	struct backend base;
	char *path;
	int fd;
};

struct dir_put {
	struct backend_put base;
	char *name;
	int fd;
};

static int dir_put_begin(struct backend *b, const char *name,
			 struct backend_put **ret_put, struct err *err)
{
	struct dir *d = (struct dir *)b;
	struct dir_put *p;
	int fd = openat(d->fd, name,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			0600);

	if (fd < 0)
		return err_sys(err, -errno, "cannot create '%s/%s'", d->path,
			       name);
	p = xcalloc(1, sizeof(*p));
	p->base.backend = b;
	p->name = xstrdup(name);
	p->fd = fd;
	*ret_put = &p->base;
	return 0;
}

static int dir_put_write(struct backend_put *put, const void *data, size_t len,
			 struct err *err)
{
	struct dir_put *p = (struct dir_put *)put;
	struct dir *d = (struct dir *)put->backend;
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(p->fd, (const char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, -errno, "cannot write '%s/%s'",
				       d->path, p->name);
		done += (size_t)n;
	}
	return 0;
}

static void put_free(struct dir_put *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->name);
	free(p);
}

static void dir_put_abort(struct backend_put *put)
{
	struct dir_put *p = (struct dir_put *)put;
	struct dir *d = (struct dir *)put->backend;

	unlinkat(d->fd, p->name, 0);
	put_free(p);
}

static int dir_put_commit(struct backend_put *put, struct err *err)
{
	struct dir_put *p = (struct dir_put *)put;
	struct dir *d = (struct dir *)put->backend;
	int r = 0;

	/* The directory too: a file without its name is lost. */
	if (fsync(p->fd) < 0 || fsync(d->fd) < 0)
		r = err_sys(err, -errno, "cannot sync '%s/%s'", d->path,
			    p->name);
	if (r == 0 && close(p->fd) < 0)
		r = err_sys(err, -errno, "cannot close '%s/%s'", d->path,
			    p->name);
	else if (r == 0)
		p->fd = -1;
	if (r < 0)
		dir_put_abort(put);
	else
		put_free(p);
	return r;
}

static int dir_open(struct dir *d, const char *name, int *ret_fd,
		    struct err *err)
{
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s/%s'", d->path,
			       name);
	*ret_fd = fd;
	return 0;
}

static int dir_get(struct backend *b, const char *name, uint64_t offset,
		   void *buf, size_t len, struct err *err)
{
	struct dir *d = (struct dir *)b;
	size_t done = 0;
	int fd = -1;
	int r = dir_open(d, name, &fd, err);

	while (r == 0 && done < len) {
		ssize_t n = pread(fd, (char *)buf + done, len - done,
				  (off_t)(offset + done));

		if (n < 0 && errno != EINTR)
			r = err_sys(err, -errno, "cannot read '%s/%s'", d->path,
				    name);
		else if (n == 0)
			r = err_set(err, -ENODATA,
				    "'%s/%s' is cut short at byte %llu",
				    d->path, name,
				    (unsigned long long)(offset + done));
		else if (n > 0)
			done += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

static int dir_stat(struct backend *b, const char *name, uint64_t *ret_bytes,
		    struct err *err)
{
	struct dir *d = (struct dir *)b;
	struct stat st;

	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, -errno, "cannot stat '%s/%s'", d->path,
			       name);
	*ret_bytes = (uint64_t)st.st_size;
	return 0;
}

static int dir_delete(struct backend *b, const char *name, struct err *err)
{
	struct dir *d = (struct dir *)b;

	if (unlinkat(d->fd, name, 0) < 0 && errno != ENOENT)
		return err_sys(err, -errno, "cannot delete '%s/%s'", d->path,
			       name);
	return 0;
}

static int dir_list(struct backend *b, backend_list_fn *fn, void *arg,
		    struct err *err)
{
	struct dir *d = (struct dir *)b;
	DIR *dp = opendir(d->path);
	struct dirent *de;
	int r = 0;

	if (!dp)
		return err_sys(err, -errno, "cannot read '%s'", d->path);
	while (r == 0 && (de = readdir(dp))) {
		uint64_t bytes;

		/* One that went meanwhile is not there. */
		if (backend_name_ok(de->d_name) &&
		    dir_stat(b, de->d_name, &bytes, NULL) == 0)
			r = fn(arg, de->d_name, bytes);
	}
	closedir(dp);
	return r;
}

static void dir_free(struct backend *b)
{
	struct dir *d = (struct dir *)b;

	close(d->fd);
	free(d->path);
	free(d);
}

static const struct backend_ops dir_ops = {
	.put_begin = dir_put_begin,
	.put_write = dir_put_write,
	.put_commit = dir_put_commit,
	.put_abort = dir_put_abort,
	.get = dir_get,
	.stat = dir_stat,
	.delete = dir_delete,
	.list = dir_list,
	.free = dir_free,
};

int backend_dir_open(const char *path, struct backend **ret_backend,
		     struct err *err)
{
	struct dir *d;
	int fd;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, -errno, "cannot create '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	d = xcalloc(1, sizeof(*d));
	d->base.ops = &dir_ops;
	d->path = xstrdup(path);
	d->fd = fd;
	*ret_backend = &d->base;
	return 0;
}
