/* SPDX-License-Identifier: MIT */
/*
 * place: puts the outputs of an ended job where the user wants them. All are
 * staged beside their places first, then renamed; then the job is completed
 * and its end logged. Redone from the start after a crash: every step gives
 * the same files again.
 */
#ifndef HARRIER_SCHEDULER_PLACE_H
#define HARRIER_SCHEDULER_PLACE_H

struct err;
struct job;
struct sched;

void place_new(struct sched *s);
void place_free(struct sched *s);

/* After the commit of this turn: place the outputs of its last attempt. */
void place_start(struct sched *s, struct job *j);
/* After a restart: all jobs that are being placed. */
void place_recover(struct sched *s);

#endif
