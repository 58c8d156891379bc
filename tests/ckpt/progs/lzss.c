/* tests: a compressor with a ring of bytes and chains of positions, both ways */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

enum { RING = 256, LONGEST = 18, SHORTEST = 3 };

struct packer {
	unsigned char ring[RING];
	short head[RING], next[RING];
	unsigned char *out;
	unsigned char *flags; /* into out */
	int n, bit;
};

static void begin_item(struct packer *p, int literal)
{
	if (p->bit == 8) {
		p->flags = p->out + p->n++;
		*p->flags = 0;
		p->bit = 0;
	}
	*p->flags |= (unsigned char)(literal << p->bit++);
}

static int match(const unsigned char *in, int at, int end, int from)
{
	int n = 0;

	while (n < LONGEST && at + n < end && in[from + n] == in[at + n])
		n++;
	return n;
}

static int pack(struct packer *p, const unsigned char *in, int end)
{
	memset(p->head, -1, sizeof(p->head));
	p->n = 0;
	p->bit = 8;
	for (int at = 0; at < end;) {
		int best = 0, from = 0, step;

		for (int k = p->head[in[at]]; k >= 0 && k > at - RING;
		     k = p->next[k % RING]) {
			int n = match(in, at, end, k);

			if (n > best) {
				best = n;
				from = k;
			}
		}
		step = best >= SHORTEST ? best : 1;
		begin_item(p, step == 1);
		if (step == 1) {
			p->out[p->n++] = in[at];
		} else {
			p->out[p->n++] = (unsigned char)(at - from);
			p->out[p->n++] = (unsigned char)best;
		}
		while (step--) {
			p->next[at % RING] = p->head[in[at]];
			p->head[in[at]] = (short)at;
			at++;
		}
	}
	return p->n;
}

static int unpack(const struct packer *p, unsigned char *to)
{
	const unsigned char *at = p->out, *end = p->out + p->n;
	unsigned char *start = to;

	while (at < end) {
		int flags = *at++;

		for (int i = 0; i < 8 && at < end; i++, flags >>= 1) {
			if (flags & 1) {
				*to++ = *at++;
				continue;
			}
			for (int n = at[1]; n--; to++)
				*to = to[-at[0]];
			at += 2;
		}
	}
	return (int)(to - start);
}

int main(void)
{
	static const char verse[] = "the harrier hunts the harrier and the "
				    "hare hunts harder than the harrier ";
	struct packer *p = malloc(sizeof(*p));
	unsigned char *in = malloc(2048), *back = malloc(2048);
	int n = 0;

	p->out = malloc(4096);
	for (int i = 0; i < 10; i++) {
		n += sprintf((char *)in + n, "%d %.*s", i * i,
			     20 + i * 7 % 40, verse + i);
		printf("%d -> %d\n", n, pack(p, in, n));
		if (unpack(p, back) != n || memcmp(in, back, n))
			return 1;
		for (int k = 0; k < p->n; k++)
			check_mix(p->out[k]);
	}
	return check_done();
}
