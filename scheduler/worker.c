/* SPDX-License-Identifier: MIT */
#include "scheduler/worker.h"

#include "common/base/err.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct task {
	struct list link;
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

struct workers {
	struct evloop *loop;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct list tasks;
	bool stop;
	pthread_t *threads;
	int count;
};

static void finish(void *arg)
{
	struct task *t = arg;

	t->done(t->arg);
	free(t);
}

static void *run(void *arg)
{
	struct workers *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct task *t;

		while (list_empty(&w->tasks) && !w->stop)
			pthread_cond_wait(&w->wake, &w->lock);
		if (w->stop)
			break;
		t = list_first(&w->tasks, struct task, link);
		list_del(&t->link);
		pthread_mutex_unlock(&w->lock);
		t->work(t->arg);
		evloop_post(w->loop, finish, t);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int workers_new(struct evloop *loop, int threads, struct workers **ret,
		struct err *err)
{
	struct workers *w = xcalloc(1, sizeof(*w));

	w->loop = loop;
	list_init(&w->tasks);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->threads = xcalloc((size_t)threads, sizeof(*w->threads));
	for (; w->count < threads; w->count++) {
		int rc = pthread_create(&w->threads[w->count], NULL, run, w);

		if (rc) {
			workers_free(w);
			return err_sys(err, -rc, "cannot start a thread");
		}
	}
	*ret = w;
	return 0;
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->count; i++)
		pthread_join(w->threads[i], NULL);
	while (!list_empty(&w->tasks)) {
		struct task *t = list_first(&w->tasks, struct task, link);

		list_del(&t->link);
		free(t);
	}
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	free(w->threads);
	free(w);
}

void workers_run(struct workers *w, void (*work)(void *arg),
		 void (*done)(void *arg), void *arg)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->work = work;
	t->done = done;
	t->arg = arg;
	pthread_mutex_lock(&w->lock);
	list_append(&w->tasks, &t->link);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}
