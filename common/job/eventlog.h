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

/*
 * One event. Strings are borrowed when it is formatted (NULL: left out), and
 * owned by the event when eventlog_parse filled it (then call event_release).
 * Line breaks in them are written as blanks.
 */
struct event {
	enum event_type type;
	int64_t cluster;
	int64_t proc;
	int64_t time_s; /* since the epoch; shown in local time */
	char *host; /* "<address>" of 000, 001, 040; name of 021-024 */
	char *slot; /* 001: slot1@host */
	char *reason; /* 004 007 008 009 012 013 021 022 024 */
	char *notes; /* 000: log notes */
	char *address; /* 022-023: startd */
	char *starter_address; /* 023 */
	char *core_file; /* 004 005 */
	int code; /* 004 012: hold or vacate code; 002: errno */
	int subcode;
	bool has_code; /* 004: write code and subcode */
	bool checkpointed; /* 004: work was saved */
	bool requeued; /* 004: ended, but is to run again */
	bool normal; /* 004 requeued, 005: exited by itself */
	int status; /* exit code, or signal if not normal */
	struct event_usage run_remote, run_local;
	struct event_usage total_remote, total_local;
	double sent_bytes, received_bytes; /* this run */
	double total_sent_bytes, total_received_bytes; /* 005 */
	struct event_resource cpus, disk_kb, memory_mb, time_s_used;
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
};

/* All numbers to "none". */
void event_init(struct event *ev, enum event_type type, int64_t cluster,
		int64_t proc, int64_t time_s);
void event_release(struct event *ev); /* frees the strings */

/* How dates are written. */
enum eventlog_dates {
	EVENTLOG_ISO, /* 2026-08-21 13:05:00 */
	EVENTLOG_ISO_UTC, /* ... with Z */
	EVENTLOG_LEGACY, /* 08/21 13:05:00 */
};

/* Appends the event with its closing "...\n". */
void eventlog_format(const struct event *ev, enum eventlog_dates dates,
		     struct strbuf *out);

/*
 * Reads one event from text[0, len). Returns the bytes it took, 0 if the text
 * ends before the event does (read more, try again), or -EINVAL: not an
 * event; *ret_skip then says how many bytes to skip to the next one. An event
 * of a number unknown here is read with its header only. The strings
 * are allocated.
 */
int64_t eventlog_parse(const char *text, size_t len, struct event *ret_ev,
		       size_t *ret_skip);

#endif
