/* SPDX-License-Identifier: MIT */
/*
 * attempt: one run of a job on this host, from its start to the
 * acknowledgement of its end.
 *
 *   FETCH -> RUN -> UPLOAD -> REPORT -> gone
 *
 * A program that hcc did not build and that leaves by itself with its
 * checkpoint's exit code goes from UPLOAD back to RUN, in the same scratch
 * directory (attempt_again.c).
 *
 * Each step can be left for REPORT (something failed) and for GONE (the
 * scheduler said superseded). What is needed to go on after a crash is on
 * disk, in a directory of its own below the host's `attempts`:
 *
 *   offer.json   the start as it came: the attempt exists
 *   start        the starter's orders, and the inputs as laid down: FETCH is
 *                done
 *   began, end   the starter's word (startd/starter/run.h)
 *   report.json  the end as it is told to the scheduler: UPLOAD is done; not
 *                there where `end` says the same
 *   scratch/     the job's working directory
 */
#ifndef HARRIER_STARTD_ATTEMPT_H
#define HARRIER_STARTD_ATTEMPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"
#include "common/base/list.h"
#include "common/job/wire.h"
#include "startd/ladder.h"
#include "startd/scratch.h"
#include "startd/upload.h"

/* The directory of an attempt that is being removed is called so. */
#define ATTEMPT_GONE_PREFIX ".gone-"

struct cg;
struct evloop_fd;
struct evloop_timer;
struct host;
struct slot;

enum attempt_phase {
	ATTEMPT_FETCH,
	ATTEMPT_RUN,
	ATTEMPT_UPLOAD,
	ATTEMPT_REPORT,
	ATTEMPT_GONE, /* freed as soon as its thread is back */
};

/* What a worker thread brings back. The loop reads it when it is done. */
struct attempt_work {
	int result;
	struct err err;
	bool damaged;
	char *id; /* of the checkpoint or the outputs */
	int64_t took_ms;
	int64_t sent_bytes, received_bytes;
	int64_t image_bytes, disk_kb; /* -1: not known */
	struct wire_figures figures; /* those of its beginning, to be sent */
};

/* A checkpoint of the job that goes on (attempt_ckpt.c). */
enum attempt_ckpt_state {
	CKPT_NONE,
	CKPT_ASKED, /* SIGUSR2 was sent, the image is not there yet */
	CKPT_COPYING, /* frozen for it; a thread copies */
	CKPT_SPOILED, /* thawed meanwhile: the copy is no good */
	CKPT_SENDING, /* runs again; a thread uploads the copy */
};

struct attempt_ckpt {
	enum attempt_ckpt_state state;
	int number; /* of the order */
	uint64_t ino; /* of the image before */
	int64_t asked_ms; /* clock_mono_ms */
	struct upload_set set;
	bool ended; /* the job ended while a thread was out */
};

/* A self-checkpointing program between two of its runs. */
struct attempt_again {
	bool under_way; /* its checkpoint is uploaded, it will be run again */
	struct evloop_timer *timer; /* and waits, so as not to spin */
	int64_t began_ms; /* clock_mono_ms of the last run's start */
	int runs; /* that came before the one under way */
	int refused; /* checkpoints in a row that were none */
	char *last; /* id of the last one committed, or NULL */
	double user_cpu_s, sys_cpu_s; /* of earlier runs */
};

struct attempt {
	struct list link;
	struct host *host;
	struct slot *slot;
	enum attempt_phase phase;
	struct wire_start start;
	char *name; /* job.attempt.nonce: its directory and its cgroup */
	char *dir, *scratch;
	struct scratch_list base;
	struct cg *cg;
	pid_t starter;
	int pidfd; /* of the starter; -1 while there is none */
	struct evloop_fd *watch;
	struct ladder ladder;
	bool suspend_asked, vacate_asked, kill_asked;
	bool discarded; /* and waits for its starter's death */
	const char *reason; /* why it must leave, for the message */
	enum wire_want told;
	int checkpoint_told;
	struct wire_figures figures;
	int64_t started_s; /* wall time of the job's start; 0: not yet */
	int64_t started_ms; /* clock_mono_ms */
	int64_t frozen_ms; /* clock_mono_ms of the freeze; -1: runs */
	int64_t suspended_ms; /* sum of earlier freezes */
	int64_t term_boot_ms; /* clock_boot_ms of the SIGTERM; -1 */
	struct wire_end end; /* from UPLOAD on */
	atomic_bool cancel; /* tells the thread to give up */
	bool at_work; /* a thread is out */
	struct attempt_work work;
	struct attempt_ckpt ckpt;
	struct attempt_again again;
};

/* ---- attempt.c ---- */

/*
 * Takes a start: on disk first, then fetching begins. The start is refused,
 * with an end of its own, where the slot is busy.
 */
int attempt_accept(struct host *host, const json_t *start, struct err *err);

/* Goes on with the attempt in directory `name`, as its records say. */
void attempt_recover(struct host *host, const char *name);

struct attempt *attempt_find(struct host *host, const char *nonce);

void attempt_take_order(struct attempt *att, const struct wire_order *order);
void attempt_take_ack(struct attempt *att);

/* Superseded: whatever it was doing, nothing of it is wanted. */
void attempt_discard(struct attempt *att);

/* The starter of a discarded one is gone: so is the attempt now. */
void attempt_drop_discarded(struct attempt *att);

/* hstartd ends: frees the memory, and leaves job and records alone. */
void attempt_forget(struct attempt *att);

/* Does it hold its slot? Not from REPORT on. */
bool attempt_is_live(const struct attempt *att);

/* For a sync: while it is live, and once it has an end. */
void attempt_fill(struct attempt *att, struct wire_attempt *ret);

/* ---- attempt_run.c ---- */

/* FETCH is done: checks the program, writes the start record, spawns. */
void attempt_spawn(struct attempt *att);
/* After a restart of hstartd: -ESRCH if its starter is gone. */
int attempt_adopt(struct attempt *att);
/* Policy and ladder; `sign_ns` as in owner_fn. */
void attempt_step(struct attempt *att, int64_t sign_ns);
/* When attempt_step is due again, by clock_mono_ms. */
int64_t attempt_deadline_ms(const struct attempt *att);
/* Frees what a running job holds: watch, cgroup. */
void attempt_stop_watching(struct attempt *att);

/* Sends a signal to the job's first process. */
void attempt_signal(struct attempt *att, int sig);

/* ---- attempt_ckpt.c ---- */

/* Order `number`: write a checkpoint and go on. */
void attempt_ckpt_ask(struct attempt *att, int number);
/* Looks whether it is there. */
void attempt_ckpt_step(struct attempt *att);

/* ---- attempt_again.c ---- */

/* The checkpoint is committed, or refused with `failure`: run it again. */
void attempt_again(struct attempt *att, const char *failure);
/* An order or the owner came while it waits: not again. */
void attempt_again_stop(struct attempt *att);
/* Frees what it holds. */
void attempt_again_release(struct attempt *att);

/* ---- attempt_end.c ---- */

/* The starter is gone: reads its end record, then uploads or reports. */
void attempt_ended(struct attempt *att);
/* The end is known: on disk, then told until it is acknowledged. */
void attempt_report(struct attempt *att, enum wire_how how, int code,
		    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * For a thread: offers and uploads the files `set` below `dir` as a
 * checkpoint; the outcome is in att->work.
 */
void attempt_send_checkpoint(struct attempt *att, const char *dir,
			     const struct upload_set *set);
/* The end as a HoldReasonCode: see wire_end. */
void attempt_report_hold(struct attempt *att, int hold, int code,
			 const char *message);

/* ---- the program's own figures (attempt_end.c) ---- */

/* Sets resume_ms once the job's statistics have it. */
void attempt_read_resume(struct attempt *att);

/* Runs `work` and `done` at once: for what is known to be short. */
void attempt_work_now(struct attempt *att, void (*work)(struct attempt *att),
		      void (*done)(struct attempt *att));
/* Runs `work` in a thread, then `done` in the loop. */
void attempt_work(struct attempt *att, void (*work)(struct attempt *att),
		  void (*done)(struct attempt *att));

#endif
