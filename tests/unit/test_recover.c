/* SPDX-License-Identifier: MIT */
/* recover, leases and fencing: what survives, and who is still believed. */
#include "tests/unit/sched.h"

#include "common/base/fault.h"
#include "scheduler/ckpts.h"
#include "scheduler/hostend.h"
#include "scheduler/hosts.h"

#include <errno.h>

static void reopen(struct bench *b)
{
	bench_close(b);
	bench_open(b);
}

static struct attempt *start_one(struct bench *b, const char *more)
{
	bench_submit(b, "ann", 1, 1, more);
	bench_host(b, "h", 1, "");
	bench_turn(b);
	return queue_job(b->s.queue, 1, 0)->attempt;
}

static void test_committed_work_is_there_again(void **state)
{
	struct bench *b = *state;
	struct attempt *a = start_one(b, "");
	struct err err = ERR_INIT;
	char nonce[WIRE_NONCE_SIZE];
	struct job *j;

	assert_non_null(a);
	memcpy(nonce, a->nonce, sizeof(nonce));
	ok(jobs_event(&b->s, a->job, JOBEVENT_STARTED, NULL, NULL, &err), &err);
	a->reported = true;
	ok(attempts_store(&b->s, a, &err), &err);
	bench_submit(b, "ann", 2, 5, "");
	bench_turn(b);
	reopen(b);
	j = queue_job(b->s.queue, 1, 0);
	assert_int_equal(j->state, JOBSTATE_RUNNING);
	assert_ptr_equal(attempts_find(&b->s, nonce), j->attempt);
	assert_true(j->attempt->reported);
	assert_non_null(j->attempt->start);
	assert_int_equal(queue_job(b->s.queue, 2, 4)->state, JOBSTATE_IDLE);
	/* The slot is taken before its host has said a word. */
	assert_ptr_equal(nodes_host(b->s.nodes, "h")->slots[0]->attempt,
			 j->attempt);
}

static void test_uncommitted_work_is_not(void **state)
{
	struct bench *b = *state;

	bench_submit(b, "ann", 1, 3, "");
	reopen(b);
	assert_null(queue_cluster(b->s.queue, 1));
}

/* A commit that fails: memory is what the database has, and it goes on. */
static void test_failed_commit_is_undone(void **state)
{
	struct bench *b = *state;

	bench_submit(b, "ann", 1, 3, "");
	fault_arm("db.commit:1=enospc");
	bench_turn(b);
	fault_arm(NULL);
	assert_null(queue_cluster(b->s.queue, 1));
	assert_false(core_poisoned(&b->s));
	bench_submit(b, "ann", 1, 2, "");
	bench_turn(b);
	assert_int_equal(queue_cluster(b->s.queue, 1)->live, 2);
}

static void test_failed_write_poisons_the_turn(void **state)
{
	struct bench *b = *state;
	struct err err = ERR_INIT;

	bench_submit(b, "ann", 1, 1, "");
	bench_turn(b);
	fault_arm("db.write:1=enospc");
	assert_int_equal(jobs_event(&b->s, queue_job(b->s.queue, 1, 0),
				    JOBEVENT_HOLD, NULL, NULL, &err),
			 -ENOSPC);
	fault_arm(NULL);
	assert_true(core_poisoned(&b->s));
	bench_turn(b);
	assert_int_equal(queue_job(b->s.queue, 1, 0)->state, JOBSTATE_IDLE);
}

static void told(void *arg, bool committed)
{
	*(int *)arg = committed ? 1 : -1;
}

static void test_actions_wait_for_the_commit(void **state)
{
	struct bench *b = *state;
	int64_t seq = b->s.state.seq;
	int good = 0, bad = 0;

	bench_submit(b, "ann", 1, 1, "");
	core_after(&b->s, told, &good);
	assert_int_equal(good, 0);
	bench_turn(b);
	assert_int_equal(good, 1);
	assert_true(b->s.state.seq > seq);
	bench_submit(b, "ann", 2, 1, "");
	core_after(&b->s, told, &bad);
	fault_arm("db.commit:1=eio");
	bench_turn(b);
	fault_arm(NULL);
	assert_int_equal(bad, -1);
}

/* It is removed before its host has heard of it, and the host is silent. */
static void test_unsent_and_removed(void **state)
{
	struct bench *b = *state;
	struct jobs_note note = { .reason = "nobody needs that any more" };
	struct attempt *a = start_one(b, "");
	struct err err = ERR_INIT;

	ok(jobs_event(&b->s, a->job, JOBEVENT_REMOVE, &note, NULL, &err), &err);
	ok(hostend_unsent(&b->s, a, &err), &err);
	bench_turn(b);
	assert_null(queue_cluster(b->s.queue, 1));
	assert_int_equal(
		db_query_int(b->s.db, -1,
			     "SELECT count(*) FROM history WHERE ad LIKE"
			     " '%\"RemoveReason\":\"nobody needs that any"
			     " more\"%'",
			     ""),
		1);
}

static void test_lease(void **state)
{
	struct bench *b = *state;
	struct attempt *a;
	char first[WIRE_NONCE_SIZE];
	struct job *j;

	clock_hold(1000000);
	a = start_one(b, "JobLeaseDuration = 100");
	a->sent = true;
	j = a->job;
	memcpy(first, a->nonce, sizeof(first));
	/* The lease, a quarter, and 30 s. */
	clock_advance(154999);
	hosts_tick(&b->s);
	assert_ptr_equal(j->attempt, a);
	attempts_renew(a);
	clock_advance(154999);
	hosts_tick(&b->s);
	assert_ptr_equal(j->attempt, a);
	clock_advance(2);
	hosts_tick(&b->s);
	bench_turn(b);
	assert_null(attempts_find(&b->s, first));
	assert_int_equal(j->state, JOBSTATE_IDLE);
}

/* What its host never got is not waited for. */
static void test_unsent_start_is_taken_back(void **state)
{
	struct bench *b = *state;
	struct attempt *a;

	clock_hold(1000000);
	a = start_one(b, "");
	assert_non_null(a);
	clock_advance(NODES_SILENT_MS + 1);
	hosts_tick(&b->s);
	assert_false(nodes_host(b->s.nodes, "h")->online);
	assert_int_equal(queue_job(b->s.queue, 1, 0)->state, JOBSTATE_IDLE);
}

/* A restart gives every host a whole lease to come back. */
static void test_lease_after_a_restart(void **state)
{
	struct bench *b = *state;

	clock_hold(1000000);
	start_one(b, "JobLeaseDuration = 100");
	clock_advance(150000);
	reopen(b);
	clock_advance(150000);
	hosts_tick(&b->s);
	assert_non_null(queue_job(b->s.queue, 1, 0)->attempt);
}

static int64_t upload(struct bench *b, int attempt, bool outputs, bool commit)
{
	struct index_ckpt row = { .cluster = 1,
				  .attempt = attempt,
				  .owner = (char *)"ann",
				  .outputs = outputs,
				  .created = 1,
				  .expires = sched_now() + 600,
				  .image = (char *)"i",
				  .class = (char *)"any machine",
				  .needs = (char *)"{\"arch\":\"X86_64\"}",
				  .stats = (char *)"{}" };
	struct err err = ERR_INIT;
	struct chunk_id *missing = NULL;
	struct manifest m;
	size_t count;
	int64_t id;
	int generation;

	manifest_init(&m);
	ok(manifest_add(&m, "i", 0, 0600, NULL, 0, &err), &err);
	ok(core_write(&b->s, &err), &err);
	ok(index_upload_begin(b->s.index, &row, &m, &id, &missing, &count,
			      &err),
	   &err);
	if (commit)
		ok(index_upload_commit(b->s.index, id, &generation, &err),
		   &err);
	manifest_release(&m);
	free(missing);
	return id;
}

static struct wire_end end_of(const struct attempt *a, enum wire_how how)
{
	struct wire_end e = { .how = how };

	memcpy(e.nonce, a->nonce, sizeof(e.nonce));
	wire_figures_init(&e.figures);
	return e;
}

/* Only what this very attempt has committed counts. */
static void test_foreign_checkpoint_is_not_believed(void **state)
{
	struct bench *b = *state;
	struct attempt *a = start_one(b, "");
	struct wire_end e = end_of(a, WIRE_HOW_CHECKPOINTED);
	struct err err = ERR_INIT;
	struct ad *ad;

	e.checkpoint = upload(b, a->number + 1, false, true);
	log_set_level(LOG_LEVEL_ERROR);
	ok(hostend_take(&b->s, a, &e, &err), &err);
	bench_turn(b);
	ok(queue_ad(b->s.db, queue_job(b->s.queue, 1, 0), &ad, &err), &err);
	assert_int_equal(ad_int(ad, "NumVacates", 0), 1);
	ad_free(ad);
}

static void test_uncommitted_outputs_are_not_believed(void **state)
{
	struct bench *b = *state;
	struct attempt *a = start_one(b, "");
	struct wire_end e = end_of(a, WIRE_HOW_EXITED);
	struct err err = ERR_INIT;
	char id[24];

	snprintf(id, sizeof(id), "%lld",
		 (long long)upload(b, a->number, true, false));
	e.outputs = id;
	ok(hostend_take(&b->s, a, &e, &err), &err);
	/* It ran, but what it made is lost: it runs again. */
	assert_int_not_equal(queue_job(b->s.queue, 1, 0)->state,
			     JOBSTATE_PLACING);
	bench_turn(b);
	assert_non_null(queue_job(b->s.queue, 1, 0));
}

static void test_own_checkpoint_is_used(void **state)
{
	struct bench *b = *state;
	struct attempt *a = start_one(b, "");
	struct wire_end e = end_of(a, WIRE_HOW_CHECKPOINTED);
	struct err err = ERR_INIT;
	struct job *j = a->job;
	int64_t id = upload(b, a->number, false, true);

	ok(ckpts_committed(&b->s, j, id, 5, &err), &err);
	e.checkpoint = id;
	ok(hostend_take(&b->s, a, &e, &err), &err);
	bench_turn(b);
	assert_int_equal(j->attempt->resumed_from, id);
	reopen(b);
	j = queue_job(b->s.queue, 1, 0);
	assert_int_equal(j->ckpt->id, id);
	assert_int_equal(j->attempt->resumed_from, id);
}

static void test_seen(void **state)
{
	struct bench *b = *state;
	struct wire_seen seen = b->s.state;
	struct err err = ERR_INIT;

	log_set_level((enum log_level) - 1);
	seen.seq = 0;
	ok(recover_seen(&b->s, &seen, &err), &err);
	assert_int_equal(b->s.state.epoch, 1);
	seen.seq = b->s.state.seq + 5;
	ok(recover_seen(&b->s, &seen, &err), &err);
	assert_int_equal(b->s.state.epoch, 2);
	bench_turn(b);
	reopen(b);
	assert_int_equal(b->s.state.epoch, 2);
	memset(seen.pool, 'f', sizeof(seen.pool) - 1);
	assert_int_equal(recover_seen(&b->s, &seen, &err), -ESTALE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_committed_work_is_there_again),
		T(test_uncommitted_work_is_not),
		T(test_failed_commit_is_undone),
		T(test_failed_write_poisons_the_turn),
		T(test_actions_wait_for_the_commit),
		T(test_lease),
		T(test_unsent_and_removed),
		T(test_unsent_start_is_taken_back),
		T(test_lease_after_a_restart),
		T(test_foreign_checkpoint_is_not_believed),
		T(test_uncommitted_outputs_are_not_believed),
		T(test_own_checkpoint_is_used),
		T(test_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
