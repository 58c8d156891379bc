/* SPDX-License-Identifier: MIT */
/*
 * The wording is HTCondor's to the letter: scripts look for it. Lines that
 * are ours are added at the end of a body, where readers expect unknown ones.
 */
#include "common/job/eventlog.h"

#include "common/base/strbuf.h"
#include "common/job/eventlog_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void event_init(struct event *ev, enum event_type type, int64_t cluster,
		int64_t proc, int64_t time_s)
{
	const struct event_resource none = { -1, -1, -1 };

	*ev = (struct event){ .type = type,
			      .cluster = cluster,
			      .proc = proc,
			      .time_s = time_s,
			      .cpus = none,
			      .disk_kb = none,
			      .memory_mb = none,
			      .time_s_used = none,
			      .memory_usage_mb = -1,
			      .resident_kb = -1,
			      .proportional_kb = -1,
			      .ckpt_bytes = -1,
			      .ckpt_seconds = -1,
			      .lost_seconds = -1,
			      .queued_seconds = -1 };
}

void event_release(struct event *ev)
{
	free(ev->host);
	free(ev->slot);
	free(ev->reason);
	free(ev->notes);
	free(ev->address);
	free(ev->starter_address);
	free(ev->core_file);
	free(ev->scratch_dir);
	free(ev->arch);
	free(ev->ckpt_id);
	event_init(ev, EVENT_GENERIC, 0, 0, 0);
}

/* Line breaks would end the line, or the event. */
static void add_text(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		strbuf_addch(out, *text == '\n' || *text == '\r' ? ' ' : *text);
}

static void add_line(struct strbuf *out, const char *before, const char *text,
		     const char *after)
{
	strbuf_addstr(out, before);
	add_text(out, text ? text : "");
	strbuf_addf(out, "%s\n", after);
}

static void add_header(const struct event *ev, enum eventlog_dates dates,
		       struct strbuf *out)
{
	time_t t = (time_t)ev->time_s;
	char text[64] = "1970-01-01 00:00:00";
	struct tm tm;

	if (dates == EVENTLOG_ISO_UTC ? gmtime_r(&t, &tm) != NULL
				      : localtime_r(&t, &tm) != NULL)
		strftime(text, sizeof(text),
			 dates == EVENTLOG_LEGACY ? "%m/%d %H:%M:%S"
						  : "%Y-%m-%d %H:%M:%S",
			 &tm);
	strbuf_addf(out, "%03d (%03" PRId64 ".%03" PRId64 ".000) %s%s ",
		    (int)ev->type, ev->cluster, ev->proc, text,
		    dates == EVENTLOG_ISO_UTC ? "Z" : "");
}

/* ---- parts of bodies ----------------------------------------------------------- */

static void add_usage(struct strbuf *out, const struct event_usage *usage,
		      const char *label)
{
	const int64_t s[] = { usage->user_s < 0 ? 0 : usage->user_s,
			      usage->sys_s < 0 ? 0 : usage->sys_s };

	strbuf_addstr(out, "\t\t");
	for (int i = 0; i < 2; i++)
		strbuf_addf(out,
			    "%s %" PRId64 " %02" PRId64 ":%02" PRId64
			    ":%02" PRId64 "%s",
			    i ? "Sys" : "Usr", s[i] / 86400, s[i] / 3600 % 24,
			    s[i] / 60 % 60, s[i] % 60, i ? "" : ", ");
	strbuf_addf(out, "  -  %s\n", label);
}

static void add_number(struct strbuf *out, double number, const char *label)
{
	strbuf_addf(out, "\t%.0f  -  %s\n", number, label);
}

static void add_bytes(struct strbuf *out, const struct event *ev)
{
	add_number(out, ev->sent_bytes, "Run Bytes Sent By Job");
	add_number(out, ev->received_bytes, "Run Bytes Received By Job");
}

/* At least eight wide; a larger number is never cut. */
static void add_cell(struct strbuf *out, double value, int width)
{
	if (value < 0)
		strbuf_addf(out, " %*s", width, "");
	else if (value == floor(value))
		strbuf_addf(out, " %*.0f", width, value);
	else
		strbuf_addf(out, " %*.2f", width, value);
}

static void add_row(struct strbuf *out, const char *name,
		    const struct event_resource *r)
{
	strbuf_addf(out, "\t   %-20s :", name);
	add_cell(out, r->usage, 8);
	add_cell(out, r->request, 8);
	add_cell(out, r->allocated, 9);
	strbuf_addstr(out, " \n");
}

static bool is_empty(const struct event_resource *r)
{
	return r->usage < 0 && r->request < 0 && r->allocated < 0;
}

static void add_table(struct strbuf *out, const struct event *ev)
{
	if (!ev->has_resources)
		return;
	strbuf_addstr(out, "\tPartitionable Resources :    Usage  Request "
			   "Allocated \n");
	add_row(out, "Cpus", &ev->cpus);
	add_row(out, "Disk (KB)", &ev->disk_kb);
	add_row(out, "Memory (MB)", &ev->memory_mb);
	if (!is_empty(&ev->time_s_used))
		add_row(out, "TimeExecute (s)", &ev->time_s_used);
}

static void add_ending(struct strbuf *out, const struct event *ev)
{
	if (ev->normal) {
		strbuf_addf(out, "\t(1) Normal termination (return value %d)\n",
			    ev->status);
		return;
	}
	strbuf_addf(out, "\t(0) Abnormal termination (signal %d)\n",
		    ev->status);
	if (ev->core_file)
		add_line(out, "\t(1) Corefile in: ", ev->core_file, "");
	else
		strbuf_addstr(out, "\t(0) No core file\n");
}

/* ---- bodies, from behind the header ----------------------------------------------- */

static void body_submit(const struct event *ev, struct strbuf *out)
{
	add_line(out, "Job submitted from host: ", ev->host, "");
	if (ev->notes && *ev->notes)
		add_line(out, "    ", ev->notes, "");
}

/* As a ClassAd string. */
static void add_attr_string(struct strbuf *out, const char *name,
			    const char *value)
{
	strbuf_addf(out, "\t%s = \"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, *value == '\n' ? ' ' : *value);
	}
	strbuf_addstr(out, "\"\n");
}

static void add_attr_number(struct strbuf *out, const char *name, double value)
{
	if (value >= 0)
		strbuf_addf(out, "\t%s = %.15g\n", name, value);
}

/* Attributes in the order of their names. */
static void body_execute(const struct event *ev, struct strbuf *out)
{
	add_line(out, "Job executing on host: ", ev->host, "");
	if (ev->slot)
		add_line(out, "\tSlotName: ", ev->slot, "");
	if (ev->arch)
		add_attr_string(out, "Arch", ev->arch);
	if (ev->ckpt_id)
		add_attr_string(out, "CheckpointId", ev->ckpt_id);
	if (ev->scratch_dir)
		add_attr_string(out, "CondorScratchDir", ev->scratch_dir);
	if (!ev->has_resources)
		return;
	add_attr_number(out, "Cpus", ev->cpus.allocated);
	add_attr_number(out, "Disk", ev->disk_kb.allocated);
	add_attr_number(out, "Memory", ev->memory_mb.allocated);
}

static void body_executable_error(const struct event *ev, struct strbuf *out)
{
	strbuf_addf(out, "(%d) Job file not executable.\n", ev->code);
	if (ev->reason)
		add_line(out, "\t", ev->reason, "");
}

static void add_ckpt(struct strbuf *out, const struct event *ev)
{
	if (ev->ckpt_id)
		add_line(out, "\tCheckpointId: ", ev->ckpt_id, "");
	if (ev->ckpt_bytes >= 0)
		strbuf_addf(out, "\tCheckpointBytes: %" PRId64 "\n",
			    ev->ckpt_bytes);
	if (ev->ckpt_seconds >= 0)
		strbuf_addf(out, "\tCheckpointSeconds: %.3f\n",
			    ev->ckpt_seconds);
}

static void body_checkpointed(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job was checkpointed.\n");
	add_usage(out, &ev->run_remote, "Run Remote Usage");
	add_usage(out, &ev->run_local, "Run Local Usage");
	add_number(out, ev->sent_bytes, "Run Bytes Sent By Job For Checkpoint");
	add_ckpt(out, ev);
}

static void body_evicted(const struct event *ev, struct strbuf *out)
{
	if (ev->has_code)
		strbuf_addf(out, "Job was evicted. Code %d Subcode %d\n",
			    ev->code, ev->subcode);
	else
		strbuf_addstr(out, "Job was evicted.\n");
	if (ev->requeued)
		strbuf_addstr(out, "\t(0) Job terminated and was requeued\n");
	else if (ev->checkpointed)
		strbuf_addstr(out, "\t(1) Job was checkpointed.\n");
	else
		strbuf_addstr(out, "\t(0) CPU times\n");
	add_usage(out, &ev->run_remote, "Run Remote Usage");
	add_usage(out, &ev->run_local, "Run Local Usage");
	add_bytes(out, ev);
	if (ev->requeued)
		add_ending(out, ev);
	if (ev->reason)
		add_line(out, "\tReason: ", ev->reason, "");
	add_table(out, ev);
	add_ckpt(out, ev);
	if (ev->lost_seconds >= 0)
		add_number(out, ev->lost_seconds, "Seconds Of Work Lost");
}

static void body_terminated(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job terminated.\n");
	add_ending(out, ev);
	add_usage(out, &ev->run_remote, "Run Remote Usage");
	add_usage(out, &ev->run_local, "Run Local Usage");
	add_usage(out, &ev->total_remote, "Total Remote Usage");
	add_usage(out, &ev->total_local, "Total Local Usage");
	add_bytes(out, ev);
	add_number(out, ev->total_sent_bytes, "Total Bytes Sent By Job");
	add_number(out, ev->total_received_bytes,
		   "Total Bytes Received By Job");
	add_table(out, ev);
}

static void body_image_size(const struct event *ev, struct strbuf *out)
{
	strbuf_addf(out, "Image size of job updated: %" PRId64 "\n",
		    ev->image_kb);
	if (ev->memory_usage_mb >= 0)
		add_number(out, (double)ev->memory_usage_mb,
			   "MemoryUsage of job (MB)");
	if (ev->resident_kb >= 0)
		add_number(out, (double)ev->resident_kb,
			   "ResidentSetSize of job (KB)");
	if (ev->proportional_kb >= 0)
		add_number(out, (double)ev->proportional_kb,
			   "ProportionalSetSize of job (KB)");
}

/* A title, and the reason where there is one. */
static void body_reason(const struct event *ev, const char *title,
			struct strbuf *out)
{
	strbuf_addf(out, "%s\n", title);
	if (ev->reason)
		add_line(out, "\t", ev->reason, "");
}

static void body_held(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job was held.\n");
	add_line(out, "\t",
		 ev->reason && *ev->reason ? ev->reason : "Reason unspecified",
		 "");
	strbuf_addf(out, "\tCode %d Subcode %d\n", ev->code, ev->subcode);
}

static void body_remote_error(const struct event *ev, struct strbuf *out)
{
	add_line(out, "Error from starter on ", ev->host, ":");
	add_line(out, "\t", ev->reason, "");
	strbuf_addf(out, "\tCode %d Subcode %d\n", ev->code, ev->subcode);
}

static void body_disconnected(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job disconnected, attempting to reconnect\n");
	add_line(out, "    ", ev->reason, "");
	strbuf_addstr(out, "    Trying to reconnect to ");
	add_text(out, ev->host ? ev->host : "unknown");
	add_line(out, " ", ev->address, "");
}

static void body_reconnected(const struct event *ev, struct strbuf *out)
{
	add_line(out, "Job reconnected to ", ev->host, "");
	add_line(out, "    startd address: ", ev->address, "");
	add_line(out, "    starter address: ", ev->starter_address, "");
}

static void body_reconnect_failed(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job reconnection failed\n");
	add_line(out, "    ", ev->reason, "");
	add_line(out, "    Can not reconnect to ", ev->host,
		 ", rescheduling job");
}

const char *const eventlog_transfers[] = {
	[EVENT_TRANSFER_NONE] = "None",
	[EVENT_IN_QUEUED] = "Entered queue to transfer input files",
	[EVENT_IN_STARTED] = "Started transferring input files",
	[EVENT_IN_FINISHED] = "Finished transferring input files",
	[EVENT_OUT_QUEUED] = "Entered queue to transfer output files",
	[EVENT_OUT_STARTED] = "Started transferring output files",
	[EVENT_OUT_FINISHED] = "Finished transferring output files",
};

static void body_transfer(const struct event *ev, struct strbuf *out)
{
	strbuf_addf(out, "%s\n", eventlog_transfers[ev->transfer]);
	if (ev->queued_seconds >= 0)
		strbuf_addf(out, "\tSeconds spent in queue: %" PRId64 "\n",
			    ev->queued_seconds);
	if (ev->host)
		add_line(out, "\tTransferring to host: ", ev->host, "");
}

static void add_body(const struct event *ev, struct strbuf *out)
{
	switch (ev->type) {
	case EVENT_SUBMIT:
		body_submit(ev, out);
		break;
	case EVENT_EXECUTE:
		body_execute(ev, out);
		break;
	case EVENT_EXECUTABLE_ERROR:
		body_executable_error(ev, out);
		break;
	case EVENT_CHECKPOINTED:
		body_checkpointed(ev, out);
		break;
	case EVENT_EVICTED:
		body_evicted(ev, out);
		break;
	case EVENT_TERMINATED:
		body_terminated(ev, out);
		break;
	case EVENT_IMAGE_SIZE:
		body_image_size(ev, out);
		break;
	case EVENT_SHADOW_EXCEPTION:
		body_reason(ev, "Shadow exception!", out);
		add_bytes(out, ev);
		break;
	case EVENT_GENERIC:
		add_line(out, "", ev->reason, "");
		break;
	case EVENT_ABORTED:
		body_reason(ev, "Job was aborted.", out);
		break;
	case EVENT_SUSPENDED:
		strbuf_addf(out,
			    "Job was suspended.\n\tNumber of processes "
			    "actually suspended: %" PRId64 "\n",
			    ev->suspended_procs);
		break;
	case EVENT_UNSUSPENDED:
		strbuf_addstr(out, "Job was unsuspended.\n");
		break;
	case EVENT_HELD:
		body_held(ev, out);
		break;
	case EVENT_RELEASED:
		body_reason(ev, "Job was released.", out);
		break;
	case EVENT_REMOTE_ERROR:
		body_remote_error(ev, out);
		break;
	case EVENT_DISCONNECTED:
		body_disconnected(ev, out);
		break;
	case EVENT_RECONNECTED:
		body_reconnected(ev, out);
		break;
	case EVENT_RECONNECT_FAILED:
		body_reconnect_failed(ev, out);
		break;
	case EVENT_FILE_TRANSFER:
		body_transfer(ev, out);
		break;
	}
}

void eventlog_format(const struct event *ev, enum eventlog_dates dates,
		     struct strbuf *out)
{
	add_header(ev, dates, out);
	add_body(ev, out);
	strbuf_addstr(out, "...\n");
}
