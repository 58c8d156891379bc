/* SPDX-License-Identifier: MIT */
/*
 * Nothing here looks into a FILE. A stream is emptied by reading it while its
 * descriptor yields nothing; what comes are characters pushed back and bytes
 * read ahead, which are told apart by what the file holds there.
 */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/unread.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "ckptlib/os.h"

#define PAST_END ((off_t)1 << 20) /* bytes; nobody writes so far meanwhile */

/* ---- a descriptor that yields nothing ------------------------------------------- */

struct aside {
	int fd, copy, flags;
};

/* Puts /dev/null in the descriptor's place for a moment. */
static int put_aside(struct aside *a, int fd, int mode)
{
	int null = open("/dev/null", mode | O_CLOEXEC);
	int r = 0;

	a->fd = fd;
	a->flags = fcntl(fd, F_GETFD);
	a->copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	if (null < 0 || a->copy < 0 || dup2(null, fd) < 0)
		r = -errno;
	if (r && a->copy >= 0)
		close(a->copy);
	if (null >= 0)
		close(null);
	return r;
}

static void put_back(const struct aside *a)
{
	dup2(a->copy, a->fd);
	fcntl(a->fd, F_SETFD, a->flags);
	close(a->copy);
}

/* ---- emptying ------------------------------------------------------------------- */

static int keep(struct ckpti_unread *u, const void *bytes, size_t n)
{
	unsigned char *p = ckpti_grow(u->bytes, &u->cap, u->n + n, 1);

	if (!p)
		return -ENOMEM;
	u->bytes = p;
	memcpy(p + u->n, bytes, n);
	u->n += n;
	return 0;
}

static int read_all(FILE *f, struct ckpti_unread *u)
{
	mbstate_t state = { 0 };
	char text[MB_LEN_MAX];
	unsigned char byte;
	int c, r = 0;
	wint_t wide;
	size_t n;

	if (fwide(f, 0) <= 0) {
		while (!r && (c = getc_unlocked(f)) != EOF) {
			byte = (unsigned char)c;
			r = keep(u, &byte, 1);
		}
		return r;
	}
	while (!r && (wide = getwc(f)) != WEOF) {
		n = wcrtomb(text, (wchar_t)wide, &state);
		r = n == (size_t)-1 ? -EILSEQ : keep(u, text, n);
	}
	return r;
}

/* How many of the n bytes before `end` differ from the file's: up to the
 * last one that does. */
static size_t pushed_back(int fd, const unsigned char *bytes, size_t n,
			  off_t end)
{
	unsigned char part[4096];
	off_t at = end - (off_t)n;
	size_t k, len, last = 0;
	ssize_t got;

	if (at < 0)
		last = (size_t)-at;
	for (k = last; k < n; k += (size_t)got) {
		len = n - k < sizeof(part) ? n - k : sizeof(part);
		got = pread(fd, part, len, at + (off_t)k);
		if (got <= 0)
			return n;
		for (len = 0; len < (size_t)got; len++) {
			if (part[len] != bytes[k + len])
				last = k + len + 1;
		}
	}
	return last;
}

/* The first character that starts at byte k or behind it. */
static size_t next_start(const unsigned char *bytes, size_t n, size_t k)
{
	mbstate_t state = { 0 };
	size_t at = 0, len;

	while (at < k) {
		len = mbrlen((const char *)bytes + at, n - at, &state);
		if (len == (size_t)-1 || len == (size_t)-2)
			return n;
		at += len ? len : 1;
	}
	return at;
}

/*
 * Of a wide stream the start of one more character may have been read, so
 * `end` is perhaps a little earlier. Keeps what was pushed back; returns where
 * the file goes on.
 */
static off_t split_wide(int fd, struct ckpti_unread *u, off_t logical,
			off_t end)
{
	size_t best = u->n + 1, k;
	off_t at = end;
	int rest;

	if (logical >= 0 &&
	    !pushed_back(fd, u->bytes, u->n, logical + (off_t)u->n)) {
		u->n = 0;
		return logical;
	}
	for (rest = 0; rest < MB_LEN_MAX; rest++) {
		k = pushed_back(fd, u->bytes, u->n, end - rest);
		k = next_start(u->bytes, u->n, k);
		if (k < best) {
			best = k;
			at = end - rest - (off_t)(u->n - k);
		}
	}
	u->n = best;
	return at;
}

static off_t split(int fd, struct ckpti_unread *u, off_t end)
{
	size_t k = pushed_back(fd, u->bytes, u->n, end);
	off_t at = end - (off_t)(u->n - k);

	u->n = k;
	return at;
}

/*
 * The stream at `at`. The end first: else stdio may think that it is there
 * already. What counts pushed back characters wants a buffer to be there,
 * which this allocates. fflush would put the descriptor there too, but not
 * that of a wide stream.
 */
static int reseat(FILE *f, off_t at)
{
	return fseeko(f, 0, SEEK_END) || fseeko(f, at, SEEK_SET) ? -1 : 0;
}

/* The same, and its descriptor there until the bytes are given back. */
static int stand_at(FILE *f, int fd, struct ckpti_unread *u, off_t at)
{
	if (reseat(f, at))
		return -1;
	u->behind = lseek(fd, 0, SEEK_CUR);
	return lseek(fd, at, SEEK_SET) == at ? 0 : -1;
}

static int take_file(FILE *f, int fd, struct ckpti_unread *u, off_t size)
{
	bool wide = fwide(f, 0) > 0;
	off_t logical = wide ? ftello(f) : -1;
	off_t end = lseek(fd, 0, SEEK_CUR), at;
	int r;

	if (end < 0 ||
	    lseek(fd, (size > end ? size : end) + PAST_END, SEEK_SET) < 0)
		return -errno;
	r = read_all(f, u);
	clearerr(f);
	at = wide ? split_wide(fd, u, logical, end) : split(fd, u, end);
	return stand_at(f, fd, u, at) ? -errno : r;
}

static int take_other(FILE *f, int fd, struct ckpti_unread *u)
{
	struct aside a;
	int r = put_aside(&a, fd, O_RDONLY);

	if (r)
		return r;
	r = read_all(f, u);
	clearerr(f);
	put_back(&a);
	return r;
}

int ckpti_unread_take(FILE *f, struct ckpti_unread *u)
{
	int fd = fileno(f);
	struct stat st;
	off_t at;

	u->n = 0;
	u->behind = -1;
	u->taken = true;
	if (!fwide(f, 0)) {
		/* Nothing was read; it may have been moved. */
		at = ftello(f);
		return at >= 0 && stand_at(f, fd, u, at) ? -errno : 0;
	}
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
		       ? take_file(f, fd, u, st.st_size)
		       : take_other(f, fd, u);
}

/* ---- giving back ------------------------------------------------------------------ */

/* glibc takes back any number of characters. */
static void push_wide(FILE *f, const unsigned char *bytes, size_t n)
{
	wchar_t *text = calloc(n + 1, sizeof(*text));
	mbstate_t state = { 0 };
	size_t at = 0, len, k = 0;

	while (text && at < n) {
		len = mbrtowc(&text[k], (const char *)bytes + at, n - at,
			      &state);
		if (len == (size_t)-1 || len == (size_t)-2)
			break;
		at += len ? len : 1;
		k++;
	}
	while (text && k > 0)
		ungetwc((wint_t)text[--k], f);
	free(text);
}

static void read_nothing(FILE *f)
{
	if (fwide(f, 0) > 0)
		getwc(f);
	else
		getc_unlocked(f);
}

/* A read that finds the end, or fails, sets the flag. */
static void set_flag(FILE *f, int mode)
{
	struct aside a;

	if (put_aside(&a, fileno(f), mode))
		return;
	read_nothing(f);
	put_back(&a);
}

static void set_error(FILE *f)
{
	int mode = fcntl(fileno(f), F_GETFL) & O_ACCMODE;

	if (mode == O_RDONLY && fwide(f, 0) <= 0)
		putc_unlocked(0, f); /* refused */
	else
		set_flag(f, O_WRONLY);
}

void ckpti_unread_give(FILE *f, const struct ckpti_unread *u)
{
	int fd = fileno(f);
	off_t at = lseek(fd, 0, SEEK_CUR);
	size_t n = u->n;

	if (u->behind >= 0)
		lseek(fd, (off_t)u->behind, SEEK_SET);
	/* For what the program will push back, too. */
	else if (at >= 0 && fwide(f, 0) &&
		 (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
		reseat(f, at);
	if (n && fwide(f, 0) > 0)
		push_wide(f, u->bytes, n);
	else
		while (n > 0)
			ungetc(u->bytes[--n], f);
	if (u->eof && !feof(f))
		set_flag(f, O_RDONLY);
	if (u->error && !ferror(f))
		set_error(f);
}
