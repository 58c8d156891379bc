/* SPDX-License-Identifier: MIT */
/*
 * `pending` is written by handlers and taken by polls; ckpt_request says that
 * it should be looked at. A poll lowers ckpt_request before it takes
 * `pending`, so a signal in between costs one poll more and is never lost.
 */
#include "ckptlib/poll.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ckptlib/abi.h"
#include "ckptlib/conf.h"
#include "ckptlib/frames.h"
#include "ckptlib/hand.h"
#include "ckptlib/hold.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/park.h"
#include "ckptlib/profile.h"
#include "ckptlib/sigstate.h"
#include "ckptlib/wrap_signal.h"
#include "ckptlib/writer.h"

volatile int ckpt_request;
int ckpt_unwinding;
int ckpt_resuming;
int ckpt_mask;
const void *ckpt_token;

struct ckpti_asked ckpti_asked;
volatile unsigned ckpti_poll_signals;

/* Ignored by default, and a program has hardly a use for it. */
#define TIMER_SIGNAL SIGURG

static unsigned pending;
static volatile uint64_t pending_ns;
static volatile int exit_signal; /* that asked to leave */
static unsigned long long polls;
static int counting; /* CKPT_AFTER_POLLS and such: each poll comes here */
static const char *refused;
static int started;
static timer_t timer;
static int has_timer;

static const int signals[] = { SIGTERM, SIGTSTP, SIGUSR2, TIMER_SIGNAL };
#define NSIGNALS (sizeof(signals) / sizeof(signals[0]))
static int yielded[NSIGNALS];

static void ask(unsigned why)
{
	if (!pending)
		pending_ns = ckpti_now_ns();
	__atomic_fetch_or(&pending, why, __ATOMIC_SEQ_CST);
	ckpt_request = 1;
}

/* The program means its own handler when it sends the signal to itself. */
static int is_for_program(int sig, const siginfo_t *info)
{
	return ckpti_own.sig_set[sig] && info->si_code <= 0 &&
	       info->si_pid == getpid();
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	if (sig != TIMER_SIGNAL && is_for_program(sig, info)) {
		ckpti_signal_pass(sig, info, context);
		errno = saved;
		return;
	}
	ckpti_poll_signals++;
	if (sig == SIGUSR2)
		ask(CKPTI_WHY_GO_ON);
	else if (sig == TIMER_SIGNAL)
		ask(CKPTI_WHY_INTERVAL);
	else
		exit_signal = sig, ask(CKPTI_WHY_EXIT);
	errno = saved;
}

/* ---- who handles which signal --------------------------------------------------- */

static int signal_index(int sig)
{
	unsigned i;

	for (i = 0; i < NSIGNALS; i++) {
		if (signals[i] == sig)
			return sig != TIMER_SIGNAL || ckpti_conf.interval > 0
				       ? (int)i
				       : -1;
	}
	return -1;
}

int ckpti_poll_uses(int sig)
{
	return started && signal_index(sig) >= 0;
}

int ckpti_poll_keeps(int sig)
{
	return sig == SIGTERM || sig == SIGTSTP;
}

int ckpti_poll_is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) &&
	       action->sa_sigaction == on_signal;
}

void ckpti_poll_yield(int sig, int taken)
{
	int i = signal_index(sig);

	if (i < 0)
		return;
	if (taken && !yielded[i])
		ckpti_say("the program handles %s itself: it asks for no "
			  "checkpoint any more",
			  sig == SIGUSR2 ? "SIGUSR2" : "SIGURG");
	yielded[i] = taken;
}

void ckpti_poll_action(int sig, struct sigaction *ret_action)
{
	(void)sig;
	memset(ret_action, 0, sizeof(*ret_action));
	ret_action->sa_sigaction = on_signal;
	ret_action->sa_flags = SA_RESTART | SA_SIGINFO;
	sigemptyset(&ret_action->sa_mask);
}

void ckpti_poll_rearm(void)
{
	struct itimerspec spec = { 0 };
	double s = ckpti_conf.interval;

	if (!has_timer)
		return;
	spec.it_value.tv_sec = (time_t)s;
	spec.it_value.tv_nsec =
		(long)((s - (double)spec.it_value.tv_sec) * 1e9);
	if (spec.it_value.tv_sec == 0 && spec.it_value.tv_nsec == 0)
		spec.it_value.tv_nsec = 1;
	timer_settime(timer, 0, &spec, NULL);
}

static void start_timer(void)
{
	struct sigevent event = { 0 };

	if (ckpti_conf.interval <= 0)
		return;
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = TIMER_SIGNAL;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer)) {
		ckpti_say("no timer for CKPT_INTERVAL: %s", strerror(errno));
		return;
	}
	has_timer = 1;
	ckpti_poll_rearm();
}

void ckpti_poll_start(void)
{
	struct sigaction action;
	unsigned i;

	for (i = 0; i < NSIGNALS; i++) {
		if (signal_index(signals[i]) < 0)
			continue;
		/* a restarted program's own handler */
		yielded[i] = ckpti_own.sig_set[signals[i]] &&
			     !ckpti_poll_keeps(signals[i]);
		if (yielded[i])
			continue;
		ckpti_poll_action(signals[i], &action);
		sigaction(signals[i], &action, NULL);
	}
	started = 1;
	start_timer();
	counting = ckpti_conf.after_polls || ckpti_conf.every_polls ||
		   ckpti_conf.kill_at_poll;
	if (counting)
		ckpt_request = 1;
}

void ckpti_poll_stop(void)
{
	struct sigaction action;
	unsigned i;

	if (!started)
		return;
	started = 0;
	counting = 0;
	has_timer = 0;
	for (i = 0; i < NSIGNALS; i++) {
		if (signal_index(signals[i]) < 0 || yielded[i])
			continue;
		ckpti_signal_wanted(signals[i], &action);
		sigaction(signals[i], &action, NULL);
	}
	ckpt_request = 0;
	pending = 0;
}

int ckpti_poll_counting(void)
{
	return counting;
}

void ckpti_poll_refuse(const char *why)
{
	if (!refused && started)
		ckpti_say("checkpoints are off from here on: %s", why);
	refused = why;
}

int ckpti_poll_refused(void)
{
	return refused != NULL;
}

/* ---- the poll -------------------------------------------------------------------- */

static unsigned count_poll(void)
{
	const struct ckpti_conf *conf = &ckpti_conf;
	unsigned why = 0;

	if (++polls == conf->kill_at_poll)
		kill(getpid(), SIGKILL);
	if (polls == conf->after_polls)
		why = CKPTI_WHY_AFTER_POLLS;
	else if (conf->every_polls && polls % conf->every_polls == 0)
		why = CKPTI_WHY_EVERY_POLLS;
	if (why)
		pending_ns = ckpti_now_ns();
	return why;
}

/* What is asked for now; 0 for nothing. */
static unsigned take_request(void)
{
	unsigned why;

	ckpt_request = counting;
	why = __atomic_exchange_n(&pending, 0, __ATOMIC_SEQ_CST);
	if (counting)
		why |= count_poll();
	return why;
}

/* A child still writes the image of the interval before: the next one then. */
static int can_wait(unsigned why)
{
	if (why != CKPTI_WHY_INTERVAL || !ckpti_writer_busy())
		return 0;
	ckpti_poll_rearm();
	return 1;
}

/* ---- requests that wait ---------------------------------------------------------- */

static unsigned waiting;
static uint64_t waiting_ns;
static bool told;

/* Whether the request has to wait. One of the program's own cannot. */
static bool must_wait(unsigned why)
{
	char text[256];

	if (!ckpti_held(text, sizeof(text)))
		return false;
	if (why & CKPTI_WHY_NOW) {
		ckpti_say("no checkpoint: the program has %s", text);
		why &= ~(unsigned)CKPTI_WHY_NOW;
	}
	if (why & ~(unsigned)CKPTI_WHY_INTERVAL || (why && !told)) {
		ckpti_say("the checkpoint waits: the program has %s", text);
		told = true;
	}
	if (!waiting)
		waiting_ns = pending_ns;
	waiting |= why;
	return true;
}

void ckpti_poll_told(void)
{
	told = true;
}

void ckpti_poll_released(void)
{
	unsigned why = waiting;

	if (told)
		ckpti_say("checkpoints are on again");
	told = false;
	waiting = 0;
	if (!why)
		return;
	ask(why);
	pending_ns = waiting_ns;
}

/* Parks and starts the unwinding; 0 when the program goes on. */
static int begin(void)
{
	ckpti_frames_reset();
	ckpti_sigstate_hold();
	switch (ckpti_park()) {
	case 0:
		ckpt_unwinding = 1;
		return 1;
	case 1: /* put back */
		ckpt_unwinding = 0;
		ckpti_writer_paused(ckpti_now_ns() - ckpti_asked.poll_ns);
		break;
	default:
		ckpti_say("no checkpoint: no memory for a copy of the stack");
	}
	ckpti_sigstate_release();
	return 0;
}

/* Asked to leave, and no image: what the program does about the signal. */
static void leave_to_program(unsigned why)
{
	if (why & CKPTI_WHY_EXIT)
		ckpti_signal_raise(exit_signal);
}

int ckpti_poll_take(unsigned why)
{
	int saved = errno;

	if (ckpt_mask > 0)
		return 0;
	if (ckpt_unwinding) {
		/* Some frame returned into code that went on: its state is
		 * no longer what was saved. Put all back. */
		ckpti_say("no checkpoint: a frame went on while the stack "
			  "was being captured");
		ckpti_unpark();
	}
	why |= take_request();
	if (!why || can_wait(why))
		return 0;
	if (refused) {
		ckpti_say("no checkpoint: %s", refused);
		leave_to_program(why);
		return 0;
	}
	if (must_wait(why)) {
		leave_to_program(why);
		return 0;
	}
	ckpti_asked.why = why;
	ckpti_asked.asked_ns = pending_ns;
	ckpti_asked.poll_ns = ckpti_now_ns();
	ckpti_hooks_run(CKPTI_HOOK_CAPTURE);
	ckpti_own.saved_errno = saved;
	if (begin())
		return 1;
	ckpti_hooks_run(CKPTI_HOOK_CONTINUE);
	leave_to_program(ckpti_asked.why);
	errno = ckpti_own.saved_errno;
	return 0;
}

int ckpt_poll(const struct ckpt_point *point)
{
	if (CKPTI_UNLIKELY(ckpti_profiling))
		return ckpti_profile_poll(point);
	return ckpti_poll_take(0);
}
