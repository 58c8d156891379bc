/* SPDX-License-Identifier: MIT */
/*
 * Attributes are made in groups. A group that used nothing that differs from
 * job to job is made once, into the cluster's ad; the others are made for each
 * job. After another queue statement all groups are made again, and what
 * differs from the cluster's ad is the job's own.
 */
#include "common/job/jobdesc.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In this order: later groups read what earlier ones set. */
static jobdesc_group *const groups[] = {
	jobdesc_state,	     jobdesc_dir,	   jobdesc_program,
	jobdesc_inputs,	     jobdesc_disk,	   jobdesc_requests,
	jobdesc_when,	     jobdesc_requirements, jobdesc_arguments,
	jobdesc_environment, jobdesc_in,	   jobdesc_out,
	jobdesc_err,	     jobdesc_log,	   jobdesc_outputs,
	jobdesc_checkpoint,  jobdesc_retries,	   jobdesc_signals,
	jobdesc_accounting,  jobdesc_limits,	   jobdesc_gpus,
	jobdesc_attrs,
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

/* Groups that read what others set, and so vary with them. */
enum {
	STATE = 0,
	DIR = 1,
	PROGRAM = 2,
	INPUTS = 3,
	DISK = 4,
	WHEN = 6,
	REQUIREMENTS = 7,
};

/* ---- what groups use ------------------------------------------------------------ */

int jobdesc_at(struct jobdesc *d, const char *const *names, int rc,
	       struct err *err)
{
	struct strbuf at = STRBUF_INIT;

	if (rc >= 0)
		return rc;
	for (; names[1] && !submitfile_has(d->sf, *names); names++)
		;
	submitfile_where(d->sf, *names, &at);
	err_prefix(err, "%s: %s", at.data, *names);
	strbuf_release(&at);
	return rc;
}

int jobdesc_get(struct jobdesc *d, const char *const *names, char **ret,
		struct err *err)
{
	return submitfile_get(d->sf, names, ret, err);
}

int jobdesc_parse_expr(struct jobdesc *d, const char *const *names,
		       const char *text, struct expr **ret, struct err *err)
{
	const size_t len = strlen(SUBMIT_CLUSTER_LATER);
	struct strbuf out = STRBUF_INIT;
	bool quoted = false;
	int rc;

	for (; *text; text++) {
		if (!quoted && strncmp(text, SUBMIT_PROC_LATER,
				       strlen(SUBMIT_PROC_LATER)) == 0)
			submitfile_want_proc(d->sf);
		if (!quoted && strncmp(text, SUBMIT_CLUSTER_LATER, len) == 0) {
			strbuf_addstr(&out, "ClusterId");
			text += len - 1;
			continue;
		}
		if (*text == '"')
			quoted = !quoted;
		strbuf_addch(&out, *text);
		if (quoted && *text == '\\' &&
		    (text[1] == '"' || text[1] == '\\'))
			strbuf_addch(&out, *++text);
	}
	rc = jobdesc_at(d, names, expr_parse(out.data, ret, err), err);
	strbuf_release(&out);
	return rc;
}

int jobdesc_set_expr(struct jobdesc *d, const char *const *names, struct ad *ad,
		     const char *attr, const char *text, struct err *err)
{
	struct expr *expr;
	int rc;

	if (!ad_name_valid(attr))
		return jobdesc_at(d, names,
				  err_set(err, -EINVAL, "bad attribute name"),
				  err);
	rc = jobdesc_parse_expr(d, names, text, &expr, err);
	return rc ? rc : ad_set_expr(ad, attr, expr);
}

/* ---- making jobs ---------------------------------------------------------------- */

struct jobdesc *jobdesc_new(struct submitfile *sf, const struct submit_io *io,
			    const struct jobdesc_opts *opts)
{
	struct jobdesc *d = xcalloc(1, sizeof(*d));

	d->sf = sf;
	d->io = io;
	d->opts = opts;
	strbuf_init(&d->warnings);
	submitfile_set_cwd(sf, opts->cwd);
	submitfile_builtin(sf, "ARCH", opts->arch);
	submitfile_builtin(sf, "OPSYS", opts->opsys);
	if (opts->opsys_ver) {
		submitfile_builtin(sf, "OPSYSVER", opts->opsys_ver);
		submitfile_builtin(sf, "OPSYSANDVER", opts->opsys_and_ver);
		submitfile_builtin(sf, "OPSYSMAJORVER", opts->opsys_major_ver);
	}
	if (opts->spool)
		submitfile_builtin(sf, "SPOOL", opts->spool);
	submitfile_builtin(sf, "IsLinux", "true");
	submitfile_builtin(sf, "IsWindows", "false");
	return d;
}

void jobdesc_free(struct jobdesc *d)
{
	if (!d)
		return;
	ad_free(d->cluster);
	ad_free(d->base);
	ad_free(d->fixed);
	ad_free(d->difference);
	strbuf_release(&d->warnings);
	free(d);
}

struct ad *jobdesc_cluster(const struct jobdesc *desc)
{
	return desc->cluster;
}

const char *jobdesc_warnings(const struct jobdesc *desc)
{
	return desc->warnings.data;
}

static size_t group_count(void)
{
	return GROUP_COUNT + jobdesc_rule_count();
}

/* Group g, counted over the functions and then the rules. */
static int make_group(struct jobdesc *d, size_t g, struct ad *ad,
		      struct err *err)
{
	return g < GROUP_COUNT ? groups[g](d, ad, err)
			       : jobdesc_rule(d, g - GROUP_COUNT, ad, err);
}

static void spread_variance(struct jobdesc *d)
{
	d->varies[DISK] |= d->varies[DIR] || d->varies[PROGRAM] ||
			   d->varies[INPUTS];
	d->varies[REQUIREMENTS] |= d->varies[PROGRAM] || d->varies[WHEN];
}

static bool same_attr(const struct ad *a, const struct ad *b, const char *name)
{
	struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
	bool same = ad_unparse_attr(a, name, &x) &&
		    ad_unparse_attr(b, name, &y) && x.len == y.len &&
		    memcmp(x.data, y.data, x.len) == 0;

	strbuf_release(&x);
	strbuf_release(&y);
	return same;
}

static void set_job(struct jobdesc *d, int64_t proc)
{
	submitfile_set_job(d->sf, d->opts->cluster, proc, d->step, d->row);
}

/*
 * Could one text with $(Process) in it stand for all jobs of the cluster? That
 * is so for the first queue statement if it is plain. Files that are looked
 * at, sizes and the rest need the number.
 */
static bool may_be_late(const struct jobdesc *d, size_t g)
{
	if (!d->opts->procs_later || d->proc > 0 || d->queue->count < 2 ||
	    d->queue->form != QUEUE_PLAIN)
		return false;
	return g >= GROUP_COUNT || g == STATE || g > REQUIREMENTS;
}

/* Returns 1 if the group is made for all jobs of the statement. */
static int make_late(struct jobdesc *d, size_t g, struct ad *made,
		     struct err *err)
{
	struct err failed = ERR_INIT;
	int rc;

	set_job(d, -1);
	submitfile_wanted_proc(d->sf);
	submitfile_took_live(d->sf);
	rc = make_group(d, g, made, &failed);
	set_job(d, d->proc);
	/* Text in place of a number may be the only fault: see it with one. */
	if (submitfile_took_live(d->sf) &&
	    (rc || submitfile_wanted_proc(d->sf)))
		return 0;
	if (rc && err && !err_is_set(err))
		*err = failed;
	return rc ? rc : 1;
}

/*
 * All groups, each for itself, to learn which of them vary. What these set
 * goes to `varying`, the rest to `fixed`.
 */
static int make_groups(struct jobdesc *d, struct ad *fixed, struct ad *varying,
		       struct err *err)
{
	struct ad *all = ad_new();
	int rc = 0;

	memset(d->varies, 0, sizeof(d->varies));
	for (size_t g = 0; g < group_count() && rc >= 0; g++) {
		struct ad *made = ad_new();

		ad_set_parent(made, all);
		rc = may_be_late(d, g) ? make_late(d, g, made, err) : 0;
		if (rc == 0) {
			ad_clear(made);
			submitfile_took_live(d->sf);
			rc = make_group(d, g, made, err);
			d->varies[g] |= submitfile_took_live(d->sf);
		}
		spread_variance(d);
		if (rc >= 0)
			rc = ad_update(all, made);
		if (rc >= 0)
			rc = ad_update(d->varies[g] ? varying : fixed, made);
		ad_free(made);
	}
	ad_free(all);
	return rc < 0 ? rc : 0;
}

/* The first job of a queue statement; the very first makes the cluster. */
static int make_first(struct jobdesc *d, struct ad *varying, struct err *err)
{
	static const char *const skip[] = { "skip_filechecks", NULL };
	struct ad *fixed = ad_new();
	int rc;

	d->unchecked = d->opts->skip_filechecks;
	rc = jobdesc_get_bool(d, skip, &d->unchecked, err);
	if (d->opts->cluster > 0)
		ad_set_int(fixed, "ClusterId", d->opts->cluster);
	ad_set_string(fixed, "Owner", d->opts->owner);
	if (!rc)
		rc = make_groups(d, fixed, varying, err);
	if (rc) {
		ad_free(fixed);
		return rc;
	}
	if (!d->cluster) {
		d->cluster = ad_copy(fixed);
		d->base = ad_copy(fixed);
	}
	ad_free(d->fixed);
	ad_free(d->difference);
	d->fixed = fixed;
	d->difference = ad_new();
	for (size_t i = 0; i < ad_count(fixed) && !rc; i++) {
		const char *name = ad_name_at(fixed, i);

		if (!same_attr(fixed, d->base, name))
			rc = ad_set_expr(d->difference, name,
					 ad_get_expr(fixed, name));
	}
	return rc;
}

static int make_varying(struct jobdesc *d, struct ad *varying, struct err *err)
{
	int rc = 0;

	ad_set_parent(varying, d->fixed);
	for (size_t g = 0; g < group_count() && !rc; g++)
		if (d->varies[g])
			rc = make_group(d, g, varying, err);
	ad_set_parent(varying, NULL);
	return rc;
}

/* The job's own: what differs, and what it lacks of the cluster's. */
static int complete(const struct jobdesc *d, struct ad *proc,
		    const struct ad *varying)
{
	int rc = ad_update(proc, d->difference);

	if (!rc)
		rc = ad_update(proc, varying);
	for (size_t i = 0; i < ad_count(d->base) && !rc; i++) {
		const char *name = ad_name_at(d->base, i);

		if (!ad_has(d->fixed, name) && !ad_has(varying, name))
			rc = ad_set_undefined(proc, name);
	}
	return rc;
}

static int make_job(struct jobdesc *d, struct ad *proc, bool first,
		    struct err *err)
{
	struct ad *varying = ad_new();
	int rc = first ? make_first(d, varying, err)
		       : make_varying(d, varying, err);

	if (!rc)
		rc = complete(d, proc, varying);
	ad_free(varying);
	return rc;
}

/* Moves to the next job's queue statement, row and step. 1: there is one. */
static int advance(struct jobdesc *d, bool *ret_new_queue, struct err *err)
{
	*ret_new_queue = false;
	for (;;) {
		int rc;

		if (d->queue && queuestmt_jobs(d->queue) > 0) {
			size_t rows = d->queue->form == QUEUE_PLAIN
					      ? 1
					      : d->queue->nitems;

			if (d->step < d->queue->count)
				return 1;
			d->step = 0;
			if (++d->row < rows)
				return 1;
		}
		rc = submitfile_next_queue(d->sf, &d->queue, err);
		if (rc <= 0)
			return rc;
		d->row = 0;
		d->step = 0;
		*ret_new_queue = true;
	}
}

static int finish(struct jobdesc *d, struct err *err)
{
	d->finished = true;
	d->queue = NULL;
	if (submitfile_queue_count(d->sf) > 1)
		strbuf_addstr(&d->warnings,
			      "Use of multiple queue statements in a single "
			      "submit file is deprecated: use one, with "
			      "`queue ... in` or `queue ... from`\n");
	if (d->proc == 0)
		return 0;
	return submitfile_check_unused(d->sf, &d->warnings, err);
}

int jobdesc_next(struct jobdesc *d, struct ad **ret_proc, struct err *err)
{
	bool new_queue;
	struct ad *proc;
	int rc;

	if (d->finished)
		return 0;
	rc = advance(d, &new_queue, err);
	if (rc <= 0)
		return rc ? rc : finish(d, err);
	set_job(d, d->proc);
	proc = ad_new();
	ad_set_int(proc, "ProcId", d->proc);
	rc = make_job(d, proc, new_queue, err);
	if (rc) {
		ad_free(proc);
		return rc;
	}
	d->step++;
	d->proc++;
	ad_set_parent(proc, d->cluster);
	*ret_proc = proc;
	return 1;
}

int64_t jobdesc_skip_alike(struct jobdesc *d)
{
	int64_t done, count;

	if (!d->queue)
		return 0;
	for (size_t g = 0; g < group_count(); g++)
		if (d->varies[g])
			return 0;
	done = (int64_t)d->row * d->queue->count + d->step;
	count = queuestmt_jobs(d->queue) - done;
	d->proc += count;
	d->step = d->queue->count;
	if (d->queue->form != QUEUE_PLAIN)
		d->row = d->queue->nitems - 1;
	return count;
}
