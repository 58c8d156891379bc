/* SPDX-License-Identifier: MIT */
/* POST /clusters */
#include "scheduler/api.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/job/wire_get.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/db/meta.h"
#include "scheduler/factory.h"
#include "scheduler/queue.h"
#include "scheduler/recover.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>

/* Jobs of one submission; with rows, the size of the request limits them. */
#define PROCS_MAX   10000000
#define COLUMNS_MAX 200
/* So much stays free for the ends of running jobs. */
#define ROOM_BYTES (16u << 20)

/* Attributes that are the scheduler's own, whoever sends them. */
static const char *const owned[] = { "ClusterId",
				     "ProcId",
				     "Owner",
				     "User",
				     "QDate",
				     "JobStatus",
				     "GlobalJobId",
				     "EnteredCurrentStatus",
				     "HarrierState",
				     "RemoteHost",
				     "NumJobStarts",
				     "NumRestarts",
				     "NumHolds",
				     "NumVacates",
				     "ExitCode",
				     "ExitSignal",
				     "ExitBySignal",
				     "CompletionDate",
				     NULL };

static bool is_owned(const char *name)
{
	for (size_t i = 0; owned[i]; i++)
		if (!strcasecmp(owned[i], name))
			return true;
	return false;
}

struct submission {
	const char *uuid;
	struct ad *ad;
	json_t *columns, *rows; /* rows may be NULL */
	int64_t count;
	bool hold;
	int cluster;
};

/* -- reading ------------------------------------------------------------------------ */

static bool uuid_ok(const char *s)
{
	static const int parts[] = { 8, 4, 4, 4, 12 };

	for (int i = 0; i < 5; i++) {
		if (i && *s++ != '-')
			return false;
		for (int k = 0; k < parts[i]; k++, s++)
			if (!*s || !strchr("0123456789abcdefABCDEF", *s))
				return false;
	}
	return !*s;
}

static int read_columns(const json_t *body, struct submission *sub,
			struct err *err)
{
	const json_t *v;
	size_t i;
	int rc = json_opt_array(body, "columns", &sub->columns, err);

	/* Later more are added, which is nobody else's concern. */
	sub->columns = sub->columns ? json_copy(sub->columns) : json_array();
	if (!rc)
		rc = json_opt_array(body, "rows", &sub->rows, err);
	if (rc)
		return rc;
	if (json_array_size(sub->columns) > COLUMNS_MAX)
		return err_set(err, -E2BIG, "more than %d columns",
			       COLUMNS_MAX);
	json_array_foreach(sub->columns, i, v) {
		const char *name = json_string_value(v);

		if (!name || !ad_name_valid(name) || is_owned(name))
			return err_set(err, -EINVAL, "bad column '%s'",
				       name ? name : "?");
	}
	if (json_array_size(sub->columns) &&
	    json_array_size(sub->rows) != (size_t)sub->count)
		return err_set(err, -EINVAL,
			       "'rows' must have %lld elements, one per proc",
			       (long long)sub->count);
	json_array_foreach(sub->rows, i, v)
		if (!json_is_array(v) ||
		    json_array_size(v) != json_array_size(sub->columns))
			return err_set(err, -EINVAL,
				       "row %zu must have one cell per column",
				       i);
	return 0;
}

static int check_ad(const struct ad *ad, struct err *err)
{
	const char *iwd = ad_str(ad, "Iwd"), *cmd = ad_str(ad, "Cmd");

	if (!cmd || !*cmd)
		return err_set(err, -EINVAL,
			       "the job has no Cmd: set 'executable'");
	if (!iwd || *iwd != '/')
		return err_set(err, -EINVAL,
			       "Iwd must be an absolute directory");
	if (ad_int(ad, "JobUniverse", 5) != 5)
		return err_set(err, -EINVAL,
			       "only the vanilla universe exists here: "
			       "remove 'universe'");
	return 0;
}

static int read_submission(const json_t *body, struct submission *sub,
			   struct err *err)
{
	json_t *ad = NULL;
	int rc = json_get_str(body, "uuid", &sub->uuid, err);

	sub->count = 1;
	if (!rc && !uuid_ok(sub->uuid))
		rc = err_set(err, -EINVAL, "'uuid' is no UUID");
	if (!rc)
		rc = json_get_object(body, "cluster_ad", &ad, err);
	if (!rc)
		rc = json_opt_int(body, "count", &sub->count, err);
	if (!rc)
		rc = json_opt_bool(body, "hold", &sub->hold, err);
	if (!rc && sub->count < 1)
		rc = err_set(err, -EINVAL, "'count' must be at least 1");
	if (!rc && sub->count > PROCS_MAX)
		rc = err_set(err, -E2BIG,
			     "more than %d jobs in one submission: submit "
			     "them in parts",
			     PROCS_MAX);
	if (!rc)
		rc = read_columns(body, sub, err);
	if (!rc)
		rc = ad_from_json(ad, &sub->ad, err);
	if (!rc)
		rc = check_ad(sub->ad, err);
	return rc;
}

static int check_room(struct sched *s, struct err *err)
{
	struct statvfs fs;

	if (statvfs(s->spool, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < ROOM_BYTES)
		return err_set(err, -ENOSPC,
			       "the scheduler's disk is full: nothing was "
			       "submitted");
	return 0;
}

/* -- writing ------------------------------------------------------------------------- */

static void default_int(struct ad *ad, const char *name, int64_t value)
{
	if (!ad_has(ad, name))
		ad_set_int(ad, name, value);
}

static void complete_ad(const struct api_call *c, struct submission *sub)
{
	struct ad *ad = sub->ad;
	char *text;

	for (size_t i = 0; owned[i]; i++)
		ad_delete(ad, owned[i]);
	ad_set_int(ad, "ClusterId", sub->cluster);
	ad_set_string(ad, "Owner", c->user);
	ad_set_string(ad, "User", c->user);
	ad_set_int(ad, "QDate", sched_now());
	text = xasprintf("%s#%d", c->s->name, sub->cluster);
	ad_set_string(ad, "GlobalJobId", text);
	free(text);
	ad_set_int(ad, "TotalSubmitProcs", sub->count);
	default_int(ad, "JobPrio", 0);
	default_int(ad, "JobUniverse", 5);
	default_int(ad, "RequestCpus", 1);
	default_int(ad, "RequestMemory", 128);
	default_int(ad, "RequestDisk", 1024);
	default_int(ad, "NumJobStarts", 0);
	default_int(ad, "NumRestarts", 0);
	default_int(ad, "NumHolds", 0);
	default_int(ad, "NumVacates", 0);
	if (!ad_has(ad, "Requirements"))
		ad_set_bool(ad, "Requirements", true);
}

static bool has_column(const struct submission *sub, const char *name)
{
	const json_t *v;
	size_t i;

	json_array_foreach(sub->columns, i, v)
		if (!strcasecmp(json_string_value(v), name))
			return true;
	return false;
}

/*
 * Attributes of the cluster that hold $(Process) differ per proc: they are
 * columns, whose rows say nothing.
 */
static void add_templates(struct submission *sub)
{
	for (size_t i = 0; i < ad_count(sub->ad); i++) {
		const char *name = ad_name_at(sub->ad, i);
		struct strbuf text = STRBUF_INIT;

		if (ad_unparse_attr(sub->ad, name, &text) &&
		    jobdesc_has_proc(text.data) && !has_column(sub, name))
			json_array_append_new(sub->columns, json_string(name));
		strbuf_release(&text);
	}
}

static int write_cluster(struct api_call *c, struct submission *sub,
			 struct cluster **ret_cluster, struct err *err)
{
	json_t *json = ad_to_json(sub->ad, true);
	char *dump = json_dumps(json, JSON_COMPACT);
	/* The client could not know the cluster's number. */
	char *text = jobdesc_bind_cluster(dump, sub->cluster);
	char *columns = json_dumps(sub->columns, JSON_COMPACT);
	struct dbjobs_cluster row = {
		.id = sub->cluster,
		.owner = c->user,
		.uid = c->uid,
		.qdate = sched_now(),
		.ad = text,
		.columns = columns,
		.count = (int)sub->count,
		.hold = sub->hold,
	};
	int rc = dbjobs_add_cluster(c->s->db, &row, err);

	if (!rc)
		rc = dbjobs_add_submission(c->s->db, sub->uuid, c->uid,
					   sub->cluster, (int)sub->count, err);
	if (!rc)
		rc = meta_set_int(c->s->db, META_NEXT_CLUSTER, sub->cluster + 1,
				  err);
	if (!rc)
		rc = queue_add_cluster(c->s->queue, &row, sched_now(),
				       ret_cluster, err);
	json_decref(json);
	free(dump);
	free(text);
	free(columns);
	return rc;
}

/* factory.h: the row as it is stored. */
static char *row_text(void *arg, int proc)
{
	const struct submission *sub = arg;
	const json_t *cells = json_array_get(sub->rows, (size_t)proc);
	char *dump = cells ? json_dumps(cells, JSON_COMPACT) : NULL;
	char *row = dump ? jobdesc_bind_cluster(dump, sub->cluster) : NULL;

	free(dump);
	return row;
}

static int write_all(struct api_call *c, struct submission *sub,
		     struct err *err)
{
	struct cluster *cluster;
	int rc = core_write(c->s, err);

	if (!rc && (rc = fault_hit("submit.write")))
		err_sys(err, rc, "submission");
	sub->cluster = (int)meta_get_int(c->s->db, META_NEXT_CLUSTER, 1);
	complete_ad(c, sub);
	add_templates(sub);
	if (!rc)
		rc = write_cluster(c, sub, &cluster, err);
	if (!rc)
		rc = factory_begin(c->s, cluster, row_text, sub, err);
	if (rc)
		return core_poison(c->s, err);
	return 0;
}

static json_t *answer(struct sched *s, const char *uuid, int cluster,
		      int64_t count)
{
	json_t *root = json_pack("{s:i,s:i,s:I,s:s}", "cluster", cluster,
				 "first", 0, "count", (json_int_t)count, "uuid",
				 uuid);
	/* Committed with the next number, if with any. */
	struct wire_seen seen = s->state;

	seen.seq += db_in_transaction(s->db);
	wire_seen_put(root, &seen);
	return root;
}

static void release(struct submission *sub)
{
	ad_free(sub->ad);
	json_decref(sub->columns);
}

void api_submit(struct api_call *c)
{
	struct submission sub = { 0 };
	struct wire_seen seen;
	struct err err = ERR_INIT;
	int cluster, count;
	int rc = wire_seen_decode(c->body, &seen, &err);

	if (!rc)
		rc = recover_seen(c->s, &seen, &err);
	if (!rc)
		rc = read_submission(c->body, &sub, &err);
	if (!rc &&
	    dbjobs_submission(c->s->db, sub.uuid, c->uid, &cluster, &count)) {
		core_reply(c->s, c->req, 200,
			   answer(c->s, sub.uuid, cluster, count));
		release(&sub);
		return;
	}
	if (!rc)
		rc = check_room(c->s, &err);
	if (!rc)
		rc = write_all(c, &sub, &err);
	if (rc) {
		log_info("submission of %s refused: %s", c->user,
			 err_text(&err));
		api_error(c->s, c->req, &err);
	} else {
		core_reply(c->s, c->req, 201,
			   answer(c->s, sub.uuid, sub.cluster, sub.count));
	}
	release(&sub);
}
