/* SPDX-License-Identifier: MIT */
/*
 * nodes: the hosts that sync, and their slots. Only in memory: a host says
 * all of itself in each sync, so after a restart they are here again within
 * seconds.
 */
#ifndef HARRIER_SCHEDULER_NODES_H
#define HARRIER_SCHEDULER_NODES_H

#include "common/base/hash.h"
#include "common/job/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;
struct attempt;
struct httpd_req;
struct sig;
struct strbuf;

struct slot {
	char *name; /* "slot1" */
	char *full; /* "slot1@host": Name of the ad, or made up */
	struct host *host;
	struct ad *ad; /* as the host sent it */
	char *arch; /* Arch of the ad, "" if it has none */
	char *class; /* significant attributes, as text */
	unsigned int class_generation;
	bool accepts;
	bool listed; /* in the sync being worked on */
	struct attempt *attempt; /* live one here, or NULL */
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
	struct slot **slots;
	size_t slot_count;
	/* the parked call and what it told, NULL when none is parked */
	struct httpd_req *parked;
	struct wire_sync told;
	int64_t parked_until_ms; /* boot clock */
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
/* The slot of an attempt whose host has not synced yet since a restart. */
struct slot *nodes_slot_get(struct host *h, const char *name);

/* Can this slot take a job now? */
bool nodes_is_free(const struct slot *s);
/* Its class under @sig: equal text, equal verdicts. */
const char *nodes_class(struct slot *s, const struct sig *sig);

/* Until when a host may be silent; then it is offline. */
#define NODES_SILENT_MS 90000

#endif
