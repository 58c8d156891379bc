/* SPDX-License-Identifier: MIT */
/*
 * A binary tree on the heap: pointers, recursion and allocation. It changes
 * between two sums: else clang adds it up once and drops the other rounds,
 * and another program would be measured.
 */
#include <stdio.h>
#include <stdlib.h>

struct node {
	struct node *left, *right;
	int value;
};

static struct node *build(int depth, int value)
{
	struct node *n = malloc(sizeof *n);

	n->value = value;
	n->left = depth > 0 ? build(depth - 1, 2 * value) : NULL;
	n->right = depth > 0 ? build(depth - 1, 2 * value + 1) : NULL;
	return n;
}

static unsigned sum(const struct node *n)
{
	return n ? n->value + sum(n->left) + sum(n->right) : 0;
}

static void release(struct node *n)
{
	if (n) {
		release(n->left);
		release(n->right);
		free(n);
	}
}

int main(int argc, char **argv)
{
	int depth = argc > 1 ? atoi(argv[1]) : 14;
	int rounds = argc > 2 ? atoi(argv[2]) : 10;
	unsigned total = 0;

	for (int i = 0; i < 3; i++) {
		struct node *root = build(depth, 1);
		for (int k = 0; k < rounds; k++) {
			root->value += k;
			total += sum(root);
		}
		release(root);
	}
	printf("%u\n", total);
	return 0;
}
