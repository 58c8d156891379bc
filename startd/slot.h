/* SPDX-License-Identifier: MIT */
/*
 * slot: what this host offers. A static slot takes one job at a time. From a
 * partitionable one ("slot1") the scheduler has dynamic ones carved
 * ("slot1_2"), a start for each: they are made when the start comes, and go
 * when its attempt leaves them.
 */
#ifndef HARRIER_STARTD_SLOT_H
#define HARRIER_STARTD_SLOT_H

#include "common/job/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct ad;
struct attempt;
struct host;

struct slot {
	char name[32]; /* "slot1", "slot1_2" */
	struct ad *ad; /* what does not change */
	struct attempt *attempt; /* that has the slot, or NULL */
	const char *state; /* "Owner", "Unclaimed", "Claimed", "Preempting" */
	const char *activity;
	int64_t state_since_ms, activity_since_ms; /* clock_mono_ms */
	int64_t state_since_s, activity_since_s; /* wall time, for the ad */
	struct ad *told; /* as last told, NULL when that is out of date */
	int64_t told_ms; /* clock_mono_ms */
	int start; /* START by its last evaluation */
	bool owner; /* IS_OWNER, the same */
	bool partitionable;
	struct wire_provision size; /* in all; disk_kb of a dynamic one only */
	struct slot *parent; /* of a dynamic slot, else NULL */
};

/* As the settings say; before anything is known of attempts. */
void slot_make_all(struct host *host);
void slot_free_all(struct host *host);

/* Its ad is to be made anew before it is told again. */
void slot_untell(struct slot *slot);

struct slot *slot_find(struct host *host, const char *name); /* or NULL */
/* The partitionable slot that a dynamic one of this name is carved from. */
struct slot *slot_parent(struct host *host, const char *name); /* or NULL */

/*
 * Carves one. NULL, with the reason in *ret_why where that is not NULL, if
 * the name is taken, its parent is not there, or, with @check, too little is
 * left.
 */
struct slot *slot_carve(struct host *host, const char *name,
			const struct wire_provision *size, bool check,
			const char **ret_why);
/* The attempt has its slot no more; a dynamic slot goes. */
void slot_leave(struct attempt *att);

/* Cpus, Memory, Disk and what belongs to them, as they are now. */
void slot_put_resources(struct host *host, const struct slot *slot,
			struct ad *ad);

#endif
