/* SPDX-License-Identifier: MIT */
#include "common/job/eventlog.h"

#include "common/base/strbuf.h"
#include "common/job/eventlog_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>
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
			      .execute_s = none,
			      .busy_s = none,
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
	free(ev->user_notes);
	free(ev->attrs);
	free(ev->attr_name);
	free(ev->attr_value);
	free(ev->attr_old);
	free(ev->address);
	free(ev->starter_address);
	free(ev->core_file);
	free(ev->scratch_dir);
	free(ev->arch);
	free(ev->ckpt_id);
	event_init(ev, EVENT_GENERIC, 0, 0, 0);
}

static void add_header(const struct event *ev, enum eventlog_style style,
		       struct strbuf *out)
{
	time_t t = (time_t)ev->time_s;
	char text[64] = "1970-01-01 00:00:00";
	struct tm tm;

	if (style == EVENTLOG_ISO_UTC ? gmtime_r(&t, &tm) != NULL
				      : localtime_r(&t, &tm) != NULL)
		strftime(text, sizeof(text),
			 style == EVENTLOG_LEGACY ? "%m/%d %H:%M:%S"
						  : "%Y-%m-%d %H:%M:%S",
			 &tm);
	strbuf_addf(out, "%03d (%03" PRId64 ".%03" PRId64 ".000) %s%s ",
		    (int)ev->type, ev->cluster, ev->proc, text,
		    style == EVENTLOG_ISO_UTC ? "Z" : "");
}

/* -1: none of the names. */
static int find_word(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

int eventlog_style_parse(const char *word, enum eventlog_style *ret_style)
{
	static const char *const words[] = { "iso", "iso_date", "utc", "legacy",
					     "json" };
	static const enum eventlog_style styles[] = {
		EVENTLOG_ISO, EVENTLOG_ISO, EVENTLOG_ISO_UTC, EVENTLOG_LEGACY,
		EVENTLOG_JSON
	};
	int i = find_word(words, sizeof(words) / sizeof(words[0]), word);

	if (i < 0)
		return -EINVAL;
	*ret_style = styles[i];
	return 0;
}

const char *eventlog_type_name(enum event_type type)
{
	static const char *const names[] = {
		[EVENT_SUBMIT] = "ULOG_SUBMIT",
		[EVENT_EXECUTE] = "ULOG_EXECUTE",
		[EVENT_EXECUTABLE_ERROR] = "ULOG_EXECUTABLE_ERROR",
		[EVENT_CHECKPOINTED] = "ULOG_CHECKPOINTED",
		[EVENT_EVICTED] = "ULOG_JOB_EVICTED",
		[EVENT_TERMINATED] = "ULOG_JOB_TERMINATED",
		[EVENT_IMAGE_SIZE] = "ULOG_IMAGE_SIZE",
		[EVENT_SHADOW_EXCEPTION] = "ULOG_SHADOW_EXCEPTION",
		[EVENT_GENERIC] = "ULOG_GENERIC",
		[EVENT_ABORTED] = "ULOG_JOB_ABORTED",
		[EVENT_SUSPENDED] = "ULOG_JOB_SUSPENDED",
		[EVENT_UNSUSPENDED] = "ULOG_JOB_UNSUSPENDED",
		[EVENT_HELD] = "ULOG_JOB_HELD",
		[EVENT_RELEASED] = "ULOG_JOB_RELEASED",
		[EVENT_REMOTE_ERROR] = "ULOG_REMOTE_ERROR",
		[EVENT_DISCONNECTED] = "ULOG_JOB_DISCONNECTED",
		[EVENT_RECONNECTED] = "ULOG_JOB_RECONNECTED",
		[EVENT_RECONNECT_FAILED] = "ULOG_JOB_RECONNECT_FAILED",
		[EVENT_AD_INFORMATION] = "ULOG_JOB_AD_INFORMATION",
		[EVENT_ATTRIBUTE_UPDATE] = "ULOG_ATTRIBUTE_UPDATE",
		[EVENT_CLUSTER_SUBMIT] = "ULOG_CLUSTER_SUBMIT",
		[EVENT_CLUSTER_REMOVE] = "ULOG_CLUSTER_REMOVE",
		[EVENT_FACTORY_PAUSED] = "ULOG_FACTORY_PAUSED",
		[EVENT_FACTORY_RESUMED] = "ULOG_FACTORY_RESUMED",
		[EVENT_FILE_TRANSFER] = "ULOG_FILE_TRANSFER",
	};
	const char *name = NULL;

	if (type < sizeof(names) / sizeof(names[0]))
		name = names[type];
	return name ? name : "ULOG_FUTURE_EVENT";
}

void eventlog_format(const struct event *ev, enum eventlog_style style,
		     struct strbuf *out)
{
	if (style == EVENTLOG_JSON) {
		eventlog_json(ev, out);
		return;
	}
	add_header(ev, style, out);
	eventlog_body(ev, out);
	strbuf_addstr(out, "...\n");
}
