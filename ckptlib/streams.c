/* SPDX-License-Identifier: MIT */
/*
 * Nothing here looks into a FILE: positions, pushed back characters and bytes
 * read ahead are found with what stdio.h offers.
 */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

struct stream {
	FILE *f;
	char mode[8];
	uint32_t buffering; /* 1 + mode of setvbuf; 0: untouched */
	size_t buffer_size;
	unsigned char *unread; /* of this capture */
	size_t nunread, cap_unread;
};

/* The first three are stdin, stdout, stderr. */
static struct stream *streams;
static size_t nstreams, cap_streams;

static bool start(void)
{
	FILE *const standard[] = { stdin, stdout, stderr };
	size_t i;

	if (nstreams)
		return true;
	streams = ckpti_grow(streams, &cap_streams, 3, sizeof(*streams));
	if (!streams)
		return false;
	memset(streams, 0, 3 * sizeof(*streams));
	for (i = 0; i < 3; i++)
		streams[i].f = standard[i];
	nstreams = 3;
	return true;
}

static struct stream *find(const FILE *f)
{
	size_t i;

	if (!start())
		return NULL;
	for (i = 0; i < nstreams; i++) {
		if (streams[i].f == f)
			return &streams[i];
	}
	return NULL;
}

int ckpti_stream_known(uintptr_t addr)
{
	return find((const FILE *)addr) != NULL;
}

FILE *ckpti_stream_opened(FILE *f, const char *mode)
{
	struct stream *s;

	if (!f || !start())
		return f;
	s = find(f);
	if (!s) {
		s = ckpti_grow(streams, &cap_streams, nstreams + 1, sizeof(*s));
		if (!s)
			return f; /* a capture will miss it and say so */
		streams = s;
		s += nstreams++;
	}
	memset(s, 0, sizeof(*s));
	s->f = f;
	strncpy(s->mode, mode, sizeof(s->mode) - 1);
	return f;
}

void ckpti_stream_closed(FILE *f)
{
	struct stream *s = find(f);

	if (!s || s < streams + 3)
		return;
	free(s->unread);
	*s = streams[--nstreams];
}

void ckpti_stream_buffered(FILE *f, int mode, size_t size)
{
	struct stream *s = find(f);

	if (s) {
		s->buffering = (uint32_t)mode + 1;
		s->buffer_size = size;
	}
}

/* ---- capture --------------------------------------------------------------------- */

static bool keep_unread(struct stream *s, int c)
{
	unsigned char *p;

	p = ckpti_grow(s->unread, &s->cap_unread, s->nunread + 1, 1);
	if (!p)
		return false;
	s->unread = p;
	p[s->nunread++] = (unsigned char)c;
	return true;
}

/*
 * What a pipe or terminal gave and the program has not read lies in the
 * stream only. With the descriptor turned to /dev/null for a moment, reading
 * yields just that.
 */
static bool drain(struct stream *s)
{
	int fd = fileno(s->f);
	int saved = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool ok = saved >= 0 && null >= 0 && dup2(null, fd) >= 0;
	int c;

	if (ok) {
		while ((c = getc(s->f)) != EOF && ok)
			ok = keep_unread(s, c);
		clearerr(s->f);
		dup2(saved, fd);
	}
	if (saved >= 0)
		close(saved);
	if (null >= 0)
		close(null);
	return ok;
}

/* Puts the descriptor where the program has read to. A pushed back character
 * that is not the file's own is kept apart. */
static void seek_back(struct stream *s)
{
	off_t at = ftello(s->f);
	int fd = fileno(s->f);
	unsigned char own;
	int c;

	if (at < 0)
		return;
	c = getc(s->f);
	if (c != EOF && pread(fd, &own, 1, at) == 1 && own != c) {
		at++;
		keep_unread(s, c);
	}
	fseeko(s->f, at, SEEK_SET);
	fflush(s->f);
	lseek(fd, at, SEEK_SET);
	if (s->nunread)
		ungetc(s->unread[0], s->f);
}

static bool settle_stream(struct stream *s, struct img_stream *out)
{
	int fd = fileno(s->f);

	s->nunread = 0;
	out->eof = feof(s->f) != 0;
	out->error = ferror(s->f) != 0;
	out->wide = fwide(s->f, 0) > 0;
	if (fd < 0)
		return true;
	if (__fwriting(s->f)) {
		fflush(s->f);
		return true;
	}
	if (!__freading(s->f) || out->wide)
		return true;
	if (lseek(fd, 0, SEEK_CUR) < 0)
		return out->eof || drain(s);
	if (!out->eof)
		seek_back(s);
	return true;
}

void ckpti_streams_capture(struct ckpti_filestate *state)
{
	struct img_stream *p;
	size_t i;
	int fd;

	if (!start()) {
		state->failed = 1;
		return;
	}
	p = calloc(nstreams, sizeof(*p));
	if (!p) {
		state->failed = 1;
		return;
	}
	state->streams = p;
	state->nstreams = nstreams;
	for (i = 0; i < nstreams; i++) {
		struct stream *s = &streams[i];

		if (!settle_stream(s, &p[i]))
			state->failed = 1;
		fd = fileno(s->f);
		p[i].fd = fd < 0 ? 1u << 20 : (uint32_t)fd;
		p[i].addr = (uintptr_t)s->f;
		p[i].mode = s->mode;
		p[i].buffering = s->buffering;
		p[i].buffer_size = s->buffer_size;
		p[i].unread = s->unread;
		p[i].nunread = (uint32_t)s->nunread;
	}
}

/* glibc takes back any number of characters. */
static void give_back(FILE *f, const unsigned char *bytes, size_t n)
{
	while (n-- > 0)
		ungetc(bytes[n], f);
}

void ckpti_streams_go_on(void)
{
	size_t i;

	for (i = 0; i < nstreams; i++) {
		struct stream *s = &streams[i];

		if (s->nunread && lseek(fileno(s->f), 0, SEEK_CUR) < 0)
			give_back(s->f, s->unread, s->nunread);
		s->nunread = 0;
	}
}

/* ---- restore ---------------------------------------------------------------------- */

static FILE **restored; /* by the image's stream */

int ckpti_streams_restore(const struct img *img, char *why, size_t why_size)
{
	uint32_t i;

	if (!start() || img->nstreams < 3)
		goto no_memory;
	restored = calloc((size_t)img->nstreams + 1, sizeof(*restored));
	if (!restored)
		goto no_memory;
	for (i = 0; i < img->nstreams; i++) {
		const struct img_stream *s = &img->streams[i];

		if (i < 3) {
			restored[i] = streams[i].f;
			continue;
		}
		restored[i] = ckpti_stream_opened(fdopen((int)s->fd, s->mode),
						  s->mode);
		if (!restored[i]) {
			snprintf(why, why_size,
				 "cannot open the stream of descriptor %u in "
				 "mode '%s': %s",
				 s->fd, s->mode, strerror(errno));
			return -1;
		}
	}
	return 0;
no_memory:
	snprintf(why, why_size, "no memory for the streams");
	return -1;
}

FILE *ckpti_stream_restored(const struct img *img, uint64_t addr)
{
	uint32_t i;

	for (i = 0; i < img->nstreams; i++) {
		if (img->streams[i].addr == addr)
			return restored[i];
	}
	return NULL;
}

void ckpti_streams_settle(const struct img *img)
{
	uint32_t i;
	int c;

	for (i = 0; i < img->nstreams; i++) {
		const struct img_stream *s = &img->streams[i];
		FILE *f = restored[i];

		if (s->buffering) {
			setvbuf(f, NULL, (int)s->buffering - 1,
				(size_t)s->buffer_size);
			ckpti_stream_buffered(f, (int)s->buffering - 1,
					      (size_t)s->buffer_size);
		}
		if (s->wide)
			fwide(f, 1);
		give_back(f, s->unread, s->nunread);
		if (s->eof && !s->wide && !s->nunread) {
			c = getc(f); /* sets the flag again */
			if (c != EOF)
				ungetc(c, f);
		}
	}
	free(restored);
	restored = NULL;
}
