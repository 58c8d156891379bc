/* SPDX-License-Identifier: MIT */
#include "ckptlib/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ckptlib/frames.h"
#include "ckptlib/os.h"
#include "ckptlib/park.h"
#include "ckptlib/units.h"

#define MAX_WINDOWS 8192 /* then every second one is forgotten */
#define NEDGES	    8192
#define MAX_MET	    4096 /* different polls of one window */
#define MAX_STRIDE  256 /* polls from one look at the clock to the next */
#define CALIBRATION 20000
#define MAX_OWN	    0.9 /* of a window, at most, is the polls' own time */

int ckpti_profiling;

/* hcc --profile links it in: the plan file's name. */
extern const char ckpt_profile_plan[] __attribute__((weak));

static struct ckpti_profile profile;
static char path[4096];
static pid_t owner;
static volatile sig_atomic_t stop_signal;

/* ---- the window that is open ------------------------------------------------ */

static struct {
	uint64_t number; /* from 1 */
	struct ckpti_spot *met[MAX_MET];
	unsigned nmet;
	uint64_t polls, looks;
	double began, looked; /* seconds of processor time */
	unsigned wait,
		stride; /* polls until, and between, looks at the clock */
	unsigned keep; /* each keep-th window is stored */
} now;

static double poll_seconds, look_seconds; /* what one costs */

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct ckpti_spot *spot_of(const struct ckpt_point *point)
{
	size_t i = (uintptr_t)point / sizeof(void *) * 0x9e3779b1u;
	unsigned mask = profile.nspots - 1;

	for (i = i >> 7 & mask; profile.spots[i].point; i = (i + 1) & mask)
		if (profile.spots[i].point == point)
			break;
	profile.spots[i].point = point;
	return &profile.spots[i];
}

static int by_visits(const void *a, const void *b)
{
	const struct ckpti_spot *x = *(struct ckpti_spot *const *)a;
	const struct ckpti_spot *y = *(struct ckpti_spot *const *)b;

	return x->visits < y->visits ? -1 : x->visits > y->visits;
}

static int by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

static void halve_windows(void)
{
	unsigned i;

	for (i = 0; i < MAX_WINDOWS / 2; i++)
		profile.windows[i] = profile.windows[2 * i];
	profile.nwindows = MAX_WINDOWS / 2;
	now.keep *= 2;
}

static void store_window(void)
{
	struct ckpti_window *w;
	unsigned i;

	if (now.number % now.keep)
		return;
	if (profile.nwindows == MAX_WINDOWS)
		halve_windows();
	w = &profile.windows[profile.nwindows++];
	qsort(now.met, now.nmet, sizeof(*now.met), by_visits);
	w->n = 0;
	for (i = 0; i < now.nmet && i < CKPTI_WINDOW_SPOTS; i++)
		w->spot[w->n++] = (unsigned)(now.met[i] - profile.spots);
	qsort(w->spot, w->n, sizeof(*w->spot), by_number);
}

static void open_window(double at)
{
	now.number++;
	now.nmet = 0;
	now.polls = now.looks = 0;
	now.began = now.looked = at;
}

/*
 * Looks at the clock; about sixteen times a window. Returns whether the
 * window was closed.
 */
static int look(void)
{
	double at = cpu_seconds(), spent = at - now.began;
	double own = (double)now.polls * poll_seconds +
		     (double)++now.looks * look_seconds;

	if (now.stride > 1 && at - now.looked > CKPTI_WINDOW_SECONDS / 8)
		now.stride /= 2;
	else if (now.stride < MAX_STRIDE &&
		 at - now.looked < CKPTI_WINDOW_SECONDS / 32)
		now.stride *= 2;
	now.wait = now.stride;
	now.looked = at;
	/* on a busy machine they may have been slow when they were timed */
	spent -= own < spent * MAX_OWN ? own : spent * MAX_OWN;
	if (spent < CKPTI_WINDOW_SECONDS)
		return 0;
	profile.seconds += spent;
	if (now.polls <= 2 && spent > 2 * CKPTI_WINDOW_SECONDS)
		profile.blind += spent;
	store_window();
	open_window(at);
	return 1;
}

static void meet(const struct ckpt_point *point)
{
	struct ckpti_spot *s = spot_of(point);

	s->visits++;
	now.polls++;
	if (s->window == now.number || now.nmet == MAX_MET)
		return;
	s->window = now.number;
	now.met[now.nmet++] = s;
}

/* ---- the stack at a window's end ----------------------------------------------- */

static void add_edge(const struct ckpt_function *caller,
		     const struct ckpt_function *callee)
{
	uintptr_t h = (uintptr_t)caller * 31 + (uintptr_t)callee;
	unsigned mask = profile.nedges - 1, i, tries;

	i = (unsigned)(h / sizeof(void *)) & mask;
	for (tries = 0; tries < profile.nedges; tries++, i = (i + 1) & mask) {
		struct ckpti_edge *e = &profile.edges[i];

		if (!e->caller) {
			e->caller = caller;
			e->callee = callee;
		}
		if (e->caller == caller && e->callee == callee) {
			e->n++;
			return;
		}
	}
}

void ckpti_profile_sampled(void)
{
	const struct ckpti_frames *f = &ckpti_frames;
	size_t i;

	for (i = 0; i + 1 < f->n; i++)
		add_edge(f->frames[i + 1].point->fn, f->frames[i].point->fn);
	ckpti_unpark();
}

/* ---- start and end ---------------------------------------------------------------- */

static void write_profile(void)
{
	int r;

	if (!ckpti_profiling || getpid() != owner)
		return;
	ckpti_profiling = 0;
	ckpt_request = 0;
	profile.seconds += cpu_seconds() - now.began;
	r = ckpti_profile_write(&profile, path);
	if (r)
		ckpti_say("the profile is lost: cannot write '%s': %s", path,
			  strerror(-r));
}

int ckpti_profile_poll(const struct ckpt_point *point)
{
	int sig = stop_signal;

	if (ckpt_unwinding) /* a frame went on: no sample */
		ckpti_unpark();
	if (sig) {
		write_profile();
		signal(sig, SIG_DFL);
		raise(sig);
		return 0;
	}
	if (ckpt_mask > 0)
		return 0;
	meet(point);
	if (--now.wait || !look())
		return 0;
	ckpti_frames_reset();
	if (ckpti_park() == 0) {
		ckpt_unwinding = 1;
		return 1;
	}
	ckpt_unwinding = 0; /* seen, or no memory for a copy of the stack */
	return 0;
}

static void on_stop(int sig)
{
	stop_signal = sig;
}

static void stop_at(int sig)
{
	struct sigaction old, action = { .sa_handler = on_stop };

	action.sa_flags = SA_RESTART;
	if (!sigaction(sig, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(sig, &action, NULL);
}

static int allocate(void)
{
	size_t n = 64;
	unsigned i, k;

	for (i = 0; i < ckpti_nunits(); i++)
		for (k = 0; k < ckpti_unit(i)->nfunctions; k++)
			n += ckpti_unit(i)->functions[k]->npoints;
	for (profile.nspots = 64; profile.nspots < 2 * n;)
		profile.nspots *= 2;
	profile.nedges = NEDGES;
	profile.spots =
		ckpti_map(NULL, profile.nspots * sizeof(*profile.spots));
	profile.edges = ckpti_map(NULL, NEDGES * sizeof(*profile.edges));
	profile.windows =
		ckpti_map(NULL, MAX_WINDOWS * sizeof(*profile.windows));
	return profile.spots && profile.edges && profile.windows ? 0 : -ENOMEM;
}

static void calibrate(void)
{
	static const struct ckpt_point nowhere;
	struct ckpti_spot *s = spot_of(&nowhere);
	double began = cpu_seconds();
	unsigned i;

	for (i = 0; i < CALIBRATION; i++)
		meet(&nowhere);
	poll_seconds = (cpu_seconds() - began) / CALIBRATION * 1.5;
	began = cpu_seconds();
	for (i = 0; i < CALIBRATION / 64; i++)
		cpu_seconds();
	look_seconds = (cpu_seconds() - began) / (CALIBRATION / 64);
	memset(s, 0, sizeof(*s));
}

/* The name is kept whole: the program may change its directory. */
static int take_path(const char *name)
{
	size_t n = 0;
	int fd;

	if (*name != '/') {
		if (!getcwd(path, sizeof(path) - 1))
			return -errno;
		n = strlen(path);
		path[n++] = '/';
	}
	if (n + strlen(name) >= sizeof(path) - 8)
		return -ENAMETOOLONG;
	strcpy(path + n, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static const char *wanted(char **envp)
{
	for (; envp && *envp; envp++)
		if (!strncmp(*envp, "CKPT_PROFILE=", 13))
			return (*envp)[13] ? *envp + 13 : NULL;
	return ckpt_profile_plan;
}

int ckpti_profile_start(char **envp)
{
	const char *name = wanted(envp);
	int r;

	if (!name)
		return 0;
	r = take_path(name);
	if (!r)
		r = allocate();
	if (!r && atexit(write_profile))
		r = -ENOMEM;
	if (r) {
		ckpti_say("no profile: cannot write '%s': %s", name,
			  strerror(-r));
		return 0;
	}
	owner = getpid();
	stop_at(SIGTERM);
	stop_at(SIGINT);
	now.keep = now.stride = now.wait = 1;
	open_window(0);
	calibrate();
	now.number = 0;
	open_window(cpu_seconds());
	ckpti_profiling = 1;
	ckpt_request = 1;
	return 1;
}
