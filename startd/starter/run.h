/* SPDX-License-Identifier: MIT */
/*
 * run: the life of one starter: lock, record, spawn, wait for the last
 * process, record the end. It outlives hstartd.
 */
#ifndef HARRIER_STARTER_RUN_H
#define HARRIER_STARTER_RUN_H

struct err;

/*
 * Commands, sent as the value of a queued RUN_COMMAND_SIGNAL (sigqueue,
 * pidfd_send_signal): only the starter knows its child for sure.
 */
#define RUN_COMMAND_SIGNAL (SIGRTMIN + 3)

enum run_command {
	RUN_CMD_SIGNAL = 0x100, /* + number: to the job's first process */
	RUN_CMD_KILL = 0x200, /* SIGKILL to all processes of the job */
};

/*
 * Keys of the records it writes.
 *
 *   began: pid, start_ticks, boot_id   who the starter is
 *   end:   how    exited | signaled | failed (message says why)
 *          code   exit code, signal or errno
 *          began_ms, ended_ms        wall time
 *          ended_boot_ms             CLOCK_BOOTTIME
 *          user_us, sys_us, maxrss_kb
 *          asked  kill | signal: it was told to go while it ran
 *          message
 */

/*
 * Runs the attempt in directory `dir` to its end. 0 when an end record was
 * written; -EBUSY when another starter has or had this attempt: nothing was
 * started.
 */
int run_attempt(const char *dir, struct err *err);

/* The kernel's boot id, without its line end, into 37 bytes; "" if unknown. */
void run_boot_id(char ret_id[37]);

#endif
