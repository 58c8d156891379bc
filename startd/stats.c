/* SPDX-License-Identifier: MIT */
#include "startd/stats.h"

#include "ckptlib/image/img.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "startd/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A long run with an interval writes many lines: the last ones count. */
#define TEXT_MAX (256 * 1024)

/* Of an image that says nothing of itself: this kind of machine only. */
#define CLASS_UNKNOWN "same layout"

/* More of them nobody reads. */
#define REASONS_MAX 20

static void set(char **member, const char *value)
{
	free(*member);
	*member = xstrdup(value);
}

/* A reason as people read it: `prog.c:12: text`. */
static void add_reason(json_t *why, const char *file, int64_t line,
		       const char *reason)
{
	struct strbuf text = STRBUF_INIT;

	if (*file)
		strbuf_addf(&text, "%s:%lld: ", file, (long long)line);
	strbuf_addstr(&text, reason);
	/* NULL, and left out, where it is no UTF-8. */
	if (json_array_size(why) < REASONS_MAX)
		json_array_append_new(why, json_stringn(text.data, text.len));
	strbuf_release(&text);
}

/* Takes the reference. */
static void set_why(struct stats *s, json_t *why)
{
	struct strbuf text = STRBUF_INIT;

	json_write(why, &text);
	free(s->why);
	s->why = strbuf_detach(&text);
	json_decref(why);
}

/* One that failed left the earlier image as it was. */
static void take_checkpoint(const json_t *line, struct stats *s)
{
	json_t *reasons = NULL, *why = json_array();
	const char *class = NULL;
	bool ok = true;
	size_t i;

	json_opt_bool(line, "ok", &ok, NULL);
	json_opt_str(line, "class", &class, NULL);
	json_opt_array(line, "reasons", &reasons, NULL);
	for (i = 0; ok && i < json_array_size(reasons); i++) {
		const json_t *r = json_array_get(reasons, i);
		const char *text = "", *file = "";
		int64_t number = 0;

		json_opt_str(r, "text", &text, NULL);
		json_opt_str(r, "file", &file, NULL);
		json_opt_int(r, "line", &number, NULL);
		add_reason(why, file, number, text);
	}
	if (ok && class)
		set(&s->class, class);
	if (ok)
		set_why(s, why);
	else
		json_decref(why);
}

static void take_restart(const json_t *line, struct stats *s)
{
	json_t *seconds = NULL;
	double total = -1;

	json_opt_object(line, "seconds", &seconds, NULL);
	if (seconds)
		json_opt_real(seconds, "total", &total, NULL);
	if (total >= 0)
		s->resume_ms = (int64_t)(total * 1000 + 0.5);
}

static void take_line(const char *text, size_t len, struct stats *s)
{
	const char *event = NULL;
	json_t *line = NULL;

	if (!len || json_parse_object(text, len, &line, NULL) < 0)
		return;
	json_opt_str(line, "event", &event, NULL);
	if (event && !strcmp(event, "checkpoint"))
		take_checkpoint(line, s);
	else if (event && !strcmp(event, "restart"))
		take_restart(line, s);
	json_decref(line);
}

void stats_parse(const char *text, struct stats *ret)
{
	*ret = (struct stats){ .image_bytes = -1, .resume_ms = -1 };
	ret->class = xstrdup(CLASS_UNKNOWN);
	ret->why = xstrdup("[]");
	ret->signature = xstrdup("");
	while (*text) {
		size_t len = strcspn(text, "\n");

		take_line(text, len, ret);
		text += len;
		text += *text == '\n';
	}
}

static void read_tail(int dir_fd, struct strbuf *out)
{
	int64_t size;
	ssize_t n;
	int fd = scratch_open(dir_fd, SCRATCH_STATS, geteuid(), &size, NULL);

	if (fd < 0)
		return;
	if (size > TEXT_MAX)
		lseek(fd, size - TEXT_MAX, SEEK_SET);
	strbuf_grow(out, TEXT_MAX);
	n = fd_read_full(fd, out->data, TEXT_MAX);
	strbuf_setlen(out, n > 0 ? (size_t)n : 0);
	close(fd);
}

/* What the image says of itself is better than what the program said. */
static void read_image(int fd, struct stats *s)
{
	json_t *why = json_array();
	struct img_err err;
	struct img *img;
	char hex[32];
	uint32_t i;

	if (ckpti_img_open_fd(fd, SCRATCH_IMAGE, &img, &err) < 0) {
		json_decref(why);
		return;
	}
	set(&s->class, ckpti_img_class_name(img->limits));
	snprintf(hex, sizeof(hex), "%016llx",
		 (unsigned long long)img->signature);
	set(&s->signature, hex);
	for (i = 0; i < img->nreasons; i++)
		add_reason(why, img->reasons[i].file, img->reasons[i].line,
			   img->reasons[i].text);
	set_why(s, why);
	ckpti_img_close(img);
}

void stats_read(int dir_fd, struct stats *ret)
{
	struct strbuf text = STRBUF_INIT;
	int64_t size;
	int fd;

	read_tail(dir_fd, &text);
	stats_parse(text.data, ret);
	strbuf_release(&text);
	fd = scratch_open(dir_fd, SCRATCH_IMAGE, geteuid(), &size, NULL);
	if (fd < 0)
		return;
	ret->image_bytes = size;
	read_image(fd, ret);
}

void stats_release(struct stats *s)
{
	free(s->class);
	free(s->why);
	free(s->signature);
	*s = (struct stats){ 0 };
}
