/* tests: the lists of <sys/queue.h>: their heads hold addresses of their own fields */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <sys/queue.h>

struct job {
	int id, left;
	TAILQ_ENTRY(job) wait;
	SLIST_ENTRY(job) all;
	LIST_ENTRY(job) hot;
};

TAILQ_HEAD(waiting, job);
static struct waiting waiting = TAILQ_HEAD_INITIALIZER(waiting);
static SLIST_HEAD(, job) all = SLIST_HEAD_INITIALIZER(all);
static LIST_HEAD(, job) hot = LIST_HEAD_INITIALIZER(hot);

static struct job *add(int id)
{
	struct job *j = calloc(1, sizeof(*j));

	j->id = id;
	j->left = id % 7 + 1;
	TAILQ_INSERT_TAIL(&waiting, j, wait);
	SLIST_INSERT_HEAD(&all, j, all);
	if (id % 3 == 0)
		LIST_INSERT_HEAD(&hot, j, hot);
	return j;
}

static int turn(struct waiting *queue)
{
	struct job *j = TAILQ_FIRST(queue);

	if (!j)
		return 0;
	TAILQ_REMOVE(queue, j, wait);
	check_mix(j->id * 100 + j->left);
	if (--j->left > 0)
		TAILQ_INSERT_TAIL(queue, j, wait);
	else if (j->id % 3 == 0)
		LIST_REMOVE(j, hot);
	return 1;
}

int main(void)
{
	struct waiting local = TAILQ_HEAD_INITIALIZER(local);
	struct job *j;
	int turns = 0, n = 0;

	for (int i = 0; i < 200; i++) {
		add(i);
		turns += turn(&waiting);
	}
	TAILQ_CONCAT(&local, &waiting, wait);
	while (turn(&local))
		turns++;
	SLIST_FOREACH(j, &all, all)
		n += j->id + j->left;
	LIST_FOREACH(j, &hot, hot)
		n += 1000000;
	printf("%d turns, %d\n", turns, n);
	return check_done();
}
