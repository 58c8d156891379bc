/* SPDX-License-Identifier: MIT */
#include "submit/logwait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/eventlog.h"

/* How often to look where nobody tells: network file systems. */
#define LOOK_MS	   500
#define READ_BYTES 65536

struct job {
	bool ended;
};

struct logwait {
	const struct logwait_want *want;
	const char *path;
	int fd; /* -1: not there yet */
	int watch_fd; /* inotify on its directory, or -1 */
	struct strbuf text; /* read, not yet parsed */
	struct hash *jobs; /* "12.0" -> struct job */
	int64_t ended;
	int64_t start_ms;
};

/* -- events --------------------------------------------------------------- */

static bool is_wanted(const struct logwait_want *want, const struct event *ev)
{
	return !want->cluster || (ev->cluster == want->cluster &&
				  (want->proc < 0 || ev->proc == want->proc));
}

static const char *status_text(const struct event *ev)
{
	switch ((int)ev->type) {
	case EVENT_SUBMIT:
		return "submitted";
	case EVENT_EXECUTE:
		return "executing on host";
	case EVENT_CHECKPOINTED:
		return "checkpointed";
	case EVENT_EVICTED:
		return "evicted";
	case EVENT_TERMINATED:
		return "terminated";
	case EVENT_ABORTED:
		return "aborted by the user";
	case EVENT_SUSPENDED:
		return "suspended";
	case EVENT_UNSUSPENDED:
		return "unsuspended";
	case EVENT_HELD:
		return "held";
	case EVENT_RELEASED:
		return "released";
	}
	return NULL;
}

static void print_status(const struct event *ev)
{
	const char *text = status_text(ev);

	if (!text)
		return;
	printf("%lld.%lld.0 %s", (long long)ev->cluster, (long long)ev->proc,
	       text);
	if (ev->type == EVENT_EXECUTE && ev->host)
		printf(" %s", ev->host);
	putchar('\n');
	fflush(stdout);
}

static struct job *job_of(struct logwait *w, const struct event *ev)
{
	char id[48];
	struct job *j;

	snprintf(id, sizeof(id), "%lld.%lld", (long long)ev->cluster,
		 (long long)ev->proc);
	j = hash_get(w->jobs, id);
	if (!j) {
		j = xcalloc(1, sizeof(*j));
		hash_set(w->jobs, id, j);
	}
	return j;
}

static void take_event(struct logwait *w, const struct event *ev,
		       const char *text, size_t len)
{
	bool ends = ev->type == EVENT_TERMINATED || ev->type == EVENT_ABORTED;
	struct job *j;

	if (w->want->echo)
		fwrite(text, 1, len, stdout);
	fflush(stdout);
	if (!is_wanted(w->want, ev))
		return;
	j = job_of(w, ev);
	if (ends != j->ended)
		w->ended += ends ? 1 : -1;
	j->ended = ends;
	if (w->want->status)
		print_status(ev);
}

static bool is_enough(const struct logwait *w)
{
	return w->want->count && w->ended >= w->want->count;
}

/* Takes the whole events off the text's front. */
static void take_events(struct logwait *w)
{
	size_t at = 0;

	while (!is_enough(w)) {
		const char *text = w->text.data + at;
		struct event ev;
		size_t skip = 0;
		int64_t n = eventlog_parse(text, w->text.len - at, &ev, &skip);

		if (n == 0)
			break;
		if (n < 0) {
			at += skip;
			if (!skip)
				break;
			continue;
		}
		take_event(w, &ev, text, (size_t)n);
		event_release(&ev);
		at += (size_t)n;
	}
	memmove(w->text.data, w->text.data + at, w->text.len - at);
	strbuf_setlen(&w->text, w->text.len - at);
}

/* -- the file --------------------------------------------------------------- */

static int open_log(struct logwait *w, struct err *err)
{
	if (w->fd >= 0)
		return 0;
	w->fd = open(w->path, O_RDONLY | O_CLOEXEC);
	if (w->fd >= 0 || errno == ENOENT)
		return 0;
	return err_sys(err, -errno, "cannot open '%s'", w->path);
}

static int read_more(struct logwait *w, struct err *err)
{
	char buf[READ_BYTES];
	ssize_t n;

	while (w->fd >= 0 && (n = read(w->fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, -errno, "cannot read '%s'",
				       w->path);
		strbuf_add(&w->text, buf, (size_t)n);
		take_events(w);
	}
	return 0;
}

static void watch(struct logwait *w)
{
	const char *slash = strrchr(w->path, '/');
	char *dir = !slash ? xstrdup(".")
		    : slash == w->path
			    ? xstrdup("/")
			    : xstrndup(w->path, (size_t)(slash - w->path));

	w->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->watch_fd >= 0 &&
	    inotify_add_watch(w->watch_fd, dir,
			      IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		fd_close(&w->watch_fd);
	free(dir);
}

/* Until something changes there, or `ms` have passed. */
static void pause_for(struct logwait *w, int64_t ms)
{
	struct pollfd p = { .fd = w->watch_fd, .events = POLLIN };
	char buf[4096];

	if (ms > LOOK_MS)
		ms = LOOK_MS;
	if (poll(&p, 1, (int)ms) > 0)
		while (read(w->watch_fd, buf, sizeof(buf)) > 0)
			;
}

/* -- waiting ------------------------------------------------------------------ */

static int missing(const struct logwait *w, struct err *err)
{
	const struct logwait_want *want = w->want;

	if (w->fd < 0)
		return err_set(err, -ENOENT,
			       "cannot open '%s': no such file; the submit "
			       "command 'log' names it",
			       w->path);
	if (!want->cluster)
		return err_set(err, -ENOENT, "there is no job in '%s'",
			       w->path);
	if (want->proc < 0)
		return err_set(err, -ENOENT, "no job of cluster %d is in '%s'",
			       want->cluster, w->path);
	return err_set(err, -ENOENT, "job %d.%d is not in '%s'", want->cluster,
		       want->proc, w->path);
}

/* -EAGAIN: not yet. */
static int look(struct logwait *w, struct err *err)
{
	int64_t waited_ms = clock_mono_ms() - w->start_ms;
	int64_t jobs;
	int r = open_log(w, err);

	if (r == 0)
		r = read_more(w, err);
	if (r < 0)
		return r;
	jobs = (int64_t)hash_count(w->jobs);
	if (is_enough(w))
		return 1;
	if (jobs > 0 && w->ended == jobs && !w->want->count)
		return 0;
	if (w->want->limit_ms >= 0 && waited_ms >= w->want->limit_ms)
		return -ETIMEDOUT;
	if (jobs == 0 && waited_ms >= LOGWAIT_PATIENCE_MS)
		return missing(w, err);
	pause_for(w, w->want->limit_ms < 0 ? LOOK_MS
					   : w->want->limit_ms - waited_ms);
	return -EAGAIN;
}

int logwait_run(const char *path, const struct logwait_want *want,
		struct err *err)
{
	struct logwait w = { .want = want,
			     .path = path,
			     .fd = -1,
			     .watch_fd = -1,
			     .start_ms = clock_mono_ms() };
	int r;

	strbuf_init(&w.text);
	w.jobs = hash_new(free);
	watch(&w);
	do
		r = look(&w, err);
	while (r == -EAGAIN);
	hash_free(w.jobs);
	strbuf_release(&w.text);
	fd_close(&w.fd);
	fd_close(&w.watch_fd);
	return r;
}
