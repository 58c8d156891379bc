/* SPDX-License-Identifier: MIT */
/*
 * The bodies of the events. The wording is HTCondor's to the letter: scripts
 * look for it. Lines that are ours are added at the end of a body, where
 * readers expect unknown ones.
 */
#include "common/job/eventlog.h"
#include "common/job/eventlog_priv.h"

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Line breaks would end the line, or the event. */
static void add_text(struct strbuf *out, const char *text, char newline)
{
	for (; *text; text++) {
		if (*text == '\n')
			strbuf_addch(out, newline);
		else
			strbuf_addch(out, *text == '\r' ? ' ' : *text);
	}
}

static void add_line(struct strbuf *out, const char *before, const char *text,
		     const char *after)
{
	strbuf_addstr(out, before);
	add_text(out, text ? text : "", '|');
	strbuf_addf(out, "%s\n", after);
}

/* ---- parts of bodies ----------------------------------------------------------- */

void eventlog_usage(const struct event_usage *usage, struct strbuf *out)
{
	const int64_t s[] = { usage->user_s < 0 ? 0 : usage->user_s,
			      usage->sys_s < 0 ? 0 : usage->sys_s };

	for (int i = 0; i < 2; i++)
		strbuf_addf(out,
			    "%s %" PRId64 " %02" PRId64 ":%02" PRId64
			    ":%02" PRId64 "%s",
			    i ? "Sys" : "Usr", s[i] / 86400, s[i] / 3600 % 24,
			    s[i] / 60 % 60, s[i] % 60, i ? "" : ", ");
}

static void add_usage(struct strbuf *out, const struct event_usage *usage,
		      const char *label)
{
	strbuf_addstr(out, "\t\t");
	eventlog_usage(usage, out);
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

/* What DAGMan and people had said at submission, a line each. */
static void add_notes(const struct event *ev, struct strbuf *out)
{
	const char *const notes[] = { ev->notes, ev->user_notes };

	for (int i = 0; i < 2; i++) {
		if (!notes[i] || !*notes[i])
			continue;
		strbuf_addstr(out, "    ");
		add_text(out, notes[i], ' ');
		strbuf_addch(out, '\n');
	}
}

static void body_submit(const struct event *ev, struct strbuf *out)
{
	add_line(out, "Job submitted from host: ", ev->host, "");
	add_notes(ev, out);
}

/* ---- the attributes of 001 ---- */

#define ATTRS_MAX 64

struct attrs {
	char *lines[ATTRS_MAX]; /* "Name = value" */
	int count;
};

/* The first of a name stays. */
static void attrs_take(struct attrs *a, char *line)
{
	size_t len = strcspn(line, " =");

	for (int i = 0; i < a->count; i++) {
		if (strncasecmp(a->lines[i], line, len) == 0 &&
		    strcspn(a->lines[i], " =") == len) {
			free(line);
			return;
		}
	}
	if (a->count < ATTRS_MAX)
		a->lines[a->count++] = line;
	else
		free(line);
}

/* As a ClassAd string. */
static void attrs_string(struct attrs *a, const char *name, const char *value)
{
	struct strbuf line = STRBUF_INIT;

	if (!value)
		return;
	strbuf_addf(&line, "%s = \"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			strbuf_addch(&line, '\\');
		strbuf_addch(&line, *value == '\n' ? ' ' : *value);
	}
	strbuf_addch(&line, '"');
	attrs_take(a, strbuf_detach(&line));
}

static void attrs_number(struct attrs *a, const char *name, double value)
{
	if (value >= 0)
		attrs_take(a, xasprintf("%s = %.15g", name, value));
}

static void attrs_text(struct attrs *a, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");

		if (len)
			attrs_take(a, xstrndup(text, len));
		text += len + (text[len] == '\n');
	}
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

/* Attributes in the order of their names. */
static void body_execute(const struct event *ev, struct strbuf *out)
{
	struct attrs a = { .count = 0 };

	add_line(out, "Job executing on host: ", ev->host, "");
	if (ev->slot)
		add_line(out, "\tSlotName: ", ev->slot, "");
	attrs_string(&a, "Arch", ev->arch);
	attrs_string(&a, "CheckpointId", ev->ckpt_id);
	attrs_string(&a, "CondorScratchDir", ev->scratch_dir);
	if (ev->has_resources) {
		attrs_number(&a, "Cpus", ev->cpus.allocated);
		attrs_number(&a, "Disk", ev->disk_kb.allocated);
		attrs_number(&a, "Memory", ev->memory_mb.allocated);
	}
	attrs_text(&a, ev->attrs);
	if (a.count)
		qsort(a.lines, (size_t)a.count, sizeof(a.lines[0]), by_name);
	for (int i = 0; i < a.count; i++) {
		add_line(out, "\t", a.lines[i], "");
		free(a.lines[i]);
	}
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
	if (ev->reason && *ev->reason)
		add_line(out, ev->requeued ? "\t" : "\tReason: ", ev->reason,
			 "");
	if (ev->has_resources)
		eventlog_table(ev, out);
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
	if (ev->has_resources)
		eventlog_table(ev, out);
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
	if (ev->reason && *ev->reason)
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
	if (ev->code)
		strbuf_addf(out, "\tCode %d Subcode %d\n", ev->code,
			    ev->subcode);
}

static void body_disconnected(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job disconnected, attempting to reconnect\n");
	add_line(out, "    ", ev->reason, "");
	strbuf_addstr(out, "    Trying to reconnect to ");
	add_text(out, ev->host ? ev->host : "unknown", ' ');
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

static void body_ad_information(const struct event *ev, struct strbuf *out)
{
	struct attrs a = { .count = 0 };

	strbuf_addstr(out, "Job ad information event triggered.\n");
	attrs_text(&a, ev->attrs);
	for (int i = 0; i < a.count; i++) {
		add_line(out, "", a.lines[i], "");
		free(a.lines[i]);
	}
}

static void body_update(const struct event *ev, struct strbuf *out)
{
	strbuf_addf(out, "%s job attribute ",
		    ev->attr_old ? "Changing" : "Setting");
	add_text(out, ev->attr_name ? ev->attr_name : "", ' ');
	if (ev->attr_old) {
		strbuf_addstr(out, " from ");
		add_text(out, ev->attr_old, ' ');
	}
	add_line(out, " to ", ev->attr_value, "");
}

static void body_cluster_submit(const struct event *ev, struct strbuf *out)
{
	add_line(out, "Cluster submitted from host: ", ev->host, "");
	add_notes(ev, out);
}

static void body_cluster_remove(const struct event *ev, struct strbuf *out)
{
	strbuf_addf(out,
		    "Cluster removed\n\tMaterialized %" PRId64
		    " jobs from %" PRId64 " items.",
		    ev->next_proc, ev->next_row);
	switch (ev->completion) {
	case EVENT_CLUSTER_ERROR:
		strbuf_addf(out, "\tError %d\n", (int)ev->completion);
		break;
	case EVENT_CLUSTER_INCOMPLETE:
		strbuf_addstr(out, "\tIncomplete\n");
		break;
	case EVENT_CLUSTER_COMPLETE:
		strbuf_addstr(out, "\tComplete\n");
		break;
	case EVENT_CLUSTER_PAUSED:
		strbuf_addstr(out, "\tPaused\n");
		break;
	}
	if (ev->notes && *ev->notes)
		add_line(out, "\t", ev->notes, "");
}

static void body_paused(const struct event *ev, struct strbuf *out)
{
	strbuf_addstr(out, "Job Materialization Paused\n");
	if (ev->reason || ev->code)
		add_line(out, "\t", ev->reason, "");
	if (ev->code)
		strbuf_addf(out, "\tPauseCode %d\n", ev->code);
	if (ev->subcode)
		strbuf_addf(out, "\tHoldCode %d\n", ev->subcode);
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

void eventlog_body(const struct event *ev, struct strbuf *out)
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
	case EVENT_AD_INFORMATION:
		body_ad_information(ev, out);
		break;
	case EVENT_ATTRIBUTE_UPDATE:
		body_update(ev, out);
		break;
	case EVENT_CLUSTER_SUBMIT:
		body_cluster_submit(ev, out);
		break;
	case EVENT_CLUSTER_REMOVE:
		body_cluster_remove(ev, out);
		break;
	case EVENT_FACTORY_PAUSED:
		body_paused(ev, out);
		break;
	case EVENT_FACTORY_RESUMED:
		body_reason(ev, "Job Materialization Resumed", out);
		break;
	case EVENT_FILE_TRANSFER:
		body_transfer(ev, out);
		break;
	}
}
