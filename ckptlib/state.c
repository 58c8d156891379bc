/* SPDX-License-Identifier: MIT */
#include "ckptlib/state.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

#include "ckptlib/jump.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"
#include "ckptlib/sigbits.h"
#include "ckptlib/wrap_signal.h"
#include "ckptlib/wrap_state.h"
#include "ckptlib/wrap_time.h"

/* ---- signals ------------------------------------------------------------------------ */

static void remember(int sig, const struct sigaction *a)
{
	struct ckpti_own *own = &ckpti_own;

	/* SA_SIGINFO's handler is the same word in a union. */
	own->sig_handler[sig] = a->sa_handler;
	own->sig_flags[sig] = a->sa_flags;
	own->sig_set[sig] = a->sa_handler != SIG_DFL;
	ckpti_sigbits_get(&a->sa_mask, own->sig_mask[sig]);
}

static void recall(int sig, struct sigaction *ret)
{
	const struct ckpti_own *own = &ckpti_own;

	memset(ret, 0, sizeof(*ret));
	ret->sa_handler = own->sig_set[sig] ? own->sig_handler[sig] : SIG_DFL;
	ret->sa_flags = own->sig_flags[sig];
	ckpti_sigbits_set(own->sig_mask[sig], &ret->sa_mask);
}

int ckpt_sigaction(int sig, const struct sigaction *action,
		   struct sigaction *ret_old)
{
	struct sigaction effective, before;
	int ours = ckpti_poll_uses(sig);

	if (sig < 1 || sig >= CKPTI_NSIG)
		return sigaction(sig, action, ret_old);
	if (!action) {
		if (ours && ret_old) {
			recall(sig, ret_old);
			return 0;
		}
		return sigaction(sig, NULL, ret_old);
	}
	recall(sig, &before);
	effective = *action;
	if (ours && action->sa_handler == SIG_DFL)
		ckpti_poll_action(sig, &effective);
	if (sigaction(sig, &effective, ours ? NULL : ret_old))
		return -1;
	if (ours) {
		ckpti_poll_yield(sig, action->sa_handler != SIG_DFL);
		if (ret_old)
			*ret_old = before;
	}
	remember(sig, action);
	return 0;
}

ckpti_handler *ckpt_signal(int sig, ckpti_handler *handler)
{
	struct sigaction action, old;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	if (sig >= 1 && sig < CKPTI_NSIG)
		sigaddset(&action.sa_mask, sig);
	return ckpt_sigaction(sig, &action, &old) ? SIG_ERR : old.sa_handler;
}

/* What signal is where headers were asked for POSIX or X/Open alone. */
ckpti_handler *ckpt___sysv_signal(int sig, ckpti_handler *handler)
{
	struct sigaction action, old;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	sigemptyset(&action.sa_mask);
	return ckpt_sigaction(sig, &action, &old) ? SIG_ERR : old.sa_handler;
}

/* Handlers that held for one signal, which came. */
void ckpti_state_capture(void)
{
	struct sigaction now;
	int sig;

	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (!ckpti_own.sig_set[sig] ||
		    !(ckpti_own.sig_flags[sig] & (int)SA_RESETHAND))
			continue;
		if (!sigaction(sig, NULL, &now) && now.sa_handler == SIG_DFL)
			ckpti_own.sig_set[sig] = 0;
	}
}

static void resume_signals(void)
{
	struct sigaction action;
	int sig;

	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (!ckpti_own.sig_set[sig])
			continue;
		recall(sig, &action);
		if (sigaction(sig, &action, NULL))
			ckpti_say("cannot set the handler of signal %d again: "
				  "%s",
				  sig, strerror(errno));
	}
}

/* ---- locale ------------------------------------------------------------------------- */

char *ckpt_setlocale(int category, const char *name)
{
	char *r = setlocale(category, name);
	const char *now;
	int i;

	if (!r || !name)
		return r;
	for (i = 0; i < CKPTI_NLOCALE; i++) {
		now = i == LC_ALL ? "" : setlocale(i, NULL);
		if (!now || strlen(now) >= sizeof(ckpti_own.locale[i]))
			now = "";
		strcpy(ckpti_own.locale[i], now);
	}
	return setlocale(category, NULL);
}

void ckpti_state_locale(void)
{
	int i;

	for (i = 0; i < CKPTI_NLOCALE; i++) {
		if (i == LC_ALL || !ckpti_own.locale[i][0])
			continue;
		if (!setlocale(i, ckpti_own.locale[i]))
			ckpti_say("this machine has no locale '%s', which the "
				  "program uses; it goes on with '%s'",
				  ckpti_own.locale[i], setlocale(i, NULL));
	}
}

void ckpti_state_resume(void)
{
	ckpti_jump_process++;
	resume_signals();
	ckpti_clocks_resume();
	ckpti_process_resume();
}
