/* SPDX-License-Identifier: MIT */
/*
 * slotclass: slots that no job can tell apart (equal in the significant
 * attributes) form a class; a verdict on one of them holds for all. Classes
 * know which of their slots are free, so that the matchmaker looks at
 * classes, never at all slots.
 */
#ifndef HARRIER_SCHEDULER_SLOTCLASS_H
#define HARRIER_SCHEDULER_SLOTCLASS_H

#include "common/base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;
struct sig;
struct slot;
struct slotclasses;

struct slotclass {
	struct slotclasses *all;
	unsigned int index; /* small, reused when the class is gone */
	uint32_t serial; /* from 1, never reused */
	char *key;
	struct ad *ad; /* of one of them */
	char *arch;
	bool partitionable;
	int64_t cpus, memory_mb, disk_kb; /* of the ad */
	int uses; /* slots that name it */
	struct list free; /* slots, in order of becoming free */
	size_t free_count;
	size_t place; /* among the classes with free slots, from 1 */
	struct list fresh_link; /* among those that gained one of late */
};

/* @sig is borrowed: the significant attributes of slots. */
struct slotclasses *slotclass_new(struct sig *sig);
/* No slot may name a class any more. */
void slotclass_free(struct slotclasses *all);

/*
 * The class of a slot with this ad, with one more use; *ret_new says that it
 * was made. slotclass_ref adds a use, slotclass_leave drops one.
 */
struct slotclass *slotclass_get(struct slotclasses *all, struct ad *ad,
				const char *arch, bool *ret_new);
struct slotclass *slotclass_ref(struct slotclass *c);
void slotclass_leave(struct slotclass *c);
/* All indexes are below this. */
unsigned int slotclass_bound(const struct slotclasses *all);
size_t slotclass_count(const struct slotclasses *all);

/* Enters or takes out a slot among the free ones of its class. */
void slotclass_set_free(struct slot *s, bool is_free);

/*
 * The classes with a free slot, in no order, as a table that holds what a
 * choice among thousands looks at. Valid until a slot changes.
 */
struct slotclass_offer {
	struct slotclass *class;
	unsigned int index;
	uint32_t serial;
	int64_t cpus, memory_mb;
};
const struct slotclass_offer *slotclass_offers(const struct slotclasses *all,
					       size_t *ret_count);
/* Takes a class that gained a free slot since it was last given; or NULL. */
struct slotclass *slotclass_next_fresh(struct slotclasses *all);

#endif
