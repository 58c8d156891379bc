/* SPDX-License-Identifier: MIT */
#include "startd/slot.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "startd/attempt.h"
#include "startd/cg.h"
#include "startd/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- making ------------------------------------------------------------------- */

static struct slot *add(struct host *host, const char *name, struct ad *ad)
{
	struct slot *s = xcalloc(1, sizeof(*s));

	snprintf(s->name, sizeof(s->name), "%s", name);
	s->ad = ad;
	s->state = "Owner";
	s->activity = "Idle";
	s->state_since_ms = s->activity_since_ms = clock_mono_ms();
	s->state_since_s = s->activity_since_s = clock_real_ms() / 1000;
	s->size.cpus = ad_int(ad, "Cpus", 1);
	s->size.memory_mb = ad_int(ad, "Memory", 0);
	host->slots = xreallocarray(host->slots, (size_t)host->slot_count + 1,
				    sizeof(struct slot *));
	host->slots[host->slot_count++] = s;
	return s;
}

static int64_t count_of(const struct host *host)
{
	bool emulated = host->machine.arch != host->machine.native;

	if (host->set->slots)
		return host->set->slots;
	return host->set->partitionable || emulated ? 1 : host->machine.cpus;
}

void slot_make_all(struct host *host)
{
	struct strbuf cg_text = STRBUF_INIT;
	int n = (int)count_of(host);

	cg_describe(host->cg, &cg_text);
	for (int i = 1; i <= n; i++) {
		struct ad *ad = machine_slot_ad(&host->machine, host->set, i, n,
						cg_text.data);
		char name[16];
		struct slot *s;

		snprintf(name, sizeof(name), "slot%d", i);
		s = add(host, name, ad);
		s->partitionable = host->set->partitionable;
		if (!s->partitionable)
			continue;
		ad_set_string(ad, "SlotType", "Partitionable");
		ad_set_bool(ad, "PartitionableSlot", true);
	}
	log_info("%d %sslot%s, %s", n,
		 host->set->partitionable ? "partitionable " : "",
		 n == 1 ? "" : "s", cg_text.data);
	strbuf_release(&cg_text);
}

void slot_untell(struct slot *slot)
{
	ad_free(slot->told);
	slot->told = NULL;
}

static void free_slot(struct slot *s)
{
	slot_untell(s);
	ad_free(s->ad);
	free(s);
}

void slot_free_all(struct host *host)
{
	for (int i = 0; i < host->slot_count; i++)
		free_slot(host->slots[i]);
	free(host->slots);
	host->slots = NULL;
	host->slot_count = 0;
}

/* -- carving --------------------------------------------------------------------- */

struct slot *slot_find(struct host *host, const char *name)
{
	for (int i = 0; i < host->slot_count; i++)
		if (!strcmp(host->slots[i]->name, name))
			return host->slots[i];
	return NULL;
}

struct slot *slot_parent(struct host *host, const char *name)
{
	const char *end = strrchr(name, '_');
	struct slot *s;
	char *parent;

	if (!end)
		return NULL;
	parent = xstrndup(name, (size_t)(end - name));
	s = slot_find(host, parent);
	free(parent);
	return s && s->partitionable ? s : NULL;
}

static struct wire_provision left_of(const struct host *host,
				     const struct slot *s)
{
	struct wire_provision left = s->size;

	for (int i = 0; i < host->slot_count; i++) {
		const struct slot *child = host->slots[i];

		if (child->parent != s)
			continue;
		left.cpus -= child->size.cpus;
		left.memory_mb -= child->size.memory_mb;
	}
	return left;
}

static struct ad *dynamic_ad(const struct host *host, const struct slot *parent,
			     const char *name,
			     const struct wire_provision *size)
{
	struct ad *ad = ad_copy(parent->ad);
	char *full = xasprintf("%s@%s", name, host->set->name);

	ad_set_string(ad, "Name", full);
	ad_set_string(ad, "SlotType", "Dynamic");
	ad_set_bool(ad, "DynamicSlot", true);
	ad_delete(ad, "PartitionableSlot");
	ad_set_int(ad, "DSlotId", atoi(strrchr(name, '_') + 1));
	ad_set_int(ad, "Cpus", size->cpus);
	ad_set_int(ad, "Memory", size->memory_mb);
	free(full);
	return ad;
}

static struct slot *refuse(const char **ret_why, const char *why)
{
	if (ret_why)
		*ret_why = why;
	return NULL;
}

struct slot *slot_carve(struct host *host, const char *name,
			const struct wire_provision *size, bool check,
			const char **ret_why)
{
	struct slot *parent = slot_parent(host, name), *s;
	struct wire_provision left;

	if (!parent || strlen(name) >= sizeof(s->name))
		return refuse(ret_why, "no such slot here");
	if (slot_find(host, name))
		return refuse(ret_why, "the slot is busy");
	left = left_of(host, parent);
	if (check &&
	    (size->cpus > left.cpus || size->memory_mb > left.memory_mb))
		return refuse(ret_why, "too little of the slot is left");
	s = add(host, name, dynamic_ad(host, parent, name, size));
	slot_untell(parent);
	s->parent = parent;
	s->size = *size;
	s->start = parent->start;
	s->owner = parent->owner;
	return s;
}

void slot_leave(struct attempt *att)
{
	struct slot *s = att->slot;
	struct host *host = att->host;
	int kept = 0;

	if (!s || (s->attempt && s->attempt != att))
		return;
	if (s->attempt == att)
		s->attempt = NULL;
	if (!s->parent)
		return;
	slot_untell(s->parent);
	att->slot = NULL;
	for (int i = 0; i < host->slot_count; i++)
		if (host->slots[i] != s)
			host->slots[kept++] = host->slots[i];
	host->slot_count = kept;
	free_slot(s);
}

/* -- the ad ------------------------------------------------------------------------ */

/* Five significant bits: a new figure at each sync would be a new kind of
 * machine to the matchmaker. */
static int64_t coarse(int64_t value)
{
	int shift = 0;

	while (value >> shift >= 32)
		shift++;
	return value >> shift << shift;
}

static int64_t used_kb(const struct host *host)
{
	const struct attempt *att;
	int64_t kb = 0;

	list_for_each(att, &host->attempts, link)
		if (att->figures.disk_kb > 0)
			kb += att->figures.disk_kb;
	return kb;
}

void slot_put_resources(struct host *host, const struct slot *slot,
			struct ad *ad)
{
	struct wire_provision total = slot->size, left = slot->size;

	if (!slot->parent) {
		int64_t free_kb = machine_disk_kb(
			host->set->dir, host->set->disk_reserve_bytes);

		left = left_of(host, slot);
		left.disk_kb = coarse(free_kb);
		total.disk_kb = coarse(free_kb + used_kb(host));
	}
	ad_set_int(ad, "Cpus", left.cpus);
	ad_set_int(ad, "Memory", left.memory_mb);
	ad_set_int(ad, "Disk", left.disk_kb);
	ad_set_int(ad, "TotalSlotCpus", total.cpus);
	ad_set_int(ad, "TotalSlotMemory", total.memory_mb);
	ad_set_int(ad, "TotalSlotDisk", total.disk_kb);
}
