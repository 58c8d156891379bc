/* SPDX-License-Identifier: MIT */
/* jobdesc_priv: what the parts of jobdesc share. */
#ifndef HARRIER_JOB_JOBDESC_PRIV_H
#define HARRIER_JOB_JOBDESC_PRIV_H

#include "common/base/strbuf.h"
#include "common/job/jobdesc.h"

#define JOBDESC_GROUPS_MAX 96

/* HTCondor's defaults. */
#define DEFAULT_MEMORY_MB   128
#define DEFAULT_MAX_RETRIES 2

struct jobdesc {
	struct submitfile *sf;
	const struct submit_io *io;
	const struct jobdesc_opts *opts;
	struct ad *cluster; /* the client may add to it */
	struct ad *base; /* as it was made */
	/* of the present queue statement: what does not vary, and how that
	 * differs from the cluster's */
	struct ad *fixed;
	struct ad *difference;
	const struct queuestmt *queue;
	size_t row;
	int64_t step;
	int64_t proc;
	bool finished;
	bool unchecked; /* files are not looked at */
	/* per group: does it use what differs from job to job? */
	bool varies[JOBDESC_GROUPS_MAX];
	struct strbuf warnings;
};

/*
 * A group sets the attributes that belong together. It reads commands by
 * jobdesc_get, and may read what earlier groups set in ad (whose parent is the
 * cluster's ad for the later jobs).
 */
typedef int jobdesc_group(struct jobdesc *d, struct ad *ad, struct err *err);

jobdesc_group jobdesc_state; /* JobStatus, JobUniverse, JobBatchName */
jobdesc_group jobdesc_dir; /* Iwd */
jobdesc_group jobdesc_program; /* Cmd, TransferExecutable */
jobdesc_group jobdesc_arguments;
jobdesc_group jobdesc_environment;
jobdesc_group jobdesc_in;
jobdesc_group jobdesc_out;
jobdesc_group jobdesc_err;
jobdesc_group jobdesc_log;
jobdesc_group jobdesc_inputs; /* TransferInput */
jobdesc_group jobdesc_outputs; /* TransferOutput */
jobdesc_group jobdesc_checkpoint; /* TransferCheckpoint */
jobdesc_group jobdesc_when; /* ShouldTransferFiles, WhenTo... */
jobdesc_group jobdesc_disk; /* TransferInputSizeMB, RequestDisk */
jobdesc_group jobdesc_requests; /* the other Request... */
jobdesc_group jobdesc_retries; /* JobMaxRetries, OnExitRemove */
jobdesc_group jobdesc_signals; /* KillSig... */
jobdesc_group jobdesc_accounting; /* AccountingGroup... */
jobdesc_group jobdesc_limits; /* ConcurrencyLimits */
jobdesc_group jobdesc_gpus; /* RequireGPUs */
jobdesc_group jobdesc_requirements;
jobdesc_group jobdesc_attrs; /* +Attr */

/* The commands that are one attribute each. */
size_t jobdesc_rule_count(void);
int jobdesc_rule(struct jobdesc *d, size_t i, struct ad *ad, struct err *err);

/* The first of the commands that is set, expanded; NULL if none is. */
int jobdesc_get(struct jobdesc *d, const char *const *names, char **ret,
		struct err *err);

/* As jobdesc_get, for a truth; *ret stays if it is not set. */
int jobdesc_get_bool(struct jobdesc *d, const char *const *names, bool *ret,
		     struct err *err);

/* Removes one pair of double quotes around the text. */
void jobdesc_unquote(char *text);

/* Puts `file:line: name: ` before the message. Returns rc. */
int jobdesc_at(struct jobdesc *d, const char *const *names, int rc,
	       struct err *err);

/*
 * Parses a command's text. Outside of strings a cluster that is not known yet
 * becomes the attribute ClusterId.
 */
int jobdesc_parse_expr(struct jobdesc *d, const char *const *names,
		       const char *text, struct expr **ret, struct err *err);

/* Sets an attribute to a command's text as an expression. */
int jobdesc_set_expr(struct jobdesc *d, const char *const *names, struct ad *ad,
		     const char *attr, const char *text, struct err *err);

/* The job's initial directory (absolute; allocated). */
int jobdesc_iwd(struct jobdesc *d, char **ret, struct err *err);

#endif
