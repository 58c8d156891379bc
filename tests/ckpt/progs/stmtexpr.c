/* tests: control flow out of and inside ({ }), values of pointer and struct type, labels, nested */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include "check.h"

static int burn(int n)
{
	for (int i = 0; i < 4; i++)
		n = (n * 59 + 13) % 9887;
	check_mix(n);
	return n;
}

#define MAX(a, b)                          \
	({                                 \
		__typeof__(a) a_ = (a);    \
		__typeof__(b) b_ = (b);    \
		a_ > b_ ? a_ : b_;         \
	})

struct node {
	struct node *next;
	int value;
};

struct pair {
	int a;
	long b;
};

/* A loop of goto in the value, which is a pointer. */
static struct node *build(int n)
{
	struct node *list = ({
		struct node *head = NULL, *fresh;

again:
		fresh = malloc(sizeof(*fresh));
		fresh->value = burn(n) % 100;
		fresh->next = head;
		head = fresh;
		if (--n > 0)
			goto again;
		head;
	});

	return list;
}

static int drop(struct node *list)
{
	int sum = 0;

	while (list)
		list = ({
			struct node *next = list->next;

			sum = (sum * 3 + list->value) % 9973;
			free(list);
			next;
		});
	return sum;
}

/* A struct, tried until it is good. */
static struct pair search(int n)
{
	return ({
		struct pair p = { n, 0 };

retry:
		p.b = burn(p.a);
		if (p.b % 4) {
			p.a++;
			goto retry;
		}
		p;
	});
}

/* return, goto, break and continue out of an expression. */
static int leave(int n)
{
	int total = 0;

	for (int i = 0; i < 12; i++) {
		total += ({
			if (burn(i + n) % 5 == 0)
				continue;
			if (total > 20000)
				break;
			if (burn(total) % 41 == 7)
				return total * 2 + 1;
			if (i == 11 && n > 3)
				goto out;
			burn(i) % 1000;
		});
		switch (total % 3) {
		case 0:
			total += ({
				if (i % 2)
					break;
				burn(n);
			});
			break;
		default:
			total += 2;
		}
	}
	return total;
out:
	return -total;
}

/* In conditions, arguments and initialisers, one in another. */
static long nested(int n)
{
	int a = ({ int b = ({ int c = burn(n); c % 50; }); b + burn(b); });
	long sum = 0;
	int tries = 0;

	while (({ a = burn(a + ++tries); tries < 9 && a % 7; }))
		sum += MAX(burn(a) % 10, MAX(a % 10, burn(n) % 10));
	if (({ int k = 0; for (; k < 3; k++) sum += burn(k) % 3; k; }) == 3)
		sum += search(({ int r = n; do r = burn(r + 1); while (r % 2); r % 30; }))
			       .b;
	return sum;
}

/* No value: what the last statement is does not matter. */
static void silent(int *to)
{
	({
		int i = 0;

more:
		*to += burn(i);
		if (++i < 3)
			goto more;
	});
	(void)({ burn(*to); 5; });
}

int main(void)
{
	for (int n = 1; n < 8; n++) {
		struct pair p = search(n * 5);
		int k = n;

		silent(&k);
		printf("%d: %d %d %ld %d %ld %d\n", n, drop(build(n)), p.a, p.b,
		       leave(n), nested(n), k);
	}
	return check_done();
}
