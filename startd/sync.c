/* SPDX-License-Identifier: MIT */
#include "startd/sync.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/svc/evloop.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "startd/host.h"
#include "startd/starter/run.h"
#include "startd/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* How long the scheduler may park a call. */
#define WAIT_S 30
/* A call that was not answered long after that is dead. */
#define TIMEOUT_MS 45000
/*
 * News within this time of a call goes with the next one. That a job ended
 * waits less: its slot is idle until the answer brings the next start.
 */
#define GATHER_MS      10
#define GATHER_END_MS  2
#define RETRY_FIRST_MS 100
#define RETRY_MAX_MS   5000

/*
 * Calls take turns on two connections: a new one makes the scheduler answer
 * the parked one, and none has to be opened again.
 */
struct line {
	struct sync *sync;
	struct httpu *http;
	struct strbuf body; /* of the call that is out */
	int64_t sent_boot_ms;
	bool out;
};

struct sync {
	struct host *host;
	struct line lines[2];
	struct line *last; /* of the newest call */
	struct evloop_timer *timer;
	char boot[WIRE_NONCE_SIZE];
	char *path;
	int64_t number;
	int64_t sent_ms; /* clock_mono_ms of the newest call */
	int64_t sent_boot_ms; /* the same by clock_boot_ms */
	int64_t due_ms; /* clock_mono_ms: when the news go out */
	int64_t renewed_boot_ms; /* sending of the last answered one; -1 */
	int renewed_fd; /* holds the same for the next hstartd */
	int64_t retry_ms;
	struct wire_seen seen;
	bool news; /* not in the newest call */
	bool said_down; /* the scheduler's silence was logged */
	bool superseded;
};

static void call(struct sync *s);

static void random_hex(char *hex, size_t bytes)
{
	unsigned char b[16];
	size_t i;

	if (getrandom(b, bytes, 0) != (ssize_t)bytes)
		memset(b, (int)clock_mono_ns(), bytes);
	for (i = 0; i < bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", b[i]);
}

/* ---- the lease, across our own death ---- */

/*
 * Not fsynced: the kernel keeps it while this boot lasts, and after another
 * boot no job of ours runs.
 */
static void write_renewed(struct sync *s)
{
	char text[80], boot_id[37];
	int n;

	run_boot_id(boot_id);
	n = snprintf(text, sizeof(text), "%s %020" PRId64 "\n", boot_id,
		     s->renewed_boot_ms);
	if (s->renewed_fd >= 0 &&
	    pwrite(s->renewed_fd, text, (size_t)n, 0) != n)
		log_debug("cannot note the lease's renewal");
}

static void read_renewed(struct sync *s)
{
	char *path = xasprintf("%s/renewed", s->host->set->dir);
	char text[80], was[37], boot_id[37];
	int64_t boot_ms;
	ssize_t n;

	s->renewed_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(path);
	if (s->renewed_fd < 0)
		return;
	n = pread(s->renewed_fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	run_boot_id(boot_id);
	if (sscanf(text, "%36s %" SCNd64, was, &boot_ms) == 2 &&
	    !strcmp(was, boot_id) && boot_ms <= clock_boot_ms())
		s->renewed_boot_ms = boot_ms;
}

/* ---- the answer ---- */

static void take_seen(struct sync *s, const struct wire_seen *now)
{
	if (strcmp(s->seen.pool, now->pool) || now->epoch > s->seen.epoch ||
	    (now->epoch == s->seen.epoch && now->seq > s->seen.seq))
		s->seen = *now;
}

static void take_reply(struct sync *s, const struct wire_reply *reply)
{
	struct host *host = s->host;
	size_t i;

	take_seen(s, &reply->state);
	for (i = 0; i < reply->ack_count; i++)
		host_take_ack(host, reply->acks[i]);
	for (i = 0; i < reply->order_count; i++)
		host_take_order(host, &reply->orders[i]);
	for (i = 0; i < reply->tail_count; i++)
		tail_take(host, &reply->tails[i]);
	for (i = 0; i < json_array_size(reply->starts); i++)
		host_take_start(host, json_array_get(reply->starts, i));
	if (reply->order_count || json_array_size(reply->starts))
		host_told(host);
}

static int read_reply(struct sync *s, const struct httpu_response *resp,
		      struct err *err)
{
	struct wire_reply reply = { 0 };
	json_t *json = NULL;
	int r;

	if (resp->status == 409) {
		s->superseded = true;
		log_error("another hstartd uses the name '%s': stopping",
			  s->host->set->name);
		evloop_stop(s->host->loop);
		return -ESTALE;
	}
	if (resp->status != 200)
		return err_set(err, -EPROTO, "the scheduler answers %d: %.200s",
			       resp->status, resp->body.data);
	r = json_parse_object(resp->body.data, resp->body.len, &json, err);
	if (!r)
		r = wire_reply_decode(json, &reply, err);
	if (!r)
		take_reply(s, &reply);
	wire_reply_release(&reply);
	json_decref(json);
	return r;
}

/* Jittered, so that a thousand hosts do not come back in one instant. */
static void retry(struct sync *s, const struct err *err)
{
	uint32_t jitter = 0;

	if (!s->said_down)
		log_warn("no word from the scheduler: %s", err_text(err));
	s->said_down = true;
	if (getrandom(&jitter, sizeof(jitter), 0) != sizeof(jitter))
		jitter = 0;
	evloop_set_timer(s->timer,
			 s->retry_ms / 2 +
				 (int64_t)(jitter % (uint32_t)s->retry_ms));
	s->retry_ms *= 2;
	if (s->retry_ms > RETRY_MAX_MS)
		s->retry_ms = RETRY_MAX_MS;
}

static void on_done(void *arg, int result, struct httpu_response *resp,
		    const struct err *why)
{
	struct line *l = arg;
	struct sync *s = l->sync;
	struct err err = ERR_INIT;

	l->out = false;
	if (result < 0)
		err_set(&err, result, "%s", err_text(why));
	else
		result = read_reply(s, resp, &err);
	if (s->superseded)
		return;
	/* Any answer renews, or a chain of news would let the leases end. */
	if (result >= 0 && l->sent_boot_ms > s->renewed_boot_ms) {
		s->renewed_boot_ms = l->sent_boot_ms;
		write_renewed(s);
	}
	/* A forerunner of the newest call has nothing more to say. */
	if (l != s->last)
		return;
	if (result < 0) {
		retry(s, &err);
		return;
	}
	if (s->said_down)
		log_info("the scheduler answers again");
	s->said_down = false;
	s->retry_ms = RETRY_FIRST_MS;
	evloop_set_timer(s->timer, 0);
}

/* ---- the call ---- */

static void make_body(struct sync *s, struct strbuf *body)
{
	struct wire_sync wire = { .wait_s = WAIT_S };
	json_t *json;

	memcpy(wire.boot, s->boot, sizeof(wire.boot));
	wire.sync = ++s->number;
	wire.seen = s->seen;
	host_fill_sync(s->host, &wire);
	/* A parked call would hide for long that the scheduler is back. */
	if (wire.leaving || s->said_down)
		wire.wait_s = 0;
	json = wire_sync_encode(&wire);
	strbuf_reset(body);
	json_write(json, body);
	json_decref(json);
	wire_sync_release(&wire);
}

static void call(struct sync *s)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct line *l = s->last;
	struct err err = ERR_INIT;
	int r;

	if (l->out)
		l = l == s->lines ? &s->lines[1] : &s->lines[0];
	if (l->out)
		httpu_cancel(l->http);
	l->out = false;
	s->last = l;
	s->news = false;
	make_body(s, &l->body);
	s->sent_ms = clock_mono_ms();
	s->sent_boot_ms = l->sent_boot_ms = clock_boot_ms();
	req.method = "POST";
	req.path = s->path;
	req.body = l->body.data;
	req.body_len = l->body.len;
	req.timeout_ms = TIMEOUT_MS;
	req.idle_ms = -1;
	r = httpu_start(l->http, s->host->loop, &req, on_done, l, &err);
	if (r < 0)
		retry(s, &err);
	else
		l->out = true;
}

/*
 * Figures travel with each call; while one is parked the next is due after
 * the update interval, so that what people look at is not older than that.
 */
static void on_timer(void *arg)
{
	struct sync *s = arg;

	if (s->superseded)
		return;
	call(s);
	if (s->last->out)
		evloop_set_timer(s->timer,
				 clock_scaled_ms(s->host->set->update_ms));
}

static void send_within(struct sync *s, int64_t gather_ms)
{
	int64_t now_ms = clock_mono_ms();
	int64_t due_ms = s->sent_ms + gather_ms;

	if (s->superseded || (s->news && s->due_ms <= due_ms))
		return;
	s->news = true;
	s->due_ms = due_ms;
	/* A dead scheduler is asked by the retries alone. */
	if (s->said_down && !s->last->out)
		return;
	evloop_set_timer(s->timer, due_ms > now_ms ? due_ms - now_ms : 0);
}

void sync_soon(struct sync *s)
{
	send_within(s, GATHER_MS);
}

void sync_end(struct sync *s)
{
	send_within(s, GATHER_END_MS);
}

void sync_check_lease(struct sync *s)
{
	if (s->renewed_boot_ms >= 0)
		host_check_leases(s->host,
				  clock_boot_ms() - s->renewed_boot_ms);
}

bool sync_is_quiet(const struct sync *s)
{
	return !s->news && s->renewed_boot_ms == s->sent_boot_ms;
}

bool sync_is_same_boot(const struct sync *s)
{
	return s->renewed_boot_ms >= 0;
}

bool sync_is_superseded(const struct sync *s)
{
	return s->superseded;
}

int sync_new(struct host *host, struct sync **ret_sync, struct err *err)
{
	struct sync *s = xcalloc(1, sizeof(*s));
	int i, r;

	s->host = host;
	s->retry_ms = RETRY_FIRST_MS;
	s->renewed_boot_ms = -1;
	read_renewed(s);
	random_hex(s->boot, 16);
	s->path = xasprintf("/api/v1/hosts/%s/sync", host->set->name);
	s->last = s->lines;
	for (r = 0, i = 0; !r && i < 2; i++) {
		s->lines[i].sync = s;
		strbuf_init(&s->lines[i].body);
		r = httpu_new(host->set->scheduler, host->token,
			      &s->lines[i].http, err);
	}
	if (r < 0) {
		sync_free(s);
		return r;
	}
	s->timer = evloop_add_timer(host->loop, 0, on_timer, s);
	*ret_sync = s;
	return 0;
}

void sync_free(struct sync *s)
{
	int i;

	if (!s)
		return;
	if (s->timer)
		evloop_del_timer(s->timer);
	for (i = 0; i < 2; i++) {
		httpu_free(s->lines[i].http);
		strbuf_release(&s->lines[i].body);
	}
	fd_close(&s->renewed_fd);
	free(s->path);
	free(s);
}
