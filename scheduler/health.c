/* SPDX-License-Identifier: MIT */
#include "scheduler/health.h"

#include "common/base/clock.h"

#include <string.h>

/* FNV-1a: a name needs no more than to be told from three others. */
static uint32_t hash_of(const char *host)
{
	uint32_t hash = 2166136261u;

	while (*host)
		hash = (hash ^ (unsigned char)*host++) * 16777619u;
	return hash;
}

enum health_state health_state(const struct health *h)
{
	return h->state;
}

const char *health_name(enum health_state state)
{
	static const char *const names[] = { "ok", "set-aside", "probation" };

	return names[state];
}

/* -- kinds ------------------------------------------------------------------- */

static void kind_failed(struct health_kind *k, uint32_t host)
{
	for (int i = 0; i < k->host_count; i++)
		if (k->hosts[i] == host)
			return;
	if (k->host_count < HEALTH_BAD_HOSTS)
		k->hosts[k->host_count++] = host;
}

static void kind_ran(struct health_kind *k, uint32_t host)
{
	k->widely_good |= k->good && k->good != host;
	k->good = host;
	k->host_count = 0;
}

static bool is_proven_elsewhere(const struct health_kind *k, uint32_t host)
{
	return k->widely_good || (k->good && k->good != host);
}

static bool kind_is_bad(const struct health_kind *k)
{
	return !k->good && k->host_count >= HEALTH_BAD_HOSTS;
}

/* -- hosts --------------------------------------------------------------------- */

static void forget_old(struct health *h, int64_t now_ms)
{
	int kept = 0;

	for (int i = 0; i < h->fail_count; i++)
		if (now_ms - h->fails[i].at_ms <
		    clock_scaled_ms(HEALTH_WINDOW_MS))
			h->fails[kept++] = h->fails[i];
	h->fail_count = kept;
}

static void add_fail(struct health *h, int kind, bool proven, int64_t now_ms)
{
	forget_old(h, now_ms);
	if (h->fail_count == HEALTH_FAILS) {
		memmove(h->fails, h->fails + 1,
			(HEALTH_FAILS - 1) * sizeof(h->fails[0]));
		h->fail_count--;
	}
	h->fails[h->fail_count++] =
		(struct health_fail){ kind, proven, now_ms };
}

static bool is_suspect(const struct health *h)
{
	int kinds = 0, proven = 0;

	if (h->fail_count < HEALTH_FAILS)
		return false;
	for (int i = 0; i < h->fail_count; i++) {
		int k = 0;

		while (h->fails[k].kind != h->fails[i].kind)
			k++;
		kinds += k == i;
		proven += h->fails[i].proven;
	}
	return kinds >= HEALTH_KINDS || proven >= HEALTH_PROVEN;
}

static void set_aside(struct health *h, int64_t now_ms)
{
	h->aside_ms = h->aside_ms ? 2 * h->aside_ms : HEALTH_ASIDE_MS;
	if (h->aside_ms > HEALTH_ASIDE_MAX_MS)
		h->aside_ms = HEALTH_ASIDE_MAX_MS;
	h->state = HEALTH_ASIDE;
	h->until_ms = now_ms + clock_scaled_ms(h->aside_ms);
	h->fail_count = 0;
}

static bool note_good(struct health *h)
{
	bool changed = h->state == HEALTH_PROBATION;

	h->fail_count = 0;
	/* One that was set aside may still have had a job that ran well. */
	if (h->state != HEALTH_ASIDE) {
		h->state = HEALTH_OK;
		h->aside_ms = 0;
	}
	return changed;
}

bool health_note(struct health *h, const char *host, struct health_kind *kind,
		 int id, enum health_end end, int64_t now_ms)
{
	uint32_t hash = hash_of(host);
	bool elsewhere = is_proven_elsewhere(kind, hash);

	if (end == HEALTH_NOTHING)
		return false;
	if (end == HEALTH_GOOD) {
		kind_ran(kind, hash);
		return note_good(h);
	}
	kind_failed(kind, hash);
	if (kind_is_bad(kind) || h->state == HEALTH_ASIDE ||
	    (end == HEALTH_DOUBTFUL && !elsewhere))
		return false;
	add_fail(h, id, elsewhere, now_ms);
	if (h->state == HEALTH_OK && !is_suspect(h))
		return false;
	set_aside(h, now_ms);
	return true;
}

bool health_tick(struct health *h, int64_t now_ms)
{
	if (h->state != HEALTH_ASIDE || now_ms < h->until_ms)
		return false;
	h->state = HEALTH_PROBATION;
	return true;
}

bool health_restarted(struct health *h)
{
	if (h->state != HEALTH_ASIDE)
		return false;
	h->state = HEALTH_PROBATION;
	return true;
}
