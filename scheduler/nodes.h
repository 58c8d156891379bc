/* SPDX-License-Identifier: MIT */
/*
 * nodes: the hosts that sync, and their slots. Only in memory: a host says
 * all of itself in each sync, so after a restart they are here again within
 * seconds.
 *
 * A partitionable slot offers what it has left; the scheduler alone carves
 * dynamic slots from it, one for each attempt, and gives them back at its
 * end. What is left is always the host's total less what the dynamic slots
 * have, so nothing has to be undone.
 */
#ifndef HARRIER_SCHEDULER_NODES_H
#define HARRIER_SCHEDULER_NODES_H

#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/job/wire.h"
#include "scheduler/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;
struct attempt;
struct httpd_req;
struct slotclass;

struct slot {
	char *name; /* "slot1", "slot1_2" */
	char *full; /* "slot1@host": Name of the ad, or made up */
	struct host *host;
	struct ad *ad; /* as the host sent it */
	struct ad *offer; /* what jobs are matched with: the ad, or of a
			   * partitionable slot the ad with what is left */
	char *arch; /* Arch of the ad, "" if it has none */
	bool accepts;
	bool listed; /* in the sync being worked on */
	struct attempt *attempt; /* live one here, or NULL */
	bool partitionable;
	struct wire_provision total, left; /* of a partitionable slot */
	struct slot *parent; /* of a dynamic slot; else NULL */
	struct wire_provision given; /* to a dynamic slot */
	/* slotclass.h: of the offer, and of the ad */
	struct slotclass *class, *whole;
	unsigned int class_generation;
	bool in_free;
	struct list free_link;
};

/* People want this host empty: nothing new starts there (drain.h). */
struct host_drain {
	bool on;
	bool resume; /* ends by itself when the last job has left */
	char how[16]; /* "graceful", "quick", "fast" */
	char *reason, *by;
	int64_t since; /* Unix seconds */
};

struct host {
	char *name;
	char boot[WIRE_NONCE_SIZE];
	int64_t sync; /* number of the last one */
	int64_t synced_ms; /* boot clock */
	int64_t last_sync; /* Unix seconds, for display */
	bool online;
	bool leaving;
	enum wire_owner owner;
	int64_t owner_since;
	char *owner_text;
	struct health health;
	struct host_drain drain;
	struct slot **slots;
	size_t slot_count;
	/* the parked call and what it told, NULL when none is parked */
	struct httpd_req *parked;
	struct wire_sync told;
	int64_t parked_until_ms; /* boot clock */
	bool news; /* hosts_flush looks whether there is something to say */
};

struct nodes;

struct nodes *nodes_new(void);
void nodes_free(struct nodes *n);

struct host *nodes_host(struct nodes *n, const char *name); /* or NULL */
/* Makes it if it is not there. */
struct host *nodes_get(struct nodes *n, const char *name);
size_t nodes_count(const struct nodes *n);
/* Hosts in order of their first sync; start with a zeroed iterator. */
struct host *nodes_next(struct nodes *n, struct hash_iter *it);

/*
 * Takes over what a sync says of host and slots (the ads move out of
 * @sync). Slots that are not listed any more go, unless an attempt is on
 * them: they stay and accept nothing.
 */
void nodes_update(struct host *h, struct wire_sync *sync, int64_t now_boot_ms,
		  int64_t now);
struct slot *nodes_slot(struct host *h, const char *name); /* or NULL */
/*
 * The slot of an attempt whose host has not synced yet since a restart. With
 * @given it is a dynamic one, whose parent is made as well.
 */
struct slot *nodes_slot_get(struct host *h, const char *name,
			    const struct wire_provision *given);

/*
 * Carves a dynamic slot from a partitionable one: less than asked for where
 * less is left. nodes_give_back undoes it and frees @s.
 */
struct slot *nodes_carve(struct slot *parent,
			 const struct wire_provision *want);
void nodes_give_back(struct slot *s);

/* Live attempts on it. */
int nodes_attempts(const struct host *h);
/* Is it there, neither drained nor set aside, and not on probation? */
bool nodes_takes_jobs(const struct host *h);
/* Can this slot take a job now? */
bool nodes_is_free(const struct slot *s);

/* Until when a host may be silent; then it is offline. */
#define NODES_SILENT_MS 90000

#endif
