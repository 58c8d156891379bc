/* tests: vector types in variables, structs, parameters and the heap */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

typedef float v4f __attribute__((vector_size(16)));
typedef int v4i __attribute__((vector_size(16)));
typedef double v4d __attribute__((vector_size(32)));
typedef unsigned char v16b __attribute__((vector_size(16)));

struct particle {
	v4f at, by;
	int id;
};

static v4f gravity = { 0, -0.5f, 0, 0 };
static struct particle *seen;

static int poll_some(int x)
{
	for (int i = 0; i < 2; i++)
		x += i;
	return x - 1;
}

static v4f scaled(v4f v, float by)
{
	return v * (by + (float)poll_some(0));
}

static void move(struct particle *p, int n)
{
	for (int i = 0; i < n; i++) {
		v4f old = p[i].at, d = scaled(p[i].by, 0.5f);

		p[i].by += gravity;
		p[i].at = old + d;
		if (poll_some(i) == 2)
			seen = &p[i];
	}
}

static int count(v4i mask)
{
	int n = 0;

	for (int i = 0; i < 4; i++)
		n -= mask[i];
	return n;
}

static double dot(const double *a, const double *b, int n)
{
	v4d s = { 0, 0, 0, 0 };

	for (int i = 0; i < n; i += 4) {
		v4d x, y;

		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		s += x * y;
		poll_some(i);
	}
	return s[0] + s[1] + s[2] + s[3];
}

int main(void)
{
	struct particle *p = aligned_alloc(16, 6 * sizeof *p);
	double a[16], b[16];
	v4i positive = { 0, 0, 0, 0 };
	v16b bytes = { 1, 2, 3, 250 };

	for (int i = 0; i < 6; i++)
		p[i] = (struct particle){ { (float)i, 1, 2, 3 },
					  { 1, (float)i, -1, 0 },
					  i };
	for (int i = 0; i < 16; i++) {
		a[i] = i * 0.25;
		b[i] = 4 - i;
	}
	for (int t = 0; t < 8; t++) {
		move(p, 6);
		positive += p[t % 6].at > 0;
		bytes += (v16b){ 9, 9, 9, 9, (unsigned char)t };
	}
	printf("%g %g %d\n", seen->at[1], seen->by[1], seen->id);
	printf("%d %d %d\n", count(positive), bytes[3], bytes[4]);
	printf("%g\n", dot(a, b, 16));
	for (int i = 0; i < 6; i++)
		check_mix((uint32_t)(int)(p[i].at[0] * 8 + p[i].at[1]));
	free(p);
	return check_done();
}
