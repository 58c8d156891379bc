/* SPDX-License-Identifier: MIT */
/*
 * attempt.h: a self-checkpointing program that left by itself with its
 * checkpoint's exit code. What it saved is committed by now; it is run again
 * in the same scratch directory, at once when it had run for a while, after
 * a pause when it leaves every few seconds.
 *
 * Invariant: `began` goes before `end`. A crash in between finds an end
 * without a beginning and judges it once more; its checkpoint is then the
 * one that the store has, and is passed over.
 */
#include "startd/attempt.h"

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "startd/host.h"
#include "startd/policy.h"
#include "startd/starter/record.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* From one start of the program to the next at least. */
#define PAUSE_MS INT64_C(10000)
/* Checkpoints in a row that were none: then the job is held. */
#define REFUSED_MAX 10
/* The scheduler's own: no usable checkpoint. */
#define HOLD_CHECKPOINT 40

void attempt_again_release(struct attempt *att)
{
	if (att->again.timer)
		evloop_del_timer(att->again.timer);
	att->again.timer = NULL;
	free(att->again.last);
	att->again.last = NULL;
}

static void remove_record(struct attempt *att, const char *name)
{
	char *path = xasprintf("%s/%s", att->dir, name);

	if (unlink(path) < 0 && errno != ENOENT)
		log_warn("attempt %s: cannot remove '%s': %s", att->name, path,
			 err_reason(errno));
	free(path);
}

/* It leaves instead; what it saved last counts. */
static void leave(struct attempt *att, const char *why)
{
	att->again.under_way = false;
	if (att->again.timer)
		evloop_set_timer(att->again.timer, -1);
	if (att->again.last && !att->kill_asked) {
		attempt_report(att, WIRE_HOW_CHECKPOINTED, 0, "%s", why);
		return;
	}
	attempt_report(att, WIRE_HOW_EVICTED, 0, "%s", why);
}

void attempt_again_stop(struct attempt *att)
{
	/* While a thread is out, its end looks again. */
	if (att->again.under_way && !att->at_work)
		leave(att, att->reason ? att->reason : "asked to stop");
}

static void run_again(void *arg)
{
	struct attempt *att = arg;
	struct policy_verdict verdict = { .suspend = false };

	if (att->vacate_asked || att->kill_asked) {
		leave(att, att->reason ? att->reason : "asked to stop");
		return;
	}
	if (att->slot)
		host_judge(att->host, att->slot, &verdict);
	if (verdict.suspend) {
		leave(att, "the owner is back");
		return;
	}
	att->again.under_way = false;
	att->again.user_cpu_s = att->figures.user_cpu_s;
	att->again.sys_cpu_s = att->figures.sys_cpu_s;
	att->again.runs++;
	remove_record(att, RECORD_BEGAN);
	remove_record(att, RECORD_END);
	log_info("attempt %s: run %d", att->name, att->again.runs + 1);
	attempt_spawn(att);
}

void attempt_again(struct attempt *att, const char *failure)
{
	int64_t pause_ms;

	att->again.refused = failure ? att->again.refused + 1 : 0;
	if (failure)
		log_warn("attempt %s: %s", att->name, failure);
	if (att->again.refused >= REFUSED_MAX) {
		char *why = xasprintf("the job left %d times with its "
				      "checkpoint's exit code and no new "
				      "checkpoint: %s",
				      att->again.refused, failure);

		att->again.under_way = false;
		attempt_report_hold(att, HOLD_CHECKPOINT, 0, why);
		free(why);
		return;
	}
	if (!att->again.timer)
		att->again.timer =
			evloop_add_timer(att->host->loop, -1, run_again, att);
	pause_ms = att->again.began_ms + clock_scaled_ms(PAUSE_MS) -
		   clock_mono_ms();
	evloop_set_timer(att->again.timer, pause_ms > 0 ? pause_ms : 0);
}
