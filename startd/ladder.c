/* SPDX-License-Identifier: MIT */
/*
 * Invariants: a job leaves LADDER_FROZEN only by a thaw; LADDER_LEAVING and
 * LADDER_KILLING are never left for LADDER_RUNNING (the SIGTERM cannot be
 * taken back); a job is capped only while the policy wants the machine.
 */
#include "startd/ladder.h"

static unsigned enter(struct ladder *l, enum ladder_state state,
		      enum ladder_why why, int64_t now_ms, unsigned actions)
{
	l->state = state;
	l->why = why;
	l->since_ms = now_ms;
	return actions;
}

static unsigned enter_killing(struct ladder *l, const struct ladder_in *in)
{
	enum ladder_why why = l->why;

	if (in->kill_asked)
		why = LADDER_WHY_REMOVED;
	else if (l->state != LADDER_LEAVING)
		why = LADDER_WHY_POLICY;
	l->killed_ms = in->now_ms;
	return enter(l, LADDER_KILLING, why, in->now_ms,
		     LADDER_DO_KILL | LADDER_DO_THAW);
}

static unsigned enter_leaving(struct ladder *l, const struct ladder_in *in,
			      enum ladder_why why)
{
	unsigned actions = LADDER_DO_TERM;

	if (l->state == LADDER_FROZEN)
		actions |= LADDER_DO_THAW;
	if (in->suspend || why == LADDER_WHY_POLICY) {
		actions |= LADDER_DO_CAP;
		l->capped = true;
	}
	return enter(l, LADDER_LEAVING, why, in->now_ms, actions);
}

static unsigned preempt(struct ladder *l, const struct ladder_in *in)
{
	if (in->want_vacate)
		return enter_leaving(l, in, LADDER_WHY_POLICY);
	return enter_killing(l, in);
}

static unsigned step_running(struct ladder *l, const struct ladder_in *in)
{
	if (in->vacate_asked)
		return enter_leaving(l, in, LADDER_WHY_ASKED);
	if (in->preempt)
		return preempt(l, in);
	if (in->suspend)
		return enter(l, LADDER_FROZEN, LADDER_WHY_POLICY, in->now_ms,
			     LADDER_DO_FREEZE);
	if (in->suspend_asked)
		return enter(l, LADDER_FROZEN, LADDER_WHY_ASKED, in->now_ms,
			     LADDER_DO_FREEZE);
	return 0;
}

static unsigned step_frozen(struct ladder *l, const struct ladder_in *in)
{
	/* The owner came to a job that its user had suspended. */
	if (l->why == LADDER_WHY_ASKED && in->suspend) {
		l->why = LADDER_WHY_POLICY;
		l->since_ms = in->now_ms;
	}
	if (in->vacate_asked)
		return enter_leaving(l, in, LADDER_WHY_ASKED);
	if (in->preempt && l->why == LADDER_WHY_POLICY)
		return preempt(l, in);
	if (in->suspend)
		return 0;
	if (in->suspend_asked) {
		if (in->resume)
			l->why = LADDER_WHY_ASKED;
		return 0;
	}
	if (in->resume || l->why == LADDER_WHY_ASKED)
		return enter(l, LADDER_RUNNING, LADDER_WHY_NONE, in->now_ms,
			     LADDER_DO_THAW);
	return 0;
}

static unsigned step_leaving(struct ladder *l, const struct ladder_in *in,
			     const struct ladder_limits *limits)
{
	if (in->kill || in->now_ms - l->since_ms >= limits->max_vacate_ms)
		return enter_killing(l, in);
	if (in->suspend && !l->capped) {
		l->capped = true;
		return LADDER_DO_CAP;
	}
	if (!in->suspend && in->resume && l->capped) {
		l->capped = false;
		return LADDER_DO_UNCAP;
	}
	return 0;
}

void ladder_init(struct ladder *l, int64_t now_ms)
{
	*l = (struct ladder){ .since_ms = now_ms };
}

unsigned ladder_step(struct ladder *l, const struct ladder_in *in,
		     const struct ladder_limits *limits)
{
	if (l->state == LADDER_ENDED)
		return 0;
	if (in->ended)
		return enter(l, LADDER_ENDED, l->why, in->now_ms, 0);
	if (in->kill_asked && l->state != LADDER_KILLING)
		return enter_killing(l, in);
	switch (l->state) {
	case LADDER_RUNNING:
		return step_running(l, in);
	case LADDER_FROZEN:
		return step_frozen(l, in);
	case LADDER_LEAVING:
		return step_leaving(l, in, limits);
	case LADDER_KILLING:
		if (in->now_ms - l->killed_ms < limits->killing_ms)
			return 0;
		l->killed_ms = in->now_ms;
		return LADDER_DO_KILL | LADDER_DO_THAW;
	case LADDER_ENDED:
		break;
	}
	return 0;
}

int64_t ladder_deadline_ms(const struct ladder *l,
			   const struct ladder_limits *limits)
{
	if (l->state == LADDER_LEAVING)
		return l->since_ms + limits->max_vacate_ms;
	if (l->state == LADDER_KILLING)
		return l->killed_ms + limits->killing_ms;
	return INT64_MAX;
}

const char *ladder_state_name(enum ladder_state state)
{
	static const char *const names[] = {
		[LADDER_RUNNING] = "running", [LADDER_FROZEN] = "frozen",
		[LADDER_LEAVING] = "leaving", [LADDER_KILLING] = "killing",
		[LADDER_ENDED] = "ended",
	};

	return names[state];
}
