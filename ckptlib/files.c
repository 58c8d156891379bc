/* SPDX-License-Identifier: MIT */
/* Which descriptors and paths the program uses, and what an image says. */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/filetab.h"
#include "ckptlib/hold.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/undo.h"
#include "ckptlib/wrap_heap.h"

#define MAX_FD 4096 /* above it nothing is looked at */

struct ckpti_filetab ckpti_filetab;

/* ---- the tables ---------------------------------------------------------------------- */

/* Cuts the first directory off; the name may be `path` itself. */
static void below_start(const char *path, char *name, size_t size)
{
	const char *dir = ckpti_filetab.start_dir;
	size_t len = dir ? strlen(dir) : 0;

	if (len > 1 && strncmp(path, dir, len) == 0 && path[len] == '/' &&
	    path[len + 1])
		path += len + 1;
	if (strlen(path) < size)
		memmove(name, path, strlen(path) + 1);
	else
		name[0] = '\0';
}

void ckpti_file_name(const char *path, char *name, size_t size)
{
	char whole[2 * PATH_MAX], cwd[PATH_MAX];

	if (path[0] == '/' || !ckpti_filetab.moved ||
	    !getcwd(cwd, sizeof(cwd))) {
		snprintf(name, size, "%s", path);
		return;
	}
	snprintf(whole, sizeof(whole), "%s/%s", cwd, path);
	below_start(whole, name, size);
}

void ckpti_file_real(const char *name, char *path, size_t size)
{
	if (name[0] == '/' || !ckpti_filetab.moved)
		snprintf(path, size, "%s", name);
	else
		snprintf(path, size, "%s/%s", ckpti_filetab.start_dir, name);
}

static struct ckpti_fdinfo *info_of(int fd, bool make)
{
	struct ckpti_filetab *t = &ckpti_filetab;
	struct ckpti_fdinfo *p;
	size_t old = t->cap_fds;

	if (fd < 0 || fd >= MAX_FD)
		return NULL;
	if ((size_t)fd >= t->cap_fds) {
		if (!make)
			return NULL;
		p = ckpti_grow(t->fds, &t->cap_fds, (size_t)fd + 1, sizeof(*p));
		if (!p)
			return NULL;
		memset(p + old, 0, (t->cap_fds - old) * sizeof(*p));
		t->fds = p;
	}
	return &t->fds[fd];
}

void ckpti_files_start(void)
{
	struct ckpti_fdinfo *info;
	struct stat st;
	int fd;

	ckpti_filetab.active = true;
	if (!ckpti_filetab.start_dir)
		ckpti_filetab.start_dir = getcwd(NULL, 0);
	for (fd = 0; fd < 256; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		info = info_of(fd, true);
		if (!info)
			continue;
		info->inherited = true;
		info->own = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
			    st.st_size == 0;
	}
}

void ckpti_file_written(const char *path)
{
	struct ckpti_filetab *t = &ckpti_filetab;
	char **p;
	size_t i;

	for (i = 0; i < t->nwritten; i++) {
		if (strcmp(t->written[i], path) == 0)
			return;
	}
	p = ckpti_grow(t->written, &t->cap_written, t->nwritten + 1,
		       sizeof(*p));
	if (!p)
		return;
	t->written = p;
	p[t->nwritten] = strdup(path);
	if (p[t->nwritten])
		t->nwritten++;
}

void ckpti_file_renamed(const char *from, const char *to)
{
	struct ckpti_filetab *t = &ckpti_filetab;
	char a[PATH_MAX], b[PATH_MAX];
	bool known = false;
	size_t i;

	if (!t->active)
		return;
	ckpti_file_name(from, a, sizeof(a));
	ckpti_file_name(to, b, sizeof(b));
	for (i = 0; i < t->nwritten; i++)
		known |= strcmp(t->written[i], a) == 0;
	if (known)
		ckpti_file_written(b);
}

void ckpti_file_inherited(int fd, bool own)
{
	struct ckpti_fdinfo *info = info_of(fd, false);

	if (info)
		info->own = own;
}

void ckpti_file_opened(int fd, const char *path, int writable)
{
	struct ckpti_fdinfo *info;
	char text[PATH_MAX];
	char *name;

	if (!ckpti_filetab.active || fd < 0)
		return;
	ckpti_file_name(path, text, sizeof(text));
	name = strdup(text);
	info = info_of(fd, true);
	if (!info || !name) {
		free(name);
		return;
	}
	if (writable)
		ckpti_file_written(name);
	free(info->path);
	info->path = name;
	info->inherited = false;
}

void ckpti_file_closed(int fd)
{
	struct ckpti_fdinfo *info = info_of(fd, false);

	ckpti_hold_end(CKPTI_HOLD_FD, (uintptr_t)fd);
	ckpti_undo_fd(fd);

	if (!info)
		return;
	free(info->path);
	info->path = NULL;
	info->inherited = false;
}

void ckpti_file_duplicated(int fd, int copy)
{
	const struct ckpti_fdinfo *info = info_of(fd, false);
	int saved = errno;

	if (copy < 0)
		return;
	ckpti_file_closed(copy);
	ckpti_hold_copy(fd, copy);
	if (info && info->path)
		ckpti_file_opened(copy, info->path, 0);
	errno = saved;
}

void ckpti_files_chdir(void)
{
	if (ckpti_filetab.moved || !ckpti_filetab.active)
		return;
	ckpti_conf_chdir();
	ckpti_filetab.moved = true;
}

void ckpti_files_moved(void)
{
	char cwd[PATH_MAX], name[PATH_MAX];

	if (!ckpti_filetab.active || !getcwd(cwd, sizeof(cwd)))
		return;
	below_start(cwd, name, sizeof(name));
	ckpt_free(ckpti_own.cwd);
	ckpti_own.cwd = ckpt_strdup(name);
}

/* ---- capture ---------------------------------------------------------------------------- */

void ckpti_fd_path(int fd, char *path, size_t size)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, size - 1);
	path[n > 0 ? n : 0] = '\0';
	below_start(path, path, size);
}

static uint32_t flags_of(int fd)
{
	int mode = fcntl(fd, F_GETFL);
	uint32_t flags = 0;

	if ((mode & O_ACCMODE) != O_WRONLY)
		flags |= IMG_O_READ;
	if ((mode & O_ACCMODE) != O_RDONLY)
		flags |= IMG_O_WRITE;
	if (mode & O_APPEND)
		flags |= IMG_O_APPEND;
	if (mode & O_NONBLOCK)
		flags |= IMG_O_NONBLOCK;
	if (fcntl(fd, F_GETFD) & FD_CLOEXEC)
		flags |= IMG_O_CLOEXEC;
	return flags;
}

/* A file without a name exists only as long as the process: it goes along. */
static void take_content(struct ckpti_filestate *state, struct img_fd *d,
			 uint64_t size)
{
	unsigned char *p = malloc(size ? (size_t)size : 1);
	char link[40];
	uint64_t done = 0;
	ssize_t n = 1;
	int fd;

	snprintf(link, sizeof(link), "/proc/self/fd/%u", d->fd);
	fd = d->flags & IMG_O_READ ? dup((int)d->fd)
				   : open(link, O_RDONLY | O_CLOEXEC);
	while (p && fd >= 0 && done < size && n > 0) {
		n = pread(fd, p + done, (size_t)(size - done), (off_t)done);
		done += n > 0 ? (uint64_t)n : 0;
	}
	if (!p || fd < 0 || done < size)
		state->failed = 1;
	if (fd >= 0)
		close(fd);
	d->content = p;
	d->content_size = done;
}

/* A descriptor already taken that is open on the same nameless file. */
static uint32_t same_nameless(const struct ckpti_filestate *state,
			      const struct stat *st)
{
	const struct img_fd *d;
	struct stat other;
	size_t i;

	for (i = 0; i < state->nfds; i++) {
		d = &state->fds[i];
		if ((d->flags & IMG_O_UNLINKED) &&
		    fstat((int)d->fd, &other) == 0 &&
		    other.st_ino == st->st_ino && other.st_dev == st->st_dev)
			return d->fd;
	}
	return IMG_NONE;
}

static void take_regular(struct ckpti_filestate *state, struct img_fd *d,
			 const struct stat *st)
{
	struct ckpti_fdinfo *info = info_of((int)d->fd, false);
	off_t offset = lseek((int)d->fd, 0, SEEK_CUR);

	d->kind = IMG_FILE_REGULAR;
	d->offset = offset > 0 ? (uint64_t)offset : 0;
	d->length = (uint64_t)st->st_size;
	if (info && info->own && d->offset == d->length)
		d->flags |= IMG_O_OWN;
	else if (info)
		info->own = false;
	if (st->st_nlink == 0) {
		d->flags |= IMG_O_UNLINKED;
		d->same = same_nameless(state, st);
		if (d->same == IMG_NONE)
			take_content(state, d, d->length);
	}
}

/* Whether two descriptors move together. */
static bool share_offset(const struct img_fd *a, const struct img_fd *b)
{
	struct stat sa, sb;
	off_t moved;

	if (a->kind != IMG_FILE_REGULAR || b->kind != IMG_FILE_REGULAR ||
	    a->offset != b->offset || fstat((int)a->fd, &sa) ||
	    fstat((int)b->fd, &sb) || sa.st_ino != sb.st_ino ||
	    sa.st_dev != sb.st_dev)
		return false;
	lseek((int)a->fd, (off_t)a->offset + 1, SEEK_SET);
	moved = lseek((int)b->fd, 0, SEEK_CUR);
	lseek((int)a->fd, (off_t)a->offset, SEEK_SET);
	return moved == (off_t)b->offset + 1;
}

static const char *kind_name(mode_t mode)
{
	return S_ISFIFO(mode)	? "pipe"
	       : S_ISSOCK(mode) ? "socket"
				: "file of a kind that cannot be opened again";
}

/* Describes one descriptor; false if the image need not know it. */
static bool take_fd(struct ckpti_filestate *state, int fd, struct img_fd *d,
		    struct ckpti_reasons *reasons)
{
	const struct ckpti_fdinfo *info = info_of(fd, false);
	char path[PATH_MAX], real[PATH_MAX];
	struct stat st, named;

	if (fcntl(fd, F_GETFD) < 0 || fstat(fd, &st))
		return false;
	memset(d, 0, sizeof(*d));
	d->fd = (uint32_t)fd;
	d->inherited = info && info->inherited;
	d->shared = IMG_NONE;
	d->same = IMG_NONE;
	d->flags = flags_of(fd);
	/* The name counts only as long as it leads to the same file. */
	real[0] = '\0';
	if (info && info->path)
		ckpti_file_real(info->path, real, sizeof(real));
	if (real[0] && stat(real, &named) == 0 && named.st_ino == st.st_ino &&
	    named.st_dev == st.st_dev)
		snprintf(path, sizeof(path), "%s", info->path);
	else
		ckpti_fd_path(fd, path, sizeof(path));
	if (S_ISREG(st.st_mode)) {
		take_regular(state, d, &st);
	} else if (d->inherited) {
		d->kind = IMG_FILE_OTHER;
	} else if (S_ISDIR(st.st_mode)) {
		d->kind = IMG_FILE_DIRECTORY;
	} else if (S_ISCHR(st.st_mode) && path[0] == '/') {
		d->kind = IMG_FILE_DEVICE;
	} else {
		d->kind = IMG_FILE_OTHER;
		ckpti_reasons_add(reasons, IMG_NOWHERE, NULL, 0,
				  "descriptor %d is a %s", fd,
				  kind_name(st.st_mode));
	}
	d->path = strdup(path);
	return true;
}

static void take_fds(struct ckpti_filestate *state,
		     struct ckpti_reasons *reasons)
{
	struct img_fd *p, d;
	size_t k;
	int fd;

	for (fd = 0; fd < 1024; fd++) {
		if (!take_fd(state, fd, &d, reasons))
			continue;
		p = ckpti_grow(state->fds, &state->cap_fds, state->nfds + 1,
			       sizeof(*p));
		if (!p) {
			state->failed = 1;
			return;
		}
		state->fds = p;
		for (k = 0; k < state->nfds && d.shared == IMG_NONE; k++) {
			if (!d.inherited && share_offset(&p[k], &d))
				d.shared = p[k].fd;
		}
		p[state->nfds++] = d;
	}
}

static void take_written(struct ckpti_filestate *state)
{
	struct ckpti_filetab *t = &ckpti_filetab;
	struct img_written *p;
	char real[PATH_MAX];
	struct stat st;
	size_t i;

	p = calloc(t->nwritten + 1, sizeof(*p));
	if (!p) {
		state->failed = 1;
		return;
	}
	state->written = p;
	state->nwritten = 0;
	for (i = 0; i < t->nwritten; i++) {
		p[i].path = t->written[i];
		ckpti_file_real(t->written[i], real, sizeof(real));
		p[i].existed = stat(real, &st) == 0;
		if (p[i].existed && !S_ISREG(st.st_mode))
			continue;
		p[i].length = p[i].existed ? (uint64_t)st.st_size : 0;
		p[state->nwritten++] = p[i];
	}
}

void ckpti_files_capture(struct ckpti_filestate *state,
			 struct ckpti_reasons *reasons)
{
	take_fds(state, reasons);
	take_written(state);
}

void ckpti_files_problem(struct ckpti_filestate *state, const char *fmt, ...)
{
	va_list ap;

	if (state->problem[0])
		return;
	va_start(ap, fmt);
	vsnprintf(state->problem, sizeof(state->problem), fmt, ap);
	va_end(ap);
}

void ckpti_files_rewriting(const struct ckpti_filestate *state)
{
	const struct img_fd *d;
	size_t i;

	for (i = 0; i < state->nfds; i++) {
		d = &state->fds[i];
		if (d->kind == IMG_FILE_REGULAR && !d->inherited)
			ckpti_undo_rewrite((int)d->fd, (int64_t)d->offset);
	}
}

void ckpti_filestate_release(struct ckpti_filestate *state)
{
	size_t i;

	for (i = 0; i < state->nfds; i++) {
		free((void *)(uintptr_t)state->fds[i].path);
		free((void *)(uintptr_t)state->fds[i].content);
	}
	free(state->fds);
	free(state->streams);
	free(state->written);
	memset(state, 0, sizeof(*state));
}
