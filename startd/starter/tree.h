/* SPDX-License-Identifier: MIT */
/*
 * tree: the processes below one process, found through /proc. With that
 * process as subreaper no descendant gets away: the way to signal a job where
 * there are no cgroups.
 */
#ifndef HARRIER_STARTER_TREE_H
#define HARRIER_STARTER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All descendants of `root`, parents first; the caller frees the array. */
pid_t *tree_list(pid_t root, size_t *ret_count);

/*
 * Sends `sig` (SIGSTOP, SIGCONT or SIGKILL) to all descendants. For SIGSTOP
 * and SIGKILL it goes round until a round meets no process that is not
 * stopped or dead, so that one being born meanwhile is met too. Returns how
 * many processes were met in the last round.
 */
size_t tree_signal(pid_t root, int sig);

/* True when every descendant is stopped or dead. */
bool tree_stopped(pid_t root);

/* CPU time, in microseconds, of the living descendants and their children
 * that were waited for. */
int64_t tree_cpu_us(pid_t root);

/* One process's name, state letter, parent, controlling terminal and start. */
struct tree_stat {
	char comm[16];
	char state;
	pid_t ppid;
	int tty_nr;
	uint64_t start_ticks; /* since boot: with the pid, who it is */
	uint64_t cpu_ticks; /* with those of its dead children */
};

/* 0, or -ENOENT when there is no such process. */
int tree_stat(pid_t pid, struct tree_stat *ret_stat);

/* Is it below a process of that name? */
bool tree_is_below(pid_t pid, const char *comm);

/* All processes; the caller frees the array. */
pid_t *tree_all(size_t *ret_count);

#endif
