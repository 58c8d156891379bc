/* SPDX-License-Identifier: MIT */
/*
 * dispatch: addresses of labels and the gotos that go to them.
 *
 * Where all that a function does with them is `goto *table[i]`, the tables
 * being static, each clone has tables of its own and the text stays. In every
 * other function the address of a label is its number, from 1, everywhere:
 * then it may lie in any variable, and means the same in all clones, in all
 * processes and on all machines; `goto *x` finds the label by its number.
 */
#ifndef INSTRUMENT_DISPATCH_H
#define INSTRUMENT_DISPATCH_H

#include "instrument/ast.h"
#include <stdbool.h>

struct fn;

struct dispatch {
	struct decl **labels; /* whose address is taken, in the order of the
			       * text */
	int nlabels;
	bool numbered;
	struct decl **tables; /* unless numbered */
	int ntables;
	struct node **gotos; /* in the order of the text */
	bool *polls; /* which of them need one, so that no loop has none */
	int ngotos;
};

/* Looks at a function's labels before anything else is known of it. */
void dispatch_make(struct fn *fn);
/* Decides which gotos poll, when its variables are known. */
void dispatch_plan(struct fn *fn);
void dispatch_free(struct fn *fn);

/* Whether the fast clone polls before this goto. */
bool dispatch_polls(const struct fn *fn, const struct node *go);
/* A label's number from 1, or 0. */
int dispatch_number(const struct fn *fn, const struct decl *label);
bool dispatch_is_table(const struct fn *fn, const struct decl *d);
/* Whether a label whose address is taken stands in the loop. */
bool dispatch_leads_into(const struct fn *fn, const struct node *loop);

#endif
