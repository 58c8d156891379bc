/* SPDX-License-Identifier: MIT */
/* Users on simulated cores over days: what the policies promise. */
#include "tests/unit/test.h"

#include "scheduler/policy.h"
#include "scheduler/share.h"

#include <math.h>
#include <stdlib.h>

#define DAY   INT64_C(86400)
#define STEP  60 /* seconds between two rounds of dealing */
#define NOONE (-1)

struct person {
	struct share share;
	int backlog; /* jobs that wait; below 0: without end */
	int64_t waited_since; /* when the first of them came */
	int64_t longest_wait;
	double got, due; /* sums over samples: cores, ideal cores */
};

struct core {
	int user;
	int64_t until;
};

struct pool {
	struct policy policy;
	struct person *people;
	int count;
	struct core *cores;
	int core_count;
	int64_t now;
	unsigned int seed;
};

static void open_pool(struct pool *p, const struct policy_ops *ops, int cores,
		      int people)
{
	*p = (struct pool){ .policy = policy_default,
			    .count = people,
			    .core_count = cores,
			    .seed = 1 };
	p->policy.ops = ops;
	p->people = calloc((size_t)people, sizeof(*p->people));
	p->cores = calloc((size_t)cores, sizeof(*p->cores));
	for (int i = 0; i < cores; i++)
		p->cores[i].user = NOONE;
	for (int i = 0; i < people; i++)
		share_init(&p->people[i].share, &p->policy, false, 0);
}

static void close_pool(struct pool *p)
{
	free(p->people);
	free(p->cores);
}

static void want(struct pool *p, int user, int jobs)
{
	struct person *u = &p->people[user];

	share_wait(&u->share, p->now, jobs < 0 ? 1 : jobs);
	u->backlog = jobs;
	u->waited_since = p->now;
}

static void want_no_more(struct pool *p, int user)
{
	struct person *u = &p->people[user];

	share_wait(&u->share, p->now, u->backlog < 0 ? -1 : -u->backlog);
	u->backlog = 0;
}

/* The user whose turn it is, as the matcher asks for it. */
static int next_user(struct pool *p)
{
	double best = 0;
	int user = NOONE;

	for (int i = 0; i < p->count; i++) {
		const struct person *u = &p->people[i];
		double turn;

		if (!u->backlog || !share_allows(&u->share, 1))
			continue;
		turn = share_turn(&u->share);
		if (user == NOONE || turn < best) {
			best = turn;
			user = i;
		}
	}
	return user;
}

static void start(struct pool *p, struct core *c, int user, int64_t run_s)
{
	struct person *u = &p->people[user];
	int64_t waited = p->now - u->waited_since;

	share_use(&u->share, p->now, 1);
	if (u->backlog > 0) {
		u->backlog--;
		share_wait(&u->share, p->now, -1);
		if (waited > u->longest_wait)
			u->longest_wait = waited;
	}
	*c = (struct core){ user, p->now + run_s };
}

/* Jobs run from a half to three halves of an hour. */
static void deal(struct pool *p)
{
	for (int i = 0; i < p->core_count; i++) {
		struct core *c = &p->cores[i];
		int user;

		if (c->user != NOONE && c->until > p->now)
			continue;
		if (c->user != NOONE)
			share_use(&p->people[c->user].share, p->now, -1);
		c->user = NOONE;
		user = next_user(p);
		if (user != NOONE)
			start(p, c, user, 1800 + rand_r(&p->seed) % 3600);
	}
}

static void sample(struct pool *p)
{
	double sum = 0;

	for (int i = 0; i < p->count; i++)
		if (p->people[i].backlog)
			sum += 1 / share_effective(&p->people[i].share);
	for (int i = 0; i < p->count; i++) {
		struct person *u = &p->people[i];

		u->got += u->share.in_use;
		if (u->backlog)
			u->due += p->core_count / share_effective(&u->share) /
				  sum;
	}
}

static void run(struct pool *p, int64_t seconds, bool sampled)
{
	for (int64_t end = p->now + seconds; p->now < end; p->now += STEP) {
		for (int i = 0; i < p->count; i++)
			share_update(&p->people[i].share, p->now);
		deal(p);
		if (sampled)
			sample(p);
	}
}

static void within(double got, double want_value, double part)
{
	if (fabs(got - want_value) > fabs(want_value) * part)
		fail_msg("%g is not within %g %% of %g", got, part * 100,
			 want_value);
}

/* HTCondor's manual: two users, 100 cores, A alone for 48 hours. */
static void test_worked_example(void **state)
{
	struct pool p;
	double before;

	(void)state;
	open_pool(&p, &policy_fair, 100, 2);
	want(&p, 0, -1);
	run(&p, 2 * DAY, false);
	within(p.people[0].share.priority, 75, 0.01);
	within(p.people[1].share.priority, 0.5, 0.001);
	before = p.people[0].share.in_use;
	want(&p, 1, -1);
	run(&p, 2 * 3600, false); /* all cores were freed once */
	within(before, 100, 0.001);
	assert_true(p.people[1].share.in_use > 85);
	run(&p, 10 * DAY, false);
	within(p.people[0].share.in_use, 50, 0.05);
	within(p.people[0].share.priority, 50, 0.05);
	within(p.people[1].share.priority, 50, 0.05);
	close_pool(&p);
}

static void test_hundred_users_within_five_percent(void **state)
{
	static const double factors[] = { 250, 1000, 1000, 4000 };
	struct pool p;

	(void)state;
	open_pool(&p, &policy_fair, 3000, 100);
	for (int i = 0; i < p.count; i++) {
		p.people[i].share.factor = factors[i % 4];
		p.people[i].share.priority = 0.5 + rand_r(&p.seed) % 100;
		want(&p, i, -1);
	}
	run(&p, DAY / 2, false);
	run(&p, DAY / 2, true); /* still drifting */
	for (int i = 0; i < p.count; i++)
		within(p.people[i].got, p.people[i].due, 0.05);
	run(&p, 6 * DAY, false);
	for (int i = 0; i < p.count; i++)
		p.people[i].got = p.people[i].due = 0;
	run(&p, DAY / 2, true);
	for (int i = 0; i < p.count; i++)
		within(p.people[i].got, p.people[i].due, 0.05);
	/* Steady: a quarter of the factor is twice the cores. */
	within(p.people[0].got, 2 * p.people[1].got, 0.05);
	within(p.people[3].got, 0.5 * p.people[1].got, 0.05);
	close_pool(&p);
}

/* Floor and ceiling hold while others want all. */
static void test_floor_and_ceiling(void **state)
{
	struct pool p;

	(void)state;
	open_pool(&p, &policy_fair, 100, 4);
	p.people[0].share.floor = 40;
	p.people[0].share.factor = 1e6;
	p.people[1].share.ceiling = 10;
	p.people[1].share.factor = 1;
	for (int i = 0; i < p.count; i++)
		want(&p, i, -1);
	run(&p, DAY, false);
	assert_true(p.people[0].share.in_use >= 39);
	assert_true(p.people[1].share.in_use == 10);
	within(p.people[2].share.in_use, 25, 0.1);
	within(p.people[3].share.in_use, 25, 0.1);
	close_pool(&p);
}

static void test_nice_user_takes_what_is_left(void **state)
{
	struct pool p;

	(void)state;
	open_pool(&p, &policy_fair, 100, 2);
	share_init(&p.people[1].share, &p.policy, true, 0);
	want(&p, 0, -1);
	want(&p, 1, -1);
	run(&p, DAY, false);
	assert_true(p.people[0].share.in_use == 100);
	want_no_more(&p, 0);
	run(&p, 2 * 3600, false);
	assert_true(p.people[1].share.in_use == 100);
	close_pool(&p);
}

/*
 * Two users want everything for ten days; a third comes once a day with five
 * jobs. A core is freed about every 36 s: he waits for no more than those.
 */
static void light_user(const struct policy_ops *ops, int64_t limit_s)
{
	struct pool p;

	open_pool(&p, ops, 100, 3);
	want(&p, 0, -1);
	want(&p, 1, -1);
	for (int day = 0; day < 10; day++) {
		run(&p, DAY - 4 * 3600, true);
		want(&p, 2, 5);
		run(&p, 4 * 3600, true);
		assert_int_equal(p.people[2].backlog, 0);
	}
	assert_true(p.people[2].longest_wait <= limit_s);
	within(p.people[0].got, p.people[1].got, 0.05);
	close_pool(&p);
}

static void test_updown_protects_light_users(void **state)
{
	(void)state;
	light_user(&policy_updown, 8 * 60);
}

/*
 * A user who turns greedy falls behind by himself: the heavy index is not
 * his shield, and the light user who comes after is served before him.
 */
static void test_updown_finds_the_greedy(void **state)
{
	struct pool p;

	(void)state;
	open_pool(&p, &policy_updown, 100, 3);
	want(&p, 0, -1);
	run(&p, DAY, false);
	want(&p, 1, -1); /* gets all, until he has had as much */
	run(&p, 2 * 3600, false);
	assert_true(p.people[1].share.in_use > 90);
	want(&p, 2, 5);
	run(&p, 3600, false);
	assert_true(p.people[2].longest_wait <= 8 * 60);
	run(&p, 10 * DAY, false);
	within(p.people[0].share.in_use, 50, 0.1);
	close_pool(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example),
		cmocka_unit_test(test_hundred_users_within_five_percent),
		cmocka_unit_test(test_floor_and_ceiling),
		cmocka_unit_test(test_nice_user_takes_what_is_left),
		cmocka_unit_test(test_updown_protects_light_users),
		cmocka_unit_test(test_updown_finds_the_greedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
