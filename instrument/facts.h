/* SPDX-License-Identifier: MIT */
/*
 * Facts: what the plan over a whole program must know of one unit.
 */
#ifndef INSTRUMENT_FACTS_H
#define INSTRUMENT_FACTS_H

#include "instrument/back.h"
#include <stdbool.h>

/* Trip counts that are not a known constant. */
enum { TRIP_COUNTED = -1, TRIP_UNKNOWN = -2 };

struct fact_loop {
	int parent; /* index of the enclosing loop, -1: none */
	unsigned line, col;
	long long trip; /* or enum above */
	long long ops; /* expression nodes of one iteration, without
				 * those of inner loops */
};

struct fact_call {
	int loop; /* the innermost loop it stands in, -1: none */
	char *callee; /* NULL: through a pointer */
	char *type; /* of a function called through a pointer */
	unsigned line;
};

/* A point that is none, since a va_list is in use. */
struct fact_wait {
	char *what; /* of the point: "call g", "loop" */
	unsigned line, col;
};

struct fact_fn {
	char *name;
	bool is_static, refused;
	char *why; /* refused: reason, file and position */
	char *file;
	unsigned line, col;
	unsigned why_line, why_col;
	char *type; /* its type, as type_describe has it */
	long long ops; /* outside loops */
	bool backward_goto;
	bool indirect_goto; /* a loop that no loop statement shows */
	struct fact_loop *loops;
	int nloops;
	struct fact_call *calls;
	int ncalls;
	struct fact_wait *waits;
	int nwaits;
};

/* Where a value goes: see taint.h.  Ends are FLOW_*, or "f" and a parameter's
 * number, or "f" and FLOW_RESULT. */
enum { FLOW_RESULT = -1, FLOW_WIDTH = -2, FLOW_ADDRESS = -3, FLOW_SINK = -4 };

struct fact_edge {
	char *from_fn, *to_fn; /* "" for sources and sinks */
	int from, to;
	char *file, *text; /* of the place; text: what a sink stores to */
	unsigned line, col;
};

struct fact_reason {
	int limit; /* enum ckpt_class */
	char *file, *text;
	unsigned line, col;
};

struct facts {
	struct fact_fn *fns;
	int nfns;
	char **taken; /* functions whose address the unit takes */
	int ntaken;
	struct fact_edge *edges;
	int nedges;
	struct fact_reason *reasons;
	int nreasons;
};

struct fact_fn *facts_find(const struct facts *f, const char *name);

#endif
