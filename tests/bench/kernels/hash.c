/* SPDX-License-Identifier: MIT */
/* A chained hash table that grows, with text keys of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct entry *next;
	unsigned hash;
	int value;
	char key[];
};

struct table {
	struct entry **slots;
	unsigned nslots, n;
};

static unsigned hash_of(const char *key)
{
	unsigned h = 2166136261u;

	while (*key)
		h = (h ^ (unsigned char)*key++) * 16777619u;
	return h;
}

static void grow(struct table *t)
{
	unsigned n = t->nslots ? t->nslots * 2 : 8;
	struct entry **slots = calloc(n, sizeof(*slots));

	for (unsigned i = 0; i < t->nslots; i++)
		for (struct entry *e = t->slots[i], *next; e; e = next) {
			next = e->next;
			e->next = slots[e->hash % n];
			slots[e->hash % n] = e;
		}
	free(t->slots);
	t->slots = slots;
	t->nslots = n;
}

static struct entry *lookup(struct table *t, const char *key)
{
	unsigned h = hash_of(key);
	struct entry *e;

	if (t->n >= t->nslots)
		grow(t);
	for (e = t->slots[h % t->nslots]; e; e = e->next)
		if (e->hash == h && !strcmp(e->key, key))
			return e;
	e = malloc(sizeof(*e) + strlen(key) + 1);
	e->hash = h;
	e->value = 0;
	strcpy(e->key, key);
	e->next = t->slots[h % t->nslots];
	t->slots[h % t->nslots] = e;
	t->n++;
	return e;
}

static void release(struct table *t)
{
	for (unsigned i = 0; i < t->nslots; i++)
		for (struct entry *e = t->slots[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
	free(t->slots);
}

static void name(char *to, unsigned n)
{
	for (*to++ = 'k'; n; n /= 7)
		*to++ = (char)('a' + n % 7);
	*to = '\0';
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 10000;
	struct table t = { 0 };
	unsigned x = 1, sum = 0;
	char key[32];

	for (int i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		name(key, (x >> 8) % 5000 * 3);
		sum += (unsigned)lookup(&t, key)->value++;
	}
	printf("%u %u\n", t.n, sum);
	release(&t);
	return 0;
}
