/* SPDX-License-Identifier: MIT */
/* The calls that open and close, so that an image knows the names. */
#undef _FORTIFY_SOURCE
#include "ckptlib/wrap_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/files.h"
#include "ckptlib/filetab.h"
#include "ckptlib/streams.h"

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
	return opened(fopen(path, mode), path, mode);
}

FILE *ckpt_fopen64(const char *path, const char *mode)
{
	return opened(fopen64(path, mode), path, mode);
}

static FILE *reopened(FILE *f, const char *path, const char *mode)
{
	if (f && path)
		return opened(f, path, mode);
	return f;
}

FILE *ckpt_freopen(const char *path, const char *mode, FILE *f)
{
	return reopened(freopen(path, mode, f), path, mode);
}

FILE *ckpt_freopen64(const char *path, const char *mode, FILE *f)
{
	return reopened(freopen64(path, mode, f), path, mode);
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
	ckpti_file_closed(fileno(f));
	ckpti_stream_closed(f);
	return fclose(f);
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
	return opened_fd(open(path, flags, mode), path, flags);
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
	return opened_fd(open64(path, flags, mode), path, flags);
}

int ckpt___open_2(const char *path, int flags)
{
	return opened_fd(open(path, flags, 0), path, flags);
}

int ckpt___open64_2(const char *path, int flags)
{
	return opened_fd(open64(path, flags, 0), path, flags);
}

int ckpt_creat(const char *path, mode_t mode)
{
	return opened_fd(creat(path, mode), path, O_WRONLY);
}

int ckpt_creat64(const char *path, mode_t mode)
{
	return opened_fd(creat64(path, mode), path, O_WRONLY);
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

int ckpt_truncate(const char *path, off_t length)
{
	if (ckpti_filetab.active)
		ckpti_file_written(path);
	return truncate(path, length);
}

int ckpt_truncate64(const char *path, off64_t length)
{
	if (ckpti_filetab.active)
		ckpti_file_written(path);
	return truncate64(path, length);
}

int ckpt_chdir(const char *path)
{
	ckpti_files_chdir();
	return chdir(path);
}

int ckpt_fchdir(int fd)
{
	ckpti_files_chdir();
	return fchdir(fd);
}
