/* SPDX-License-Identifier: MIT */
/*
 * The matchmaker alone, in memory: how long a full match takes, what an event
 * costs, how many bytes an idle job has. Prints a table; `make bench-match`.
 */
#include "scheduler/match.h"
#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "scheduler/attempts.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/why.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USERS	 100
#define CLUSTERS 100 /* autoclusters */
#define PER	 10000 /* jobs of each */
#define SLOTS	 10000

struct pool {
	struct sched s;
	char *path;
	struct attempt some; /* stands for all attempts */
};

static void die(const struct err *err)
{
	fprintf(stderr, "bench-match: %s\n", err_text(err));
	exit(1);
}

/* -- filling ----------------------------------------------------------------- */

static void add_cluster(struct pool *p, int id, int count)
{
	/* Each asks for another amount: an autocluster of its own. */
	char *ad = xasprintf("{\"Cmd\":\"/bin/true\",\"Iwd\":\"/\","
			     "\"RequestCpus\":1,\"RequestDisk\":1024,"
			     "\"RequestMemory\":%d,\"Rank\":0,"
			     "\"Requirements\":\"/Expr(TARGET.Arch == "
			     "\\\"X86_64\\\" && TARGET.OpSys == \\\"LINUX\\\" "
			     "&& TARGET.Disk >= RequestDisk && TARGET.Memory "
			     ">= RequestMemory && TARGET.Cpus >= RequestCpus)"
			     "/\"}",
			     100 + id);
	char user[16];
	struct dbjobs_cluster row = {
		.id = id, .owner = user, .ad = ad, .columns = "[]"
	};
	struct err err = ERR_INIT;
	struct cluster *c;

	snprintf(user, sizeof(user), "u%d", id % USERS);
	if (dbjobs_add_cluster(p->s.db, &row, &err) ||
	    queue_add_cluster(p->s.queue, &row, 1, &c, &err))
		die(&err);
	for (int i = 0; i < count; i++) {
		struct dbjobs_proc proc = { .cluster = id, .proc = i };

		/* The others' rows are never read: that is the point. */
		if (!i && dbjobs_add_proc(p->s.db, &proc, &err))
			die(&err);
		if (queue_enqueue(p->s.queue, p->s.db,
				  queue_add_job(p->s.queue, c, &proc), &err))
			die(&err);
	}
	free(ad);
}

static struct ad *slot_ad(int memory, int cpus, bool whole)
{
	struct ad *ad = ad_new();
	char name[32];

	ad_set_string(ad, "Arch", "X86_64");
	ad_set_string(ad, "OpSys", "LINUX");
	ad_set_int(ad, "Memory", memory);
	ad_set_int(ad, "Cpus", cpus);
	ad_set_int(ad, "Disk", 100000000);
	ad_set_bool(ad, "Start", true);
	ad_set_text(ad, "Requirements", "START", NULL);
	ad_set_real(ad, "Rank", 0);
	if (whole)
		ad_set_bool(ad, "PartitionableSlot", true);
	for (int i = 0; i < 30; i++) { /* what nobody looks at */
		snprintf(name, sizeof(name), "Other%d", i);
		ad_set_int(ad, name, i);
	}
	return ad;
}

static void add_host(struct pool *p, int number, int memory, int cpus,
		     bool whole)
{
	struct wire_sync sync = { .sync = 1, .slot_count = 1 };
	char name[32];
	struct host *h;

	snprintf(name, sizeof(name), "h%d", number);
	h = nodes_get(p->s.nodes, name);
	memset(sync.boot, 'a', sizeof(sync.boot) - 1);
	sync.slots = xcalloc(1, sizeof(*sync.slots));
	sync.slots[0].slot = xstrdup("slot1");
	sync.slots[0].accepts = true;
	sync.slots[0].ad = slot_ad(memory, cpus, whole);
	nodes_update(h, &sync, 1, 1);
	match_slot_changed(p->s.match, h->slots[0]);
	wire_sync_release(&sync);
}

static void open_pool(struct pool *p)
{
	char dir[] = "/tmp/hb.XXXXXX";
	struct err err = ERR_INIT;

	memset(p, 0, sizeof(*p));
	if (!mkdtemp(dir))
		exit(1);
	p->path = xasprintf("%s/db", dir);
	if (db_open(p->path, &p->s.db, &err) || db_begin(p->s.db, &err))
		die(&err);
	p->s.queue = queue_new();
	p->s.nodes = nodes_new();
	p->s.match = match_new(p->s.queue, p->s.nodes);
}

static void close_pool(struct pool *p)
{
	nodes_free(p->s.nodes);
	match_free(p->s.match);
	queue_free(p->s.queue);
	db_rollback(p->s.db);
	db_close(p->s.db);
	unlink(p->path);
	*strrchr(p->path, '/') = '\0';
	rmdir(p->path);
	free(p->path);
}

/* -- measuring ----------------------------------------------------------------- */

/* CPU time: other work on the machine is not the matchmaker's. */
static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static double ms_since(int64_t start_ns)
{
	return (double)(cpu_ns() - start_ns) / 1e6;
}

/* Decides as dispatch does, but opens no attempts; how many were paired. */
static int match_all(struct pool *p)
{
	struct err err = ERR_INIT;
	struct match *m = p->s.match;
	struct slot *slot;
	struct job *j;
	int n = 0;

	do {
		if (queue_resort(p->s.queue, p->s.db, &err))
			die(&err);
		match_begin(m, 1, 1);
	} while (queue_stale(p->s.queue));
	while (match_next(m, &j, &slot)) {
		struct slot *parent = slot;

		if (slot->partitionable)
			slot = nodes_carve(slot, &j->bucket->ac->request);
		slot->attempt = &p->some;
		p->some.job = j;
		queue_dequeue(p->s.queue, j);
		queue_set_state(j, JOBSTATE_STARTING);
		share_use(&j->cluster->owner->share, 1, 1);
		match_slot_changed(m, parent);
		n++;
	}
	match_end(m);
	return n;
}

static void print(const char *what, const char *target, double value,
		  const char *unit)
{
	printf("| %-58s | %-9s | %9.3f %-3s |\n", what, target, value, unit);
	fflush(stdout);
}

static void free_one(struct pool *p, int i)
{
	char name[32];
	struct host *h;

	snprintf(name, sizeof(name), "h%d", i);
	h = nodes_host(p->s.nodes, name);
	h->slots[0]->attempt = NULL;
	match_slot_changed(p->s.match, h->slots[0]);
}

static void fill_queue(struct pool *p, bool tell)
{
	struct mallinfo2 before = mallinfo2();
	int64_t start = cpu_ns();
	double bytes;

	for (int i = 1; i <= CLUSTERS; i++)
		add_cluster(p, i, PER);
	bytes = (double)(mallinfo2().uordblks - before.uordblks);
	if (!tell)
		return;
	print("memory of an idle job, 1,000,000 in 100 autoclusters", "1024 B",
	      bytes / CLUSTERS / PER, "B");
	print("to enqueue one of them", "",
	      ms_since(start) * 1000 / CLUSTERS / PER, "us");
}

static void events(struct pool *p)
{
	json_t *why = json_object();
	struct job *j = NULL;
	int64_t start = cpu_ns();

	for (int i = 0; i < 1000; i++) {
		free_one(p, i);
		if (match_all(p) != 1)
			exit(1);
	}
	print("a slot becomes free: decided", "100 ms", ms_since(start) / 1000,
	      "ms");
	start = cpu_ns();
	for (int i = 0; i < 1000; i++) {
		add_cluster(p, 1000 + i, 1);
		match_all(p);
	}
	print("a job comes, its cluster with it, no slot is free", "",
	      ms_since(start) / 1000, "ms");
	for (int i = PER - 1; !j || !j->bucket; i--)
		j = queue_job(p->s.queue, 1, i);
	start = cpu_ns();
	why_json(&p->s, j, why);
	print("why a job is idle", "", ms_since(start), "ms");
	json_decref(why);
}

static void whole_match(const char *what, int hosts, int kinds, int cpus,
			bool first)
{
	struct pool p;
	int64_t start;
	int n;

	open_pool(&p);
	fill_queue(&p, first);
	for (int i = 0; i < hosts; i++)
		add_host(&p, i, (2000 + i % kinds) * cpus, cpus, cpus > 1);
	start = cpu_ns();
	n = match_all(&p);
	print(what, "1000 ms", ms_since(start), "ms");
	if (n != SLOTS) {
		fprintf(stderr, "bench-match: %d of %d slots were used\n", n,
			SLOTS);
		exit(1);
	}
	if (first)
		events(&p);
	close_pool(&p);
}

int main(void)
{
	printf("| %-58s | %-9s | %-13s |\n", "matchmaker", "target",
	       "CPU time");
	printf("| --- | --- | --- |\n");
	whole_match("full match, 10,000 slots of 10 kinds", SLOTS, 10, 1, true);
	whole_match("full match, 10,000 slots, no two alike", SLOTS, SLOTS, 1,
		    false);
	whole_match("full match, 1,250 partitionable slots of 8 cpus",
		    SLOTS / 8, 10, 8, false);
	return 0;
}
