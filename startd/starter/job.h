/* SPDX-License-Identifier: MIT */
/* job: forks the job's first process as its start record says. */
#ifndef HARRIER_STARTER_JOB_H
#define HARRIER_STARTER_JOB_H

#include <sys/types.h>

struct err;
struct record;

/*
 * Keys of a start record, written by hstartd.
 *
 *   nonce, job, attempt   who this is
 *   scratch               working directory
 *   exec                  program to execute: the job's or its emulator
 *   arg, env              argv (with argv[0]) and environment, in order
 *   stdin, stdout, stderr path below scratch, or absolute; none: /dev/null
 *   append                "1": writing goes on at the end of stdout, stderr
 *   cgroup                directory of a cgroup the job joins
 *   idle                  "1": SCHED_IDLE and the idle I/O class
 *   nice                  nice value
 *   uid, gid              whom the job runs as; missing: as the starter
 *   fsize                 largest file it may write, in bytes
 *   freezer               cgroup to kill through, if there is one
 */

/*
 * Returns 0 once the program was executed, or -errno with a message that
 * names the step; then no process is left. Descriptors above 2 are closed on
 * the way, and SIGKILL is sent to it should this process die.
 */
int job_spawn(const struct record *start, pid_t *ret_pid, struct err *err);

#endif
