/* tests: unions of scalars of one width, tagged values, unions in arrays */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

union word {
	int32_t i;
	uint32_t u;
};

union wide {
	int64_t i;
	uint64_t u;
};

struct value {
	enum { INT, UNSIGNED, WIDE } tag;
	union word w;
	union wide d;
};

static uint64_t spin(uint64_t x)
{
	for (int i = 0; i < 3; i++)
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return x;
}

static struct value step(struct value v)
{
	switch (v.tag) {
	case INT:
		v.w.i = -(int32_t)(spin(v.w.u) >> 40);
		v.tag = UNSIGNED;
		break;
	case UNSIGNED:
		v.w.u = (uint32_t)(spin(v.w.u) >> 17);
		v.tag = WIDE;
		break;
	case WIDE:
		v.d.u = spin(v.d.u ^ v.w.u);
		v.tag = v.d.i < 0 ? INT : UNSIGNED;
		break;
	}
	return v;
}

int main(void)
{
	struct value *v = calloc(16, sizeof *v);
	union word local = { .i = -5 };

	for (int i = 0; i < 16; i++)
		v[i].tag = i % 3;
	for (int n = 0; n < 2000; n++) {
		v[n % 16] = step(v[n % 16]);
		local.u ^= v[n % 16].w.u + (uint32_t)spin((uint64_t)n);
		check_mix(v[n % 16].w.u);
		check_mix((uint32_t)(v[n % 16].d.u >> 32));
		check_mix((uint32_t)local.i);
		if (n % 400 == 0)
			printf("%d: %d %d %lld\n", n, (int)v[n % 16].tag,
			       local.i, (long long)v[n % 16].d.i);
	}
	free(v);
	return check_done();
}
