/* SPDX-License-Identifier: MIT */
/*
 * outbox: brings event texts into the users' log files, each once. For each
 * file in order: its size is asked, the offsets are committed, the text is
 * written there, the events are done. After a crash the same text goes to
 * the same place.
 */
#ifndef HARRIER_SCHEDULER_OUTBOX_H
#define HARRIER_SCHEDULER_OUTBOX_H

struct dbevent;
struct err;
struct sched;

void outbox_new(struct sched *s);
void outbox_free(struct sched *s);

/* A new event, of this turn (copied); it is written after the commit. */
void outbox_add(struct sched *s, const struct dbevent *e);
/* After a restart: those that are still pending. */
int outbox_load(struct sched *s, struct err *err);
/* Forgets what waits (it is in the database). */
void outbox_drop(struct sched *s);

#endif
