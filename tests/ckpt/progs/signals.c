/* tests: handlers with flags and masks, blocked and pending signals, another stack, timers, sigprocmask */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "check.h"

static volatile sig_atomic_t flag, order, infos, resets, deep;
static sigjmp_buf out_of_segv;
static char *other_stack;
static size_t other_size;
/* By a pointer: gcc takes raise for a leaf that runs nothing of this unit. */
static int (*volatile send)(int) = raise;

static int burn(int n)
{
	for (int i = 0; i < 4; i++)
		n = (n * 89 + 23) % 9871;
	check_mix(n);
	return n;
}

static void on_usr1(int sig)
{
	flag = sig == SIGUSR1;
}

static void in_order(int sig)
{
	order = order * 10 + (sig == SIGHUP ? 1 : sig == SIGALRM ? 2 : 3);
}

static void with_info(int sig, siginfo_t *info, void *context)
{
	sigset_t now;

	(void)context;
	sigprocmask(SIG_BLOCK, NULL, &now);
	infos += info->si_signo == sig && info->si_pid == getpid();
	infos += sigismember(&now, SIGUSR1) * 10 + sigismember(&now, sig) * 100;
}

static void only_once(int sig)
{
	(void)sig;
	resets++;
}

static void on_other_stack(int sig)
{
	char here;

	deep += &here > other_stack && &here < other_stack + other_size;
	siglongjmp(out_of_segv, sig == SIGSEGV);
}

static void install(void)
{
	struct sigaction a;
	stack_t s;

	signal(SIGUSR1, on_usr1);
	memset(&a, 0, sizeof(a));
	a.sa_sigaction = with_info;
	a.sa_flags = SA_SIGINFO;
	sigaddset(&a.sa_mask, SIGUSR1);
	sigaction(SIGWINCH, &a, NULL);
	memset(&a, 0, sizeof(a));
	a.sa_handler = in_order;
	sigaction(SIGHUP, &a, NULL);
	sigaction(SIGALRM, &a, NULL);
	sigaction(SIGIO, &a, NULL);
	other_size = 8 * 8192;
	other_stack = malloc(other_size);
	memset(&s, 0, sizeof(s));
	s.ss_sp = other_stack;
	s.ss_size = other_size;
	sigaltstack(&s, NULL);
	a.sa_handler = on_other_stack;
	a.sa_flags = SA_ONSTACK;
	sigaction(SIGSEGV, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Sent while blocked, delivered behind the work. */
static int blocked(int n)
{
	sigset_t set, old, now;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	order = 0;
	send(SIGIO);
	burn(n);
	send(SIGHUP);
	burn(n + 1);
	sigpending(&now);
	check_mix(sigismember(&now, SIGIO) * 2 + sigismember(&now, SIGHUP));
	check_mix(order);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return order;
}

static int waits(int n)
{
	int turns = 0;

	flag = 0;
	while (!flag && turns < 20) {
		burn(turns);
		if (++turns == n)
			send(SIGUSR1);
	}
	return turns;
}

static int faults(void)
{
	if (sigsetjmp(out_of_segv, 1) == 0) {
		burn(7);
		send(SIGSEGV);
		return -1;
	}
	return burn(deep);
}

/* The handler is gone after its first run, before and after a restart. */
static int once(int n)
{
	struct sigaction a, now;

	memset(&a, 0, sizeof(a));
	a.sa_handler = only_once;
	a.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGURG, &a, NULL);
	burn(n);
	send(SIGURG);
	burn(n);
	send(SIGURG);
	sigaction(SIGURG, NULL, &now);
	return resets * 10 + (now.sa_handler == SIG_DFL);
}

static int timers(void)
{
	struct itimerval t = { { 0, 0 }, { 5000, 0 } }, left;
	unsigned rest;

	alarm(1000);
	setitimer(ITIMER_VIRTUAL, &t, NULL);
	burn(11);
	burn(12);
	rest = alarm(0);
	t.it_value.tv_sec = 0;
	setitimer(ITIMER_VIRTUAL, &t, &left);
	return (rest > 900 && rest <= 1000) +
	       2 * (left.it_value.tv_sec > 4900 && left.it_value.tv_sec <= 5000);
}

static int kept(void)
{
	struct sigaction now;
	int same = 0;

	sigaction(SIGWINCH, NULL, &now);
	same += now.sa_sigaction == with_info && (now.sa_flags & SA_SIGINFO) &&
		sigismember(&now.sa_mask, SIGUSR1);
	sigaction(SIGPIPE, NULL, &now);
	same += 2 * (now.sa_handler == SIG_IGN);
	same += 4 * (signal(SIGUSR1, on_usr1) == on_usr1);
	return same;
}

int main(void)
{
	install();
	for (int n = 1; n < 8; n++) {
		printf("%d: %d", n, blocked(n));
		printf(" %d", waits(n));
		send(SIGWINCH);
		printf(" %d", (int)infos);
		printf(" %d", faults());
		printf(" %d", once(n));
		printf(" %d", timers());
		printf(" %d\n", kept());
		send(SIGPIPE);
	}
	return check_done();
}
