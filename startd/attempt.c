/* SPDX-License-Identifier: MIT */
#include "startd/attempt.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "common/svc/json.h"
#include "startd/cg.h"
#include "startd/crew.h"
#include "startd/fetch.h"
#include "startd/host.h"
#include "startd/policy.h"
#include "startd/remote.h"
#include "startd/slot.h"
#include "startd/starter/record.h"
#include "startd/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define OFFER	  "offer.json"
#define REPORT	  "report.json"
#define OFFER_MAX (64u << 20)

static char *path_in(const struct attempt *att, const char *name)
{
	return xasprintf("%s/%s", att->dir, name);
}

/* ---- threads ---- */

struct thread {
	struct attempt *att;
	void (*work)(struct attempt *att);
	void (*done)(struct attempt *att);
};

static void attempt_free(struct attempt *att);
static void take_work(struct attempt *att);
static void remove_dir(struct attempt *att);

static void thread_done(void *arg)
{
	struct thread *t = arg;
	struct attempt *att = t->att;

	att->at_work = false;
	att->host->workers--;
	take_work(att);
	if (att->phase == ATTEMPT_GONE) {
		remove_dir(att);
		attempt_free(att);
	} else {
		t->done(att);
	}
	free(t);
}

static void thread_work(void *arg)
{
	struct thread *t = arg;

	t->work(t->att);
}

static void reset_work(struct attempt *att)
{
	free(att->work.id);
	att->work = (struct attempt_work){ .err = ERR_INIT,
					   .image_bytes = -1,
					   .disk_kb = -1,
					   .figures = att->figures };
}

static void take_work(struct attempt *att)
{
	att->figures.sent_bytes += att->work.sent_bytes;
	att->figures.received_bytes += att->work.received_bytes;
	att->work.sent_bytes = att->work.received_bytes = 0;
	if (att->work.image_bytes >= 0)
		att->figures.image_bytes = att->work.image_bytes;
	if (att->work.disk_kb >= 0)
		att->figures.disk_kb = att->work.disk_kb;
}

void attempt_work_now(struct attempt *att, void (*work)(struct attempt *att),
		      void (*done)(struct attempt *att))
{
	reset_work(att);
	work(att);
	take_work(att);
	done(att);
}

void attempt_work(struct attempt *att, void (*work)(struct attempt *att),
		  void (*done)(struct attempt *att))
{
	struct thread *t = xcalloc(1, sizeof(*t));
	int r;

	*t = (struct thread){ att, work, done };
	reset_work(att);
	att->at_work = true;
	att->host->workers++;
	r = crew_run(att->host->crew, thread_work, thread_done, t);
	if (r) {
		att->work.result =
			err_sys(&att->work.err, r, "cannot start a thread");
		evloop_post(att->host->loop, thread_done, t);
	}
}

/* ---- making and freeing ---- */

static struct attempt *attempt_new(struct host *host, struct wire_start *start)
{
	struct attempt *att = xcalloc(1, sizeof(*att));

	att->host = host;
	att->start = *start;
	*start = (struct wire_start){ 0 };
	att->name = xasprintf("%d.%d.%d.%s", att->start.cluster,
			      att->start.proc, att->start.attempt,
			      att->start.nonce);
	att->dir = xasprintf("%s/%s", host->attempts_dir, att->name);
	att->scratch = xasprintf("%s/scratch", att->dir);
	att->pidfd = -1;
	att->frozen_ms = -1;
	att->term_boot_ms = -1;
	att->work.err = (struct err)ERR_INIT;
	atomic_init(&att->cancel, false);
	wire_figures_init(&att->figures);
	att->figures.sent_bytes = att->figures.received_bytes = 0;
	att->figures.suspended_s = 0;
	ladder_init(&att->ladder, clock_mono_ms());
	if (!att->start.provision.cpus)
		att->slot = slot_find(host, att->start.slot);
	list_append(&host->attempts, &att->link);
	return att;
}

static void attempt_free(struct attempt *att)
{
	slot_leave(att);
	attempt_stop_watching(att);
	attempt_again_release(att);
	list_del(&att->link);
	scratch_list_release(&att->base);
	upload_set_release(&att->ckpt.set);
	wire_start_release(&att->start);
	wire_end_release(&att->end);
	free(att->work.id);
	free(att->name);
	free(att->dir);
	free(att->scratch);
	free(att);
}

static void remove_tree(void *arg)
{
	struct err err = ERR_INIT;

	if (fd_rm_tree(AT_FDCWD, arg, &err) < 0)
		log_warn("attempt: %s", err_text(&err));
}

/*
 * By its new name it is gone at once and whole: half of an attempt could be
 * taken for one that never began.
 */
static void remove_dir(struct attempt *att)
{
	char *gone = xasprintf("%s/" ATTEMPT_GONE_PREFIX "%s",
			       att->host->attempts_dir, att->name);

	if (rename(att->dir, gone) < 0) {
		if (errno != ENOENT)
			log_warn("attempt %s: cannot be removed: %s", att->name,
				 err_reason(errno));
		free(gone);
	} else if (crew_run(att->host->crew, remove_tree, free, gone) < 0) {
		remove_tree(gone);
		free(gone);
	}
}

void attempt_forget(struct attempt *att)
{
	/* A thread that is still out keeps what it uses. */
	if (att->at_work)
		return;
	attempt_stop_watching(att);
	cg_free(att->cg);
	att->cg = NULL;
	attempt_free(att);
}

/* Nothing of it is wanted any more, here or there. No starter lives. */
static void drop(struct attempt *att)
{
	att->phase = ATTEMPT_GONE;
	slot_leave(att);
	attempt_stop_watching(att);
	atomic_store(&att->cancel, true);
	/* A thread may still write there: thread_done goes on. */
	if (att->at_work)
		return;
	remove_dir(att);
	attempt_free(att);
}

void attempt_discard(struct attempt *att)
{
	struct host *host = att->host;

	if (att->phase == ATTEMPT_GONE || att->discarded)
		return;
	log_info("attempt %s: superseded, discarded", att->name);
	if (att->phase == ATTEMPT_RUN && att->pidfd >= 0) {
		/* attempt_ended finishes it. */
		att->discarded = true;
		att->kill_asked = true;
		attempt_step(att, -1);
	} else {
		drop(att);
	}
	host_news(host);
}

void attempt_drop_discarded(struct attempt *att)
{
	struct host *host = att->host;

	drop(att);
	host_news(host);
}

struct attempt *attempt_find(struct host *host, const char *nonce)
{
	struct attempt *att;

	list_for_each(att, &host->attempts, link) {
		if (!strcmp(att->start.nonce, nonce))
			return att;
	}
	return NULL;
}

bool attempt_is_live(const struct attempt *att)
{
	return att->phase < ATTEMPT_REPORT;
}

/* ---- fetching ---- */

static void fetch_work(struct attempt *att)
{
	struct attempt_work *w = &att->work;
	struct host *host = att->host;
	struct remote rm;

	w->result = remote_init(&rm, host->set->scheduler, host->token,
				&att->cancel, &w->err);
	if (!w->result) {
		w->result = fetch_all(&rm, &host->cache, &att->start,
				      att->scratch, &att->base, &w->damaged,
				      &w->err);
		w->received_bytes = rm.received_bytes;
		remote_release(&rm);
	}
}

/* What is small and in the cache needs no thread; false where it is not. */
static bool fetch_at_once(struct attempt *att)
{
	struct attempt_work *w = &att->work;

	if (!fetch_is_small(&att->start))
		return false;
	reset_work(att);
	w->result = fetch_all(NULL, &att->host->cache, &att->start,
			      att->scratch, &att->base, &w->damaged, &w->err);
	return w->result == 0;
}

static void fetch_done(struct attempt *att)
{
	const struct attempt_work *w = &att->work;

	if (att->kill_asked)
		attempt_report(att, WIRE_HOW_EVICTED, SIGKILL, "%s",
			       att->reason);
	else if (att->vacate_asked || w->result == -ECANCELED)
		attempt_report(att, WIRE_HOW_REFUSED, 0, "%s",
			       att->reason ? att->reason
					   : "the host is leaving");
	else if (w->result == -ESTALE)
		attempt_discard(att);
	else if (w->damaged)
		attempt_report(att, WIRE_HOW_DAMAGED, 0, "%s",
			       err_text(&w->err));
	else if (w->result < 0)
		attempt_report(att, WIRE_HOW_FAILED, -w->result, "%s",
			       err_text(&w->err));
	else
		attempt_spawn(att);
}

/* What an earlier, interrupted fetch left is overwritten. */
static void begin_fetch(struct attempt *att, bool new)
{
	struct err err = ERR_INIT;

	if (fd_rm_tree(AT_FDCWD, att->scratch, &err) < 0 ||
	    fd_mkdir_p(att->scratch, 0700, &err) < 0) {
		attempt_report(att, WIRE_HOW_FAILED, -err.code, "%s",
			       err_text(&err));
		return;
	}
	if (new &&fetch_at_once(att))
		fetch_done(att);
	else
		attempt_work(att, fetch_work, fetch_done);
}

/* ---- accepting ---- */

/*
 * Whole before it is listed, for an hstartd that is started again. A power cut
 * may take it away: then the attempt is listed no more, and so is lost.
 */
static int store_offer(struct attempt *att, const json_t *start,
		       struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char *path = path_in(att, OFFER);
	int r;

	json_write(start, &text);
	r = fd_mkdir_p(att->dir, 0700, err);
	if (!r)
		r = fd_write_file_whole(path, text.data, text.len, 0600, err);
	strbuf_release(&text);
	free(path);
	return r;
}

/* Why a start is not taken; NULL if it is. */
static const char *refusal(struct host *host, struct attempt *att)
{
	struct policy_verdict verdict;
	const struct slot *asked;
	const char *why = NULL;

	if (host->leaving)
		return "the host is leaving";
	asked = att->start.provision.cpus ? slot_parent(host, att->start.slot)
					  : att->slot;
	if (!asked)
		return "no such slot here";
	host_judge(host, asked, &verdict);
	if (verdict.start == 0)
		return "the owner is back";
	if (att->start.provision.cpus)
		att->slot = slot_carve(host, att->start.slot,
				       &att->start.provision, true, &why);
	else if (asked->attempt)
		why = "the slot is busy";
	return why;
}

int attempt_accept(struct host *host, const json_t *json, struct err *err)
{
	struct wire_start start = { 0 };
	struct attempt *att;
	const char *why;
	int r = wire_start_decode(json, &start, err);

	if (r < 0)
		return r;
	if (attempt_find(host, start.nonce)) {
		wire_start_release(&start);
		return 0;
	}
	att = attempt_new(host, &start);
	r = store_offer(att, json, err);
	if (r < 0) {
		/* Not listed, so the scheduler offers it again. */
		drop(att);
		return r;
	}
	log_info("attempt %s: job %d.%d of %s on %s", att->name,
		 att->start.cluster, att->start.proc, att->start.user,
		 att->start.slot);
	why = refusal(host, att);
	if (why) {
		attempt_report(att, WIRE_HOW_REFUSED, 0, "%s", why);
		return 0;
	}
	att->slot->attempt = att;
	begin_fetch(att, true);
	host_news(host);
	return 0;
}

/* ---- recovering ---- */

static struct attempt *load(struct host *host, const char *name,
			    struct err *err)
{
	char *path = xasprintf("%s/%s/" OFFER, host->attempts_dir, name);
	struct wire_start start = { 0 };
	struct attempt *att = NULL;
	json_t *json = NULL;
	int r;

	r = json_read_file(path, OFFER_MAX, &json, err);
	if (!r)
		r = wire_start_decode(json, &start, err);
	if (!r)
		att = attempt_new(host, &start);
	json_decref(json);
	free(path);
	return att;
}

static bool load_report(struct attempt *att)
{
	char *path = path_in(att, REPORT);
	json_t *json = NULL;
	bool ok;

	ok = !json_read_file(path, OFFER_MAX, &json, NULL) &&
	     !wire_end_decode(json, &att->end, NULL);
	json_decref(json);
	free(path);
	return ok;
}

/*
 * The start record is there and no starter has begun. One may still be on its
 * way: once we hold its lock and an end is written, it will not begin.
 */
static bool forestall(struct attempt *att)
{
	char *began = path_in(att, RECORD_BEGAN);
	char *end = path_in(att, RECORD_END);
	struct record rec = RECORD_INIT;
	bool ok = false;
	int fd;

	fd = open(att->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && access(began, F_OK)) {
		record_add(&rec, "how", "forestalled");
		ok = !record_keep(&rec, end, NULL);
	}
	fd_close(&fd);
	record_release(&rec);
	free(end);
	free(began);
	return ok;
}

static bool have(struct attempt *att, const char *name)
{
	char *path = path_in(att, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

static void resume_run(struct attempt *att)
{
	char *start = path_in(att, RECORD_START);
	struct err err = ERR_INIT;

	if (scratch_load(&att->base, start, &err) < 0)
		log_warn("attempt %s: %s", att->name, err_text(&err));
	free(start);
	att->phase = ATTEMPT_RUN;
	if (cg_create(att->host->cg, att->name, 0, &att->cg, &err) < 0)
		log_warn("attempt %s: %s", att->name, err_text(&err));
	if (have(att, RECORD_END)) {
		attempt_ended(att);
	} else if (!have(att, RECORD_BEGAN)) {
		if (forestall(att))
			attempt_report(att, WIRE_HOW_REFUSED, 0,
				       "hstartd was restarted before the job "
				       "began");
		else if (attempt_adopt(att) < 0)
			attempt_ended(att);
	} else if (attempt_adopt(att) < 0) {
		attempt_ended(att);
	}
}

void attempt_recover(struct host *host, const char *name)
{
	struct err err = ERR_INIT;
	struct attempt *att = load(host, name, &err);

	if (!att) {
		/* Never listed: the offer is written before that. */
		char *dir = xasprintf("%s/%s", host->attempts_dir, name);

		log_warn("attempt %s: %s: removed", name, err_text(&err));
		fd_rm_tree(AT_FDCWD, dir, NULL);
		free(dir);
		return;
	}
	if (load_report(att)) {
		att->phase = ATTEMPT_REPORT;
		return;
	}
	if (att->start.provision.cpus)
		att->slot = slot_carve(host, att->start.slot,
				       &att->start.provision, false, NULL);
	if (!att->slot || att->slot->attempt) {
		/* Fewer slots than before: it runs all the same. */
		log_warn("attempt %s: no free slot '%s'", att->name,
			 att->start.slot);
		att->slot = NULL;
	} else {
		att->slot->attempt = att;
	}
	log_info("attempt %s: found on disk", att->name);
	if (have(att, RECORD_START))
		resume_run(att);
	else if (!att->slot)
		attempt_report(att, WIRE_HOW_REFUSED, 0, "no such slot here");
	else if (sync_is_same_boot(host->sync))
		begin_fetch(att, false);
	else
		/* The power was cut: it may have begun, without a trace. */
		attempt_report(att, WIRE_HOW_LOST, 0,
			       "the machine was started again");
}

/* ---- orders ---- */

static void order_fetching(struct attempt *att)
{
	/* fetch_done reports; the thread looks at this between its tries. */
	if (att->vacate_asked || att->kill_asked)
		atomic_store(&att->cancel, true);
}

void attempt_take_order(struct attempt *att, const struct wire_order *order)
{
	attempt_ckpt_ask(att, order->checkpoint);
	if (order->want == att->told)
		return;
	log_info("attempt %s: the scheduler wants %s%s%s", att->name,
		 wire_want_name(order->want), *order->reason ? ": " : "",
		 order->reason);
	att->told = order->want;
	att->suspend_asked = order->want == WIRE_WANT_SUSPEND;
	switch (order->want) {
	case WIRE_WANT_VACATE:
		att->vacate_asked = true;
		att->reason = "asked to move";
		break;
	case WIRE_WANT_KILL:
		att->kill_asked = true;
		att->reason = "asked to stop";
		break;
	case WIRE_WANT_DISCARD:
		attempt_discard(att);
		return;
	case WIRE_WANT_RUN:
	case WIRE_WANT_SUSPEND:
		break;
	}
	if (att->phase == ATTEMPT_FETCH)
		order_fetching(att);
	else if (att->phase == ATTEMPT_RUN)
		attempt_step(att, -1);
	if (att->vacate_asked || att->kill_asked)
		attempt_again_stop(att);
	host_news(att->host);
}

void attempt_take_ack(struct attempt *att)
{
	if (att->phase != ATTEMPT_REPORT)
		return;
	log_info("attempt %s: end acknowledged", att->name);
	drop(att);
}

/* ---- telling ---- */

static enum wire_run run_state(const struct attempt *att)
{
	switch (att->phase) {
	case ATTEMPT_FETCH:
		return WIRE_RUN_STARTING;
	case ATTEMPT_RUN:
		break;
	case ATTEMPT_UPLOAD:
		if (att->again.under_way)
			return WIRE_RUN_RUNNING;
		return att->end.how == WIRE_HOW_CHECKPOINTED
			       ? WIRE_RUN_VACATING
			       : WIRE_RUN_FINISHING;
	case ATTEMPT_REPORT:
	case ATTEMPT_GONE:
		return WIRE_RUN_FINISHING;
	}
	if (att->ladder.state == LADDER_FROZEN)
		return WIRE_RUN_SUSPENDED;
	if (att->ladder.state == LADDER_RUNNING)
		return att->pidfd < 0 ? WIRE_RUN_STARTING : WIRE_RUN_RUNNING;
	return WIRE_RUN_VACATING;
}

void attempt_fill(struct attempt *att, struct wire_attempt *ret)
{
	int64_t frozen_ms = att->suspended_ms;

	if (att->phase == ATTEMPT_RUN && att->cg) {
		int64_t kb = cg_peak_kb(att->cg);

		att->figures.user_cpu_s = att->again.user_cpu_s +
					  (double)cg_cpu_us(att->cg) / 1e6;
		if (kb > att->figures.memory_kb)
			att->figures.memory_kb = kb;
		attempt_read_resume(att);
	}
	if (att->frozen_ms >= 0)
		frozen_ms += clock_mono_ms() - att->frozen_ms;
	att->figures.suspended_s = frozen_ms / 1000;
	memcpy(ret->nonce, att->start.nonce, sizeof(ret->nonce));
	ret->slot = xstrdup(att->start.slot);
	ret->state = run_state(att);
	ret->told = att->told;
	ret->checkpoint = att->checkpoint_told;
	ret->figures = att->figures;
	ret->address = xstrdup(att->host->machine.hostname);
	ret->scratch = xstrdup(att->scratch);
}
