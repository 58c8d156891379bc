/* SPDX-License-Identifier: MIT */
/* wire.h: words, figures, and the sync request. */
#include "common/job/wire.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire_get.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS_MAX 10000
#define WAIT_MAX_S   30

static const char *const owner_names[] = {
	[WIRE_OWNER_UNKNOWN] = "unknown",
	[WIRE_OWNER_AWAY] = "away",
	[WIRE_OWNER_PRESENT] = "present",
};

static const char *const run_names[] = {
	[WIRE_RUN_STARTING] = "starting",   [WIRE_RUN_RUNNING] = "running",
	[WIRE_RUN_SUSPENDED] = "suspended", [WIRE_RUN_VACATING] = "vacating",
	[WIRE_RUN_FINISHING] = "finishing",
};

static const char *const want_names[] = {
	[WIRE_WANT_RUN] = "run",	 [WIRE_WANT_SUSPEND] = "suspend",
	[WIRE_WANT_VACATE] = "vacate",	 [WIRE_WANT_KILL] = "kill",
	[WIRE_WANT_DISCARD] = "discard",
};

static const char *const how_names[] = {
	[WIRE_HOW_EXITED] = "exited",
	[WIRE_HOW_SIGNALED] = "signaled",
	[WIRE_HOW_CHECKPOINTED] = "checkpointed",
	[WIRE_HOW_UNRESTARTABLE] = "unrestartable",
	[WIRE_HOW_EVICTED] = "evicted",
	[WIRE_HOW_REFUSED] = "refused",
	[WIRE_HOW_FAILED] = "failed",
	[WIRE_HOW_DAMAGED] = "damaged",
	[WIRE_HOW_LOST] = "lost",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int word(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -EINVAL;
}

const char *wire_owner_name(enum wire_owner owner)
{
	return owner_names[owner];
}

const char *wire_run_name(enum wire_run run)
{
	return run_names[run];
}

const char *wire_want_name(enum wire_want want)
{
	return want_names[want];
}

const char *wire_how_name(enum wire_how how)
{
	return how_names[how];
}

int wire_owner_parse(const char *name, enum wire_owner *ret_owner)
{
	int i = word(owner_names, COUNT(owner_names), name);

	if (i < 0)
		return i;
	*ret_owner = (enum wire_owner)i;
	return 0;
}

int wire_run_parse(const char *name, enum wire_run *ret_run)
{
	int i = word(run_names, COUNT(run_names), name);

	if (i < 0)
		return i;
	*ret_run = (enum wire_run)i;
	return 0;
}

int wire_want_parse(const char *name, enum wire_want *ret_want)
{
	int i = word(want_names, COUNT(want_names), name);

	if (i < 0)
		return i;
	*ret_want = (enum wire_want)i;
	return 0;
}

int wire_how_parse(const char *name, enum wire_how *ret_how)
{
	int i = word(how_names, COUNT(how_names), name);

	if (i < 0)
		return i;
	*ret_how = (enum wire_how)i;
	return 0;
}

/* Reads a word of one of the tables above into *@ret. */
static int get_word(const json_t *root, const char *key, enum wire_need need,
		    const char *const *names, size_t count, int *ret,
		    struct err *err)
{
	const char *text;
	int i, rc = wire_get_text(root, key, need, &text, err);

	if (rc || !text)
		return rc;
	i = word(names, count, text);
	if (i < 0)
		return err_set(err, -EINVAL, "member '%s': unknown word '%s'",
			       key, text);
	*ret = i;
	return 0;
}

bool wire_nonce_ok(const char *s)
{
	return strlen(s) == WIRE_NONCE_SIZE - 1 &&
	       strspn(s, "0123456789abcdef") == WIRE_NONCE_SIZE - 1;
}

bool wire_host_ok(const char *s)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	size_t len = strlen(s);

	return len && len <= WIRE_HOST_MAX && s[0] != '.' &&
	       strspn(s, ok) == len;
}

/* -- seen and figures ---------------------------------------------------- */

int wire_seen_decode(const json_t *root, struct wire_seen *ret_seen,
		     struct err *err)
{
	const json_t *v = json_object_get(root, "seen");
	struct wire_seen seen = { "", 0, 0 };
	int rc = 0;

	if (v && !json_is_null(v))
		rc = wire_get_object(v, "member 'seen'", err);
	if (!rc && json_is_object(v))
		rc = wire_get_hex(v, "pool", WIRE_MAY, seen.pool,
				  sizeof(seen.pool), err);
	if (!rc && json_is_object(v))
		rc = wire_get_int(v, "epoch", WIRE_MAY, 0, INT64_MAX,
				  &seen.epoch, err);
	if (!rc && json_is_object(v))
		rc = wire_get_int(v, "seq", WIRE_MAY, 0, INT64_MAX, &seen.seq,
				  err);
	if (!rc)
		*ret_seen = seen;
	return rc;
}

void wire_seen_put(json_t *root, const struct wire_seen *seen)
{
	json_object_set_new(root, "pool", json_string(seen->pool));
	json_object_set_new(root, "epoch", json_integer(seen->epoch));
	json_object_set_new(root, "seq", json_integer(seen->seq));
}

/* The integers among the figures, so that no list of them is kept twice. */
static const struct {
	const char *key;
	size_t offset;
} figures[] = {
	{ "freeze_ms", offsetof(struct wire_figures, freeze_ms) },
	{ "ckpt_ms", offsetof(struct wire_figures, ckpt_ms) },
	{ "upload_ms", offsetof(struct wire_figures, upload_ms) },
	{ "resume_ms", offsetof(struct wire_figures, resume_ms) },
	{ "image_bytes", offsetof(struct wire_figures, image_bytes) },
	{ "memory_kb", offsetof(struct wire_figures, memory_kb) },
	{ "disk_kb", offsetof(struct wire_figures, disk_kb) },
	{ "sent_bytes", offsetof(struct wire_figures, sent_bytes) },
	{ "received_bytes", offsetof(struct wire_figures, received_bytes) },
	{ "suspended_s", offsetof(struct wire_figures, suspended_s) },
	{ "processes", offsetof(struct wire_figures, processes) },
};

static int64_t *figure(struct wire_figures *f, size_t i)
{
	return (int64_t *)(void *)((char *)f + figures[i].offset);
}

void wire_figures_init(struct wire_figures *f)
{
	for (size_t i = 0; i < COUNT(figures); i++)
		*figure(f, i) = WIRE_UNKNOWN;
	f->user_cpu_s = 0;
	f->sys_cpu_s = 0;
}

void wire_figures_merge(struct wire_figures *f, const struct wire_figures *from)
{
	for (size_t i = 0; i < COUNT(figures); i++) {
		int64_t v = *figure((struct wire_figures *)from, i);

		if (v >= 0)
			*figure(f, i) = v;
	}
	if (from->user_cpu_s > 0)
		f->user_cpu_s = from->user_cpu_s;
	if (from->sys_cpu_s > 0)
		f->sys_cpu_s = from->sys_cpu_s;
}

int wire_figures_decode(const json_t *root, struct wire_figures *f,
			struct err *err)
{
	struct wire_figures got = *f;
	int rc = 0;

	for (size_t i = 0; !rc && i < COUNT(figures); i++)
		rc = wire_get_int(root, figures[i].key, WIRE_MAY, 0, INT64_MAX,
				  figure(&got, i), err);
	if (!rc)
		rc = wire_get_real(root, "user_cpu_s", &got.user_cpu_s, err);
	if (!rc)
		rc = wire_get_real(root, "sys_cpu_s", &got.sys_cpu_s, err);
	if (!rc)
		*f = got;
	return rc;
}

void wire_figures_put(json_t *root, const struct wire_figures *f)
{
	for (size_t i = 0; i < COUNT(figures); i++) {
		int64_t v = *figure((struct wire_figures *)f, i);

		json_object_set_new(root, figures[i].key,
				    v < 0 ? json_null() : json_integer(v));
	}
	json_object_set_new(root, "user_cpu_s", json_real(f->user_cpu_s));
	json_object_set_new(root, "sys_cpu_s", json_real(f->sys_cpu_s));
}

/* -- the parts of a sync ------------------------------------------------- */

static int slot_decode(const json_t *v, struct wire_slot *s, struct err *err)
{
	int rc = wire_get_object(v, "a slot", err);

	s->accepts = true;
	if (!rc)
		rc = wire_get_str(v, "slot", WIRE_MUST, &s->slot, err);
	if (!rc && !wire_host_ok(s->slot))
		rc = err_set(err, -EINVAL, "bad slot name '%s'", s->slot);
	if (!rc)
		rc = wire_get_bool(v, "accepts", WIRE_MAY, &s->accepts, err);
	if (!rc)
		rc = ad_from_json(json_object_get(v, "ad"), &s->ad, err);
	return rc;
}

static int attempt_decode(const json_t *v, struct wire_attempt *a,
			  struct err *err)
{
	int state = 0, told = WIRE_WANT_RUN;
	int rc = wire_get_object(v, "an attempt", err);

	wire_figures_init(&a->figures);
	if (!rc)
		rc = wire_get_hex(v, "nonce", WIRE_MUST, a->nonce,
				  sizeof(a->nonce), err);
	if (!rc)
		rc = wire_get_str(v, "slot", WIRE_MAY, &a->slot, err);
	if (!rc)
		rc = get_word(v, "state", WIRE_MUST, run_names,
			      COUNT(run_names), &state, err);
	if (!rc)
		rc = get_word(v, "told", WIRE_MAY, want_names,
			      COUNT(want_names), &told, err);
	if (!rc)
		rc = wire_get_small(v, "checkpoint", WIRE_MAY, 0, INT32_MAX,
				    &a->checkpoint, err);
	if (!rc)
		rc = wire_get_str(v, "host", WIRE_MAY, &a->address, err);
	if (!rc)
		rc = wire_get_str(v, "scratch", WIRE_MAY, &a->scratch, err);
	if (!rc)
		rc = wire_figures_decode(v, &a->figures, err);
	a->state = (enum wire_run)state;
	a->told = (enum wire_want)told;
	return rc;
}

/* Into a zeroed @e; what it holds on failure is the caller's to release. */
static int end_fill(const json_t *v, struct wire_end *e, struct err *err)
{
	int how = 0;
	int rc = wire_get_object(v, "an end", err);

	wire_figures_init(&e->figures);
	if (!rc)
		rc = wire_get_hex(v, "nonce", WIRE_MUST, e->nonce,
				  sizeof(e->nonce), err);
	if (!rc)
		rc = get_word(v, "how", WIRE_MUST, how_names, COUNT(how_names),
			      &how, err);
	if (!rc)
		rc = wire_get_small(v, "code", WIRE_MAY, -INT32_MAX, INT32_MAX,
				    &e->code, err);
	if (!rc)
		rc = wire_get_small(v, "hold", WIRE_MAY, 0, INT32_MAX, &e->hold,
				    err);
	if (!rc)
		rc = wire_get_str(v, "message", WIRE_MAY, &e->message, err);
	if (!rc)
		rc = wire_get_id(v, "checkpoint", &e->checkpoint, err);
	if (!rc)
		rc = wire_get_str(v, "outputs", WIRE_MAY, &e->outputs, err);
	if (!rc)
		rc = wire_get_int(v, "started", WIRE_MAY, 0, INT64_MAX,
				  &e->started, err);
	if (!rc)
		rc = wire_get_int(v, "ended", WIRE_MAY, 0, INT64_MAX, &e->ended,
				  err);
	if (!rc)
		rc = wire_figures_decode(v, &e->figures, err);
	e->how = (enum wire_how)how;
	return rc;
}

int wire_end_decode(const json_t *root, struct wire_end *ret_end,
		    struct err *err)
{
	struct wire_end e = { 0 };
	int rc = end_fill(root, &e, err);

	if (rc)
		wire_end_release(&e);
	else
		*ret_end = e;
	return rc;
}

json_t *wire_end_encode(const struct wire_end *e)
{
	json_t *v = json_pack("{s:s,s:s,s:i,s:o,s:o,s:I,s:I}", "nonce",
			      e->nonce, "how", wire_how_name(e->how), "code",
			      e->code, "message", wire_put_str(e->message),
			      "outputs", wire_put_str(e->outputs), "started",
			      (json_int_t)e->started, "ended",
			      (json_int_t)e->ended);

	json_object_set_new(
		v, "checkpoint",
		e->checkpoint ? json_sprintf("%lld", (long long)e->checkpoint)
			      : json_null());
	if (e->hold)
		json_object_set_new(v, "hold", json_integer(e->hold));
	wire_figures_put(v, &e->figures);
	return v;
}

void wire_end_release(struct wire_end *e)
{
	free(e->message);
	free(e->outputs);
	memset(e, 0, sizeof(*e));
}

/* -- sync ---------------------------------------------------------------- */

static int sync_owner(const json_t *root, struct wire_sync *s, struct err *err)
{
	const json_t *v = json_object_get(root, "owner");
	int owner = WIRE_OWNER_UNKNOWN, rc = 0;

	if (v && !json_is_null(v)) {
		rc = wire_get_object(v, "member 'owner'", err);
		if (!rc)
			rc = get_word(v, "state", WIRE_MUST, owner_names,
				      COUNT(owner_names), &owner, err);
		if (!rc)
			rc = wire_get_int(v, "since", WIRE_MAY, 0, INT64_MAX,
					  &s->owner_since, err);
		if (!rc)
			rc = wire_get_str(v, "text", WIRE_MAY, &s->owner_text,
					  err);
	}
	s->owner = (enum wire_owner)owner;
	return rc;
}

static int sync_lists(const json_t *root, struct wire_sync *s, struct err *err)
{
	const json_t *slots = NULL, *attempts = NULL, *ends = NULL;
	int rc = wire_get_array(root, "slots", WIRE_MUST, WIRE_SLOTS_MAX,
				&slots, err);

	if (!rc)
		rc = wire_get_array(root, "attempts", WIRE_MUST, ATTEMPTS_MAX,
				    &attempts, err);
	if (!rc)
		rc = wire_get_array(root, "ends", WIRE_MUST, ATTEMPTS_MAX,
				    &ends, err);
	if (rc)
		return rc;
	s->slot_count = json_array_size(slots);
	s->slots = xcalloc(s->slot_count + 1, sizeof(*s->slots));
	s->attempt_count = json_array_size(attempts);
	s->attempts = xcalloc(s->attempt_count + 1, sizeof(*s->attempts));
	s->end_count = json_array_size(ends);
	s->ends = xcalloc(s->end_count + 1, sizeof(*s->ends));
	for (size_t i = 0; !rc && i < s->slot_count; i++)
		rc = slot_decode(json_array_get(slots, i), &s->slots[i], err);
	for (size_t i = 0; !rc && i < s->attempt_count; i++)
		rc = attempt_decode(json_array_get(attempts, i),
				    &s->attempts[i], err);
	for (size_t i = 0; !rc && i < s->end_count; i++)
		rc = end_fill(json_array_get(ends, i), &s->ends[i], err);
	return rc;
}

int wire_sync_decode(const json_t *root, struct wire_sync *ret_sync,
		     struct err *err)
{
	struct wire_sync s = { .wait_s = 0 };
	int rc = wire_get_object(root, "the body", err);

	if (!rc)
		rc = wire_get_hex(root, "boot", WIRE_MUST, s.boot,
				  sizeof(s.boot), err);
	if (!rc)
		rc = wire_get_int(root, "sync", WIRE_MUST, 1, INT64_MAX,
				  &s.sync, err);
	if (!rc)
		rc = wire_get_small(root, "wait_s", WIRE_MAY, 0, WAIT_MAX_S,
				    &s.wait_s, err);
	if (!rc)
		rc = wire_get_bool(root, "leaving", WIRE_MAY, &s.leaving, err);
	if (!rc)
		rc = wire_seen_decode(root, &s.seen, err);
	if (!rc)
		rc = sync_owner(root, &s, err);
	if (!rc)
		rc = sync_lists(root, &s, err);
	if (rc) {
		wire_sync_release(&s);
		return rc;
	}
	*ret_sync = s;
	return 0;
}

static json_t *attempt_encode(const struct wire_attempt *a)
{
	json_t *v = json_pack("{s:s,s:o,s:s,s:s,s:i,s:o,s:o}", "nonce",
			      a->nonce, "slot", wire_put_str(a->slot), "state",
			      wire_run_name(a->state), "told",
			      wire_want_name(a->told), "checkpoint",
			      a->checkpoint, "host", wire_put_str(a->address),
			      "scratch", wire_put_str(a->scratch));

	wire_figures_put(v, &a->figures);
	return v;
}

json_t *wire_sync_encode(const struct wire_sync *s)
{
	json_t *slots = json_array(), *attempts = json_array();
	json_t *ends = json_array(), *seen = json_object(), *root;

	for (size_t i = 0; i < s->slot_count; i++)
		json_array_append_new(
			slots,
			json_pack("{s:s,s:b,s:o}", "slot", s->slots[i].slot,
				  "accepts", (int)s->slots[i].accepts, "ad",
				  ad_to_json(s->slots[i].ad, true)));
	for (size_t i = 0; i < s->attempt_count; i++)
		json_array_append_new(attempts,
				      attempt_encode(&s->attempts[i]));
	for (size_t i = 0; i < s->end_count; i++)
		json_array_append_new(ends, wire_end_encode(&s->ends[i]));
	wire_seen_put(seen, &s->seen);
	root = json_pack("{s:s,s:I,s:i,s:b,s:{s:s,s:I,s:o},s:o,s:o,s:o}",
			 "boot", s->boot, "sync", (json_int_t)s->sync, "wait_s",
			 s->wait_s, "leaving", (int)s->leaving, "owner",
			 "state", wire_owner_name(s->owner), "since",
			 (json_int_t)s->owner_since, "text",
			 wire_put_str(s->owner_text), "slots", slots,
			 "attempts", attempts, "ends", ends);
	if (s->seen.pool[0])
		json_object_set_new(root, "seen", seen);
	else
		json_decref(seen);
	return root;
}

void wire_sync_release(struct wire_sync *s)
{
	for (size_t i = 0; i < s->slot_count; i++) {
		free(s->slots[i].slot);
		ad_free(s->slots[i].ad);
	}
	for (size_t i = 0; i < s->attempt_count; i++) {
		free(s->attempts[i].slot);
		free(s->attempts[i].address);
		free(s->attempts[i].scratch);
	}
	for (size_t i = 0; i < s->end_count; i++)
		wire_end_release(&s->ends[i]);
	free(s->slots);
	free(s->attempts);
	free(s->ends);
	free(s->owner_text);
	memset(s, 0, sizeof(*s));
}
