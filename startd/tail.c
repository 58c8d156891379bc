/* SPDX-License-Identifier: MIT */
#include "startd/tail.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/list.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/svc/httpu.h"
#include "startd/attempt.h"
#include "startd/host.h"
#include "startd/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As long as the scheduler waits for it. */
#define SEND_MS 30000

/* One answer on its way. */
struct tail {
	struct list link;
	struct httpu *http;
	struct strbuf path, data;
};

static void drop(struct tail *t)
{
	list_del(&t->link);
	httpu_free(t->http);
	strbuf_release(&t->path);
	strbuf_release(&t->data);
	free(t);
}

/* -- the file --------------------------------------------------------------- */

static const char *file_name(const struct attempt *att,
			     const struct wire_tail *want, struct err *err)
{
	const char *name = want->stream == 1   ? att->start.stdout_name
			   : want->stream == 2 ? att->start.stderr_name
					       : want->file;

	if (!name || !*name)
		err_set(err, -ENOENT, "the job's output goes to /dev/null");
	else if (strncmp(name, SCRATCH_PRIVATE "/", sizeof(SCRATCH_PRIVATE)) ==
		 0)
		err_set(err, -EACCES, "'%s' is not the job's own", name);
	else
		return name;
	return NULL;
}

/*
 * Descriptor, or -errno with *err set. A stream that the job has not opened
 * yet is empty: -ENOENT without an error.
 */
static int open_file(const struct attempt *att, const struct wire_tail *want,
		     int64_t *ret_size, struct err *err)
{
	const char *name = file_name(att, want, err);
	struct err why = ERR_INIT;
	int dir, fd;

	if (!name)
		return err->code;
	dir = open(att->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_set(err, -ENOENT,
			       "the job has no directory on its host yet");
	fd = scratch_open(dir, name, geteuid(), ret_size, &why);
	close(dir);
	if (fd == -EXDEV || fd == -ELOOP)
		return err_set(err, -EACCES,
			       "'%s' is not in the job's directory", name);
	if (fd < 0 && !(want->stream && fd == -ENOENT))
		err_set(err, fd, "%s", err_text(&why));
	return fd;
}

/* Reads at most `max` bytes; *ret_from is where they stand. */
static int read_part(int fd, const struct wire_tail *want, int64_t size,
		     struct strbuf *data, int64_t *ret_from, struct err *err)
{
	int64_t from = want->offset, max = want->max;
	char *buf;
	ssize_t n;

	if (from < 0)
		from = size > max ? size - max : 0;
	/* It may be shorter than it was: it went on from a checkpoint. */
	if (from > size)
		from = size;
	if (max > size - from)
		max = size - from;
	buf = xmalloc((size_t)max + 1);
	n = pread(fd, buf, (size_t)max, (off_t)from);
	if (n > 0)
		strbuf_add(data, buf, (size_t)n);
	free(buf);
	*ret_from = from;
	return n < 0 ? err_sys(err, -errno, "cannot read it") : 0;
}

/* -- the answer --------------------------------------------------------------- */

static void read_it(struct host *host, const struct wire_tail *want,
		    struct tail *t)
{
	const struct attempt *att = attempt_find(host, want->nonce);
	struct err err = ERR_INIT;
	int64_t size = 0, from = 0;
	int fd = -1;

	if (!att || !att->scratch)
		err_set(&err, -ENOENT, "the job is not on its host any more");
	else
		fd = open_file(att, want, &size, &err);
	if (fd >= 0)
		read_part(fd, want, size, &t->data, &from, &err);
	fd_close(&fd);
	strbuf_addf(&t->path, "/api/v1/attempts/%s/output/%" PRId64,
		    want->nonce, want->id);
	if (err.code) {
		strbuf_reset(&t->data);
		strbuf_addstr(&t->path, "?error=");
		httpu_encode(&t->path, err_text(&err));
	} else {
		strbuf_addf(&t->path, "?offset=%" PRId64 "&size=%" PRId64, from,
			    size);
	}
}

static void on_sent(void *arg, int result, struct httpu_response *resp,
		    const struct err *err)
{
	struct tail *t = arg;

	if (result < 0)
		log_debug("output asked for was not sent: %s", err_text(err));
	else if (resp->status >= 300)
		log_debug("output asked for was not taken: %d", resp->status);
	drop(t);
}

void tail_take(struct host *host, const struct wire_tail *want)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct tail *t = xcalloc(1, sizeof(*t));
	struct err err = ERR_INIT;
	int r;

	strbuf_init(&t->path);
	strbuf_init(&t->data);
	list_append(&host->tails, &t->link);
	read_it(host, want, t);
	r = httpu_new(host->set->scheduler, host->token, &t->http, &err);
	req.method = "PUT";
	req.path = t->path.data;
	req.content_type = "application/octet-stream";
	req.body = t->data.data;
	req.body_len = t->data.len;
	req.timeout_ms = SEND_MS;
	if (r == 0)
		r = httpu_start(t->http, host->loop, &req, on_sent, t, &err);
	if (r < 0) {
		log_warn("cannot send output: %s", err_text(&err));
		drop(t);
	}
}

void tail_release(struct host *host)
{
	struct list *one;

	while (!list_empty(&host->tails)) {
		one = host->tails.next;
		drop(list_entry(one, struct tail, link));
	}
}
