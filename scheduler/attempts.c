/* SPDX-License-Identifier: MIT */
#include "scheduler/attempts.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "scheduler/conclimit.h"
#include "scheduler/core.h"
#include "scheduler/db/dbattempts.h"
#include "scheduler/feed.h"
#include "scheduler/health.h"
#include "scheduler/hosts.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define LEASE_S 600

static void free_attempt(struct attempt *a)
{
	if (!a)
		return;
	free(a->host);
	free(a->arch);
	free(a->slot_name);
	free(a->reason);
	free(a->preempted_for);
	free(a->limits);
	free(a->address);
	free(a->scratch);
	json_decref(a->start);
	free(a);
}

struct attempt *attempts_find(struct sched *s, const char *nonce)
{
	return hash_get(s->attempts, nonce);
}

int attempts_random(char ret_hex[WIRE_NONCE_SIZE], struct err *err)
{
	unsigned char bytes[(WIRE_NONCE_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_sys(err, -errno, "no random numbers");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

int64_t attempts_lease_s(const struct attempt *a)
{
	int64_t lease =
		ad_int(a->job->cluster->ad, "JobLeaseDuration", LEASE_S);

	return lease > 0 ? lease : LEASE_S;
}

int64_t attempts_patience_ms(int64_t lease_s)
{
	return clock_scaled_ms(lease_s * 1250 + 30000);
}

void attempts_renew(struct attempt *a)
{
	a->lease_until_ms =
		clock_boot_ms() + attempts_patience_ms(attempts_lease_s(a));
}

/* -- rows ------------------------------------------------------------------ */

static char *figures_text(const struct wire_figures *f)
{
	json_t *root = json_object();
	char *text;

	wire_figures_put(root, f);
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

json_t *attempts_figures_json(const struct wire_figures *f)
{
	json_t *root = json_object();

	wire_figures_put(root, f);
	return root;
}

static void row_of(const struct attempt *a, struct dbattempt *row)
{
	*row = (struct dbattempt){
		.nonce = a->nonce,
		.cluster = a->job->cluster->id,
		.proc = a->job->proc,
		.attempt = a->number,
		.live = true,
		.state = wire_run_name(a->state),
		.reported = a->reported,
		.host = a->host,
		.slot = a->slot_name,
		.arch = a->arch,
		.want = wire_want_name(a->want),
		.ckpt_asked = a->ckpt_asked,
		.resumed_from = a->resumed_from,
		.matched = a->matched,
		.started = a->started,
	};
	if (a->slot) {
		row->cpus = a->slot->given.cpus;
		row->memory_mb = a->slot->given.memory_mb;
		row->disk_kb = a->slot->given.disk_kb;
	}
}

/* The slot has got an attempt, or lost it. */
static void slot_changed(struct sched *s, struct slot *slot)
{
	match_slot_changed(s->match, slot->parent ? slot->parent : slot);
}

/* A dynamic slot was made for its attempt and ends with it. */
static void leave_slot(struct sched *s, struct slot *slot)
{
	struct slot *parent = slot->parent;

	slot->attempt = NULL;
	if (parent)
		nodes_give_back(slot);
	slot_changed(s, parent ? parent : slot);
}

int attempts_store(struct sched *s, struct attempt *a, struct err *err)
{
	char *figures = figures_text(&a->figures);
	struct dbattempt row;
	int rc;

	row_of(a, &row);
	row.figures = figures;
	rc = core_write(s, err);
	if (!rc)
		rc = dbattempts_set(s->db, &row, err);
	free(figures);
	return rc;
}

/*
 * What it uses: RequestCpus, to which HTCondor's default slot weight comes,
 * and concurrency limits. The matchmaker has both, significant as they are;
 * after a restart the job's own ad tells, with what was edited in it.
 */
static void note_use(struct sched *s, struct attempt *a)
{
	const struct bucket *b = a->job->bucket;
	struct ad *own = NULL, *ad = b ? b->ac->ad : a->job->cluster->ad;
	double cores;

	if (!b && !queue_ad(s->db, a->job, &own, NULL))
		ad = own;
	cores = ad_real(ad, "RequestCpus", 1);
	a->cores = cores > 0 ? cores : 1;
	a->limits = ad_eval_string(ad, NULL, "ConcurrencyLimits");
	ad_free(own);
}

/* -- what an end says of its host ---------------------------------------------- */

static void host_changed(struct sched *s, struct host *h)
{
	for (size_t i = 0; i < h->slot_count; i++)
		match_slot_changed(s->match, h->slots[i]);
}

static enum health_end end_of(const struct attempt *a,
			      const struct dbattempt *row,
			      const struct wire_end *end)
{
	int64_t ran_s = row->started ? row->ended - row->started : 0;

	/* What it was made to do is nobody's fault. */
	if (a->want >= WIRE_WANT_VACATE)
		return HEALTH_NOTHING;
	if (row->started && ran_s >= HEALTH_QUICK_S)
		return HEALTH_GOOD;
	switch (end->how) {
	case WIRE_HOW_EXITED:
		return end->code ? HEALTH_DOUBTFUL : HEALTH_GOOD;
	case WIRE_HOW_SIGNALED:
		return HEALTH_DOUBTFUL;
	case WIRE_HOW_FAILED:
	case WIRE_HOW_LOST:
		return HEALTH_BAD;
	default:
		return HEALTH_NOTHING;
	}
}

/* To be called when the slot is left. */
static void note_health(struct sched *s, struct cluster *c, struct host *h,
			enum health_end end)
{
	enum health_state before = health_state(&h->health);

	/* There must be another one for its jobs. */
	if (before == HEALTH_OK && nodes_count(s->nodes) < 2)
		return;
	if (health_note(&h->health, h->name, &c->health, c->id, end,
			clock_boot_ms())) {
		log_warn("host %s: %s", h->name,
			 health_state(&h->health) == HEALTH_ASIDE
				 ? "set aside, jobs fail there within seconds"
				 : "jobs run well there again");
		feed_host(s, h);
	}
	/* On probation a job that is gone makes room on the whole host. */
	if (before != HEALTH_OK || health_state(&h->health) != HEALTH_OK)
		host_changed(s, h);
}

static void attach(struct sched *s, struct attempt *a, struct slot *slot)
{
	a->slot = slot;
	slot->attempt = a;
	a->job->attempt = a;
	hash_set(s->attempts, a->nonce, a);
	note_use(s, a);
	conclimit_use(s->limits, a->limits, 1);
	share_use(&a->job->cluster->account->share, sched_now(), a->cores);
	attempts_renew(a);
	if (health_state(&slot->host->health) == HEALTH_OK)
		slot_changed(s, slot);
	else
		host_changed(s, slot->host);
}

int attempts_open(struct sched *s, struct job *j, struct slot *slot,
		  struct err *err)
{
	struct attempt *a = xcalloc(1, sizeof(*a));
	struct dbattempt row;
	int rc = attempts_random(a->nonce, err);

	a->job = j;
	a->number = j->attempts + 1;
	a->host = xstrdup(slot->host->name);
	a->slot_name = xstrdup(slot->name);
	a->arch = xstrdup(slot->arch);
	a->slot = slot;
	a->matched = sched_now();
	a->resumed_from = j->ckpt ? j->ckpt->id : 0;
	wire_figures_init(&a->figures);
	row_of(a, &row);
	if (!rc)
		rc = core_write(s, err);
	if (!rc)
		rc = dbattempts_add(s->db, &row, err);
	if (rc) {
		free_attempt(a);
		return rc;
	}
	j->attempts = a->number;
	attach(s, a, slot);
	return 0;
}

int attempts_close(struct sched *s, struct attempt *a,
		   const struct wire_end *end, struct err *err)
{
	struct dbattempt row;
	struct host *h;
	char *figures;
	int rc = core_write(s, err);

	wire_figures_merge(&a->figures, &end->figures);
	figures = figures_text(&a->figures);
	row_of(a, &row);
	row.live = false;
	row.state = "ended";
	row.started = end->started ? end->started : a->started;
	row.ended = end->ended ? end->ended : sched_now();
	row.how = wire_how_name(end->how);
	row.code = end->code;
	row.message = end->message;
	row.outputs = end->outputs ? strtoll(end->outputs, NULL, 10) : 0;
	row.figures = figures;
	if (!rc)
		rc = dbattempts_set(s->db, &row, err);
	if (!rc)
		rc = dbattempts_set_start(s->db, a->nonce, NULL, err);
	free(figures);
	if (rc)
		return rc;
	share_use(&a->job->cluster->account->share, sched_now(), -a->cores);
	h = a->slot->host;
	conclimit_use(s->limits, a->limits, -1);
	leave_slot(s, a->slot);
	note_health(s, a->job->cluster, h, end_of(a, &row, end));
	a->job->attempt = NULL;
	hash_steal(s->attempts, a->nonce);
	free_attempt(a);
	core_want_match(s);
	return 0;
}

int attempts_want(struct sched *s, struct attempt *a, enum wire_want want,
		  const char *reason, struct err *err)
{
	a->want = want;
	free(a->reason);
	a->reason = xstrdup(reason);
	hosts_news(s, a->slot->host);
	return attempts_store(s, a, err);
}

int attempts_set_start(struct sched *s, struct attempt *a, json_t *start,
		       struct err *err)
{
	char *text = json_dumps(start, JSON_COMPACT);
	int rc = core_write(s, err);

	if (!rc)
		rc = dbattempts_set_start(s->db, a->nonce, text, err);
	free(text);
	if (rc) {
		json_decref(start);
		return rc;
	}
	json_decref(a->start);
	a->start = start;
	hosts_news(s, a->slot->host);
	return 0;
}

/* -- after a restart --------------------------------------------------------- */

static int load_one(void *arg, const struct dbattempt *row)
{
	struct sched *s = arg;
	struct job *j = queue_job(s->queue, row->cluster, row->proc);
	const struct wire_provision given = { row->cpus, row->memory_mb,
					      row->disk_kb };
	struct attempt *a;
	struct host *h;

	if (!j || !jobstate_has_attempt(j->state))
		return -EUCLEAN;
	a = xcalloc(1, sizeof(*a));
	snprintf(a->nonce, sizeof(a->nonce), "%s", row->nonce);
	a->job = j;
	a->number = row->attempt;
	a->host = xstrdup(row->host);
	a->slot_name = xstrdup(row->slot);
	a->arch = xstrdup(row->arch);
	wire_run_parse(row->state, &a->state);
	wire_want_parse(row->want, &a->want);
	a->reported = row->reported;
	a->sent = true;
	a->ckpt_asked = row->ckpt_asked;
	a->resumed_from = row->resumed_from;
	a->matched = row->matched;
	a->started = row->started;
	wire_figures_init(&a->figures);
	if (row->start)
		json_parse_object(row->start, strlen(row->start), &a->start,
				  NULL);
	h = nodes_get(s->nodes, row->host);
	attach(s, a, nodes_slot_get(h, row->slot, &given));
	return 0;
}

int attempts_load(struct sched *s, struct err *err)
{
	int rc = dbattempts_each_live(s->db, load_one, s, err);

	if (rc == -EUCLEAN)
		err_set(err, rc, "a live attempt without its job");
	return rc;
}

void attempts_free_all(struct sched *s)
{
	struct hash_iter it = { 0 };

	while (hash_next(s->attempts, &it))
		free_attempt(it.value);
	hash_clear(s->attempts);
}
