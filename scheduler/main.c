/* SPDX-License-Identifier: MIT */
/* hscheduler: queue, matchmaker, checkpoint store and API of a pool. */
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/store/backend.h"
#include "common/store/gc.h"
#include "common/store/index.h"
#include "common/svc/daemon.h"
#include "common/svc/evloop.h"
#include "common/svc/httpd.h"
#include "common/svc/opt.h"
#include "common/svc/pooldir.h"
#include "scheduler/api.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/feed.h"
#include "scheduler/helpers.h"
#include "scheduler/outbox.h"
#include "scheduler/place.h"
#include "scheduler/prepare.h"
#include "scheduler/reader.h"
#include "scheduler/recover.h"
#include "scheduler/sched.h"
#include "scheduler/tail.h"
#include "scheduler/timers.h"
#include "scheduler/tokens.h"
#include "scheduler/worker.h"
#include "web/session.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKERS 2

enum { OPT_DIR = 1, OPT_TCP_PORT, OPT_SET, OPT_LOG_LEVEL };

static const struct opt_def options[] = {
	{ OPT_DIR, 'd', "dir", "DIR", "the pool's directory" },
	{ OPT_TCP_PORT, 'p', "tcp-port", "PORT",
	  "on 127.0.0.1; 0: a free one (default); -1: no TCP" },
	{ OPT_SET, 's', "set", "KEY=VALUE",
	  "a setting, as in DIR/scheduler.conf" },
	{ OPT_LOG_LEVEL, 0, "log-level", "LEVEL",
	  "error, warn, info (default) or debug" },
	{ 0, 0, NULL, NULL, NULL },
};

#define SETS_MAX 64

struct settings {
	const char *dir;
	long long port;
	const char *sets[SETS_MAX]; /* after the file */
	int set_count;
};

static int read_options(int argc, char **argv, struct settings *set,
			struct err *err)
{
	enum log_level level;
	struct opt opt;
	int id;

	opt_init(&opt, "[options]",
		 "Runs the scheduler of a pool in the foreground.", options,
		 argc, argv);
	while ((id = opt_next(&opt, err)) != OPT_END) {
		switch (id) {
		case OPT_DIR:
			set->dir = opt.value;
			break;
		case OPT_TCP_PORT:
			if (opt_parse_int(opt.value, "port", -1, 65535,
					  &set->port, err))
				return -EINVAL;
			break;
		case OPT_SET:
			if (set->set_count == SETS_MAX)
				return err_set(err, -E2BIG,
					       "more than %d settings",
					       SETS_MAX);
			set->sets[set->set_count++] = opt.value;
			break;
		case OPT_LOG_LEVEL:
			if (log_parse_level(opt.value, &level))
				return err_set(err, -EINVAL,
					       "unknown log level '%s'",
					       opt.value);
			log_set_level(level);
			break;
		case OPT_HELP:
			opt_print_help(&opt, stdout);
			exit(0);
		case OPT_VERSION:
			opt_print_version(&opt, stdout);
			exit(0);
		case OPT_ARG:
			return err_set(err, -EINVAL, "unexpected word '%s'",
				       opt.value);
		default:
			return id;
		}
	}
	return 0;
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct sched *s = arg;

	log_info("signal %u: stopping", info->ssi_signo);
	evloop_stop(s->loop);
}

/* "ann@pc" */
static char *pool_name(void)
{
	struct passwd *pw = getpwuid(geteuid());
	char host[256] = "localhost";

	gethostname(host, sizeof(host) - 1);
	return xasprintf("%s@%s", pw ? pw->pw_name : "pool", host);
}

static int open_store(struct sched *s, const struct pooldir *dir,
		      struct err *err)
{
	size_t strays = 0;
	int rc = db_open(dir->db, &s->db, err);

	if (!rc)
		rc = index_create(db_handle(s->db), err);
	if (!rc)
		rc = index_new(db_handle(s->db), &s->index, err);
	if (!rc)
		rc = index_secret(s->index, &s->secret, err);
	if (!rc)
		rc = backend_dir_open(dir->store, &s->backend, err);
	if (!rc)
		rc = gc_strays(s->index, s->backend, &strays, err);
	if (!rc)
		rc = recover_identity(s, err);
	return rc;
}

static int open_parts(struct sched *s, const struct pooldir *dir,
		      const char *helper, struct err *err)
{
	int rc = evloop_add_signal(s->loop, SIGTERM, on_signal, s, err);

	if (!rc)
		rc = evloop_add_signal(s->loop, SIGINT, on_signal, s, err);
	if (!rc)
		rc = workers_new(s->loop, WORKERS, &s->workers, err);
	if (!rc)
		rc = reader_new(s->loop, dir->db, &s->reader, err);
	if (!rc)
		rc = tokens_load(dir, &s->tokens, err);
	if (rc)
		return rc;
	s->helpers = helpers_new(s->loop, helper);
	s->sessions = sessions_new();
	core_new(s);
	feed_new(s);
	outbox_new(s);
	prepare_new(s);
	place_new(s);
	tail_new(s);
	return recover_load(s, err);
}

static int listen_all(struct sched *s, const struct pooldir *dir,
		      long long port, struct err *err)
{
	/* Hosts that come back with their ends must not be kept out by
	 * people, nor people by hosts: limits of their own. */
	struct httpd_listener sock = {
		.name = "tools",
		.unix_path = dir->socket,
		.connections_max = 2000,
		.memory_bytes = 16384,
		.ops = &api_ops,
		.arg = s,
	};
	struct httpd_listener tcp = {
		.name = "page",
		.address = "127.0.0.1",
		.port = port > 0 ? (uint16_t)port : 0,
		.ops = &api_ops,
		.arg = s,
	};
	char text[16];
	int rc = httpd_new(s->loop, &s->httpd, err);

	if (!rc && port >= 0)
		rc = httpd_listen(s->httpd, &tcp, &s->tcp_port, err);
	if (rc)
		return rc;
	snprintf(text, sizeof(text), "%u\n", s->tcp_port);
	rc = fd_write_file_atomic(dir->port_file, text, strlen(text), 0600,
				  err);
	s->address = xasprintf("<127.0.0.1:%u?sock=scheduler>", s->tcp_port);
	if (!rc)
		rc = httpd_listen(s->httpd, &sock, NULL, err);
	return rc;
}

static void close_all(struct sched *s)
{
	timers_free(s);
	feed_free(s);
	httpd_free(s->httpd);
	core_free(s);
	workers_free(s->workers);
	reader_free(s->reader);
	recover_unload(s);
	tail_free(s);
	place_free(s);
	prepare_free(s);
	outbox_free(s);
	sessions_free(s->sessions);
	helpers_free(s->helpers);
	tokens_free(s->tokens);
	index_free(s->index);
	backend_free(s->backend);
	db_close(s->db);
	evloop_free(s->loop);
	config_release(&s->config);
	free(s->name);
	free(s->address);
}

static int read_config(struct sched *s, const struct pooldir *dir,
		       const struct settings *set, struct err *err)
{
	char *file = xasprintf("%s/scheduler.conf", dir->root);
	int rc;

	config_init(&s->config);
	rc = config_read(&s->config, file, err);
	for (int i = 0; !rc && i < set->set_count; i++)
		rc = config_set(&s->config, set->sets[i], err);
	free(file);
	return rc ? rc : config_apply(&s->config, err);
}

static int run(const struct pooldir *dir, const struct settings *set,
	       struct err *err)
{
	struct sched s = { .spool = dir->spool, .started = sched_now() };
	struct strbuf helper = STRBUF_INIT;
	int rc = read_config(&s, dir, set, err);

	if (!rc)
		rc = fd_exe_dir(&helper, err);

	strbuf_addstr(&helper, "/harrier-access");
	s.name = pool_name();
	if (!rc && access(helper.data, X_OK) < 0)
		rc = err_sys(err, -errno, "cannot run '%s'", helper.data);
	if (!rc)
		rc = evloop_new(&s.loop, err);
	if (!rc)
		rc = open_store(&s, dir, err);
	if (!rc)
		rc = open_parts(&s, dir, helper.data, err);
	if (!rc)
		rc = listen_all(&s, dir, set->port, err);
	if (!rc) {
		timers_new(&s);
		log_info("pool %s epoch %lld on %s, port %u", s.name,
			 (long long)s.state.epoch, dir->socket, s.tcp_port);
		daemon_ready();
		rc = evloop_run(s.loop, err);
	}
	close_all(&s);
	strbuf_release(&helper);
	return rc;
}

int main(int argc, char **argv)
{
	struct settings set = { 0 };
	struct pooldir dir = { 0 };
	struct err err = ERR_INIT;
	char *pid = NULL;
	int rc = daemon_init(&err), lock = -1;

	if (!rc)
		rc = read_options(argc, argv, &set, &err);
	if (rc) {
		fprintf(stderr, "hscheduler: %s\n", err_text(&err));
		return 2;
	}
	rc = pooldir_init(&dir, set.dir, &err);
	if (!rc)
		rc = pooldir_make(&dir, &err);
	if (!rc) {
		pid = pooldir_pid_file(&dir, "scheduler");
		rc = daemon_pidfile_lock(pid, &lock, &err);
	}
	if (!rc)
		rc = run(&dir, &set, &err);
	if (rc)
		fprintf(stderr, "hscheduler: %s\n", err_text(&err));
	if (lock >= 0)
		daemon_pidfile_unlock(lock);
	free(pid);
	pooldir_release(&dir);
	return rc ? 1 : 0;
}
