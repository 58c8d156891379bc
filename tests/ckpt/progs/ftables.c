/* tests: tables of functions, const and not, in structs and on the heap */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct object;
struct class {
	const char *name;
	int (*size)(const struct object *o);
	void (*grow)(struct object *o, int by);
	int (*classify)(int c);
};

struct object {
	const struct class *class;
	int n;
};

static int small_size(const struct object *o)
{
	return o->n;
}

static int large_size(const struct object *o)
{
	return 100 * o->n;
}

static void grow_by(struct object *o, int by)
{
	o->n += by;
}

static void grow_double(struct object *o, int by)
{
	o->n = (o->n * 2 + by) % 1000;
}

static const struct class classes[] = {
	{ "small", small_size, grow_by, isalpha },
	{ "large", large_size, grow_double, isdigit },
};

typedef size_t measure(const char *);
static measure *measures[] = { strlen, 0, strlen };
static int (*volatile picked)(int) = toupper;
static void (*(*chooser(int i))(struct object *, int))
{
	return classes[i % 2].grow;
}
static void (*(*choose)(int))(struct object *, int);

int main(void)
{
	struct object **objects = calloc(10, sizeof(*objects));
	struct class *own = malloc(sizeof(*own));
	int (**sizes)(const struct object *) = malloc(4 * sizeof(*sizes));

	*own = classes[0];
	own->grow = grow_double;
	for (int i = 0; i < 4; i++)
		sizes[i] = i % 2 ? small_size : large_size;
	(void)chooser;
	(void)choose;
	for (int i = 0; i < 200; i++) {
		struct object *o = objects[i % 10];

		if (!o) {
			o = objects[i % 10] = malloc(sizeof(*o));
			o->class = i % 3 ? &classes[i % 2] : own;
			o->n = i;
		}
		o->class->grow(o, i);
		check_mix((uint32_t)o->class->size(o));
		check_mix((uint32_t)sizes[i % 4](o));
		check_mix(o->class->classify("a1"[i % 2]) != 0);
		check_mix((uint32_t)measures[0](o->class->name));
		check_mix((uint32_t)picked('a' + i % 26));
		picked = i % 2 ? toupper : tolower;
		measures[1] = measures[i % 2 * 2];
	}
	return check_done();
}
