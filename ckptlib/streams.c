/* SPDX-License-Identifier: MIT */
/*
 * Nothing here looks into a FILE: positions, pushed back characters and bytes
 * read ahead are found with what stdio.h offers.
 */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "ckptlib/filetab.h"
#include "ckptlib/unread.h"

struct stream {
	FILE *f;
	char mode[8];
	uint32_t buffering; /* 1 + mode of setvbuf; 0: untouched */
	size_t buffer_size;
	struct ckpti_unread unread; /* of this capture */
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
	free(s->unread.bytes);
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

static const char *name_of(int fd, char *path, size_t size)
{
	ckpti_fd_path(fd, path, size);
	return path;
}

static int settle_stream(struct stream *s, struct img_stream *out)
{
	int fd = fileno(s->f), wide, r = 0;

	s->unread.n = 0;
	s->unread.taken = false;
	s->unread.eof = feof(s->f) != 0;
	s->unread.error = ferror(s->f) != 0;
	out->eof = s->unread.eof;
	out->error = s->unread.error;
	wide = fwide(s->f, 0);
	out->wide = wide > 0 ? IMG_WIDE : wide < 0 ? IMG_BYTES : 0;
	if (fd < 0 || fcntl(fd, F_GETFL) < 0)
		return 0;
	if (!__fwriting(s->f))
		return __freading(s->f) ? ckpti_unread_take(s->f, &s->unread)
					: 0;
	if (fflush(s->f))
		r = -errno;
	if (!out->error)
		clearerr(s->f);
	return r;
}

void ckpti_streams_capture(struct ckpti_filestate *state)
{
	struct img_stream *p;
	char path[PATH_MAX];
	size_t i;
	int fd, r;

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

		r = settle_stream(s, &p[i]);
		fd = fileno(s->f);
		if (r)
			ckpti_files_problem(state,
					    "cannot flush or empty the stream "
					    "of descriptor %d ('%s'): %s",
					    fd, name_of(fd, path, sizeof(path)),
					    strerror(-r));
		p[i].fd = fd < 0 ? 1u << 20 : (uint32_t)fd;
		p[i].addr = (uintptr_t)s->f;
		p[i].mode = s->mode;
		p[i].buffering = s->buffering;
		p[i].buffer_size = s->buffer_size;
		p[i].unread = s->unread.bytes;
		p[i].nunread = (uint32_t)s->unread.n;
	}
}

void ckpti_streams_go_on(void)
{
	size_t i;

	for (i = 0; i < nstreams; i++) {
		struct stream *s = &streams[i];

		if (s->unread.taken)
			ckpti_unread_give(s->f, &s->unread);
		s->unread.taken = false;
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

static void settle_restored(FILE *f, const struct img_stream *s)
{
	const struct ckpti_unread unread = {
		.bytes = (unsigned char *)(uintptr_t)s->unread,
		.n = s->nunread,
		.behind = -1,
		.eof = s->eof,
		.error = s->error,
	};

	if (s->buffering) {
		setvbuf(f, NULL, (int)s->buffering - 1, (size_t)s->buffer_size);
		ckpti_stream_buffered(f, (int)s->buffering - 1,
				      (size_t)s->buffer_size);
	}
	if (fileno(f) < 0)
		return;
	if (s->wide)
		fwide(f, s->wide == IMG_WIDE ? 1 : -1);
	ckpti_unread_give(f, &unread);
}

void ckpti_streams_settle(const struct img *img)
{
	uint32_t i;

	for (i = 0; i < img->nstreams; i++)
		settle_restored(restored[i], &img->streams[i]);
	free(restored);
	restored = NULL;
}
