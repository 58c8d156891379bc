/* SPDX-License-Identifier: MIT */
#include "ckptlib/sigstate.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"
#include "ckptlib/sigbits.h"
#include "ckptlib/units.h"
#include "ckptlib/wrap_signal.h"

struct ckpti_sigstate ckpti_sigstate;

/* ---- its type -------------------------------------------------------------------- */

static const struct ckpt_type type_uchar = {
	.name = "unsigned char", .kind = CKPT_UINT, .align = 1, .size = 1
};
static const struct ckpt_type type_bits = { .name = "unsigned char[8]",
					    .kind = CKPT_ARRAY,
					    .align = 1,
					    .size = 8,
					    .count = 8,
					    .elem = &type_uchar };
static const struct ckpt_type type_number = { .name = "long long",
					      .kind = CKPT_INT,
					      .align = _Alignof(long long),
					      .size = sizeof(long long) };
static const struct ckpt_type type_numbers = { .name = "long long[3]",
					       .kind = CKPT_ARRAY,
					       .align = _Alignof(long long),
					       .size = 3 * sizeof(long long),
					       .count = 3,
					       .elem = &type_number };
static const struct ckpt_type type_char = {
	.name = "char", .kind = CKPT_CHAR, .align = 1, .size = 1
};
static const struct ckpt_type type_charp = { .name = "char *",
					     .kind = CKPT_PTR,
					     .align = _Alignof(char *),
					     .size = sizeof(char *),
					     .elem = &type_char };

#define FIELD(member, t)                                          \
	{                                                         \
		.name = #member, .type = &(t),                    \
		.offset = offsetof(struct ckpti_sigstate, member) \
	}
static const struct ckpt_field fields[] = {
	FIELD(blocked, type_bits),    FIELD(pending, type_bits),
	FIELD(left_us, type_numbers), FIELD(period_us, type_numbers),
	FIELD(stack, type_charp),     FIELD(stack_bytes, type_number),
};

const struct ckpt_type ckpti_sigstate_type = {
	.name = "struct ckpti_sigstate",
	.where = "sigstate.h:18",
	.kind = CKPT_STRUCT,
	.align = _Alignof(struct ckpti_sigstate),
	.size = sizeof(struct ckpti_sigstate),
	.fields = fields,
	.nfields = sizeof(fields) / sizeof(fields[0]),
};

/* ---- holding back ------------------------------------------------------------------ */

static int is_handler(void (*handler)(int))
{
	return handler != SIG_DFL && handler != SIG_IGN;
}

/* Blocks what the program handles; the mask before goes to ret_bits. */
static void block_handled(unsigned char ret_bits[8])
{
	sigset_t set, before;
	int sig;

	sigemptyset(&set);
	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (ckpti_own.sig_set[sig] &&
		    is_handler(ckpti_own.sig_handler[sig]))
			sigaddset(&set, sig);
	}
	sigprocmask(SIG_BLOCK, &set, &before);
	ckpti_sigbits_get(&before, ret_bits);
}

static void set_mask(void)
{
	sigset_t set;

	ckpti_sigbits_set(ckpti_sigstate.blocked, &set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

void ckpti_sigstate_hold(void)
{
	ckpti_signal_look();
	block_handled(ckpti_sigstate.blocked);
}

void ckpti_sigstate_release(void)
{
	set_mask();
}

/* ---- capture ------------------------------------------------------------------------- */

/* Whether a restarted program finds the function again. */
static int is_known(void (*fn)(int))
{
	unsigned u, i;

	for (u = 0; u < ckpti_nunits(); u++) {
		const struct ckpt_unit *unit = ckpti_unit(u);

		for (i = 0; i < unit->nfuncaddrs; i++) {
			if ((void (*)(int))unit->funcaddrs[i].addr == fn)
				return 1;
		}
	}
	return 0;
}

static void look_at_handlers(struct ckpti_reasons *reasons)
{
	int sig;

	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (ckpti_own.sig_set[sig] &&
		    is_handler(ckpti_own.sig_handler[sig]) &&
		    !is_known(ckpti_own.sig_handler[sig]))
			ckpti_reasons_add(reasons, IMG_NOWHERE, NULL, 0,
					  "signal %d is handled by a function "
					  "that hcc did not build",
					  sig);
	}
}

static long long to_us(const struct timeval *t)
{
	return (long long)t->tv_sec * 1000000 + t->tv_usec;
}

static void look_at_timers(void)
{
	static const int which[] = { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };
	struct ckpti_sigstate *s = &ckpti_sigstate;
	struct itimerval now;
	int i;

	for (i = 0; i < 3; i++) {
		s->left_us[i] = s->period_us[i] = 0;
		if (getitimer(which[i], &now))
			continue;
		s->left_us[i] = to_us(&now.it_value);
		s->period_us[i] = to_us(&now.it_interval);
	}
}

static void look_at_stack(void)
{
	struct ckpti_sigstate *s = &ckpti_sigstate;
	stack_t now;

	s->stack = NULL;
	s->stack_bytes = 0;
	if (sigaltstack(NULL, &now) || (now.ss_flags & SS_DISABLE))
		return;
	s->stack = now.ss_sp;
	s->stack_bytes = (long long)now.ss_size;
}

/* What asks for checkpoints is answered by the one that is being made. */
static void look_at_pending(void)
{
	sigset_t set;
	int sig;

	sigpending(&set);
	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (sigismember(&set, sig) == 1 && ckpti_poll_uses(sig))
			sigdelset(&set, sig);
	}
	ckpti_sigbits_get(&set, ckpti_sigstate.pending);
}

void ckpti_sigstate_capture(struct ckpti_reasons *reasons)
{
	look_at_handlers(reasons);
	look_at_timers();
	look_at_stack();
	look_at_pending();
}

/* ---- restart --------------------------------------------------------------------------- */

static int waiting; /* for ckpti_sigstate_go */

static void set_stack(void)
{
	struct ckpti_sigstate *s = &ckpti_sigstate;
	stack_t stack;

	if (!s->stack)
		return;
	memset(&stack, 0, sizeof(stack));
	stack.ss_sp = s->stack;
	stack.ss_size = (size_t)s->stack_bytes;
	if (sigaltstack(&stack, NULL))
		ckpti_say("handlers run on the usual stack: the other one of "
			  "%lld bytes cannot be used here: %s",
			  s->stack_bytes, strerror(errno));
}

void ckpti_sigstate_resume(void)
{
	unsigned char ignored[8];

	block_handled(ignored);
	set_stack();
	ckpti_signal_resume();
	waiting = 1;
}

static void start_timers(void)
{
	static const int which[] = { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };
	const struct ckpti_sigstate *s = &ckpti_sigstate;
	struct itimerval t;
	int i;

	for (i = 0; i < 3; i++) {
		if (!s->left_us[i])
			continue;
		t.it_value.tv_sec = (time_t)(s->left_us[i] / 1000000);
		t.it_value.tv_usec = (suseconds_t)(s->left_us[i] % 1000000);
		t.it_interval.tv_sec = (time_t)(s->period_us[i] / 1000000);
		t.it_interval.tv_usec =
			(suseconds_t)(s->period_us[i] % 1000000);
		setitimer(which[i], &t, NULL);
	}
}

void ckpti_sigstate_go(void)
{
	sigset_t pending;
	int sig, saved = errno;

	if (!waiting)
		return;
	waiting = 0;
	start_timers();
	ckpti_sigbits_set(ckpti_sigstate.pending, &pending);
	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (sigismember(&pending, sig) == 1)
			kill(getpid(), sig);
	}
	set_mask();
	errno = saved;
}
