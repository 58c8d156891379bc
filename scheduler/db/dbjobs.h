/* SPDX-License-Identifier: MIT */
/*
 * dbjobs: clusters, procs, submissions and the history of ended jobs.
 *
 * A job's ad is its cluster's ad, over it the proc's row (values for the
 * cluster's columns), over that its attrs (what changed since). All three
 * are JSON text here.
 */
#ifndef HARRIER_SCHEDULER_DB_DBJOBS_H
#define HARRIER_SCHEDULER_DB_DBJOBS_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct err;

struct dbjobs_cluster {
	int id;
	const char *owner;
	int64_t uid;
	int64_t qdate;
	const char *ad;
	const char *columns; /* JSON list of names */
	int count; /* procs in all; those below next_proc were made */
	int next_proc;
	bool hold; /* those to come are held */
};

struct dbjobs_proc {
	int cluster, proc;
	int state; /* enum job_state */
	int prio;
	int64_t entered; /* Unix seconds */
	int attempts; /* number of the last attempt */
	const char *row; /* JSON list, or NULL */
	const char *attrs; /* JSON object, or NULL */
};

int dbjobs_add_cluster(struct db *db, const struct dbjobs_cluster *c,
		       struct err *err);
int dbjobs_add_proc(struct db *db, const struct dbjobs_proc *p,
		    struct err *err);
int dbjobs_add_submission(struct db *db, const char *uuid, int64_t uid,
			  int cluster, int count, struct err *err);
/* True when this user's submission was committed before. */
bool dbjobs_submission(struct db *db, const char *uuid, int64_t uid,
		       int *ret_cluster, int *ret_count);

/* State, entered, attempts, prio of @p. */
int dbjobs_set_state(struct db *db, const struct dbjobs_proc *p,
		     struct err *err);
int dbjobs_set_attrs(struct db *db, int cluster, int proc, const char *attrs,
		     struct err *err);
/* Texts are the caller's to free; -ENOENT. */
int dbjobs_get(struct db *db, int cluster, int proc, char **ret_row,
	       char **ret_attrs, struct err *err);

/* Takes the job out of the queue; @ad is its last state as JSON. */
int dbjobs_end(struct db *db, int cluster, int proc, const char *owner,
	       int64_t ended, const char *ad, struct err *err);
/* Deletes the cluster's row if no proc is left, and none is to come. */
int dbjobs_drop_cluster(struct db *db, int cluster, struct err *err);

/* How far a cluster has come; how many there are in all; whether held. */
int dbjobs_set_next(struct db *db, int cluster, int next_proc, struct err *err);
int dbjobs_set_count(struct db *db, int cluster, int count, struct err *err);
int dbjobs_set_hold(struct db *db, int cluster, bool hold, struct err *err);
/* Rows of procs that are not made yet; the text is the caller's, or NULL. */
int dbjobs_keep_row(struct db *db, int cluster, int proc, const char *row,
		    struct err *err);
char *dbjobs_kept_row(struct db *db, int cluster, int proc);
/* Those below @proc go. */
int dbjobs_drop_rows(struct db *db, int cluster, int proc, struct err *err);

/* Return nonzero to stop. Rows are borrowed during the call. */
typedef int dbjobs_cluster_fn(void *arg, const struct dbjobs_cluster *c);
typedef int dbjobs_proc_fn(void *arg, const struct dbjobs_proc *p);

/* In order of id; @id < 0: all. */
int dbjobs_each_cluster(struct db *db, int id, dbjobs_cluster_fn *fn, void *arg,
			struct err *err);
/* In order, after (cluster, proc), those of @owner (NULL: everybody). */
int dbjobs_each_proc(struct db *db, int after_cluster, int after_proc,
		     const char *owner, dbjobs_proc_fn *fn, void *arg,
		     struct err *err);

/* Ads of ended jobs, newest first, with ids below @before (0: any). */
typedef int dbjobs_history_fn(void *arg, int64_t id, const char *ad);
int dbjobs_history(struct db *db, int64_t before, const char *owner,
		   dbjobs_history_fn *fn, void *arg, struct err *err);
/* Those of one cluster, in order of proc. */
int dbjobs_history_cluster(struct db *db, int cluster, dbjobs_history_fn *fn,
			   void *arg, struct err *err);
/* One ended job's ad; the caller frees it; NULL when there is none. */
char *dbjobs_ended(struct db *db, int cluster, int proc);
/* Its owner, whether it is queued or ended; NULL when there is none. */
char *dbjobs_owner(struct db *db, int cluster, int proc);
/* The history id of an ended job, 0 if there is none. */
int64_t dbjobs_ended_id(struct db *db, int cluster, int proc);

/* Machines this job's checkpoint cannot be restarted on. */
int dbjobs_exclude(struct db *db, int cluster, int proc, int64_t ckpt,
		   const char *arch, struct err *err);
/* The Archs excluded for this checkpoint, comma separated, or NULL. */
char *dbjobs_excluded(struct db *db, int cluster, int proc, int64_t ckpt);

#endif
