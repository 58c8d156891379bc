/* SPDX-License-Identifier: MIT */
/* dbattempts: the runs of jobs, live and ended. */
#ifndef HARRIER_SCHEDULER_DB_DBATTEMPTS_H
#define HARRIER_SCHEDULER_DB_DBATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct err;

/* Texts are borrowed. Times are Unix seconds, 0: not yet. */
struct dbattempt {
	const char *nonce;
	int cluster, proc;
	int attempt;
	bool live;
	const char *state; /* words of wire_run, or "ended" */
	bool reported; /* its host has listed it */
	const char *host, *slot, *arch;
	int64_t cpus, memory_mb, disk_kb; /* of a dynamic slot; else 0 */
	const char *want; /* words of wire_want */
	int ckpt_asked;
	int64_t resumed_from; /* checkpoint, 0: from the start */
	int64_t matched, started, ended;
	const char *how; /* words of wire_how, or NULL */
	int code;
	const char *message;
	int64_t outputs; /* upload, 0: none */
	const char *figures; /* JSON, or NULL */
	const char *start; /* JSON, once the inputs were read; or NULL */
};

int dbattempts_add(struct db *db, const struct dbattempt *a, struct err *err);
/* All but the identity (nonce, job, number) and the start. */
int dbattempts_set(struct db *db, const struct dbattempt *a, struct err *err);
/* NULL forgets it. */
int dbattempts_set_start(struct db *db, const char *nonce, const char *start,
			 struct err *err);

typedef int dbattempt_fn(void *arg, const struct dbattempt *a);

int dbattempts_each_live(struct db *db, dbattempt_fn *fn, void *arg,
			 struct err *err);
/* In order of number. */
int dbattempts_each_of_job(struct db *db, int cluster, int proc,
			   dbattempt_fn *fn, void *arg, struct err *err);
/*
 * On how many hosts the job's runs failed within @quick_s: lost, not started,
 * or ended by an exit code that is not 0 or a signal; a run that was not so
 * begins the count anew.
 */
int dbattempts_failed_hosts(struct db *db, int cluster, int proc,
			    int64_t quick_s);
/* Calls @fn once at most. */
int dbattempts_find(struct db *db, const char *nonce, dbattempt_fn *fn,
		    void *arg, struct err *err);

#endif
