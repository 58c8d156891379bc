/* SPDX-License-Identifier: MIT */
/*
 * Somebody types when a program reads from the slave side of a terminal:
 * inotify's IN_ACCESS tells it within a fraction of a millisecond and is not
 * fooled by output; a terminal's atime moves in steps of 8 s only. A terminal
 * that only processes of jobs sit on is not the owner's.
 */
#include "startd/owner_source.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "startd/starter/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The name that processes of a job are below (TASK_COMM_LEN cuts at 15). */
#define STARTER_COMM "harrier-starter"

/* After a terminal was made, until its shell or job sits on it. */
#define SETTLE_MS 300

enum whose { WHOSE_UNKNOWN, WHOSE_OWNER, WHOSE_JOB };

struct tty {
	struct list link;
	char *path;
	int wd; /* of inotify; -1: not watched */
	dev_t rdev;
	enum whose whose;
	bool fresh; /* made since our start, not yet settled */
	bool seen; /* in the current scan */
};

struct owner_tty {
	struct owner_source source;
	struct evloop *loop;
	char *pts_dir, *consoles, *dev_dir;
	int inotify;
	int dir_wd;
	struct evloop_fd *watch;
	struct evloop_timer *settle;
	struct list ttys;
};

/* As the kernel writes tty_nr into /proc/PID/stat. */
static int tty_nr(dev_t rdev)
{
	unsigned int ma = major(rdev), mi = minor(rdev);

	return (int)((mi & 0xff) | (ma << 8) | ((mi & ~0xffU) << 12));
}

/*
 * Whose terminal: of a job if all processes on it are of jobs. One that no
 * process has as its controlling terminal is the owner's (a program may read
 * it all the same), but that is asked again the next time.
 */
static enum whose look(const struct tty *tty)
{
	enum whose whose = WHOSE_UNKNOWN;
	size_t i, count;
	pid_t *pids = tree_all(&count);
	int nr = tty_nr(tty->rdev);

	for (i = 0; i < count && whose != WHOSE_OWNER; i++) {
		struct tree_stat st;

		if (tree_stat(pids[i], &st) < 0 || st.tty_nr != nr)
			continue;
		whose = tree_is_below(pids[i], STARTER_COMM) ? WHOSE_JOB
							     : WHOSE_OWNER;
	}
	free(pids);
	return whose;
}

static bool is_job_tty(struct tty *tty)
{
	if (tty->whose == WHOSE_UNKNOWN)
		tty->whose = look(tty);
	return tty->whose == WHOSE_JOB;
}

static struct tty *find_path(struct owner_tty *t, const char *path)
{
	struct tty *tty;

	list_for_each(tty, &t->ttys, link) {
		if (!strcmp(tty->path, path))
			return tty;
	}
	return NULL;
}

static struct tty *find_wd(struct owner_tty *t, int wd)
{
	struct tty *tty;

	list_for_each(tty, &t->ttys, link) {
		if (tty->wd == wd)
			return tty;
	}
	return NULL;
}

static void tty_free(struct owner_tty *t, struct tty *tty)
{
	if (tty->wd >= 0)
		inotify_rm_watch(t->inotify, tty->wd);
	list_del(&tty->link);
	free(tty->path);
	free(tty);
}

/* ---- finding ---- */

/* Terminals are char devices; tests bring others, which have no processes. */
static struct tty *add(struct owner_tty *t, const char *path, int *ret_code)
{
	struct tty *tty;
	struct stat st;

	if (stat(path, &st) < 0)
		return NULL;
	tty = find_path(t, path);
	if (tty && tty->rdev != st.st_rdev) {
		tty_free(t, tty);
		tty = NULL;
	}
	if (!tty) {
		tty = xcalloc(1, sizeof(*tty));
		tty->path = xstrdup(path);
		tty->rdev = st.st_rdev;
		tty->wd = -1;
		tty->fresh = true;
		list_append(&t->ttys, &tty->link);
	}
	tty->seen = true;
	if (tty->wd < 0)
		tty->wd = inotify_add_watch(t->inotify, path, IN_ACCESS);
	*ret_code = tty->wd < 0 ? -errno : 0;
	return tty;
}

static void scan_ptys(struct owner_tty *t)
{
	struct dirent *de;
	DIR *dir = opendir(t->pts_dir);

	while (dir && (de = readdir(dir))) {
		struct tty *tty;
		char *path;
		int code;

		if (!isdigit((unsigned char)de->d_name[0]))
			continue;
		path = xasprintf("%s/%s", t->pts_dir, de->d_name);
		tty = add(t, path, &code);
		if (tty && !is_job_tty(tty))
			owner_count(&t->source, code, "terminal %s", path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

/*
 * Serial consoles. Virtual terminals (tty1 and on) are worked on with input
 * devices, and seen there. A console with nobody on it counts when it can be
 * watched and not otherwise.
 */
static void scan_consoles(struct owner_tty *t)
{
	struct strbuf text = STRBUF_INIT;
	char *p, *name;

	if (fd_read_file(t->consoles, 4096, &text, NULL) < 0)
		return;
	p = text.data;
	while ((name = strsep(&p, " \n"))) {
		struct tty *tty;
		char *path;
		int code;

		if (!*name || (!strncmp(name, "tty", 3) &&
			       isdigit((unsigned char)name[3])))
			continue;
		path = xasprintf("%s/%s", t->dev_dir, name);
		tty = add(t, path, &code);
		if (tty && look(tty) == WHOSE_OWNER)
			owner_count(&t->source, code, "console %s", path);
		free(path);
	}
	strbuf_release(&text);
}

static void scan(struct owner_tty *t)
{
	struct tty *tty, *tmp;
	size_t covered = t->source.covered, uncovered = t->source.uncovered;

	list_for_each(tty, &t->ttys, link)
		tty->seen = false;
	owner_count_reset(&t->source);
	scan_ptys(t);
	scan_consoles(t);
	list_for_each_safe(tty, tmp, &t->ttys, link) {
		if (!tty->seen)
			tty_free(t, tty);
	}
	if (covered != t->source.covered || uncovered != t->source.uncovered)
		owner_changed(&t->source);
}

/* ---- events ---- */

static void on_settle(void *arg)
{
	struct owner_tty *t = arg;
	struct tty *tty;
	bool sign = false;

	/* Somebody has logged in or opened a window: that is a sign too. */
	list_for_each(tty, &t->ttys, link) {
		if (!tty->fresh)
			continue;
		tty->fresh = false;
		tty->whose = look(tty);
		sign |= tty->whose == WHOSE_OWNER;
	}
	scan(t);
	if (sign)
		owner_sign(&t->source);
}

static void take(struct owner_tty *t, const struct inotify_event *ev)
{
	struct tty *tty;

	if (ev->wd == t->dir_wd) {
		if (!(ev->mask & IN_IGNORED)) {
			scan(t);
			evloop_set_timer(t->settle, SETTLE_MS);
		}
		return;
	}
	tty = find_wd(t, ev->wd);
	if (!tty)
		return;
	if (ev->mask & IN_IGNORED)
		tty->wd = -1;
	else if ((ev->mask & IN_ACCESS) && !is_job_tty(tty))
		owner_sign(&t->source);
}

static void on_inotify(void *arg, uint32_t events)
{
	struct owner_tty *t = arg;
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	(void)events;
	while ((n = read(t->inotify, buf, sizeof(buf))) > 0) {
		char *p = buf;

		while (p < buf + n) {
			struct inotify_event *ev = (void *)p;

			p += sizeof(*ev) + ev->len;
			take(t, ev);
		}
	}
}

/* What was typed before our start: to the 8 s that an atime is worth. */
static void look_back(struct owner_tty *t)
{
	int64_t real_ms = clock_real_ms(), idle_ms = INT64_MAX;
	struct tty *tty;

	list_for_each(tty, &t->ttys, link) {
		struct stat st;

		tty->fresh = false;
		tty->whose = look(tty);
		if (tty->whose != WHOSE_OWNER || stat(tty->path, &st) < 0)
			continue;
		if (real_ms - st.st_atime * 1000 < idle_ms)
			idle_ms = real_ms - st.st_atime * 1000;
	}
	if (idle_ms != INT64_MAX)
		t->source.last_ms =
			clock_mono_ms() - (idle_ms > 0 ? idle_ms : 0);
	if (t->source.last_ms < 0)
		t->source.last_ms = 0;
}

int owner_tty_new(struct owner *owner, struct evloop *loop, const char *root,
		  struct owner_tty **ret, struct err *err)
{
	struct owner_tty *t = xcalloc(1, sizeof(*t));
	int r;

	t->source = (struct owner_source){
		.owner = owner,
		.name = "terminal",
		.last_ms = -1,
		.cure = "run hstartd as root to see other users' terminals",
	};
	t->loop = loop;
	list_init(&t->ttys);
	t->pts_dir = xasprintf("%s/dev/pts", root);
	t->dev_dir = xasprintf("%s/dev", root);
	t->consoles = xasprintf("%s/sys/class/tty/console/active", root);
	t->settle = evloop_add_timer(loop, -1, on_settle, t);
	t->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (t->inotify < 0)
		r = err_sys(err, -errno, "cannot watch '%s'", t->pts_dir);
	else
		r = evloop_add_fd(loop, t->inotify, EPOLLIN, on_inotify, t,
				  &t->watch, err);
	if (r < 0) {
		owner_tty_free(t);
		return r;
	}
	t->dir_wd = inotify_add_watch(t->inotify, t->pts_dir,
				      IN_CREATE | IN_DELETE | IN_ATTRIB);
	scan(t);
	look_back(t);
	*ret = t;
	return 0;
}

void owner_tty_free(struct owner_tty *t)
{
	struct tty *tty, *tmp;

	if (!t)
		return;
	list_for_each_safe(tty, tmp, &t->ttys, link)
		tty_free(t, tty);
	if (t->watch)
		evloop_del_fd(t->watch);
	evloop_del_timer(t->settle);
	fd_close(&t->inotify);
	free(t->pts_dir);
	free(t->dev_dir);
	free(t->consoles);
	free(t);
}

struct owner_source *owner_tty_source(struct owner_tty *t)
{
	return &t->source;
}
