/* SPDX-License-Identifier: MIT */
#include "scheduler/queue.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"
#include "scheduler/autocluster.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/jobpolicy.h"
#include "scheduler/policy.h"
#include "scheduler/queue_priv.h"
#include "scheduler/sig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const first_of_job[] = { "Requirements",
					    "Rank",
					    "RequestCpus",
					    "RequestMemory",
					    "RequestDisk",
					    "ConcurrencyLimits",
					    NULL };
static const char *const first_of_slot[] = { "Requirements", "Rank", "Arch",
					     "OpSys", NULL };

static void free_user(void *value)
{
	struct user *u = value;

	free(u->name);
	free(u);
}

static void free_job(struct job *j)
{
	free(j->avoid_host);
	ckptref_free(j->ckpt);
	free(j);
}

static void free_cluster(void *value)
{
	struct cluster *c = value;

	list_del(&c->pending);
	for (int i = 0; i < c->size; i++)
		if (c->jobs[i])
			free_job(c->jobs[i]);
	free(c->jobs);
	list_del(&c->in_policy);
	queue_free_columns(c->columns);
	ad_free(c->ad);
	free(c);
}

struct queue *queue_new(void)
{
	struct queue *q = xcalloc(1, sizeof(*q));

	q->policy = &policy_default;
	q->users = hash_new(free_user);
	q->clusters = hash_new(free_cluster);
	q->autoclusters = hash_new(autocluster_free);
	list_init(&q->ready_users);
	list_init(&q->policy_clusters);
	q->job_sig = sig_new(first_of_job);
	q->slot_sig = sig_new(first_of_slot);
	return q;
}

void queue_set_policy(struct queue *q, const struct policy *policy)
{
	q->policy = policy;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	hash_free(q->clusters);
	hash_free(q->autoclusters);
	hash_free(q->users);
	sig_free(q->job_sig);
	sig_free(q->slot_sig);
	free(q);
}

struct user *queue_user(struct queue *q, const char *name, int64_t now)
{
	struct user *u = hash_get(q->users, name);

	if (u)
		return u;
	u = xcalloc(1, sizeof(*u));
	u->name = xstrdup(name);
	u->number = hash_count(q->users);
	share_init(&u->share, q->policy,
		   !strncmp(name, QUEUE_NICE, strlen(QUEUE_NICE)), now);
	list_init(&u->buckets);
	list_init(&u->ready);
	list_init(&u->ready_link);
	hash_set(q->users, name, u);
	return u;
}

struct user *queue_find_user(struct queue *q, const char *name)
{
	return hash_get(q->users, name);
}

static bool has_clusters(struct queue *q, const struct user *u)
{
	struct hash_iter it = { 0 };
	struct cluster *c;

	while ((c = queue_next_cluster(q, &it)))
		if (c->owner == u || c->account == u)
			return true;
	return false;
}

bool queue_forget_user(struct queue *q, struct user *u)
{
	if (u->share.in_use > 0 || has_clusters(q, u))
		return false;
	hash_del(q->users, u->name);
	return true;
}

struct cluster *queue_cluster(struct queue *q, int id)
{
	return hash_get_mem(q->clusters, &id, sizeof(id));
}

struct job *queue_job(struct queue *q, int cluster, int proc)
{
	struct cluster *c = queue_cluster(q, cluster);

	if (!c || proc < c->base || proc - c->base >= c->size)
		return NULL;
	return c->jobs[proc - c->base];
}

struct cluster *queue_next_cluster(struct queue *q, struct hash_iter *it)
{
	return hash_next(q->clusters, it) ? it->value : NULL;
}

struct list *queue_policy_clusters(struct queue *q)
{
	return &q->policy_clusters;
}

void queue_add_policy(struct queue *q, struct cluster *c, unsigned int policy)
{
	if (policy && !c->policy)
		list_append(&q->policy_clusters, &c->in_policy);
	c->policy |= policy;
}

struct user *queue_next_user(struct queue *q, struct hash_iter *it)
{
	return hash_next(q->users, it) ? it->value : NULL;
}

struct job *queue_next_job(struct cluster *c, int *pos)
{
	if (*pos < c->base)
		*pos = c->base;
	while (*pos - c->base < c->size) {
		struct job *j = c->jobs[(*pos)++ - c->base];

		if (j)
			return j;
	}
	return NULL;
}

/* -- ads ------------------------------------------------------------------ */

void queue_free_columns(char **columns)
{
	for (size_t i = 0; columns && columns[i]; i++)
		free(columns[i]);
	free(columns);
}

int queue_parse_columns(const char *json, char ***ret_columns, struct err *err)
{
	json_t *list = NULL;
	char **names;
	size_t n;
	int rc = json_parse(json, strlen(json), &list, err);

	if (rc)
		return rc;
	n = json_array_size(list);
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		names[i] = xstrdup(s ? s : "");
	}
	json_decref(list);
	*ret_columns = names;
	return 0;
}

/* The cluster's value with the job's number in it, where it asks for that. */
static int apply_template(struct ad *ad, const char *name, int proc,
			  struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int rc = 0;

	if (ad_unparse_attr(ad, name, &text) && jobdesc_has_proc(text.data)) {
		char *bound = jobdesc_bind_proc(text.data, proc);

		rc = ad_set_text(ad, name, bound, err);
		free(bound);
	}
	strbuf_release(&text);
	return rc;
}

/* row may be NULL: as if all its cells were null. */
static int apply_row(struct ad *ad, char *const *columns, const char *row,
		     int proc, struct err *err)
{
	json_t *list = NULL;
	int rc = row ? json_parse(row, strlen(row), &list, err) : 0;

	for (size_t i = 0; !rc && columns[i]; i++) {
		const json_t *cell = json_array_get(list, i);

		if (cell && !json_is_null(cell))
			rc = ad_set_json(ad, columns[i], cell, err);
		else
			rc = apply_template(ad, columns[i], proc, err);
	}
	json_decref(list);
	return rc;
}

int queue_prio(const struct cluster *c, const char *row)
{
	int64_t prio = ad_int(c->ad, "JobPrio", 0);
	json_t *list = NULL;

	for (size_t i = 0; row && c->columns[i]; i++) {
		if (strcasecmp(c->columns[i], "JobPrio") != 0 ||
		    json_parse(row, strlen(row), &list, NULL))
			continue;
		if (json_is_integer(json_array_get(list, i)))
			prio = json_integer_value(json_array_get(list, i));
		json_decref(list);
		break;
	}
	return (int)prio;
}

static int apply_attrs(struct ad *ad, const char *attrs, struct err *err)
{
	json_t *object = NULL;
	struct ad *changed = NULL;
	int rc = json_parse_object(attrs, strlen(attrs), &object, err);

	if (!rc)
		rc = ad_from_json(object, &changed, err);
	if (!rc)
		rc = ad_update(ad, changed);
	ad_free(changed);
	json_decref(object);
	return rc;
}

int queue_build_ad(struct ad *cluster_ad, char *const *columns, int proc,
		   const char *row, const char *attrs, struct ad **ret_ad,
		   struct err *err)
{
	struct ad *base = ad_new(), *ad = ad_new();
	int rc = 0;

	ad_set_parent(base, cluster_ad);
	ad_set_parent(ad, base);
	rc = apply_row(base, columns, row, proc, err);
	ad_free(base);
	if (!rc && attrs)
		rc = apply_attrs(ad, attrs, err);
	if (rc) {
		ad_free(ad);
		return rc;
	}
	*ret_ad = ad;
	return 0;
}

int queue_ad_of(const struct job *j, const char *row, const char *attrs,
		struct ad **ret_ad, struct err *err)
{
	const struct cluster *c = j->cluster;
	struct ad *ad = NULL;
	int rc = queue_build_ad(c->ad, c->columns, j->proc, row, attrs, &ad,
				err);

	if (rc)
		return rc;
	ad_set_int(ad, "ProcId", j->proc);
	ad_set_int(ad, "JobPrio", j->prio);
	ad_set_int(ad, "JobStatus", jobstate_status(j->state));
	ad_set_int(ad, "EnteredCurrentStatus", j->entered);
	*ret_ad = ad;
	return 0;
}

int queue_ad(struct db *db, struct job *j, struct ad **ret_ad, struct err *err)
{
	char *row = NULL, *attrs = NULL;
	int rc = dbjobs_get(db, j->cluster->id, j->proc, &row, &attrs, err);

	if (!rc)
		rc = queue_ad_of(j, row, attrs, ret_ad, err);
	free(row);
	free(attrs);
	return rc;
}

/* -- filling and emptying --------------------------------------------------- */

static struct user *find_account(struct queue *q, const struct cluster *c,
				 int64_t now)
{
	struct user *u = c->owner;
	char *name;

	if (!ad_bool(c->ad, "NiceUser", false))
		return u;
	name = xasprintf(QUEUE_NICE "%s", u->name);
	u = queue_user(q, name, now);
	free(name);
	return u;
}

int queue_add_cluster(struct queue *q, const struct dbjobs_cluster *c,
		      int64_t now, struct cluster **ret_cluster,
		      struct err *err)
{
	struct cluster *n = xcalloc(1, sizeof(*n));
	json_t *object = NULL;
	int rc;

	list_init(&n->pending);
	list_init(&n->in_policy);
	rc = json_parse_object(c->ad, strlen(c->ad), &object, err);

	if (!rc)
		rc = ad_from_json(object, &n->ad, err);
	if (!rc)
		rc = queue_parse_columns(c->columns, &n->columns, err);
	json_decref(object);
	if (rc) {
		err_prefix(err, "cluster %d: ", c->id);
		free_cluster(n);
		return rc;
	}
	n->id = c->id;
	n->owner = queue_user(q, c->owner, now);
	n->account = find_account(q, n, now);
	n->uid = c->uid;
	n->qdate = c->qdate;
	n->count = c->count;
	n->next_proc = c->next_proc;
	n->hold = c->hold;
	n->max_live = (int)ad_int(n->ad, "JobMaterializeLimit", 0);
	n->max_idle = (int)ad_int(n->ad, "JobMaterializeMaxIdle", 0);
	hash_set_mem(q->clusters, &n->id, sizeof(n->id), n);
	queue_add_policy(q, n, jobpolicy_of(n->ad, n->columns));
	*ret_cluster = n;
	return 0;
}

/*
 * A place for @proc. What is in front of the first live job is given up before
 * the table grows: a cluster of a million costs what is in the queue of it.
 */
static void make_place(struct cluster *c, int proc)
{
	int first = 0, size = c->size ? c->size : 1;

	while (first < c->size && !c->jobs[first])
		first++;
	if (first && first >= c->size / 2) {
		memmove(c->jobs, c->jobs + first,
			(size_t)(c->size - first) * sizeof(*c->jobs));
		memset(c->jobs + c->size - first, 0,
		       (size_t)first * sizeof(*c->jobs));
		c->base += first;
	}
	if (!c->live)
		c->base = proc;
	while (size <= proc - c->base)
		size *= 2;
	if (size == c->size)
		return;
	c->jobs = xreallocarray(c->jobs, (size_t)size, sizeof(*c->jobs));
	memset(c->jobs + c->size, 0,
	       (size_t)(size - c->size) * sizeof(*c->jobs));
	c->size = size;
}

static void count_state(struct cluster *c, enum job_state state, int sign)
{
	c->idle += state == JOBSTATE_IDLE ? sign : 0;
	c->held += state == JOBSTATE_HELD ? sign : 0;
	c->owner->counts[state] += sign;
}

struct job *queue_add_job(struct queue *q, struct cluster *c,
			  const struct dbjobs_proc *p)
{
	struct job *j = xcalloc(1, sizeof(*j));

	/* What was edited in one job's own ad. */
	if (p->attrs)
		queue_add_policy(q, c, jobpolicy_in_text(p->attrs));
	if (p->proc - c->base >= c->size)
		make_place(c, p->proc);
	j->cluster = c;
	j->proc = p->proc;
	j->state = (enum job_state)p->state;
	j->prio = p->prio;
	j->attempts = p->attempts;
	j->entered = p->entered;
	j->own = p->attrs != NULL;
	c->jobs[p->proc - c->base] = j;
	c->live++;
	count_state(c, j->state, 1);
	return j;
}

void queue_set_state(struct job *j, enum job_state state)
{
	struct cluster *c = j->cluster;

	count_state(c, j->state, -1);
	count_state(c, state, 1);
	j->state = state;
}

bool queue_drop_empty(struct queue *q, struct cluster *c)
{
	int id = c->id;

	if (c->live || c->next_proc < c->count)
		return false;
	hash_del_mem(q->clusters, &id, sizeof(id));
	return true;
}

bool queue_drop_job(struct queue *q, struct job *j)
{
	struct cluster *c = j->cluster;

	queue_dequeue(q, j);
	count_state(c, j->state, -1);
	c->jobs[j->proc - c->base] = NULL;
	c->live--;
	free_job(j);
	return queue_drop_empty(q, c);
}

struct sig *queue_job_sig(struct queue *q)
{
	return q->job_sig;
}

struct sig *queue_slot_sig(struct queue *q)
{
	return q->slot_sig;
}
