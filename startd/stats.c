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

static void take_checkpoint(const json_t *line, struct stats *s)
{
	const char *class = NULL, *signature = NULL;
	json_t *why = NULL;

	json_opt_str(line, "class", &class, NULL);
	json_opt_str(line, "signature", &signature, NULL);
	json_opt_array(line, "why", &why, NULL);
	if (class)
		set(&s->class, class);
	if (signature)
		set(&s->signature, signature);
	if (why) {
		struct strbuf text = STRBUF_INIT;

		json_write(why, &text);
		free(s->why);
		s->why = strbuf_detach(&text);
	}
}

static void take_restart(const json_t *line, struct stats *s)
{
	double seconds = -1;

	json_opt_real(line, "seconds", &seconds, NULL);
	if (seconds >= 0)
		s->resume_ms = (int64_t)(seconds * 1000 + 0.5);
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

static void take_reasons(const struct img *img, struct stats *s)
{
	json_t *why = json_array();
	struct strbuf text = STRBUF_INIT;
	uint32_t i;

	for (i = 0; i < img->nreasons && i < REASONS_MAX; i++) {
		const struct img_reason *r = &img->reasons[i];

		strbuf_reset(&text);
		if (*r->file)
			strbuf_addf(&text, "%s:%u: ", r->file, r->line);
		strbuf_addstr(&text, r->text);
		/* NULL, and left out, where it is no UTF-8. */
		json_array_append_new(why, json_stringn(text.data, text.len));
	}
	strbuf_reset(&text);
	json_write(why, &text);
	free(s->why);
	s->why = strbuf_detach(&text);
	json_decref(why);
}

/* What the image says of itself is better than what the program said. */
static void read_image(int fd, struct stats *s)
{
	struct img_err err;
	struct img *img;
	char hex[32];

	if (img_open_fd(fd, SCRATCH_IMAGE, &img, &err) < 0)
		return;
	set(&s->class, img_class_name(img->limits));
	snprintf(hex, sizeof(hex), "%016llx",
		 (unsigned long long)img->signature);
	set(&s->signature, hex);
	take_reasons(img, s);
	img_close(img);
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
