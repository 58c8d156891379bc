/* SPDX-License-Identifier: MIT */
/* The job event log: events to text, and text back to events. */
#ifndef HARRIER_JOB_EVENTLOG_H
#define HARRIER_JOB_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf;

/* HTCondor's numbers. */
enum event_type {
	EVENT_SUBMIT = 0,
	EVENT_EXECUTE = 1,
	EVENT_EXECUTABLE_ERROR = 2,
	EVENT_CHECKPOINTED = 3,
	EVENT_EVICTED = 4,
	EVENT_TERMINATED = 5,
	EVENT_IMAGE_SIZE = 6,
	EVENT_SHADOW_EXCEPTION = 7,
	EVENT_GENERIC = 8,
	EVENT_ABORTED = 9,
	EVENT_SUSPENDED = 10,
	EVENT_UNSUSPENDED = 11,
	EVENT_HELD = 12,
	EVENT_RELEASED = 13,
	EVENT_REMOTE_ERROR = 21,
	EVENT_DISCONNECTED = 22,
	EVENT_RECONNECTED = 23,
	EVENT_RECONNECT_FAILED = 24,
	EVENT_AD_INFORMATION = 28,
	EVENT_ATTRIBUTE_UPDATE = 33,
	EVENT_CLUSTER_SUBMIT = 35,
	EVENT_CLUSTER_REMOVE = 36,
	EVENT_FACTORY_PAUSED = 37,
	EVENT_FACTORY_RESUMED = 38,
	EVENT_FILE_TRANSFER = 40,
};

/* What 040 tells; the order is HTCondor's. */
enum event_transfer {
	EVENT_TRANSFER_NONE,
	EVENT_IN_QUEUED,
	EVENT_IN_STARTED,
	EVENT_IN_FINISHED,
	EVENT_OUT_QUEUED,
	EVENT_OUT_STARTED,
	EVENT_OUT_FINISHED,
};

/* CPU seconds. */
struct event_usage {
	int64_t user_s;
	int64_t sys_s;
};

/* One row of the resource table; a value < 0 is left blank. */
struct event_resource {
	double usage;
	double request;
	double allocated;
};

/* How far a cluster of many jobs had come when it was removed (036). */
enum event_completion {
	EVENT_CLUSTER_ERROR = -1,
	EVENT_CLUSTER_INCOMPLETE = 0,
	EVENT_CLUSTER_COMPLETE = 1,
	EVENT_CLUSTER_PAUSED = 2,
};

/*
 * One event. Strings are borrowed when it is formatted (NULL: left out), and
 * owned by the event when eventlog_parse filled it (then call event_release).
 * Line breaks in them are written as '|', as HTCondor does; those in notes as
 * blanks. Events of a whole cluster (035 to 038) have proc -1.
 */
struct event {
	enum event_type type;
	int64_t cluster;
	int64_t proc;
	int64_t time_s; /* since the epoch; shown in local time */
	char *host; /* "<address>" of 000 001 035 040; name of 021-024 */
	char *slot; /* 001: slot1@host */
	char *reason; /* 004 007 008 009 012 013 021 022 024 037 038 */
	char *notes; /* 000 035: log notes; 036: notes */
	char *user_notes; /* 000 035 */
	char *attrs; /* 001 028: more `Name = value` lines */
	char *attr_name, *attr_value, *attr_old; /* 033 */
	char *address; /* 022-023: startd */
	char *starter_address; /* 023 */
	char *core_file; /* 004 005 */
	int code; /* 004 012 021: hold or vacate code; 002: kind; 037: pause */
	int subcode; /* 037: hold code */
	bool has_code; /* 004: write code and subcode */
	bool checkpointed; /* 004: work was saved */
	bool requeued; /* 004: ended, but is to run again */
	bool normal; /* 004 requeued, 005: exited by itself */
	int status; /* exit code, or signal if not normal */
	struct event_usage run_remote, run_local;
	struct event_usage total_remote, total_local;
	double sent_bytes, received_bytes; /* this run */
	double total_sent_bytes, total_received_bytes; /* 005 */
	struct event_resource cpus, disk_kb, memory_mb;
	struct event_resource execute_s, busy_s; /* program, slot */
	bool has_resources; /* 004 005: write the table; 001: cpus... */
	char *scratch_dir; /* 001 */
	char *arch; /* 001: of the machine */
	int64_t image_kb; /* 006 */
	int64_t memory_usage_mb, resident_kb, proportional_kb; /* -1: none */
	int64_t suspended_procs; /* 010 */
	/* 003, and 001 of a run that goes on from a checkpoint */
	char *ckpt_id;
	int64_t ckpt_bytes; /* -1: none */
	double ckpt_seconds; /* 003: taken by the capture; -1: none */
	double lost_seconds; /* 004: work since the checkpoint; -1: none */
	enum event_transfer transfer; /* 040 */
	int64_t queued_seconds; /* 040: -1: none */
	int64_t next_proc, next_row; /* 036: what was made of it */
	enum event_completion completion; /* 036 */
};

/* All numbers to "none". */
void event_init(struct event *ev, enum event_type type, int64_t cluster,
		int64_t proc, int64_t time_s);
void event_release(struct event *ev); /* frees the strings */

/* How events are written. */
enum eventlog_style {
	EVENTLOG_ISO, /* 2026-08-21 13:05:00 */
	EVENTLOG_ISO_UTC, /* ... with Z */
	EVENTLOG_LEGACY, /* 08/21 13:05:00 */
	EVENTLOG_JSON, /* an object a line, HTCondor's attribute names */
};

/*
 * The words of the submit command log_format: iso, utc, legacy, json, and
 * HTCondor's ISO_DATE, in any case. -EINVAL for another one.
 */
int eventlog_style_parse(const char *word, enum eventlog_style *ret_style);

/* Appends the event with its closing "...\n"; JSON has none. */
void eventlog_format(const struct event *ev, enum eventlog_style style,
		     struct strbuf *out);

/* "ULOG_SUBMIT", ...: what HTCondor calls the number. */
const char *eventlog_type_name(enum event_type type);

/*
 * Reads one event from text[0, len), of any style but JSON. Returns the bytes
 * it took, 0 if the text ends before the event does (read more, try again),
 * or -EINVAL: not an event; *ret_skip then says how many bytes to skip to the
 * next one. An event of a number unknown here is read with its header only.
 * The strings are allocated.
 */
int64_t eventlog_parse(const char *text, size_t len, struct event *ret_ev,
		       size_t *ret_skip);

#endif
