/* SPDX-License-Identifier: MIT */
#include "submit/submitrun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"
#include "common/svc/pooldir.h"
#include "submit/archs.h"
#include "submit/cli.h"
#include "submit/osinfo.h"
#include "submit/submission.h"

#define SUBMIT_FILE_MAX (64u << 20)
/* How long a scheduler that is being restarted is waited for. */
#define PATIENCE_MS (30 * 1000)

struct run {
	const struct submit_opts *o;
	char cwd[4096];
	struct utsname host;
	struct osinfo os;
	struct client *client;
	struct strbuf pool_archs;
	bool pool_asked;
	struct pooldir dir;
	struct ad *checked; /* whose program was looked at last */
	FILE *ads; /* where the ads are printed, or NULL */
};

/* -- reading the description ----------------------------------------------- */

static int read_stream(FILE *in, struct strbuf *out, struct err *err)
{
	char buf[16384];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), in)) > 0) {
		strbuf_add(out, buf, n);
		if (out->len > SUBMIT_FILE_MAX)
			return err_set(err, -EFBIG,
				       "the submit description is too long");
	}
	if (ferror(in))
		return err_sys(err, -errno, "cannot read stdin");
	return 0;
}

static bool from_stdin(const struct run *s)
{
	return !s->o->file || strcmp(s->o->file, "-") == 0;
}

static int open_description(struct run *s, struct submitfile **ret_sf,
			    struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct submitfile *sf;
	int r = from_stdin(s)
			? read_stream(stdin, &text, err)
			: fd_read_file(s->o->file, SUBMIT_FILE_MAX, &text, err);

	if (r < 0) {
		strbuf_release(&text);
		return r;
	}
	sf = submitfile_new(from_stdin(s) ? "<stdin>" : s->o->file, text.data,
			    submit_io_system());
	strbuf_release(&text);
	for (size_t i = 0; i < s->o->assignment_count && r == 0; i++)
		r = submitfile_define(sf, s->o->assignments[i], err);
	for (size_t i = 0; i < s->o->append_count; i++)
		submitfile_append(sf, s->o->appends[i]);
	if (s->o->has_queue)
		submitfile_queue_args(sf, s->o->queue.data);
	if (r < 0)
		submitfile_free(sf);
	else
		*ret_sf = sf;
	return r;
}

static struct jobdesc_opts description_opts(const struct run *s)
{
	return (struct jobdesc_opts){
		.owner = cli_user(),
		.cwd = s->cwd,
		.submit_host = s->host.nodename,
		.arch = archs_native(),
		.opsys = "LINUX",
		.batch_name = s->o->batch_name,
		.opsys_ver = s->os.ver,
		.opsys_and_ver = s->os.and_ver,
		.opsys_major_ver = s->os.major_ver,
		.spool = s->dir.spool,
		.skip_filechecks = s->o->unchecked,
		.cluster = s->o->dry_run ? 1 : 0, /* the scheduler's */
		.procs_later = !s->ads,
	};
}

/* -- jobs -------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What was learnt of the program that a job shares with the one before. */
static void copy_program(const struct ad *from, struct ad *to)
{
	const char *archs = ad_str(from, "ExecutableArchs");

	if (archs)
		ad_set_string(to, "ExecutableArchs", archs);
	if (ad_bool(from, "JobCheckpoints", false))
		ad_set_bool(to, "JobCheckpoints", true);
}

/* A script from Windows asks for an interpreter "/bin/sh\r". */
static int check_script(const struct ad *ad, struct err *err)
{
	const char *cmd = ad_str(ad, "Cmd");
	char line[512];
	FILE *in = NULL;
	int r = 0;

	if (cmd && ad_bool(ad, "TransferExecutable", true))
		in = fopen(cmd, "re");
	if (!in)
		return 0;
	if (fgets(line, sizeof(line), in) && strncmp(line, "#!", 2) == 0 &&
	    strstr(line, "\r\n"))
		r = err_set(err, -ENOEXEC,
			    "executable '%s' is a script with DOS line ends "
			    "(CR LF), which do not run here: convert it with "
			    "dos2unix, or give -allow-crlf-script",
			    cmd);
	fclose(in);
	return r;
}

/* The pool is asked once, and only by those who have a choice. */
static int check_archs(struct run *s, const struct ad *ad, struct err *err)
{
	int r = 0;

	if (s->client && !s->pool_asked)
		r = archs_of_pool(s->client, &s->pool_archs, err);
	s->pool_asked = true;
	return r < 0 ? r : archs_check(ad, s->pool_archs.data, err);
}

/* Programs may differ from job to job: each is looked at, once in a row. */
static int check_program(struct run *s, struct ad *ad, struct err *err)
{
	int r;

	if (s->o->unchecked)
		return 0;
	if (s->checked &&
	    same_text(ad_str(s->checked, "Cmd"), ad_str(ad, "Cmd")) &&
	    same_text(ad_str(s->checked, "Iwd"), ad_str(ad, "Iwd"))) {
		copy_program(s->checked, ad);
		return 0;
	}
	r = s->o->any_script ? 0 : check_script(ad, err);
	if (r == 0)
		r = archs_of_program(ad, err);
	if (r == 0 && ad_has(ad, "ExecutableArchs"))
		r = check_archs(s, ad, err);
	if (r == 0) {
		ad_free(s->checked);
		s->checked = ad_ref(ad);
	}
	return r;
}

static void print_ad(struct run *s, const struct ad *ad)
{
	struct strbuf text = STRBUF_INIT;

	if (!s->ads)
		return;
	ad_unparse_long(ad, &text);
	fprintf(s->ads, "%s\n", text.data);
	strbuf_release(&text);
}

/* As HTCondor prints them, but no screen is filled with dots. */
static void print_dot(const struct run *s, int64_t count)
{
	if (!s->o->terse && s->ads != stdout &&
	    (count <= 100 || count % 1000 == 0))
		putchar('.');
}

static bool has_own(const struct ad *proc, const char *name)
{
	for (size_t i = 0; i < ad_count(proc); i++)
		if (strcmp(ad_name_at(proc, i), name) == 0)
			return true;
	return false;
}

static int add_job(struct run *s, struct submission *sub, struct jobdesc *desc,
		   struct ad *proc, struct err *err)
{
	int64_t count = 1;
	int r = 0;

	if (submission_count(sub) == 0)
		r = check_program(s, jobdesc_cluster(desc), err);
	if (r == 0 && has_own(proc, "Cmd"))
		r = check_program(s, proc, err);
	if (r < 0)
		return r;
	if (s->ads)
		print_ad(s, proc);
	else
		count += jobdesc_skip_alike(desc);
	submission_add(sub, proc, count);
	if (s->o->max_jobs && submission_count(sub) > s->o->max_jobs)
		return err_set(err, -E2BIG,
			       "the description makes more than %lld jobs "
			       "(-maxjobs): nothing was submitted",
			       s->o->max_jobs);
	print_dot(s, submission_count(sub));
	return 0;
}

static int gather(struct run *s, const struct submitfile *sf,
		  struct jobdesc *desc, struct submission *sub, struct err *err)
{
	struct ad *proc;
	int r;

	if (!s->o->terse)
		printf("%s",
		       s->o->dry_run ? "Dry-Run job(s)" : "Submitting job(s)");
	if (!s->o->terse && s->ads == stdout)
		putchar('\n');
	while ((r = jobdesc_next(desc, &proc, err)) > 0) {
		r = add_job(s, sub, desc, proc, err);
		ad_free(proc);
		if (r < 0)
			break;
	}
	if (!s->o->terse && s->ads != stdout)
		putchar('\n');
	if (r == 0 && submission_count(sub) == 0)
		r = err_set(err, -EINVAL,
			    submitfile_queue_count(sf)
				    ? "the queue statement has no items, or a "
				      "count of 0: there is nothing to submit"
				    : "the submit description queues no jobs; "
				      "it wants a line 'queue'");
	return r;
}

static void print_done(const struct run *s, int64_t cluster, int64_t count)
{
	if (s->o->terse && count == 1)
		printf("%lld.0\n", (long long)cluster);
	else if (s->o->terse)
		printf("%lld.0 - %lld.%lld\n", (long long)cluster,
		       (long long)cluster, (long long)count - 1);
	else
		printf("%lld job(s) %s to cluster %lld.\n", (long long)count,
		       s->o->dry_run ? "dry-run" : "submitted",
		       (long long)cluster);
	if (!s->o->terse && !s->o->dry_run && isatty(STDERR_FILENO)) {
		fflush(stdout);
		fprintf(stderr, "To monitor your job(s), run: hq %lld\n",
			(long long)cluster);
	}
}

static int send(struct run *s, struct submission *sub, struct jobdesc *desc,
		struct err *err)
{
	struct ad *cluster = jobdesc_cluster(desc);
	struct strbuf body = STRBUF_INIT;
	json_t *json = NULL;
	int64_t id = 1;
	int r;

	ad_set_int(cluster, "TotalSubmitProcs", submission_count(sub));
	if (s->o->dry_run) {
		print_done(s, id, submission_count(sub));
		return 0;
	}
	r = submission_body(sub, cluster, &body, err);
	if (r == 0)
		r = client_call_again(s->client, "POST", "/api/v1/clusters",
				      &body, PATIENCE_MS, &json, err);
	strbuf_release(&body);
	if (r == 0)
		r = json_get_int(json, "cluster", &id, err);
	if (r == 0)
		print_done(s, id, submission_count(sub));
	json_decref(json);
	return r;
}

static void print_warnings(const char *text, bool quiet)
{
	if (!text || !*text)
		return;
	fflush(stdout);
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n");
		bool unused = memmem(p, len, "was unused by", 13);

		if (len && !(quiet && unused))
			fprintf(stderr, "\nWARNING: %.*s\n", (int)len, p);
		p += len + (p[len] == '\n');
	}
}

static int submit_all(struct run *s, struct submitfile *sf, struct err *err)
{
	struct jobdesc_opts opts = description_opts(s);
	struct jobdesc *desc = jobdesc_new(sf, submit_io_system(), &opts);
	struct submission *sub = submission_new();
	int r = gather(s, sf, desc, sub, err);

	if (r == 0)
		r = send(s, sub, desc, err);
	if (r == 0)
		print_warnings(jobdesc_warnings(desc), s->o->quiet);
	submission_free(sub);
	jobdesc_free(desc);
	return r;
}

static int open_ads(struct run *s, struct err *err)
{
	if (s->o->verbose || (s->o->dry_run && strcmp(s->o->dry_run, "-") == 0))
		s->ads = stdout;
	else if (s->o->dry_run)
		s->ads = fopen(s->o->dry_run, "we");
	if (s->o->dry_run && !s->ads)
		return err_sys(err, -errno, "cannot write '%s'", s->o->dry_run);
	return 0;
}

static int run(struct run *s, struct err *err)
{
	struct submitfile *sf = NULL;
	int r;

	if (!getcwd(s->cwd, sizeof(s->cwd)))
		return err_sys(err, -errno, "no current directory");
	uname(&s->host);
	osinfo_read(&s->os);
	r = open_description(s, &sf, err);
	if (r == 0)
		r = open_ads(s, err);
	if (r == 0 && !s->o->dry_run)
		r = client_new(s->o->url, &s->client, err);
	if (r == 0)
		r = submit_all(s, sf, err);
	if (s->ads && s->ads != stdout && fclose(s->ads) != 0 && r == 0)
		r = err_sys(err, -errno, "cannot write '%s'", s->o->dry_run);
	submitfile_free(sf);
	return r;
}

int submitrun(const struct submit_opts *opts, struct err *err)
{
	struct run s = { .o = opts };
	int r;

	strbuf_init(&s.pool_archs);
	pooldir_init(&s.dir, NULL, NULL); /* $(SPOOL) is all that needs it */
	r = run(&s, err);
	pooldir_release(&s.dir);
	client_free(s.client);
	ad_free(s.checked);
	strbuf_release(&s.pool_archs);
	return r;
}
