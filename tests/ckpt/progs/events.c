/* tests: a simulation: a queue of events with handlers and typed arguments */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct world;
struct event {
	double time;
	unsigned serial;
	void (*handle)(struct world *w, struct event *e);
	void *about;
	struct event *next;
};

struct hawk {
	int id, meals;
	double hunger;
	struct hawk *rival;
};

struct world {
	double now;
	unsigned serial;
	struct event *first;
	struct hawk *hawks;
	int nhawks, mice, fights;
	uint64_t seed;
};

static double chance(struct world *w)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (double)(w->seed >> 40) / (1 << 24);
}

static void after(struct world *w, double delay,
		  void (*handle)(struct world *w, struct event *e), void *about)
{
	struct event *e = malloc(sizeof(*e)), **p = &w->first;

	*e = (struct event){ w->now + delay, w->serial++, handle, about, NULL };
	while (*p && ((*p)->time < e->time ||
		      ((*p)->time == e->time && (*p)->serial < e->serial)))
		p = &(*p)->next;
	e->next = *p;
	*p = e;
}

static void hunt(struct world *w, struct event *e);

static void meet(struct world *w, struct event *e)
{
	struct hawk *h = e->about;

	w->fights++;
	if (chance(w) < 0.5) {
		struct hawk *other = h->rival;

		h->rival = other->rival == h ? other : other->rival;
	}
	after(w, 1 + chance(w), hunt, h);
}

static void hunt(struct world *w, struct event *e)
{
	struct hawk *h = e->about;

	h->hunger += chance(w);
	if (w->mice && chance(w) < 0.4) {
		w->mice--;
		h->meals++;
		h->hunger = 0;
	}
	if (h->rival != h && chance(w) < 0.3)
		after(w, chance(w), meet, h);
	else
		after(w, 2 * chance(w) + 0.125, hunt, h);
}

static void breed(struct world *w, struct event *e)
{
	int *each = e->about;

	w->mice += *each;
	if (w->now < 90)
		after(w, 5, breed, each);
}

int main(void)
{
	struct world w = { .seed = 42, .nhawks = 9, .mice = 20 };
	int each = 12, n = 0;

	w.hawks = calloc((size_t)w.nhawks, sizeof(*w.hawks));
	for (int i = 0; i < w.nhawks; i++) {
		w.hawks[i].id = i;
		w.hawks[i].rival = &w.hawks[(i * 4 + 1) % w.nhawks];
		after(&w, i * 0.25, hunt, &w.hawks[i]);
	}
	after(&w, 0, breed, &each);
	while (w.first && w.first->time < 100) {
		struct event *e = w.first;

		w.first = e->next;
		w.now = e->time;
		e->handle(&w, e);
		free(e);
		n++;
	}
	for (int i = 0; i < w.nhawks; i++)
		check_mix((uint32_t)(w.hawks[i].meals * 10 +
				     w.hawks[i].rival->id));
	printf("%d events, %d fights, %d mice left\n", n, w.fights, w.mice);
	return check_done();
}
