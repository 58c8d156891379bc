/* SPDX-License-Identifier: MIT */
#include "startd/scratch.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "startd/starter/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The key of a file's line in a record. */
#define FILE_KEY "file"

#define DEPTH_MAX 64
#define FILES_MAX 10000

static int open_beneath(int dir_fd, const char *name, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC,
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int scratch_make_parents(int dir_fd, const char *name)
{
	char *path = xstrdup(name), *slash = path;
	int r = 0;

	while (!r && (slash = strchr(slash, '/'))) {
		char *last, *parent;
		int fd = dir_fd;

		*slash = '\0';
		parent = xstrdup(path);
		last = strrchr(parent, '/');
		if (last) {
			*last++ = '\0';
			fd = open_beneath(dir_fd, parent,
					  O_RDONLY | O_DIRECTORY, 0);
		}
		if (fd < 0)
			r = fd;
		else if (mkdirat(fd, last ? last : parent, 0755) < 0 &&
			 errno != EEXIST)
			r = -errno;
		if (last)
			fd_close(&fd);
		free(parent);
		*slash++ = '/';
	}
	free(path);
	return r;
}

static void unlink_beneath(int dir_fd, const char *name)
{
	char *parent = xstrdup(name), *last = strrchr(parent, '/');
	int fd = dir_fd;

	if (last) {
		*last++ = '\0';
		fd = open_beneath(dir_fd, parent, O_RDONLY | O_DIRECTORY, 0);
	}
	if (fd >= 0 || fd == AT_FDCWD)
		unlinkat(fd, last ? last : parent, 0);
	if (last)
		fd_close(&fd);
	free(parent);
}

int scratch_create(int dir_fd, const char *name, mode_t mode, struct err *err)
{
	int fd = scratch_make_parents(dir_fd, name);

	if (!fd) {
		unlink_beneath(dir_fd, name);
		fd = open_beneath(dir_fd, name, O_RDWR | O_CREAT | O_EXCL,
				  mode & 0777);
	}
	if (fd < 0)
		return err_sys(err, fd, "cannot create '%s'", name);
	/* Whatever the umask is. */
	fchmod(fd, (mode & 0777) | 0600);
	return fd;
}

static bool is_ours(const struct stat *st, uid_t uid)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 && st->st_uid == uid;
}

int scratch_open(int dir_fd, const char *name, uid_t uid, int64_t *ret_size,
		 struct err *err)
{
	struct stat st;
	int fd;

	/* O_NONBLOCK: a FIFO must not stop us. */
	fd = open_beneath(dir_fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return err_sys(err, fd, "cannot open '%s'", name);
	if (fstat(fd, &st) < 0 || !is_ours(&st, uid)) {
		close(fd);
		return err_set(err, -EPERM,
			       "'%s' is not a regular file of the job's own",
			       name);
	}
	if (ret_size)
		*ret_size = st.st_size;
	return fd;
}

bool scratch_is_dir(int dir_fd, const char *name)
{
	int fd = open_beneath(dir_fd, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* ---- listing ---- */

static void list_add(struct scratch_list *list, const char *name,
		     const struct stat *st)
{
	struct scratch_file *f;

	if (list->count % 64 == 0)
		list->files = xreallocarray(list->files, list->count + 64,
					    sizeof(*list->files));
	f = &list->files[list->count++];
	f->name = xstrdup(name);
	f->size = st->st_size;
	f->mtime_ns =
		st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
	f->ino = st->st_ino;
}

struct scan {
	struct scratch_list *list;
	bool deep;
	uid_t uid;
};

static int scan_dir(struct scan *scan, int fd, const char *prefix, int depth,
		    struct err *err);

static int scan_entry(struct scan *scan, int dir_fd, const char *name,
		      const char *prefix, int depth, struct err *err)
{
	char *path = xasprintf("%s%s%s", prefix, *prefix ? "/" : "", name);
	struct stat st;
	int r = 0;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		r = 0;
	} else if (is_ours(&st, scan->uid)) {
		list_add(scan->list, path, &st);
	} else if (S_ISDIR(st.st_mode) && scan->deep && depth < DEPTH_MAX) {
		int fd =
			openat(dir_fd, name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			r = scan_dir(scan, fd, path, depth + 1, err);
	}
	free(path);
	if (!r && scan->list->count > FILES_MAX)
		r = err_set(err, -E2BIG, "more than %d files in '%s'",
			    FILES_MAX, *prefix ? prefix : ".");
	return r;
}

/* Takes fd. */
static int scan_dir(struct scan *scan, int fd, const char *prefix, int depth,
		    struct err *err)
{
	struct dirent *de;
	DIR *dir = fdopendir(fd);
	int r = 0;

	if (!dir) {
		close(fd);
		return err_sys(err, -errno, "cannot list '%s'", prefix);
	}
	while (!r && (de = readdir(dir))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		r = scan_entry(scan, dirfd(dir), de->d_name, prefix, depth,
			       err);
	}
	closedir(dir);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct scratch_file *)a)->name,
		      ((const struct scratch_file *)b)->name);
}

int scratch_scan(int dir_fd, const char *name, bool deep, uid_t uid,
		 struct scratch_list *ret_list, struct err *err)
{
	struct scratch_list list = { 0 };
	struct scan scan = { &list, deep, uid };
	int fd, r;

	fd = open_beneath(dir_fd, *name ? name : ".", O_RDONLY | O_DIRECTORY,
			  0);
	if (fd < 0)
		return err_sys(err, fd, "cannot open '%s'", name);
	r = scan_dir(&scan, fd, name, 0, err);
	if (r < 0) {
		scratch_list_release(&list);
		return r;
	}
	if (list.count)
		qsort(list.files, list.count, sizeof(*list.files), by_name);
	*ret_list = list;
	return 0;
}

void scratch_list_release(struct scratch_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->files[i].name);
	free(list->files);
	*list = (struct scratch_list){ 0 };
}

const struct scratch_file *scratch_find(const struct scratch_list *list,
					const char *name)
{
	struct scratch_file key = { .name = (char *)(uintptr_t)name };

	if (!list->count)
		return NULL;
	return bsearch(&key, list->files, list->count, sizeof(key), by_name);
}

bool scratch_unchanged(const struct scratch_list *base,
		       const struct scratch_file *file)
{
	const struct scratch_file *old = scratch_find(base, file->name);

	return old && old->size == file->size &&
	       old->mtime_ns == file->mtime_ns && old->ino == file->ino;
}

void scratch_put(const struct scratch_list *list, struct record *rec)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct scratch_file *f = &list->files[i];
		char *text = xasprintf("%" PRId64 " %" PRId64 " %" PRIu64 " %s",
				       f->size, f->mtime_ns, f->ino, f->name);

		record_add(rec, FILE_KEY, text);
		free(text);
	}
}

static bool parse_file(const char *text, struct stat *st, const char **ret_name)
{
	int64_t size, mtime_ns;
	uint64_t ino;
	int at = 0;

	if (sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNu64 " %n", &size,
		   &mtime_ns, &ino, &at) != 3 ||
	    !at)
		return false;
	st->st_size = size;
	st->st_mtim.tv_sec = mtime_ns / 1000000000;
	st->st_mtim.tv_nsec = mtime_ns % 1000000000;
	st->st_ino = ino;
	*ret_name = text + at;
	return true;
}

int scratch_load(struct scratch_list *ret_list, const char *path,
		 struct err *err)
{
	struct scratch_list list = { 0 };
	struct record rec = RECORD_INIT;
	size_t i;
	int r;

	r = record_load(&rec, path, err);
	for (i = 0; !r && i < rec.count; i++) {
		const char *name;
		struct stat st = { 0 };

		if (strcmp(rec.lines[i].key, FILE_KEY))
			continue;
		if (parse_file(rec.lines[i].value, &st, &name))
			list_add(&list, name, &st);
		else
			r = err_set(err, -EBADMSG, "record '%s' is damaged",
				    path);
	}
	record_release(&rec);
	if (r < 0) {
		scratch_list_release(&list);
		return r;
	}
	*ret_list = list;
	return 0;
}

static int64_t used_blocks(int fd, int depth)
{
	struct dirent *de;
	DIR *dir = fdopendir(fd);
	int64_t sum = 0;

	if (!dir) {
		close(fd);
		return 0;
	}
	while ((de = readdir(dir))) {
		struct stat st;
		int sub;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    fstatat(dirfd(dir), de->d_name, &st, AT_SYMLINK_NOFOLLOW) <
			    0)
			continue;
		sum += st.st_blocks;
		if (!S_ISDIR(st.st_mode) || depth >= DEPTH_MAX)
			continue;
		sub = openat(dirfd(dir), de->d_name,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			sum += used_blocks(sub, depth + 1);
	}
	closedir(dir);
	return sum;
}

int64_t scratch_used_kb(int dir_fd)
{
	int fd = open_beneath(dir_fd, ".", O_RDONLY | O_DIRECTORY, 0);

	return fd < 0 ? 0 : used_blocks(fd, 0) / 2;
}
