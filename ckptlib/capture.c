/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
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
#include "ckptlib/sigstate.h"
#include "ckptlib/stats.h"
#include "ckptlib/streams.h"
#include "ckptlib/undo.h"
#include "ckptlib/wrap_time.h"
#include "ckptlib/writer.h"

struct capture {
	struct ckpti_scan scan;
	struct ckpti_filestate files;
	char problem[400]; /* why there is no image; "" if there is */
	char part_path[4096];
	int part; /* the file to write to, or -1 */
	bool in_child;
	uint64_t serial, bytes;
	uint64_t pause_ns; /* of the program, in the child */
	double clock_before;
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

static int write_file(struct capture *c)
{
	struct ckpti_sink sink;
	struct ckpti_emit emit = { .sink = &sink,
				   .scan = &c->scan,
				   .files = &c->files,
				   .serial = c->serial };
	int r = ckpti_sink_open(&sink, c->part);

	if (r)
		return r;
	ckpti_emit_image(&emit);
	ckpti_stats_phase("sync");
	c->bytes = sink.total;
	return ckpti_sink_close(&sink);
}

/* Beside a child, others may have come: the program once more, from an older
 * image. The newer one stays. */
static int is_superseded(const struct capture *c)
{
	uint64_t serial;

	return c->in_child && !ckpti_img_serial(ckpti_conf.image, &serial) &&
	       serial >= c->serial;
}

/* Once the lock is gone the next child's pause may be noted there. */
static void note_pause(struct capture *c)
{
	if (c->in_child && !c->pause_ns)
		c->pause_ns = ckpti_writer_pause();
}

/* The image takes the place of the one before in one step, or not at all. */
static int write_image(struct capture *c)
{
	int locked, r;

	if (c->part < 0)
		c->part = ckpti_part_open(c->part_path, sizeof(c->part_path),
					  &locked);
	if (c->part < 0)
		return c->part;
	r = write_file(c);
	note_pause(c);
	if (!r && is_superseded(c))
		r = -ESTALE;
	if (!r) {
		if (c->in_child)
			ckpti_writer_decided();
		r = rename(c->part_path, ckpti_conf.image) ? -errno : 0;
	}
	if (!r) {
		close(c->part); /* and so the lock is gone */
		c->part = -1;
		sync_directory(ckpti_conf.image);
	}
	return r;
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

/*
 * What only the program itself can do, as it changes what others share with
 * it: streams are flushed, the places in files and their lengths noted.
 */
static void settle(struct capture *c)
{
	ckpti_stats_phase("settle");
	c->clock_before = ckpti_own.clock_before;
	ckpti_own.clock_before += ckpti_cpu_seconds();
	ckpti_clocks_capture();
	c->serial = ckpti_serial + 1;
	ckpti_scan_begin(&c->scan);
	ckpti_streams_capture(&c->files);
	ckpti_files_capture(&c->files, &c->scan.reasons);
	ckpti_sigstate_capture(&c->scan.reasons);
}

static void find_problem(struct capture *c)
{
	const struct ckpti_reason *why;

	if (c->files.failed || ckpti_frames_failed() ||
	    c->scan.reasons.failed) {
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

static void write_now(struct capture *c)
{
	int r;

	ckpti_stats_phase("scan");
	if (ckpti_scan_run(&c->scan))
		problem(c, "no memory", "");
	else
		find_problem(c);
	ckpti_stats_phase("write");
	if (!c->problem[0]) {
		r = write_guarded(c);
		if (r)
			snprintf(c->problem, sizeof(c->problem),
				 "cannot write image '%.200s': %s",
				 ckpti_conf.image,
				 r == -EBUSY ? "another process is writing it"
				 : r == -ESTALE
					 ? "there is a newer one meanwhile"
					 : strerror(-r));
	}
	if (c->part >= 0) {
		note_pause(c);
		if (c->in_child)
			ckpti_writer_decided();
		unlink(c->part_path);
		close(c->part);
	}
}

/* True in the program, if a child of it writes; c->in_child in that. */
static bool leave_to_child(struct capture *c)
{
	int locked, r;

	if ((ckpti_asked.why & (CKPTI_WHY_ENDS | CKPTI_WHY_NOW)) ||
	    !ckpti_writer_wanted())
		return false;
	c->part = ckpti_part_open(c->part_path, sizeof(c->part_path), &locked);
	if (c->part < 0 || !locked)
		return false; /* in place, where the reason is told */
	ckpti_stats_phase("fork");
	r = ckpti_writer_start(c->part);
	if (r == 1)
		c->in_child = true;
	if (r)
		return false;
	close(c->part);
	return true;
}

static const char *why_name(unsigned why)
{
	return why & CKPTI_WHY_EXIT    ? "exit"
	       : why & CKPTI_WHY_POLLS ? "polls"
	       : why & CKPTI_WHY_NOW   ? "now"
	       : why & CKPTI_WHY_GO_ON ? "go on"
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
		.serial = c->serial,
		.forked = c->in_child,
		.wait_ns = ckpti_asked.poll_ns - ckpti_asked.asked_ns,
		.reasons = &c->scan.reasons,
	};

	ckpti_stats_phase("");
	s.pause_ns = c->in_child ? c->pause_ns
				 : ckpti_now_ns() - ckpti_asked.poll_ns;
	ckpti_stats_checkpoint(&s);
	if (c->problem[0])
		ckpti_say("no checkpoint: %s; the program goes on", c->problem);
}

/* Writes the image, in this process or a child of it; true if done here. */
static bool capture(struct capture *c)
{
	/* Who is asked to leave has no time to wait for an older image. */
	if (ckpti_asked.why & CKPTI_WHY_ENDS)
		ckpti_writer_stop();
	else
		ckpti_writer_wait();
	ckpti_stats_reset();
	settle(c);
	find_problem(c);
	if (!c->problem[0]) {
		if (leave_to_child(c)) {
			ckpti_serial++;
			return false;
		}
		write_now(c);
	}
	tell(c);
	if (c->in_child)
		ckpti_writer_end();
	return true;
}

void ckpti_capture_finish(void)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c) {
		ckpti_say("no checkpoint: no memory; the program goes on");
		ckpti_unpark();
	}
	c->part = -1;
	if (capture(c) && !c->problem[0]) {
		ckpti_serial++;
		if (ckpti_asked.why & CKPTI_WHY_ENDS)
			_exit(ckpti_conf.exit_code);
	}
	ckpti_own.clock_before = c->clock_before;
	ckpti_streams_go_on();
	if (!c->problem[0]) {
		ckpti_undo_begin();
		ckpti_files_rewriting(&c->files);
	}
	ckpti_scan_release(&c->scan);
	ckpti_filestate_release(&c->files);
	free(c);
	ckpti_poll_rearm();
	ckpti_unpark();
}
