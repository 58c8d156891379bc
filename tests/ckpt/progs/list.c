/* tests: singly and doubly linked lists, pointers to links, merge sort, reversal */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct node {
	struct node *next;
	int key;
	struct node **prev; /* the link that points here */
};

static void insert(struct node **head, int key)
{
	struct node *n = malloc(sizeof *n);

	n->key = key;
	n->prev = head;
	n->next = *head;
	if (n->next)
		n->next->prev = &n->next;
	*head = n;
}

static void unlink_node(struct node *n)
{
	*n->prev = n->next;
	if (n->next)
		n->next->prev = n->prev;
	free(n);
}

static void relink(struct node **head)
{
	for (; *head; head = &(*head)->next)
		(*head)->prev = head;
}

static struct node *merge(struct node *a, struct node *b)
{
	struct node *head = NULL, **tail = &head;

	while (a && b) {
		struct node **least = a->key <= b->key ? &a : &b;
		*tail = *least;
		tail = &(*least)->next;
		*least = *tail;
	}
	*tail = a ? a : b;
	return head;
}

static struct node *sort(struct node *list)
{
	struct node *slow = list, *fast = list ? list->next : NULL, *half;

	if (!fast)
		return list;
	while (fast && fast->next) {
		slow = slow->next;
		fast = fast->next->next;
	}
	half = slow->next;
	slow->next = NULL;
	return merge(sort(list), sort(half));
}

static struct node *reverse(struct node *list)
{
	struct node *done = NULL;

	while (list) {
		struct node *next = list->next;
		list->next = done;
		done = list;
		list = next;
	}
	return done;
}

static int length(const struct node *list)
{
	return list ? 1 + length(list->next) : 0;
}

int main(void)
{
	struct node *head = NULL;
	uint32_t seed = 1;

	for (int round = 0; round < 30; round++) {
		int pos = 0;

		for (int i = 0; i < 20; i++) {
			seed = seed * 1103515245u + 12345;
			insert(&head, (int)(seed >> 16) % 1000);
		}
		for (struct node *n = head, *next; n; n = next) {
			next = n->next;
			if (++pos % 4 == round % 4)
				unlink_node(n);
		}
		head = round & 1 ? reverse(head) : sort(head);
		relink(&head);
		for (struct node *n = head; n; n = n->next) {
			check_mix(n->key);
			check_mix(*n->prev == n);
		}
		if (round % 6 == 0)
			printf("%d: %d nodes, first %d\n", round, length(head),
			       head->key);
	}
	while (head)
		unlink_node(head);
	return check_done();
}
