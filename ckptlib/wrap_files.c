/* SPDX-License-Identifier: MIT */
/* The calls that open and close, so that an image knows the names. */
#undef _FORTIFY_SOURCE
#include "ckptlib/wrap_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/files.h"
#include "ckptlib/filetab.h"
#include "ckptlib/streams.h"
#include "ckptlib/undo.h"
#include "ckptlib/wrap_text.h"

/* ---- streams ---------------------------------------------------------------------- */

static int mode_writes(const char *mode)
{
	return strpbrk(mode, "wa+") != NULL;
}

/* A restart must neither empty the file nor insist that it is new. */
static const char *mode_again(const char *mode)
{
	if (mode[0] != 'w' || !strchr(mode, '+'))
		return mode[0] == 'w' ? "w" : mode;
	return "r+";
}

static const char *coming(const char *path, const char *mode)
{
	if (path && mode_writes(mode))
		ckpti_undo_open(path, mode[0] == 'a' ? CKPTI_UNDO_APPEND
						     : CKPTI_UNDO_REWRITE);
	return path;
}

static FILE *opened(FILE *f, const char *path, const char *mode)
{
	if (f) {
		ckpti_file_opened(fileno(f), path, mode_writes(mode));
		ckpti_stream_opened(f, mode_again(mode));
	}
	return f;
}

FILE *ckpt_fopen(const char *path, const char *mode)
{
	return opened(fopen(coming(path, mode), mode), path, mode);
}

FILE *ckpt_fopen64(const char *path, const char *mode)
{
	return opened(fopen64(coming(path, mode), mode), path, mode);
}

static FILE *reopened(FILE *f, const char *path, const char *mode)
{
	if (f && path)
		return opened(f, path, mode);
	return f;
}

FILE *ckpt_freopen(const char *path, const char *mode, FILE *f)
{
	return reopened(freopen(coming(path, mode), mode, f), path, mode);
}

FILE *ckpt_freopen64(const char *path, const char *mode, FILE *f)
{
	return reopened(freopen64(coming(path, mode), mode, f), path, mode);
}

FILE *ckpt_fdopen(int fd, const char *mode)
{
	return ckpti_stream_opened(fdopen(fd, mode), mode_again(mode));
}

FILE *ckpt_tmpfile(void)
{
	return ckpti_stream_opened(tmpfile(), "r+");
}

FILE *ckpt_tmpfile64(void)
{
	return ckpti_stream_opened(tmpfile64(), "r+");
}

int ckpt_fclose(FILE *f)
{
	uintptr_t was = (uintptr_t)f;
	int r;

	ckpti_file_closed(fileno(f));
	ckpti_stream_closed(f);
	r = fclose(f);
	ckpti_memstream_closed(was);
	return r;
}

int ckpt_setvbuf(FILE *f, char *buffer, int mode, size_t size)
{
	ckpti_stream_buffered(f, mode, size);
	return setvbuf(f, buffer, mode, size);
}

void ckpt_setbuffer(FILE *f, char *buffer, size_t size)
{
	ckpt_setvbuf(f, buffer, buffer ? _IOFBF : _IONBF, size);
}

void ckpt_setbuf(FILE *f, char *buffer)
{
	ckpt_setbuffer(f, buffer, BUFSIZ);
}

void ckpt_setlinebuf(FILE *f)
{
	ckpt_setvbuf(f, NULL, _IOLBF, 0);
}

/* ---- descriptors --------------------------------------------------------------------- */

static int opened_fd(int fd, const char *path, int flags)
{
	int saved = errno;

	if (fd >= 0)
		ckpti_file_opened(fd, path, (flags & O_ACCMODE) != O_RDONLY);
	errno = saved;
	return fd;
}

static const char *coming_fd(const char *path, int flags)
{
	if (path && (flags & O_ACCMODE) != O_RDONLY &&
	    (flags & O_TMPFILE) != O_TMPFILE)
		ckpti_undo_open(path, (flags & O_APPEND) && !(flags & O_TRUNC)
					      ? CKPTI_UNDO_APPEND
					      : CKPTI_UNDO_REWRITE);
	return path;
}

static int needs_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

int ckpt_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (needs_mode(flags)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return opened_fd(open(coming_fd(path, flags), flags, mode), path,
			 flags);
}

int ckpt_open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (needs_mode(flags)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return opened_fd(open64(coming_fd(path, flags), flags, mode), path,
			 flags);
}

int ckpt___open_2(const char *path, int flags)
{
	return opened_fd(open(coming_fd(path, flags), flags, 0), path, flags);
}

int ckpt___open64_2(const char *path, int flags)
{
	return opened_fd(open64(coming_fd(path, flags), flags, 0), path, flags);
}

int ckpt_creat(const char *path, mode_t mode)
{
	return opened_fd(creat(coming_fd(path, O_WRONLY | O_TRUNC), mode), path,
			 O_WRONLY);
}

int ckpt_creat64(const char *path, mode_t mode)
{
	return opened_fd(creat64(coming_fd(path, O_WRONLY | O_TRUNC), mode),
			 path, O_WRONLY);
}

int ckpt_close(int fd)
{
	ckpti_file_closed(fd);
	return close(fd);
}

int ckpt_dup(int fd)
{
	int copy = dup(fd);

	ckpti_file_duplicated(fd, copy);
	return copy;
}

int ckpt_dup2(int fd, int copy)
{
	int r = dup2(fd, copy);

	if (fd != copy)
		ckpti_file_duplicated(fd, r);
	return r;
}

int ckpt_dup3(int fd, int copy, int flags)
{
	int r = dup3(fd, copy, flags);

	ckpti_file_duplicated(fd, r);
	return r;
}

static void note_truncation(const char *path)
{
	char name[PATH_MAX];

	if (!ckpti_filetab.active)
		return;
	ckpti_undo_open(path, CKPTI_UNDO_REWRITE);
	ckpti_file_name(path, name, sizeof(name));
	ckpti_file_written(name);
}

int ckpt_truncate(const char *path, off_t length)
{
	note_truncation(path);
	return truncate(path, length);
}

int ckpt_truncate64(const char *path, off64_t length)
{
	note_truncation(path);
	return truncate64(path, length);
}

static int changed_dir(int r)
{
	if (!r)
		ckpti_files_moved();
	return r;
}

int ckpt_chdir(const char *path)
{
	ckpti_files_chdir();
	return changed_dir(chdir(path));
}

int ckpt_fchdir(int fd)
{
	ckpti_files_chdir();
	return changed_dir(fchdir(fd));
}

static int opened_at(int dir, int fd, const char *path, int flags)
{
	char name[PATH_MAX];

	if (fd < 0 || dir == AT_FDCWD || path[0] == '/')
		return opened_fd(fd, path, flags);
	ckpti_fd_path(fd, name, sizeof(name));
	return opened_fd(fd, name, flags);
}

int ckpt_openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (needs_mode(flags)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (dir == AT_FDCWD)
		coming_fd(path, flags);
	return opened_at(dir, openat(dir, path, flags, mode), path, flags);
}

int ckpt_openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (needs_mode(flags)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (dir == AT_FDCWD)
		coming_fd(path, flags);
	return opened_at(dir, openat64(dir, path, flags, mode), path, flags);
}

/* The argument is an int, a pointer or nothing: a word carries each. */
int ckpt_fcntl(int fd, int command, ...)
{
	va_list ap;
	void *arg;
	int r;

	va_start(ap, command);
	arg = va_arg(ap, void *);
	va_end(ap);
	r = fcntl(fd, command, arg);
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		ckpti_file_duplicated(fd, r);
	return r;
}

/* Its locks have 64-bit offsets. */
int ckpt_fcntl64(int fd, int command, ...)
{
	va_list ap;
	void *arg;
	int r;

	va_start(ap, command);
	arg = va_arg(ap, void *);
	va_end(ap);
	r = fcntl64(fd, command, arg);
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		ckpti_file_duplicated(fd, r);
	return r;
}
