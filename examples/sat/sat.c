/* SPDX-License-Identifier: MIT */
/*
 * A SAT solver: conflict-driven clause learning with two watched literals,
 * first-UIP learning, recursive minimisation, phase saving, Luby restarts and
 * deletion of learnt clauses by their number of decision levels.
 *
 *   sat FILE.cnf       reads DIMACS, prints comments, the result and a model
 *
 * Exit code 10: satisfiable, 20: unsatisfiable, 1: bad input.
 *
 * Variables count from 0; literal 2v is variable v, 2v+1 its negation.
 * Invariants: a clause is watched by its first two literals; if one of them is
 * false while the other is not true, propagation is still to come.  A reason
 * clause has the literal it implies first.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FALSE = -1, OPEN = 0, TRUE = 1 };
enum { RESTART_UNIT = 128, FIRST_REDUCE = 2000, REDUCE_STEP = 300 };

static const double decay = 0.95, activity_limit = 1e100;

struct clause {
	int nlits;
	int levels; /* distinct decision levels when learnt; 0: original */
	int64_t serial; /* order of birth, breaks ties */
	int lits[];
};

struct watch {
	struct clause *clause;
	int blocker; /* a literal of the clause: if true, nothing to do */
};

struct watch_list {
	struct watch *at;
	int n, cap;
};

struct int_list {
	int *at;
	int n, cap;
};

struct clause_list {
	struct clause **at;
	int n, cap;
};

struct var {
	signed char value; /* TRUE, FALSE, OPEN */
	signed char phase; /* the last value */
	signed char seen; /* marks of analyze() */
	int level;
	int heap_pos; /* -1: not in the heap */
	struct clause *reason;
	double activity;
};

struct solver {
	int nvars;
	struct var *vars;
	struct watch_list *watches; /* by literal that became false */
	struct clause_list original, learnt;
	struct int_list trail, level_starts, heap;
	struct int_list lits, marked; /* scratch of analyze() */
	int *level_stamp, stamp;
	int next; /* of the trail, to propagate */
	double increment;
	int64_t serial;
	int64_t conflicts, decisions, propagations, restarts, deleted;
	bool contradiction;
};

static void die(const char *what, const char *name)
{
	fprintf(stderr, "sat: %s '%s'\n", what, name);
	exit(1);
}

static void *check(void *p)
{
	if (!p) {
		fputs("sat: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static int grown(int cap)
{
	return cap ? cap + cap / 2 + 1 : 4;
}

static void push_int(struct int_list *l, int x)
{
	if (l->n == l->cap) {
		l->cap = grown(l->cap);
		l->at = check(realloc(l->at, l->cap * sizeof(int)));
	}
	l->at[l->n++] = x;
}

static void push_clause(struct clause_list *l, struct clause *c)
{
	if (l->n == l->cap) {
		l->cap = grown(l->cap);
		l->at = check(realloc(l->at, l->cap * sizeof(struct clause *)));
	}
	l->at[l->n++] = c;
}

static void push_watch(struct watch_list *l, struct clause *c, int blocker)
{
	if (l->n == l->cap) {
		l->cap = grown(l->cap);
		l->at = check(realloc(l->at, l->cap * sizeof(struct watch)));
	}
	l->at[l->n].clause = c;
	l->at[l->n].blocker = blocker;
	l->n++;
}

static int value(const struct solver *s, int lit)
{
	int v = s->vars[lit >> 1].value;
	return lit & 1 ? -v : v;
}

static int level_now(const struct solver *s)
{
	return s->level_starts.n;
}

/* ---- the heap of variables, the most active first ---- */

static bool before(const struct solver *s, int a, int b)
{
	double x = s->vars[a].activity, y = s->vars[b].activity;
	return x > y || (x == y && a < b);
}

static void heap_set(struct solver *s, int pos, int v)
{
	s->heap.at[pos] = v;
	s->vars[v].heap_pos = pos;
}

static void heap_up(struct solver *s, int pos)
{
	int v = s->heap.at[pos];

	while (pos > 0 && before(s, v, s->heap.at[(pos - 1) / 2])) {
		heap_set(s, pos, s->heap.at[(pos - 1) / 2]);
		pos = (pos - 1) / 2;
	}
	heap_set(s, pos, v);
}

static void heap_down(struct solver *s, int pos)
{
	int v = s->heap.at[pos], child;

	while ((child = 2 * pos + 1) < s->heap.n) {
		if (child + 1 < s->heap.n &&
		    before(s, s->heap.at[child + 1], s->heap.at[child]))
			child++;
		if (!before(s, s->heap.at[child], v))
			break;
		heap_set(s, pos, s->heap.at[child]);
		pos = child;
	}
	heap_set(s, pos, v);
}

static void heap_insert(struct solver *s, int v)
{
	if (s->vars[v].heap_pos >= 0)
		return;
	push_int(&s->heap, v);
	heap_up(s, s->heap.n - 1);
}

static int heap_pop(struct solver *s)
{
	int top = s->heap.at[0], last = s->heap.at[--s->heap.n];

	s->vars[top].heap_pos = -1;
	if (s->heap.n > 0) {
		heap_set(s, 0, last);
		heap_down(s, 0);
	}
	return top;
}

static void bump(struct solver *s, int v)
{
	s->vars[v].activity += s->increment;
	if (s->vars[v].activity > activity_limit) {
		for (int i = 0; i < s->nvars; i++)
			s->vars[i].activity *= 1 / activity_limit;
		s->increment *= 1 / activity_limit;
	}
	if (s->vars[v].heap_pos >= 0)
		heap_up(s, s->vars[v].heap_pos);
}

/* ---- assigning and propagating ---- */

static void assign(struct solver *s, int lit, struct clause *reason)
{
	struct var *v = &s->vars[lit >> 1];

	v->value = lit & 1 ? FALSE : TRUE;
	v->reason = reason;
	v->level = level_now(s);
	push_int(&s->trail, lit);
}

static void backtrack(struct solver *s, int level)
{
	int keep;

	if (level_now(s) <= level)
		return;
	keep = s->level_starts.at[level];
	while (s->trail.n > keep) {
		int v = s->trail.at[--s->trail.n] >> 1;
		s->vars[v].phase = s->vars[v].value;
		s->vars[v].value = OPEN;
		s->vars[v].reason = NULL;
		heap_insert(s, v);
	}
	s->level_starts.n = level;
	s->next = keep;
}

/* Looks for another literal of c to watch in place of the false one, which
 * is its second.  Returns whether one was found. */
static bool rewatch(struct solver *s, struct clause *c)
{
	for (int k = 2; k < c->nlits; k++) {
		int lit = c->lits[k];
		if (value(s, lit) != FALSE) {
			c->lits[k] = c->lits[1];
			c->lits[1] = lit;
			push_watch(&s->watches[lit], c, c->lits[0]);
			return true;
		}
	}
	return false;
}

/* Visits the clauses that watch the literal that became false.  Returns the
 * first one that is false now, or NULL. */
static struct clause *visit(struct solver *s, int false_lit)
{
	struct watch_list *list = &s->watches[false_lit];
	struct clause *conflict = NULL;
	int kept = 0, i;

	for (i = 0; i < list->n; i++) {
		struct watch w = list->at[i];
		struct clause *c = w.clause;

		if (value(s, w.blocker) == TRUE) {
			list->at[kept++] = w;
			continue;
		}
		if (c->lits[0] == false_lit) {
			c->lits[0] = c->lits[1];
			c->lits[1] = false_lit;
		}
		if (value(s, c->lits[0]) != TRUE && rewatch(s, c))
			continue;
		w.blocker = c->lits[0];
		list->at[kept++] = w;
		if (value(s, c->lits[0]) == TRUE)
			continue;
		if (value(s, c->lits[0]) == FALSE) {
			conflict = c;
			i++;
			break;
		}
		assign(s, c->lits[0], c);
	}
	for (; i < list->n; i++)
		list->at[kept++] = list->at[i];
	list->n = kept;
	return conflict;
}

static struct clause *propagate(struct solver *s)
{
	struct clause *conflict = NULL;

	while (!conflict && s->next < s->trail.n) {
		s->propagations++;
		conflict = visit(s, s->trail.at[s->next++] ^ 1);
	}
	return conflict;
}

/* ---- clauses ---- */

static struct clause *clause_new(struct solver *s, const int *lits, int n)
{
	struct clause *c =
		check(malloc(sizeof(struct clause) + n * sizeof(int)));

	c->nlits = n;
	c->levels = 0;
	c->serial = s->serial++;
	memcpy(c->lits, lits, n * sizeof(int));
	return c;
}

static void watch_clause(struct solver *s, struct clause *c)
{
	push_watch(&s->watches[c->lits[0]], c, c->lits[1]);
	push_watch(&s->watches[c->lits[1]], c, c->lits[0]);
}

/* Adds a clause of the input at level 0.  Duplicate literals and those false
 * already go; a clause that is true already is dropped. */
static void add_clause(struct solver *s, int *lits, int n)
{
	int kept = 0;

	for (int i = 0; i < n; i++) {
		bool twice = false;
		if (value(s, lits[i]) == TRUE)
			return;
		for (int k = 0; k < kept; k++) {
			if (lits[k] == (lits[i] ^ 1))
				return;
			twice |= lits[k] == lits[i];
		}
		if (!twice && value(s, lits[i]) == OPEN)
			lits[kept++] = lits[i];
	}
	if (kept == 0) {
		s->contradiction = true;
	} else if (kept == 1) {
		assign(s, lits[0], NULL);
		s->contradiction |= propagate(s) != NULL;
	} else {
		push_clause(&s->original, clause_new(s, lits, kept));
		watch_clause(s, s->original.at[s->original.n - 1]);
	}
}

/* ---- learning ---- */

static void mark(struct solver *s, int v)
{
	s->vars[v].seen = 1;
	push_int(&s->marked, v);
}

/* Is the literal implied by other literals of the learnt clause?  Those that
 * are found so are marked too, hence looked at once. */
static bool redundant(struct solver *s, int lit, int depth)
{
	struct var *v = &s->vars[lit >> 1];

	if (!v->reason || depth > 500)
		return false;
	for (int i = 1; i < v->reason->nlits; i++) {
		int other = v->reason->lits[i];
		struct var *o = &s->vars[other >> 1];

		if (o->seen == 1 || o->level == 0)
			continue;
		if (o->seen == 2 || !redundant(s, other, depth + 1)) {
			if (!o->seen) {
				mark(s, other >> 1);
				o->seen = 2; /* known not to be */
			}
			return false;
		}
		mark(s, other >> 1);
	}
	return true;
}

static void minimise(struct solver *s)
{
	int kept = 1;

	for (int i = 1; i < s->lits.n; i++)
		if (!redundant(s, s->lits.at[i], 0))
			s->lits.at[kept++] = s->lits.at[i];
	s->lits.n = kept;
}

static int count_levels(struct solver *s)
{
	int n = 0;

	s->stamp++;
	for (int i = 0; i < s->lits.n; i++) {
		int level = s->vars[s->lits.at[i] >> 1].level;
		n += s->level_stamp[level] != s->stamp;
		s->level_stamp[level] = s->stamp;
	}
	return n;
}

/* Puts the literal of the highest level but the first into place 1; returns
 * the level to go back to. */
static int second_level(struct solver *s)
{
	int *lits = s->lits.at, best = 1, lit;

	if (s->lits.n == 1)
		return 0;
	for (int i = 2; i < s->lits.n; i++)
		if (s->vars[lits[i] >> 1].level >
		    s->vars[lits[best] >> 1].level)
			best = i;
	lit = lits[best];
	lits[best] = lits[1];
	lits[1] = lit;
	return s->vars[lit >> 1].level;
}

/* Walks the implications back to the first literal through which all paths
 * from the decision to the conflict go; leaves the learnt clause in s->lits
 * and returns the level to go back to. */
static int analyze(struct solver *s, struct clause *c)
{
	int open = 0, at = s->trail.n, lit = -1, back;

	s->lits.n = s->marked.n = 0;
	push_int(&s->lits, 0);
	do {
		for (int i = lit < 0 ? 0 : 1; i < c->nlits; i++) {
			int v = c->lits[i] >> 1;
			if (s->vars[v].seen || s->vars[v].level == 0)
				continue;
			mark(s, v);
			bump(s, v);
			if (s->vars[v].level == level_now(s))
				open++;
			else
				push_int(&s->lits, c->lits[i]);
		}
		do
			lit = s->trail.at[--at];
		while (!s->vars[lit >> 1].seen);
		c = s->vars[lit >> 1].reason;
	} while (--open > 0);
	s->lits.at[0] = lit ^ 1;
	minimise(s);
	back = second_level(s);
	for (int i = 0; i < s->marked.n; i++)
		s->vars[s->marked.at[i]].seen = 0;
	return back;
}

static void learn(struct solver *s, struct clause *conflict)
{
	int back = analyze(s, conflict), levels = count_levels(s);
	struct clause *c = NULL;

	backtrack(s, back);
	if (s->lits.n > 1) {
		c = clause_new(s, s->lits.at, s->lits.n);
		c->levels = levels;
		push_clause(&s->learnt, c);
		watch_clause(s, c);
	}
	assign(s, s->lits.at[0], c);
	s->increment *= 1 / decay;
}

/* ---- forgetting ---- */

/* The most useful first: few levels, short, young. */
static int compare_usefulness(const void *a, const void *b)
{
	const struct clause *x = *(struct clause *const *)a;
	const struct clause *y = *(struct clause *const *)b;

	if (x->levels != y->levels)
		return x->levels < y->levels ? -1 : 1;
	if (x->nlits != y->nlits)
		return x->nlits < y->nlits ? -1 : 1;
	return x->serial > y->serial ? -1 : x->serial < y->serial;
}

static bool is_reason(const struct solver *s, const struct clause *c)
{
	return s->vars[c->lits[0] >> 1].reason == c;
}

/* Forgets the less useful half of the learnt clauses. */
static void reduce(struct solver *s)
{
	int kept = s->learnt.n / 2;

	qsort(s->learnt.at, s->learnt.n, sizeof(struct clause *),
	      compare_usefulness);
	for (int i = kept; i < s->learnt.n; i++)
		if (s->learnt.at[i]->levels > 2 &&
		    !is_reason(s, s->learnt.at[i]))
			s->learnt.at[i]->levels = -1;
	for (int lit = 0; lit < 2 * s->nvars; lit++) {
		struct watch_list *l = &s->watches[lit];
		int n = 0;
		for (int i = 0; i < l->n; i++)
			if (l->at[i].clause->levels >= 0)
				l->at[n++] = l->at[i];
		l->n = n;
	}
	for (int i = kept; i < s->learnt.n; i++) {
		if (s->learnt.at[i]->levels >= 0) {
			s->learnt.at[kept++] = s->learnt.at[i];
		} else {
			free(s->learnt.at[i]);
			s->deleted++;
		}
	}
	s->learnt.n = kept;
}

/* ---- search ---- */

/* The sequence 1 1 2 1 1 2 4 ...: its i-th member, from 1. */
static int luby(int i)
{
	int k = 1;

	while ((1 << k) - 1 < i)
		k++;
	return (1 << k) - 1 == i ? 1 << (k - 1) : luby(i - (1 << (k - 1)) + 1);
}

/* Returns the variable to decide next, -1 if all have values. */
static int pick(struct solver *s)
{
	while (s->heap.n > 0) {
		int v = heap_pop(s);
		if (s->vars[v].value == OPEN)
			return v;
	}
	return -1;
}

static bool decide(struct solver *s)
{
	int v = pick(s);

	if (v < 0)
		return false;
	s->decisions++;
	push_int(&s->level_starts, s->trail.n);
	assign(s, 2 * v + (s->vars[v].phase != TRUE), NULL);
	return true;
}

static void progress(const struct solver *s)
{
	printf("c %10lld conflicts %8d learnt %10lld propagations\n",
	       (long long)s->conflicts, s->learnt.n,
	       (long long)s->propagations);
}

/* Returns TRUE or FALSE. */
static int solve(struct solver *s)
{
	int64_t restart_at = RESTART_UNIT, reduce_at = FIRST_REDUCE;
	int round = 1, reductions = 0;

	while (!s->contradiction) {
		struct clause *conflict = propagate(s);

		if (conflict) {
			s->conflicts++;
			if (level_now(s) == 0)
				return FALSE;
			learn(s, conflict);
		} else if (s->conflicts >= restart_at) {
			s->restarts++;
			restart_at += (int64_t)RESTART_UNIT * luby(++round);
			backtrack(s, 0);
		} else if (s->conflicts >= reduce_at) {
			reductions++;
			reduce_at += FIRST_REDUCE + REDUCE_STEP * reductions;
			progress(s);
			reduce(s);
		} else if (!decide(s)) {
			return TRUE;
		}
	}
	return FALSE;
}

/* ---- input and output ---- */

static void solver_init(struct solver *s, int nvars)
{
	memset(s, 0, sizeof *s);
	s->nvars = nvars;
	s->increment = 1;
	s->vars = check(calloc(nvars + 1, sizeof(struct var)));
	s->watches = check(calloc(2 * nvars + 2, sizeof(struct watch_list)));
	s->level_stamp = check(calloc(nvars + 1, sizeof(int)));
	for (int v = 0; v < nvars; v++) {
		s->vars[v].heap_pos = -1;
		heap_insert(s, v);
	}
}

static void read_dimacs(struct solver *s, const char *name)
{
	FILE *f = fopen(name, "r");
	int c, nvars = -1, nclauses, x;
	struct int_list lits = { 0 };

	if (!f)
		die(strerror(errno), name);
	while ((c = getc(f)) == 'c')
		while ((c = getc(f)) != '\n' && c != EOF)
			;
	if (c != 'p' || fscanf(f, " cnf %d %d", &nvars, &nclauses) != 2 ||
	    nvars < 0 || nvars > 100000000)
		die("no line 'p cnf VARIABLES CLAUSES' in", name);
	solver_init(s, nvars);
	while (fscanf(f, "%d", &x) == 1) {
		if (x > nvars || x < -nvars)
			die("a literal is out of range in", name);
		if (x) {
			push_int(&lits, x > 0 ? 2 * (x - 1) : 2 * (-x - 1) + 1);
		} else {
			add_clause(s, lits.at, lits.n);
			lits.n = 0;
		}
	}
	if (!feof(f) || lits.n)
		die("not a list of numbers that ends with 0:", name);
	free(lits.at);
	fclose(f);
}

static bool satisfied(const struct solver *s, const struct clause *c)
{
	for (int i = 0; i < c->nlits; i++)
		if (value(s, c->lits[i]) == TRUE)
			return true;
	return false;
}

static void print_model(const struct solver *s)
{
	int column = 0;

	for (int i = 0; i < s->original.n; i++)
		if (!satisfied(s, s->original.at[i])) {
			fputs("sat: the model is wrong\n", stderr);
			abort();
		}
	for (int v = 0; v <= s->nvars; v++) {
		char text[16];
		int x = v == s->nvars ? 0 : s->vars[v].value * (v + 1);
		int n = sprintf(text, " %d", x);

		if (column + n > 78) {
			putchar('\n');
			column = 0;
		}
		if (!column)
			column = printf("v");
		column += printf("%s", text);
	}
	putchar('\n');
}

static void print_statistics(const struct solver *s)
{
	printf("c conflicts    %lld\n", (long long)s->conflicts);
	printf("c decisions    %lld\n", (long long)s->decisions);
	printf("c propagations %lld\n", (long long)s->propagations);
	printf("c restarts     %lld\n", (long long)s->restarts);
	printf("c learnt       %d kept, %lld forgotten\n", s->learnt.n,
	       (long long)s->deleted);
}

static void free_clauses(struct clause_list *l)
{
	for (int i = 0; i < l->n; i++)
		free(l->at[i]);
	free(l->at);
}

static void solver_release(struct solver *s)
{
	free_clauses(&s->original);
	free_clauses(&s->learnt);
	for (int lit = 0; lit < 2 * s->nvars; lit++)
		free(s->watches[lit].at);
	free(s->watches);
	free(s->vars);
	free(s->level_stamp);
	free(s->trail.at);
	free(s->level_starts.at);
	free(s->heap.at);
	free(s->lits.at);
	free(s->marked.at);
}

int main(int argc, char **argv)
{
	struct solver s;
	int result;

	if (argc != 2) {
		fputs("usage: sat FILE.cnf\n", stderr);
		return 1;
	}
	read_dimacs(&s, argv[1]);
	printf("c %s: %d variables, %d clauses\n", argv[1], s.nvars,
	       s.original.n);
	result = solve(&s);
	print_statistics(&s);
	if (result == TRUE) {
		puts("s SATISFIABLE");
		print_model(&s);
	} else {
		puts("s UNSATISFIABLE");
	}
	solver_release(&s);
	return result == TRUE ? 10 : 20;
}
