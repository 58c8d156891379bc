/* SPDX-License-Identifier: MIT */
/*
 * queue: the clusters and jobs in memory, an image of what the database
 * holds, and the order in which idle jobs want slots. Lives in the deciding
 * thread. Writes nothing: jobs.h commits and then calls here.
 */
#ifndef HARRIER_SCHEDULER_QUEUE_H
#define HARRIER_SCHEDULER_QUEUE_H

#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/job/wire.h"
#include "scheduler/health.h"
#include "scheduler/jobheap.h"
#include "scheduler/jobstate.h"
#include "scheduler/limit.h"
#include "scheduler/share.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;
struct attempt;
struct db;
struct dbjobs_cluster;
struct dbjobs_proc;
struct err;
struct policy;
struct sig;
struct verdict;

struct user {
	char *name;
	size_t number; /* in order of appearance */
	struct share share;
	int counts[JOBSTATE_COUNT]; /* jobs by state; ended ones are not
				     * counted */
	struct list buckets;
	struct list ready; /* buckets, by ready_link */
	struct list ready_link; /* among the users who have such */
};

struct cluster {
	int id;
	struct user *owner;
	struct user *account; /* who is charged: the owner, or
			       * "nice-user.OWNER" where NiceUser is set */
	int64_t uid;
	int64_t qdate;
	struct ad *ad;
	char **columns; /* ended by NULL */
	struct job **jobs; /* by proc, from `base` on; NULL: ended */
	int base, size; /* of jobs */
	int live; /* not NULL */
	int idle, held; /* of those */
	/* factory.h: procs in all, and how many were made */
	int count, next_proc;
	bool hold; /* those to come are held */
	int max_live, max_idle; /* 0: no limit */
	struct list pending;
	struct health_kind health;
	unsigned int policy; /* JOBPOLICY_*: which expressions it may have */
	struct list in_policy; /* while policy is not 0 */
	/* Of all its jobs without a checkpoint, when no significant attribute
	 * differs between them; valid in this generation of the job sig. */
	struct autocluster *uniform;
	unsigned int uniform_generation;
};

struct job {
	struct cluster *cluster;
	int proc;
	enum job_state state;
	int prio;
	int attempts; /* number of the last one */
	int64_t entered; /* the state, Unix seconds */
	bool own; /* attributes of its own, edited ones perhaps */
	int64_t not_before_ms; /* boot clock: no match earlier */
	char *avoid_host; /* until avoid_until_ms, or NULL */
	int64_t avoid_until_ms;
	struct attempt *attempt; /* the live one, or NULL */
	struct ckptref *ckpt; /* or NULL */
	struct jobheap_node node;
	struct bucket *bucket; /* while idle */
};

/* Jobs that match alike. */
struct autocluster {
	int id;
	char *key;
	struct ad *ad; /* flat: a sample */
	struct limit limit;
	struct list buckets;
	int jobs; /* idle ones in it */
	struct wire_provision request; /* of a partitionable slot */
	char *limits; /* ConcurrencyLimits, evaluated; or NULL */
	/* by slotclass index: what was decided for each; match.c's */
	struct verdict *verdicts;
	unsigned int verdict_count;
	/* the last decision */
	int64_t decided; /* Unix seconds, 0: never */
	int64_t matched; /* when one of them last got a slot, 0: never */
};

/* One user's idle jobs of one autocluster. */
struct bucket {
	struct user *user;
	struct autocluster *ac;
	struct jobheap heap; /* but those passed over in a matching turn */
	int jobs; /* with those */
	struct list by_user, by_ac;
	/* Ready: has jobs, and nothing says that no free slot fits. */
	struct list ready_link;
	bool waits; /* its best jobs wait for a time of their own */
	bool limited; /* a concurrency limit, or the user's ceiling, was
		       * reached: looked at again in each turn */
};

struct queue;

/* Users get policy_default's accounts, until another is set; borrowed. */
struct queue *queue_new(void);
void queue_set_policy(struct queue *q, const struct policy *policy);
void queue_free(struct queue *q);

struct user *queue_user(struct queue *q, const char *name, int64_t now);
/* The name of accounts that take what nobody else wants starts so. */
#define QUEUE_NICE "nice-user."
/* NULL when absent. */
struct user *queue_find_user(struct queue *q, const char *name);
/* False, and the user stays, where it has jobs or uses cores. */
bool queue_forget_user(struct queue *q, struct user *u);
struct cluster *queue_cluster(struct queue *q, int id);
struct job *queue_job(struct queue *q, int cluster, int proc);
/* Autocluster by id, or NULL. */
struct autocluster *queue_autocluster(struct queue *q, int id);
size_t queue_autocluster_count(struct queue *q);

/*
 * Walks; start with a zeroed iterator. Removing elements meanwhile is
 * allowed, adding is not.
 */
struct cluster *queue_next_cluster(struct queue *q, struct hash_iter *it);
struct user *queue_next_user(struct queue *q, struct hash_iter *it);
struct job *queue_next_job(struct cluster *c, int *pos);

/* Clusters with policy expressions, by in_policy. */
struct list *queue_policy_clusters(struct queue *q);
void queue_add_policy(struct queue *q, struct cluster *c, unsigned int policy);

/* Parses the ad; -EINVAL for text that is no ad. */
int queue_add_cluster(struct queue *q, const struct dbjobs_cluster *c,
		      int64_t now, struct cluster **ret_cluster,
		      struct err *err);
struct job *queue_add_job(struct queue *q, struct cluster *c,
			  const struct dbjobs_proc *p);
/*
 * Frees the job; the cluster with its last job, if none is to come. True if
 * that happened. queue_drop_empty does the second alone.
 */
bool queue_drop_empty(struct queue *q, struct cluster *c);
bool queue_drop_job(struct queue *q, struct job *j);
void queue_set_state(struct job *j, enum job_state state);

/* The significant attributes of jobs and of slots. */
struct sig *queue_job_sig(struct queue *q);
struct sig *queue_slot_sig(struct queue *q);

/*
 * Puts an idle job where the matchmaker finds it; reads its row from @db.
 * queue_resort does it for all when a significant attribute was added.
 */
int queue_enqueue(struct queue *q, struct db *db, struct job *j,
		  struct err *err);
void queue_dequeue(struct queue *q, struct job *j);
/* A bucket that is not ready is not looked at by the matchmaker. */
void queue_set_ready(struct queue *q, struct bucket *b, bool ready);
/* Users with ready buckets, by ready_link. */
struct list *queue_ready_users(struct queue *q);
/* Walks all autoclusters; start with a zeroed iterator. */
struct autocluster *queue_next_autocluster(struct queue *q,
					   struct hash_iter *it);
bool queue_stale(const struct queue *q);
int queue_resort(struct queue *q, struct db *db, struct err *err);

/*
 * A job's ad, the caller's to free: its own attributes are what changed since
 * the submission, its parents the row and the cluster. Where the row says
 * nothing for a column, the cluster's value counts, with $(Process) in it
 * replaced.
 */
int queue_ad(struct db *db, struct job *j, struct ad **ret_ad, struct err *err);
/* The same without a look into the database: @attrs may be NULL. */
int queue_ad_of(const struct job *j, const char *row, const char *attrs,
		struct ad **ret_ad, struct err *err);
/* The same from texts of a row; also for readers. */
int queue_build_ad(struct ad *cluster_ad, char *const *columns, int proc,
		   const char *row, const char *attrs, struct ad **ret_ad,
		   struct err *err);
/* The JobPrio that a new job has: its row's, else its cluster's. */
int queue_prio(const struct cluster *c, const char *row);
/* JSON list of names to a vector ended by NULL. */
int queue_parse_columns(const char *json, char ***ret_columns, struct err *err);
void queue_free_columns(char **columns);

#endif
