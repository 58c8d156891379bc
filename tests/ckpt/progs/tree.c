/* tests: a balanced tree with parent links, recursion, deletion, in-order walk */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct node {
	struct node *left, *right, *up;
	uint32_t priority;
	short key, size;
};

static uint32_t seed = 99;

static uint32_t random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^= seed << 5;
}

static int size(const struct node *n)
{
	return n ? n->size : 0;
}

static struct node *fix(struct node *n)
{
	n->size = (short)(1 + size(n->left) + size(n->right));
	if (n->left)
		n->left->up = n;
	if (n->right)
		n->right->up = n;
	return n;
}

static struct node *join(struct node *a, struct node *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->priority > b->priority) {
		a->right = join(a->right, b);
		return fix(a);
	}
	b->left = join(a, b->left);
	return fix(b);
}

static void split(struct node *n, int key, struct node **low,
		  struct node **high)
{
	if (!n) {
		*low = *high = NULL;
	} else if (n->key < key) {
		split(n->right, key, &n->right, high);
		*low = fix(n);
	} else {
		split(n->left, key, low, &n->left);
		*high = fix(n);
	}
}

static struct node *toggle(struct node *root, int key)
{
	struct node *low, *middle, *high;

	split(root, key, &low, &high);
	split(high, key + 1, &middle, &high);
	if (middle) {
		free(middle);
		middle = NULL;
	} else {
		middle = calloc(1, sizeof *middle);
		middle->key = (short)key;
		middle->priority = random_word();
		fix(middle);
	}
	root = join(join(low, middle), high);
	if (root)
		root->up = NULL;
	return root;
}

static const struct node *next(const struct node *n)
{
	if (n->right) {
		for (n = n->right; n->left; n = n->left)
			;
		return n;
	}
	while (n->up && n->up->right == n)
		n = n->up;
	return n->up;
}

static int depth(const struct node *n)
{
	int l, r;

	if (!n)
		return 0;
	l = depth(n->left);
	r = depth(n->right);
	return 1 + (l > r ? l : r);
}

static void release(struct node *n)
{
	if (n) {
		release(n->left);
		release(n->right);
		free(n);
	}
}

int main(void)
{
	struct node *root = NULL;

	for (int i = 0; i < 600; i++) {
		root = toggle(root, (int)(random_word() % 200));
		if (i % 20 == 0 && root) {
			const struct node *n = root;
			while (n->left)
				n = n->left;
			for (; n; n = next(n))
				check_mix((uint32_t)n->key + n->priority % 7);
		}
		check_mix(size(root));
		if (i % 120 == 0)
			printf("%d: %d keys, depth %d\n", i, size(root),
			       depth(root));
	}
	release(root);
	return check_done();
}
