/* SPDX-License-Identifier: MIT */
/* Blocks of many sizes, allocated and freed in no order; a treap of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
	struct item *left, *right;
	unsigned key, rank;
	char *text;
};

static unsigned seed = 1;

static unsigned next(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 4;
}

static struct item *merge(struct item *a, struct item *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->rank > b->rank) {
		a->right = merge(a->right, b);
		return a;
	}
	b->left = merge(a, b->left);
	return b;
}

static void split(struct item *t, unsigned key, struct item **a,
		  struct item **b)
{
	while (t) {
		if (t->key < key) {
			*a = t;
			a = &t->right;
			t = t->right;
		} else {
			*b = t;
			b = &t->left;
			t = t->left;
		}
	}
	*a = *b = NULL;
}

static struct item *add(struct item *root, unsigned key)
{
	struct item *a, *b, *n = malloc(sizeof(*n));
	size_t size = 8 + next() % 120;

	n->left = n->right = NULL;
	n->key = key;
	n->rank = next();
	n->text = malloc(size);
	memset(n->text, 'x', size - 1);
	n->text[size - 1] = '\0';
	split(root, key, &a, &b);
	return merge(merge(a, n), b);
}

static struct item *drop(struct item *root, unsigned key)
{
	struct item **at = &root, *n;

	while (*at && (*at)->key != key)
		at = key < (*at)->key ? &(*at)->left : &(*at)->right;
	n = *at;
	if (!n)
		return root;
	*at = merge(n->left, n->right);
	free(n->text);
	free(n);
	return root;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 10000;
	struct item *root = NULL;
	unsigned long depth = 0;

	for (int i = 0; i < n; i++) {
		root = add(root, next() % 20000);
		if (i % 3)
			root = drop(root, next() % 20000);
	}
	for (struct item *t = root; t; t = t->left)
		depth += strlen(t->text);
	printf("%lu\n", depth);
	while (root)
		root = drop(root, root->key);
	return 0;
}
