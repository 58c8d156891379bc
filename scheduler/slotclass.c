/* SPDX-License-Identifier: MIT */
#include "scheduler/slotclass.h"

#include "common/ad/ad.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/nodes.h"
#include "scheduler/sig.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct slotclasses {
	struct sig *sig;
	struct hash *by_key;
	struct list fresh;
	struct slotclass_offer *offers;
	size_t offer_count, offer_room;
	uint32_t next_serial;
	unsigned int bound; /* indexes given out */
	unsigned int *unused; /* indexes given back */
	size_t unused_count, unused_room;
};

struct slotclasses *slotclass_new(struct sig *sig)
{
	struct slotclasses *all = xcalloc(1, sizeof(*all));

	all->sig = sig;
	all->by_key = hash_new(NULL);
	list_init(&all->fresh);
	return all;
}

void slotclass_free(struct slotclasses *all)
{
	if (!all)
		return;
	assert(!hash_count(all->by_key));
	hash_free(all->by_key);
	free(all->unused);
	free(all->offers);
	free(all);
}

static unsigned int take_index(struct slotclasses *all)
{
	if (all->unused_count)
		return all->unused[--all->unused_count];
	return all->bound++;
}

static void give_index(struct slotclasses *all, unsigned int index)
{
	if (all->unused_count == all->unused_room) {
		all->unused_room = 2 * all->unused_room + 16;
		all->unused = xreallocarray(all->unused, all->unused_room,
					    sizeof(*all->unused));
	}
	all->unused[all->unused_count++] = index;
}

static struct slotclass *make(struct slotclasses *all, struct ad *ad,
			      const char *arch, char *key)
{
	struct slotclass *c = xcalloc(1, sizeof(*c));

	c->all = all;
	c->index = take_index(all);
	c->serial = ++all->next_serial;
	c->key = key;
	c->ad = ad_ref(ad);
	c->arch = xstrdup(arch);
	c->partitionable = ad_bool(ad, "PartitionableSlot", false);
	c->cpus = ad_int(ad, "Cpus", 1);
	c->memory_mb = ad_int(ad, "Memory", 0);
	c->disk_kb = ad_int(ad, "Disk", 0);
	list_init(&c->free);
	list_init(&c->fresh_link);
	hash_set(all->by_key, c->key, c);
	return c;
}

struct slotclass *slotclass_get(struct slotclasses *all, struct ad *ad,
				const char *arch, bool *ret_new)
{
	struct strbuf key = STRBUF_INIT;
	struct slotclass *c;

	/* What is carved from it depends on these, whatever jobs look at. */
	if (ad_bool(ad, "PartitionableSlot", false))
		strbuf_addf(&key, "partitionable %lld %lld %lld\n",
			    (long long)ad_int(ad, "Cpus", 1),
			    (long long)ad_int(ad, "Memory", 0),
			    (long long)ad_int(ad, "Disk", 0));
	sig_key(all->sig, ad, &key);
	c = hash_get(all->by_key, key.data);
	*ret_new = !c;
	if (c)
		strbuf_release(&key);
	else
		c = make(all, ad, arch, strbuf_detach(&key));
	c->uses++;
	return c;
}

struct slotclass *slotclass_ref(struct slotclass *c)
{
	c->uses++;
	return c;
}

void slotclass_leave(struct slotclass *c)
{
	if (!c || --c->uses)
		return;
	assert(!c->free_count);
	list_del(&c->fresh_link);
	hash_del(c->all->by_key, c->key);
	give_index(c->all, c->index);
	ad_free(c->ad);
	free(c->arch);
	free(c->key);
	free(c);
}

unsigned int slotclass_bound(const struct slotclasses *all)
{
	return all->bound;
}

size_t slotclass_count(const struct slotclasses *all)
{
	return hash_count(all->by_key);
}

static void add_offer(struct slotclass *c)
{
	struct slotclasses *all = c->all;

	if (all->offer_count == all->offer_room) {
		all->offer_room = 2 * all->offer_room + 16;
		all->offers = xreallocarray(all->offers, all->offer_room,
					    sizeof(*all->offers));
	}
	all->offers[all->offer_count++] =
		(struct slotclass_offer){ c, c->index, c->serial, c->cpus,
					  c->memory_mb };
	c->place = all->offer_count;
}

static void del_offer(struct slotclass *c)
{
	struct slotclasses *all = c->all;
	struct slotclass_offer *last = &all->offers[--all->offer_count];

	all->offers[c->place - 1] = *last;
	last->class->place = c->place;
	c->place = 0;
}

void slotclass_set_free(struct slot *s, bool is_free)
{
	struct slotclass *c = s->class;

	if (!c || s->in_free == is_free)
		return;
	s->in_free = is_free;
	if (is_free) {
		list_append(&c->free, &s->free_link);
		if (!c->free_count++)
			add_offer(c);
		if (list_empty(&c->fresh_link))
			list_append(&c->all->fresh, &c->fresh_link);
	} else {
		list_del(&s->free_link);
		if (!--c->free_count)
			del_offer(c);
	}
}

const struct slotclass_offer *slotclass_offers(const struct slotclasses *all,
					       size_t *ret_count)
{
	*ret_count = all->offer_count;
	return all->offers;
}

struct slotclass *slotclass_next_fresh(struct slotclasses *all)
{
	struct slotclass *c;

	if (list_empty(&all->fresh))
		return NULL;
	c = list_first(&all->fresh, struct slotclass, fresh_link);
	list_del(&c->fresh_link);
	return c;
}
