/* SPDX-License-Identifier: MIT */
#undef _FORTIFY_SOURCE
#include "ckptlib/wrap_names.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/files.h"
#include "ckptlib/filetab.h"
#include "ckptlib/undo.h"

/* ---- names ---------------------------------------------------------------------- */

int ckpt_unlink(const char *path)
{
	ckpti_undo_remove(path);
	return unlink(path);
}

int ckpt_unlinkat(int dir, const char *path, int flags)
{
	if (dir == AT_FDCWD && flags & AT_REMOVEDIR)
		ckpti_undo_rmdir(path);
	else if (dir == AT_FDCWD)
		ckpti_undo_remove(path);
	return unlinkat(dir, path, flags);
}

int ckpt_remove(const char *path)
{
	ckpti_undo_remove(path);
	ckpti_undo_rmdir(path);
	return remove(path);
}

int ckpt_rename(const char *from, const char *to)
{
	int r;

	ckpti_undo_rename(from, to);
	r = rename(from, to);
	if (!r)
		ckpti_file_renamed(from, to);
	return r;
}

int ckpt_mkdir(const char *path, mode_t mode)
{
	ckpti_undo_mkdir(path);
	return mkdir(path, mode);
}

int ckpt_rmdir(const char *path)
{
	ckpti_undo_rmdir(path);
	return rmdir(path);
}

int ckpt_link(const char *from, const char *to)
{
	ckpti_undo_name(to);
	return link(from, to);
}

int ckpt_symlink(const char *target, const char *path)
{
	ckpti_undo_name(path);
	return symlink(target, path);
}

static int made(int fd, const char *path)
{
	if (fd >= 0) {
		ckpti_undo_made(path, 'C');
		ckpti_file_opened(fd, path, 1);
	}
	return fd;
}

int ckpt_mkstemp(char *path)
{
	return made(mkstemp(path), path);
}

int ckpt_mkstemp64(char *path)
{
	return made(mkstemp64(path), path);
}

int ckpt_mkostemp(char *path, int flags)
{
	return made(mkostemp(path, flags), path);
}

int ckpt_mkstemps(char *path, int suffix)
{
	return made(mkstemps(path, suffix), path);
}

char *ckpt_mkdtemp(char *path)
{
	char *p = mkdtemp(path);

	if (p)
		ckpti_undo_made(path, 'D');
	return p;
}

/* ---- positions -------------------------------------------------------------------- */

off64_t ckpt_lseek64(int fd, off64_t offset, int whence)
{
	off64_t r = lseek64(fd, offset, whence);

	if (r >= 0 && ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, r);
	return r;
}

off_t ckpt_lseek(int fd, off_t offset, int whence)
{
	off_t r = lseek(fd, offset, whence);

	if (r >= 0 && ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, r);
	return r;
}

/* Where the stream stands now something may be written. */
static int moved(FILE *f, int r)
{
	int fd;

	if (r || !ckpti_undo_on)
		return r;
	fd = fileno(f);
	if (fd >= 0 && ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, ftello64(f));
	return 0;
}

int ckpt_fseek(FILE *f, long offset, int whence)
{
	return moved(f, fseek(f, offset, whence));
}

int ckpt_fseeko(FILE *f, off_t offset, int whence)
{
	return moved(f, fseeko(f, offset, whence));
}

int ckpt_fseeko64(FILE *f, off64_t offset, int whence)
{
	return moved(f, fseeko64(f, offset, whence));
}

int ckpt_fsetpos(FILE *f, const fpos_t *at)
{
	return moved(f, fsetpos(f, at));
}

int ckpt_fsetpos64(FILE *f, const fpos64_t *at)
{
	return moved(f, fsetpos64(f, at));
}

void ckpt_rewind(FILE *f)
{
	rewind(f);
	moved(f, 0);
}

/* ---- the middle of files ------------------------------------------------------------ */

ssize_t ckpt_pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
	if (ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, offset);
	return pwrite(fd, bytes, n, offset);
}

ssize_t ckpt_pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
	if (ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, offset);
	return pwrite64(fd, bytes, n, offset);
}

int ckpt_ftruncate(int fd, off_t length)
{
	if (ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, length);
	return ftruncate(fd, length);
}

int ckpt_ftruncate64(int fd, off64_t length)
{
	if (ckpti_undo_watches(fd))
		ckpti_undo_rewrite(fd, length);
	return ftruncate64(fd, length);
}
