/* tests: nodes from blocks of one type, kept in free lists; tables of calloc */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct node {
	struct node *left, *right;
	long key;
	char color;
};

#define CHUNK 16

struct chunk {
	struct chunk *next;
	struct node nodes[CHUNK];
};

static struct chunk *chunks;
static struct node *free_nodes;
static struct node **index_of;
static int live;

static struct node *take(void)
{
	struct node *n;

	if (!free_nodes) {
		struct chunk *c = malloc(sizeof(*c));

		c->next = chunks;
		chunks = c;
		for (int i = 0; i < CHUNK; i++) {
			c->nodes[i].left = free_nodes;
			free_nodes = &c->nodes[i];
		}
	}
	n = free_nodes;
	free_nodes = n->left;
	memset(n, 0, sizeof(*n));
	live++;
	return n;
}

static void give(struct node *n)
{
	n->left = free_nodes;
	free_nodes = n;
	live--;
}

static struct node *insert(struct node *t, long key)
{
	if (!t) {
		t = take();
		t->key = key;
		t->color = (char)(key % 3);
		index_of[key % 64] = t;
	} else if (key < t->key) {
		t->left = insert(t->left, key);
	} else if (key > t->key) {
		t->right = insert(t->right, key);
	}
	return t;
}

static struct node *drop_leftmost(struct node *t)
{
	struct node *r;

	if (t->left) {
		t->left = drop_leftmost(t->left);
		return t;
	}
	r = t->right;
	if (index_of[t->key % 64] == t)
		index_of[t->key % 64] = NULL;
	give(t);
	return r;
}

static uint32_t weigh(const struct node *t)
{
	return t ? 3 * weigh(t->left) + (uint32_t)t->key + (uint32_t)t->color +
			   5 * weigh(t->right)
		 : 1;
}

int main(void)
{
	struct node *root = NULL;

	index_of = calloc(64, sizeof(*index_of));
	for (long i = 0; i < 150; i++) {
		root = insert(root, i * 37 % 101);
		if (i % 3 == 2 && root)
			root = drop_leftmost(root);
		check_mix(weigh(root));
		if (index_of[i % 64])
			check_mix((uint32_t)index_of[i % 64]->key);
		check_mix((uint32_t)live);
	}
	return check_done();
}
