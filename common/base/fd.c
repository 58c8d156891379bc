/* SPDX-License-Identifier: MIT */
#include "common/base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fault.h"
#include "common/base/xalloc.h"

/* Trees deeper than this are refused: each level holds a descriptor. */
#define FD_TREE_DEPTH_MAX 512

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int fd_set_cloexec(int fd, bool on)
{
	return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0 ? -errno : 0;
}

int fd_set_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

ssize_t fd_read_full(int fd, void *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, (char *)buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int fd_write_full(int fd, const void *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(fd, (const char *)buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

/* Appends up to limit + 1 bytes, so that the caller sees an excess. */
static int read_up_to(int fd, size_t limit, struct strbuf *out)
{
	size_t start = out->len;

	while (out->len - start <= limit) {
		size_t room = limit - (out->len - start) + 1;
		ssize_t n;

		if (room > 65536)
			room = 65536;
		strbuf_grow(out, room);
		n = fd_read_full(fd, out->data + out->len, room);
		if (n < 0)
			return (int)n;
		strbuf_setlen(out, out->len + (size_t)n);
		if ((size_t)n < room)
			return 0;
	}
	return -EFBIG;
}

int fd_read_file(const char *path, size_t limit, struct strbuf *out,
		 struct err *err)
{
	size_t start = out->len;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	ret = read_up_to(fd, limit, out);
	close(fd);
	if (!ret)
		return 0;
	if (start < out->len)
		strbuf_setlen(out, start);
	if (ret == -EFBIG)
		return err_set(err, ret, "'%s' is larger than %zu bytes", path,
			       limit);
	return err_sys(err, ret, "cannot read '%s'", path);
}

/* The directory part of a path, as a new string. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

int fd_sync_parent(const char *path, struct err *err)
{
	char *dir = parent_of(path);
	int fd, ret = fault_hit("fd.dirsync");

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!ret && (fd < 0 || fsync(fd) < 0))
		ret = -errno;
	if (ret)
		err_sys(err, ret, "cannot sync the directory '%s'", dir);
	fd_close(&fd);
	free(dir);
	return ret;
}

static int rename_file(const char *from, const char *to, struct err *err)
{
	int ret = fault_hit("fd.rename");

	if (!ret && rename(from, to) < 0)
		ret = -errno;
	if (ret)
		err_sys(err, ret, "cannot rename '%s' to '%s'", from, to);
	return ret;
}

int fd_rename_durable(const char *from, const char *to, struct err *err)
{
	int ret = rename_file(from, to, err);

	return ret ? ret : fd_sync_parent(to, err);
}

/* Writes, sets the mode and fsyncs if asked; 0 or -errno. */
static int fill(int fd, const void *data, size_t size, mode_t mode, bool sync)
{
	int ret = fault_hit("fd.write");

	if (!ret)
		ret = fd_write_full(fd, data, size);
	if (!ret && fchmod(fd, mode) < 0)
		ret = -errno;
	if (!ret && sync)
		ret = fault_hit("fd.sync");
	if (!ret && sync && fsync(fd) < 0)
		ret = -errno;
	return ret;
}

static int write_file(const char *path, const void *data, size_t size,
		      mode_t mode, bool sync, struct err *err)
{
	char *tmp = xasprintf("%s.XXXXXX", path);
	int fd, ret;

	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		ret = err_sys(err, -errno, "cannot create '%s'", tmp);
		free(tmp);
		return ret;
	}
	ret = fill(fd, data, size, mode, sync);
	if (close(fd) < 0 && !ret)
		ret = -errno;
	if (ret)
		err_sys(err, ret, "cannot write '%s'", path);
	else
		ret = rename_file(tmp, path, err);
	if (!ret && sync)
		ret = fd_sync_parent(path, err);
	if (ret)
		unlink(tmp);
	free(tmp);
	return ret;
}

int fd_write_file_atomic(const char *path, const void *data, size_t size,
			 mode_t mode, struct err *err)
{
	return write_file(path, data, size, mode, true, err);
}

int fd_write_file_whole(const char *path, const void *data, size_t size,
			mode_t mode, struct err *err)
{
	return write_file(path, data, size, mode, false, err);
}

int fd_mkdir_p(const char *path, mode_t mode, struct err *err)
{
	char *part;
	struct stat st;
	int ret = 0;

	/* Its parents are there most of the time. */
	if (mkdir(path, mode) == 0)
		return 0;
	part = xstrdup(path);
	for (char *p = part + 1; *part && !ret; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			ret = err_sys(err, -errno, "cannot make directory '%s'",
				      part);
		if (!c)
			break;
		*p = c;
	}
	if (!ret && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		ret = err_sys(err, -ENOTDIR, "cannot make directory '%s'",
			      path);
	free(part);
	return ret;
}

static int rm_at(int dirfd, const char *name, dev_t dev, int depth);

/* Empties the open directory; takes `fd`. */
static int rm_entries(int fd, dev_t dev, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *de;
	int ret = 0;

	if (!dir) {
		ret = -errno;
		close(fd);
		return ret;
	}
	while (!ret && (errno = 0, de = readdir(dir))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		ret = rm_at(fd, de->d_name, dev, depth + 1);
	}
	if (!ret && errno)
		ret = -errno;
	closedir(dir);
	return ret;
}

/*
 * A job may have taken its own rights off a directory: give them back. Through
 * the descriptor, since a name can be made a link to elsewhere meanwhile.
 */
static int open_dir(int dirfd, const char *name)
{
	const int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int path_fd, fd = openat(dirfd, name, O_RDONLY | flags);
	char link[32];

	if (fd >= 0 || errno != EACCES)
		return fd;
	path_fd = openat(dirfd, name, O_PATH | flags);
	if (path_fd < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
	if (!chmod(link, 0700))
		fd = openat(dirfd, name, O_RDONLY | flags);
	fd_close(&path_fd);
	return fd;
}

static int rm_dir(int dirfd, const char *name, dev_t dev, int depth)
{
	struct stat st;
	int fd, ret;

	if (depth > FD_TREE_DEPTH_MAX)
		return -ELOOP;
	fd = open_dir(dirfd, name);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_dev != dev) {
		close(fd);
		return -EXDEV;
	}
	if ((st.st_mode & 0700) != 0700)
		fchmod(fd, 0700);
	ret = rm_entries(fd, dev, depth);
	if (!ret && unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		ret = -errno;
	return ret;
}

static int rm_at(int dirfd, const char *name, dev_t dev, int depth)
{
	if (!unlinkat(dirfd, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	return rm_dir(dirfd, name, dev, depth);
}

int fd_rm_tree(int dirfd, const char *name, struct err *err)
{
	struct stat st;
	int ret;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : err_sys(err, -errno,
						 "cannot remove '%s'", name);
	ret = rm_at(dirfd, name, st.st_dev, 0);
	if (ret)
		err_sys(err, ret, "cannot remove '%s'", name);
	return ret;
}

int fd_exe_dir(struct strbuf *out, struct err *err)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n < 0)
		return err_sys(err, -errno, "cannot read '/proc/self/exe'");
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return err_set(err, -ENOENT,
			       "the program's path '%s' has no directory",
			       path);
	strbuf_add(out, path, (size_t)(slash - path));
	return 0;
}
