/* SPDX-License-Identifier: MIT */
/*
 * crew: threads for what may block. As many as there is work, since an upload
 * may wait for a scheduler for hours; a few stay for what comes next.
 */
#ifndef HARRIER_STARTD_CREW_H
#define HARRIER_STARTD_CREW_H

struct crew;
struct evloop;

struct crew *crew_new(struct evloop *loop);

/* Idle threads end; those at work end after it, and call no `done` then. */
void crew_free(struct crew *crew);

/* Calls work(arg) in a thread, then done(arg) in the loop. 0 or -errno. */
int crew_run(struct crew *crew, void (*work)(void *arg),
	     void (*done)(void *arg), void *arg);

#endif
