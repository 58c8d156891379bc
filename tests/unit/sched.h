/* SPDX-License-Identifier: MIT */
/*
 * A scheduler without listeners in a directory of its own, for unit tests of
 * what stands on struct sched. Jobs carry no files, so that no helper runs.
 */
#ifndef HARRIER_TESTS_UNIT_SCHED_H
#define HARRIER_TESTS_UNIT_SCHED_H

#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "common/svc/evloop.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/feed.h"
#include "scheduler/helpers.h"
#include "scheduler/jobs.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/outbox.h"
#include "scheduler/place.h"
#include "scheduler/prepare.h"
#include "scheduler/queue.h"
#include "scheduler/recover.h"
#include "scheduler/sched.h"
#include "scheduler/worker.h"

struct bench {
	struct sched s;
	char dir[TEST_DIR_SIZE];
	char db[64];
};

static inline void ok(int rc, const struct err *err)
{
	if (rc)
		fail_msg("%s", err_text(err));
}

/* On the database that is in b->dir. */
static inline void bench_open(struct bench *b)
{
	struct err err = ERR_INIT;
	struct sched *s = &b->s;

	memset(s, 0, sizeof(*s));
	s->spool = b->dir;
	s->address = (char *)"<test>";
	s->name = (char *)"test@test";
	config_init(&s->config);
	ok(evloop_new(&s->loop, &err), &err);
	ok(db_open(b->db, &s->db, &err), &err);
	ok(index_create(db_handle(s->db), &err), &err);
	ok(index_new(db_handle(s->db), &s->index, &err), &err);
	ok(index_secret(s->index, &s->secret, &err), &err);
	ok(recover_identity(s, &err), &err);
	ok(workers_new(s->loop, 1, &s->workers, &err), &err);
	s->helpers = helpers_new(s->loop, "/nonexistent");
	core_new(s);
	feed_new(s);
	outbox_new(s);
	prepare_new(s);
	place_new(s);
	ok(recover_load(s, &err), &err);
}

/* As after SIGKILL: what is in memory alone is gone. */
static inline void bench_close(struct bench *b)
{
	struct sched *s = &b->s;

	feed_free(s);
	db_rollback(s->db);
	core_free(s);
	workers_free(s->workers);
	recover_unload(s);
	place_free(s);
	prepare_free(s);
	outbox_free(s);
	helpers_free(s->helpers);
	index_free(s->index);
	db_close(s->db);
	config_release(&s->config);
	evloop_free(s->loop);
}

static inline int bench_setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	log_set_level(LOG_LEVEL_ERROR);
	test_make_dir(b->dir);
	snprintf(b->db, sizeof(b->db), "%s/db", b->dir);
	bench_open(b);
	*state = b;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *b = *state;

	bench_close(b);
	clock_release();
	test_remove_dir(b->dir);
	free(b);
	return 0;
}

/* One turn of the loop: commit and what follows. */
static inline void bench_turn(struct bench *b)
{
	struct err err = ERR_INIT;

	for (int i = 0; i < 3; i++)
		ok(evloop_turn(b->s.loop, 0, &err), &err);
}

/* A cluster of @count idle jobs; @more are lines of the ad. */
static inline struct cluster *bench_submit(struct bench *b, const char *user,
					   int id, int count, const char *more)
{
	char *text = xasprintf("Cmd = \"/bin/true\"\nIwd = \"/\"\n"
			       "TransferExecutable = false\nClusterId = %d\n"
			       "Owner = \"%s\"\n%s\n",
			       id, user, more);
	struct err err = ERR_INIT;
	struct cluster *c;
	struct ad *ad;
	json_t *json;
	char *dump;

	ok(ad_parse_long(text, &ad, &err), &err);
	if (!ad_has(ad, "Requirements"))
		ad_set_bool(ad, "Requirements", true);
	json = ad_to_json(ad, true);
	dump = json_dumps(json, 0);
	struct dbjobs_cluster row = { .id = id,
				      .owner = user,
				      .uid = (int64_t)getuid(),
				      .ad = dump,
				      .columns = "[]" };
	ok(core_write(&b->s, &err), &err);
	ok(dbjobs_add_cluster(b->s.db, &row, &err), &err);
	ok(queue_add_cluster(b->s.queue, &row, sched_now(), &c, &err), &err);
	for (int i = 0; i < count; i++) {
		struct dbjobs_proc p = { .cluster = id, .proc = i };
		struct job *j;

		ok(dbjobs_add_proc(b->s.db, &p, &err), &err);
		j = queue_add_job(b->s.queue, c, &p);
		ok(queue_enqueue(b->s.queue, b->s.db, j, &err), &err);
	}
	core_want_match(&b->s);
	free(dump);
	json_decref(json);
	ad_free(ad);
	free(text);
	return c;
}

/* A host with @slots slots that says so in a sync; @more as above. */
static inline struct host *bench_host(struct bench *b, const char *name,
				      int slots, const char *more)
{
	struct wire_sync sync = { .sync = 1, .slot_count = (size_t)slots };
	struct host *h = nodes_get(b->s.nodes, name);

	memset(sync.boot, 'a', sizeof(sync.boot) - 1);
	sync.slots = xcalloc((size_t)slots + 1, sizeof(*sync.slots));
	for (int i = 0; i < slots; i++) {
		char *text = xasprintf("Arch = \"X86_64\"\nMemory = 1024\n"
				       "Requirements = true\n%s\n",
				       more);

		sync.slots[i].slot = xasprintf("slot%d", i + 1);
		sync.slots[i].accepts = true;
		ok(ad_parse_long(text, &sync.slots[i].ad, NULL),
		   &(struct err){ .text = "bad slot" });
		free(text);
	}
	nodes_update(h, &sync, clock_boot_ms(), sched_now());
	for (size_t i = 0; i < h->slot_count; i++)
		match_slot_changed(b->s.match, h->slots[i]);
	wire_sync_release(&sync);
	core_want_match(&b->s);
	return h;
}

#endif
