/* SPDX-License-Identifier: MIT */
#include "scheduler/helpers.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUICK_MS INT64_C(30000)
#define COPY_MS	 INT64_C(600000)
#define SOCK_FD	 3

extern char **environ;

struct pending {
	struct list link;
	struct access_request head;
	char *path;
	void *text;
	int fd;
	helpers_fn *fn;
	void *arg;
};

/* The helper of one user. */
struct helper {
	struct helpers *all;
	uid_t uid;
	pid_t pid; /* 0: not running */
	int sock;
	struct evloop_fd *watch;
	struct evloop_timer *deadline;
	struct list queue; /* the first is under way when busy */
	bool busy;
};

struct helpers {
	struct evloop *loop;
	const char *program;
	struct hash *by_uid;
	struct list failed; /* to be answered from the loop */
	bool posted;
	uint32_t next_id;
};

static void free_pending(struct pending *p)
{
	list_del(&p->link);
	free(p->path);
	free(p->text);
	free(p);
}

static void stop(struct helper *w)
{
	if (!w->pid)
		return;
	evloop_del_fd(w->watch);
	w->watch = NULL;
	fd_close(&w->sock);
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
	w->busy = false;
}

static void free_helper(void *value)
{
	struct helper *w = value;

	stop(w);
	evloop_del_timer(w->deadline);
	while (!list_empty(&w->queue))
		free_pending(list_first(&w->queue, struct pending, link));
	free(w);
}

struct helpers *helpers_new(struct evloop *loop, const char *program)
{
	struct helpers *h = xcalloc(1, sizeof(*h));

	h->loop = loop;
	h->program = program;
	h->by_uid = hash_new(free_helper);
	list_init(&h->failed);
	return h;
}

static void answer_failed(void *arg);

void helpers_free(struct helpers *h)
{
	if (!h)
		return;
	hash_free(h->by_uid);
	while (!list_empty(&h->failed))
		free_pending(list_first(&h->failed, struct pending, link));
	free(h);
}

static void answer(struct pending *p, int result, const char *message)
{
	struct access_reply reply = { .id = p->head.id, .result = result };

	snprintf(reply.message, sizeof(reply.message), "%s '%s'", message,
		 p->path);
	p->fn(p->arg, &reply);
	free_pending(p);
}

static void answer_failed(void *arg)
{
	struct helpers *h = arg;

	h->posted = false;
	while (!list_empty(&h->failed))
		answer(list_first(&h->failed, struct pending, link), -EPERM,
		       "this pool serves another user only: cannot use");
}

static void next(struct helper *w);

/* The helper hung or died: the call under way fails, the next may work. */
static void broken(struct helper *w, int result, const char *message)
{
	struct pending *p = NULL;

	if (w->busy)
		p = list_first(&w->queue, struct pending, link);
	log_warn("helper of user %u: %s", (unsigned int)w->uid, message);
	stop(w);
	if (p)
		answer(p, result, message);
	next(w);
}

static void on_deadline(void *arg)
{
	broken(arg, -ETIMEDOUT, "the file system does not answer for");
}

static void on_reply(void *arg, uint32_t events)
{
	struct helper *w = arg;
	struct access_reply reply;
	struct pending *p;
	ssize_t n = recv(w->sock, &reply, sizeof(reply), MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != (ssize_t)sizeof(reply) || !w->busy) {
		broken(w, -EPIPE, "the access helper ended while it used");
		return;
	}
	p = list_first(&w->queue, struct pending, link);
	w->busy = false;
	evloop_set_timer(w->deadline, -1);
	reply.message[sizeof(reply.message) - 1] = '\0';
	list_del(&p->link);
	next(w);
	p->fn(p->arg, &reply);
	free_pending(p);
}

static int spawn(struct helper *w, int theirs)
{
	char uid[24];
	char *argv[] = { "harrier-access", uid, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	snprintf(uid, sizeof(uid), "%u", (unsigned int)w->uid);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, theirs, SOCK_FD);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(&w->pid, w->all->program, &files, &attr, argv,
			 environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	if (rc)
		w->pid = 0;
	return -rc;
}

static int start(struct helper *w)
{
	int pair[2], rc, theirs;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	/* dup2 of a descriptor onto itself would keep close-on-exec. */
	theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, SOCK_FD + 1);
	close(pair[1]);
	if (theirs < 0) {
		close(pair[0]);
		return -errno;
	}
	rc = spawn(w, theirs);
	close(theirs);
	if (rc) {
		close(pair[0]);
		return rc;
	}
	w->sock = pair[0];
	return evloop_add_fd(w->all->loop, w->sock, EPOLLIN, on_reply, w,
			     &w->watch, NULL);
}

static int64_t deadline_of(uint32_t verb)
{
	bool copies = verb == ACCESS_READ || verb == ACCESS_STAGE;

	return copies ? COPY_MS : QUICK_MS;
}

static void next(struct helper *w)
{
	struct pending *p;
	int rc;

	while (!w->busy && !list_empty(&w->queue)) {
		p = list_first(&w->queue, struct pending, link);
		rc = w->pid ? 0 : start(w);
		if (!rc)
			rc = channel_send(w->sock, &p->head, p->path, p->text,
					  p->fd);
		if (!rc) {
			w->busy = true;
			evloop_set_timer(w->deadline,
					 deadline_of(p->head.verb));
			return;
		}
		stop(w);
		answer(p, rc, "cannot run the access helper for");
	}
}

static void run_next(void *arg)
{
	next(arg);
}

static struct helper *helper_of(struct helpers *h, uid_t uid)
{
	struct helper *w = hash_get_mem(h->by_uid, &uid, sizeof(uid));

	if (w)
		return w;
	w = xcalloc(1, sizeof(*w));
	w->all = h;
	w->uid = uid;
	w->sock = -1;
	w->deadline = evloop_add_timer(h->loop, -1, on_deadline, w);
	list_init(&w->queue);
	hash_set_mem(h->by_uid, &uid, sizeof(uid), w);
	return w;
}

void helpers_call(struct helpers *h, const struct helpers_call *call,
		  helpers_fn *fn, void *arg)
{
	struct pending *p = xcalloc(1, sizeof(*p));
	struct helper *w;

	p->head.id = ++h->next_id;
	p->head.verb = call->verb;
	p->head.a = call->a;
	p->head.path_len = (uint32_t)strlen(call->path);
	p->head.text_len = (uint32_t)call->text_len;
	p->path = xstrdup(call->path);
	p->text = call->text ? xmemdup(call->text, call->text_len) : NULL;
	p->fd = call->fd;
	p->fn = fn;
	p->arg = arg;
	if (geteuid() != 0 && call->uid != geteuid()) {
		list_append(&h->failed, &p->link);
		if (!h->posted)
			evloop_post(h->loop, answer_failed, h);
		h->posted = true;
		return;
	}
	w = helper_of(h, call->uid);
	list_append(&w->queue, &p->link);
	if (!w->busy)
		evloop_post(h->loop, run_next, w);
}
