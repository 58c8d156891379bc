/* SPDX-License-Identifier: MIT */
#include "instrument/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#define MAX_BYTES ((size_t)1 << 28)
#define MAX_WORDS 64

static const char header[] = "harrier-plan 1";

static const char *const kinds[] = {
	[PROFILE_LOOP] = "loop",
	[PROFILE_ENTRY] = "entry",
	[PROFILE_GOTO] = "goto",
};

/* ---- lines ---------------------------------------------------------------- */

/* Cuts at blanks; the number of words, or more than MAX_WORDS. */
static int split(char *line, char **word)
{
	int n = 0;

	for (char *p = strtok(line, " "); p; p = strtok(NULL, " ")) {
		if (n < MAX_WORDS)
			word[n] = p;
		n++;
	}
	return n;
}

static int read_number(const char *text, double *ret)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || (*end && *end != ',') || !(v >= 0 && v < 1e18))
		return -EINVAL;
	*ret = v;
	return 0;
}

static struct profile_fn read_fn(char *const *word)
{
	return (struct profile_fn){ xstrdup(word[0]), xstrdup(word[1]) };
}

/* run SECONDS seconds, BLIND without a poll, windows of LENGTH */
static int read_run(struct profile *p, char **word, int n)
{
	if (n < 4 || read_number(word[1], &p->seconds))
		return -EINVAL;
	return read_number(word[3], &p->blind);
}

/* point NUMBER VISITS KIND WHERE FUNCTION WHERE */
static int read_point(struct profile *p, char **word, int n)
{
	struct profile_point point = { 0 };
	double number;
	unsigned kind;

	if (n != 7 || read_number(word[1], &number) ||
	    read_number(word[2], &point.visits))
		return -EINVAL;
	for (kind = 0; kind <= PROFILE_GOTO; kind++)
		if (!strcmp(word[3], kinds[kind]))
			break;
	if (kind > PROFILE_GOTO)
		return 0; /* the library's own polls */
	point.number = (unsigned)number;
	point.kind = kind;
	point.where = xstrdup(word[4]);
	point.fn = read_fn(word + 5);
	p->points =
		xreallocarray(p->points, p->npoints + 1, sizeof(*p->points));
	p->points[p->npoints++] = point;
	return 0;
}

/* edge COUNT FUNCTION WHERE FUNCTION WHERE */
static int read_edge(struct profile *p, char **word, int n)
{
	double count;

	if (n != 6 || read_number(word[1], &count))
		return -EINVAL;
	p->edges = xreallocarray(p->edges, p->nedges + 1, sizeof(*p->edges));
	p->edges[p->nedges].caller = read_fn(word + 2);
	p->edges[p->nedges++].callee = read_fn(word + 4);
	return 0;
}

static int index_of(const struct profile *p, unsigned number)
{
	int low = 0, high = p->npoints;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (p->points[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->npoints && p->points[low].number == number ? low : -1;
}

/* window WEIGHT NUMBER... */
static int read_window(struct profile *p, char **word, int n)
{
	struct profile_window w = { 0 };

	if (n < 2 || read_number(word[1], &w.weight))
		return -EINVAL;
	w.points = xcalloc(n, sizeof(*w.points));
	for (int i = 2; i < n; i++) {
		double number;
		int k = read_number(word[i], &number)
				? -1
				: index_of(p, (unsigned)number);

		/* points of a kind that is not ours to place */
		if (k >= 0)
			w.points[w.npoints++] = k;
	}
	p->windows =
		xreallocarray(p->windows, p->nwindows + 1, sizeof(*p->windows));
	p->windows[p->nwindows++] = w;
	return 0;
}

static int read_line(struct profile *p, char *line)
{
	char *word[MAX_WORDS];
	int n = split(line, word);

	if (!n || word[0][0] == '#')
		return 0;
	if (n > MAX_WORDS)
		return -EINVAL;
	if (!strcmp(word[0], "run"))
		return read_run(p, word, n);
	if (!strcmp(word[0], "point"))
		return read_point(p, word, n);
	if (!strcmp(word[0], "edge"))
		return read_edge(p, word, n);
	return strcmp(word[0], "window") ? -EINVAL : read_window(p, word, n);
}

/* ---- files ---------------------------------------------------------------- */

int profile_parse(const char *text, const char *name, struct profile **ret,
		  struct err *err)
{
	struct profile *p = xcalloc(1, sizeof(*p));
	char *copy = xstrdup(text), *line = copy, *next;
	int number = 1, rc = 0;

	for (; line && !rc; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		rc = number == 1 ? strcmp(line, header) ? -EINVAL : 0
				 : read_line(p, line);
	}
	free(copy);
	if (rc) {
		profile_free(p);
		return err_set(err, rc,
			       "'%s' is no plan: line %d; build with --profile "
			       "and run the program to make one",
			       name, number - 1);
	}
	*ret = p;
	return 0;
}

int profile_read(const char *path, struct profile **ret, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int rc = fd_read_file(path, MAX_BYTES, &text, err);

	if (!rc)
		rc = profile_parse(text.data ? text.data : "", path, ret, err);
	strbuf_release(&text);
	return rc;
}

static void release_fn(struct profile_fn *f)
{
	free(f->name);
	free(f->where);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->npoints; i++) {
		free(p->points[i].where);
		release_fn(&p->points[i].fn);
	}
	for (int i = 0; i < p->nedges; i++) {
		release_fn(&p->edges[i].caller);
		release_fn(&p->edges[i].callee);
	}
	for (int i = 0; i < p->nwindows; i++)
		free(p->windows[i].points);
	free(p->points);
	free(p->edges);
	free(p->windows);
	free(p);
}
