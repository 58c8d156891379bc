/* SPDX-License-Identifier: MIT */
#include "scheduler/nodes.h"

#include "common/ad/ad.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "scheduler/slotclass.h"

#include <stdlib.h>
#include <string.h>

struct nodes {
	struct hash *hosts;
};

static void leave_classes(struct slot *s)
{
	slotclass_set_free(s, false);
	slotclass_leave(s->class);
	slotclass_leave(s->whole);
	s->class = s->whole = NULL;
}

static void free_slot(struct slot *s)
{
	leave_classes(s);
	free(s->name);
	free(s->full);
	free(s->arch);
	ad_free(s->offer);
	ad_free(s->ad);
	free(s);
}

static void free_host(void *value)
{
	struct host *h = value;

	for (size_t i = 0; i < h->slot_count; i++)
		free_slot(h->slots[i]);
	free(h->slots);
	wire_sync_release(&h->told);
	free(h->owner_text);
	free(h->drain.reason);
	free(h->drain.by);
	free(h->name);
	free(h);
}

struct nodes *nodes_new(void)
{
	struct nodes *n = xcalloc(1, sizeof(*n));

	n->hosts = hash_new(free_host);
	return n;
}

void nodes_free(struct nodes *n)
{
	if (!n)
		return;
	hash_free(n->hosts);
	free(n);
}

struct host *nodes_host(struct nodes *n, const char *name)
{
	return hash_get(n->hosts, name);
}

struct host *nodes_get(struct nodes *n, const char *name)
{
	struct host *h = nodes_host(n, name);

	if (h)
		return h;
	h = xcalloc(1, sizeof(*h));
	h->name = xstrdup(name);
	hash_set(n->hosts, name, h);
	return h;
}

size_t nodes_count(const struct nodes *n)
{
	return hash_count(n->hosts);
}

struct host *nodes_next(struct nodes *n, struct hash_iter *it)
{
	return hash_next(n->hosts, it) ? it->value : NULL;
}

struct slot *nodes_slot(struct host *h, const char *name)
{
	for (size_t i = 0; i < h->slot_count; i++)
		if (!strcmp(h->slots[i]->name, name))
			return h->slots[i];
	return NULL;
}

static struct slot *add_slot(struct host *h, const char *name)
{
	struct slot *s = xcalloc(1, sizeof(*s));

	s->name = xstrdup(name);
	s->full = xasprintf("%s@%s", name, h->name);
	s->arch = xstrdup("");
	s->host = h;
	s->ad = ad_new();
	s->offer = ad_ref(s->ad);
	list_init(&s->free_link);
	h->slots = xreallocarray(h->slots, h->slot_count + 1,
				 sizeof(struct slot *));
	h->slots[h->slot_count++] = s;
	return s;
}

static void remove_slot(struct slot *s)
{
	struct host *h = s->host;
	size_t kept = 0;

	for (size_t i = 0; i < h->slot_count; i++)
		if (h->slots[i] != s)
			h->slots[kept++] = h->slots[i];
	h->slot_count = kept;
	free_slot(s);
}

/* -- partitionable slots ---------------------------------------------------- */

static void set_ad(struct slot *s, struct ad *ad)
{
	ad_free(s->offer);
	ad_free(s->ad);
	s->ad = ad;
	s->offer = ad_ref(ad);
}

static void set_provision(struct ad *ad, const struct wire_provision *p)
{
	ad_set_int(ad, "Cpus", p->cpus);
	ad_set_int(ad, "Memory", p->memory_mb);
	ad_set_int(ad, "Disk", p->disk_kb);
}

/* What is left, and the offer that says so. */
static void update_left(struct slot *s)
{
	const struct host *h = s->host;
	struct wire_provision left = s->total;
	int children = 0;

	for (size_t i = 0; i < h->slot_count; i++) {
		const struct slot *child = h->slots[i];

		if (child->parent != s)
			continue;
		left.cpus -= child->given.cpus;
		left.memory_mb -= child->given.memory_mb;
		left.disk_kb -= child->given.disk_kb;
		children++;
	}
	left.cpus = left.cpus > 0 ? left.cpus : 0;
	left.memory_mb = left.memory_mb > 0 ? left.memory_mb : 0;
	left.disk_kb = left.disk_kb > 0 ? left.disk_kb : 0;
	s->left = left;
	ad_free(s->offer);
	if (!children) {
		s->offer = ad_ref(s->ad);
		return;
	}
	s->offer = ad_copy(s->ad);
	set_provision(s->offer, &left);
	ad_set_int(s->offer, "NumDynamicSlots", children);
}

/* Until its host says more of it, a dynamic slot is like its parent. */
static struct ad *dynamic_ad(const struct slot *s)
{
	struct ad *ad = ad_copy(s->parent->ad);
	const char *number = strrchr(s->name, '_');

	set_provision(ad, &s->given);
	ad_set_string(ad, "Name", s->full);
	ad_set_string(ad, "SlotType", "Dynamic");
	ad_set_bool(ad, "DynamicSlot", true);
	ad_delete(ad, "PartitionableSlot");
	ad_set_int(ad, "DSlotId", number ? atoi(number + 1) : 0);
	ad_set_string(ad, "State", "Claimed");
	ad_set_string(ad, "Activity", "Idle");
	ad_set_int(ad, "TotalSlotCpus", s->given.cpus);
	ad_set_int(ad, "TotalSlotMemory", s->given.memory_mb);
	ad_set_int(ad, "TotalSlotDisk", s->given.disk_kb);
	return ad;
}

static void make_dynamic(struct slot *s, struct slot *parent,
			 const struct wire_provision *given)
{
	s->parent = parent;
	s->given = *given;
	set_ad(s, dynamic_ad(s));
	free(s->arch);
	s->arch = xstrdup(parent->arch);
}

struct slot *nodes_slot_get(struct host *h, const char *name,
			    const struct wire_provision *given)
{
	struct slot *s = nodes_slot(h, name), *parent;
	const char *end = strrchr(name, '_');
	char *whole;

	if (s)
		return s;
	if (!given || !given->cpus || !end)
		return add_slot(h, name);
	whole = xstrndup(name, (size_t)(end - name));
	parent = nodes_slot_get(h, whole, NULL);
	parent->partitionable = true;
	free(whole);
	s = add_slot(h, name);
	make_dynamic(s, parent, given);
	update_left(parent);
	return s;
}

static int64_t at_most(int64_t want, int64_t left)
{
	return want < left ? want : left;
}

struct slot *nodes_carve(struct slot *parent, const struct wire_provision *want)
{
	const struct wire_provision given = {
		.cpus = at_most(want->cpus, parent->left.cpus),
		.memory_mb = at_most(want->memory_mb, parent->left.memory_mb),
		.disk_kb = at_most(want->disk_kb, parent->left.disk_kb),
	};
	struct slot *s;
	char *name = NULL;

	for (int i = 1; !name; i++) {
		name = xasprintf("%s_%d", parent->name, i);
		if (!nodes_slot(parent->host, name))
			break;
		free(name);
		name = NULL;
	}
	s = add_slot(parent->host, name);
	free(name);
	make_dynamic(s, parent, &given);
	update_left(parent);
	return s;
}

void nodes_give_back(struct slot *s)
{
	struct slot *parent = s->parent;

	remove_slot(s);
	update_left(parent);
}

/* -- syncs -------------------------------------------------------------------- */

static void take_totals(struct slot *s)
{
	s->partitionable = ad_bool(s->ad, "PartitionableSlot", false);
	if (!s->partitionable)
		return;
	s->total = (struct wire_provision){
		.cpus = ad_int(s->ad, "TotalSlotCpus",
			       ad_int(s->ad, "Cpus", 1)),
		.memory_mb = ad_int(s->ad, "TotalSlotMemory",
				    ad_int(s->ad, "Memory", 0)),
		.disk_kb = ad_int(s->ad, "TotalSlotDisk",
				  ad_int(s->ad, "Disk", 0)),
	};
	/* The host's own count of what is left may lag behind ours. */
	set_provision(s->ad, &s->total);
	update_left(s);
}

static void take_slot(struct host *h, struct wire_slot *w)
{
	struct slot *s = nodes_slot(h, w->slot);
	const char *name = ad_str(w->ad, "Name");
	const char *arch = ad_str(w->ad, "Arch");

	if (!s && ad_bool(w->ad, "DynamicSlot", false))
		return; /* of an attempt that is over */
	if (!s)
		s = add_slot(h, w->slot);
	if (name) {
		free(s->full);
		s->full = xstrdup(name);
	} else {
		ad_set_string(w->ad, "Name", s->full);
	}
	free(s->arch);
	s->arch = xstrdup(arch ? arch : "");
	set_ad(s, w->ad);
	w->ad = NULL;
	s->accepts = w->accepts && !s->parent;
	s->listed = true;
	take_totals(s);
}

static bool has_children(const struct slot *s)
{
	const struct host *h = s->host;

	for (size_t i = 0; s->partitionable && i < h->slot_count; i++)
		if (h->slots[i]->parent == s)
			return true;
	return false;
}

static void drop_unlisted(struct host *h)
{
	size_t i = 0;

	while (i < h->slot_count) {
		struct slot *s = h->slots[i];

		if (!s->listed && !s->attempt && !s->parent &&
		    !has_children(s)) {
			remove_slot(s);
			continue;
		}
		if (!s->listed)
			s->accepts = false;
		i++;
	}
}

void nodes_update(struct host *h, struct wire_sync *sync, int64_t now_boot_ms,
		  int64_t now)
{
	if (h->boot[0] && strcmp(h->boot, sync->boot))
		health_restarted(&h->health);
	memcpy(h->boot, sync->boot, sizeof(h->boot));
	h->sync = sync->sync;
	h->synced_ms = now_boot_ms;
	h->last_sync = now;
	h->online = !sync->leaving;
	h->leaving = sync->leaving;
	h->owner = sync->owner;
	h->owner_since = sync->owner_since;
	free(h->owner_text);
	h->owner_text = xstrdup(sync->owner_text);
	for (size_t i = 0; i < h->slot_count; i++)
		h->slots[i]->listed = false;
	for (size_t i = 0; i < sync->slot_count; i++)
		take_slot(h, &sync->slots[i]);
	drop_unlisted(h);
}

int nodes_attempts(const struct host *h)
{
	int n = 0;

	for (size_t i = 0; i < h->slot_count; i++)
		n += h->slots[i]->attempt != NULL;
	return n;
}

bool nodes_takes_jobs(const struct host *h)
{
	return h->online && !h->drain.on &&
	       health_state(&h->health) == HEALTH_OK;
}

bool nodes_is_free(const struct slot *s)
{
	enum health_state health = health_state(&s->host->health);

	if (health == HEALTH_ASIDE ||
	    (health == HEALTH_PROBATION && nodes_attempts(s->host)))
		return false;
	if (!s->host->online || s->host->drain.on || !s->accepts ||
	    s->attempt || s->parent)
		return false;
	return !s->partitionable || (s->left.cpus > 0 && s->left.memory_mb > 0);
}
