/* SPDX-License-Identifier: MIT */
/* submitfile_priv: what the parts of submitfile share. */
#ifndef HARRIER_JOB_SUBMITFILE_PRIV_H
#define HARRIER_JOB_SUBMITFILE_PRIV_H

#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/job/submitfile.h"

/* The HTCondor release whose behaviour `if version` compares with. */
#define SUBMIT_HTCONDOR_VERSION "25.14.0"

struct macro {
	char *raw;
	char *where; /* file:line, or what else set it */
	char *line; /* `name = value` as HTCondor's warning shows it */
	bool used;
	bool builtin; /* nobody is told that it was not used */
};

/* A file being read; includes lie on top of each other. */
struct source {
	char *name;
	char *text;
	const char *next;
	int line; /* of the logical line last read; for messages */
	int lines_read;
	unsigned if_depth; /* of the file that includes it */
};

/* An open if: which of its branches is read? */
struct condition {
	bool outer; /* is what is around it read? */
	bool taken; /* was a branch taken already? */
	bool active;
	bool had_else;
};

struct submitfile {
	const struct submit_io *io;
	char *cwd;
	struct hash *macros; /* struct macro, by name without case */
	struct hash *attrs; /* the same for +Attr, MY.Attr */
	struct hash *live; /* char *: per job, wins over macros */
	struct hash *undefined; /* names met in $() without a value */
	struct hash *used; /* per-job names that were asked for */
	struct strbuf warnings; /* about queue variables */
	struct source sources[SUBMIT_INCLUDE_MAX + 1];
	unsigned source_count;
	struct condition ifs[SUBMIT_IF_MAX];
	unsigned if_count;
	char **appended;
	size_t append_count;
	char *queue_override;
	struct queuestmt queue;
	bool has_queue;
	unsigned queue_count;
	bool took_live;
	bool cluster_later; /* $(Cluster) stays as it is */
	bool proc_later; /* $(Process) too */
	bool want_proc; /* but its number was needed */
	unsigned calls; /* functions whose arguments are being expanded */
	uint64_t random;
	uint32_t expansions; /* of the value being expanded */
};

#define SUBMIT_EXPANSIONS_MAX 200000

/* Files: the text is copied; includes are pushed on top. */
void submit_push_source(struct submitfile *sf, const char *name,
			const char *text);
void submit_pop_source(struct submitfile *sf);
struct source *submit_top(struct submitfile *sf);

/* The next line as it stands, without blanks at its end; NULL: no more. */
const char *submit_physical_line(struct source *src, size_t *ret_len);

/*
 * A line with what continues it: \ at the end joins, comments in between are
 * skipped and are not continued themselves. False at the end of the file.
 */
bool submit_logical_line(struct source *src, struct strbuf *out);

/* Are lines taken in at this place? */
bool submit_reading(const struct submitfile *sf);

/* if, elif (with a condition), else (text is NULL) and endif. */
int submit_open_if(struct submitfile *sf, const char *text, struct err *err);
int submit_next_branch(struct submitfile *sf, const char *text,
		       struct err *err);
int submit_close_if(struct submitfile *sf, struct err *err);

/* Sets name; a reference to its own old value is replaced by that. */
int submit_assign(struct submitfile *sf, struct hash *table, const char *name,
		  const char *raw, const char *where, struct err *err);

/*
 * Appends text with its macros expanded. depth guards against macros that
 * contain themselves.
 */
int submit_expand(struct submitfile *sf, const char *text, int depth,
		  struct strbuf *out, struct err *err);

/* The value of a macro: the job's own, then the file's; NULL: none. */
const char *submit_lookup(struct submitfile *sf, const char *name);

/* The end of what a '(' at p opens: at its ')', or NULL. */
const char *submit_closing(const char *p);

/*
 * A call $NAME(args) at the '$': appends its value and sets *ret_end behind
 * it. Returns 1, 0 (no function is called so) or -errno.
 */
int submit_call(struct submitfile *sf, const char *text, int depth,
		struct strbuf *out, const char **ret_end, struct err *err);

/* Known commands. */
enum submit_kind {
	SUBMIT_UNKNOWN,
	SUBMIT_WORKS,
	SUBMIT_NOTED, /* works, but not as elsewhere: a warning */
	SUBMIT_IGNORED, /* accepted, without effect: a warning */
	SUBMIT_IF_ASKED, /* the same, but not for `false` or `never` */
};

/* note: why it is without effect, or NULL. */
enum submit_kind submit_command(const char *name, const char **ret_note);

/* The command that a name nearly is, or NULL. */
const char *submit_suggest(const char *name);

/* The same for request_cpus and its like, by looser rules. */
const char *submit_resource_meant(const char *name);

/* Warns of the present queue statement's variables that nobody used. */
void submit_check_vars(struct submitfile *sf);

#endif
