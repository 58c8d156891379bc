/* SPDX-License-Identifier: MIT */
/* eventlog_priv: what writing and reading share. */
#ifndef HARRIER_JOB_EVENTLOG_PRIV_H
#define HARRIER_JOB_EVENTLOG_PRIV_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct event_usage;
struct strbuf;

/* First lines of 040, by enum event_transfer. */
extern const char *const eventlog_transfers[];

/* eventlog_body.c: all but the header and the closing line. */
void eventlog_body(const struct event *ev, struct strbuf *out);
/* "Usr D HH:MM:SS, Sys D HH:MM:SS" */
void eventlog_usage(const struct event_usage *usage, struct strbuf *out);

/* eventlog_json.c: the whole event as one line. */
void eventlog_json(const struct event *ev, struct strbuf *out);

/* ---- eventlog_table.c: the table of resources -------------------------------- */

void eventlog_table(const struct event *ev, struct strbuf *out);

/* Where the columns of a table end, counted from behind the colon. */
struct eventlog_columns {
	int usage, request; /* 0: no table has begun */
};

/* A line of it: its title or a row. False: it is none of the table's. */
bool eventlog_table_parse(const char *line, struct eventlog_columns *columns,
			  struct event *ev);

#endif
