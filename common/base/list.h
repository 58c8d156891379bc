/* SPDX-License-Identifier: MIT */
/* list: circular doubly linked list, its links embedded in the elements. */
#ifndef HARRIER_BASE_LIST_H
#define HARRIER_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A head, or the link inside an element. Owns nothing. */
struct list {
	struct list *next;
	struct list *prev;
};

#define LIST_INIT(name)          \
	{                        \
		&(name), &(name) \
	}

static inline void list_init(struct list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

/* Puts `link` before `at`; before the head is the end of the list. */
static inline void list_insert_before(struct list *at, struct list *link)
{
	link->prev = at->prev;
	link->next = at;
	at->prev->next = link;
	at->prev = link;
}

static inline void list_append(struct list *head, struct list *link)
{
	list_insert_before(head, link);
}

static inline void list_prepend(struct list *head, struct list *link)
{
	list_insert_before(head->next, link);
}

/* Takes `link` out and leaves it as an empty list: twice does no harm. */
static inline void list_del(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

/* The element of `type` whose member `member` is at `link`. */
#define list_entry(link, type, member) \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

#define list_first(head, type, member) list_entry((head)->next, type, member)
#define list_last(head, type, member)  list_entry((head)->prev, type, member)

/* Loops over the elements; `pos` is a pointer to the element type. */
#define list_for_each(pos, head, member)                               \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head);                                   \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

/* As list_for_each; the body may delete and free `pos`. */
#define list_for_each_safe(pos, tmp, head, member)                        \
	for (pos = list_entry((head)->next, __typeof__(*pos), member),    \
	    tmp = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head); pos = tmp,                           \
	    tmp = list_entry(tmp->member.next, __typeof__(*pos), member))

#endif
