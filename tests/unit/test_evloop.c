/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>

#include "common/base/clock.h"
#include "common/svc/evloop.h"

/* What the callbacks of a test wrote down, in order. */
struct trace {
	struct evloop *loop;
	struct evloop_fd *handle;
	struct evloop_fd *victim;
	struct evloop_timer *timer;
	int calls;
	char text[64];
};

static void note(struct trace *t, const char *what)
{
	assert_true(strlen(t->text) + strlen(what) < sizeof(t->text));
	strcat(t->text, what);
	t->calls++;
}

static int setup(void **state)
{
	struct trace *t = calloc(1, sizeof(*t));

	if (!t || evloop_new(&t->loop, NULL))
		return -1;
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct trace *t = *state;

	evloop_free(t->loop);
	clock_release();
	free(t);
	return 0;
}

static void on_read(void *arg, uint32_t events)
{
	struct trace *t = arg;

	assert_true(events & EPOLLIN);
	note(t, "r");
	evloop_del_fd(t->victim);
}

static void test_fd(void **state)
{
	struct trace *t = *state;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(evloop_add_fd(t->loop, fds[0], EPOLLIN, on_read, t,
				       &t->handle, NULL),
			 0);
	assert_int_equal(evloop_turn(t->loop, 0, NULL), 0);
	assert_string_equal(t->text, "");
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(evloop_turn(t->loop, 1000, NULL), 0);
	assert_string_equal(t->text, "r");
	assert_int_equal(evloop_mod_fd(t->handle, 0), 0);
	assert_int_equal(evloop_turn(t->loop, 0, NULL), 0);
	assert_string_equal(t->text, "r");
	close(fds[0]);
	close(fds[1]);
}

/* Of two that are ready in one turn, the first deletes the other. */
static void test_deleted_is_not_called(void **state)
{
	struct trace *t = *state, other = { 0 };
	int a[2], b[2];

	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	other.loop = t->loop;
	assert_int_equal(evloop_add_fd(t->loop, a[0], EPOLLIN, on_read, t,
				       &t->handle, NULL),
			 0);
	assert_int_equal(evloop_add_fd(t->loop, b[0], EPOLLIN, on_read, &other,
				       &other.handle, NULL),
			 0);
	t->victim = other.handle;
	other.victim = t->handle;
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "x", 1), 1);
	assert_int_equal(evloop_turn(t->loop, 1000, NULL), 0);
	assert_int_equal(t->calls + other.calls, 1);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

static void test_bad_fd(void **state)
{
	struct trace *t = *state;
	struct evloop_fd *handle = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(evloop_add_fd(t->loop, -1, EPOLLIN, on_read, t,
				       &handle, &err),
			 -EBADF);
	assert_null(handle);
	assert_true(err_is_set(&err));
}

static void on_a(void *arg)
{
	note(arg, "a");
}

static void on_b(void *arg)
{
	note(arg, "b");
}

static void on_again(void *arg)
{
	struct trace *t = arg;

	note(t, "g");
	evloop_set_timer(t->timer, 0);
}

static void test_timers_in_order(void **state)
{
	struct trace *t = *state;
	struct evloop_timer *a, *b;

	clock_hold(1000);
	a = evloop_add_timer(t->loop, 20, on_a, t);
	b = evloop_add_timer(t->loop, 10, on_b, t);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "");
	clock_advance(10);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "b");
	assert_false(evloop_timer_is_set(b));
	evloop_set_timer(b, 5);
	clock_advance(10);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "bba");
	evloop_set_timer(a, 1);
	evloop_set_timer(a, -1);
	clock_advance(10);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "bba");
	evloop_del_timer(a);
	evloop_del_timer(b);
}

static void test_timer_set_in_its_callback(void **state)
{
	struct trace *t = *state;

	clock_hold(1000);
	t->timer = evloop_add_timer(t->loop, 0, on_again, t);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "g");
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "gg");
	evloop_del_timer(t->timer);
}

static void on_delete_other(void *arg)
{
	struct trace *t = arg;

	note(t, "d");
	evloop_del_timer(t->timer);
	t->timer = NULL;
}

static void test_timer_deletes_one_that_is_due(void **state)
{
	struct trace *t = *state;
	struct evloop_timer *first;

	clock_hold(1000);
	first = evloop_add_timer(t->loop, 1, on_delete_other, t);
	t->timer = evloop_add_timer(t->loop, 2, on_a, t);
	clock_advance(5);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "d");
	evloop_del_timer(first);
}

/* The heap under many insertions and deletions against a plain model. */
static int fired_order;

static void on_fire(void *arg)
{
	*(int *)arg = ++fired_order;
}

static void test_heap(void **state)
{
	enum { COUNT = 500 };
	struct trace *t = *state;
	struct evloop_timer *timers[COUNT];
	int delays[COUNT], fired[COUNT] = { 0 };
	unsigned seed = 1;

	clock_hold(0);
	fired_order = 0;
	for (int i = 0; i < COUNT; i++) {
		delays[i] = (int)(rand_r(&seed) % 1000);
		timers[i] = evloop_add_timer(t->loop, delays[i], on_fire,
					     &fired[i]);
	}
	for (int i = 0; i < COUNT; i += 3) {
		evloop_del_timer(timers[i]);
		timers[i] = NULL;
	}
	for (int now = 0; now < 1000; now++) {
		evloop_turn(t->loop, 0, NULL);
		clock_advance(1);
	}
	for (int i = 0; i < COUNT; i++) {
		if (i % 3 == 0)
			assert_int_equal(fired[i], 0);
		else
			assert_true(fired[i] > 0);
		for (int j = 0; j < i; j++)
			if (fired[i] && fired[j] && delays[i] < delays[j])
				assert_true(fired[i] < fired[j]);
	}
	for (int i = 0; i < COUNT; i++)
		evloop_del_timer(timers[i]);
}

static void on_usr1(void *arg, const struct signalfd_siginfo *info)
{
	struct trace *t = arg;

	assert_int_equal(info->ssi_signo, SIGUSR1);
	note(t, "s");
}

static void test_signal(void **state)
{
	struct trace *t = *state;

	assert_int_equal(evloop_add_signal(t->loop, SIGUSR1, on_usr1, t, NULL),
			 0);
	kill(getpid(), SIGUSR1);
	evloop_turn(t->loop, 1000, NULL);
	assert_string_equal(t->text, "s");
}

static void on_message(void *arg)
{
	struct trace *t = arg;

	if (++t->calls == 1000)
		evloop_stop(t->loop);
}

static void *post_many(void *arg)
{
	struct trace *t = arg;

	for (int i = 0; i < 500; i++)
		evloop_post(t->loop, on_message, t);
	return NULL;
}

static void test_post_from_threads(void **state)
{
	struct trace *t = *state;
	pthread_t a, b;

	assert_int_equal(pthread_create(&a, NULL, post_many, t), 0);
	assert_int_equal(pthread_create(&b, NULL, post_many, t), 0);
	assert_int_equal(evloop_run(t->loop, NULL), 0);
	assert_int_equal(t->calls, 1000);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
}

static void on_repost(void *arg)
{
	struct trace *t = arg;

	note(t, "p");
	if (t->calls < 3)
		evloop_post(t->loop, on_repost, t);
}

static void test_repost_waits_for_a_turn(void **state)
{
	struct trace *t = *state;

	evloop_post(t->loop, on_repost, t);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "p");
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "pp");
}

static int64_t hook_late(void *arg)
{
	note(arg, "L");
	return -1;
}

static int64_t hook_early(void *arg)
{
	note(arg, "E");
	return 50;
}

static void test_hooks(void **state)
{
	struct trace *t = *state;

	clock_hold(1000);
	evloop_add_hook(t->loop, EVLOOP_ORDER_SEND, hook_late, t);
	evloop_add_hook(t->loop, EVLOOP_ORDER_COMMIT, hook_early, t);
	evloop_turn(t->loop, 0, NULL);
	assert_string_equal(t->text, "EL");
	evloop_del_hook(t->loop, hook_late, t);
	/* The early one asked for a turn in 50 ms: no long sleep. */
	clock_advance(50);
	evloop_turn(t->loop, 60000, NULL);
	assert_string_equal(t->text, "ELE");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_fd),
		CASE(test_deleted_is_not_called),
		CASE(test_bad_fd),
		CASE(test_timers_in_order),
		CASE(test_timer_set_in_its_callback),
		CASE(test_timer_deletes_one_that_is_due),
		CASE(test_heap),
		CASE(test_signal),
		CASE(test_post_from_threads),
		CASE(test_repost_waits_for_a_turn),
		CASE(test_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
