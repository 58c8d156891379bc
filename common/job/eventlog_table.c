/* SPDX-License-Identifier: MIT */
/*
 * The table of resources in 004 and 005. HTCondor makes each column as wide
 * as its longest cell, and readers take the columns' right edges from the
 * title: a wide number must move the title too.
 */
#include "common/job/eventlog.h"
#include "common/job/eventlog_priv.h"

#include "common/base/strbuf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_SIZE 48

enum { USAGE, REQUEST, ALLOCATED, COLUMNS };

/* In HTCondor's order, that of the names. */
static const struct row {
	const char *label, *tag;
	size_t offset;
	bool always;
} rows[] = {
	{ "Cpus", "Cpus", offsetof(struct event, cpus), true },
	{ "Disk (KB)", "Disk", offsetof(struct event, disk_kb), true },
	{ "Memory (MB)", "Memory", offsetof(struct event, memory_mb), true },
	{ "TimeExecute (s)", "TimeExecute", offsetof(struct event, execute_s),
	  false },
	{ "TimeSlotBusy (s)", "TimeSlotBusy", offsetof(struct event, busy_s),
	  false },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const double *values_of(const struct event *ev, size_t row)
{
	return (const double *)(const void *)((const char *)ev +
					      rows[row].offset);
}

static bool is_whole(double value)
{
	return value == floor(value);
}

/* Whole numbers stand above the others' points. */
static void fill(char cell[CELL_SIZE], double value, bool points)
{
	if (value < 0)
		cell[0] = '\0';
	else if (is_whole(value))
		snprintf(cell, CELL_SIZE, "%.0f%s", value, points ? "   " : "");
	else
		snprintf(cell, CELL_SIZE, "%.2f", value);
}

static bool has_points(const struct event *ev, int column)
{
	for (size_t i = 0; i < ROWS; i++) {
		double value = values_of(ev, i)[column];

		if (value >= 0 && !is_whole(value))
			return true;
	}
	return false;
}

static bool is_shown(const struct event *ev, size_t row)
{
	const double *v = values_of(ev, row);

	return rows[row].always || v[USAGE] >= 0 || v[REQUEST] >= 0 ||
	       v[ALLOCATED] >= 0;
}

void eventlog_table(const struct event *ev, struct strbuf *out)
{
	int width[COLUMNS] = { 8, 8, 9 };
	char cells[ROWS][COLUMNS][CELL_SIZE];

	for (int c = 0; c < COLUMNS; c++) {
		bool points = has_points(ev, c);

		for (size_t i = 0; i < ROWS; i++) {
			int len;

			fill(cells[i][c], values_of(ev, i)[c], points);
			len = (int)strlen(cells[i][c]);
			width[c] = len > width[c] ? len : width[c];
		}
	}
	strbuf_addf(out, "\tPartitionable Resources : %*s %*s %*s \n",
		    width[USAGE], "Usage", width[REQUEST], "Request",
		    width[ALLOCATED], "Allocated");
	for (size_t i = 0; i < ROWS; i++)
		if (is_shown(ev, i))
			strbuf_addf(out, "\t   %-20s : %*s %*s %*s \n",
				    rows[i].label, width[USAGE],
				    cells[i][USAGE], width[REQUEST],
				    cells[i][REQUEST], width[ALLOCATED],
				    cells[i][ALLOCATED]);
}

/* ---- reading --------------------------------------------------------------- */

/* Behind the word that begins at or after @at; 0: there is none. */
static int word_end(const char *text, int at)
{
	at += (int)strspn(text + at, " ");
	return text[at] ? at + (int)strcspn(text + at, " ") : 0;
}

static bool parse_title(const char *line, struct eventlog_columns *columns)
{
	const char *colon;

	if (strncmp(line, "\tPartitionable ", 15) != 0)
		return false;
	colon = strchr(line, ':');
	if (!colon)
		return false;
	columns->usage = word_end(colon + 1, 0);
	columns->request = word_end(colon + 1, columns->usage);
	return true;
}

static bool is_tag(const char *line, const char *tag)
{
	size_t len = strlen(tag);

	line += strspn(line, "\t ");
	return strncmp(line, tag, len) == 0 &&
	       (line[len] == ' ' || line[len] == ':');
}

/* Each number belongs to the column in whose width it ends. */
static void parse_cells(const char *text,
			const struct eventlog_columns *columns,
			double v[COLUMNS])
{
	int at = 0, end;

	while ((end = word_end(text, at)) > 0) {
		double value = strtod(text + at, NULL);

		if (end <= columns->usage)
			v[USAGE] = value;
		else if (end <= columns->request)
			v[REQUEST] = value;
		else
			v[ALLOCATED] = value;
		at = end;
	}
}

bool eventlog_table_parse(const char *line, struct eventlog_columns *columns,
			  struct event *ev)
{
	const char *colon = strchr(line, ':');

	if (parse_title(line, columns)) {
		ev->has_resources = true;
		return true;
	}
	for (size_t i = 0; colon && columns->usage && i < ROWS; i++) {
		struct event_resource *r =
			(void *)((char *)ev + rows[i].offset);
		double v[COLUMNS] = { -1, -1, -1 };

		if (!is_tag(line, rows[i].tag))
			continue;
		parse_cells(colon + 1, columns, v);
		*r = (struct event_resource){ v[USAGE], v[REQUEST],
					      v[ALLOCATED] };
		return true;
	}
	return false;
}
