/* SPDX-License-Identifier: MIT */
#include "scheduler/joblog.h"

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/eventlog.h"
#include "common/job/wire.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/dbevents.h"
#include "scheduler/nodes.h"
#include "scheduler/outbox.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <stdio.h>
#include <stdlib.h>

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

static int write_event(struct sched *s, struct job *j, const struct ad *ad,
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

	eventlog_format(ev, EVENTLOG_ISO, &text);
	row.text = text.data;
	if (!rc)
		rc = dbevents_add(s->db, &row, &row.id, err);
	if (!rc && path)
		outbox_add(s, &row);
	free(path);
	strbuf_release(&text);
	return rc;
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
	struct event ev;
	char host[320], ckpt[24];

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
	return write_event(s, j, ad, &ev, err);
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
	ev.sent_bytes = bytes < 0 ? 0 : (double)bytes;
	ev.ckpt_seconds = ckpt_ms < 0 ? -1 : (double)ckpt_ms / 1000;
	return write_event(s, j, ad, &ev, err);
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

int joblog_evicted(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, const struct wire_end *end,
		   const char *reason, struct err *err)
{
	struct event ev;

	begin(&ev, EVENT_EVICTED, j);
	ev.checkpointed = end->how == WIRE_HOW_CHECKPOINTED;
	ev.requeued = end->how == WIRE_HOW_EXITED ||
		      end->how == WIRE_HOW_SIGNALED;
	ev.normal = end->how == WIRE_HOW_EXITED;
	ev.status = end->code;
	ev.reason = (char *)reason;
	usage(&ev, &end->figures);
	resources(&ev, ad, a->slot->ad, &end->figures);
	return write_event(s, j, ad, &ev, err);
}

int joblog_terminated(struct sched *s, struct job *j, const struct ad *ad,
		      struct err *err)
{
	struct event ev;
	bool by_signal = ad_bool(ad, "ExitBySignal", false);

	begin(&ev, EVENT_TERMINATED, j);
	ev.normal = !by_signal;
	ev.status = (int)ad_int(ad, by_signal ? "ExitSignal" : "ExitCode", 0);
	ev.run_remote.user_s = ad_int(ad, "LastRunUserCpu", 0);
	ev.run_remote.sys_s = ad_int(ad, "LastRunSysCpu", 0);
	ev.total_remote.user_s = (int64_t)ad_real(ad, "RemoteUserCpu", 0);
	ev.total_remote.sys_s = (int64_t)ad_real(ad, "RemoteSysCpu", 0);
	ev.sent_bytes = ad_real(ad, "LastRunBytesSent", 0);
	ev.received_bytes = ad_real(ad, "LastRunBytesRecvd", 0);
	ev.total_sent_bytes = ad_real(ad, "BytesSent", 0);
	ev.total_received_bytes = ad_real(ad, "BytesRecvd", 0);
	resources(&ev, ad, NULL, NULL);
	ev.disk_kb.usage = ad_real(ad, "DiskUsage", -1);
	ev.memory_mb.usage = ad_real(ad, "MemoryUsage", -1);
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
	if (number == EVENT_SUSPENDED)
		ev.suspended_procs = 1;
	if (number == EVENT_RECONNECT_FAILED) {
		const char *host = ad_str(ad, "LastRemoteHost");

		ev.host = host ? (char *)host : (char *)"unknown";
	}
	return write_event(s, j, ad, &ev, err);
}
