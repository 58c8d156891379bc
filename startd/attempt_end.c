/* SPDX-License-Identifier: MIT */
/* attempt.h: from the end record to the end that the scheduler is told. */
#include "startd/attempt.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "common/svc/json.h"
#include "startd/arch.h"
#include "startd/cg.h"
#include "startd/host.h"
#include "startd/remote.h"
#include "startd/slot.h"
#include "startd/starter/record.h"
#include "startd/stats.h"
#include "startd/sync.h"
#include "startd/upload.h"
#include "startd/verdict.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define TAIL_SIZE   400
#define SMALL_FILES 16

/* HTCondor's HoldReasonCode. */
#define HOLD_OUTPUT	 12
#define HOLD_OUTPUT_SIZE 33

/* ---- reporting ---- */

static void store_report(struct attempt *att)
{
	char *path = xasprintf("%s/report.json", att->dir);
	json_t *json = wire_end_encode(&att->end);
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;

	json_write(json, &text);
	/* Unwritten it is told all the same, until this process ends. */
	if (fd_write_file_whole(path, text.data, text.len, 0600, &err) < 0)
		log_warn("attempt %s: %s", att->name, err_text(&err));
	strbuf_release(&text);
	json_decref(json);
	free(path);
}

/*
 * The end record and the uploads, done again, give the same report: only the
 * others are stored.
 */
static bool is_in_record(const struct attempt *att)
{
	return (att->end.how == WIRE_HOW_EXITED ||
		att->end.how == WIRE_HOW_SIGNALED) &&
	       !att->end.outputs;
}

static void report(struct attempt *att)
{
	struct wire_end *end = &att->end;

	memcpy(end->nonce, att->start.nonce, sizeof(end->nonce));
	if (end->how == WIRE_HOW_CHECKPOINTED && att->again.last)
		end->checkpoint = strtoll(att->again.last, NULL, 10);
	if (!end->message)
		end->message = xstrdup("");
	if (!end->started)
		end->started = att->started_s;
	if (!end->ended)
		end->ended = clock_real_ms() / 1000;
	if (att->frozen_ms >= 0)
		att->suspended_ms += clock_mono_ms() - att->frozen_ms;
	att->frozen_ms = -1;
	att->figures.suspended_s = att->suspended_ms / 1000;
	end->figures = att->figures;
	att->phase = ATTEMPT_REPORT;
	attempt_stop_watching(att);
	if (!is_in_record(att))
		store_report(att);
	slot_leave(att);
	log_info("attempt %s: %s %d%s%s", att->name, wire_how_name(end->how),
		 end->code, *end->message ? ": " : "", end->message);
	if (att->host->sync)
		sync_end(att->host->sync);
}

void attempt_report(struct attempt *att, enum wire_how how, int code,
		    const char *fmt, ...)
{
	va_list ap;

	wire_end_release(&att->end);
	att->end = (struct wire_end){ .how = how, .code = code };
	va_start(ap, fmt);
	att->end.message = xvasprintf(fmt, ap);
	va_end(ap);
	report(att);
}

void attempt_report_hold(struct attempt *att, int hold, int code,
			 const char *message)
{
	wire_end_release(&att->end);
	att->end = (struct wire_end){ .how = WIRE_HOW_FAILED,
				      .code = code,
				      .hold = hold,
				      .started = att->started_s };
	att->end.message = xstrdup(message);
	report(att);
}

/* ---- uploading ---- */

static int open_scratch(struct attempt *att, struct err *err)
{
	int fd = open(att->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", att->scratch);
	return fd;
}

static int send_set(struct attempt *att, const char *dir,
		    const struct upload_set *set, struct wire_offer *offer)
{
	struct upload up = { .start = &att->start,
			     .scratch = dir,
			     .spool = att->dir,
			     .set = set,
			     .offer = offer };
	struct attempt_work *w = &att->work;
	struct remote rm;
	int r;

	r = remote_init(&rm, att->host->set->scheduler, att->host->token,
			&att->cancel, &w->err);
	if (r < 0)
		return r;
	r = upload_run(&rm, &up, &w->id, &w->took_ms, &w->err);
	w->sent_bytes = rm.sent_bytes;
	remote_release(&rm);
	return r;
}

/* An image is what makes a checkpoint of an hcc program. */
static int check_set(const struct attempt *att, const struct upload_set *set,
		     const struct stats *stats, struct err *err)
{
	if (att->start.checkpoints && stats->image_bytes <= 0)
		return err_set(err, -ENODATA,
			       "the job left with the checkpoint's exit code "
			       "but no image");
	if (!set->count)
		return err_set(err, -ENODATA,
			       "the job left with the checkpoint's exit code "
			       "but no file");
	return 0;
}

void attempt_send_checkpoint(struct attempt *att, const char *dir,
			     const struct upload_set *set)
{
	struct attempt_work *w = &att->work;
	struct wire_offer offer = { 0 };
	struct stats stats;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		w->result = err_sys(&w->err, -errno, "cannot open '%s'", dir);
		return;
	}
	stats_read(fd, &stats);
	close(fd);
	w->image_bytes = stats.image_bytes;
	w->result = check_set(att, set, &stats, &w->err);
	if (!w->result) {
		bool image = stats.image_bytes > 0;

		offer.image = (char *)(uintptr_t)(image ? SCRATCH_IMAGE : "");
		offer.class = stats.class;
		offer.why = stats.why;
		offer.arch = (char *)(uintptr_t)att->host->machine.arch->name;
		offer.signature = stats.signature;
		offer.figures = w->figures;
		offer.figures.image_bytes = stats.image_bytes;
		w->result = send_set(att, dir, set, &offer);
	}
	stats_release(&stats);
}

/* There is no checkpoint; the scheduler notes why. */
static void tell_fault(struct attempt *att)
{
	struct attempt_work *w = &att->work;
	struct wire_offer offer = { 0 };
	struct upload_set none = { 0 };
	struct err why = w->err;

	err_clear(&w->err);
	offer.image = offer.signature = (char *)(uintptr_t) "";
	offer.class = (char *)(uintptr_t) "any machine";
	offer.arch = (char *)(uintptr_t)att->host->machine.arch->name;
	offer.fault = (char *)(uintptr_t)err_text(&why);
	offer.figures = w->figures;
	w->result = send_set(att, att->scratch, &none, &offer);
}

/* Sends what @select finds; its result is the selection's or the sending's. */
static void send_selected(struct attempt *att, upload_select_fn *select,
			  bool tells_fault)
{
	struct attempt_work *w = &att->work;
	struct upload_set set = { 0 };
	int fd = open_scratch(att, &w->err);

	w->result = fd < 0 ? fd : 0;
	if (fd < 0)
		return;
	w->disk_kb = scratch_used_kb(fd);
	w->result = select(fd, &att->base, &att->start, &set, &w->err);
	close(fd);
	if (!w->result)
		attempt_send_checkpoint(att, att->scratch, &set);
	else if (tells_fault && (w->result == -ENODATA || w->result == -ENOENT))
		tell_fault(att);
	upload_set_release(&set);
}

static void checkpoint_work(struct attempt *att)
{
	send_selected(att, upload_select_checkpoint, true);
}

/* What an evicted job has made so far, to be given back to it. */
static void evicted_work(struct attempt *att)
{
	send_selected(att, upload_select_evicted, false);
}

/* ON_SUCCESS: what a failed run made stays here, but for what it said. */
static bool wants_outputs(const struct attempt *att)
{
	const char *when = ad_str(att->start.ad, "WhenToTransferOutput");

	return !when || strcasecmp(when, "ON_SUCCESS") != 0 ||
	       (att->end.how == WIRE_HOW_EXITED &&
		att->end.code ==
			ad_int(att->start.ad, "JobSuccessExitCode", 0));
}

static int check_size(const struct attempt *att, int dir_fd,
		      const struct upload_set *set, struct err *err)
{
	int64_t max_mb = ad_int(att->start.ad, "MaxTransferOutputMB", -1);
	int64_t bytes;

	if (max_mb < 0)
		return 0;
	bytes = upload_set_bytes(dir_fd, &att->start, set);
	if (bytes <= max_mb << 20)
		return 0;
	return err_set(err, -EFBIG,
		       "the outputs have %lld bytes, max_transfer_output_mb "
		       "is %lld",
		       (long long)bytes, (long long)max_mb);
}

static void outputs_work(struct attempt *att)
{
	struct attempt_work *w = &att->work;
	struct upload_set set = { 0 };
	struct err missing = ERR_INIT;
	int fd = open_scratch(att, &w->err);
	int r = 0;

	w->result = fd < 0 ? fd : 0;
	if (fd < 0)
		return;
	w->disk_kb = scratch_used_kb(fd);
	if (wants_outputs(att))
		r = upload_select_outputs(fd, &att->base, &att->start, &set,
					  &missing);
	if (!r)
		r = check_size(att, fd, &set, &missing);
	if (r == -EFBIG)
		upload_set_release(&set);
	upload_select_streams(fd, &att->start, &set);
	/* What there is goes, then the missing one is told. */
	if (set.count)
		w->result = send_set(att, att->scratch, &set, NULL);
	if (!w->result && r < 0) {
		err_clear(&w->err);
		w->result = err_set(&w->err, r, "%s", err_text(&missing));
	}
	upload_set_release(&set);
	close(fd);
}

/* A directory of a few files and nothing else? */
static bool is_small(int fd)
{
	struct dirent *de;
	bool small = true;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	int n = 0;

	if (!dir) {
		fd_close(&copy);
		return false;
	}
	while (small && (de = readdir(dir))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		small = de->d_type == DT_REG && ++n <= SMALL_FILES;
	}
	closedir(dir);
	return small;
}

/* Known without a thread: most short jobs leave nothing. */
static bool has_no_outputs(struct attempt *att)
{
	struct upload_set set = { 0 };
	int fd = open_scratch(att, NULL);
	bool none = false;

	if (fd < 0)
		return false;
	if (is_small(fd))
		none = !upload_select_outputs(fd, &att->base, &att->start, &set,
					      NULL) &&
		       !set.count;
	upload_set_release(&set);
	close(fd);
	return none;
}

static void set_end(struct attempt *att, enum wire_how how, int code,
		    const char *message)
{
	att->end.how = how;
	att->end.code = code;
	free(att->end.message);
	att->end.message = xstrdup(message);
}

static void checkpoint_done(struct attempt *att)
{
	const struct attempt_work *w = &att->work;

	if (w->result == -ESTALE) {
		attempt_discard(att);
		return;
	}
	/* It stays on disk; the next hstartd uploads it. */
	if (w->result == -ECANCELED)
		return;
	if (!w->result) {
		att->figures.upload_ms = w->took_ms;
		free(att->again.last);
		att->again.last = xstrdup(w->id);
	}
	if (att->again.under_way) {
		attempt_again(att, w->result < 0 ? err_text(&w->err) : NULL);
		return;
	}
	if (w->result < 0)
		set_end(att, WIRE_HOW_EVICTED, att->end.code,
			err_text(&w->err));
	else
		att->end.how = WIRE_HOW_CHECKPOINTED;
	report(att);
}

static void outputs_done(struct attempt *att)
{
	const struct attempt_work *w = &att->work;

	if (w->result == -ESTALE) {
		attempt_discard(att);
		return;
	}
	if (w->result == -ECANCELED)
		return;
	att->figures.upload_ms = w->took_ms;
	att->end.outputs = xstrdup(w->id);
	if (w->result < 0) {
		set_end(att, WIRE_HOW_FAILED, -w->result, err_text(&w->err));
		att->end.hold = w->result == -EFBIG ? HOLD_OUTPUT_SIZE
						    : HOLD_OUTPUT;
	}
	report(att);
}

/* ---- judging ---- */

static void take_figures(struct attempt *att, const struct record *rec)
{
	struct wire_figures *f = &att->figures;
	int64_t maxrss_kb = record_int(rec, "maxrss_kb", -1);
	int64_t ended_boot_ms = record_int(rec, "ended_boot_ms", -1);
	int64_t began_ms = record_int(rec, "began_ms", 0);

	f->user_cpu_s = att->again.user_cpu_s +
			(double)record_int(rec, "user_us", 0) / 1e6;
	f->sys_cpu_s = att->again.sys_cpu_s +
		       (double)record_int(rec, "sys_us", 0) / 1e6;
	if (maxrss_kb > f->memory_kb)
		f->memory_kb = maxrss_kb;
	att->end.started = att->again.runs && att->started_s ? att->started_s
							     : began_ms / 1000;
	att->end.ended = record_int(rec, "ended_ms", clock_real_ms()) / 1000;
	if (att->end.how == WIRE_HOW_CHECKPOINTED && att->term_boot_ms >= 0 &&
	    ended_boot_ms >= att->term_boot_ms)
		f->ckpt_ms = ended_boot_ms - att->term_boot_ms;
}

/* The last line of stderr says why an image cannot be restarted here. */
static char *stderr_tail(struct attempt *att)
{
	char buf[TAIL_SIZE + 1], *line;
	int64_t size = 0;
	ssize_t n = 0;
	int fd = -1, dir_fd = open_scratch(att, NULL);

	if (dir_fd >= 0 && att->start.stderr_name)
		fd = scratch_open(dir_fd, att->start.stderr_name, geteuid(),
				  &size, NULL);
	if (fd >= 0)
		n = pread(fd, buf, TAIL_SIZE,
			  size > TAIL_SIZE ? size - TAIL_SIZE : 0);
	fd_close(&fd);
	fd_close(&dir_fd);
	n = n < 0 ? 0 : n;
	while (n && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	line = strrchr(buf, '\n');
	return xstrdup(line ? line + 1 : buf);
}

/* Nobody told it to leave: it saved its work and wants to be run again. */
static bool goes_on(const struct attempt *att, const struct record *rec)
{
	return !record_get(rec, "asked") && !att->vacate_asked &&
	       !att->kill_asked && !att->host->leaving;
}

static bool saves_when_evicted(const struct attempt *att)
{
	const char *when = ad_str(att->start.ad, "WhenToTransferOutput");

	return when && !strcasecmp(when, "ON_EXIT_OR_EVICT") &&
	       !att->start.checkpoints && !att->kill_asked;
}

/* It left without a checkpoint of its own making; nothing to save is fine. */
static void evicted_done(struct attempt *att)
{
	const struct attempt_work *w = &att->work;

	if (w->result == -ESTALE) {
		attempt_discard(att);
		return;
	}
	if (w->result == -ECANCELED)
		return;
	if (!w->result) {
		att->figures.upload_ms = w->took_ms;
		free(att->again.last);
		att->again.last = xstrdup(w->id);
		att->end.how = WIRE_HOW_CHECKPOINTED;
	}
	report(att);
}

static void judge(struct attempt *att, const struct record *rec)
{
	struct verdict v;
	char *tail;

	verdict_of(rec, att->start.checkpoints, att->start.checkpoint_exit_code,
		   &v);
	set_end(att, v.how, v.code, v.message);
	take_figures(att, rec);
	switch (v.how) {
	case WIRE_HOW_CHECKPOINTED:
		if (att->reason)
			set_end(att, v.how, v.code, att->reason);
		att->again.under_way = goes_on(att, rec);
		attempt_work(att, checkpoint_work, checkpoint_done);
		host_news(att->host);
		return;
	case WIRE_HOW_EXITED:
	case WIRE_HOW_SIGNALED:
		if (has_no_outputs(att)) {
			attempt_work_now(att, outputs_work, outputs_done);
			return;
		}
		attempt_work(att, outputs_work, outputs_done);
		host_news(att->host);
		return;
	case WIRE_HOW_UNRESTARTABLE:
		tail = stderr_tail(att);
		set_end(att, v.how, v.code, tail);
		free(tail);
		break;
	case WIRE_HOW_EVICTED:
		if (att->reason && !*v.message)
			set_end(att, v.how, v.code, att->reason);
		if (!saves_when_evicted(att))
			break;
		attempt_work(att, evicted_work, evicted_done);
		host_news(att->host);
		return;
	default:
		break;
	}
	report(att);
}

void attempt_ended(struct attempt *att)
{
	struct record rec = RECORD_INIT;
	struct err err = ERR_INIT;
	char *path;
	int r;

	if (att->at_work) {
		/* A checkpoint of it is on its way: attempt_ckpt.c calls again. */
		att->ckpt.ended = true;
		evloop_del_fd(att->watch);
		att->watch = NULL;
		return;
	}
	att->ckpt.ended = false;
	att->phase = ATTEMPT_UPLOAD;
	attempt_stop_watching(att);
	if (att->discarded) {
		attempt_drop_discarded(att);
		return;
	}
	path = xasprintf("%s/" RECORD_END, att->dir);
	r = record_load(&rec, path, &err);
	free(path);
	attempt_read_resume(att);
	if (r < 0)
		attempt_report(att, WIRE_HOW_LOST, 0,
			       "the starter ended without a word: %s",
			       err_text(&err));
	else
		judge(att, &rec);
	record_release(&rec);
}

void attempt_read_resume(struct attempt *att)
{
	struct stats stats;
	int fd;

	if (!att->start.checkpoint || !att->start.checkpoints ||
	    att->figures.resume_ms != WIRE_UNKNOWN)
		return;
	fd = open_scratch(att, NULL);
	if (fd < 0)
		return;
	stats_read(fd, &stats);
	if (stats.resume_ms >= 0)
		att->figures.resume_ms = stats.resume_ms;
	stats_release(&stats);
	close(fd);
}
