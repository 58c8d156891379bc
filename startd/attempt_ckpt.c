/* SPDX-License-Identifier: MIT */
/*
 * attempt.h: a checkpoint of a job that goes on (the scheduler's order
 * `checkpoint`): SIGUSR2, wait for the new image, freeze, copy image and
 * output so far aside, thaw, upload the copy.
 *
 * Invariant: the copy is of one moment. Should the job be thawed for another
 * reason while it is made (it must leave), the copy is thrown away; then a
 * checkpoint is on its way anyhow.
 */
#include "startd/attempt.h"

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "startd/cg.h"
#include "startd/host.h"
#include "startd/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A program without polls for so long does not answer at all. */
#define ANSWER_MS      60000
#define FREEZE_WAIT_MS 1000
#define BUFFER_SIZE    (256 * 1024)

static char *copy_dir(const struct attempt *att)
{
	return xasprintf("%s/checkpoint", att->dir);
}

static void remove_copy(struct attempt *att)
{
	char *dir = copy_dir(att);

	fd_rm_tree(AT_FDCWD, dir, NULL);
	free(dir);
}

/* Which image lies there; ino 0: none. It is replaced by a rename. */
static uint64_t image_ino(const struct attempt *att)
{
	char *path = xasprintf("%s/" SCRATCH_IMAGE, att->scratch);
	struct stat st;
	uint64_t ino = lstat(path, &st) < 0 ? 0 : st.st_ino;

	free(path);
	return ino;
}

/* Done with, well or badly: the scheduler need not ask again. */
static void finish(struct attempt *att, const char *failure)
{
	if (failure)
		log_warn("attempt %s: checkpoint %d: %s", att->name,
			 att->ckpt.number, failure);
	remove_copy(att);
	att->ckpt.state = CKPT_NONE;
	att->checkpoint_told = att->ckpt.number;
	host_news(att->host);
	if (att->ckpt.ended)
		attempt_ended(att);
}

/* ---- the upload of the copy ---- */

static void send_work(struct attempt *att)
{
	char *dir = copy_dir(att);

	attempt_send_checkpoint(att, dir, &att->ckpt.set);
	free(dir);
}

static void send_done(struct attempt *att)
{
	const struct attempt_work *w = &att->work;

	upload_set_release(&att->ckpt.set);
	if (w->result == -ESTALE && !att->ckpt.ended) {
		att->ckpt.state = CKPT_NONE;
		attempt_discard(att);
		return;
	}
	if (!w->result)
		log_info("attempt %s: checkpoint %s, the job goes on",
			 att->name, w->id);
	finish(att, w->result < 0 ? err_text(&w->err) : NULL);
}

/* ---- the copy ---- */

static int copy_bytes(int from, int to, struct err *err)
{
	char *buf = xmalloc(BUFFER_SIZE);
	ssize_t n;
	int r = 0;

	while (!r && (n = fd_read_full(from, buf, BUFFER_SIZE)) != 0)
		r = n < 0 ? (int)n : fd_write_full(to, buf, (size_t)n);
	free(buf);
	return r < 0 ? err_sys(err, r, "cannot copy a file") : 0;
}

static int copy_file(int from_dir, int to_dir, const char *name,
		     struct err *err)
{
	struct stat st;
	int from, to, r;

	from = scratch_open(from_dir, name, geteuid(), NULL, err);
	if (from < 0)
		return from;
	if (fstat(from, &st) < 0)
		st.st_mode = 0600;
	to = scratch_create(to_dir, name, st.st_mode, err);
	r = to < 0 ? to : copy_bytes(from, to, err);
	fd_close(&from);
	fd_close(&to);
	return r;
}

static int copy_all(struct attempt *att, int from_dir, int to_dir,
		    struct err *err)
{
	size_t i;
	int r;

	r = upload_select_checkpoint(from_dir, &att->base, &att->start,
				     &att->ckpt.set, err);
	/* What the image is like: not part of it, but told with it. */
	if (!r)
		copy_file(from_dir, to_dir, SCRATCH_STATS, NULL);
	for (i = 0; !r && i < att->ckpt.set.count; i++)
		r = copy_file(from_dir, to_dir, att->ckpt.set.names[i], err);
	return r;
}

static void copy_work(struct attempt *att)
{
	struct attempt_work *w = &att->work;
	char *dir = copy_dir(att);
	int from = -1, to = -1;

	w->result = fd_mkdir_p(dir, 0700, &w->err);
	if (!w->result) {
		from = open(att->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		to = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (from < 0 || to < 0)
			w->result = err_sys(&w->err, -errno, "cannot open '%s'",
					    dir);
	}
	if (!w->result)
		w->result = copy_all(att, from, to, &w->err);
	fd_close(&from);
	fd_close(&to);
	free(dir);
}

static void copy_done(struct attempt *att)
{
	const struct attempt_work *w = &att->work;
	bool spoiled = att->ckpt.state != CKPT_COPYING;
	char text[ERR_TEXT_SIZE];

	if (!spoiled && att->cg && att->ladder.state == LADDER_RUNNING)
		cg_thaw(att->cg);
	if (!spoiled && !w->result) {
		att->ckpt.state = CKPT_SENDING;
		attempt_work(att, send_work, send_done);
		return;
	}
	upload_set_release(&att->ckpt.set);
	snprintf(text, sizeof(text), "%s",
		 spoiled ? "the job went on meanwhile" : err_text(&w->err));
	finish(att, text);
}

/* ---- asking ---- */

void attempt_ckpt_ask(struct attempt *att, int number)
{
	if (number <= att->ckpt.number)
		return;
	att->ckpt.number = number;
	if (att->ckpt.state != CKPT_NONE)
		return;
	if (att->phase != ATTEMPT_RUN || !att->start.checkpoints ||
	    att->ladder.state != LADDER_RUNNING) {
		finish(att, "the job cannot write one now");
		return;
	}
	att->ckpt.state = CKPT_ASKED;
	att->ckpt.ino = image_ino(att);
	att->ckpt.asked_ms = clock_mono_ms();
	attempt_signal(att, SIGUSR2);
}

void attempt_ckpt_step(struct attempt *att)
{
	uint64_t ino;

	if (att->ckpt.state != CKPT_ASKED)
		return;
	if (att->ladder.state != LADDER_RUNNING) {
		finish(att, "the job must go or wait");
		return;
	}
	ino = image_ino(att);
	if (ino && ino != att->ckpt.ino) {
		att->ckpt.state = CKPT_COPYING;
		remove_copy(att);
		cg_freeze(att->cg, FREEZE_WAIT_MS);
		attempt_work(att, copy_work, copy_done);
	} else if (clock_mono_ms() - att->ckpt.asked_ms >
		   clock_scaled_ms(ANSWER_MS)) {
		finish(att, "the job did not answer SIGUSR2");
	}
}
