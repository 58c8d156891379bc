/* SPDX-License-Identifier: MIT */
/*
 * factory: makes a cluster's jobs from its ad and rows, not all at once. A
 * submission writes the cluster with its count and the first jobs; the rest
 * follow turn by turn, or, with JobMaterializeLimit (jobs in the queue) and
 * JobMaterializeMaxIdle (of those idle), as the first ones go. How far it has
 * come is in the cluster's row, so a restart goes on where it was.
 */
#ifndef HARRIER_SCHEDULER_FACTORY_H
#define HARRIER_SCHEDULER_FACTORY_H

#include <stdbool.h>

struct cluster;
struct err;
struct sched;

void factory_new(struct sched *s);
void factory_free(struct sched *s);

/* Most jobs that a submission makes before it is answered. */
#define FACTORY_FIRST 20000

/* JSON text of proc's row, the caller's to free; NULL: none. */
typedef char *factory_row_fn(void *arg, int proc);

/*
 * In the transaction of the submission: makes the first jobs and keeps the
 * rows of those to come.
 */
int factory_begin(struct sched *s, struct cluster *c, factory_row_fn *row,
		  void *arg, struct err *err);
/* A job of it is gone, or idle no more: there may be room. Cheap. */
void factory_look(struct sched *s, struct cluster *c);
/* After a restart. */
void factory_recover(struct sched *s);

/* No more of them; frees a cluster that has no job left. *ret_gone says so. */
int factory_stop(struct sched *s, struct cluster *c, bool *ret_gone,
		 struct err *err);
/* Those to come are held, or not. */
int factory_hold(struct sched *s, struct cluster *c, bool hold,
		 struct err *err);

#endif
