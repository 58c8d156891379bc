/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/undo_log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/os.h"
#include "ckptlib/undo.h"

#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int)
#endif

/* ---- names and copies ------------------------------------------------------------ */

static void log_name(char *name, size_t size, uint64_t serial)
{
	snprintf(name, size, "%s.undo.%llu", ckpti_conf.image,
		 (unsigned long long)serial);
}

void ckpti_undo_copy_name(char *name, size_t size, uint64_t serial,
			  unsigned copy)
{
	snprintf(name, size, "%s.undo.%llu.%u", ckpti_conf.image,
		 (unsigned long long)serial, copy);
}

static int copy_bytes(int in, int out)
{
	char part[65536];
	ssize_t n, done, w;

	if (ioctl(out, FICLONE, in) == 0)
		return 0;
	while ((n = read(in, part, sizeof(part))) > 0) {
		for (done = 0; done < n; done += w) {
			w = write(out, part + done, (size_t)(n - done));
			if (w < 0)
				return -1;
		}
	}
	return n < 0 ? -1 : 0;
}

/* Into `to`, which keeps its inode if it exists. */
static int copy_into(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, r = -1, saved;
	struct stat st;

	if (in < 0)
		return -1;
	if (fstat(in, &st)) {
		close(in);
		return -1;
	}
	out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, st.st_mode & 07777);
	if (out >= 0)
		r = copy_bytes(in, out) || ftruncate(out, st.st_size) ? -1 : 0;
	saved = errno;
	close(in);
	if (out >= 0)
		close(out);
	errno = saved;
	return r;
}

int ckpti_undo_copy(const char *from, const char *to)
{
	int r = copy_into(from, to), saved = errno;

	if (r)
		unlink(to);
	errno = saved;
	return r;
}

/* ---- writing ---------------------------------------------------------------------- */

int ckpti_undo_append(uint64_t serial, const struct ckpti_undo_record *r)
{
	char name[PATH_MAX], head[64];
	struct ckpti_buf b = { 0 };
	int fd, n, ok = 0;

	log_name(name, sizeof(name), serial);
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	n = snprintf(head, sizeof(head), "%c %llu %u", r->kind,
		     (unsigned long long)r->number, r->copy);
	ckpti_buf_put(&b, head, (size_t)n + 1);
	ckpti_buf_put(&b, r->path, strlen(r->path) + 1);
	ckpti_buf_put(&b, r->other, strlen(r->other) + 1);
	if (b.failed)
		errno = ENOMEM;
	else
		ok = write(fd, b.data, b.len) == (ssize_t)b.len;
	n = errno;
	ckpti_buf_release(&b);
	close(fd);
	errno = n;
	return ok ? 0 : -1;
}

/* ---- reading ---------------------------------------------------------------------- */

struct log {
	char *text;
	size_t size;
	struct ckpti_undo_record *records;
	size_t n, cap;
};

static const char *next_text(struct log *log, size_t *at)
{
	char *p = log->text + *at;
	char *end = memchr(p, '\0', log->size - *at);

	if (!end)
		return NULL;
	*at = (size_t)(end + 1 - log->text);
	return p;
}

static int split(struct log *log)
{
	struct ckpti_undo_record r, *p;
	unsigned long long number;
	size_t at = 0;
	const char *head;

	while (at < log->size && (head = next_text(log, &at)) &&
	       (r.path = next_text(log, &at)) &&
	       (r.other = next_text(log, &at))) {
		if (sscanf(head, "%c %llu %u", &r.kind, &number, &r.copy) != 3)
			return -EBADMSG;
		r.number = number;
		p = ckpti_grow(log->records, &log->cap, log->n + 1, sizeof(*p));
		if (!p)
			return -ENOMEM;
		log->records = p;
		p[log->n++] = r;
	}
	return 0;
}

static void log_release(struct log *log)
{
	free(log->text);
	free(log->records);
}

/* -ENOENT if there is none. */
static int log_read(uint64_t serial, struct log *log)
{
	char name[PATH_MAX];
	struct stat st;
	ssize_t n = -1;
	int fd;

	memset(log, 0, sizeof(*log));
	log_name(name, sizeof(name), serial);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0)
		log->text = malloc((size_t)st.st_size + 1);
	if (log->text)
		n = read(fd, log->text, (size_t)st.st_size);
	close(fd);
	if (n < 0)
		return log->text ? -EIO : -ENOMEM;
	log->size = (size_t)n;
	return split(log);
}

static void drop_one(uint64_t serial)
{
	char name[PATH_MAX];
	struct log log;
	size_t i;

	if (log_read(serial, &log) != -ENOENT) {
		for (i = 0; i < log.n; i++) {
			if (!log.records[i].copy)
				continue;
			ckpti_undo_copy_name(name, sizeof(name), serial,
					     log.records[i].copy);
			unlink(name);
		}
		log_name(name, sizeof(name), serial);
		unlink(name);
	}
	log_release(&log);
}

/* The serial number in the name of a log of this image; false: another file. */
static bool is_log(const char *entry, const char *base, uint64_t *ret_serial)
{
	size_t len = strlen(base);
	char *end;

	if (strncmp(entry, base, len) != 0 ||
	    strncmp(entry + len, ".undo.", 6) != 0 || entry[len + 6] < '0' ||
	    entry[len + 6] > '9')
		return false;
	*ret_serial = strtoull(entry + len + 6, &end, 10);
	return *end == '\0';
}

/* The highest log from `first` to before `end`; false if there is none. */
static bool highest(uint64_t first, uint64_t end, uint64_t *ret_serial)
{
	const char *image = ckpti_conf.image;
	const char *slash = strrchr(image, '/');
	char dir[PATH_MAX] = ".";
	const struct dirent *entry;
	bool found = false;
	uint64_t serial;
	DIR *d;

	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - image) + 1,
			 image);
	d = opendir(dir);
	while (d && (entry = readdir(d))) {
		if (!is_log(entry->d_name, slash ? slash + 1 : image,
			    &serial) ||
		    serial < first || serial >= end ||
		    (found && serial < *ret_serial))
			continue;
		*ret_serial = serial;
		found = true;
	}
	if (d)
		closedir(d);
	return found;
}

void ckpti_undo_drop(uint64_t first, uint64_t end)
{
	uint64_t serial;

	while (end > first && highest(first, end, &serial)) {
		drop_one(serial);
		end = serial;
	}
}

/* ---- undoing ------------------------------------------------------------------------ */

static int absent_is_fine(int r)
{
	return r && errno != ENOENT ? -1 : 0;
}

static int undo_one(uint64_t serial, const struct ckpti_undo_record *r)
{
	char copy[PATH_MAX];
	struct stat st;

	ckpti_undo_copy_name(copy, sizeof(copy), serial, r->copy);
	switch (r->kind) {
	case 'C':
		return absent_is_fine(unlink(r->path));
	case 'T':
		if (stat(r->path, &st) || st.st_size <= (off_t)r->number)
			return 0;
		return truncate(r->path, (off_t)r->number);
	case 'S':
		return absent_is_fine(copy_into(copy, r->path));
	case 'L':
		return absent_is_fine(rename(copy, r->path));
	case 'M':
		if (lstat(r->other, &st) == 0)
			return 0; /* never moved, or moved back already */
		return absent_is_fine(rename(r->path, r->other));
	case 'D':
		return rmdir(r->path) && errno != ENOENT && errno != ENOTEMPTY
			       ? -1
			       : 0;
	case 'R':
		return mkdir(r->path, (mode_t)r->number) && errno != EEXIST ? -1
									    : 0;
	default:
		errno = EBADMSG;
		return -1;
	}
}

static int run_log(uint64_t serial, char *ret_path, size_t size)
{
	struct log log;
	int r = log_read(serial, &log);
	size_t i;

	for (i = log.n; !r && i-- > 0;) {
		if (undo_one(serial, &log.records[i]) == 0)
			continue;
		r = -errno;
		snprintf(ret_path, size, "%s", log.records[i].path);
	}
	log_release(&log);
	return r;
}

int ckpti_undo_run(uint64_t serial, char *ret_path, size_t size)
{
	uint64_t at, end = UINT64_MAX;
	int r = 0;

	while (!r && end > serial && highest(serial, end, &at)) {
		r = run_log(at, ret_path, size);
		end = at;
	}
	return r;
}
