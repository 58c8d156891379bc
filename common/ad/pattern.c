/* SPDX-License-Identifier: MIT */
/*
 * Compiles a pattern to instructions for Thompson's machine (1968; Cox, 2007:
 * "Regular expression matching: the virtual machine approach"). A piece of
 * the program is moved and copied for repetitions, so that all its jumps are
 * relative to its own start until the end.
 */
#include "common/ad/pattern_priv.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEST_MAX   100
#define REPEAT_MAX 1000
#define UNBOUNDED  UINT32_MAX

struct compiler {
	const char *start;
	const char *p;
	struct pattern *out;
	uint32_t room, class_room;
	uint32_t groups;
	int depth;
	struct err *err;
};

static int compile_alt(struct compiler *c);

static int fail(struct compiler *c, const char *what)
{
	return err_set(c->err, -EINVAL, "pattern '%.100s': %s at byte %td",
		       c->start, what, c->p - c->start + 1);
}

static bool icase(const struct compiler *c)
{
	return c->out->flags & PATTERN_ICASE;
}

/* Makes room for n instructions at place `at`. */
static int insert(struct compiler *c, uint32_t at, uint32_t n)
{
	struct pattern *out = c->out;

	if (out->count + n > PATTERN_INST_MAX)
		return err_set(c->err, -E2BIG, "pattern '%.100s' is too large",
			       c->start);
	if (out->count + n > c->room) {
		c->room = 2 * (out->count + n);
		out->prog =
			xreallocarray(out->prog, c->room, sizeof(*out->prog));
	}
	memmove(out->prog + at + n, out->prog + at,
		(out->count - at) * sizeof(*out->prog));
	out->count += n;
	/* jumps inside the moved piece move with it */
	for (uint32_t i = at + n; i < out->count; i++) {
		if (out->prog[i].op == INST_SPLIT ||
		    out->prog[i].op == INST_JUMP)
			out->prog[i].x += n;
		if (out->prog[i].op == INST_SPLIT)
			out->prog[i].y += n;
	}
	return 0;
}

static int emit(struct compiler *c, enum inst_op op, uint32_t x)
{
	uint32_t at = c->out->count;
	int rc = insert(c, at, 1);

	if (!rc)
		c->out->prog[at] = (struct inst){ op, x, 0 };
	return rc;
}

static int emit_class(struct compiler *c, struct byte_class set, bool negate)
{
	struct pattern *out = c->out;

	for (unsigned b = 'a'; icase(c) && b <= 'z'; b++) {
		if (class_has(&set, b) || class_has(&set, b - 32)) {
			class_add(&set, b);
			class_add(&set, b - 32);
		}
	}
	for (int i = 0; negate && i < 4; i++)
		set.bits[i] = ~set.bits[i];
	if (out->class_count == c->class_room) {
		c->class_room = c->class_room ? 2 * c->class_room : 8;
		out->classes = xreallocarray(out->classes, c->class_room,
					     sizeof(*out->classes));
	}
	out->classes[out->class_count] = set;
	return emit(c, INST_CLASS, out->class_count++);
}

static int emit_byte(struct compiler *c, unsigned char b)
{
	struct byte_class set = { 0 };

	if (!icase(c) || !isalpha(b))
		return emit(c, INST_BYTE, b);
	class_add(&set, b);
	return emit_class(c, set, false);
}

/* Adds what isalpha and its kin accept to a class. */
static void add_kind(struct byte_class *set, int (*is)(int), bool negate)
{
	for (unsigned b = 0; b < 256; b++)
		if ((b < 128 && is((int)b) != 0) != negate)
			class_add(set, (unsigned char)b);
}

static int is_word(int b)
{
	return isalnum(b) || b == '_';
}

/* \d \w \s and their opposites; false: another letter. */
static bool add_escape_kind(struct byte_class *set, char letter)
{
	switch (letter) {
	case 'd':
	case 'D':
		add_kind(set, isdigit, letter == 'D');
		return true;
	case 'w':
	case 'W':
		add_kind(set, is_word, letter == 'W');
		return true;
	case 's':
	case 'S':
		add_kind(set, isspace, letter == 'S');
		return true;
	default:
		return false;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at p (behind the backslash) stands for. */
static unsigned char escaped_byte(struct compiler *c)
{
	char letter = *c->p++;

	switch (letter) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'f':
		return '\f';
	case 'x':
		if (hex_digit(c->p[0]) >= 0 && hex_digit(c->p[1]) >= 0) {
			c->p += 2;
			return (unsigned char)(hex_digit(c->p[-2]) << 4 |
					       hex_digit(c->p[-1]));
		}
		return 'x';
	default:
		return (unsigned char)letter;
	}
}

static bool named_class(struct compiler *c, struct byte_class *set)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} names[] = {
		{ "[:alpha:]", isalpha }, { "[:digit:]", isdigit },
		{ "[:alnum:]", isalnum }, { "[:space:]", isspace },
		{ "[:upper:]", isupper }, { "[:lower:]", islower },
		{ "[:punct:]", ispunct }, { "[:xdigit:]", isxdigit },
		{ "[:blank:]", isblank }, { "[:cntrl:]", iscntrl },
		{ "[:print:]", isprint }, { "[:graph:]", isgraph },
		{ "[:word:]", is_word },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i].name);

		if (strncmp(c->p, names[i].name, len) == 0) {
			add_kind(set, names[i].is, false);
			c->p += len;
			return true;
		}
	}
	return false;
}

/* One byte of a class, or an escape. */
static unsigned char class_byte(struct compiler *c)
{
	if (*c->p == '\\' && c->p[1]) {
		c->p++;
		return escaped_byte(c);
	}
	return (unsigned char)*c->p++;
}

static int compile_class(struct compiler *c)
{
	struct byte_class set = { 0 };
	bool negate = *c->p == '^';
	bool first = true;

	if (negate)
		c->p++;
	for (; *c->p != ']' || first; first = false) {
		unsigned char low, high;

		if (!*c->p)
			return fail(c, "'[' without ']'");
		if (*c->p == '[' && c->p[1] == ':' && named_class(c, &set))
			continue;
		if (*c->p == '\\' && add_escape_kind(&set, c->p[1])) {
			c->p += 2;
			continue;
		}
		low = high = class_byte(c);
		if (*c->p == '-' && c->p[1] && c->p[1] != ']') {
			c->p++;
			high = class_byte(c);
			if (high < low)
				return fail(c, "range out of order");
		}
		for (unsigned b = low; b <= high; b++)
			class_add(&set, (unsigned char)b);
	}
	c->p++;
	return emit_class(c, set, negate);
}

static int compile_escape(struct compiler *c)
{
	struct byte_class set = { 0 };

	if (!*c->p)
		return fail(c, "backslash at the end");
	if (add_escape_kind(&set, *c->p)) {
		c->p++;
		return emit_class(c, set, false);
	}
	if (*c->p == 'b' || *c->p == 'B')
		return emit(c, *c->p++ == 'b' ? INST_WORD : INST_NOT_WORD, 0);
	if (*c->p >= '1' && *c->p <= '9')
		return fail(c, "back references are not supported");
	return emit_byte(c, escaped_byte(c));
}

static int compile_group(struct compiler *c)
{
	uint32_t group = 0;
	int rc = 0;

	if (*c->p == '?') {
		if (c->p[1] != ':')
			return fail(c, "only (?: is supported after '(?'");
		c->p += 2;
	} else if (++c->groups < PATTERN_GROUPS) {
		group = c->groups;
		rc = emit(c, INST_SAVE, 2 * group);
	}
	if (!rc)
		rc = compile_alt(c);
	if (rc)
		return rc;
	if (*c->p != ')')
		return fail(c, "'(' without ')'");
	c->p++;
	return group ? emit(c, INST_SAVE, 2 * group + 1) : 0;
}

static int compile_atom(struct compiler *c)
{
	switch (*c->p++) {
	case '.':
		return emit(c,
			    c->out->flags & PATTERN_DOT_ALL ? INST_ALL
							    : INST_ANY,
			    0);
	case '^':
		return emit(c, INST_BOL, 0);
	case '$':
		return emit(c, INST_EOL, 0);
	case '[':
		return compile_class(c);
	case '\\':
		return compile_escape(c);
	case '(':
		return compile_group(c);
	case '*':
	case '+':
	case '?':
		c->p--;
		return fail(c, "nothing to repeat");
	default:
		return emit_byte(c, (unsigned char)c->p[-1]);
	}
}

/* Appends a copy of the piece [from, from + len). */
static int copy_piece(struct compiler *c, const struct inst *piece,
		      uint32_t from, uint32_t len)
{
	uint32_t at = c->out->count;
	int rc = insert(c, at, len);

	if (rc)
		return rc;
	for (uint32_t i = 0; i < len; i++) {
		struct inst in = piece[i];

		if (in.op == INST_SPLIT || in.op == INST_JUMP)
			in.x += at - from;
		if (in.op == INST_SPLIT)
			in.y += at - from;
		c->out->prog[at + i] = in;
	}
	return 0;
}

/* split over the piece that starts at `at` and ends the program */
static int make_optional(struct compiler *c, uint32_t at, bool lazy)
{
	struct inst *split;
	int rc = insert(c, at, 1);

	if (rc)
		return rc;
	split = &c->out->prog[at];
	*split = (struct inst){ INST_SPLIT, at + 1, c->out->count };
	if (lazy)
		*split = (struct inst){ INST_SPLIT, c->out->count, at + 1 };
	return 0;
}

static int make_star(struct compiler *c, uint32_t at, bool lazy)
{
	int rc = make_optional(c, at, lazy);

	if (!rc)
		rc = emit(c, INST_JUMP, at);
	if (rc)
		return rc;
	if (lazy)
		c->out->prog[at].x = c->out->count;
	else
		c->out->prog[at].y = c->out->count;
	return 0;
}

/* Repeats the piece from `at` to the end min to max times. */
static int repeat(struct compiler *c, uint32_t at, uint32_t min, uint32_t max,
		  bool lazy)
{
	uint32_t len = c->out->count - at;
	struct inst *piece = xmemdup(c->out->prog + at, len * sizeof(*piece));
	int rc = 0;

	c->out->count = at;
	for (uint32_t i = 0; i < min && !rc; i++)
		rc = copy_piece(c, piece, at, len);
	if (max == UNBOUNDED && !rc) {
		uint32_t last = c->out->count;

		rc = copy_piece(c, piece, at, len);
		if (!rc)
			rc = make_star(c, last, lazy);
	}
	for (uint32_t i = min; max != UNBOUNDED && i < max && !rc; i++) {
		uint32_t last = c->out->count;

		rc = copy_piece(c, piece, at, len);
		if (!rc)
			rc = make_optional(c, last, lazy);
	}
	free(piece);
	return rc;
}

static bool read_count(struct compiler *c, uint32_t *ret)
{
	uint32_t n = 0;

	if (!isdigit((unsigned char)*c->p))
		return false;
	while (isdigit((unsigned char)*c->p) && n <= REPEAT_MAX)
		n = n * 10 + (uint32_t)(*c->p++ - '0');
	*ret = n;
	return true;
}

/* {m}, {m,} or {m,n}; anything else is a plain brace: 0. */
static int read_braces(struct compiler *c, uint32_t *ret_min, uint32_t *ret_max)
{
	const char *back = c->p++;

	if (!read_count(c, ret_min)) {
		c->p = back;
		return 0;
	}
	*ret_max = *ret_min;
	if (*c->p == ',') {
		c->p++;
		if (!read_count(c, ret_max))
			*ret_max = UNBOUNDED;
	}
	if (*c->p != '}') {
		c->p = back;
		return 0;
	}
	c->p++;
	if (*ret_min > REPEAT_MAX ||
	    (*ret_max != UNBOUNDED && *ret_max > REPEAT_MAX))
		return fail(c, "repeated too often");
	return *ret_max < *ret_min ? fail(c, "bad counts in {}") : 1;
}

/* An atom and what repeats it. */
static int compile_piece(struct compiler *c)
{
	uint32_t at = c->out->count;
	int rc = compile_atom(c);

	while (!rc && *c->p && strchr("*+?{", *c->p)) {
		uint32_t min = *c->p == '+', max = UNBOUNDED;
		bool lazy;

		if (*c->p == '{') {
			rc = read_braces(c, &min, &max);
			if (rc <= 0)
				return rc ? rc : 0;
		} else if (*c->p++ == '?') {
			max = 1;
		}
		lazy = *c->p == '?';
		c->p += lazy;
		rc = repeat(c, at, min, max, lazy);
	}
	return rc;
}

static bool skip_extended(struct compiler *c)
{
	if (!(c->out->flags & PATTERN_EXTENDED))
		return false;
	if (isspace((unsigned char)*c->p)) {
		c->p++;
		return true;
	}
	if (*c->p != '#')
		return false;
	while (*c->p && *c->p != '\n')
		c->p++;
	return true;
}

static int compile_row(struct compiler *c)
{
	int rc = 0;

	while (!rc && *c->p && *c->p != '|' && *c->p != ')') {
		if (skip_extended(c))
			continue;
		if (*c->p == '{') { /* no repetition here: a plain brace */
			c->p++;
			rc = emit_byte(c, '{');
			continue;
		}
		rc = compile_piece(c);
	}
	return rc;
}

static int compile_alt(struct compiler *c)
{
	uint32_t at = c->out->count;
	uint32_t jump;
	int rc;

	if (++c->depth > NEST_MAX)
		return fail(c, "nested too deeply");
	rc = compile_row(c);
	if (!rc && *c->p == '|') {
		c->p++;
		rc = make_optional(c, at, false);
		jump = c->out->count;
		if (!rc)
			rc = emit(c, INST_JUMP, 0);
		if (!rc) {
			c->out->prog[at].y = c->out->count;
			rc = compile_alt(c);
		}
		if (!rc)
			c->out->prog[jump].x = c->out->count;
	}
	c->depth--;
	return rc;
}

unsigned pattern_flags(const char *letters)
{
	unsigned flags = 0;

	for (; *letters; letters++) {
		switch (*letters | 0x20) {
		case 'i':
			flags |= PATTERN_ICASE;
			break;
		case 'm':
			flags |= PATTERN_LINES;
			break;
		case 's':
			flags |= PATTERN_DOT_ALL;
			break;
		case 'x':
			flags |= PATTERN_EXTENDED;
			break;
		default: /* as in HTCondor; f and g are not the pattern's */
			break;
		}
	}
	return flags;
}

int pattern_compile(const char *text, unsigned flags,
		    struct pattern **ret_pattern, struct err *err)
{
	struct pattern *out = xcalloc(1, sizeof(*out));
	struct compiler c = { .start = text, .p = text, .out = out, .err = err };
	int rc;

	out->flags = flags;
	rc = emit(&c, INST_SAVE, 0);
	if (!rc)
		rc = compile_alt(&c);
	if (!rc && *c.p == ')')
		rc = fail(&c, "')' without '('");
	if (!rc)
		rc = emit(&c, INST_SAVE, 1);
	if (!rc)
		rc = emit(&c, INST_MATCH, 0);
	if (rc) {
		pattern_free(out);
		return rc;
	}
	*ret_pattern = out;
	return 0;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	free(pattern->prog);
	free(pattern->classes);
	free(pattern);
}
