/* SPDX-License-Identifier: MIT */
/* harrier: a personal pool: up, down, status, page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/spell.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/fmt.h"
#include "submit/pool.h"

#define HOSTS_MAX 64
/* A host's jobs may take their grace time (HTCondor's 10 minutes). */
#define DOWN_LIMIT_MS (11 * 60 * 1000)
#define FAST_LIMIT_MS 10000

enum { OPT_HOST = 1, OPT_POLICY, OPT_DIR, OPT_FAST, OPT_PRINT };

static const struct opt_def defs[] = {
	{ OPT_HOST, 0, "host", "NAME[=ARCH]",
	  "up: a host to run here, by an emulator where ARCH is another; may "
	  "be repeated" },
	{ OPT_POLICY, 0, "policy", "NAME",
	  "up: own (default), desktop or dedicated" },
	{ OPT_FAST, 0, "fast", NULL,
	  "down: kill the jobs; their work since the last checkpoint is lost" },
	{ OPT_PRINT, 0, "print", NULL,
	  "page: print the link, open no browser" },
	{ OPT_DIR, 'd', "dir", "DIR", "the pool's directory (or HARRIER_DIR)" },
	{ 0 },
};

struct harrier {
	const char *command;
	struct pool_host hosts[HOSTS_MAX];
	size_t host_count;
	const char *policy, *dir;
	bool fast, print;
	struct pool pool;
	struct client *client;
};

/* -- page --------------------------------------------------------------------- */

/* A link that opens the page once, to be freed. */
static char *page_link(struct client *c, struct err *err)
{
	json_t *json = NULL;
	const char *url = NULL;
	char *link = NULL;

	if (client_call(c, "POST", "/api/v1/page-codes", json_object(), &json,
			err) == 0 &&
	    json_get_str(json, "url", &url, err) == 0)
		link = xstrdup(url);
	json_decref(json);
	return link;
}

/* True where a program of the desktop took the link. */
static bool open_browser(const char *link)
{
	pid_t pid;
	int status;

	if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))
		return false;
	pid = fork();
	if (pid == 0) {
		execlp("xdg-open", "xdg-open", link, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int page(struct harrier *h, struct err *err)
{
	char *link = page_link(h->client, err);

	if (!link)
		return -EIO;
	if (h->print || !open_browser(link))
		printf("%s\n", link);
	free(link);
	return 0;
}

/* -- up ------------------------------------------------------------------------- */

static void say_started(const char *what, bool started)
{
	printf("%-24s %s\n", what, started ? "started" : "runs already");
	fflush(stdout);
}

static int start_hosts(struct harrier *h, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < h->host_count && r == 0; i++) {
		const struct pool_host *host = &h->hosts[i];
		char *what = xasprintf("host %s%s%s%s", host->name,
				       host->arch ? " (" : "",
				       host->arch ? host->arch : "",
				       host->arch ? ")" : "");
		bool started;

		r = pool_start_host(&h->pool, host, h->policy, &started, err);
		if (r == 0)
			say_started(what, started);
		free(what);
	}
	return r;
}

/* Without --host: one, unless some run. */
static void default_hosts(struct harrier *h)
{
	char *names[HOSTS_MAX];
	size_t n = pool_running(&h->pool, names, HOSTS_MAX);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], "scheduler") != 0) {
			char *what = xasprintf("host %s", names[i]);

			any = true;
			say_started(what, false);
			free(what);
		}
		free(names[i]);
	}
	if (!any && h->host_count == 0)
		h->hosts[h->host_count++].name = pool_default_host();
}

static int up(struct harrier *h, struct err *err)
{
	bool started;
	char *link;
	int r = pool_start_scheduler(&h->pool, &started, err);

	if (r == 0)
		r = pool_wait_scheduler(h->client, err);
	if (r < 0)
		return r;
	say_started("scheduler", started);
	if (h->host_count == 0)
		default_hosts(h);
	r = start_hosts(h, err);
	for (size_t i = 0; i < h->host_count && r == 0; i++)
		r = pool_wait_host(h->client, h->hosts[i].name, err);
	if (r < 0)
		return r;
	link = page_link(h->client, err);
	if (!link)
		return -EIO;
	printf("\nThe pool is up (%s).\nPage, for one minute and one use: "
	       "%s\n(a new link: harrier page)\n",
	       h->pool.dir.root, link);
	free(link);
	return 0;
}

/* -- down ------------------------------------------------------------------------ */

static void vacate_fast(struct harrier *h)
{
	json_t *body = json_object();
	struct err err = ERR_INIT;

	json_set_str(body, "action", "vacate-fast");
	json_set_bool(body, "all", true);
	/* Where the scheduler does not answer the hosts end all the same. */
	client_call(h->client, "POST", "/api/v1/jobs/actions", body, NULL,
		    &err);
}

static int down(struct harrier *h, struct err *err)
{
	char *names[HOSTS_MAX + 1];
	size_t n = pool_running(&h->pool, names, HOSTS_MAX + 1);
	int r = 0;

	if (n == 0)
		printf("Nothing runs in %s\n", h->pool.dir.root);
	if (h->fast && n > 0)
		vacate_fast(h);
	/* The hosts first, all at once: the scheduler takes what they save. */
	for (size_t i = 0; i < n && r == 0; i++) {
		if (strcmp(names[i], "scheduler") != 0)
			r = pool_ask_end(&h->pool, names[i], err);
	}
	for (size_t i = 0; i < n; i++) {
		if (r == 0 && strcmp(names[i], "scheduler") == 0)
			r = pool_ask_end(&h->pool, names[i], err);
		if (r == 0)
			r = pool_wait_end(
				&h->pool, names[i],
				h->fast ? FAST_LIMIT_MS : DOWN_LIMIT_MS, err);
		if (r == 0) {
			printf("%-24s stopped\n", names[i]);
			fflush(stdout);
		}
		free(names[i]);
	}
	return r;
}

/* -- status ---------------------------------------------------------------------- */

static void status_line(const char *what, const char *value)
{
	printf("%-12s %s\n", what, value);
}

static int64_t number(const json_t *json, const char *object, const char *key)
{
	int64_t n = 0;

	json_opt_int(json_object_get(json, object), key, &n, NULL);
	return n;
}

static int status(struct harrier *h, struct err *err)
{
	const char *name = "?", *version = "?";
	char size[FMT_SIZE_SIZE], text[200];
	json_t *json = NULL;
	int r = client_get(h->client, "/api/v1/pool", &json, err);

	if (r < 0)
		return r;
	json_opt_str(json, "name", &name, NULL);
	json_opt_str(json, "version", &version, NULL);
	status_line("pool", name);
	status_line("version", version);
	status_line("scheduler", client_where(h->client));
	snprintf(text, sizeof(text), "%lld online, %lld offline",
		 (long long)number(json, "hosts", "online"),
		 (long long)number(json, "hosts", "offline"));
	status_line("hosts", text);
	snprintf(text, sizeof(text), "%lld idle, %lld running, %lld held",
		 (long long)number(json, "jobs", "idle"),
		 (long long)number(json, "jobs", "running"),
		 (long long)number(json, "jobs", "held"));
	status_line("jobs", text);
	fmt_size(size, (uint64_t)number(json, "checkpoints", "stored_bytes"));
	snprintf(text, sizeof(text), "%lld, %s stored",
		 (long long)number(json, "checkpoints", "count"), size);
	status_line("checkpoints", text);
	json_decref(json);
	return 0;
}

/* -- the command line -------------------------------------------------------------- */

static int add_host(struct harrier *h, const char *text, struct err *err)
{
	if (h->host_count == HOSTS_MAX)
		return err_set(err, -E2BIG, "more than %d hosts", HOSTS_MAX);
	if (pool_parse_host(text, &h->hosts[h->host_count], err) < 0)
		return -EINVAL;
	for (size_t i = 0; i < h->host_count; i++) {
		if (strcmp(h->hosts[i].name, h->hosts[h->host_count].name) ==
		    0) {
			pool_host_release(&h->hosts[h->host_count]);
			return err_set(err, -EINVAL, "host '%s' is named twice",
				       h->hosts[i].name);
		}
	}
	h->host_count++;
	return 0;
}

static int set_option(struct harrier *h, const struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		if (h->command)
			return err_set(err, -EINVAL,
				       "one command, not '%s' "
				       "and '%s'",
				       h->command, opt->value);
		h->command = opt->value;
		return 0;
	case OPT_HOST:
		return add_host(h, opt->value, err);
	case OPT_POLICY:
		h->policy = opt->value;
		return 0;
	case OPT_DIR:
		h->dir = opt->value;
		return 0;
	case OPT_FAST:
		h->fast = true;
		return 0;
	case OPT_PRINT:
		h->print = true;
		return 0;
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct harrier *h, struct err *err);
} commands[] = {
	{ "up", up },
	{ "down", down },
	{ "status", status },
	{ "page", page },
};
#define COMMANDS (sizeof(commands) / sizeof(*commands))

static int unknown_command(const char *word, struct err *err)
{
	const char *names[COMMANDS], *near;

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	near = word ? spell_nearest(word, names, COMMANDS) : NULL;
	if (!word)
		return err_set(err, -EINVAL,
			       "say what to do: up, down, status or page");
	return err_set(err, -EINVAL, "unknown command '%s'%s%s%s", word,
		       near ? "; did you mean '" : "", near ? near : "",
		       near ? "'?" : "; there are up, down, status, page");
}

static int run(struct harrier *h, struct err *err)
{
	char *url;
	int r;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (!h->command || strcmp(commands[i].name, h->command) != 0)
			continue;
		r = pool_init(&h->pool, h->dir, err);
		if (r < 0)
			return r;
		url = xasprintf("unix:%s", h->pool.dir.socket);
		r = client_new(url, &h->client, err);
		free(url);
		if (r == 0)
			r = commands[i].run(h, err);
		client_free(h->client);
		pool_release(&h->pool);
		return r;
	}
	return unknown_command(h->command, err);
}

int main(int argc, char **argv)
{
	static struct harrier h;
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code;

	cli_init(argv);
	opt_init(&opt, "[OPTION]... up | down | status | page",
		 "A personal pool: starts it, stops it, shows it.", defs, argc,
		 argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			goto out;
		if (set_option(&h, &opt, id, &err) < 0) {
			code = cli_fail(&err);
			goto out;
		}
	}
	code = run(&h, &err) < 0 ? cli_fail(&err) : 0;
	code = cli_end(code);
out:
	for (size_t i = 0; i < h.host_count; i++)
		pool_host_release(&h.hosts[i]);
	return code;
}
