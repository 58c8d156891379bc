/* SPDX-License-Identifier: MIT */
/* Facts as text, for the section of an object: one line each, fields by tabs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/facts.h"

#define FACTS_HEADER "harrier-facts 1"

static void write_fn(const struct fact_fn *n, struct strbuf *out)
{
	strbuf_addf(out,
		    "F\t%s\t%d\t%d\t%s\t%u\t%u\t%u\t%u\t%s\t%lld\t%d\t%s\n",
		    n->name, n->is_static, n->refused, n->file, n->line, n->col,
		    n->why_line, n->why_col, n->type, n->ops,
		    n->backward_goto + 2 * n->indirect_goto,
		    n->why ? n->why : "");
	for (int i = 0; i < n->nloops; i++)
		strbuf_addf(out, "L\t%d\t%u\t%u\t%lld\t%lld\n",
			    n->loops[i].parent, n->loops[i].line,
			    n->loops[i].col, n->loops[i].trip, n->loops[i].ops);
	for (int i = 0; i < n->ncalls; i++)
		strbuf_addf(out, "C\t%d\t%s\t%s\t%u\n", n->calls[i].loop,
			    n->calls[i].callee ? n->calls[i].callee : "*",
			    n->calls[i].type ? n->calls[i].type : "",
			    n->calls[i].line);
	for (int i = 0; i < n->nwaits; i++)
		strbuf_addf(out, "W\t%u\t%u\t%s\n", n->waits[i].line,
			    n->waits[i].col, n->waits[i].what);
}

void facts_write(const struct facts *f, struct strbuf *out)
{
	strbuf_addstr(out, FACTS_HEADER "\n");
	for (int i = 0; i < f->nfns; i++)
		write_fn(&f->fns[i], out);
	for (int i = 0; i < f->ntaken; i++)
		strbuf_addf(out, "A\t%s\n", f->taken[i]);
	for (int i = 0; i < f->nedges; i++) {
		const struct fact_edge *x = &f->edges[i];

		strbuf_addf(out, "E\t%s\t%d\t%s\t%d\t%s\t%u\t%u\t%s\n",
			    x->from_fn, x->from, x->to_fn, x->to, x->file,
			    x->line, x->col, x->text);
	}
}

#define MAX_FIELDS 14

static int split(char *line, char **field)
{
	int n = 0;

	for (char *p = line; p && n < MAX_FIELDS;) {
		field[n++] = p;
		p = strchr(p, '\t');
		if (p)
			*p++ = '\0';
	}
	return n;
}

static int read_fn(struct facts *f, char **v, int n)
{
	if (n != 13)
		return -EINVAL;
	f->fns = xreallocarray(f->fns, f->nfns + 1, sizeof(*f->fns));
	f->fns[f->nfns++] = (struct fact_fn){
		.name = xstrdup(v[1]),
		.is_static = atoi(v[2]),
		.refused = atoi(v[3]),
		.file = xstrdup(v[4]),
		.line = atoi(v[5]),
		.col = atoi(v[6]),
		.why_line = atoi(v[7]),
		.why_col = atoi(v[8]),
		.type = xstrdup(v[9]),
		.ops = atoll(v[10]),
		.backward_goto = atoi(v[11]) & 1,
		.indirect_goto = atoi(v[11]) & 2,
		.why = *v[12] ? xstrdup(v[12]) : NULL,
	};
	return 0;
}

static int read_loop(struct fact_fn *fn, char **v, int n)
{
	int parent;

	if (!fn || n != 6)
		return -EINVAL;
	parent = atoi(v[1]);
	if (parent < -1 || parent >= fn->nloops)
		return -EINVAL;
	fn->loops =
		xreallocarray(fn->loops, fn->nloops + 1, sizeof(*fn->loops));
	fn->loops[fn->nloops++] = (struct fact_loop){
		.parent = parent,
		.line = atoi(v[2]),
		.col = atoi(v[3]),
		.trip = atoll(v[4]),
		.ops = atoll(v[5]),
	};
	return 0;
}

static int read_call(struct fact_fn *fn, char **v, int n)
{
	int loop;

	if (!fn || n != 5)
		return -EINVAL;
	loop = atoi(v[1]);
	if (loop < -1 || loop >= fn->nloops)
		return -EINVAL;
	fn->calls =
		xreallocarray(fn->calls, fn->ncalls + 1, sizeof(*fn->calls));
	fn->calls[fn->ncalls++] = (struct fact_call){
		.loop = loop,
		.callee = strcmp(v[2], "*") ? xstrdup(v[2]) : NULL,
		.type = *v[3] ? xstrdup(v[3]) : NULL,
		.line = atoi(v[4]),
	};
	return 0;
}

static int read_wait(struct fact_fn *fn, char **v, int n)
{
	if (!fn || n != 4)
		return -EINVAL;
	fn->waits =
		xreallocarray(fn->waits, fn->nwaits + 1, sizeof(*fn->waits));
	fn->waits[fn->nwaits++] = (struct fact_wait){
		.line = atoi(v[1]),
		.col = atoi(v[2]),
		.what = xstrdup(v[3]),
	};
	return 0;
}

static int read_edge(struct facts *f, char **v, int n)
{
	if (n != 9)
		return -EINVAL;
	f->edges = xreallocarray(f->edges, f->nedges + 1, sizeof(*f->edges));
	f->edges[f->nedges++] = (struct fact_edge){
		.from_fn = xstrdup(v[1]),
		.from = atoi(v[2]),
		.to_fn = xstrdup(v[3]),
		.to = atoi(v[4]),
		.file = xstrdup(v[5]),
		.line = atoi(v[6]),
		.col = atoi(v[7]),
		.text = xstrdup(v[8]),
	};
	return 0;
}

static int read_taken(struct facts *f, char **v, int n)
{
	if (n != 2)
		return -EINVAL;
	f->taken = xreallocarray(f->taken, f->ntaken + 1, sizeof(*f->taken));
	f->taken[f->ntaken++] = xstrdup(v[1]);
	return 0;
}

static int read_line(struct facts *f, char *line)
{
	char *v[MAX_FIELDS] = { NULL };
	int n = split(line, v);
	struct fact_fn *fn = f->nfns ? &f->fns[f->nfns - 1] : NULL;

	switch (*line) {
	case 'F':
		return read_fn(f, v, n);
	case 'L':
		return read_loop(fn, v, n);
	case 'C':
		return read_call(fn, v, n);
	case 'W':
		return read_wait(fn, v, n);
	case 'A':
		return read_taken(f, v, n);
	case 'E':
		return read_edge(f, v, n);
	default:
		return -EINVAL;
	}
}

int facts_read(const char *text, size_t len, struct facts **ret_facts,
	       struct err *err)
{
	struct facts *f = xcalloc(1, sizeof(*f));
	char *copy = xstrndup(text, len), *save = NULL;
	char *line = strtok_r(copy, "\n", &save);
	int lineno = 1, r = 0;

	if (!line || strcmp(line, FACTS_HEADER))
		r = -EINVAL;
	while (!r && (line = strtok_r(NULL, "\n", &save))) {
		lineno++;
		r = read_line(f, line);
	}
	free(copy);
	if (r) {
		facts_free(f);
		return err_set(err, r,
			       "facts of the object are damaged in line %d; "
			       "compile it again",
			       lineno);
	}
	*ret_facts = f;
	return 0;
}
