/* tests: unions whose member the program declares: tagged, nested, nameless */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <harrier/ckpt.h>
#include <stdlib.h>
#include <string.h>

enum kind { NIL, INT, REAL, TEXT, PAIR, CALL, FLAGS };

struct value;
typedef long function(const struct value *v);

struct flags {
	unsigned low : 3, middle : 9, high : 14;
};

struct value {
	unsigned char kind;
	union {
		long i;
		double d;
		char *s;
		struct {
			struct value *head, *tail;
		} pair;
		function *call;
		struct flags f;
	} u;
};
ckpt_union(struct value, u,
	   self->kind == INT   ? "i" :
	   self->kind == REAL  ? "d" :
	   self->kind == TEXT  ? "s" :
	   self->kind == PAIR  ? "pair" :
	   self->kind == CALL  ? "call" :
	   self->kind == FLAGS ? "f" : "i");

/* no name: any of its members stands for it */
typedef struct {
	int is_text;
	union {
		short numbers[4];
		const char *text;
	};
} item;
ckpt_union(item, text, self->is_text ? "text" : "numbers");

union event {
	struct {
		int type;
	} any;
	struct {
		int type;
		long when;
		char *name;
	} key;
	struct {
		int type;
		float x, y;
		union event *next;
	} mouse;
};
ckpt_union_self(union event, self->any.type == 1 ? "key" :
			     self->any.type == 2 ? "mouse" : "any");

static struct value globals[5];
static item items[6];
static union event *events;

static struct value *new(enum kind kind)
{
	struct value *v = calloc(1, sizeof(*v));

	v->kind = kind;
	return v;
}

static long length(const struct value *v)
{
	return v->kind == PAIR ? 1 + length(v->u.pair.tail) : 0;
}

static char *copy(const char *s)
{
	return strcpy(malloc(strlen(s) + 1), s);
}

static struct value *make(int i)
{
	static const char *const names[] = { "alpha", "beta", "gamma" };
	struct value *v = new(i % 6 + 1);

	switch (v->kind) {
	case INT:
		v->u.i = -7 * i;
		break;
	case REAL:
		v->u.d = i / 8.0;
		break;
	case TEXT:
		v->u.s = copy(names[i % 3]);
		break;
	case PAIR:
		v->u.pair.head = new(INT);
		v->u.pair.head->u.i = i;
		v->u.pair.tail = new(NIL);
		break;
	case CALL:
		v->u.call = length;
		break;
	case FLAGS:
		v->u.f.low = i & 7;
		v->u.f.middle = 3 * i & 511;
		v->u.f.high = 5 * i & 16383;
		break;
	}
	return v;
}

static uint32_t weigh(const struct value *v)
{
	uint32_t sum = 0;

	switch (v->kind) {
	case INT:
		return (uint32_t)v->u.i;
	case REAL:
		return (uint32_t)(v->u.d * 8);
	case TEXT:
		for (const char *p = v->u.s; *p; p++)
			sum = sum * 31 + (unsigned char)*p;
		return sum;
	case PAIR:
		return weigh(v->u.pair.head) * 3 + weigh(v->u.pair.tail);
	case CALL:
		return (uint32_t)v->u.call(v) + 77;
	case FLAGS:
		return v->u.f.low + 10u * v->u.f.middle + 100u * v->u.f.high;
	}
	return 1;
}

static uint32_t weigh_event(const union event *e)
{
	uint32_t sum = (uint32_t)e->any.type;

	if (e->any.type == 1)
		sum += (uint32_t)e->key.when + (unsigned char)e->key.name[1];
	if (e->any.type == 2)
		sum += (uint32_t)(e->mouse.x + 2 * e->mouse.y) +
		       (uint32_t)(e->mouse.next - events);
	return sum;
}

int main(void)
{
	struct value *list = new(NIL), *v, local = { REAL, { .d = 0.5 } };

	events = malloc(12 * sizeof(*events));
	for (int i = 0; i < 12; i++) {
		memset(&events[i], 0, sizeof(events[i]));
		events[i].any.type = i % 3;
		if (i % 3 == 1) {
			events[i].key.when = -i;
			events[i].key.name = copy("enter");
		} else if (i % 3 == 2) {
			events[i].mouse.x = i;
			events[i].mouse.y = 2 * i;
			events[i].mouse.next = &events[i - 1];
		}
	}
	for (int i = 0; i < 120; i++) {
		v = new(PAIR);
		v->u.pair.head = make(i);
		v->u.pair.tail = list;
		list = v;
		globals[i % 5] = *v->u.pair.head;
		if (i % 2) {
			items[i % 6].is_text = 1;
			items[i % 6].text = "0123456789" + i % 7;
		} else {
			items[i % 6].is_text = 0;
			for (int k = 0; k < 4; k++)
				items[i % 6].numbers[k] = (short)(i * k);
		}
		for (int k = 0; k <= i % 5; k++)
			check_mix(weigh(&globals[k]));
		for (int k = 0; k <= i % 6; k++)
			check_mix(items[k].is_text
					  ? (uint32_t)items[k].text[0]
					  : (uint32_t)items[k].numbers[3]);
		check_mix(weigh_event(&events[i % 12]));
		local.u.d = weigh(&local) % 10007 + 0.5;
		check_mix((uint32_t)local.u.d);
	}
	for (v = list; v->kind == PAIR; v = v->u.pair.tail)
		check_mix(weigh(v->u.pair.head));
	printf("%ld pairs\n", length(list));
	return check_done();
}
