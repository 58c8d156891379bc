/* SPDX-License-Identifier: MIT */
/*
 * attempts: the live runs of jobs. (job, number, nonce) is the fencing token:
 * uploads and reports are compared with it for equality.
 */
#ifndef HARRIER_SCHEDULER_ATTEMPTS_H
#define HARRIER_SCHEDULER_ATTEMPTS_H

#include "common/job/eventlog.h"
#include "common/job/wire.h"
#include "common/svc/json.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct job;
struct sched;
struct slot;

struct attempt {
	char nonce[WIRE_NONCE_SIZE];
	struct job *job;
	int number;
	char *host, *arch, *slot_name;
	struct slot *slot;
	enum wire_run state;
	bool sent; /* its start has left, perhaps */
	bool reported; /* its host has listed it */
	enum wire_want want;
	int ckpt_asked; /* checkpoints asked for, to go on after them */
	char *reason; /* of the order, or NULL */
	char *preempted_for; /* the user it makes room for, or NULL */
	char *limits; /* its ConcurrencyLimits, or NULL */
	int vacate_code; /* of the order, 0: none (joblog.h) */
	int64_t resumed_from;
	double cores; /* charged to the account */
	int64_t matched, started; /* Unix seconds */
	struct wire_figures figures;
	char *address, *scratch;
	int64_t lease_until_ms; /* boot clock */
	int64_t suspended_at; /* Unix seconds, 0: not suspended */
	/* What the event log has been told (joblog.c); only in memory. */
	bool disconnected;
	enum event_transfer transfer;
	int64_t logged_kb; /* memory in the last 006 */
	int64_t saved; /* its last checkpoint, Unix seconds; 0: none */
	/* jobpolicy.c: how long it may run; -1: for ever. */
	bool allowed_read;
	int64_t allowed_job_s, allowed_execute_s;
	json_t *start; /* ready to be sent, or NULL */
};

/* NULL: ended, or never was. */
struct attempt *attempts_find(struct sched *s, const char *nonce);

/*
 * Opens one on a free slot, for the job's newest checkpoint: row and memory.
 * The nonce is random.
 */
int attempts_open(struct sched *s, struct job *j, struct slot *slot,
		  struct err *err);
/* Writes what may have changed. */
int attempts_store(struct sched *s, struct attempt *a, struct err *err);
/* Ends it: row and memory; the slot is free, a dynamic one is gone. @end is borrowed. */
int attempts_close(struct sched *s, struct attempt *a,
		   const struct wire_end *end, struct err *err);
/* Changes the order to its host; @reason is copied. */
int attempts_want(struct sched *s, struct attempt *a, enum wire_want want,
		  const char *reason, struct err *err);
/* The start is known: row and memory. Takes @start. */
int attempts_set_start(struct sched *s, struct attempt *a, json_t *start,
		       struct err *err);

/* Its lease runs anew from now on. */
void attempts_renew(struct attempt *a);
int64_t attempts_lease_s(const struct attempt *a);
/* Lease, a quarter, and 30 s: how long a silent host is waited for. */
int64_t attempts_patience_ms(int64_t lease_s);

/* Builds the live ones from the database; their jobs must be there. */
int attempts_load(struct sched *s, struct err *err);
void attempts_free_all(struct sched *s);

/* A public view (no nonce) for histories: figures and times of a row. */
json_t *attempts_figures_json(const struct wire_figures *f);

/* 32 random hex digits. */
int attempts_random(char ret_hex[WIRE_NONCE_SIZE], struct err *err);

#endif
