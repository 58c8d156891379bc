/* tests: a compressor: a heap of tree nodes, codes as bits, and back again */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct node {
	unsigned weight;
	short symbol; /* -1: inner */
	struct node *child[2];
};

struct code {
	unsigned long long bits; /* below 2^40 */
	unsigned char length;
};

struct writer {
	unsigned char *out;
	size_t n;
	unsigned buffer : 24, filled : 5;
};

static struct code codes[256];

static int less(const struct node *a, const struct node *b)
{
	return a->weight != b->weight ? a->weight < b->weight
				      : a->symbol > b->symbol;
}

static void sift(struct node **heap, int n, int i)
{
	for (int child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && less(heap[child + 1], heap[child]))
			child++;
		if (!less(heap[child], heap[i]))
			return;
		struct node *t = heap[i];
		heap[i] = heap[child];
		heap[child] = t;
	}
}

static struct node *join(struct node *a, struct node *b)
{
	struct node *n = malloc(sizeof(*n));

	*n = (struct node){ a->weight + b->weight, -1, { a, b } };
	return n;
}

static struct node *build(const char *text)
{
	struct node *heap[256];
	unsigned weights[256] = { 0 };
	int n = 0;

	for (const char *p = text; *p; p++)
		weights[(unsigned char)*p]++;
	for (int i = 0; i < 256; i++)
		if (weights[i]) {
			heap[n] = calloc(1, sizeof(struct node));
			heap[n]->weight = weights[i];
			heap[n++]->symbol = (short)i;
		}
	for (int i = n; i-- > 0;)
		sift(heap, n, i);
	while (n > 1) {
		struct node *a = heap[0];

		heap[0] = heap[--n];
		sift(heap, n, 0);
		heap[0] = join(a, heap[0]);
		sift(heap, n, 0);
	}
	return heap[0];
}

static void assign(const struct node *n, unsigned long long bits, int length)
{
	if (n->symbol >= 0) {
		codes[n->symbol] = (struct code){ bits, (unsigned char)length };
		return;
	}
	assign(n->child[0], bits << 1, length + 1);
	assign(n->child[1], bits << 1 | 1, length + 1);
}

static void put(struct writer *w, struct code c)
{
	while (c.length--) {
		w->buffer = w->buffer << 1 | (c.bits >> c.length & 1);
		if (++w->filled == 8) {
			w->out[w->n++] = (unsigned char)w->buffer;
			w->filled = 0;
		}
	}
}

static int unpack(const struct node *root, const struct writer *w, int length)
{
	const struct node *n = root;
	int sum = 0;

	for (size_t i = 0; i < w->n * 8 && length; i++) {
		n = n->child[w->out[i / 8] >> (7 - i % 8) & 1];
		if (n->symbol >= 0) {
			sum = (sum * 31 + n->symbol) % 1000003;
			length--;
			n = root;
		}
	}
	return sum;
}

int main(void)
{
	static const char text[] = "in the marsh the harrier glides low over "
				   "the reeds and listens like an owl";
	struct writer w = { malloc(4096), 0, 0, 0 };
	struct node *root = build(text);

	assign(root, 0, 0);
	for (int i = 0; i < 40; i++) {
		w.n = 0;
		for (const char *p = text; *p; p++)
			put(&w, codes[(unsigned char)*p]);
		put(&w, (struct code){ 0, 8 });
		check_mix((uint32_t)unpack(root, &w, (int)strlen(text)));
	}
	printf("%zu of %zu bytes\n", w.n, sizeof(text));
	return check_done();
}
