/* SPDX-License-Identifier: MIT */
/*
 * A record is one write: kind, a number, the number of a saved copy (0: none),
 * path and a second path, each text with its NUL. The last one may be cut off
 * by the crash: then its change was not made.
 */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/filetab.h"
#include "ckptlib/image/img.h"
#include "ckptlib/os.h"
#include "ckptlib/restore.h"
#include "ckptlib/undo_log.h"

/* A copy of more than this takes longer than a program should stand still. */
#define LARGEST ((off_t)256 << 20)

/* What is known of a path in this epoch. */
enum known { NEW = 1, SHORT, SAVED };
struct path {
	char *name;
	enum known known;
};

static struct path *paths; /* open addressing, a power of two */
static size_t npaths, cap_paths;
bool ckpti_undo_on;

/* Descriptors that nothing has to be done for any more in this epoch. */
#define MAX_FD 1024
static bool done_with[MAX_FD];
static unsigned ncopies;

/* ---- the paths of this epoch --------------------------------------------------- */

static size_t slot_of(const char *name)
{
	size_t h = 5381, i;

	for (i = 0; name[i]; i++)
		h = h * 33 + (unsigned char)name[i];
	for (h &= cap_paths - 1; paths[h].name && strcmp(paths[h].name, name);
	     h = (h + 1) & (cap_paths - 1))
		;
	return h;
}

static bool make_room(void)
{
	struct path *old = paths;
	size_t n = cap_paths, i;

	if (npaths * 2 < cap_paths)
		return true;
	paths = calloc(n ? 2 * n : 64, sizeof(*paths));
	if (!paths) {
		paths = old;
		return npaths + 1 < cap_paths;
	}
	cap_paths = n ? 2 * n : 64;
	for (i = 0; i < n; i++) {
		if (old[i].name)
			paths[slot_of(old[i].name)] = old[i];
	}
	free(old);
	return true;
}

static enum known known_of(const char *name)
{
	return cap_paths ? paths[slot_of(name)].known : 0;
}

static void know(const char *name, enum known known)
{
	struct path *p;

	if (!make_room())
		return; /* it is recorded again next time */
	p = &paths[slot_of(name)];
	if (!p->name) {
		p->name = strdup(name);
		if (!p->name)
			return;
		npaths++;
	}
	p->known = known;
}

static void forget_all(void)
{
	size_t i;

	for (i = 0; i < cap_paths; i++)
		free(paths[i].name);
	free(paths);
	paths = NULL;
	npaths = cap_paths = 0;
}

void ckpti_undo_begin(void)
{
	uint64_t there;

	forget_all();
	memset(done_with, 0, sizeof(done_with));
	ncopies = 0;
	/* A child may still write this image, and fail: the logs behind the
	 * one that is there are needed until then. */
	if (ckpti_img_serial(ckpti_conf.image, &there) == 0)
		ckpti_undo_drop(0, there);
	ckpti_undo_drop(ckpti_serial, UINT64_MAX);
	ckpti_undo_on = true;
}

/* ---- saving ----------------------------------------------------------------------- */

static void add(char kind, uint64_t number, unsigned copy, const char *path,
		const char *other)
{
	struct ckpti_undo_record r = { kind, number, copy, path, other };

	if (ckpti_undo_append(ckpti_serial, &r))
		ckpti_say("cannot note that '%s' changes: %s; after a crash a "
			  "restart would not put it back",
			  path, strerror(errno));
}

/* The number of a copy of the file, or 0. A name of its own is enough where
 * only the name goes. */
static unsigned save(const char *path, const struct stat *st, bool name_only)
{
	char copy[PATH_MAX];

	ckpti_undo_copy_name(copy, sizeof(copy), ckpti_serial, ncopies + 1);
	unlink(copy);
	if (name_only && link(path, copy) == 0)
		return ++ncopies;
	if (st->st_size > LARGEST) {
		errno = EFBIG;
		return 0;
	}
	return ckpti_undo_copy(path, copy) ? 0 : ++ncopies;
}

static void save_content(const char *name, const char *path,
			 const struct stat *st, bool name_only)
{
	unsigned copy;

	if (known_of(name) == SAVED && !name_only)
		return;
	copy = save(path, st, name_only);
	if (copy) {
		add(name_only ? 'L' : 'S', (uint64_t)st->st_size, copy, name,
		    "");
		know(name, SAVED);
		return;
	}
	ckpti_say("'%s' (%lld bytes) is %s and cannot be saved before: %s; "
		  "after a crash a restart from the image would find it so",
		  name, (long long)st->st_size,
		  name_only ? "removed" : "rewritten", strerror(errno));
	know(name, SAVED); /* once is enough */
}

/* ---- what the program does ------------------------------------------------------- */

/* The name as the tables have it, and as it can be used now. */
struct names {
	char name[PATH_MAX], path[PATH_MAX];
	struct stat st;
	bool there;
};

static bool look(struct names *n, const char *path)
{
	if (!ckpti_undo_on || !ckpti_filetab.active)
		return false;
	ckpti_file_name(path, n->name, sizeof(n->name));
	ckpti_file_real(n->name, n->path, sizeof(n->path));
	n->there = lstat(n->path, &n->st) == 0;
	return true;
}

void ckpti_undo_open(const char *path, enum ckpti_undo_how how)
{
	int saved = errno;
	struct names n;
	enum known known;

	if (!look(&n, path))
		return;
	if (n.there && S_ISLNK(n.st.st_mode))
		n.there = stat(n.path, &n.st) == 0;
	known = known_of(n.name);
	if (!n.there) {
		if (known != NEW)
			add('C', 0, 0, n.name, "");
		know(n.name, NEW);
	} else if (known != NEW && S_ISREG(n.st.st_mode)) {
		if (how == CKPTI_UNDO_REWRITE && n.st.st_size) {
			save_content(n.name, n.path, &n.st, false);
		} else if (!known) {
			add('T', (uint64_t)n.st.st_size, 0, n.name, "");
			know(n.name, SHORT);
		}
	}
	errno = saved;
}

void ckpti_undo_rewrite(int fd, int64_t offset)
{
	char path[PATH_MAX], real[PATH_MAX];
	int saved = errno, mode;
	struct stat st;
	bool over;

	if (!ckpti_undo_on || !ckpti_filetab.active || fd < 0)
		return;
	mode = fcntl(fd, F_GETFL);
	over = mode < 0 || (mode & O_ACCMODE) == O_RDONLY ||
	       (mode & O_APPEND) || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	       !st.st_nlink;
	if (!over && offset < st.st_size) {
		ckpti_fd_path(fd, path, sizeof(path));
		ckpti_file_real(path, real, sizeof(real));
		if (path[0])
			ckpti_undo_open(real, CKPTI_UNDO_REWRITE);
		over = true;
	}
	if (over && fd < MAX_FD)
		done_with[fd] = true;
	errno = saved;
}

bool ckpti_undo_watches(int fd)
{
	return ckpti_undo_on && (fd < 0 || fd >= MAX_FD || !done_with[fd]);
}

void ckpti_undo_fd(int fd)
{
	if (fd >= 0 && fd < MAX_FD)
		done_with[fd] = false;
}

void ckpti_undo_remove(const char *path)
{
	int saved = errno;
	struct names n;

	if (!look(&n, path))
		return;
	if (n.there && !S_ISDIR(n.st.st_mode) && known_of(n.name) != NEW)
		save_content(n.name, n.path, &n.st, true);
	if (n.there)
		know(n.name, 0);
	errno = saved;
}

void ckpti_undo_rename(const char *from, const char *to)
{
	int saved = errno;
	struct names a, b;

	if (!look(&a, from) || !look(&b, to) || !a.there)
		return;
	if (b.there && !S_ISDIR(b.st.st_mode) && known_of(b.name) != NEW)
		save_content(b.name, b.path, &b.st, true);
	if (known_of(a.name) == NEW) {
		add('C', 0, 0, b.name, "");
		know(b.name, NEW);
	} else {
		add('M', 0, 0, b.name, a.name);
		know(b.name, 0);
	}
	know(a.name, 0);
	errno = saved;
}

void ckpti_undo_made(const char *path, char kind)
{
	int saved = errno;
	struct names n;

	if (look(&n, path)) {
		add(kind, 0, 0, n.name, "");
		if (kind == 'C')
			know(n.name, NEW);
	}
	errno = saved;
}

static void note_new(const char *path, char kind)
{
	int saved = errno;
	struct names n;

	if (look(&n, path) && !n.there)
		add(kind, 0, 0, n.name, "");
	errno = saved;
}

void ckpti_undo_mkdir(const char *path)
{
	note_new(path, 'D');
}

void ckpti_undo_name(const char *path)
{
	note_new(path, 'C');
}

void ckpti_undo_rmdir(const char *path)
{
	int saved = errno;
	struct names n;

	if (look(&n, path) && n.there && S_ISDIR(n.st.st_mode))
		add('R', n.st.st_mode & 07777, 0, n.name, "");
	errno = saved;
}
