/* SPDX-License-Identifier: MIT */
/* An event as JSON, one line, with the attribute names of HTCondor's. */
#include "common/job/eventlog.h"
#include "common/job/eventlog_priv.h"

#include "common/base/strbuf.h"
#include "common/svc/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *my_type(enum event_type type)
{
	switch (type) {
	case EVENT_SUBMIT:
		return "SubmitEvent";
	case EVENT_EXECUTE:
		return "ExecuteEvent";
	case EVENT_EXECUTABLE_ERROR:
		return "ExecutableErrorEvent";
	case EVENT_CHECKPOINTED:
		return "CheckpointedEvent";
	case EVENT_EVICTED:
		return "JobEvictedEvent";
	case EVENT_TERMINATED:
		return "JobTerminatedEvent";
	case EVENT_IMAGE_SIZE:
		return "JobImageSizeEvent";
	case EVENT_SHADOW_EXCEPTION:
		return "ShadowExceptionEvent";
	case EVENT_GENERIC:
		return "GenericEvent";
	case EVENT_ABORTED:
		return "JobAbortedEvent";
	case EVENT_SUSPENDED:
		return "JobSuspendedEvent";
	case EVENT_UNSUSPENDED:
		return "JobUnsuspendedEvent";
	case EVENT_HELD:
		return "JobHeldEvent";
	case EVENT_RELEASED:
		return "JobReleaseEvent";
	case EVENT_REMOTE_ERROR:
		return "RemoteErrorEvent";
	case EVENT_DISCONNECTED:
		return "JobDisconnectedEvent";
	case EVENT_RECONNECTED:
		return "JobReconnectedEvent";
	case EVENT_RECONNECT_FAILED:
		return "JobReconnectFailedEvent";
	case EVENT_AD_INFORMATION:
		return "JobAdInformationEvent";
	case EVENT_ATTRIBUTE_UPDATE:
		return "AttributeUpdateEvent";
	case EVENT_CLUSTER_SUBMIT:
		return "ClusterSubmitEvent";
	case EVENT_CLUSTER_REMOVE:
		return "ClusterRemoveEvent";
	case EVENT_FACTORY_PAUSED:
		return "FactoryPausedEvent";
	case EVENT_FACTORY_RESUMED:
		return "FactoryResumedEvent";
	case EVENT_FILE_TRANSFER:
		return "FileTransferEvent";
	}
	return "FutureEvent";
}

static void put_str(json_t *root, const char *key, const char *value)
{
	if (value && *value)
		json_set_str(root, key, value);
}

static void put_header(json_t *root, const struct event *ev)
{
	time_t t = (time_t)ev->time_s;
	char text[64] = "1970-01-01T00:00:00";
	struct tm tm;

	if (localtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	json_set_str(root, "MyType", my_type(ev->type));
	json_set_int(root, "EventTypeNumber", (int64_t)ev->type);
	json_set_str(root, "EventTime", text);
	json_set_int(root, "Cluster", ev->cluster);
	json_set_int(root, "Proc", ev->proc);
	json_set_int(root, "Subproc", 0);
}

static void put_usage(json_t *root, const char *key,
		      const struct event_usage *usage)
{
	struct strbuf text = STRBUF_INIT;

	eventlog_usage(usage, &text);
	json_set_str(root, key, text.data);
	strbuf_release(&text);
}

static void put_run(json_t *root, const struct event *ev)
{
	put_usage(root, "RunLocalUsage", &ev->run_local);
	put_usage(root, "RunRemoteUsage", &ev->run_remote);
	json_set_real(root, "SentBytes", ev->sent_bytes);
	if (ev->type != EVENT_CHECKPOINTED)
		json_set_real(root, "ReceivedBytes", ev->received_bytes);
}

static void put_resource(json_t *root, const char *usage, const char *request,
			 const char *allocated, const struct event_resource *r)
{
	if (r->usage >= 0)
		json_set_real(root, usage, r->usage);
	if (r->request >= 0)
		json_set_real(root, request, r->request);
	if (r->allocated >= 0)
		json_set_real(root, allocated, r->allocated);
}

static void put_resources(json_t *root, const struct event *ev)
{
	put_resource(root, "CpusUsage", "RequestCpus", "Cpus", &ev->cpus);
	put_resource(root, "DiskUsage", "RequestDisk", "Disk", &ev->disk_kb);
	put_resource(root, "MemoryUsage", "RequestMemory", "Memory",
		     &ev->memory_mb);
	put_resource(root, "TimeExecuteUsage", "RequestTimeExecute",
		     "TimeExecute", &ev->execute_s);
	put_resource(root, "TimeSlotBusyUsage", "RequestTimeSlotBusy",
		     "TimeSlotBusy", &ev->busy_s);
}

static void put_ending(json_t *root, const struct event *ev)
{
	json_set_bool(root, "TerminatedNormally", ev->normal);
	json_set_int(root, ev->normal ? "ReturnValue" : "TerminatedBySignal",
		     ev->status);
	put_str(root, "CoreFile", ev->core_file);
}

static void put_ckpt(json_t *root, const struct event *ev)
{
	put_str(root, "CheckpointId", ev->ckpt_id);
	if (ev->ckpt_bytes >= 0)
		json_set_int(root, "CheckpointBytes", ev->ckpt_bytes);
	if (ev->ckpt_seconds >= 0)
		json_set_real(root, "CheckpointSeconds", ev->ckpt_seconds);
	if (ev->lost_seconds >= 0)
		json_set_real(root, "SecondsOfWorkLost", ev->lost_seconds);
}

/* `Name = value` lines, each value as the text of its expression. */
static void put_attrs(json_t *root, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");
		const char *eq = memchr(text, '=', len);
		struct strbuf name = STRBUF_INIT, value = STRBUF_INIT;
		json_t *parsed = NULL;

		if (eq) {
			strbuf_add(&name, text, (size_t)(eq - text));
			while (name.len && name.data[name.len - 1] == ' ')
				name.data[--name.len] = '\0';
			eq += 1 + (eq[1] == ' ');
			strbuf_add(&value, eq, (size_t)(text + len - eq));
			if (json_parse(value.data, value.len, &parsed, NULL))
				parsed = json_string(value.data);
			json_set_value(root, name.data, parsed);
		}
		strbuf_release(&name);
		strbuf_release(&value);
		text += len + (text[len] == '\n');
	}
}

static void put_execute(json_t *root, const struct event *ev)
{
	json_t *props = json_object();

	put_str(root, "ExecuteHost", ev->host);
	put_str(root, "SlotName", ev->slot);
	put_str(props, "Arch", ev->arch);
	put_str(props, "CheckpointId", ev->ckpt_id);
	put_str(props, "CondorScratchDir", ev->scratch_dir);
	put_resources(props, ev);
	put_attrs(props, ev->attrs);
	json_set_value(root, "ExecuteProps", props);
}

static void put_evicted(json_t *root, const struct event *ev)
{
	json_set_bool(root, "Checkpointed", ev->checkpointed);
	json_set_bool(root, "TerminatedAndRequeued", ev->requeued);
	put_run(root, ev);
	if (ev->requeued)
		put_ending(root, ev);
	put_str(root, "Reason", ev->reason);
	if (ev->has_code) {
		json_set_int(root, "ReasonCode", ev->code);
		json_set_int(root, "ReasonSubCode", ev->subcode);
	}
	if (ev->has_resources)
		put_resources(root, ev);
}

static void put_terminated(json_t *root, const struct event *ev)
{
	put_ending(root, ev);
	put_run(root, ev);
	put_usage(root, "TotalLocalUsage", &ev->total_local);
	put_usage(root, "TotalRemoteUsage", &ev->total_remote);
	json_set_real(root, "TotalSentBytes", ev->total_sent_bytes);
	json_set_real(root, "TotalReceivedBytes", ev->total_received_bytes);
	if (ev->has_resources)
		put_resources(root, ev);
}

static void put_size(json_t *root, const struct event *ev)
{
	json_set_int(root, "Size", ev->image_kb);
	if (ev->memory_usage_mb >= 0)
		json_set_int(root, "MemoryUsage", ev->memory_usage_mb);
	if (ev->resident_kb >= 0)
		json_set_int(root, "ResidentSetSize", ev->resident_kb);
	if (ev->proportional_kb >= 0)
		json_set_int(root, "ProportionalSetSize", ev->proportional_kb);
}

static void put_hold(json_t *root, const char *reason, const struct event *ev)
{
	put_str(root, reason, ev->reason);
	json_set_int(root, "HoldReasonCode", ev->code);
	json_set_int(root, "HoldReasonSubCode", ev->subcode);
}

static void put_cluster(json_t *root, const struct event *ev)
{
	put_str(root, "Notes", ev->notes);
	json_set_int(root, "NextProcId", ev->next_proc);
	json_set_int(root, "NextRow", ev->next_row);
	json_set_int(root, "Completion", (int64_t)ev->completion);
}

static void put_connection(json_t *root, const struct event *ev)
{
	put_str(root, "StartdName", ev->host);
	put_str(root, "StartdAddr", ev->address);
	put_str(root, "StarterAddr", ev->starter_address);
	put_str(root,
		ev->type == EVENT_DISCONNECTED ? "DisconnectReason" : "Reason",
		ev->reason);
}

static void put_transfer(json_t *root, const struct event *ev)
{
	json_set_int(root, "Type", (int64_t)ev->transfer);
	if (ev->queued_seconds >= 0)
		json_set_int(root, "QueueingDelay", ev->queued_seconds);
	put_str(root, "Host", ev->host);
}

static void put_body(json_t *root, const struct event *ev)
{
	switch (ev->type) {
	case EVENT_SUBMIT:
	case EVENT_CLUSTER_SUBMIT:
		put_str(root, "SubmitHost", ev->host);
		put_str(root, "LogNotes", ev->notes);
		put_str(root, "UserNotes", ev->user_notes);
		break;
	case EVENT_EXECUTE:
		put_execute(root, ev);
		break;
	case EVENT_CHECKPOINTED:
		put_run(root, ev);
		put_ckpt(root, ev);
		break;
	case EVENT_EVICTED:
		put_evicted(root, ev);
		put_ckpt(root, ev);
		break;
	case EVENT_TERMINATED:
		put_terminated(root, ev);
		break;
	case EVENT_IMAGE_SIZE:
		put_size(root, ev);
		break;
	case EVENT_SHADOW_EXCEPTION:
		put_str(root, "Message", ev->reason);
		json_set_real(root, "SentBytes", ev->sent_bytes);
		json_set_real(root, "ReceivedBytes", ev->received_bytes);
		break;
	case EVENT_HELD:
		put_hold(root, "HoldReason", ev);
		break;
	case EVENT_REMOTE_ERROR:
		json_set_str(root, "Daemon", "starter");
		put_str(root, "ExecuteHost", ev->host);
		put_hold(root, "ErrorMsg", ev);
		break;
	case EVENT_GENERIC:
		put_str(root, "Info", ev->reason);
		break;
	case EVENT_EXECUTABLE_ERROR:
		json_set_int(root, "ExecuteErrorType", ev->code);
		break;
	case EVENT_SUSPENDED:
		json_set_int(root, "NumberOfPIDs", ev->suspended_procs);
		break;
	case EVENT_AD_INFORMATION:
		put_attrs(root, ev->attrs);
		break;
	case EVENT_ATTRIBUTE_UPDATE:
		put_str(root, "Attribute", ev->attr_name);
		put_str(root, "Value", ev->attr_value);
		break;
	case EVENT_CLUSTER_REMOVE:
		put_cluster(root, ev);
		break;
	case EVENT_FACTORY_PAUSED:
		put_str(root, "Reason", ev->reason);
		json_set_int(root, "PauseCode", ev->code);
		json_set_int(root, "HoldCode", ev->subcode);
		break;
	case EVENT_DISCONNECTED:
	case EVENT_RECONNECTED:
	case EVENT_RECONNECT_FAILED:
		put_connection(root, ev);
		break;
	case EVENT_FILE_TRANSFER:
		put_transfer(root, ev);
		break;
	case EVENT_ABORTED:
	case EVENT_RELEASED:
	case EVENT_FACTORY_RESUMED:
		put_str(root, "Reason", ev->reason);
		break;
	case EVENT_UNSUSPENDED:
		break;
	}
}

void eventlog_json(const struct event *ev, struct strbuf *out)
{
	json_t *root = json_object();

	put_header(root, ev);
	put_body(root, ev);
	json_write(root, out);
	strbuf_addch(out, '\n');
	json_decref(root);
}
