/* SPDX-License-Identifier: MIT */
/*
 * Reads the log back, HTCondor's own as well as ours: first the header and
 * the first line of the body, then each line by what it looks like. Lines
 * that say nothing to us are passed over.
 */
#include "common/job/eventlog.h"
#include "common/job/eventlog_priv.h"

#include "common/base/clock.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Longer than any event; what has no end by then is none. */
#define EVENT_BYTES_MAX (1u << 20)

/* The text behind the prefix, NULL if the line does not start with it. */
static const char *after(const char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) == 0 ? line + len : NULL;
}

static void set_text(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

/* ---- the header ------------------------------------------------------------------ */

/* Reads `NNN (C.P.S) date time `. Returns its length, 0: it is none. */
static size_t parse_header(const char *line, struct event *ev)
{
	struct tm tm = { .tm_isdst = -1 };
	time_t now = (time_t)(clock_real_ms() / 1000);
	int type, len = 0, date = 0;
	int64_t cluster, proc, sub;

	if (sscanf(line, "%3d (%" SCNd64 ".%" SCNd64 ".%" SCNd64 ") %n", &type,
		   &cluster, &proc, &sub, &len) < 4 ||
	    len == 0 || type < 0)
		return 0;
	event_init(ev, (enum event_type)type, cluster, proc, 0);
	line += len;
	if (sscanf(line, "%4d-%2d-%2d %2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		   &date) == 6) {
		tm.tm_year -= 1900;
	} else if (sscanf(line, "%2d/%2d %2d:%2d:%2d%n", &tm.tm_mon,
			  &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
			  &date) == 5) {
		struct tm today;

		if (!localtime_r(&now, &today))
			return 0;
		tm.tm_year = today.tm_year;
	} else {
		return 0;
	}
	tm.tm_mon--;
	if (line[date] == '.') /* parts of a second */
		date += 1 + (int)strspn(line + date + 1, "0123456789");
	if (line[date] == 'Z') {
		ev->time_s = timegm(&tm);
		date++;
	} else {
		ev->time_s = mktime(&tm);
	}
	return line[date] == ' ' ? (size_t)(len + date + 1) : 0;
}

/* ---- lines that look alike in all events ------------------------------------------------ */

static bool parse_usage(const char *line, struct event *ev)
{
	static const struct {
		const char *label;
		size_t offset;
	} labels[] = {
		{ "Run Remote Usage", offsetof(struct event, run_remote) },
		{ "Run Local Usage", offsetof(struct event, run_local) },
		{ "Total Remote Usage", offsetof(struct event, total_remote) },
		{ "Total Local Usage", offsetof(struct event, total_local) },
	};
	int64_t d[2], h[2], m[2], s[2];
	int len = 0;

	if (sscanf(line,
		   "\t\tUsr %" SCNd64 " %" SCNd64 ":%" SCNd64 ":%" SCNd64
		   ", Sys %" SCNd64 " %" SCNd64 ":%" SCNd64 ":%" SCNd64
		   "  -  %n",
		   &d[0], &h[0], &m[0], &s[0], &d[1], &h[1], &m[1], &s[1],
		   &len) < 8 ||
	    len == 0)
		return false;
	for (size_t i = 0; i < 4; i++) {
		struct event_usage *usage =
			(void *)((char *)ev + labels[i].offset);

		if (strcmp(line + len, labels[i].label) != 0)
			continue;
		for (int k = 0; k < 2; k++) {
			uint64_t total = (uint64_t)d[k] * 86400 +
					 (uint64_t)h[k] * 3600 +
					 (uint64_t)m[k] * 60 + (uint64_t)s[k];

			*(k ? &usage->sys_s : &usage->user_s) = (int64_t)total;
		}
	}
	return true;
}

static int64_t whole(double number)
{
	return number >= -0x1p62 && number <= 0x1p62 ? (int64_t)number : -1;
}

/* `\t123  -  Label` */
static bool parse_number(const char *line, struct event *ev)
{
	double number;
	int len = 0;

	if (sscanf(line, "\t%lf  -  %n", &number, &len) < 1 || len == 0)
		return false;
	line += len;
	if (strcmp(line, "Run Bytes Sent By Job") == 0 ||
	    strcmp(line, "Run Bytes Sent By Job For Checkpoint") == 0)
		ev->sent_bytes = number;
	else if (strcmp(line, "Run Bytes Received By Job") == 0)
		ev->received_bytes = number;
	else if (strcmp(line, "Total Bytes Sent By Job") == 0)
		ev->total_sent_bytes = number;
	else if (strcmp(line, "Total Bytes Received By Job") == 0)
		ev->total_received_bytes = number;
	else if (strcmp(line, "Seconds Of Work Lost") == 0)
		ev->lost_seconds = number;
	else if (strcmp(line, "MemoryUsage of job (MB)") == 0)
		ev->memory_usage_mb = whole(number);
	else if (strcmp(line, "ResidentSetSize of job (KB)") == 0)
		ev->resident_kb = whole(number);
	else if (strcmp(line, "ProportionalSetSize of job (KB)") == 0)
		ev->proportional_kb = whole(number);
	return true;
}

/* How a job ended, for 004 and 005. */
static bool parse_ending(const char *line, struct event *ev)
{
	const char *text;

	if (sscanf(line, "\t(1) Normal termination (return value %d)",
		   &ev->status) == 1) {
		ev->normal = true;
		return true;
	}
	if (sscanf(line, "\t(0) Abnormal termination (signal %d)",
		   &ev->status) == 1)
		return true;
	if ((text = after(line, "\t(1) Corefile in: "))) {
		set_text(&ev->core_file, text);
		return true;
	}
	if (after(line, "\t(1) Job was checkpointed."))
		ev->checkpointed = true;
	else if (after(line, "\t(0) Job terminated and was requeued"))
		ev->requeued = true;
	else
		return false;
	return true;
}

static bool parse_ckpt(const char *line, struct event *ev)
{
	const char *text;

	if ((text = after(line, "\tCheckpointId: ")))
		set_text(&ev->ckpt_id, text);
	else if ((text = after(line, "\tCheckpointBytes: ")))
		ev->ckpt_bytes = strtoll(text, NULL, 10);
	else if ((text = after(line, "\tCheckpointSeconds: ")))
		ev->ckpt_seconds = strtod(text, NULL);
	else
		return false;
	return true;
}

/* ---- lines of single events --------------------------------------------------------- */

static void add_attr(struct event *ev, const char *line)
{
	char *more = xasprintf("%s%s\n", ev->attrs ? ev->attrs : "", line);

	free(ev->attrs);
	ev->attrs = more;
}

/* `\tName = value` of 001 */
static void parse_attr(const char *line, struct event *ev)
{
	const char *whole_line = line + (*line == '\t');
	char name[64], *value;
	int len = 0;
	size_t n = 0;

	if (sscanf(line, "\t%63[A-Za-z0-9_] = %n", name, &len) < 1 || len == 0)
		return;
	line += len;
	value = xstrdup(line);
	if (*line == '"') { /* undo the string's escapes */
		for (line++; *line && *line != '"'; line++) {
			if (*line == '\\' && line[1])
				line++;
			value[n++] = *line;
		}
		value[n] = '\0';
	}
	if (strcmp(name, "Arch") == 0)
		set_text(&ev->arch, value);
	else if (strcmp(name, "CheckpointId") == 0)
		set_text(&ev->ckpt_id, value);
	else if (strcmp(name, "CondorScratchDir") == 0)
		set_text(&ev->scratch_dir, value);
	else if (strcmp(name, "Cpus") == 0)
		ev->cpus.allocated = strtod(value, NULL);
	else if (strcmp(name, "Disk") == 0)
		ev->disk_kb.allocated = strtod(value, NULL);
	else if (strcmp(name, "Memory") == 0)
		ev->memory_mb.allocated = strtod(value, NULL);
	else
		add_attr(ev, whole_line);
	ev->has_resources |= ev->cpus.allocated >= 0;
	free(value);
}

static void parse_reconnect(const char *line, struct event *ev)
{
	const char *text, *end;

	if ((text = after(line, "    Trying to reconnect to "))) {
		end = strrchr(text, ' ');
		if (end) {
			set_text(&ev->address, end + 1);
			free(ev->host);
			ev->host = xstrndup(text, (size_t)(end - text));
		}
	} else if ((text = after(line, "    startd address: "))) {
		set_text(&ev->address, text);
	} else if ((text = after(line, "    starter address: "))) {
		set_text(&ev->starter_address, text);
	} else if ((text = after(line, "    Can not reconnect to "))) {
		set_text(&ev->host, text);
		end = strstr(ev->host, ", rescheduling job");
		if (end)
			ev->host[end - ev->host] = '\0';
	} else if ((text = after(line, "    ")) && !ev->reason) {
		set_text(&ev->reason, text);
	}
}

static void parse_removed(const char *line, struct event *ev)
{
	static const struct {
		const char *word;
		enum event_completion completion;
	} words[] = { { "Error", EVENT_CLUSTER_ERROR },
		      { "Incomplete", EVENT_CLUSTER_INCOMPLETE },
		      { "Complete", EVENT_CLUSTER_COMPLETE },
		      { "Paused", EVENT_CLUSTER_PAUSED } };
	int len = 0;

	if (sscanf(line,
		   "\tMaterialized %" SCNd64 " jobs from %" SCNd64 " items.%n",
		   &ev->next_proc, &ev->next_row, &len) < 2 ||
	    len == 0) {
		if (*line == '\t')
			set_text(&ev->notes, line + 1);
		return;
	}
	line += len + (line[len] == '\t');
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (after(line, words[i].word))
			ev->completion = words[i].completion;
}

/* `Changing job attribute A from B to C`, `Setting job attribute A to C` */
static void parse_update(const char *line, struct event *ev)
{
	const char *text = after(line, "Changing job attribute ");
	const char *from = NULL, *to;

	if (text)
		from = strstr(text, " from ");
	else
		text = after(line, "Setting job attribute ");
	if (!text)
		return;
	to = strstr(from ? from + 6 : text, " to ");
	if (!to)
		return;
	free(ev->attr_name);
	ev->attr_name = xstrndup(text, (size_t)((from ? from : to) - text));
	if (from) {
		free(ev->attr_old);
		ev->attr_old = xstrndup(from + 6, (size_t)(to - from - 6));
	}
	set_text(&ev->attr_value, to + 4);
}

static void parse_own(const char *line, struct event *ev)
{
	const char *text;

	switch (ev->type) {
	case EVENT_SUBMIT:
	case EVENT_CLUSTER_SUBMIT:
		if ((text = after(line, "    ")))
			set_text(ev->notes ? &ev->user_notes : &ev->notes,
				 text);
		break;
	case EVENT_AD_INFORMATION:
		add_attr(ev, line);
		break;
	case EVENT_CLUSTER_REMOVE:
		parse_removed(line, ev);
		break;
	case EVENT_EXECUTE:
		if ((text = after(line, "\tSlotName: ")))
			set_text(&ev->slot, text);
		else
			parse_attr(line, ev);
		break;
	case EVENT_EVICTED:
		text = after(line, ev->requeued ? "\t" : "\tReason: ");
		if (text && !ev->reason)
			set_text(&ev->reason, text);
		break;
	case EVENT_SUSPENDED:
		if ((text = after(line, "\tNumber of processes actually "
					"suspended: ")))
			ev->suspended_procs = strtoll(text, NULL, 10);
		break;
	case EVENT_DISCONNECTED:
	case EVENT_RECONNECTED:
	case EVENT_RECONNECT_FAILED:
		parse_reconnect(line, ev);
		break;
	case EVENT_FILE_TRANSFER:
		if ((text = after(line, "\tTransferring to host: ")))
			set_text(&ev->host, text);
		else if ((text = after(line, "\tSeconds spent in queue: ")))
			ev->queued_seconds = strtoll(text, NULL, 10);
		break;
	default:
		if ((text = after(line, "\t")) && !ev->reason)
			set_text(&ev->reason, text);
	}
}

/* Events whose first line behind the title is free text. */
static bool reason_first(const struct event *ev)
{
	return !ev->reason &&
	       (ev->type == EVENT_HELD || ev->type == EVENT_ABORTED ||
		ev->type == EVENT_RELEASED ||
		ev->type == EVENT_SHADOW_EXCEPTION ||
		ev->type == EVENT_REMOTE_ERROR ||
		ev->type == EVENT_FACTORY_PAUSED ||
		ev->type == EVENT_FACTORY_RESUMED ||
		ev->type == EVENT_EXECUTABLE_ERROR);
}

static void parse_line(const char *line, struct eventlog_columns *columns,
		       struct event *ev)
{
	if (reason_first(ev) || ev->type == EVENT_AD_INFORMATION) {
		parse_own(line, ev);
		return;
	}
	if (parse_usage(line, ev) || parse_number(line, ev) ||
	    parse_ckpt(line, ev))
		return;
	if ((ev->type == EVENT_EVICTED || ev->type == EVENT_TERMINATED) &&
	    (parse_ending(line, ev) || eventlog_table_parse(line, columns, ev)))
		return;
	if (sscanf(line, "\tCode %d Subcode %d", &ev->code, &ev->subcode) ==
		    2 ||
	    sscanf(line, "\tPauseCode %d", &ev->code) == 1 ||
	    sscanf(line, "\tHoldCode %d", &ev->subcode) == 1)
		return;
	parse_own(line, ev);
}

/* The rest of the header's line. */
static void parse_title(const char *line, struct event *ev)
{
	const char *text;

	if ((text = after(line, "Job submitted from host: ")) ||
	    (text = after(line, "Cluster submitted from host: ")) ||
	    (text = after(line, "Job executing on host: ")) ||
	    (text = after(line, "Job reconnected to "))) {
		set_text(&ev->host, text);
	} else if ((text = after(line, "Error from starter on "))) {
		set_text(&ev->host, text);
		if (*ev->host)
			ev->host[strlen(ev->host) - 1] = '\0';
	} else if ((text = after(line, "Image size of job updated: "))) {
		ev->image_kb = strtoll(text, NULL, 10);
	} else if (sscanf(line, "Job was evicted. Code %d Subcode %d",
			  &ev->code, &ev->subcode) == 2) {
		ev->has_code = true;
	} else if (ev->type == EVENT_EXECUTABLE_ERROR) {
		sscanf(line, "(%d)", &ev->code);
	} else if (ev->type == EVENT_ATTRIBUTE_UPDATE) {
		parse_update(line, ev);
	} else if (ev->type == EVENT_GENERIC) {
		set_text(&ev->reason, line);
	} else if (ev->type == EVENT_FILE_TRANSFER) {
		for (int i = EVENT_IN_QUEUED; i <= EVENT_OUT_FINISHED; i++)
			if (strcmp(line, eventlog_transfers[i]) == 0)
				ev->transfer = (enum event_transfer)i;
	}
}

/* ---- events -------------------------------------------------------------------------- */

/* Bytes up to and with the line "..."; 0: it is not there yet. */
static size_t event_end(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		const char *line = p;

		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return 0;
		p++;
		if (p - line == 4 && memcmp(line, "...", 3) == 0)
			return (size_t)(p - text);
	}
	return 0;
}

int64_t eventlog_parse(const char *text, size_t len, struct event *ret_ev,
		       size_t *ret_skip)
{
	size_t size = event_end(text, len), header;
	struct eventlog_columns columns = { 0, 0 };
	struct event ev;
	char *copy, *line, *rest;

	*ret_skip = size ? size : len;
	if (size == 0)
		return len > EVENT_BYTES_MAX ? -EINVAL : 0;
	rest = copy = xstrndup(text, size - 4);
	line = strsep(&rest, "\n");
	header = parse_header(line, &ev);
	if (header == 0) {
		free(copy);
		return -EINVAL;
	}
	parse_title(line + header, &ev);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			parse_line(line, &columns, &ev);
	free(copy);
	*ret_ev = ev;
	return (int64_t)size;
}
