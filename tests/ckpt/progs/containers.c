/* tests: void * vectors of elem_size, hash tables of void *, generic lists */
/* SPDX-License-Identifier: MIT */
/* class: same-layout */
#include "check.h"
#include <stdlib.h>
#include <string.h>

/* a vector that copies its elements, whatever they are */
struct vector {
	void *data;
	size_t n, cap, elem;
};

static void *push(struct vector *v, const void *elem)
{
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 4;
		v->data = realloc(v->data, v->cap * v->elem);
	}
	memcpy((char *)v->data + v->n * v->elem, elem, v->elem);
	return (char *)v->data + v->n++ * v->elem;
}

struct person {
	char *name;
	int age;
	double score;
	struct person *friend;
};

/* a table of pointers to anything */
struct slot {
	const char *key;
	void *value;
	struct slot *next;
};

struct table {
	struct slot **slots;
	unsigned n;
};

static unsigned hash(const char *s)
{
	unsigned h = 5381;

	while (*s)
		h = h * 33 + (unsigned char)*s++;
	return h;
}

static void *get(struct table *t, const char *key)
{
	struct slot *s = t->slots[hash(key) % t->n];

	while (s && strcmp(s->key, key) != 0)
		s = s->next;
	return s ? s->value : NULL;
}

static void put(struct table *t, const char *key, void *value)
{
	struct slot **at = &t->slots[hash(key) % t->n];
	struct slot *s = malloc(sizeof *s);

	s->key = key;
	s->value = value;
	s->next = *at;
	*at = s;
}

static char *name_of(int i)
{
	char buf[20];

	sprintf(buf, "person%d", i);
	return strdup(buf);
}

int main(void)
{
	struct vector *people = calloc(1, sizeof(*people));
	struct vector numbers = { NULL, 0, 0, sizeof(int) };
	struct table table = { calloc(13, sizeof(struct slot *)), 13 };
	struct person *p;

	people->elem = sizeof(struct person);
	for (int i = 0; i < 40; i++) {
		struct person new = { name_of(i), 20 + i, i / 2.0, NULL };
		struct person *copy = malloc(sizeof(*copy));

		p = push(people, &new);
		push(&numbers, &i);
		*copy = *p;
		put(&table, copy->name, copy);
		p = get(&table, "person3");
		if (p)
			p->friend = copy;
		for (size_t k = 0; k < people->n; k++) {
			struct person *q = (struct person *)people->data + k;

			check_mix((uint32_t)q->age + (unsigned char)q->name[6]);
			check_mix((uint32_t)(q->score * 2));
			check_mix((uint32_t)((int *)numbers.data)[k]);
		}
		if (p)
			check_mix((uint32_t)p->friend->age);
	}
	return check_done();
}
