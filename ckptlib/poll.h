/* SPDX-License-Identifier: MIT */
/* poll: requests for a checkpoint, and the poll that answers them. */
#ifndef CKPTLIB_POLL_H
#define CKPTLIB_POLL_H

#include <signal.h>
#include <stdint.h>

enum ckpti_why {
	CKPTI_WHY_EXIT = 1, /* SIGTERM, SIGTSTP */
	CKPTI_WHY_GO_ON = 2, /* SIGUSR2 */
	CKPTI_WHY_INTERVAL = 4,
	CKPTI_WHY_AFTER_POLLS = 8, /* ends the process too */
	CKPTI_WHY_NOW = 16, /* ckpt_now: written when it returns */
	CKPTI_WHY_EVERY_POLLS = 32,
};
#define CKPTI_WHY_ENDS	(CKPTI_WHY_EXIT | CKPTI_WHY_AFTER_POLLS)
#define CKPTI_WHY_POLLS (CKPTI_WHY_AFTER_POLLS | CKPTI_WHY_EVERY_POLLS)

/* What the running capture answers, and since when it was asked for. */
struct ckpti_asked {
	unsigned why;
	uint64_t asked_ns, poll_ns;
};
extern struct ckpti_asked ckpti_asked;

/* Counts the signals of ours that came in. */
extern volatile unsigned ckpti_poll_signals;

/* Installs the handlers and the timer; counts polls from here. */
void ckpti_poll_start(void);
/*
 * A poll, with `why` as a request of its own. Returns 1 when a capture has
 * begun: all frames return now; 0 to go on.
 */
int ckpti_poll_take(unsigned why);

/* Called in a forked child: it asks for no checkpoints of its own. */
void ckpti_poll_stop(void);
/* The next interval starts now. */
void ckpti_poll_rearm(void);

/* Whether polls are being counted: then each of them asks. */
int ckpti_poll_counting(void);

/* From here on each request is answered by this message. */
void ckpti_poll_refuse(const char *why);
int ckpti_poll_refused(void);

/* The program was told that requests wait: it is told of their end, too. */
void ckpti_poll_told(void);
/* Nothing is held any more (hold.h): what waits is asked for again. */
void ckpti_poll_released(void);

/* Whether `sig` asks for checkpoints in this process. */
int ckpti_poll_uses(int sig);
/* Whether it does so even where the program has a handler. */
int ckpti_poll_keeps(int sig);
int ckpti_poll_is_ours(const struct sigaction *action);
/* The program takes the signal for itself, or gives it back. */
void ckpti_poll_yield(int sig, int taken);
/* The handler's disposition of a signal of ours. */
void ckpti_poll_action(int sig, struct sigaction *ret_action);

#endif
