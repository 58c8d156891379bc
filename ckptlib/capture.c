/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/emit.h"
#include "ckptlib/files.h"
#include "ckptlib/frames.h"
#include "ckptlib/own.h"
#include "ckptlib/park.h"
#include "ckptlib/poll.h"
#include "ckptlib/restore.h"
#include "ckptlib/scan.h"
#include "ckptlib/stats.h"
#include "ckptlib/streams.h"
#include "ckptlib/wrap_time.h"

struct capture {
	struct ckpti_scan scan;
	struct ckpti_filestate files;
	char problem[400]; /* why there is no image; "" if there is */
	uint64_t bytes;
};

/* ---- the file ---------------------------------------------------------------------- */

/* The rename is on the disk only with its directory. */
static int sync_directory(const char *path)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + (slash == path) : 1;
	int fd, r;

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, slash ? path : ".", n);
	dir[n] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Some file systems cannot sync a directory. */
	r = fsync(fd) && errno != EINVAL ? -errno : 0;
	close(fd);
	return r;
}

static int write_file(struct capture *c, const char *part)
{
	struct ckpti_sink sink;
	struct ckpti_emit emit = { .sink = &sink,
				   .scan = &c->scan,
				   .files = &c->files,
				   .serial = ckpti_serial + 1 };
	int r = ckpti_sink_open(&sink, part);

	if (r)
		return r;
	ckpti_emit_image(&emit);
	ckpti_stats_phase("sync");
	c->bytes = sink.total;
	return ckpti_sink_close(&sink);
}

/* The image takes the place of the one before in one step, or not at all. */
static int write_image(struct capture *c)
{
	const char *path = ckpti_conf.image;
	char part[4096];
	int r;

	if ((size_t)snprintf(part, sizeof(part), "%s.part", path) >=
	    sizeof(part))
		return -ENAMETOOLONG;
	r = write_file(c, part);
	if (!r && rename(part, path))
		r = -errno;
	if (r) {
		unlink(part);
		return r;
	}
	ckpti_serial++;
	sync_directory(path);
	return 0;
}

/* A file size limit is an error to report, not a signal to die from. */
static int write_guarded(struct capture *c)
{
	struct sigaction ignore, before;
	int r;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGXFSZ, &ignore, &before);
	r = write_image(c);
	sigaction(SIGXFSZ, &before, NULL);
	return r;
}

/* ---- the capture --------------------------------------------------------------------- */

static const struct ckpti_reason *nowhere(const struct ckpti_reasons *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->list[i].limit & IMG_NOWHERE)
			return &r->list[i];
	}
	return NULL;
}

static void problem(struct capture *c, const char *text, const char *detail)
{
	snprintf(c->problem, sizeof(c->problem), "%s%s", text, detail);
}

static void collect(struct capture *c)
{
	const struct ckpti_reason *why;

	ckpti_stats_phase("scan");
	ckpti_own.clock_before += ckpti_cpu_seconds();
	ckpti_streams_capture(&c->files);
	if (ckpti_scan_run(&c->scan)) {
		problem(c, "no memory", "");
		return;
	}
	ckpti_files_capture(&c->files, &c->scan.reasons);
	if (c->files.failed || ckpti_frames_failed()) {
		problem(c, "no memory", "");
	} else if (c->files.problem[0]) {
		problem(c, c->files.problem, "");
	} else if (c->scan.reasons.limits & IMG_NOWHERE) {
		why = nowhere(&c->scan.reasons);
		if (why && why->file[0])
			snprintf(c->problem, sizeof(c->problem), "%s (%s:%u)",
				 why->text, why->file, why->line);
		else
			problem(c, why ? why->text : "it could restart nowhere",
				"");
	}
}

static const char *why_name(unsigned why)
{
	return why & CKPTI_WHY_EXIT	     ? "exit"
	       : why & CKPTI_WHY_AFTER_POLLS ? "polls"
	       : why & CKPTI_WHY_NOW	     ? "now"
	       : why & CKPTI_WHY_GO_ON	     ? "go on"
					     : "interval";
}

static void tell(struct capture *c)
{
	struct ckpti_stats_ckpt s = {
		.why = why_name(ckpti_asked.why),
		.error = c->problem[0] ? c->problem : NULL,
		.bytes = c->bytes,
		.blocks = c->scan.nblocks,
		.frames = ckpti_frames.n,
		.serial = ckpti_serial,
		.wait_ns = ckpti_asked.poll_ns - ckpti_asked.asked_ns,
		.reasons = &c->scan.reasons,
	};

	ckpti_stats_phase("");
	ckpti_stats_checkpoint(&s);
	if (c->problem[0])
		ckpti_say("no checkpoint: %s; the program goes on", c->problem);
}

void ckpti_capture_finish(void)
{
	struct capture *c = calloc(1, sizeof(*c));
	double clock_before = ckpti_own.clock_before;
	int r;

	if (!c) {
		ckpti_say("no checkpoint: no memory; the program goes on");
		ckpti_unpark();
	}
	ckpti_stats_reset();
	collect(c);
	ckpti_stats_phase("write");
	if (!c->problem[0]) {
		r = write_guarded(c);
		if (r)
			snprintf(c->problem, sizeof(c->problem),
				 "cannot write image '%.200s': %s",
				 ckpti_conf.image, strerror(-r));
	}
	tell(c);
	if (!c->problem[0] && (ckpti_asked.why & CKPTI_WHY_ENDS))
		_exit(ckpti_conf.exit_code);
	ckpti_own.clock_before = clock_before;
	ckpti_streams_go_on();
	ckpti_scan_release(&c->scan);
	ckpti_filestate_release(&c->files);
	free(c);
	ckpti_poll_rearm();
	ckpti_unpark();
}
