/* SPDX-License-Identifier: MIT */
/* GET /jobs/C.P/output, and its hosts' answers */
#include "scheduler/api.h"

#include "common/base/err.h"
#include "common/svc/httpd.h"
#include "scheduler/attempts.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEFAULT 1024

static int number(struct api_call *c, const char *key, int64_t min, int64_t max,
		  int64_t *ret, struct err *err)
{
	const char *text = httpd_req_query(c->req, key);
	long long value;
	char *end;

	if (!text || !*text)
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (*end || errno || value < min || value > max)
		return err_set(err, -EINVAL,
			       "'%s' must be a number from %lld to %lld", key,
			       (long long)min, (long long)max);
	*ret = value;
	return 0;
}

/* "stdout" (the default), "stderr", or the name of a file. */
static void what(struct api_call *c, struct wire_tail *want)
{
	const char *file = httpd_req_query(c->req, "file");
	const char *stream = httpd_req_query(c->req, "stream");

	want->stream = stream && !strcmp(stream, "stderr") ? 2 : 1;
	if (file && *file) {
		want->stream = 0;
		want->file = (char *)file; /* copied by tail_ask */
	}
}

static int find_attempt(struct api_call *c, const struct attempt **ret_attempt,
			struct err *err)
{
	int cluster, proc = -1;
	const struct job *j;

	if (!api_parse_job(c->args[0], &cluster, &proc) || proc < 0)
		return err_set(err, -EINVAL, "bad job id '%s'", c->args[0]);
	j = queue_job(c->s->queue, cluster, proc);
	if (!j)
		return err_set(err, -ENOENT, "no job '%s' in the queue",
			       c->args[0]);
	if (!api_may_act(c, j->cluster->owner->name))
		return err_set(err, -EACCES, "job %s is %s's", c->args[0],
			       j->cluster->owner->name);
	if (!j->attempt || !j->attempt->reported)
		return err_set(err, -EEXIST, "job %s is not running: it is %s",
			       c->args[0], jobstate_name(j->state));
	*ret_attempt = j->attempt;
	return 0;
}

void api_jobs_output(struct api_call *c)
{
	struct wire_tail want = { .offset = -1, .max = MAX_DEFAULT };
	const struct attempt *a = NULL;
	struct err err = ERR_INIT;
	int rc = number(c, "offset", -1, INT64_MAX, &want.offset, &err);

	if (!rc)
		rc = number(c, "max", 0, WIRE_TAIL_MAX, &want.max, &err);
	if (!rc)
		rc = find_attempt(c, &a, &err);
	what(c, &want);
	if (!rc)
		rc = tail_ask(c->s, c->req, a->nonce, &want, &err);
	if (rc)
		api_error(c->s, c->req, &err);
}

void api_attempt_output(struct api_call *c)
{
	struct tail_answer answer = { .error = httpd_req_query(c->req,
							       "error") };
	struct err err = ERR_INIT;
	int rc = number(c, "offset", 0, INT64_MAX, &answer.offset, &err);

	if (!rc)
		rc = number(c, "size", 0, INT64_MAX, &answer.size, &err);
	if (rc) {
		api_error(c->s, c->req, &err);
		return;
	}
	answer.data = httpd_req_body(c->req, &answer.len);
	tail_answer(c->s, c->args[0], strtoll(c->args[1], NULL, 10), &answer);
	api_reply(c, 200, json_object());
}
