/* SPDX-License-Identifier: MIT */
/* The queue statement: `queue [N] [vars] [in|from|matching] ...`. */
#ifndef HARRIER_JOB_QUEUESTMT_H
#define HARRIER_JOB_QUEUESTMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct submit_io;

enum queue_match {
	QUEUE_ANY, /* files and directories */
	QUEUE_FILES,
	QUEUE_DIRS,
};

enum queue_form {
	QUEUE_PLAIN, /* queue [N] */
	QUEUE_IN, /* in (a, b) */
	QUEUE_MATCHING, /* matching glob... */
	QUEUE_FROM, /* from file, (lines) or command | */
};

/* Most jobs and items that one statement may make. */
#define QUEUE_JOBS_MAX	10000000
#define QUEUE_ITEMS_MAX 1000000

/* A Python slice; has_x says which of its parts were written. */
struct queue_slice {
	bool has_start, has_end, has_step;
	int64_t start, end, step;
};

struct queuestmt {
	enum queue_form form;
	enum queue_match match;
	int64_t count; /* jobs per item */
	struct queue_slice slice;
	char **vars; /* "Item" if none was named */
	bool vars_named;
	size_t nvars;
	char *source; /* matching: globs; from: file or command */
	bool is_command;
	bool is_inline; /* the items stand in the submit file */
	bool want_lines; /* a list was opened: lines follow up to ')' */
	char **items; /* after queuestmt_load: sliced; one line each */
	size_t nitems;
	int64_t first; /* which of all items is the first of these */
	size_t room; /* private */
};

/*
 * Parses what stands behind the word queue, macros expanded. N may be an
 * expression. If want_lines is set afterwards, the caller hands the following
 * lines to queuestmt_line. On failure there is nothing to release.
 */
int queuestmt_parse(const char *text, struct queuestmt *ret, struct err *err);
void queuestmt_release(struct queuestmt *stmt);

/* Takes in one line of an open list. Returns 1 when it closed the list. */
int queuestmt_line(struct queuestmt *stmt, const char *line, struct err *err);

/* Reads the file, runs the command or finds the matches; then slices. */
int queuestmt_load(struct queuestmt *stmt, const struct submit_io *io,
		   struct err *err);

/*
 * Splits an item for the statement's variables: ret_values[nvars], allocated
 * strings. The last one takes the rest of the line.
 */
void queuestmt_split(const struct queuestmt *stmt, size_t item,
		     char **ret_values);

/* The item's number among all, those that the slice left out included. */
int64_t queuestmt_row(const struct queuestmt *stmt, size_t item);

/* Jobs that the statement makes. */
int64_t queuestmt_jobs(const struct queuestmt *stmt);

#endif
