/* tests: calls in initialisers of scalars and aggregates, designators, return */
/* SPDX-License-Identifier: MIT */
#include "check.h"

struct point {
	int x, y;
};

struct shape {
	const char *name;
	struct point corner[3];
	struct {
		unsigned char colour[4];
		double weight;
	} look;
};

static int serial;

static int get(int n)
{
	int x = n;

	while (x > 3)
		x = x % 2 ? x * 3 / 4 : x / 2;
	check_mix(x + serial);
	return n * 7 + ++serial % 5;
}

static struct point point(int n)
{
	struct point p = { get(n), .y = get(n + 1) };

	return p;
}

static struct shape shape(int n)
{
	return (struct shape){
		.name = get(n) % 2 ? "odd" : "even",
		.corner = { point(n), { get(n), 4 }, [2].y = get(n + 2) },
		.look.colour = { [1] = (unsigned char)get(n), get(3) & 255 },
		.look.weight = get(n) / 8.0,
	};
}

static int sum_of(const int *v, int n)
{
	int s = 0;

	for (int i = 0; i < n; i++)
		s += v[i] * (i + 1);
	return s;
}

static int aggregates(int n)
{
	int v[] = { get(n), 2, get(n + 1), [5] = get(n + 2), get(n + 3) };
	int m[2][3] = { { get(1), get(2) }, { [2] = get(n) } };
	struct point line[2] = { point(n), point(n + 1) };
	struct point copy = line[get(n) & 1];
	const int fixed = get(n) + copy.x;
	static int kept = 3;

	kept += fixed % 11;
	return sum_of(v, 7) + sum_of(m[0], 3) + sum_of(m[1], 3) +
	       sum_of((int[]){ get(n), fixed, get(2) }, 3) + line[1].y + kept;
}

int main(void)
{
	for (int n = 0; n < 150; n++) {
		struct shape s = shape(n);
		int a = aggregates(n);

		check_mix(a);
		for (int i = 0; i < 3; i++)
			check_mix(s.corner[i].x * 31 + s.corner[i].y);
		for (int i = 0; i < 4; i++)
			check_mix(s.look.colour[i]);
		check_mix((uint32_t)(s.look.weight * 8));
		if (n % 30 == 0)
			printf("%d: %s (%d,%d) %d\n", n, s.name, s.corner[0].x,
			       s.corner[0].y, a);
	}
	return check_done();
}
