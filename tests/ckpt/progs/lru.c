/* tests: intrusive lists and container_of: a cache that drops what was used last */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stddef.h>
#include <stdlib.h>

#define container_of(p, type, member) \
	((type *)((char *)(p)-offsetof(type, member)))

struct link {
	struct link *prev, *next;
};

struct page {
	int number;
	struct link by_use;
	double weight;
	struct link by_bucket;
	long uses;
};

enum { BUCKETS = 17, ROOM = 40 };

static struct link recent = { &recent, &recent };
static struct link buckets[BUCKETS];
static int npages, misses;

static void unlink_it(struct link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
}

static void push(struct link *head, struct link *l)
{
	l->next = head->next;
	l->prev = head;
	head->next->prev = l;
	head->next = l;
}

static struct page *find(int number)
{
	struct link *head = &buckets[number % BUCKETS];

	for (struct link *l = head->next; l != head; l = l->next) {
		struct page *p = container_of(l, struct page, by_bucket);

		if (p->number == number)
			return p;
	}
	return NULL;
}

static void drop_oldest(void)
{
	struct page *p = container_of(recent.prev, struct page, by_use);

	unlink_it(&p->by_use);
	unlink_it(&p->by_bucket);
	check_mix(p->number + (uint32_t)p->uses);
	free(p);
	npages--;
}

static struct page *use(int number)
{
	struct page *p = find(number);

	if (!p) {
		misses++;
		if (npages == ROOM)
			drop_oldest();
		p = malloc(sizeof(*p));
		*p = (struct page){ .number = number, .weight = number / 4.0 };
		push(&buckets[number % BUCKETS], &p->by_bucket);
		npages++;
	} else {
		unlink_it(&p->by_use);
	}
	push(&recent, &p->by_use);
	p->uses++;
	return p;
}

int main(void)
{
	unsigned x = 7;

	for (int i = 0; i < BUCKETS; i++)
		buckets[i] = (struct link){ &buckets[i], &buckets[i] };
	for (int i = 0; i < 4000; i++) {
		x = (x * 1103515245u + 12345u) & 0x7fffffff;
		check_mix((uint32_t)use((x >> 9) % 61)->weight);
	}
	printf("%d pages, %d misses\n", npages, misses);
	return check_done();
}
