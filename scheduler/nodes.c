/* SPDX-License-Identifier: MIT */
#include "scheduler/nodes.h"

#include "common/ad/ad.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/sig.h"

#include <stdlib.h>
#include <string.h>

struct nodes {
	struct hash *hosts;
};

static void free_slot(struct slot *s)
{
	free(s->name);
	free(s->full);
	free(s->arch);
	free(s->class);
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

struct slot *nodes_slot_get(struct host *h, const char *name)
{
	struct slot *s = nodes_slot(h, name);

	if (s)
		return s;
	s = xcalloc(1, sizeof(*s));
	s->name = xstrdup(name);
	s->full = xasprintf("%s@%s", name, h->name);
	s->arch = xstrdup("");
	s->host = h;
	s->ad = ad_new();
	h->slots = xreallocarray(h->slots, h->slot_count + 1,
				 sizeof(struct slot *));
	h->slots[h->slot_count++] = s;
	return s;
}

static void take_slot(struct host *h, struct wire_slot *w)
{
	struct slot *s = nodes_slot_get(h, w->slot);
	const char *name = ad_str(w->ad, "Name");
	const char *arch = ad_str(w->ad, "Arch");

	ad_free(s->ad);
	s->ad = w->ad;
	w->ad = NULL;
	if (name) {
		free(s->full);
		s->full = xstrdup(name);
	} else {
		ad_set_string(s->ad, "Name", s->full);
	}
	free(s->arch);
	s->arch = xstrdup(arch ? arch : "");
	free(s->class);
	s->class = NULL;
	s->accepts = w->accepts;
	s->listed = true;
}

static void drop_unlisted(struct host *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->slot_count; i++) {
		struct slot *s = h->slots[i];

		if (!s->listed && !s->attempt) {
			free_slot(s);
			continue;
		}
		if (!s->listed)
			s->accepts = false;
		h->slots[kept++] = s;
	}
	h->slot_count = kept;
}

void nodes_update(struct host *h, struct wire_sync *sync, int64_t now_boot_ms,
		  int64_t now)
{
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

bool nodes_is_free(const struct slot *s)
{
	return s->host->online && s->accepts && !s->attempt;
}

const char *nodes_class(struct slot *s, const struct sig *sig)
{
	struct strbuf key = STRBUF_INIT;

	if (s->class && s->class_generation == sig_generation(sig))
		return s->class;
	sig_key(sig, s->ad, &key);
	free(s->class);
	s->class = strbuf_detach(&key);
	s->class_generation = sig_generation(sig);
	return s->class;
}
