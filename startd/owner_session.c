/* SPDX-License-Identifier: MIT */
/*
 * Graphical sessions, as logind writes them into /run/systemd/sessions, or as
 * X servers' sockets where there is no logind. One at a seat is worked on
 * with input devices; one from afar (VNC, RDP) gives no sign we could see.
 */
#include "startd/owner_source.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

struct owner_session {
	struct owner_source source;
	struct owner_source *input;
	char *logind_dir, *x11_dir;
	int inotify;
	struct evloop_fd *watch;
};

/* The value of `KEY=` at the start of a line, into `buf`; "" if absent. */
static void get(const char *text, const char *key, char *buf, size_t size)
{
	size_t len = strlen(key);
	const char *p = text;

	buf[0] = '\0';
	while (p && *p) {
		if (!strncmp(p, key, len) && p[len] == '=') {
			snprintf(buf, size, "%.*s",
				 (int)strcspn(p + len + 1, "\n"), p + len + 1);
			return;
		}
		p = strchr(p, '\n');
		p += p != NULL;
	}
}

/* Seen through the input devices: some are there and all are seen. */
static int seat_code(const struct owner_session *s)
{
	if (s->input->uncovered)
		return -EACCES;
	return s->input->covered ? 0 : -ENODEV;
}

static void count_session(struct owner_session *s, const char *id,
			  const char *text)
{
	char type[16], class[32], remote[8], seat[32], state[16];
	bool at_seat;

	get(text, "TYPE", type, sizeof(type));
	get(text, "CLASS", class, sizeof(class));
	get(text, "REMOTE", remote, sizeof(remote));
	get(text, "SEAT", seat, sizeof(seat));
	get(text, "STATE", state, sizeof(state));
	if (strcmp(type, "x11") && strcmp(type, "wayland") &&
	    strcmp(type, "mir"))
		return;
	if (strncmp(class, "user", 4) || !strcmp(state, "closing"))
		return;
	at_seat = *seat && strcmp(remote, "1") != 0;
	owner_count(&s->source, at_seat ? seat_code(s) : -EREMOTE,
		    "graphical session %s", id);
}

static bool count_logind(struct owner_session *s)
{
	struct strbuf text = STRBUF_INIT;
	struct dirent *de;
	DIR *dir = opendir(s->logind_dir);

	if (!dir)
		return false;
	while ((de = readdir(dir))) {
		char *path;

		/* Beside `3` lies `3.ref`, a pipe. */
		if (strchr(de->d_name, '.'))
			continue;
		path = xasprintf("%s/%s", s->logind_dir, de->d_name);
		strbuf_reset(&text);
		if (!fd_read_file(path, 65536, &text, NULL))
			count_session(s, de->d_name, text.data);
		free(path);
	}
	closedir(dir);
	strbuf_release(&text);
	return true;
}

static void count_x11(struct owner_session *s)
{
	struct dirent *de;
	DIR *dir = opendir(s->x11_dir);

	while (dir && (de = readdir(dir))) {
		if (de->d_name[0] == 'X')
			owner_count(&s->source, seat_code(s), "X display :%s",
				    de->d_name + 1);
	}
	if (dir)
		closedir(dir);
}

void owner_session_recount(struct owner_session *s)
{
	owner_count_reset(&s->source);
	if (!count_logind(s))
		count_x11(s);
}

static void on_inotify(void *arg, uint32_t events)
{
	struct owner_session *s = arg;
	size_t covered = s->source.covered, uncovered = s->source.uncovered;
	char buf[4096];

	(void)events;
	while (read(s->inotify, buf, sizeof(buf)) > 0)
		;
	owner_session_recount(s);
	if (covered != s->source.covered || uncovered != s->source.uncovered)
		owner_changed(&s->source);
}

int owner_session_new(struct owner *owner, struct evloop *loop,
		      const char *root, struct owner_source *input,
		      struct owner_session **ret, struct err *err)
{
	uint32_t mask = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_CLOSE_WRITE;
	struct owner_session *s = xcalloc(1, sizeof(*s));
	int r;

	s->source = (struct owner_source){
		.owner = owner,
		.name = "session",
		.last_ms = -1,
		.cure = "end that session, say 'howner away' for now, or use "
			"the policy 'own' or 'dedicated'",
	};
	s->input = input;
	s->logind_dir = xasprintf("%s/run/systemd/sessions", root);
	s->x11_dir = xasprintf("%s/tmp/.X11-unix", root);
	s->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->inotify < 0)
		r = err_sys(err, -errno, "cannot watch '%s'", s->logind_dir);
	else
		r = evloop_add_fd(loop, s->inotify, EPOLLIN, on_inotify, s,
				  &s->watch, err);
	if (r < 0) {
		owner_session_free(s);
		return r;
	}
	if (inotify_add_watch(s->inotify, s->logind_dir, mask) < 0)
		inotify_add_watch(s->inotify, s->x11_dir, mask);
	owner_session_recount(s);
	*ret = s;
	return 0;
}

void owner_session_free(struct owner_session *s)
{
	if (!s)
		return;
	if (s->watch)
		evloop_del_fd(s->watch);
	fd_close(&s->inotify);
	free(s->logind_dir);
	free(s->x11_dir);
	free(s);
}

struct owner_source *owner_session_source(struct owner_session *s)
{
	return &s->source;
}
