/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_signal.h"

#include <errno.h>
#include <string.h>

#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"
#include "ckptlib/sigbits.h"

/* libc's affair with the kernel, which sigaction gives back on some machines. */
#define KERNEL_RESTORER 0x04000000

/* Not of SIGKILL and SIGSTOP, nor of those that libc keeps for itself. */
static int can_have_handler(int sig)
{
	return sig >= 1 && sig < CKPTI_NSIG && sig != SIGKILL &&
	       sig != SIGSTOP && (sig < 32 || sig >= SIGRTMIN);
}

static void remember(int sig, const struct sigaction *a)
{
	struct ckpti_own *own = &ckpti_own;

	/* SA_SIGINFO's handler is the same word in a union. */
	own->sig_handler[sig] = a->sa_handler;
	own->sig_flags[sig] = a->sa_flags & ~KERNEL_RESTORER;
	own->sig_set[sig] = a->sa_handler != SIG_DFL;
	ckpti_sigbits_get(&a->sa_mask, own->sig_mask[sig]);
}

int ckpti_signal_wanted(int sig, struct sigaction *ret)
{
	const struct ckpti_own *own = &ckpti_own;

	memset(ret, 0, sizeof(*ret));
	ret->sa_handler = own->sig_set[sig] ? own->sig_handler[sig] : SIG_DFL;
	ret->sa_flags = own->sig_flags[sig];
	ckpti_sigbits_set(own->sig_mask[sig], &ret->sa_mask);
	return own->sig_set[sig];
}

int ckpt_sigaction(int sig, const struct sigaction *action,
		   struct sigaction *ret_old)
{
	struct sigaction effective, before;
	int ours = ckpti_poll_uses(sig);
	int kept = ours && ckpti_poll_keeps(sig);

	if (!can_have_handler(sig) || !ours) {
		if (sigaction(sig, action, ret_old))
			return -1;
		if (action)
			remember(sig, action);
		return 0;
	}
	ckpti_signal_wanted(sig, &before);
	if (action) {
		effective = *action;
		if (kept || action->sa_handler == SIG_DFL)
			ckpti_poll_action(sig, &effective);
		if (sigaction(sig, &effective, NULL))
			return -1;
		if (!kept)
			ckpti_poll_yield(sig, action->sa_handler != SIG_DFL);
		remember(sig, action);
	}
	if (ret_old)
		*ret_old = before;
	return 0;
}

static ckpti_handler *install(int sig, ckpti_handler *handler, int flags)
{
	struct sigaction action, old;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = flags;
	sigemptyset(&action.sa_mask);
	if (sig >= 1 && sig < CKPTI_NSIG && (flags & SA_RESTART))
		sigaddset(&action.sa_mask, sig);
	return ckpt_sigaction(sig, &action, &old) ? SIG_ERR : old.sa_handler;
}

ckpti_handler *ckpt_signal(int sig, ckpti_handler *handler)
{
	return install(sig, handler, SA_RESTART);
}

ckpti_handler *ckpt_ssignal(int sig, ckpti_handler *handler)
{
	return install(sig, handler, SA_RESTART);
}

ckpti_handler *ckpt_bsd_signal(int sig, ckpti_handler *handler)
{
	return install(sig, handler, SA_RESTART);
}

/* What signal is without _DEFAULT_SOURCE. */
ckpti_handler *ckpt___sysv_signal(int sig, ckpti_handler *handler)
{
	return install(sig, handler, (int)(SA_RESETHAND | SA_NODEFER));
}

ckpti_handler *ckpt_sysv_signal(int sig, ckpti_handler *handler)
{
	return ckpt___sysv_signal(sig, handler);
}

/* ---- across restarts ----------------------------------------------------------------- */

void ckpti_signal_look(void)
{
	struct sigaction now;
	int sig;

	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (!can_have_handler(sig) || sigaction(sig, NULL, &now) ||
		    ckpti_poll_is_ours(&now))
			continue;
		remember(sig, &now);
	}
}

void ckpti_signal_resume(void)
{
	struct sigaction action;
	int sig;

	for (sig = 1; sig < CKPTI_NSIG; sig++) {
		if (!ckpti_signal_wanted(sig, &action) || ckpti_poll_keeps(sig))
			continue;
		if (sigaction(sig, &action, NULL))
			ckpti_say("cannot set the handler of signal %d again: "
				  "%s",
				  sig, strerror(errno));
	}
}

/* ---- in place of ours ---------------------------------------------------------------- */

void ckpti_signal_pass(int sig, siginfo_t *info, void *context)
{
	struct sigaction action;
	sigset_t before;

	if (!ckpti_signal_wanted(sig, &action) || action.sa_handler == SIG_IGN)
		return;
	if (action.sa_flags & (int)SA_RESETHAND)
		ckpti_own.sig_set[sig] = 0;
	sigprocmask(SIG_BLOCK, &action.sa_mask, &before);
	if (action.sa_flags & SA_SIGINFO)
		action.sa_sigaction(sig, info, context);
	else
		action.sa_handler(sig);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void ckpti_signal_raise(int sig)
{
	struct sigaction action, ours;

	if (!ckpti_signal_wanted(sig, &action))
		return;
	if (sigaction(sig, &action, &ours))
		return;
	raise(sig);
	if (action.sa_flags & (int)SA_RESETHAND)
		ckpti_own.sig_set[sig] = 0;
	sigaction(sig, &ours, NULL);
}
