/* SPDX-License-Identifier: MIT */
/*
 * plan_bridge: recursion that leads from a polled function through others
 * back to it.
 *
 * What an unpolled function calls runs with polls off.  In a component of the
 * call graph costs do not tell which of its functions are on the way (an
 * interpreter's helper costs little but for the program that it runs), so
 * short ways from polled functions to polled functions are taken up.  Long
 * ones are taken for rare paths (a finaliser run by an allocation): tests
 * behind all calls on them would cost more than they are worth.
 */
#ifndef INSTRUMENT_PLAN_BRIDGE_H
#define INSTRUMENT_PLAN_BRIDGE_H

#include "instrument/plan_cost.h"

/* Makes them FN_ABOVE; to be called when the cut is made. */
void plan_bridge(struct plan *p);

#endif
