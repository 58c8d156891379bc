/* SPDX-License-Identifier: MIT */
/*
 * Invariants: a job has a live attempt exactly in STARTING to REMOVING; every
 * path that leaves these states closes it; 005 and 009 are logged once, on
 * the way out of the queue; a HOLDING job ends up held and a REMOVING one
 * removed whatever the host reports, but a job that had ended by itself
 * before the order reached it is completed.
 */
#include "scheduler/jobstate.h"

#include "common/base/strbuf.h"

static const char *const state_names[JOBSTATE_COUNT] = {
	[JOBSTATE_IDLE] = "idle",	  [JOBSTATE_STARTING] = "starting",
	[JOBSTATE_RUNNING] = "running",	  [JOBSTATE_SUSPENDED] = "suspended",
	[JOBSTATE_VACATING] = "vacating", [JOBSTATE_HOLDING] = "holding",
	[JOBSTATE_REMOVING] = "removing", [JOBSTATE_PLACING] = "placing",
	[JOBSTATE_HELD] = "held",	  [JOBSTATE_COMPLETED] = "completed",
	[JOBSTATE_REMOVED] = "removed",
};

static const char *const event_names[JOBEVENT_COUNT] = {
	[JOBEVENT_MATCH] = "match",
	[JOBEVENT_INPUT_FAILED] = "input failed",
	[JOBEVENT_STARTED] = "started",
	[JOBEVENT_FROZEN] = "frozen",
	[JOBEVENT_THAWED] = "thawed",
	[JOBEVENT_LEAVING] = "leaving",
	[JOBEVENT_EXITED] = "exited",
	[JOBEVENT_AGAIN] = "again",
	[JOBEVENT_EXIT_HOLD] = "exit hold",
	[JOBEVENT_CHECKPOINTED] = "checkpointed",
	[JOBEVENT_EVICTED] = "evicted",
	[JOBEVENT_LOST] = "lost",
	[JOBEVENT_REFUSED] = "refused",
	[JOBEVENT_FAILED] = "failed",
	[JOBEVENT_PLACED] = "placed",
	[JOBEVENT_PLACE_FAILED] = "place failed",
	[JOBEVENT_PLACED_AGAIN] = "placed again",
	[JOBEVENT_PLACED_HOLD] = "placed hold",
	[JOBEVENT_HOLD] = "hold",
	[JOBEVENT_RELEASE] = "release",
	[JOBEVENT_REMOVE] = "remove",
	[JOBEVENT_VACATE] = "vacate",
	[JOBEVENT_VACATE_FAST] = "vacate fast",
	[JOBEVENT_SUSPEND] = "suspend",
	[JOBEVENT_CONTINUE] = "continue",
};

static const char *const effect_names[JOBFX_COUNT] = {
	"open attempt", "close attempt",    "order run", "order suspend",
	"order vacate", "order kill",	    "place",	 "to history",
	"log 001",	"log 004",	    "log 005",	 "log 009",
	"log 010",	"log 011",	    "log 012",	 "log 013",
	"log 024",	"log 004 requeued",
};

/* A cell that is not set is BAD: verdict is stored plus one. */
struct cell {
	unsigned char set; /* 0: bad, 1: ok, 2: already */
	unsigned char next;
	unsigned int effects;
};

#define GO(state, fx)                                               \
	{                                                           \
		.set = 1, .next = JOBSTATE_##state, .effects = (fx) \
	}
#define ALREADY           \
	{                 \
		.set = 2, \
	}

#define CLOSE	JOBFX_CLOSE
#define EVICT	(JOBFX_CLOSE | JOBFX_LOG_EVICTED)
#define AGAIN	(JOBFX_CLOSE | JOBFX_LOG_REQUEUED)
#define LOSE	(JOBFX_CLOSE | JOBFX_LOG_LOST)
#define HELD	JOBFX_LOG_HELD
#define ABORTED (JOBFX_LOG_ABORTED | JOBFX_END)

/* What every state with a running program shares. */
#define RUNNING_ENDS                                                            \
	[JOBEVENT_EXITED] = GO(PLACING, CLOSE | JOBFX_PLACE),                   \
	[JOBEVENT_AGAIN] = GO(IDLE, AGAIN),                                     \
	[JOBEVENT_EXIT_HOLD] = GO(HELD, CLOSE | HELD),                          \
	[JOBEVENT_CHECKPOINTED] = GO(IDLE, EVICT),                              \
	[JOBEVENT_EVICTED] = GO(IDLE, EVICT),                                   \
	[JOBEVENT_LOST] = GO(IDLE, LOSE), [JOBEVENT_REFUSED] = GO(IDLE, CLOSE), \
	[JOBEVENT_FAILED] = GO(HELD, CLOSE | HELD),                             \
	[JOBEVENT_HOLD] = GO(HOLDING, JOBFX_VACATE | HELD),                     \
	[JOBEVENT_REMOVE] = GO(REMOVING, JOBFX_KILL)

static const struct cell table[JOBSTATE_COUNT][JOBEVENT_COUNT] = {
	[JOBSTATE_IDLE] = {
		[JOBEVENT_MATCH] = GO(STARTING, JOBFX_OPEN),
		[JOBEVENT_HOLD] = GO(HELD, HELD),
		[JOBEVENT_REMOVE] = GO(REMOVED, ABORTED),
	},
	[JOBSTATE_STARTING] = {
		RUNNING_ENDS,
		[JOBEVENT_INPUT_FAILED] = GO(HELD, CLOSE | HELD),
		[JOBEVENT_STARTED] = GO(RUNNING, JOBFX_LOG_EXECUTE),
		[JOBEVENT_FROZEN] = GO(SUSPENDED, JOBFX_LOG_EXECUTE |
						  JOBFX_LOG_SUSPEND),
		[JOBEVENT_LEAVING] = GO(VACATING, JOBFX_LOG_EXECUTE),
		[JOBEVENT_VACATE] = GO(VACATING, JOBFX_VACATE),
		[JOBEVENT_VACATE_FAST] = GO(VACATING, JOBFX_KILL),
		[JOBEVENT_SUSPEND] = GO(STARTING, JOBFX_SUSPEND),
		[JOBEVENT_CONTINUE] = GO(STARTING, JOBFX_RUN),
	},
	[JOBSTATE_RUNNING] = {
		RUNNING_ENDS,
		[JOBEVENT_STARTED] = ALREADY,
		[JOBEVENT_THAWED] = ALREADY,
		[JOBEVENT_FROZEN] = GO(SUSPENDED, JOBFX_LOG_SUSPEND),
		[JOBEVENT_LEAVING] = GO(VACATING, 0),
		[JOBEVENT_VACATE] = GO(VACATING, JOBFX_VACATE),
		[JOBEVENT_VACATE_FAST] = GO(VACATING, JOBFX_KILL),
		[JOBEVENT_SUSPEND] = GO(RUNNING, JOBFX_SUSPEND),
		/* takes back a suspension that has not yet happened */
		[JOBEVENT_CONTINUE] = GO(RUNNING, JOBFX_RUN),
	},
	[JOBSTATE_SUSPENDED] = {
		RUNNING_ENDS,
		[JOBEVENT_FROZEN] = ALREADY,
		[JOBEVENT_STARTED] = GO(RUNNING, JOBFX_LOG_CONTINUE),
		[JOBEVENT_THAWED] = GO(RUNNING, JOBFX_LOG_CONTINUE),
		[JOBEVENT_LEAVING] = GO(VACATING, 0),
		[JOBEVENT_VACATE] = GO(VACATING, JOBFX_VACATE),
		[JOBEVENT_VACATE_FAST] = GO(VACATING, JOBFX_KILL),
		[JOBEVENT_SUSPEND] = ALREADY,
		[JOBEVENT_CONTINUE] = GO(SUSPENDED, JOBFX_RUN),
	},
	[JOBSTATE_VACATING] = {
		RUNNING_ENDS,
		[JOBEVENT_STARTED] = ALREADY,
		[JOBEVENT_FROZEN] = ALREADY,
		[JOBEVENT_THAWED] = GO(RUNNING, 0),
		[JOBEVENT_LEAVING] = ALREADY,
		[JOBEVENT_VACATE] = ALREADY,
		[JOBEVENT_VACATE_FAST] = GO(VACATING, JOBFX_KILL),
	},
	[JOBSTATE_HOLDING] = {
		[JOBEVENT_EXITED] = GO(PLACING, CLOSE | JOBFX_PLACE),
		[JOBEVENT_AGAIN] = GO(HELD, AGAIN),
		[JOBEVENT_EXIT_HOLD] = GO(HELD, CLOSE),
		[JOBEVENT_CHECKPOINTED] = GO(HELD, EVICT),
		[JOBEVENT_EVICTED] = GO(HELD, EVICT),
		[JOBEVENT_LOST] = GO(HELD, LOSE),
		[JOBEVENT_REFUSED] = GO(HELD, CLOSE),
		[JOBEVENT_FAILED] = GO(HELD, CLOSE),
		[JOBEVENT_INPUT_FAILED] = GO(HELD, CLOSE),
		[JOBEVENT_STARTED] = ALREADY,
		[JOBEVENT_FROZEN] = ALREADY,
		[JOBEVENT_THAWED] = ALREADY,
		[JOBEVENT_LEAVING] = ALREADY,
		[JOBEVENT_HOLD] = ALREADY,
		[JOBEVENT_RELEASE] = GO(VACATING, JOBFX_LOG_RELEASED),
		[JOBEVENT_REMOVE] = GO(REMOVING, JOBFX_KILL),
	},
	[JOBSTATE_REMOVING] = {
		[JOBEVENT_EXITED] = GO(PLACING, CLOSE | JOBFX_PLACE),
		[JOBEVENT_AGAIN] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_EXIT_HOLD] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_CHECKPOINTED] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_EVICTED] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_LOST] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_REFUSED] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_FAILED] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_INPUT_FAILED] = GO(REMOVED, CLOSE | ABORTED),
		[JOBEVENT_STARTED] = ALREADY,
		[JOBEVENT_FROZEN] = ALREADY,
		[JOBEVENT_THAWED] = ALREADY,
		[JOBEVENT_LEAVING] = ALREADY,
		[JOBEVENT_REMOVE] = ALREADY,
	},
	[JOBSTATE_PLACING] = {
		[JOBEVENT_PLACED] = GO(COMPLETED, JOBFX_LOG_ENDED | JOBFX_END),
		[JOBEVENT_PLACE_FAILED] = GO(HELD, HELD),
		[JOBEVENT_PLACED_AGAIN] = GO(IDLE, JOBFX_LOG_REQUEUED),
		[JOBEVENT_PLACED_HOLD] = GO(HELD, HELD),
		[JOBEVENT_REMOVE] = GO(REMOVED, ABORTED),
	},
	[JOBSTATE_HELD] = {
		[JOBEVENT_HOLD] = ALREADY,
		[JOBEVENT_RELEASE] = GO(IDLE, JOBFX_LOG_RELEASED),
		[JOBEVENT_REMOVE] = GO(REMOVED, ABORTED),
	},
	/* kept in the queue by leave_in_queue until now */
	[JOBSTATE_COMPLETED] = {
		[JOBEVENT_REMOVE] = GO(COMPLETED, JOBFX_END),
	},
	[JOBSTATE_REMOVED] = {
		[JOBEVENT_REMOVE] = GO(REMOVED, JOBFX_END),
	},
};

struct job_step jobstate_step(enum job_state state, enum job_event event)
{
	const struct cell *c = &table[state][event];

	if (c->set == 1)
		return (struct job_step){ JOBSTATE_OK, c->next, c->effects };
	return (struct job_step){ c->set == 2 ? JOBSTATE_ALREADY : JOBSTATE_BAD,
				  state, 0 };
}

const char *jobstate_name(enum job_state state)
{
	return state_names[state];
}

const char *jobstate_event_name(enum job_event event)
{
	return event_names[event];
}

int jobstate_status(enum job_state state)
{
	static const int status[JOBSTATE_COUNT] = {
		[JOBSTATE_IDLE] = 1,	 [JOBSTATE_STARTING] = 2,
		[JOBSTATE_RUNNING] = 2,	 [JOBSTATE_SUSPENDED] = 7,
		[JOBSTATE_VACATING] = 2, [JOBSTATE_HOLDING] = 5,
		[JOBSTATE_REMOVING] = 3, [JOBSTATE_PLACING] = 2,
		[JOBSTATE_HELD] = 5,	 [JOBSTATE_COMPLETED] = 4,
		[JOBSTATE_REMOVED] = 3,
	};

	return status[state];
}

bool jobstate_has_attempt(enum job_state state)
{
	return state >= JOBSTATE_STARTING && state <= JOBSTATE_REMOVING;
}

bool jobstate_is_end(enum job_state state)
{
	return state == JOBSTATE_COMPLETED || state == JOBSTATE_REMOVED;
}

static void markdown_row(struct strbuf *out, enum job_state s, enum job_event e)
{
	struct job_step step = jobstate_step(s, e);
	const char *sep = "";

	if (step.verdict == JOBSTATE_BAD)
		return;
	strbuf_addf(out, "| %s | %s | ", state_names[s], event_names[e]);
	if (step.verdict == JOBSTATE_ALREADY) {
		strbuf_addstr(out, "(already) | |\n");
		return;
	}
	strbuf_addf(out, "%s | ", state_names[step.next]);
	for (int i = 0; i < JOBFX_COUNT; i++) {
		if (!(step.effects & (1u << i)))
			continue;
		strbuf_addf(out, "%s%s", sep, effect_names[i]);
		sep = ", ";
	}
	strbuf_addstr(out, " |\n");
}

void jobstate_markdown(struct strbuf *out)
{
	strbuf_addstr(out, "| state | event | next | effects |\n"
			   "| --- | --- | --- | --- |\n");
	for (int s = 0; s < JOBSTATE_COUNT; s++)
		for (int e = 0; e < JOBEVENT_COUNT; e++)
			markdown_row(out, (enum job_state)s, (enum job_event)e);
}
