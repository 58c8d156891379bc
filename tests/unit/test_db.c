/* SPDX-License-Identifier: MIT */
/* db, migrate and the table groups. */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/fault.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbattempts.h"
#include "scheduler/db/dbevents.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/db/dbusers.h"
#include "scheduler/db/meta.h"
#include "scheduler/db/migrate.h"

#include <errno.h>

static char dir[TEST_DIR_SIZE], path[64];
static struct db *db;

static int setup(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/db", dir);
	if (db_open(path, &db, &err))
		fail_msg("%s", err_text(&err));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(db);
	test_remove_dir(dir);
	return 0;
}

static void reopen(void)
{
	db_close(db);
	assert_int_equal(db_open(path, &db, NULL), 0);
}

static void test_transactions(void **state)
{
	(void)state;
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(meta_set(db, "a", "1", NULL), 0);
	assert_int_equal(db_commit(db, NULL), 0);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(meta_set(db, "a", "2", NULL), 0);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	reopen();
	assert_int_equal(meta_get_int(db, "a", 0), 1);
	assert_int_equal(meta_get_int(db, "b", 7), 7);
	assert_null(meta_get(db, "b"));
}

static void test_faults_are_errors(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	fault_arm("db.write:1=enospc");
	assert_int_equal(meta_set(db, "a", "1", &err), -ENOSPC);
	assert_non_null(strstr(err_text(&err), "space"));
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(meta_set(db, "a", "1", NULL), 0);
	fault_arm("db.commit:1=eio");
	assert_int_equal(db_commit(db, NULL), -EIO);
	fault_arm(NULL);
	assert_false(db_in_transaction(db));
	assert_int_equal(meta_get_int(db, "a", 0), 0);
}

static void test_newer_schema_is_refused(void **state)
{
	struct err err = ERR_INIT;
	struct db *other;

	(void)state;
	assert_int_equal(db_run(db, NULL, "PRAGMA user_version = 99", ""), 0);
	assert_int_equal(db_open(path, &other, &err), -EPROTO);
	assert_non_null(strstr(err_text(&err), "newer"));
}

static void test_not_a_database(void **state)
{
	char junk[80];
	struct err err = ERR_INIT;
	struct db *other;
	FILE *f;

	(void)state;
	snprintf(junk, sizeof(junk), "%s/junk", dir);
	f = fopen(junk, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", f);
	fclose(f);
	assert_int_not_equal(db_open(junk, &other, &err), 0);
	assert_non_null(strstr(err_text(&err), junk));
}

static void add_job(int cluster, int proc)
{
	struct dbjobs_proc p = { .cluster = cluster,
				 .proc = proc,
				 .row = "[1]" };

	assert_int_equal(dbjobs_add_proc(db, &p, NULL), 0);
}

static int take_proc(void *arg, const struct dbjobs_proc *p)
{
	int *sum = arg;

	*sum = *sum * 100 + p->cluster * 10 + p->proc;
	return 0;
}

static void test_jobs(void **state)
{
	struct dbjobs_cluster c = {
		1, "ann", 5, 6, "{}", "[\"A\"]", 1, 1, false
	};
	char *row, *attrs;
	int sum = 0, cluster, count;

	(void)state;
	assert_int_equal(dbjobs_add_cluster(db, &c, NULL), 0);
	add_job(1, 0);
	add_job(1, 1);
	assert_int_equal(dbjobs_set_attrs(db, 1, 1, "{\"x\":1}", NULL), 0);
	assert_int_equal(dbjobs_get(db, 1, 1, &row, &attrs, NULL), 0);
	assert_string_equal(row, "[1]");
	assert_string_equal(attrs, "{\"x\":1}");
	free(row);
	free(attrs);
	assert_int_equal(dbjobs_get(db, 1, 2, &row, &attrs, NULL), -ENOENT);
	assert_int_equal(
		dbjobs_each_proc(db, 1, 0, "ann", take_proc, &sum, NULL), 0);
	assert_int_equal(sum, 11);
	assert_int_equal(
		dbjobs_each_proc(db, 0, -1, "eve", take_proc, &sum, NULL), 0);
	assert_int_equal(sum, 11);
	assert_int_equal(dbjobs_end(db, 1, 0, "ann", 9, "{\"e\":1}", NULL), 0);
	assert_int_equal(dbjobs_drop_cluster(db, 1, NULL), 0);
	assert_int_equal(dbjobs_end(db, 1, 1, "ann", 9, "{}", NULL), 0);
	assert_int_equal(dbjobs_drop_cluster(db, 1, NULL), 0);
	assert_int_equal(
		db_query_int(db, -1, "SELECT count(*) FROM clusters", ""), 0);
	row = dbjobs_ended(db, 1, 0);
	assert_string_equal(row, "{\"e\":1}");
	free(row);
	assert_int_equal(dbjobs_add_submission(db, "u", 5, 1, 2, NULL), 0);
	assert_true(dbjobs_submission(db, "u", 5, &cluster, &count));
	/* Somebody else's uuid tells nothing. */
	assert_false(dbjobs_submission(db, "u", 6, &cluster, &count));
	assert_int_equal(dbjobs_add_submission(db, "u", 5, 2, 2, NULL),
			 -EEXIST);
}

static int take_attempt(void *arg, const struct dbattempt *a)
{
	struct dbattempt *out = arg;

	out->live = a->live;
	out->code = a->code;
	out->outputs = a->outputs;
	out->reported = a->reported;
	return 0;
}

static void test_attempts(void **state)
{
	struct dbattempt a = { .nonce = "n",
			       .cluster = 1,
			       .attempt = 1,
			       .state = "starting",
			       .host = "h",
			       .slot = "s",
			       .arch = "PPC",
			       .want = "run" };
	struct dbattempt got = { 0 };

	(void)state;
	assert_int_equal(dbattempts_add(db, &a, NULL), 0);
	assert_int_equal(dbattempts_each_live(db, take_attempt, &got, NULL), 0);
	assert_true(got.live);
	/* One number of a job is one attempt. */
	a.nonce = "m";
	assert_int_equal(dbattempts_add(db, &a, NULL), -EEXIST);
	a.nonce = "n";
	a.live = false;
	a.reported = true;
	a.how = "exited";
	a.code = 3;
	a.outputs = 17;
	assert_int_equal(dbattempts_set(db, &a, NULL), 0);
	assert_int_equal(dbattempts_find(db, "n", take_attempt, &got, NULL), 0);
	assert_false(got.live);
	assert_int_equal(got.code, 3);
	assert_int_equal(got.outputs, 17);
	assert_true(got.reported);
}

static int take_event(void *arg, const struct dbevent *e)
{
	*(int64_t *)arg = e->offset;
	return 0;
}

static void test_outbox(void **state)
{
	struct dbevent e = { .cluster = 1, .text = "t", .path = "/l" };
	int64_t id, offset = -5;

	(void)state;
	assert_int_equal(dbevents_add(db, &e, &id, NULL), 0);
	assert_int_equal(dbevents_each_pending(db, take_event, &offset, NULL),
			 0);
	assert_int_equal(offset, -1);
	assert_int_equal(dbevents_set_offset(db, id, 40, NULL), 0);
	assert_int_equal(dbevents_each_pending(db, take_event, &offset, NULL),
			 0);
	assert_int_equal(offset, 40);
	assert_int_equal(dbevents_done(db, id, NULL), 0);
	offset = -5;
	assert_int_equal(dbevents_each_pending(db, take_event, &offset, NULL),
			 0);
	assert_int_equal(offset, -5);
	e.path = NULL;
	assert_int_equal(dbevents_add(db, &e, &id, NULL), 0);
	assert_int_equal(dbevents_each_pending(db, take_event, &offset, NULL),
			 0);
	assert_int_equal(offset, -5);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_transactions),
		T(test_faults_are_errors),
		T(test_newer_schema_is_refused),
		T(test_not_a_database),
		T(test_jobs),
		T(test_attempts),
		T(test_outbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
