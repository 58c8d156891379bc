/* SPDX-License-Identifier: MIT */
/*
 * health: finds hosts that swallow jobs. A host on which jobs of several
 * kinds, or of kinds that run well elsewhere, fail within seconds again and
 * again is set aside for a while, which doubles; then it is on probation: one
 * job at a time, until one runs well. A kind that fails on several hosts
 * blames itself, no host. A kind is a cluster. Pure: times are given.
 */
#ifndef HARRIER_SCHEDULER_HEALTH_H
#define HARRIER_SCHEDULER_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A failure counts against the host if the job ran less than this. */
#define HEALTH_QUICK_S 10
/* So many failures, none of them older than an hour, no good run between: */
#define HEALTH_FAILS	 5
#define HEALTH_WINDOW_MS INT64_C(3600000)
/* of at least so many kinds, or so many of kinds proven elsewhere. */
#define HEALTH_KINDS	    3
#define HEALTH_PROVEN	    3
#define HEALTH_ASIDE_MS	    INT64_C(600000)
#define HEALTH_ASIDE_MAX_MS INT64_C(28800000)
/* A kind that fails so on that many hosts is bad itself. */
#define HEALTH_BAD_HOSTS 3

enum health_state { HEALTH_OK, HEALTH_ASIDE, HEALTH_PROBATION };

/* How a run ended, as far as it tells something. */
enum health_end {
	HEALTH_NOTHING, /* it left, or was made to */
	HEALTH_GOOD, /* exit code 0, or it ran for a while */
	HEALTH_DOUBTFUL, /* within seconds, by an exit code or a signal: the
			  * host's doing only if the kind runs well elsewhere */
	HEALTH_BAD, /* it did not start, or was lost within seconds */
};

/* Embedded in a cluster; all zero at first. */
struct health_kind {
	uint32_t good; /* a host where one ran well, 0: none; hash of its name */
	bool widely_good; /* there were more such hosts */
	uint32_t hosts[HEALTH_BAD_HOSTS]; /* where it failed, the same */
	int host_count;
};

/* Embedded in a host; all zero at first. */
struct health {
	enum health_state state;
	int64_t until_ms; /* of HEALTH_ASIDE, boot clock */
	int64_t aside_ms; /* the last time it was set aside: for how long */
	struct health_fail {
		int kind;
		bool proven; /* in another place */
		int64_t at_ms;
	} fails[HEALTH_FAILS];
	int fail_count;
};

enum health_state health_state(const struct health *h);
const char *health_name(enum health_state state);

/*
 * A run of a job of @kind (number @id) on @host ended. True if the host's
 * state changed.
 */
bool health_note(struct health *h, const char *host, struct health_kind *kind,
		 int id, enum health_end end, int64_t now_ms);
/* Time passed: true if the host is on probation from now on. */
bool health_tick(struct health *h, int64_t now_ms);
/* The host has started anew: somebody may have mended it. */
bool health_restarted(struct health *h);

#endif
