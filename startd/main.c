/* SPDX-License-Identifier: MIT */
/* hstartd: offers this machine to a pool and gives it back to its owner. */
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/daemon.h"
#include "common/svc/evloop.h"
#include "common/svc/opt.h"
#include "common/svc/pooldir.h"
#include "startd/arch.h"
#include "startd/control.h"
#include "startd/host.h"
#include "startd/settings.h"
#include "startd/sync.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An orderly stop waits so long for checkpoints and their uploads. */
#define LEAVE_MS 30000
#define LOOK_MS	 20

enum {
	OPT_NAME = 1,
	OPT_DIR,
	OPT_SCHED,
	OPT_ARCH,
	OPT_EMU,
	OPT_POLICY,
	OPT_SLOTS,
	OPT_SET,
	OPT_LOG
};

static const struct opt_def defs[] = {
	{ OPT_NAME, 'n', "name", "NAME", "this host's name in the pool" },
	{ OPT_DIR, 0, "dir", "DIR", "the pool directory" },
	{ OPT_SCHED, 0, "scheduler", "URL", "unix:PATH or http://HOST:PORT" },
	{ OPT_ARCH, 0, "arch", "ARCH", "architecture to offer" },
	{ OPT_EMU, 0, "emulator", "PATH", "program that runs ARCH here" },
	{ OPT_POLICY, 0, "policy", "NAME", "own, desktop or dedicated" },
	{ OPT_SLOTS, 0, "slots", "N", "jobs at a time" },
	{ OPT_SET, 0, "set", "KEY=VALUE", "any setting of docs/policy.md" },
	{ OPT_LOG, 0, "log-level", "LEVEL", "error, warn, info or debug" },
	{ 0, 0, NULL, NULL, NULL },
};

struct stopper {
	struct host *host;
	struct evloop_timer *timer;
	int64_t until_ms;
};

struct program {
	struct pooldir pool;
	struct settings set;
	char *name, *pool_dir; /* of the options */
	char **late; /* key=value: the command line goes before the file */
	size_t late_count;
	int pid_fd;
};

static void add_late(struct program *p, const char *key, const char *value)
{
	p->late = xreallocarray(p->late, p->late_count + 1, sizeof(*p->late));
	p->late[p->late_count++] = key ? xasprintf("%s=%s", key, value)
				       : xstrdup(value);
}

static int take_option(struct program *p, int id, const char *value,
		       struct err *err)
{
	static const char *const keys[] = {
		[OPT_SCHED] = "scheduler", [OPT_ARCH] = "arch",
		[OPT_EMU] = "emulator",	   [OPT_POLICY] = "policy",
		[OPT_SLOTS] = "slots",
	};
	enum log_level level;

	switch (id) {
	case OPT_NAME:
		free(p->name);
		p->name = xstrdup(value);
		return 0;
	case OPT_DIR:
		free(p->pool_dir);
		p->pool_dir = xstrdup(value);
		return 0;
	case OPT_SET:
		add_late(p, NULL, value);
		return 0;
	case OPT_LOG:
		if (log_parse_level(value, &level) < 0)
			return err_set(err, -EINVAL, "unknown log level '%s'",
				       value);
		log_set_level(level);
		return 0;
	case OPT_ARG:
		return err_set(err, -EINVAL, "unexpected argument '%s'", value);
	}
	add_late(p, keys[id], value);
	return 0;
}

/* 0: go on; 1: help or version was printed. */
static int read_options(struct program *p, int argc, char **argv,
			struct err *err)
{
	struct opt opt;
	int id, r;

	opt_init(&opt, "[options]",
		 "Offers this machine to a pool and gives it back to its "
		 "owner.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, err)) != OPT_END) {
		if (id == OPT_HELP)
			opt_print_help(&opt, stdout);
		if (id == OPT_VERSION)
			opt_print_version(&opt, stdout);
		if (id == OPT_HELP || id == OPT_VERSION)
			return 1;
		r = id == -EINVAL ? id : take_option(p, id, opt.value, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static char *default_name(void)
{
	char name[65] = "";

	if (gethostname(name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	name[strcspn(name, ".")] = '\0';
	return xstrdup(*name ? name : "localhost");
}

static int set_line(struct program *p, const char *key, const char *value,
		    struct err *err)
{
	char *line = xasprintf("%s=%s", key, value);
	int r = settings_set(&p->set, line, err);

	free(line);
	return r;
}

/* Defaults, then the file, then the command line. */
static int read_settings(struct program *p, struct err *err)
{
	char *dir = pooldir_host_dir(&p->pool, p->name);
	char *socket = pooldir_host_socket(&p->pool, p->name);
	char *file = xasprintf("%s/startd.conf", dir);
	char *url = xasprintf("unix:%s", p->pool.socket);
	size_t i;
	int r;

	r = set_line(p, "name", p->name, err);
	if (!r)
		r = set_line(p, "dir", dir, err);
	if (!r)
		r = set_line(p, "socket", socket, err);
	if (!r)
		r = set_line(p, "scheduler", url, err);
	if (!r)
		r = settings_read(&p->set, file, err);
	for (i = 0; !r && i < p->late_count; i++)
		r = settings_set(&p->set, p->late[i], err);
	if (!r)
		r = settings_apply(&p->set, err);
	if (!r)
		r = fd_mkdir_p(p->set.dir, 0700, err);
	free(dir);
	free(socket);
	free(file);
	free(url);
	return r;
}

static int prepare(struct program *p, struct err *err)
{
	char *pid_file;
	int r;

	if (!p->name)
		p->name = default_name();
	r = pooldir_check_host(p->name, err);
	if (!r)
		r = pooldir_init(&p->pool, p->pool_dir, err);
	if (!r)
		r = pooldir_make(&p->pool, err);
	if (!r)
		r = read_settings(p, err);
	if (r < 0)
		return r;
	pid_file = pooldir_pid_file(&p->pool, p->name);
	r = daemon_pidfile_lock(pid_file, &p->pid_fd, err);
	free(pid_file);
	return r;
}

/* ---- stopping ---- */

static void on_look(void *arg)
{
	struct stopper *s = arg;
	struct host *host = s->host;

	if ((host_idle(host) && sync_is_quiet(host->sync)) ||
	    clock_mono_ms() >= s->until_ms) {
		evloop_stop(host->loop);
		return;
	}
	/* The last sync says that nobody is left here. */
	if (host_idle(host))
		host_news(host);
	evloop_set_timer(s->timer, LOOK_MS);
}

/* The second one does not wait: jobs stay with their starters. */
static void on_term(void *arg, const struct signalfd_siginfo *info)
{
	struct stopper *s = arg;

	(void)info;
	if (s->host->leaving) {
		evloop_stop(s->host->loop);
		return;
	}
	log_info("leaving");
	s->until_ms = clock_mono_ms() + LEAVE_MS;
	host_leave(s->host);
	evloop_set_timer(s->timer, LOOK_MS);
}

/* A restart: jobs run on, the next hstartd adopts them. */
static void on_hup(void *arg, const struct signalfd_siginfo *info)
{
	struct stopper *s = arg;

	(void)info;
	log_info("stopping; jobs run on");
	evloop_stop(s->host->loop);
}

static int add_signals(struct evloop *loop, struct stopper *s, struct err *err)
{
	int r = evloop_add_signal(loop, SIGTERM, on_term, s, err);

	if (!r)
		r = evloop_add_signal(loop, SIGINT, on_term, s, err);
	if (!r)
		r = evloop_add_signal(loop, SIGHUP, on_hup, s, err);
	return r;
}

static int serve(struct program *p, struct evloop *loop, struct err *err)
{
	struct host host;
	struct stopper stopper = { .host = &host };
	struct control *control = NULL;
	int r;

	stopper.timer = evloop_add_timer(loop, -1, on_look, &stopper);
	/* Before there are threads, which inherit the mask. */
	r = add_signals(loop, &stopper, err);
	if (r < 0)
		return r;
	r = host_init(&host, loop, &p->set, err);
	if (!r)
		r = control_new(&host, &control, err);
	if (!r) {
		log_info("host %s: %s, policy %s", p->name,
			 host.machine.arch->name, p->set.policy);
		daemon_ready();
		r = evloop_run(loop, err);
		if (!r && sync_is_superseded(host.sync))
			r = err_set(err, -ESTALE,
				    "another hstartd uses the name '%s'",
				    p->name);
	}
	evloop_del_timer(stopper.timer);
	control_free(control);
	host_release(&host);
	return r;
}

static void program_release(struct program *p)
{
	size_t i;

	for (i = 0; i < p->late_count; i++)
		free(p->late[i]);
	free(p->late);
	free(p->name);
	free(p->pool_dir);
	settings_release(&p->set);
	pooldir_release(&p->pool);
	if (p->pid_fd >= 0)
		daemon_pidfile_unlock(p->pid_fd);
}

int main(int argc, char **argv)
{
	struct program p = { .pid_fd = -1 };
	struct err err = ERR_INIT;
	struct evloop *loop = NULL;
	int r = daemon_init(&err);

	settings_init(&p.set);
	if (!r)
		r = read_options(&p, argc, argv, &err);
	if (r > 0) {
		program_release(&p);
		return 0;
	}
	if (!r)
		r = prepare(&p, &err);
	if (!r)
		r = evloop_new(&loop, &err);
	if (!r)
		r = serve(&p, loop, &err);
	if (r < 0)
		log_error("%s", err_text(&err));
	if (loop)
		evloop_free(loop);
	program_release(&p);
	return r < 0;
}
