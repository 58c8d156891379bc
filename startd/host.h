/* SPDX-License-Identifier: MIT */
/* host: everything one hstartd knows; its loop's thread owns all of it. */
#ifndef HARRIER_STARTD_HOST_H
#define HARRIER_STARTD_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/list.h"
#include "common/job/wire.h"
#include "startd/cache.h"
#include "startd/load.h"
#include "startd/machine.h"
#include "startd/settings.h"

struct attempt;
struct cg_ctl;
struct evloop;
struct evloop_timer;
struct owner;
struct owner_state;
struct policy;
struct policy_facts;
struct policy_verdict;
struct slot;
struct sync;

struct host {
	struct evloop *loop;
	struct settings *set;
	char *attempts_dir;
	char *starter; /* path of harrier-starter */
	char *token; /* for a scheduler behind TCP, or NULL */
	struct machine machine;
	struct policy *policy;
	struct cg_ctl *cg;
	struct owner *owner;
	struct cache cache;
	struct load load;
	struct slot **slots;
	int slot_count;
	struct list attempts;
	struct list tails; /* answers under way (tail.c) */
	struct sync *sync;
	struct evloop_timer *tick;
	int64_t jobs_gone_us; /* CPU time of jobs that ended (no cgroups) */
	bool owner_present; /* as last told */
	int64_t owner_since_s;
	struct crew *crew;
	int workers; /* threads at work */
	bool leaving; /* an orderly stop: no new jobs, the others vacate */
};

/* Opens all of it; `set` is borrowed. Attempts found on disk go on. */
int host_init(struct host *host, struct evloop *loop, struct settings *set,
	      struct err *err);
/* Jobs that run are left to their starters. */
void host_release(struct host *host);

/* ---- what the scheduler says (sync) ---- */

void host_take_start(struct host *host, const struct json_t *start);
/* After the starts and orders of one answer. */
void host_told(struct host *host);
void host_take_order(struct host *host, const struct wire_order *order);
void host_take_ack(struct host *host, const char *nonce);
/* Ends the jobs whose lease is over, `silent_ms` after the last renewal. */
void host_check_leases(struct host *host, int64_t silent_ms);

/* ---- what there is to say ---- */

/* Fills slots, attempts, ends and owner of a sync. */
void host_fill_sync(struct host *host, struct wire_sync *sync);
/* A slot's whole ad as it is now; the caller frees it. */
struct ad *host_slot_ad(struct host *host, struct slot *slot);

/* Something to tell the scheduler has changed. */
void host_news(struct host *host);

/* ---- policy ---- */

void host_facts(struct host *host, const struct slot *slot,
		const struct owner_state *owner, struct policy_facts *facts);
void host_judge(struct host *host, const struct slot *slot,
		struct policy_verdict *ret_verdict);
/* Evaluates all slots and leads their jobs a step. `sign_ns`: see owner_fn. */
void host_step(struct host *host, int64_t sign_ns);

/* Is an owner to be called present? For people, not for policies. */
bool host_owner_present(struct host *host, const struct owner_state *owner);

/* ---- the end ---- */

/* Vacates all jobs; host_idle tells when they are gone. */
void host_leave(struct host *host);
/* No job runs here any more (ends may still be unreported). */
bool host_idle(const struct host *host);

#endif
