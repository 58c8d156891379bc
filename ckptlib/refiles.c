/* SPDX-License-Identifier: MIT */
/*
 * The image's descriptors again. All checks come first and change nothing on
 * the disk; ckpti_files_settle truncates, removes and seeks.
 */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/files.h"
#include "ckptlib/filetab.h"
#include "ckptlib/heap.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/span.h"

struct why {
	char *text;
	size_t size;
};

static int refuse(const struct why *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	return -1;
}

static int open_flags(const struct img_fd *f)
{
	int flags = f->flags & IMG_O_WRITE
			    ? (f->flags & IMG_O_READ ? O_RDWR : O_WRONLY)
			    : O_RDONLY;

	if (f->flags & IMG_O_APPEND)
		flags |= O_APPEND;
	if (f->flags & IMG_O_NONBLOCK)
		flags |= O_NONBLOCK;
	if (f->kind == IMG_FILE_DIRECTORY)
		flags |= O_DIRECTORY;
	return flags;
}

/* Moves an open file to the number that the program knows. */
static int move_fd(const struct why *why, int fd, const struct img_fd *f)
{
	int want = (int)f->fd;
	int cloexec = f->flags & IMG_O_CLOEXEC ? O_CLOEXEC : 0;

	if (fd == want)
		return fcntl(fd, F_SETFD, cloexec ? FD_CLOEXEC : 0);
	if (dup3(fd, want, cloexec) < 0) {
		close(fd);
		return refuse(why, "cannot make descriptor %d: %s", want,
			      strerror(errno));
	}
	close(fd);
	return 0;
}

/* A nameless file with the contents; a descriptor, or -1 with the reason. */
static int make_nameless(const struct why *why, const struct img_fd *f)
{
	FILE *tmp = tmpfile();
	uint64_t done = 0;
	ssize_t n;
	int fd;

	if (!tmp || (fd = dup(fileno(tmp))) < 0) {
		if (tmp)
			fclose(tmp);
		return refuse(why, "cannot make a temporary file: %s",
			      strerror(errno));
	}
	fclose(tmp);
	for (; done < f->content_size; done += (uint64_t)n) {
		n = write(fd, f->content + done,
			  (size_t)(f->content_size - done));
		if (n <= 0) {
			close(fd);
			return refuse(why, "cannot write a temporary file: %s",
				      strerror(errno));
		}
	}
	return fd;
}

/* Opened again, so that it has an offset and a mode of its own. */
static int open_unlinked(const struct why *why, const struct img_fd *f)
{
	bool first = f->same == IMG_NONE;
	int from = first ? make_nameless(why, f) : (int)f->same;
	char link[40];
	int fd;

	if (from < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", from);
	fd = open(link, open_flags(f) | O_CLOEXEC);
	if (fd < 0)
		fd = dup(from);
	if (first)
		close(from);
	if (fd < 0)
		return refuse(why, "cannot open a temporary file again: %s",
			      strerror(errno));
	return move_fd(why, fd, f);
}

static int open_named(const struct why *why, const struct img_fd *f)
{
	struct stat st;
	int fd = open(f->path, open_flags(f));

	if (fd < 0)
		return refuse(why,
			      "cannot open '%s', which the program had open: "
			      "%s",
			      f->path, strerror(errno));
	if (f->kind == IMG_FILE_REGULAR &&
	    (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		return refuse(why,
			      "'%s', which the program had open, is no regular "
			      "file any more",
			      f->path);
	}
	if (f->kind == IMG_FILE_REGULAR && (uint64_t)st.st_size < f->length) {
		close(fd);
		return refuse(why,
			      "file '%s' is shorter than it was (%lld bytes, "
			      "not %llu)",
			      f->path, (long long)st.st_size,
			      (unsigned long long)f->length);
	}
	return move_fd(why, fd, f);
}

/* Whether an inherited descriptor leads to the file that it led to. */
static bool same_file(const struct img_fd *f, struct stat *ret_st)
{
	char path[PATH_MAX];

	if (fstat((int)f->fd, ret_st) || !S_ISREG(ret_st->st_mode))
		return false;
	/* Input is the same input wherever the job's directory lies. */
	if (f->fd == 0)
		return true;
	ckpti_fd_path((int)f->fd, path, sizeof(path));
	return strcmp(path, f->path) == 0;
}

static int check_inherited(const struct why *why, const struct img_fd *f)
{
	uint64_t need = f->flags & IMG_O_WRITE ? f->length : f->offset;
	struct stat st;

	if (f->kind != IMG_FILE_REGULAR || !same_file(f, &st) ||
	    (uint64_t)st.st_size >= need)
		return 0;
	if (f->fd == 0)
		return refuse(why,
			      "standard input ('%s') is shorter than what was "
			      "read of it (%lld bytes, not %llu)",
			      f->path, (long long)st.st_size,
			      (unsigned long long)need);
	return refuse(why,
		      "output file '%s' is shorter than it was (%lld bytes, "
		      "not %llu): append to it (>>) so that the shell does "
		      "not empty it",
		      f->path, (long long)st.st_size, (unsigned long long)need);
}

static int restore_fd(const struct why *why, const struct img_fd *f)
{
	if (f->inherited)
		return check_inherited(why, f);
	if (f->kind == IMG_FILE_OTHER)
		return refuse(why, "descriptor %u cannot be opened again",
			      f->fd);
	if (f->shared != IMG_NONE) {
		if (dup3((int)f->shared, (int)f->fd,
			 f->flags & IMG_O_CLOEXEC ? O_CLOEXEC : 0) < 0)
			return refuse(why, "cannot make descriptor %u: %s",
				      f->fd, strerror(errno));
		return 0;
	}
	return f->flags & IMG_O_UNLINKED ? open_unlinked(why, f)
					 : open_named(why, f);
}

static int check_written(const struct why *why, const struct img_written *w)
{
	struct stat st;
	bool exists = stat(w->path, &st) == 0;

	if (!w->existed)
		return 0;
	if (!exists)
		return refuse(why, "output file '%s' is missing", w->path);
	if ((uint64_t)st.st_size < w->length)
		return refuse(why,
			      "output file '%s' is shorter than it was (%lld "
			      "bytes, not %llu)",
			      w->path, (long long)st.st_size,
			      (unsigned long long)w->length);
	return 0;
}

int ckpti_files_restore(const struct img *img, char *text, size_t size)
{
	struct why why = { text, size };
	uint32_t i;

	for (i = 0; i < img->nwritten; i++) {
		if (check_written(&why, &img->written[i]))
			return -1;
	}
	for (i = 0; i < img->nfds; i++) {
		if (restore_fd(&why, &img->fds[i]))
			return -1;
	}
	return 0;
}

/* Whether it is what ckpti_files_chdir left: a text in a block of the heap. */
static bool is_block_of_text(const char *text)
{
	uint32_t i;
	struct ckpti_span *s = ckpti_heap_block((uintptr_t)text, &i);
	const char *end;

	if (!s)
		return false;
	end = (const char *)ckpti_slot_addr(s, i) + ckpti_slot_size(s, i);
	return text < end && memchr(text, '\0', (size_t)(end - text));
}

int ckpti_files_cwd(bool only_try, char *text, size_t size)
{
	struct why why = { text, size };
	const char *cwd = ckpti_own.cwd;
	int fd = -1, r = 0;

	if (!cwd)
		return 0;
	if (!is_block_of_text(cwd))
		return refuse(
			&why,
			"its working directory is no text: it is damaged");
	if (only_try) {
		fd = open(cwd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = fd < 0 ? -1 : close(fd);
	} else {
		ckpti_files_chdir();
		r = chdir(cwd);
	}
	return r ? refuse(&why,
			  "cannot change to directory '%s', where the program "
			  "was: %s",
			  cwd, strerror(errno))
		 : 0;
}

/* ---- what changes the disk ------------------------------------------------------------ */

/*
 * Whether bytes behind the captured end may be others': the descriptor stands
 * behind that end already, as when a script that holds it open starts the
 * program again; or the file is appended to and was not ours from its first
 * byte. They stay; that lines may be there twice is worth a word.
 */
static bool shared_output(const struct img_fd *f, uint64_t size)
{
	bool append = fcntl((int)f->fd, F_GETFL) & O_APPEND;

	if (!append)
		return f->length &&
		       lseek((int)f->fd, 0, SEEK_CUR) >= (off_t)f->length;
	if (f->flags & IMG_O_OWN)
		return false;
	if (size > f->length && f->fd == 1)
		ckpti_say("'%s' has grown by %llu bytes since the checkpoint; "
			  "they stay, as others may have written them",
			  f->path, (unsigned long long)(size - f->length));
	return true;
}

static int settle_inherited(const struct why *why, const struct img_fd *f)
{
	struct stat st;

	if (f->kind != IMG_FILE_REGULAR || !same_file(f, &st))
		return 0;
	if (f->flags & IMG_O_WRITE) {
		if (shared_output(f, (uint64_t)st.st_size))
			return 0;
		if (ftruncate((int)f->fd, (off_t)f->length))
			return refuse(why, "cannot truncate '%s': %s", f->path,
				      strerror(errno));
	}
	lseek((int)f->fd, (off_t)f->offset, SEEK_SET);
	return 0;
}

static int settle_written(const struct why *why, const struct img_written *w)
{
	struct stat st;

	ckpti_file_written(w->path);
	if (stat(w->path, &st) || !S_ISREG(st.st_mode))
		return 0;
	if (!w->existed) {
		if (unlink(w->path))
			return refuse(why, "cannot remove '%s': %s", w->path,
				      strerror(errno));
	} else if ((uint64_t)st.st_size > w->length &&
		   truncate(w->path, (off_t)w->length)) {
		return refuse(why, "cannot truncate '%s': %s", w->path,
			      strerror(errno));
	}
	return 0;
}

int ckpti_files_settle(const struct img *img, char *text, size_t size)
{
	struct why why = { text, size };
	uint32_t i;

	ckpti_filetab.active = true;
	for (i = 0; i < img->nwritten; i++) {
		if (settle_written(&why, &img->written[i]))
			return -1;
	}
	for (i = 0; i < img->nfds; i++) {
		const struct img_fd *f = &img->fds[i];

		if (f->inherited) {
			if (settle_inherited(&why, f))
				return -1;
			ckpti_file_inherited((int)f->fd, f->flags & IMG_O_OWN);
			continue;
		}
		if (f->kind == IMG_FILE_REGULAR)
			lseek((int)f->fd, (off_t)f->offset, SEEK_SET);
		ckpti_file_opened((int)f->fd, f->path, 0);
	}
	return 0;
}
