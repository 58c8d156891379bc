/* tests: a parser that builds a tree of tagged values, and writes it again */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

enum kind { NUL, TRUTH, NUMBER, TEXT, ARRAY, OBJECT };

struct value {
	enum kind kind;
	double number;
	char *text;
	struct member {
		char *name;
		struct value *value;
	} *members;
	int n, room;
};

struct reader {
	const char *at;
	int line;
};

static struct value *value(struct reader *r);

static void blank(struct reader *r)
{
	for (; *r->at && strchr(" \t\n", *r->at); r->at++)
		r->line += *r->at == '\n';
}

static char *text(struct reader *r)
{
	const char *end = strchr(++r->at, '"');
	char *s = malloc(end - r->at + 1);

	memcpy(s, r->at, end - r->at);
	s[end - r->at] = 0;
	r->at = end + 1;
	return s;
}

static void add(struct value *v, char *name, struct value *member)
{
	if (v->n == v->room) {
		v->room = v->room ? 2 * v->room : 2;
		v->members = realloc(v->members,
				     v->room * sizeof(*v->members));
	}
	v->members[v->n].name = name;
	v->members[v->n++].value = member;
}

static void members(struct reader *r, struct value *v, char close)
{
	r->at++;
	blank(r);
	while (*r->at != close) {
		char *name = NULL;

		if (v->kind == OBJECT) {
			name = text(r);
			blank(r);
			r->at++; /* : */
		}
		add(v, name, value(r));
		blank(r);
		if (*r->at == ',')
			r->at++;
		blank(r);
	}
	r->at++;
}

static struct value *value(struct reader *r)
{
	struct value *v = calloc(1, sizeof(*v));
	char *end;

	blank(r);
	switch (*r->at) {
	case '{':
		v->kind = OBJECT;
		members(r, v, '}');
		break;
	case '[':
		v->kind = ARRAY;
		members(r, v, ']');
		break;
	case '"':
		v->kind = TEXT;
		v->text = text(r);
		break;
	case 't':
		v->kind = TRUTH;
		r->at += 4;
		break;
	case 'n':
		r->at += 4;
		break;
	default:
		v->kind = NUMBER;
		v->number = strtod(r->at, &end);
		r->at = end;
	}
	return v;
}

static void write(const struct value *v, char **out)
{
	switch (v->kind) {
	case NUL:
		*out += sprintf(*out, "null");
		break;
	case TRUTH:
		*out += sprintf(*out, "true");
		break;
	case NUMBER:
		*out += sprintf(*out, "%g", v->number);
		break;
	case TEXT:
		*out += sprintf(*out, "\"%s\"", v->text);
		break;
	default:
		*(*out)++ = v->kind == ARRAY ? '[' : '{';
		for (int i = 0; i < v->n; i++) {
			if (v->members[i].name)
				*out += sprintf(*out, "\"%s\":",
						v->members[i].name);
			write(v->members[i].value, out);
			*(*out)++ = ',';
		}
		*(*out)++ = v->kind == ARRAY ? ']' : '}';
		**out = 0;
	}
}

static void release(struct value *v)
{
	for (int i = 0; i < v->n; i++) {
		free(v->members[i].name);
		release(v->members[i].value);
	}
	free(v->members);
	free(v->text);
	free(v);
}

int main(void)
{
	static const char source[] =
		"{ \"name\": \"harrier\", \"sizes\": [1, 2.5, -3e2, [], [[7]]],\n"
		"  \"of\": {\"a\": null, \"b\": true, \"c\": \"text\"},\n"
		"  \"list\": [{\"x\": 1}, {\"x\": 2}, {\"x\": [3, 4, 5]}] }";
	char buffer[400], *end;

	for (int i = 0; i < 30; i++) {
		struct reader r = { source, 1 };
		struct value *v = value(&r);

		end = buffer;
		write(v, &end);
		for (char *p = buffer; p < end; p++)
			check_mix((unsigned char)*p);
		release(v);
	}
	puts(buffer);
	return check_done();
}
