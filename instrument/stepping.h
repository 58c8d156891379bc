/* SPDX-License-Identifier: MIT */
/*
 * stepping: iterations of an interpreter's loop that need no poll,
 *
 *	for (;;) { poll; again: switch (code[pc]) {
 *		case ADD: ...; pc += 2; goto again;
 *		case JUMP: pc = code[pc + 1]; poll; goto again; } }
 *
 * A loop without condition whose body ends in a switch on code that a counter
 * leads to goes on for ever only where the counter is set. A break, or a
 * continue, that stands right behind a step of the counter therefore goes
 * behind the poll; the others poll themselves, or else clang would find a loop
 * in the loop, in which it computes multiples of the counter. Not where the
 * code is text and the step one: that is no interpreter but a scanner, whose
 * text may be long.
 */
#ifndef INSTRUMENT_STEPPING_H
#define INSTRUMENT_STEPPING_H

#include "instrument/fn.h"
#include <stdbool.h>

struct step_jump {
	const struct node *jump;
	int loop;
	bool polls;
};

/* Adds to `jumps` those that end an iteration of loop k of fn, if some of them
 * need no poll; returns how many there are now. */
int stepping_find(const struct fn *fn, int k, struct step_jump **jumps,
		  int njumps);

#endif
