/* SPDX-License-Identifier: MIT */
#include "scheduler/joblog.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/eventlog.h"
#include "common/job/wire.h"
#include "common/svc/json.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/dbevents.h"
#include "scheduler/nodes.h"
#include "scheduler/outbox.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *log_path(const struct ad *ad)
{
	const char *log = ad_str(ad, "UserLog");
	const char *iwd = ad_str(ad, "Iwd");

	if (!log || !*log)
		return NULL;
	if (*log == '/' || !iwd)
		return xstrdup(log);
	return xasprintf("%s/%s", iwd, log);
}

/* log_format = words; the last one counts. */
static enum eventlog_style style_of(const struct ad *ad)
{
	const char *words = ad_str(ad, "UserLogFormat");
	enum eventlog_style style = EVENTLOG_ISO;

	while (words && *words) {
		size_t len;
		char *word;

		words += strspn(words, ", \t");
		len = strcspn(words, ", \t");
		word = xstrndup(words, len);
		eventlog_style_parse(word, &style);
		free(word);
		words += len;
	}
	return style;
}

static int write_one(struct sched *s, struct job *j, const struct ad *ad,
		     const struct event *ev, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char *path = log_path(ad);
	struct dbevent row = {
		.cluster = j->cluster->id,
		.proc = j->proc,
		.time = ev->time_s,
		.number = ev->type,
		.uid = j->cluster->uid,
		.path = path,
		.offset = -1,
	};
	int rc = core_write(s, err);

	eventlog_format(ev, style_of(ad), &text);
	row.text = text.data;
	if (!rc)
		rc = dbevents_add(s->db, &row, &row.id, err);
	if (!rc && path)
		outbox_add(s, &row);
	free(path);
	strbuf_release(&text);
	return rc;
}

/* Appends `Name = value` for each name of a list that the ad has. */
static void add_attrs(const struct ad *ad, const char *names,
		      struct strbuf *out)
{
	while (names && *names) {
		size_t len;
		char *name;

		names += strspn(names, ", \t\n");
		len = strcspn(names, ", \t\n");
		name = xstrndup(names, len);
		if (len && ad_has(ad, name)) {
			struct strbuf value = STRBUF_INIT;
			json_t *json = ad_attr_to_json(ad, name);

			/* What can be computed is told as its value. */
			if (json_is_string(json))
				ad_unparse_attr(ad, name, &value);
			else if (json)
				json_write(json, &value);
			strbuf_addf(out, "%s = %s\n", name,
				    value.data ? value.data : "undefined");
			json_decref(json);
			strbuf_release(&value);
		}
		free(name);
		names += len;
	}
}

/* 028: what the job wants to be told with each event. */
static int write_information(struct sched *s, struct job *j,
			     const struct ad *ad, const struct event *about,
			     struct err *err)
{
	const char *names = ad_str(ad, "JobAdInformationAttrs");
	struct strbuf attrs = STRBUF_INIT;
	struct event ev;
	int rc;

	if (!names)
		return 0;
	strbuf_addf(&attrs,
		    "Cluster = %d\nProc = %d\nTriggerEventTypeNumber = %d\n"
		    "TriggerEventTypeName = \"%s\"\n",
		    j->cluster->id, j->proc, (int)about->type,
		    eventlog_type_name(about->type));
	add_attrs(ad, names, &attrs);
	event_init(&ev, EVENT_AD_INFORMATION, about->cluster, about->proc,
		   about->time_s);
	ev.attrs = attrs.data;
	rc = write_one(s, j, ad, &ev, err);
	strbuf_release(&attrs);
	return rc;
}

static int write_event(struct sched *s, struct job *j, const struct ad *ad,
		       const struct event *ev, struct err *err)
{
	int rc = write_one(s, j, ad, ev, err);

	return rc ? rc : write_information(s, j, ad, ev, err);
}

static void begin(struct event *ev, enum event_type type, const struct job *j)
{
	event_init(ev, type, j->cluster->id, j->proc, sched_now());
}

int joblog_submit(struct sched *s, struct job *j, const struct ad *ad,
		  struct err *err)
{
	struct event ev;

	begin(&ev, EVENT_SUBMIT, j);
	ev.host = s->address;
	ev.notes = (char *)ad_str(ad, "SubmitEventNotes");
	ev.user_notes = (char *)ad_str(ad, "SubmitEventUserNotes");
	return write_event(s, j, ad, &ev, err);
}

static void resources(struct event *ev, const struct ad *ad,
		      const struct ad *slot, const struct wire_figures *f)
{
	ev->has_resources = true;
	ev->cpus =
		(struct event_resource){ -1, ad_real(ad, "RequestCpus", 1),
					 ad_real(ad, "CpusProvisioned", -1) };
	ev->disk_kb = (struct event_resource){
		f && f->disk_kb >= 0 ? (double)f->disk_kb : -1,
		ad_real(ad, "RequestDisk", -1),
		ad_real(ad, "DiskProvisioned", -1)
	};
	ev->memory_mb = (struct event_resource){
		f && f->memory_kb >= 0 ? (double)(f->memory_kb / 1024) : -1,
		ad_real(ad, "RequestMemory", -1),
		ad_real(ad, "MemoryProvisioned", -1)
	};
	if (!slot)
		return;
	ev->cpus.allocated = ad_real(slot, "Cpus", -1);
	ev->disk_kb.allocated = ad_real(slot, "Disk", -1);
	ev->memory_mb.allocated = ad_real(slot, "Memory", -1);
}

int joblog_execute(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, struct err *err)
{
	struct strbuf attrs = STRBUF_INIT;
	struct event ev;
	char host[320], ckpt[24];
	int rc;

	begin(&ev, EVENT_EXECUTE, j);
	snprintf(host, sizeof(host), "<%s>", a->address ? a->address : a->host);
	ev.host = host;
	ev.slot = a->slot->full;
	ev.arch = a->arch;
	ev.scratch_dir = a->scratch;
	resources(&ev, ad, a->slot->ad, NULL);
	if (a->resumed_from) {
		snprintf(ckpt, sizeof(ckpt), "%lld",
			 (long long)a->resumed_from);
		ev.ckpt_id = ckpt;
	}
	if (a->slot->ad)
		add_attrs(a->slot->ad, ad_str(ad, "ULogExecuteEventAttrs"),
			  &attrs);
	ev.attrs = attrs.data;
	rc = write_event(s, j, ad, &ev, err);
	strbuf_release(&attrs);
	return rc;
}

static void usage(struct event *ev, const struct wire_figures *f)
{
	ev->run_remote.user_s = (int64_t)f->user_cpu_s;
	ev->run_remote.sys_s = (int64_t)f->sys_cpu_s;
	if (f->sent_bytes >= 0)
		ev->sent_bytes = (double)f->sent_bytes;
	if (f->received_bytes >= 0)
		ev->received_bytes = (double)f->received_bytes;
}

int joblog_checkpoint(struct sched *s, struct job *j, const struct ad *ad,
		      int64_t id, int64_t bytes, int64_t ckpt_ms,
		      struct err *err)
{
	struct event ev;
	char ckpt[24];

	begin(&ev, EVENT_CHECKPOINTED, j);
	snprintf(ckpt, sizeof(ckpt), "%lld", (long long)id);
	ev.ckpt_id = ckpt;
	ev.ckpt_bytes = bytes;
	if (j->attempt)
		usage(&ev, &j->attempt->figures);
	ev.sent_bytes = bytes < 0 ? 0 : (double)bytes;
	ev.ckpt_seconds = ckpt_ms < 0 ? -1 : (double)ckpt_ms / 1000;
	return write_event(s, j, ad, &ev, err);
}

/* Work that no checkpoint of this run holds, in seconds. */
static double lost_work(const struct ad *ad, const struct attempt *a,
			const struct wire_end *end)
{
	int64_t began = end->started ? end->started : a->started;
	int64_t ended = end->ended ? end->ended : sched_now();
	int64_t saved = ad_int(ad, "LastCkptTime", 0);
	int64_t lost;

	if (end->how == WIRE_HOW_CHECKPOINTED || !began)
		return 0;
	if (saved > began)
		lost = ended - saved;
	else
		lost = ended - began -
		       (end->figures.suspended_s > 0 ? end->figures.suspended_s
						     : 0);
	return lost > 0 ? (double)lost : 0;
}

static void times(struct event *ev, int64_t began, int64_t matched,
		  int64_t ended)
{
	if (began && ended >= began)
		ev->execute_s.usage = (double)(ended - began);
	if (matched && ended >= matched)
		ev->busy_s.usage = (double)(ended - matched);
}

static int write_evicted(struct sched *s, struct job *j, const struct ad *ad,
			 const struct attempt *a, const struct wire_end *end,
			 const char *reason, int code, struct err *err)
{
	int64_t ended = end->ended ? end->ended : sched_now();
	struct event ev;

	begin(&ev, EVENT_EVICTED, j);
	ev.checkpointed = end->how == WIRE_HOW_CHECKPOINTED;
	ev.reason = (char *)reason;
	ev.has_code = code != 0;
	ev.code = code;
	ev.lost_seconds = lost_work(ad, a, end);
	usage(&ev, &end->figures);
	resources(&ev, ad, a->slot->ad, &end->figures);
	times(&ev, end->started ? end->started : a->started, a->matched, ended);
	return write_event(s, j, ad, &ev, err);
}

/* 007: the run could not go on, through no fault of the program. */
static int write_exception(struct sched *s, struct job *j, const struct ad *ad,
			   const struct wire_end *end, const char *reason,
			   struct err *err)
{
	struct event ev;

	begin(&ev, EVENT_SHADOW_EXCEPTION, j);
	ev.reason = (char *)(reason ? reason : "the run could not go on");
	usage(&ev, &end->figures);
	return write_event(s, j, ad, &ev, err);
}

int joblog_evicted(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, const struct wire_end *end,
		   const char *reason, int code, struct err *err)
{
	int rc = 0;

	if (end->how == WIRE_HOW_DAMAGED || end->how == WIRE_HOW_UNRESTARTABLE)
		rc = write_exception(s, j, ad, end, reason, err);
	if (!rc)
		rc = write_evicted(s, j, ad, a, end, reason, code, err);
	return rc;
}

int joblog_failed(struct sched *s, struct job *j, const struct ad *ad,
		  const struct attempt *a, const struct wire_end *end, int hold,
		  struct err *err)
{
	struct event ev;
	int rc;

	begin(&ev, EVENT_REMOTE_ERROR, j);
	ev.host = a->slot->full;
	ev.reason = end->message;
	ev.code = hold;
	ev.subcode = end->code;
	rc = write_event(s, j, ad, &ev, err);
	if (!rc && end->started)
		rc = write_evicted(s, j, ad, a, end, end->message,
				   JOBLOG_VACATE_STARTER, err);
	return rc;
}

int joblog_lost(struct sched *s, struct job *j, const struct ad *ad,
		struct attempt *a, const struct wire_end *end,
		const char *reason, struct err *err)
{
	struct event ev;
	int rc = joblog_silent(s, a, err);

	begin(&ev, EVENT_RECONNECT_FAILED, j);
	ev.reason = (char *)(reason ? reason : "its host is silent");
	ev.host = a->slot->full;
	if (!rc)
		rc = write_event(s, j, ad, &ev, err);
	if (!rc && a->started)
		rc = write_evicted(s, j, ad, a, end, ev.reason,
				   JOBLOG_VACATE_RECONNECT, err);
	return rc;
}

/* What the last run used, as it stands in the ad. */
static void last_run(struct event *ev, const struct ad *ad)
{
	bool by_signal = ad_bool(ad, "ExitBySignal", false);

	ev->normal = !by_signal;
	ev->status = (int)ad_int(ad, by_signal ? "ExitSignal" : "ExitCode", 0);
	ev->run_remote.user_s = ad_int(ad, "LastRunUserCpu", 0);
	ev->run_remote.sys_s = ad_int(ad, "LastRunSysCpu", 0);
	ev->sent_bytes = ad_real(ad, "LastRunBytesSent", 0);
	ev->received_bytes = ad_real(ad, "LastRunBytesRecvd", 0);
	resources(ev, ad, NULL, NULL);
	ev->cpus.usage = ad_real(ad, "CpusUsage", -1);
	ev->disk_kb.usage = ad_real(ad, "DiskUsage", -1);
	ev->memory_mb.usage = ad_real(ad, "MemoryUsage", -1);
	ev->execute_s.usage = ad_real(ad, "ActivationExecutionDuration", -1);
	ev->busy_s.usage = ad_real(ad, "ActivationDuration", -1);
}

int joblog_requeued(struct sched *s, struct job *j, const struct ad *ad,
		    const char *reason, struct err *err)
{
	struct event ev;

	begin(&ev, EVENT_EVICTED, j);
	last_run(&ev, ad);
	ev.requeued = true;
	ev.has_code = true;
	ev.code = JOBLOG_VACATE_REQUEUE;
	ev.reason = (char *)reason;
	return write_event(s, j, ad, &ev, err);
}

int joblog_terminated(struct sched *s, struct job *j, const struct ad *ad,
		      struct err *err)
{
	struct event ev;

	begin(&ev, EVENT_TERMINATED, j);
	last_run(&ev, ad);
	ev.total_remote.user_s = (int64_t)ad_real(ad, "RemoteUserCpu", 0);
	ev.total_remote.sys_s = (int64_t)ad_real(ad, "RemoteSysCpu", 0);
	ev.total_sent_bytes = ad_real(ad, "BytesSent", 0);
	ev.total_received_bytes = ad_real(ad, "BytesRecvd", 0);
	return write_event(s, j, ad, &ev, err);
}

int joblog_suspended(struct sched *s, struct job *j, const struct ad *ad,
		     const struct attempt *a, struct err *err)
{
	struct event ev;

	begin(&ev, EVENT_SUSPENDED, j);
	ev.suspended_procs = a->figures.processes >= 0 ? a->figures.processes
						       : 1;
	return write_event(s, j, ad, &ev, err);
}

int joblog_simple(struct sched *s, struct job *j, const struct ad *ad,
		  int number, const char *reason, int code, int subcode,
		  struct err *err)
{
	struct event ev;

	begin(&ev, (enum event_type)number, j);
	ev.reason = (char *)reason;
	ev.code = code;
	ev.subcode = subcode;
	return write_event(s, j, ad, &ev, err);
}

int joblog_note(struct sched *s, struct job *j, const char *text,
		struct err *err)
{
	struct ad *ad = NULL;
	int rc = queue_ad(s->db, j, &ad, err);

	if (!rc)
		rc = joblog_simple(s, j, ad, EVENT_GENERIC, text, 0, 0, err);
	ad_free(ad);
	return rc;
}

int joblog_changed(struct sched *s, struct job *j, const struct ad *ad,
		   const struct ad *changes, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < ad_count(changes); i++) {
		struct strbuf old = STRBUF_INIT, value = STRBUF_INIT;
		struct event ev;

		begin(&ev, EVENT_ATTRIBUTE_UPDATE, j);
		ev.attr_name = (char *)ad_name_at(changes, i);
		if (ad_unparse_attr(ad, ev.attr_name, &old))
			ev.attr_old = old.data;
		ad_unparse_attr(changes, ev.attr_name, &value);
		ev.attr_value = value.data;
		rc = write_event(s, j, ad, &ev, err);
		strbuf_release(&old);
		strbuf_release(&value);
	}
	return rc;
}

/* -- what hosts say -------------------------------------------------------------- */

/* An event about an attempt, with its job's ad. */
static int write_about(struct sched *s, struct attempt *a,
		       const struct event *ev, struct err *err)
{
	struct ad *ad = NULL;
	int rc = queue_ad(s->db, a->job, &ad, err);

	if (!rc)
		rc = write_event(s, a->job, ad, ev, err);
	ad_free(ad);
	return rc;
}

static char *address_of(const struct attempt *a)
{
	return xasprintf("<%s>", a->address ? a->address : a->host);
}

static int write_transfer(struct sched *s, struct attempt *a,
			  enum event_transfer transfer, struct err *err)
{
	char *address = address_of(a);
	struct event ev;
	int rc;

	begin(&ev, EVENT_FILE_TRANSFER, a->job);
	ev.transfer = a->transfer = transfer;
	if (transfer == EVENT_IN_STARTED)
		ev.host = address;
	rc = write_about(s, a, &ev, err);
	free(address);
	return rc;
}

/* A step that nobody saw is not told afterwards. */
static int heard_transfer(struct sched *s, struct attempt *a,
			  enum wire_run state, struct err *err)
{
	switch (state) {
	case WIRE_RUN_STARTING:
		return a->transfer == EVENT_TRANSFER_NONE
			       ? write_transfer(s, a, EVENT_IN_STARTED, err)
			       : 0;
	case WIRE_RUN_FINISHING:
		return a->transfer == EVENT_IN_FINISHED
			       ? write_transfer(s, a, EVENT_OUT_STARTED, err)
			       : 0;
	default:
		return a->transfer == EVENT_IN_STARTED
			       ? write_transfer(s, a, EVENT_IN_FINISHED, err)
			       : 0;
	}
}

static int heard_again(struct sched *s, struct attempt *a, struct err *err)
{
	char *address = address_of(a);
	struct event ev;
	int rc;

	begin(&ev, EVENT_RECONNECTED, a->job);
	ev.host = a->slot->full;
	ev.address = ev.starter_address = address;
	a->disconnected = false;
	rc = write_about(s, a, &ev, err);
	free(address);
	return rc;
}

/* 006 when it grew by a quarter, so that their number stays small. */
static int heard_memory(struct sched *s, struct attempt *a, int64_t kb,
			struct err *err)
{
	struct event ev;

	if (kb <= 0 || kb - a->logged_kb / 4 <= a->logged_kb)
		return 0;
	begin(&ev, EVENT_IMAGE_SIZE, a->job);
	ev.image_kb = ev.resident_kb = a->logged_kb = kb;
	ev.memory_usage_mb = (kb + 1023) / 1024;
	return write_about(s, a, &ev, err);
}

int joblog_heard(struct sched *s, struct attempt *a,
		 const struct wire_attempt *w, struct err *err)
{
	int rc = a->disconnected ? heard_again(s, a, err) : 0;

	if (!rc)
		rc = heard_transfer(s, a, w->state, err);
	/* Behind its 001, which the same report may cause. */
	if (!rc && a->state != WIRE_RUN_STARTING)
		rc = heard_memory(s, a, w->figures.memory_kb, err);
	return rc;
}

int joblog_silent(struct sched *s, struct attempt *a, struct err *err)
{
	char *address;
	struct event ev;
	int rc;

	if (a->disconnected || !a->reported)
		return 0;
	address = address_of(a);
	begin(&ev, EVENT_DISCONNECTED, a->job);
	ev.reason = (char *)"the host is silent";
	ev.host = a->slot->full;
	ev.address = address;
	a->disconnected = true;
	rc = write_about(s, a, &ev, err);
	free(address);
	return rc;
}

int joblog_ended(struct sched *s, struct attempt *a, const struct wire_end *end,
		 struct err *err)
{
	int rc = 0;

	if (a->transfer == EVENT_IN_STARTED && end->started)
		rc = write_transfer(s, a, EVENT_IN_FINISHED, err);
	if (!rc && a->transfer == EVENT_OUT_STARTED && end->outputs)
		rc = write_transfer(s, a, EVENT_OUT_FINISHED, err);
	return rc;
}
