/* SPDX-License-Identifier: MIT */
/*
 * hosts URL HOSTS SLOTS RUN_MS: simulated startds in one process. Each speaks
 * the real sync call over a connection of its own; a job does nothing and ends
 * after RUN_MS (-1: never).
 *
 * Commands, a line each on stdin, each answered by one line (or more):
 *
 *	stat		"ready SYNCS STARTS ENDS": hosts answered once, calls
 *			answered, jobs begun and ended
 *	accept 0|1	whether the slots take jobs; all hosts say so at once
 *	beat MS		calls are not parked, the next follows after MS; -1:
 *			parked again
 *	reset		forgets the users' starts
 *	shares		"user STARTS" for each user, then "."
 */
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#define RETRY_MS 50
#define NONCE	 33

struct slot {
	char nonce[NONCE]; /* "" when it is free */
	int64_t due_ms; /* when the job ends; -1: never */
	bool ended; /* not acknowledged yet */
};

struct pool;

struct host {
	struct pool *pool;
	struct httpu *http;
	struct evloop_timer *timer;
	char name[16], path[48], boot[NONCE];
	int64_t sync;
	struct slot *slots;
	struct strbuf body;
	bool out, answered;
};

struct pool {
	struct evloop *loop;
	struct host *hosts;
	int host_count, slot_count;
	int64_t run_ms, beat_ms;
	bool accepts;
	int64_t ready, syncs, starts, ends;
	struct hash *users; /* name -> starts */
	char line[256];
	size_t line_len;
};

static void call(struct host *h);

/* -- the request --------------------------------------------------------------- */

static void add_slot(struct host *h, int i)
{
	const struct slot *s = &h->slots[i];
	bool is_free = !s->nonce[0] || s->ended;

	strbuf_addf(&h->body,
		    "%s{\"slot\":\"slot%d\",\"accepts\":%s,\"ad\":{"
		    "\"Name\":\"slot%d@%s\",\"Machine\":\"%s\","
		    "\"Arch\":\"X86_64\",\"OpSys\":\"LINUX\",\"Cpus\":1,"
		    "\"Memory\":2048,\"Disk\":1000000,\"SlotID\":%d,"
		    "\"KFlops\":2000000,\"Mips\":20000,\"TotalCpus\":%d,"
		    "\"Start\":true,\"Requirements\":\"/Expr(START)/\","
		    "\"State\":\"%s\",\"Activity\":\"%s\"}}",
		    i ? "," : "", i + 1,
		    h->pool->accepts && is_free ? "true" : "false", i + 1,
		    h->name, h->name, i + 1, h->pool->slot_count,
		    is_free ? "Unclaimed" : "Claimed",
		    is_free ? "Idle" : "Busy");
}

static void add_attempts(struct host *h)
{
	const char *comma = "";

	strbuf_addstr(&h->body, "],\"attempts\":[");
	for (int i = 0; i < h->pool->slot_count; i++) {
		const struct slot *s = &h->slots[i];

		if (!s->nonce[0] || s->ended)
			continue;
		strbuf_addf(&h->body,
			    "%s{\"nonce\":\"%s\",\"slot\":\"slot%d\","
			    "\"state\":\"running\",\"told\":\"run\","
			    "\"checkpoint\":0}",
			    comma, s->nonce, i + 1);
		comma = ",";
	}
}

static void add_ends(struct host *h)
{
	long long now = (long long)(clock_real_ms() / 1000);
	const char *comma = "";

	strbuf_addstr(&h->body, "],\"ends\":[");
	for (int i = 0; i < h->pool->slot_count; i++) {
		const struct slot *s = &h->slots[i];

		if (!s->nonce[0] || !s->ended)
			continue;
		strbuf_addf(&h->body,
			    "%s{\"nonce\":\"%s\",\"how\":\"exited\",\"code\":0,"
			    "\"message\":\"\",\"outputs\":null,"
			    "\"started\":%lld,\"ended\":%lld}",
			    comma, s->nonce, now, now);
		comma = ",";
	}
	strbuf_addstr(&h->body, "]}");
}

static void make_body(struct host *h)
{
	strbuf_reset(&h->body);
	strbuf_addf(&h->body,
		    "{\"boot\":\"%s\",\"sync\":%lld,\"wait_s\":%d,"
		    "\"leaving\":false,\"owner\":{\"state\":\"away\","
		    "\"since\":0,\"text\":\"\"},\"slots\":[",
		    h->boot, (long long)++h->sync,
		    h->pool->beat_ms < 0 ? 30 : 0);
	for (int i = 0; i < h->pool->slot_count; i++)
		add_slot(h, i);
	add_attempts(h);
	add_ends(h);
}

/* -- the reply ------------------------------------------------------------------- */

static struct slot *find(struct host *h, const char *nonce)
{
	for (int i = 0; i < h->pool->slot_count; i++)
		if (!strcmp(h->slots[i].nonce, nonce))
			return &h->slots[i];
	return NULL;
}

static void take_start(struct host *h, const json_t *start)
{
	const char *nonce = json_string_value(json_object_get(start, "nonce"));
	const char *user = json_string_value(json_object_get(start, "user"));
	const char *slot = json_string_value(json_object_get(start, "slot"));
	int i = slot ? atoi(slot + strlen("slot")) - 1 : -1;
	struct pool *p = h->pool;
	struct slot *s;

	if (!nonce || !user || i < 0 || i >= p->slot_count || find(h, nonce))
		return;
	s = &h->slots[i];
	snprintf(s->nonce, sizeof(s->nonce), "%s", nonce);
	s->ended = p->run_ms == 0;
	s->due_ms = p->run_ms < 0 ? -1 : clock_mono_ms() + p->run_ms;
	p->starts++;
	p->ends += s->ended;
	hash_set(p->users, user,
		 (void *)((intptr_t)hash_get(p->users, user) + 1));
}

/* True if there is something to say. */
static bool take_reply(struct host *h, const json_t *root)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(root, "acks"), i, v) {
		struct slot *s = find(h, json_string_value(v));

		if (s && s->ended)
			*s = (struct slot){ .nonce = "" };
	}
	json_array_foreach(json_object_get(root, "starts"), i, v)
		take_start(h, v);
	return json_array_size(json_object_get(root, "starts")) ||
	       json_array_size(json_object_get(root, "acks"));
}

static int64_t next_due_ms(const struct host *h)
{
	int64_t due_ms = -1;

	for (int i = 0; i < h->pool->slot_count; i++) {
		const struct slot *s = &h->slots[i];

		if (s->nonce[0] && !s->ended && s->due_ms >= 0 &&
		    (due_ms < 0 || s->due_ms < due_ms))
			due_ms = s->due_ms;
	}
	return due_ms;
}

static void set_timer(struct host *h, int64_t at_most_ms)
{
	int64_t due_ms = next_due_ms(h), now_ms = clock_mono_ms();
	int64_t delay_ms = due_ms < 0	     ? -1
			   : due_ms > now_ms ? due_ms - now_ms
					     : 0;

	if (at_most_ms >= 0 && (delay_ms < 0 || at_most_ms < delay_ms))
		delay_ms = at_most_ms;
	evloop_set_timer(h->timer, delay_ms);
}

static void on_done(void *arg, int result, struct httpu_response *resp,
		    const struct err *err)
{
	struct host *h = arg;
	json_t *root = NULL;
	bool news;

	h->out = false;
	if (result || resp->status != 200 ||
	    json_parse_object(resp->body.data, resp->body.len, &root, NULL)) {
		log_warn("%s: %s", h->name,
			 result ? err_text(err) : resp->body.data);
		evloop_set_timer(h->timer, RETRY_MS);
		return;
	}
	h->pool->ready += !h->answered;
	h->answered = true;
	h->pool->syncs++;
	news = take_reply(h, root);
	json_decref(root);
	if (news || h->pool->beat_ms == 0)
		set_timer(h, 0);
	else
		set_timer(h, h->pool->beat_ms < 0 ? 0 : h->pool->beat_ms);
}

static void call(struct host *h)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct err err = ERR_INIT;

	if (h->out)
		httpu_cancel(h->http);
	make_body(h);
	req.method = "POST";
	req.path = h->path;
	req.body = h->body.data;
	req.body_len = h->body.len;
	req.idle_ms = -1;
	h->out = !httpu_start(h->http, h->pool->loop, &req, on_done, h, &err);
	set_timer(h, h->out ? -1 : RETRY_MS);
}

/* A job's end is due, or the next call. */
static void on_timer(void *arg)
{
	struct host *h = arg;
	int64_t now_ms = clock_mono_ms();

	for (int i = 0; i < h->pool->slot_count; i++) {
		struct slot *s = &h->slots[i];

		if (s->nonce[0] && !s->ended && s->due_ms >= 0 &&
		    s->due_ms <= now_ms) {
			s->ended = true;
			h->pool->ends++;
		}
	}
	call(h);
}

/* -- commands --------------------------------------------------------------------- */

static void call_all(struct pool *p)
{
	for (int i = 0; i < p->host_count; i++)
		evloop_set_timer(p->hosts[i].timer, 0);
}

static void command(struct pool *p, const char *line)
{
	struct hash_iter it = { 0 };

	if (!strncmp(line, "accept ", 7)) {
		p->accepts = line[7] == '1';
		call_all(p);
	} else if (!strncmp(line, "beat ", 5)) {
		p->beat_ms = atoll(line + 5);
		call_all(p);
	} else if (!strcmp(line, "reset")) {
		hash_clear(p->users);
	} else if (!strcmp(line, "shares")) {
		while (hash_next(p->users, &it))
			printf("%s %lld\n", it.key,
			       (long long)(intptr_t)it.value);
		puts(".");
		return;
	}
	printf("%lld %lld %lld %lld\n", (long long)p->ready,
	       (long long)p->syncs, (long long)p->starts, (long long)p->ends);
}

static void on_stdin(void *arg, uint32_t events)
{
	struct pool *p = arg;
	char *end;
	ssize_t n = read(0, p->line + p->line_len,
			 sizeof(p->line) - 1 - p->line_len);

	(void)events;
	if (n <= 0) {
		evloop_stop(p->loop);
		return;
	}
	p->line_len += (size_t)n;
	p->line[p->line_len] = '\0';
	while ((end = strchr(p->line, '\n'))) {
		*end++ = '\0';
		command(p, p->line);
		p->line_len -= (size_t)(end - p->line);
		memmove(p->line, end, p->line_len + 1);
	}
	fflush(stdout);
}

static int make_host(struct pool *p, const char *url, int i, struct err *err)
{
	struct host *h = &p->hosts[i];

	h->pool = p;
	snprintf(h->name, sizeof(h->name), "h%d", i);
	snprintf(h->path, sizeof(h->path), "/api/v1/hosts/%s/sync", h->name);
	snprintf(h->boot, sizeof(h->boot), "%032llx",
		 (unsigned long long)clock_real_ms() * 100000 +
			 (unsigned long long)i);
	h->slots = xcalloc((size_t)p->slot_count, sizeof(*h->slots));
	strbuf_init(&h->body);
	h->timer = evloop_add_timer(p->loop, i % 100, on_timer, h);
	return httpu_new(url, NULL, &h->http, err);
}

int main(int argc, char **argv)
{
	struct pool p = { .beat_ms = -1, .accepts = true };
	struct rlimit lim;
	struct err err = ERR_INIT;
	struct evloop_fd *in;
	int r;

	if (argc != 5) {
		fprintf(stderr, "usage: hosts URL HOSTS SLOTS RUN_MS\n");
		return 2;
	}
	if (!getrlimit(RLIMIT_NOFILE, &lim)) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	p.host_count = atoi(argv[2]);
	p.slot_count = atoi(argv[3]);
	p.run_ms = atoll(argv[4]);
	p.users = hash_new(NULL);
	p.hosts = xcalloc((size_t)p.host_count, sizeof(*p.hosts));
	r = evloop_new(&p.loop, &err);
	if (!r)
		r = evloop_add_fd(p.loop, 0, EPOLLIN, on_stdin, &p, &in, &err);
	for (int i = 0; !r && i < p.host_count; i++)
		r = make_host(&p, argv[1], i, &err);
	if (!r)
		r = evloop_run(p.loop, &err);
	if (r)
		fprintf(stderr, "hosts: %s\n", err_text(&err));
	return r != 0;
}
