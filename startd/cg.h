/* SPDX-License-Identifier: MIT */
/*
 * cg: one job's processes as a group: freeze, cap, limit, kill, measure. Uses
 * the version 2 freezer where it may, version 1 or 2 controllers for limits,
 * and signals to the process tree below the starter where there is neither.
 */
#ifndef HARRIER_STARTD_CG_H
#define HARRIER_STARTD_CG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct record;
struct strbuf;

/* What this machine lets us do; found once at start. */
struct cg_ctl;
/* One job's group. */
struct cg;

/*
 * Looks at the mounted hierarchies and makes the parent group of all jobs of
 * host `host`. Never fails for lack of cgroups: signals remain. With
 * `signals_only` it does not look.
 */
struct cg_ctl *cg_open(const char *host, bool signals_only);
/* Removes the parent group if no job is left in it. */
void cg_close(struct cg_ctl *ctl);

/* Appends e.g. "freezer=cgroup2 cpu=cgroup1 memory=cgroup1 pids=none". */
void cg_describe(const struct cg_ctl *ctl, struct strbuf *out);

/* True where the freezer is the kernel's own, not SIGSTOP. */
bool cg_has_freezer(const struct cg_ctl *ctl);

/* CPU time of all jobs of all hosts on this machine, in us; -1: unknown. */
int64_t cg_jobs_cpu_us(const struct cg_ctl *ctl);

/*
 * Makes the group `name`, or takes the one that is there already (after a
 * restart). `memory_bytes` 0: no limit. 0 or -errno; then nothing was made.
 */
int cg_create(struct cg_ctl *ctl, const char *name, int64_t memory_bytes,
	      struct cg **ret_cg, struct err *err);
void cg_free(struct cg *cg);

/* Adds the `cgroup` and `freezer` lines to a start record. */
void cg_put(const struct cg *cg, struct record *start);

/* The starter whose descendants the job's processes are. */
void cg_set_starter(struct cg *cg, pid_t starter);

/*
 * Returns 0 when no process of the job runs any more, -EAGAIN when that takes
 * longer than `wait_ms` (it goes on), or -errno.
 */
int cg_freeze(struct cg *cg, int wait_ms);
int cg_thaw(struct cg *cg);
/* SIGKILL to all of it. Where the group is stopped it dies at the thaw. */
int cg_kill(struct cg *cg);

/* At most so many thousandths of a core; 0 lifts the cap. -ENOTSUP. */
int cg_cap(struct cg *cg, int64_t millicores);
/* Its weight against other jobs where CPU is short: that of so many cores. */
void cg_share(struct cg *cg, int64_t cpus);
/* SCHED_IDLE and the idle I/O class for all its processes. */
void cg_make_idle(struct cg *cg);

int64_t cg_cpu_us(const struct cg *cg);
/* Largest use of memory in KiB; -1: unknown. */
int64_t cg_peak_kb(const struct cg *cg);

/* Removes the group once it is empty; what remains in it is killed. */
void cg_remove(struct cg *cg);

#endif
