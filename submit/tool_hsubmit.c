/* SPDX-License-Identifier: MIT */
/* hsubmit: sends the jobs of a submit description to the scheduler. */
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
#include "submit/archs.h"
#include "submit/cli.h"
#include "submit/submission.h"

#define SUBMIT_FILE_MAX (64u << 20)
/* How long a scheduler that is being restarted is waited for. */
#define PATIENCE_MS (30 * 1000)
#define WORDS_MAX   1000

enum {
	OPT_APPEND = 1,
	OPT_QUEUE,
	OPT_BATCH_NAME,
	OPT_DRY_RUN,
	OPT_TERSE,
	OPT_DISABLE,
	OPT_FILE,
	OPT_NAME,
	OPT_SPOOL,
	OPT_VERBOSE,
};

static const struct opt_def defs[] = {
	{ OPT_APPEND, 'a', "append", "COMMAND",
	  "a submit command put before queue; may be repeated" },
	{ OPT_QUEUE, 0, "queue", NULL,
	  "ARG...: in place of the file's queue statements" },
	{ OPT_BATCH_NAME, 0, "batch-name", "NAME", "the batch's name in hq" },
	{ OPT_DRY_RUN, 0, "dry-run", "FILE",
	  "write the ads to FILE (- is stdout), submit nothing" },
	{ OPT_TERSE, 't', "terse", NULL, "print only the jobs' ids" },
	{ OPT_VERBOSE, 'v', "verbose", NULL, "print the jobs' ads too" },
	{ OPT_DISABLE, 0, "disable", NULL,
	  "do not look whether the files are there" },
	{ OPT_SPOOL, 's', "spool", NULL, NULL },
	{ OPT_FILE, 0, "file", "FILE", NULL },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ 0 },
};

struct submit {
	const char *file; /* NULL or "-": stdin */
	const char *assignments[WORDS_MAX];
	size_t assignment_count;
	const char *appends[WORDS_MAX];
	size_t append_count;
	struct strbuf queue;
	bool has_queue;
	const char *batch_name, *dry_run, *url;
	bool terse, verbose, unchecked;
	char cwd[4096];
	struct utsname host;
	struct client *client;
	struct strbuf pool_archs;
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

static bool from_stdin(const struct submit *s)
{
	return !s->file || strcmp(s->file, "-") == 0;
}

static int open_description(struct submit *s, struct submitfile **ret_sf,
			    struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct submitfile *sf;
	int r = from_stdin(s)
			? read_stream(stdin, &text, err)
			: fd_read_file(s->file, SUBMIT_FILE_MAX, &text, err);

	if (r < 0) {
		strbuf_release(&text);
		return r;
	}
	sf = submitfile_new(from_stdin(s) ? "<stdin>" : s->file, text.data,
			    submit_io_system());
	strbuf_release(&text);
	for (size_t i = 0; i < s->assignment_count && r == 0; i++)
		r = submitfile_define(sf, s->assignments[i], err);
	for (size_t i = 0; i < s->append_count; i++)
		submitfile_append(sf, s->appends[i]);
	if (s->has_queue)
		submitfile_queue_args(sf, s->queue.data);
	if (r < 0)
		submitfile_free(sf);
	else
		*ret_sf = sf;
	return r;
}

static struct jobdesc_opts description_opts(const struct submit *s)
{
	return (struct jobdesc_opts){
		.owner = cli_user(),
		.cwd = s->cwd,
		.submit_host = s->host.nodename,
		.arch = archs_native(),
		.opsys = "LINUX",
		.batch_name = s->batch_name,
		.skip_filechecks = s->unchecked,
		.cluster = s->dry_run ? 1 : 0, /* the scheduler's */
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

/* Programs may differ from job to job: each is looked at, once in a row. */
static int check_program(struct submit *s, struct ad *ad, struct err *err)
{
	int r;

	if (s->unchecked)
		return 0;
	if (s->checked &&
	    same_text(ad_str(s->checked, "Cmd"), ad_str(ad, "Cmd")) &&
	    same_text(ad_str(s->checked, "Iwd"), ad_str(ad, "Iwd"))) {
		copy_program(s->checked, ad);
		return 0;
	}
	r = archs_of_program(ad, err);
	if (r == 0)
		r = archs_check(ad, s->pool_archs.data, err);
	if (r == 0) {
		ad_free(s->checked);
		s->checked = ad_ref(ad);
	}
	return r;
}

static void print_ad(struct submit *s, const struct ad *ad)
{
	struct strbuf text = STRBUF_INIT;

	if (!s->ads)
		return;
	ad_unparse_long(ad, &text);
	fprintf(s->ads, "%s\n", text.data);
	strbuf_release(&text);
}

static int add_job(struct submit *s, struct submission *sub,
		   struct jobdesc *desc, struct ad *proc, struct err *err)
{
	int r = 0;

	if (submission_count(sub) == 0)
		r = check_program(s, jobdesc_cluster(desc), err);
	/* A program of its own, not the cluster's. */
	for (size_t i = 0; r == 0 && i < ad_count(proc); i++) {
		if (strcmp(ad_name_at(proc, i), "Cmd") == 0) {
			r = check_program(s, proc, err);
			break;
		}
	}
	if (r < 0)
		return r;
	submission_add(sub, proc);
	print_ad(s, proc);
	if (!s->terse && s->ads != stdout)
		putchar('.');
	return 0;
}

static int gather(struct submit *s, struct jobdesc *desc,
		  struct submission *sub, struct err *err)
{
	struct ad *proc;
	int r;

	if (!s->terse)
		printf("%s",
		       s->dry_run ? "Dry-Run job(s)" : "Submitting job(s)");
	if (!s->terse && s->ads == stdout)
		putchar('\n');
	while ((r = jobdesc_next(desc, &proc, err)) > 0) {
		r = add_job(s, sub, desc, proc, err);
		ad_free(proc);
		if (r < 0)
			break;
	}
	if (!s->terse && s->ads != stdout)
		putchar('\n');
	if (r == 0 && submission_count(sub) == 0)
		r = err_set(err, -EINVAL,
			    "the submit description queues no jobs; it wants "
			    "a line 'queue'");
	return r;
}

static void print_done(const struct submit *s, int64_t cluster, size_t count)
{
	if (s->terse && count == 1)
		printf("%lld.0\n", (long long)cluster);
	else if (s->terse)
		printf("%lld.0 - %lld.%zu\n", (long long)cluster,
		       (long long)cluster, count - 1);
	else
		printf("%zu job(s) %s to cluster %lld.\n", count,
		       s->dry_run ? "dry-run" : "submitted",
		       (long long)cluster);
}

static int send(struct submit *s, struct submission *sub, struct jobdesc *desc,
		struct err *err)
{
	struct ad *cluster = jobdesc_cluster(desc);
	json_t *body, *json = NULL;
	int64_t id = 1;
	int r;

	ad_set_int(cluster, "TotalSubmitProcs", (int64_t)submission_count(sub));
	if (s->dry_run) {
		print_done(s, id, submission_count(sub));
		return 0;
	}
	body = submission_body(sub, cluster, err);
	if (!body)
		return -EIO;
	r = client_call_again(s->client, "POST", "/api/v1/clusters", body,
			      PATIENCE_MS, &json, err);
	if (r == 0)
		r = json_get_int(json, "cluster", &id, err);
	if (r == 0)
		print_done(s, id, submission_count(sub));
	json_decref(json);
	return r;
}

static void print_warnings(const char *text)
{
	if (!text || !*text)
		return;
	fflush(stdout);
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n");

		if (len)
			fprintf(stderr, "\nWARNING: %.*s\n", (int)len, p);
		p += len + (p[len] == '\n');
	}
}

static int submit_all(struct submit *s, struct submitfile *sf, struct err *err)
{
	struct jobdesc_opts opts = description_opts(s);
	struct jobdesc *desc = jobdesc_new(sf, submit_io_system(), &opts);
	struct submission *sub = submission_new();
	int r = gather(s, desc, sub, err);

	if (r == 0)
		r = send(s, sub, desc, err);
	if (r == 0)
		print_warnings(jobdesc_warnings(desc));
	submission_free(sub);
	jobdesc_free(desc);
	return r;
}

/* The scheduler is asked first: without it there is nothing to do. */
static int reach(struct submit *s, struct err *err)
{
	int r = client_new(s->url, &s->client, err);

	return r < 0 ? r : archs_of_pool(s->client, &s->pool_archs, err);
}

static int open_ads(struct submit *s, struct err *err)
{
	if (s->verbose || (s->dry_run && strcmp(s->dry_run, "-") == 0))
		s->ads = stdout;
	else if (s->dry_run)
		s->ads = fopen(s->dry_run, "we");
	if (s->dry_run && !s->ads)
		return err_sys(err, -errno, "cannot write '%s'", s->dry_run);
	return 0;
}

static int run(struct submit *s, struct err *err)
{
	struct submitfile *sf = NULL;
	int r;

	if (!getcwd(s->cwd, sizeof(s->cwd)))
		return err_sys(err, -errno, "no current directory");
	uname(&s->host);
	r = open_description(s, &sf, err);
	if (r == 0)
		r = open_ads(s, err);
	if (r == 0 && !s->dry_run)
		r = reach(s, err);
	if (r == 0)
		r = submit_all(s, sf, err);
	if (s->ads && s->ads != stdout && fclose(s->ads) != 0 && r == 0)
		r = err_sys(err, -errno, "cannot write '%s'", s->dry_run);
	submitfile_free(sf);
	return r;
}

/* -- the command line -------------------------------------------------------- */

static int add_word(const char **list, size_t *count, const char *word,
		    struct err *err)
{
	if (*count == WORDS_MAX)
		return err_set(err, -E2BIG, "more than %d commands", WORDS_MAX);
	list[(*count)++] = word;
	return 0;
}

/* A word without a dash: X=3, or the file. */
static int set_word(struct submit *s, const char *word, struct err *err)
{
	if (strchr(word, '='))
		return add_word(s->assignments, &s->assignment_count, word,
				err);
	if (s->file)
		return err_set(err, -EINVAL, "two submit files, '%s' and '%s'",
			       s->file, word);
	s->file = word;
	if (strcmp(word, "-") == 0)
		s->verbose = !s->terse;
	return 0;
}

static int set_option(struct submit *s, struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		return set_word(s, opt->value, err);
	case OPT_FILE:
		return set_word(s, opt->value, err);
	case OPT_APPEND:
		return add_word(s->appends, &s->append_count, opt->value, err);
	case OPT_QUEUE:
		/* All words that follow belong to it, as with HTCondor. */
		s->has_queue = true;
		while (opt_peek(opt))
			strbuf_addf(&s->queue, "%s%s", s->queue.len ? " " : "",
				    opt_take(opt));
		return 0;
	case OPT_BATCH_NAME:
		s->batch_name = opt->value;
		return 0;
	case OPT_DRY_RUN:
		s->dry_run = opt->value;
		return 0;
	case OPT_TERSE:
		s->terse = true;
		s->verbose = false;
		return 0;
	case OPT_VERBOSE:
		s->verbose = true;
		return 0;
	case OPT_DISABLE:
		s->unchecked = true;
		return 0;
	case OPT_SPOOL:
		return err_set(err, -ENOTSUP,
			       "-spool is not needed: the scheduler reads the "
			       "files where they are; leave it out");
	case OPT_NAME:
		s->url = opt->value;
		return 0;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct submit s;
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0;

	cli_init(argv);
	strbuf_init(&s.queue);
	strbuf_init(&s.pool_archs);
	opt_init(&opt, "[OPTION]... [NAME=VALUE]... [FILE]",
		 "Sends the jobs of a submit description to the scheduler.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			goto out;
		if (set_option(&s, &opt, id, &err) < 0) {
			code = cli_fail(&err);
			goto out;
		}
	}
	if (run(&s, &err) < 0)
		code = cli_fail(&err);
	else
		code = cli_end(0);
out:
	client_free(s.client);
	ad_free(s.checked);
	strbuf_release(&s.queue);
	strbuf_release(&s.pool_archs);
	return code;
}
