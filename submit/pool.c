/* SPDX-License-Identifier: MIT */
#include "submit/pool.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/spell.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/daemon.h"
#include "common/svc/json.h"

#define POLL_MS 50

int pool_init(struct pool *p, const char *dir, struct err *err)
{
	struct strbuf bin = STRBUF_INIT;
	int r = pooldir_init(&p->dir, dir, err);

	if (r == 0) {
		r = fd_exe_dir(&bin, err);
		if (r < 0)
			pooldir_release(&p->dir);
	}
	p->bin = strbuf_detach(&bin);
	return r;
}

void pool_release(struct pool *p)
{
	pooldir_release(&p->dir);
	free(p->bin);
}

void pool_host_release(struct pool_host *h)
{
	free(h->name);
	free(h->arch);
	memset(h, 0, sizeof(*h));
}

static size_t count_archs(void)
{
	size_t n = 0;

	while (jobdesc_archs[n])
		n++;
	return n;
}

static const char *arch_known(const char *name, struct err *err)
{
	const char *near;

	for (size_t i = 0; jobdesc_archs[i]; i++) {
		if (strcasecmp(jobdesc_archs[i], name) == 0)
			return jobdesc_archs[i];
	}
	near = spell_nearest(name, jobdesc_archs, count_archs());
	err_set(err, -EINVAL, "unknown architecture '%s'%s%s%s", name,
		near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return NULL;
}

int pool_parse_host(const char *text, struct pool_host *ret, struct err *err)
{
	const char *equals = strchr(text, '=');
	const char *arch = NULL;
	char *name = equals ? xstrndup(text, (size_t)(equals - text))
			    : xstrdup(text);
	int r = pooldir_check_host(name, err);

	if (r == 0 && equals) {
		arch = arch_known(equals + 1, err);
		if (!arch)
			r = -EINVAL;
	}
	if (r < 0) {
		free(name);
		return r;
	}
	ret->name = name;
	ret->arch = xstrdup(arch);
	return 0;
}

char *pool_default_host(void)
{
	char name[65] = "";

	gethostname(name, sizeof(name) - 1);
	name[strcspn(name, ".")] = '\0';
	for (char *p = name; *p; p++) {
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
			*p = '-';
	}
	if (pooldir_check_host(name, NULL) < 0)
		return xstrdup("this-machine");
	return xstrdup(name);
}

bool pool_runs(const struct pool *p, const char *daemon)
{
	char *path = pooldir_pid_file(&p->dir, daemon);
	pid_t pid;
	bool runs = daemon_pidfile_read(path, &pid, NULL) == 0;

	free(path);
	return runs;
}

/* Starts `argv` as the daemon of that name, unless it runs. */
static int start(const struct pool *p, const char *daemon,
		 const char *const *argv, bool *ret_started, struct err *err)
{
	char *log;
	pid_t pid;
	int r;

	*ret_started = false;
	if (pool_runs(p, daemon))
		return 0;
	log = pooldir_log_file(&p->dir, daemon);
	setenv("HARRIER_DIR", p->dir.root, 1);
	r = daemon_spawn(argv, log, POOL_START_MS, &pid, err);
	if (r == 0) {
		*ret_started = true;
	} else if (pool_runs(p, daemon)) {
		/* Somebody else started it between our look and our start. */
		err_clear(err);
		r = 0;
	} else {
		err_prefix(err, "cannot start '%s' (log: %s)", daemon, log);
	}
	free(log);
	return r;
}

int pool_start_scheduler(const struct pool *p, bool *ret_started,
			 struct err *err)
{
	char *program = xasprintf("%s/hscheduler", p->bin);
	const char *const argv[] = { program, NULL };
	int r = pooldir_make(&p->dir, err);

	if (r == 0)
		r = start(p, "scheduler", argv, ret_started, err);
	free(program);
	return r;
}

int pool_start_host(const struct pool *p, const struct pool_host *h,
		    const char *policy, bool *ret_started, struct err *err)
{
	char *program = xasprintf("%s/hstartd", p->bin);
	const char *argv[9];
	int n = 0, r;

	argv[n++] = program;
	argv[n++] = "--name";
	argv[n++] = h->name;
	if (h->arch) {
		argv[n++] = "--arch";
		argv[n++] = h->arch;
	}
	if (policy) {
		argv[n++] = "--policy";
		argv[n++] = policy;
	}
	argv[n] = NULL;
	r = start(p, h->name, argv, ret_started, err);
	free(program);
	return r;
}

static void pause_ms(int64_t ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

int pool_wait_scheduler(struct client *c, struct err *err)
{
	int64_t until = clock_mono_ms() + POOL_START_MS;

	for (;;) {
		struct err why = ERR_INIT;
		int r = client_get(c, "/healthz", NULL, &why);

		if (r == 0)
			return 0;
		if (clock_mono_ms() >= until)
			return err_set(err, r, "%s", err_text(&why));
		pause_ms(POLL_MS);
	}
}

/* 1: online; 0: not yet; -errno. */
static int is_online(struct client *c, const char *name, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	const char *state = "";
	json_t *json = NULL;
	int r;

	strbuf_addf(&path, "/api/v1/hosts/%s", name);
	r = client_get(c, path.data, &json, err);
	strbuf_release(&path);
	if (r == 0)
		json_opt_str(json_object_get(json, "host"), "state", &state,
			     NULL);
	r = r == 0 ? strcmp(state, "online") == 0 : r;
	json_decref(json);
	if (r == -ENOENT) {
		err_clear(err);
		r = 0;
	}
	return r;
}

int pool_wait_host(struct client *c, const char *name, struct err *err)
{
	int64_t until = clock_mono_ms() + POOL_START_MS;

	for (;;) {
		int r = is_online(c, name, err);

		if (r != 0)
			return r < 0 ? r : 0;
		if (clock_mono_ms() >= until)
			return err_set(err, -ETIMEDOUT,
				       "host '%s' runs but has not joined the "
				       "pool in %d s",
				       name, POOL_START_MS / 1000);
		pause_ms(POLL_MS);
	}
}

size_t pool_running(const struct pool *p, char **names, size_t max)
{
	DIR *dir = opendir(p->dir.run);
	struct dirent *de;
	size_t n = 0;

	while (dir && n + 1 < max && (de = readdir(dir))) {
		size_t len = strlen(de->d_name);
		char *name;

		if (len <= 4 || strcmp(de->d_name + len - 4, ".pid") != 0)
			continue;
		name = xstrndup(de->d_name, len - 4);
		if (strcmp(name, "scheduler") != 0 && pool_runs(p, name))
			names[n++] = name;
		else
			free(name);
	}
	if (dir)
		closedir(dir);
	if (n < max && pool_runs(p, "scheduler"))
		names[n++] = xstrdup("scheduler");
	return n;
}

int pool_ask_end(const struct pool *p, const char *daemon, struct err *err)
{
	char *path = pooldir_pid_file(&p->dir, daemon);
	pid_t pid;
	int r = daemon_pidfile_read(path, &pid, err);

	free(path);
	if (r == -ESRCH) {
		err_clear(err);
		return 0;
	}
	if (r == 0 && kill(pid, SIGTERM) < 0 && errno != ESRCH)
		r = err_sys(err, -errno, "cannot stop '%s' (process %d)",
			    daemon, (int)pid);
	return r;
}

int pool_wait_end(const struct pool *p, const char *daemon, int64_t limit_ms,
		  struct err *err)
{
	char *path = pooldir_pid_file(&p->dir, daemon);
	int64_t until = clock_mono_ms() + limit_ms;
	int r;

	while (pool_runs(p, daemon) && clock_mono_ms() < until)
		pause_ms(POLL_MS);
	/* The rest, a kill at the end, is the daemon module's. */
	r = pool_runs(p, daemon) ? daemon_stop(path, 0, err) : 0;
	free(path);
	return r;
}
