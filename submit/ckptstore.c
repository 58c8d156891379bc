/* SPDX-License-Identifier: MIT */
#include "submit/ckptstore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "submit/fmt.h"

#define BASE "/api/v1/checkpoints"

/* Requests for one checkpoint: BASE/ID, and what follows. */
static void path_of(struct strbuf *path, const char *id, const char *rest)
{
	strbuf_addstr(path, BASE "/");
	httpu_encode(path, id);
	strbuf_addstr(path, rest);
}

/* "" for what is not there. */
static const char *text(const json_t *object, const char *key)
{
	const char *v = json_string_value(json_object_get(object, key));

	return v ? v : "";
}

static int fetch_list(const struct ckptstore *s, const char *job,
		      json_t **ret_json, json_t **ret_list, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	int r;

	strbuf_addstr(&path, BASE);
	if (job)
		client_add_query(&path, "job", job);
	r = client_get(s->client, path.data, ret_json, err);
	strbuf_release(&path);
	if (r < 0)
		return r;
	r = json_get_array(*ret_json, "checkpoints", ret_list, err);
	if (r < 0)
		json_decref(*ret_json);
	return r;
}

/* ---- ls ------------------------------------------------------------------------ */

static void print_row(const struct ckptstore *s, const json_t *row)
{
	const json_t *pinned = json_object_get(row, "pinned");
	char date[FMT_DATE_SIZE], size[FMT_SIZE_SIZE];
	struct strbuf line = STRBUF_INIT;

	fmt_date(date, json_integer_value(json_object_get(row, "created")));
	fmt_size(size,
		 (uint64_t)json_integer_value(json_object_get(row, "bytes")));
	fmt_column(&line, text(row, "id"), 7);
	strbuf_addstr(&line, " ");
	fmt_column(&line, text(row, "job"), 9);
	strbuf_addf(&line, " %s ", date);
	fmt_column(&line, text(row, "arch"), 8);
	strbuf_addf(&line, " %10s ", size);
	fmt_column(&line, text(row, "class"), 16);
	strbuf_addstr(&line, " ");
	fmt_text(&line, text(row, "state"));
	if (json_is_true(pinned))
		strbuf_addstr(&line, ", pinned");
	fprintf(s->out, "%s\n", line.data);
	strbuf_release(&line);
}

int ckptstore_list(const struct ckptstore *s, const char *job, struct err *err)
{
	json_t *json, *list, *row;
	size_t i;
	int r = fetch_list(s, job, &json, &list, err);

	if (r < 0)
		return r;
	if (s->json) {
		json_dumpf(json, s->out, JSON_COMPACT);
		putc('\n', s->out);
	} else {
		fprintf(s->out, "%-7s %-9s %-11s %-8s %10s %-16s %s\n", "ID",
			"JOB", "CREATED", "ARCH", "SIZE", "RESTARTS", "STATE");
		json_array_foreach(list, i, row)
			print_row(s, row);
	}
	json_decref(json);
	return 0;
}

/* ---- get ------------------------------------------------------------------------ */

/* The newest sound one of a job. */
static int newest(const struct ckptstore *s, const char *job, char **ret_id,
		  struct err *err)
{
	json_t *json, *list, *row;
	size_t i;
	int r = fetch_list(s, job, &json, &list, err);

	if (r < 0)
		return r;
	r = err_set(err, -ENOENT, "job %s has no checkpoint", job);
	json_array_foreach(list, i, row) {
		if (strcmp(text(row, "state"), "committed") != 0)
			continue;
		err_clear(err);
		*ret_id = xstrdup(text(row, "id"));
		r = 0;
		break;
	}
	json_decref(json);
	return r;
}

/* The name of the image among the checkpoint's files. */
static int image_name(const struct ckptstore *s, const char *id,
		      char **ret_name, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	json_t *json, *row;
	int r;

	path_of(&path, id, "");
	r = client_get(s->client, path.data, &json, err);
	strbuf_release(&path);
	if (r < 0)
		return r;
	r = json_get_object(json, "checkpoint", &row, err);
	if (r == 0 && !*text(row, "image"))
		r = err_set(err, -ENOENT,
			    "checkpoint %s is the program's own: it has no "
			    "image; name one of its files with -file",
			    id);
	if (r == 0)
		*ret_name = xstrdup(text(row, "image"));
	json_decref(json);
	return r;
}

static int fetch_chunks(const struct ckptstore *s, const char *id,
			const json_t *chunks, int fd, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	const json_t *chunk;
	size_t i;
	int r = 0;

	json_array_foreach(chunks, i, chunk) {
		strbuf_setlen(&path, 0);
		path_of(&path, id, "/chunks/");
		httpu_encode(&path, json_string_value(chunk)
					    ? json_string_value(chunk)
					    : "");
		r = client_fetch(s->client, path.data, fd, err);
		if (r < 0)
			break;
	}
	strbuf_release(&path);
	return r;
}

static int fetch_file(const struct ckptstore *s, const char *id,
		      const char *name, int fd, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	json_t *json, *files, *file;
	size_t i;
	int r;

	path_of(&path, id, "/manifest");
	r = client_get(s->client, path.data, &json, err);
	strbuf_release(&path);
	if (r < 0)
		return r;
	r = json_get_array(json, "files", &files, err);
	if (r == 0)
		r = err_set(err, -ENOENT, "checkpoint %s has no file '%s'", id,
			    name);
	json_array_foreach(files, i, file) {
		if (strcmp(text(file, "name"), name) != 0)
			continue;
		err_clear(err);
		r = fetch_chunks(s, id, json_object_get(file, "chunks"), fd,
				 err);
		break;
	}
	json_decref(json);
	return r;
}

/* Into a file of another name first; the link refuses an existing one. */
static int save(const struct ckptstore *s, const char *id, const char *name,
		const char *path, struct err *err)
{
	char *part = xasprintf("%s.part", path);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r;

	if (fd < 0) {
		r = err_sys(err, -errno, "cannot make '%s'", part);
		free(part);
		return r;
	}
	r = fetch_file(s, id, name, fd, err);
	if (r == 0 && fsync(fd))
		r = err_sys(err, -errno, "cannot write '%s'", part);
	if (close(fd) && r == 0)
		r = err_sys(err, -errno, "cannot write '%s'", part);
	if (r == 0 && link(part, path))
		r = err_sys(err, -errno, "cannot make '%s'", path);
	unlink(part);
	free(part);
	return r;
}

int ckptstore_get(const struct ckptstore *s, const char *which,
		  const char *name, const char *path, struct err *err)
{
	char *id = NULL, *image = NULL, *chosen = NULL;
	int r = 0;

	if (strchr(which, '.'))
		r = newest(s, which, &id, err);
	else
		id = xstrdup(which);
	if (r == 0 && !name) {
		r = image_name(s, id, &image, err);
		name = image;
	}
	if (r == 0) {
		chosen = path ? xstrdup(path) : xasprintf("ckpt.%s", id);
		r = save(s, id, name, chosen, err);
	}
	if (r == 0)
		fprintf(s->out, "Checkpoint %s is in '%s'\n", id, chosen);
	free(id);
	free(image);
	free(chosen);
	return r;
}

/* ---- rm, pin ---------------------------------------------------------------------- */

int ckptstore_remove(const struct ckptstore *s, const char *id, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	int r;

	path_of(&path, id, "");
	r = client_call(s->client, "DELETE", path.data, NULL, NULL, err);
	strbuf_release(&path);
	if (r == 0)
		fprintf(s->out, "Checkpoint %s removed\n", id);
	return r;
}

int ckptstore_pin(const struct ckptstore *s, const char *id, bool pinned,
		  struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	json_t *body = json_object();
	int r;

	json_set_bool(body, "pinned", pinned);
	path_of(&path, id, "/pin");
	r = client_call(s->client, "POST", path.data, body, NULL, err);
	strbuf_release(&path);
	if (r == 0)
		fprintf(s->out, "Checkpoint %s %s\n", id,
			pinned ? "pinned" : "unpinned");
	return r;
}
