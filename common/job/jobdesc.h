/* SPDX-License-Identifier: MIT */
/* From a submit description to job ads: one for the cluster, one per job. */
#ifndef HARRIER_JOB_JOBDESC_H
#define HARRIER_JOB_JOBDESC_H

#include "common/ad/ad.h"
#include "common/job/submitfile.h"

/* JobStatus and JobUniverse as HTCondor numbers them. */
enum job_status {
	JOB_IDLE = 1,
	JOB_RUNNING = 2,
	JOB_REMOVED = 3,
	JOB_COMPLETED = 4,
	JOB_HELD = 5,
	JOB_TRANSFERRING_OUTPUT = 6,
	JOB_SUSPENDED = 7,
};
#define JOB_UNIVERSE_VANILLA 5

/* Who and where; all borrowed until jobdesc_free. */
struct jobdesc_opts {
	const char *owner; /* user's login name */
	const char *cwd; /* absolute directory of the submission */
	const char *submit_host; /* this host's name; FileSystemDomain */
	const char *arch; /* X86_64 ...: of this machine */
	const char *opsys; /* LINUX */
	const char *opsys_ver; /* 1203; NULL: not known, as the next two */
	const char *opsys_and_ver; /* Debian12 */
	const char *opsys_major_ver; /* 12 */
	const char *spool; /* the pool's directory of files, or NULL */
	const char *batch_name; /* of the command line, or NULL */
	bool skip_filechecks; /* do not look whether files exist */
	int64_t cluster; /* 0: the scheduler gives the number later */
	bool procs_later; /* and each job's, where its text is all that differs */
};

struct jobdesc;

/* All arguments are borrowed until jobdesc_free. */
struct jobdesc *jobdesc_new(struct submitfile *sf, const struct submit_io *io,
			    const struct jobdesc_opts *opts);
void jobdesc_free(struct jobdesc *desc);

/*
 * Makes the next job. Returns 1 and *ret_proc: an ad with ProcId and what
 * differs from the cluster's ad, which is its parent (the caller frees it);
 * 0 after the last; -errno with file:line. The first call also makes the
 * cluster's ad. What submitfile_check_unused objects to is found after the
 * last job, so nothing may be sent before 0 was returned.
 */
int jobdesc_next(struct jobdesc *desc, struct ad **ret_proc, struct err *err);

/*
 * After jobdesc_next returned 1: how many of the jobs that follow have an ad
 * like this one (with procs_later, $(Process) in the cluster's counts as
 * alike). They are passed over.
 */
int64_t jobdesc_skip_alike(struct jobdesc *desc);

/* After the first job; borrowed. */
struct ad *jobdesc_cluster(const struct jobdesc *desc);

/* Warnings so far, a line each, without "WARNING: ". Borrowed. */
const char *jobdesc_warnings(const struct jobdesc *desc);

/* The architectures a name may be made for; ended by NULL. */
extern const char *const jobdesc_archs[];

/*
 * Replaces $$(Attr), $$(Attr:default) and $$([expr]) by values of the
 * machine's ad (an expression sees the job as MY, the machine as TARGET; job
 * may be NULL). Returns 0, or -EINVAL (undefined, or not closed).
 */
int jobdesc_expand_machine(const char *text, const struct ad *job,
			   const struct ad *machine, char **ret_text,
			   struct err *err);

/* Does the text hold a $$(...)? With attr: one that names this attribute. */
bool jobdesc_has_machine_macro(const char *text, const char *attr);

/*
 * Puts the cluster's number into text (attributes as text or JSON) that was
 * made before it was known: for each SUBMIT_CLUSTER_LATER. Allocated.
 */
char *jobdesc_bind_cluster(const char *text, int64_t cluster);

/*
 * The same for the job's number in its cluster, SUBMIT_PROC_LATER, which one
 * text may hold for all jobs of a cluster.
 */
char *jobdesc_bind_proc(const char *text, int64_t proc);
bool jobdesc_has_proc(const char *text);

/*
 * A size with a unit: "2 GB", "512M", "1.5T", "100" in default_unit ('K',
 * 'M', 'G', 'T', or 'B'), rounded up to whole units of unit. Returns 0 or
 * -EINVAL (no such number).
 */
int jobdesc_parse_size(const char *text, char unit, int64_t *ret);

#endif
