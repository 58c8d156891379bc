/* tests: a hash table of strings that grows, deletion, keys copied by strdup */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct entry {
	char *key;
	int value;
	struct entry *next;
};

struct table {
	struct entry **buckets;
	unsigned nbuckets;
	int nentries;
};

static unsigned hash(const char *s)
{
	unsigned h = 5381;

	while (*s)
		h = h * 33 + (unsigned char)*s++;
	return h;
}

static struct entry **find(const struct table *t, const char *key)
{
	struct entry **e = &t->buckets[hash(key) % t->nbuckets];

	while (*e && strcmp((*e)->key, key))
		e = &(*e)->next;
	return e;
}

static void rehash(struct table *t, unsigned nbuckets)
{
	struct table bigger = { calloc(nbuckets, sizeof(struct entry *)),
				nbuckets, t->nentries };

	for (unsigned i = 0; i < t->nbuckets; i++)
		while (t->buckets[i]) {
			struct entry *e = t->buckets[i], **home;
			t->buckets[i] = e->next;
			home = find(&bigger, e->key);
			e->next = NULL;
			*home = e;
		}
	free(t->buckets);
	*t = bigger;
}

static int *slot(struct table *t, const char *key)
{
	struct entry **e = find(t, key);

	if (!*e) {
		*e = calloc(1, sizeof **e);
		(*e)->key = strdup(key);
		if (++t->nentries > (int)t->nbuckets) {
			rehash(t, t->nbuckets * 2 + 1);
			e = find(t, key);
		}
	}
	return &(*e)->value;
}

static void drop(struct table *t, const char *key)
{
	struct entry **link = find(t, key), *e = *link;

	if (!e)
		return;
	*link = e->next;
	free(e->key);
	free(e);
	t->nentries--;
}

int main(void)
{
	struct table t = { calloc(3, sizeof(struct entry *)), 3, 0 };
	char key[16];
	int *kept;

	for (int i = 0; i < 1500; i++) {
		sprintf(key, "k%d", i * i % 701);
		kept = slot(&t, key);
		*kept += i;
		sprintf(key, "k%d", i * 7 % 701);
		if (i % 3 == 0)
			drop(&t, key);
		check_mix(t.nentries);
		if (i % 300 == 0)
			printf("%d: %d entries in %u buckets\n", i, t.nentries,
			       t.nbuckets);
	}
	for (unsigned i = 0; i < t.nbuckets; i++)
		for (const struct entry *e = t.buckets[i]; e; e = e->next) {
			check_mix(hash(e->key));
			check_mix(e->value);
		}
	for (int i = 0; i < 701; i++) {
		sprintf(key, "k%d", i);
		drop(&t, key);
	}
	printf("%d left\n", t.nentries);
	free(t.buckets);
	return check_done();
}
