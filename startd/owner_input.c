/* SPDX-License-Identifier: MIT */
/*
 * The list of devices comes from sysfs, which names them even where /dev
 * lacks their nodes (a container on somebody's desktop): such a one is
 * uncovered, not absent.
 */
#include "startd/owner_source.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * HTCondor's rule: after a quarter of an hour a desk that was bumped is not
 * its owner. Pointer movements below this sum within two seconds are ignored.
 */
#define BUMP_PIXELS    16
#define BUMP_WINDOW_MS 2000
#define BUMP_IDLE_MS   (15 * 60 * 1000)

struct device {
	struct list link;
	struct owner_input *in;
	struct evloop_fd *watch;
	char *name; /* "event3" */
	int fd;
	bool seen; /* in the current scan */
};

struct owner_input {
	struct owner_source source;
	struct evloop *loop;
	char *dev_dir, *sys_dir;
	int inotify;
	struct evloop_fd *watch;
	struct evloop_timer *rescan;
	struct list devices;
	int64_t bump_ms; /* when the current window of small moves began */
	int64_t bump_sum;
};

/* ---- reading ---- */

static bool is_bump(struct owner_input *in, const struct input_event *ev)
{
	int64_t now_ms = clock_mono_ms();
	int64_t last_ms = in->source.last_ms;

	if (ev->type != EV_REL || last_ms < 0 ||
	    now_ms - last_ms < clock_scaled_ms(BUMP_IDLE_MS))
		return false;
	if (now_ms - in->bump_ms > BUMP_WINDOW_MS) {
		in->bump_ms = now_ms;
		in->bump_sum = 0;
	}
	in->bump_sum += ev->value < 0 ? -(int64_t)ev->value : ev->value;
	return in->bump_sum < BUMP_PIXELS;
}

static bool is_sign(struct owner_input *in, const struct input_event *ev)
{
	if (ev->type != EV_KEY && ev->type != EV_REL && ev->type != EV_ABS)
		return false;
	return !is_bump(in, ev);
}

static void device_free(struct device *d)
{
	evloop_del_fd(d->watch);
	fd_close(&d->fd);
	list_del(&d->link);
	free(d->name);
	free(d);
}

static void on_device(void *arg, uint32_t events)
{
	struct device *d = arg;
	struct owner_input *in = d->in;
	struct input_event ev[64];
	bool sign = false;
	ssize_t n;

	while ((n = read(d->fd, ev, sizeof(ev))) > 0) {
		size_t i;

		for (i = 0; i < (size_t)n / sizeof(ev[0]); i++)
			sign |= is_sign(in, &ev[i]);
		if ((size_t)n < sizeof(ev))
			break;
	}
	if ((n < 0 && errno == ENODEV) || (events & (EPOLLERR | EPOLLHUP))) {
		device_free(d);
		evloop_set_timer(in->rescan, 0);
	}
	if (sign)
		owner_sign(&in->source);
}

/* ---- finding ---- */

/* The lowest word of a sysfs bit map is its last; words are of `long`. */
static bool map_has_user_keys(const char *text)
{
	const char *last = strrchr(text, ' ');

	size_t words = 1;
	const char *p;

	for (p = text; *p; p++)
		words += *p == ' ';
	if (words * 8 * sizeof(long) > BTN_MISC)
		return true;
	/* KEY_1 to KEY_SLASH: letters and digits, not a power button. */
	return strtoull(last ? last + 1 : text, NULL, 16) & 0x3ffffffffffffcULL;
}

static bool read_caps(const char *sys_dir, const char *name, const char *what,
		      struct strbuf *out)
{
	char *path =
		xasprintf("%s/%s/device/capabilities/%s", sys_dir, name, what);
	int r;

	strbuf_reset(out);
	r = fd_read_file(path, 4096, out, NULL);
	while (out->len && out->data[out->len - 1] == '\n')
		strbuf_setlen(out, out->len - 1);
	free(path);
	return !r;
}

/* A lid switch or a power button is no way to work; unknown counts. */
static bool is_for_people(const struct owner_input *in, const char *name)
{
	struct strbuf caps = STRBUF_INIT;
	bool for_people = true;

	if (read_caps(in->sys_dir, name, "ev", &caps)) {
		unsigned long ev = strtoul(caps.data, NULL, 16);

		for_people = ev & (1UL << EV_REL | 1UL << EV_ABS);
		if (!for_people && (ev & 1UL << EV_KEY) &&
		    read_caps(in->sys_dir, name, "key", &caps))
			for_people = map_has_user_keys(caps.data);
	}
	strbuf_release(&caps);
	return for_people;
}

static struct device *find(struct owner_input *in, const char *name)
{
	struct device *d;

	list_for_each(d, &in->devices, link) {
		if (!strcmp(d->name, name))
			return d;
	}
	return NULL;
}

/* 0 when it is watched. */
static int add_device(struct owner_input *in, const char *name)
{
	struct device *d = find(in, name);
	char *path;
	int r = 0;

	if (d) {
		d->seen = true;
		return 0;
	}
	d = xcalloc(1, sizeof(*d));
	path = xasprintf("%s/%s", in->dev_dir, name);
	d->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0)
		r = -errno;
	if (!r)
		r = evloop_add_fd(in->loop, d->fd, EPOLLIN, on_device, d,
				  &d->watch, NULL);
	free(path);
	if (r < 0) {
		fd_close(&d->fd);
		free(d);
		return r;
	}
	d->in = in;
	d->seen = true;
	d->name = xstrdup(name);
	list_append(&in->devices, &d->link);
	return 0;
}

static void scan_dir(struct owner_input *in, const char *dir_path)
{
	struct dirent *de;
	DIR *dir = opendir(dir_path);

	while (dir && (de = readdir(dir))) {
		if (strncmp(de->d_name, "event", 5) ||
		    !is_for_people(in, de->d_name))
			continue;
		owner_count(&in->source, add_device(in, de->d_name),
			    "input device %s", de->d_name);
	}
	if (dir)
		closedir(dir);
}

static void scan(void *arg)
{
	struct owner_input *in = arg;
	struct device *d, *tmp;

	list_for_each(d, &in->devices, link)
		d->seen = false;
	owner_count_reset(&in->source);
	scan_dir(in, in->sys_dir);
	/* Without sysfs the nodes themselves are the list. */
	if (access(in->sys_dir, F_OK))
		scan_dir(in, in->dev_dir);
	list_for_each_safe(d, tmp, &in->devices, link) {
		if (!d->seen)
			device_free(d);
	}
	owner_changed(&in->source);
}

static void on_inotify(void *arg, uint32_t events)
{
	struct owner_input *in = arg;
	char buf[4096];

	(void)events;
	while (read(in->inotify, buf, sizeof(buf)) > 0)
		;
	evloop_set_timer(in->rescan, 0);
}

/*
 * /dev/input may come later: then its parent is watched. IN_ATTRIB: udev sets
 * the rights of a node a moment after it made it.
 */
static void watch_dir(struct owner_input *in)
{
	uint32_t mask = IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_TO;
	char *parent, *slash;

	if (inotify_add_watch(in->inotify, in->dev_dir, mask) >= 0)
		return;
	parent = xstrdup(in->dev_dir);
	slash = strrchr(parent, '/');
	*slash = '\0';
	inotify_add_watch(in->inotify, parent, IN_CREATE);
	free(parent);
}

static void on_rescan(void *arg)
{
	struct owner_input *in = arg;

	watch_dir(in);
	scan(in);
}

int owner_input_new(struct owner *owner, struct evloop *loop, const char *root,
		    struct owner_input **ret, struct err *err)
{
	struct owner_input *in = xcalloc(1, sizeof(*in));
	int r;

	in->source = (struct owner_source){
		.owner = owner,
		.name = "input",
		.last_ms = -1,
		.cure = "let hstartd read /dev/input: run it as root or in "
			"group input",
	};
	in->loop = loop;
	list_init(&in->devices);
	in->dev_dir = xasprintf("%s/dev/input", root);
	in->sys_dir = xasprintf("%s/sys/class/input", root);
	in->rescan = evloop_add_timer(loop, -1, on_rescan, in);
	in->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (in->inotify < 0)
		r = err_sys(err, -errno, "cannot watch '%s'", in->dev_dir);
	else
		r = evloop_add_fd(loop, in->inotify, EPOLLIN, on_inotify, in,
				  &in->watch, err);
	if (r < 0) {
		owner_input_free(in);
		return r;
	}
	on_rescan(in);
	*ret = in;
	return 0;
}

void owner_input_free(struct owner_input *in)
{
	struct device *d, *tmp;

	if (!in)
		return;
	list_for_each_safe(d, tmp, &in->devices, link)
		device_free(d);
	if (in->watch)
		evloop_del_fd(in->watch);
	evloop_del_timer(in->rescan);
	fd_close(&in->inotify);
	free(in->dev_dir);
	free(in->sys_dir);
	free(in);
}

struct owner_source *owner_input_source(struct owner_input *in)
{
	return &in->source;
}
