/* SPDX-License-Identifier: MIT */
/*
 * Inode numbers belong to a machine, and a 32-bit one may have no room for
 * them. d_ino is 1: an entry is there; stat tells the number.
 */
#undef _FORTIFY_SOURCE
#include "ckptlib/wrap_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/alloc.h"
#include "ckptlib/files.h"
#include "ckptlib/filetab.h"
#include "ckptlib/own.h"
#include "ckptlib/wrap_heap.h"
#include "ckptlib/wrap_sort.h"

static struct ckpti_dir *dir_of(DIR *dir)
{
	return (struct ckpti_dir *)dir;
}

/* ---- reading it ---------------------------------------------------------------- */

static void forget(struct ckpti_dir *d)
{
	int i;

	for (i = 0; i < d->count; i++)
		ckpt_free(d->names[i]);
	ckpt_free(d->names);
	ckpt_free(d->kinds);
	d->names = NULL;
	d->kinds = NULL;
	d->count = d->at = 0;
}

static int add_name(struct ckpti_dir *d, int *cap, const struct dirent64 *e)
{
	int n = *cap ? *cap * 2 : 32;
	unsigned char *kinds;
	char **names;

	if (d->count == *cap) {
		names = ckpti_realloc(CKPTI_PROGRAM, d->names,
				      (size_t)n * sizeof(*names),
				      ckpti_text_type);
		if (!names)
			return -1;
		memset(names + d->count, 0,
		       (size_t)(n - d->count) * sizeof(*names));
		d->names = names;
		kinds = ckpti_realloc(CKPTI_PROGRAM, d->kinds, (size_t)n,
				      ckpti_char_type);
		if (!kinds)
			return -1;
		d->kinds = kinds;
		*cap = n;
	}
	d->names[d->count] = ckpt_strdup(e->d_name);
	if (!d->names[d->count])
		return -1;
	d->kinds[d->count++] = e->d_type;
	return 0;
}

/* Takes the stream. */
static int read_names(struct ckpti_dir *d, DIR *from)
{
	const struct dirent64 *e;
	int cap = 0, r = 0, saved;

	if (!from)
		return -1;
	errno = 0;
	while (!r && (e = readdir64(from)))
		r = add_name(d, &cap, e);
	if (errno)
		r = -1;
	saved = errno;
	closedir(from);
	if (r)
		forget(d);
	errno = saved;
	return r;
}

static struct ckpti_dir *new_dir(const char *path, int fd)
{
	char name[PATH_MAX];
	struct ckpti_dir *d;

	ckpti_file_name(path, name, sizeof(name));
	d = ckpti_alloc_zero(CKPTI_PROGRAM, sizeof(*d), ckpti_dir_type);
	if (!d)
		return NULL;
	d->fd = fd;
	d->path = ckpt_strdup(name);
	if (d->path)
		return d;
	ckpt_free(d);
	return NULL;
}

static void free_dir(struct ckpti_dir *d)
{
	int saved = errno;

	forget(d);
	ckpt_free(d->path);
	ckpt_free(d);
	errno = saved;
}

DIR *ckpt_opendir(const char *path)
{
	struct ckpti_dir *d = new_dir(path, -1);

	if (d && read_names(d, opendir(path))) {
		free_dir(d);
		d = NULL;
	}
	return (DIR *)d;
}

DIR *ckpt_fdopendir(int fd)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct ckpti_dir *d;

	ckpti_fd_path(fd, path, sizeof(path));
	ckpti_file_real(path, real, sizeof(real));
	d = new_dir(real, fd);
	if (d && read_names(d, opendir(real))) {
		free_dir(d);
		d = NULL;
	}
	return (DIR *)d;
}

int ckpt_closedir(DIR *dir)
{
	struct ckpti_dir *d = dir_of(dir);
	int fd = d->fd;

	free_dir(d);
	if (fd < 0)
		return 0;
	ckpti_file_closed(fd);
	return close(fd);
}

/* ---- its entries ------------------------------------------------------------------ */

static const char *next_name(struct ckpti_dir *d, unsigned char *ret_kind)
{
	if (d->at >= d->count)
		return NULL;
	*ret_kind = d->kinds[d->at];
	return d->names[d->at++];
}

#define FILL(e, name, kind)                               \
	do {                                              \
		size_t len_ = strlen(name);               \
		memset(&(e), 0, sizeof(e));               \
		if (len_ >= sizeof((e).d_name))           \
			len_ = sizeof((e).d_name) - 1;    \
		memcpy((e).d_name, name, len_);           \
		(e).d_type = kind;                        \
		(e).d_ino = 1;                            \
		(e).d_reclen = (unsigned short)sizeof(e); \
	} while (0)

struct dirent *ckpt_readdir(DIR *dir)
{
	struct ckpti_dir *d = dir_of(dir);
	unsigned char kind;
	const char *name = next_name(d, &kind);

	if (!name)
		return NULL;
	FILL(d->entry, name, kind);
	d->entry.d_off = d->at;
	return &d->entry;
}

struct dirent64 *ckpt_readdir64(DIR *dir)
{
	struct ckpti_dir *d = dir_of(dir);
	unsigned char kind;
	const char *name = next_name(d, &kind);

	if (!name)
		return NULL;
	FILL(d->entry64, name, kind);
	d->entry64.d_off = d->at;
	return &d->entry64;
}

void ckpt_rewinddir(DIR *dir)
{
	struct ckpti_dir *d = dir_of(dir);
	char real[PATH_MAX];
	int saved = errno;
	DIR *from;

	ckpti_file_real(d->path, real, sizeof(real));
	from = opendir(real);
	d->at = 0;
	if (from) { /* else what was there is all that is known */
		forget(d);
		read_names(d, from);
	}
	errno = saved;
}

long ckpt_telldir(DIR *dir)
{
	return dir_of(dir)->at;
}

void ckpt_seekdir(DIR *dir, long at)
{
	struct ckpti_dir *d = dir_of(dir);

	d->at = at < 0 ? 0 : at > d->count ? d->count : (int)at;
}

int ckpt_dirfd(DIR *dir)
{
	struct ckpti_dir *d = dir_of(dir);
	char real[PATH_MAX];

	if (d->fd >= 0)
		return d->fd;
	ckpti_file_real(d->path, real, sizeof(real));
	d->fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd >= 0)
		ckpti_file_opened(d->fd, real, 0);
	return d->fd;
}

/* ---- scandir ----------------------------------------------------------------------- */

/* Callbacks get what they ask for: a block per entry, as libc makes them. */
#define SCAN(fn, entry_type, type_id, read, compare_fn)                    \
	int fn(const char *path, struct entry_type ***ret_entries,         \
	       int (*filter)(const struct entry_type *),                   \
	       int (*compare)(const struct entry_type **,                  \
			      const struct entry_type **))                 \
	{                                                                  \
		struct ckpti_dir *d = dir_of(ckpt_opendir(path));          \
		struct entry_type **list, *e;                              \
		size_t n = 0;                                              \
                                                                           \
		if (!d)                                                    \
			return -1;                                         \
		list = ckpti_alloc(CKPTI_PROGRAM,                          \
				   ((size_t)d->count + 1) * sizeof(*list), \
				   ckpti_voidp_type);                      \
		while (list && (e = read((DIR *)d))) {                     \
			if (filter && !filter(e))                          \
				continue;                                  \
			list[n] = ckpti_alloc(CKPTI_PROGRAM, sizeof(*e),   \
					      type_id);                    \
			if (!list[n])                                      \
				break;                                     \
			*list[n++] = *e;                                   \
		}                                                          \
		free_dir(d);                                               \
		if (!list)                                                 \
			return -1;                                         \
		if (compare)                                               \
			ckpt_qsort_r(list, n, sizeof(*list), compare_fn,   \
				     &compare);                            \
		*ret_entries = list;                                       \
		return (int)n;                                             \
	}

static int compare_entries(const void *a, const void *b, void *arg)
{
	int (**compare)(const struct dirent **, const struct dirent **) = arg;

	return (*compare)((const struct dirent **)(uintptr_t)a,
			  (const struct dirent **)(uintptr_t)b);
}

static int compare_entries64(const void *a, const void *b, void *arg)
{
	int (**compare)(const struct dirent64 **, const struct dirent64 **) =
		arg;

	return (*compare)((const struct dirent64 **)(uintptr_t)a,
			  (const struct dirent64 **)(uintptr_t)b);
}

SCAN(ckpt_scandir, dirent, ckpti_dirent_type, ckpt_readdir, compare_entries)
SCAN(ckpt_scandir64, dirent64, ckpti_dirent64_type, ckpt_readdir64,
     compare_entries64)
