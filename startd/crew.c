/* SPDX-License-Identifier: MIT */
#include "startd/crew.h"

#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define IDLE_MAX 4

struct task {
	struct list link;
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

/* Freed by who goes last: crew_free or a thread. */
struct crew {
	struct evloop *loop;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list tasks;
	size_t waiting; /* tasks */
	size_t idle, threads;
	bool stopping;
};

struct crew *crew_new(struct evloop *loop)
{
	struct crew *c = xcalloc(1, sizeof(*c));

	c->loop = loop;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->more, NULL);
	list_init(&c->tasks);
	return c;
}

static void destroy(struct crew *c)
{
	while (!list_empty(&c->tasks)) {
		struct task *t = list_first(&c->tasks, struct task, link);

		list_del(&t->link);
		free(t);
	}
	pthread_cond_destroy(&c->more);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* With the lock. NULL: this thread is not needed any more. */
static struct task *next_task(struct crew *c)
{
	struct task *t;

	if (list_empty(&c->tasks) && c->idle >= IDLE_MAX)
		return NULL;
	c->idle++;
	while (list_empty(&c->tasks) && !c->stopping)
		pthread_cond_wait(&c->more, &c->lock);
	c->idle--;
	if (c->stopping)
		return NULL;
	t = list_first(&c->tasks, struct task, link);
	list_del(&t->link);
	c->waiting--;
	return t;
}

static void *thread_main(void *arg)
{
	struct crew *c = arg;
	struct task *t;
	bool last;

	pthread_mutex_lock(&c->lock);
	while ((t = next_task(c))) {
		pthread_mutex_unlock(&c->lock);
		t->work(t->arg);
		pthread_mutex_lock(&c->lock);
		if (!c->stopping)
			evloop_post(c->loop, t->done, t->arg);
		free(t);
	}
	last = --c->threads == 0 && c->stopping;
	pthread_mutex_unlock(&c->lock);
	if (last)
		destroy(c);
	return NULL;
}

void crew_free(struct crew *c)
{
	bool last;

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->more);
	last = c->threads == 0;
	pthread_mutex_unlock(&c->lock);
	if (last)
		destroy(c);
}

/* With the lock. */
static int add_thread(struct crew *c)
{
	pthread_attr_t attr;
	pthread_t id;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&id, &attr, thread_main, c);
	pthread_attr_destroy(&attr);
	c->threads += !r;
	return -r;
}

int crew_run(struct crew *c, void (*work)(void *arg), void (*done)(void *arg),
	     void *arg)
{
	struct task *t = xcalloc(1, sizeof(*t));
	int r = 0;

	*t = (struct task){ .work = work, .done = done, .arg = arg };
	pthread_mutex_lock(&c->lock);
	/* A thread that was woken counts as idle until it runs. */
	if (c->waiting >= c->idle)
		r = add_thread(c);
	if (!r) {
		list_append(&c->tasks, &t->link);
		c->waiting++;
		pthread_cond_signal(&c->more);
	}
	pthread_mutex_unlock(&c->lock);
	if (r)
		free(t);
	return r;
}
