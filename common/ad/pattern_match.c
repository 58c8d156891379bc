/* SPDX-License-Identifier: MIT */
/*
 * Runs all alternatives at once, byte by byte (Pike's machine). Threads in a
 * list are ordered by preference and no instruction is in a list twice, hence
 * the time is at most program size times text length.
 */
#include "common/ad/pattern_priv.h"

#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS (2 * PATTERN_GROUPS)

struct thread {
	uint32_t pc;
	int32_t slots[SLOTS];
};

struct list {
	struct thread *threads;
	uint32_t count;
};

/* What is still to follow of a thread's empty moves. */
struct todo {
	uint32_t pc;
	int32_t slot; /* >= 0: put the old value back instead */
	int32_t old;
};

struct machine {
	const struct pattern *pattern;
	const char *text;
	size_t len;
	struct list now, then;
	struct todo *todo;
	uint32_t *mark; /* per instruction: the round it was added in */
	uint32_t round;
	uint32_t *steps;
};

static bool word_at(const struct machine *m, size_t i)
{
	unsigned char b;

	if (i >= m->len)
		return false;
	b = (unsigned char)m->text[i];
	return b == '_' || (b >= '0' && b <= '9') ||
	       ((b | 0x20) >= 'a' && (b | 0x20) <= 'z');
}

static bool boundary(const struct machine *m, size_t at)
{
	return (at > 0 && word_at(m, at - 1)) != word_at(m, at);
}

/* Does an instruction that takes no byte let the thread through? */
static bool passes(const struct machine *m, enum inst_op op, size_t at)
{
	bool lines = m->pattern->flags & PATTERN_LINES;

	switch (op) {
	case INST_BOL:
		return at == 0 || (lines && m->text[at - 1] == '\n');
	case INST_EOL:
		return at == m->len || (lines && m->text[at] == '\n') ||
		       (at + 1 == m->len && m->text[at] == '\n');
	case INST_WORD:
		return boundary(m, at);
	default:
		return !boundary(m, at);
	}
}

/* Adds the thread and all it reaches without taking a byte. */
static void add(struct machine *m, struct list *list, uint32_t pc, size_t at,
		int32_t slots[SLOTS])
{
	uint32_t depth = 0;

	m->todo[depth++] = (struct todo){ pc, -1, 0 };
	while (depth > 0) {
		struct todo t = m->todo[--depth];
		const struct inst *in = &m->pattern->prog[t.pc];

		if (t.slot >= 0) {
			slots[t.slot] = t.old;
			continue;
		}
		if (m->mark[t.pc] == m->round)
			continue;
		m->mark[t.pc] = m->round;
		switch ((enum inst_op)in->op) {
		case INST_JUMP:
			m->todo[depth++] = (struct todo){ in->x, -1, 0 };
			break;
		case INST_SPLIT:
			m->todo[depth++] = (struct todo){ in->y, -1, 0 };
			m->todo[depth++] = (struct todo){ in->x, -1, 0 };
			break;
		case INST_SAVE:
			m->todo[depth++] = (struct todo){ 0, (int32_t)in->x,
							  slots[in->x] };
			slots[in->x] = (int32_t)at;
			m->todo[depth++] = (struct todo){ t.pc + 1, -1, 0 };
			break;
		case INST_BOL:
		case INST_EOL:
		case INST_WORD:
		case INST_NOT_WORD:
			if (passes(m, in->op, at))
				m->todo[depth++] =
					(struct todo){ t.pc + 1, -1, 0 };
			break;
		default:
			list->threads[list->count].pc = t.pc;
			memcpy(list->threads[list->count++].slots, slots,
			       SLOTS * sizeof(*slots));
		}
	}
}

static bool takes(const struct machine *m, const struct inst *in,
		  unsigned char b)
{
	switch ((enum inst_op)in->op) {
	case INST_BYTE:
		return in->x == b;
	case INST_ANY:
		return b != '\n';
	case INST_ALL:
		return true;
	case INST_CLASS:
		return class_has(&m->pattern->classes[in->x], b);
	default:
		return false;
	}
}

/* One byte (or the end) for all threads. True: a match was found. */
static bool step(struct machine *m, size_t at, int32_t best[SLOTS])
{
	bool full = m->pattern->flags & PATTERN_FULL;

	m->round++;
	m->then.count = 0;
	for (uint32_t i = 0; i < m->now.count; i++) {
		struct thread *t = &m->now.threads[i];
		const struct inst *in = &m->pattern->prog[t->pc];

		if (in->op == INST_MATCH) {
			if (full && at != m->len)
				continue;
			memcpy(best, t->slots, sizeof(t->slots));
			return true; /* what follows is less preferred */
		}
		if (at < m->len && takes(m, in, (unsigned char)m->text[at]))
			add(m, &m->then, t->pc + 1, at + 1, t->slots);
	}
	return false;
}

static int run(struct machine *m, size_t from, int32_t best[SLOTS])
{
	bool anchored = m->pattern->flags & PATTERN_FULL;
	bool found = false;

	for (size_t at = from; at <= m->len; at++) {
		struct list swap;
		int32_t slots[SLOTS];

		/* a new start is the least preferred thread of this place */
		if (!found && (!anchored || at == 0)) {
			memset(slots, -1, sizeof(slots));
			add(m, &m->now, 0, at, slots);
		}
		if (m->now.count == 0 && (found || anchored))
			break;
		if (m->now.count + 1 > *m->steps) {
			*m->steps = 0;
			return -E2BIG;
		}
		*m->steps -= m->now.count + 1;
		found |= step(m, at, best);
		swap = m->now;
		m->now = m->then;
		m->then = swap;
	}
	return found;
}

int pattern_match(const struct pattern *pattern, const char *text, size_t len,
		  size_t from, struct pattern_span ret_spans[PATTERN_GROUPS],
		  uint32_t *steps)
{
	uint32_t n = pattern->count;
	int32_t best[SLOTS];
	struct machine m = {
		.pattern = pattern,
		.text = text,
		.len = len,
		.now = { xcalloc(n, sizeof(struct thread)), 0 },
		.then = { xcalloc(n, sizeof(struct thread)), 0 },
		.todo = xcalloc(2 * (size_t)n + 2, sizeof(struct todo)),
		.mark = xcalloc(n, sizeof(uint32_t)),
		.round = 1,
		.steps = steps,
	};
	int rc;

	memset(best, -1, sizeof(best));
	rc = run(&m, from, best);
	for (int i = 0; rc == 1 && i < PATTERN_GROUPS; i++) {
		bool whole = best[2 * i] >= 0 && best[2 * i + 1] >= 0;

		ret_spans[i].start = whole ? best[2 * i] : -1;
		ret_spans[i].end = whole ? best[2 * i + 1] : -1;
	}
	free(m.now.threads);
	free(m.then.threads);
	free(m.todo);
	free(m.mark);
	return rc;
}
