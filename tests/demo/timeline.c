/* SPDX-License-Identifier: MIT */
/*
 * Prints where jobs ran, from what their histories say, and checks that they
 * moved as much as a demonstration should.
 *
 *   timeline [-e EVICTIONS] [-a ARCHITECTURES] JOB[=NAME]...
 *
 * Exit code 1 where fewer checkpoints were taken off fewer architectures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "submit/client.h"

struct row {
	const char *job; /* borrowed from argv */
	const char *name;
	const char *host, *arch, *how; /* borrowed from a history */
	int64_t started, ended;
	int64_t freeze_ms, ckpt_ms, upload_ms, resume_ms, image_bytes;
	int64_t order; /* number of the attempt */
};

struct rows {
	struct row *at;
	size_t n;
};

static void add_attempt(struct rows *rows, const char *job, const char *name,
			const json_t *attempt)
{
	struct row *r;

	rows->at = xreallocarray(rows->at, rows->n + 1, sizeof(*rows->at));
	r = &rows->at[rows->n++];
	*r = (struct row){ .job = job,
			   .name = name,
			   .host = "?",
			   .arch = "?",
			   .how = "running",
			   .freeze_ms = -1,
			   .ckpt_ms = -1,
			   .upload_ms = -1,
			   .resume_ms = -1,
			   .image_bytes = -1 };
	json_opt_str(attempt, "host", &r->host, NULL);
	json_opt_str(attempt, "arch", &r->arch, NULL);
	json_opt_str(attempt, "how", &r->how, NULL);
	json_opt_int(attempt, "started", &r->started, NULL);
	json_opt_int(attempt, "ended", &r->ended, NULL);
	json_opt_int(attempt, "freeze_ms", &r->freeze_ms, NULL);
	json_opt_int(attempt, "ckpt_ms", &r->ckpt_ms, NULL);
	json_opt_int(attempt, "upload_ms", &r->upload_ms, NULL);
	json_opt_int(attempt, "resume_ms", &r->resume_ms, NULL);
	json_opt_int(attempt, "image_bytes", &r->image_bytes, NULL);
	json_opt_int(attempt, "attempt", &r->order, NULL);
}

/* The history stays allocated: the rows borrow from it. */
static int add_job(struct rows *rows, struct client *c, char *arg,
		   struct err *err)
{
	char *name = strchr(arg, '='), *path;
	json_t *history = NULL, *attempts = NULL, *attempt;
	size_t i;
	int r;

	if (name)
		*name++ = '\0';
	path = xasprintf("/api/v1/jobs/%s/history", arg);
	r = client_get(c, path, &history, err);
	free(path);
	if (r == 0)
		r = json_get_array(history, "attempts", &attempts, err);
	if (r < 0)
		return r;
	json_array_foreach(attempts, i, attempt)
		add_attempt(rows, arg, name ? name : arg, attempt);
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	if (strcmp(x->job, y->job) != 0)
		return strcmp(x->job, y->job);
	return x->order < y->order ? -1 : x->order > y->order;
}

/* A cell right aligned in `width` columns; "-" where there is no value. */
static void print_cell(int width, int64_t value, const char *unit)
{
	char text[32];

	if (value < 0)
		snprintf(text, sizeof(text), "-");
	else
		snprintf(text, sizeof(text), "%lld%s", (long long)value, unit);
	printf(" %*s", width, text);
}

static void print_row(const struct row *r, int64_t start)
{
	char span[32];

	if (r->ended)
		snprintf(span, sizeof(span), "%3lld - %3lld s",
			 (long long)(r->started - start),
			 (long long)(r->ended - start));
	else
		snprintf(span, sizeof(span), "%3lld -     s",
			 (long long)(r->started - start));
	printf("%-10s %-10s %-7s %-12s %-13s", r->name, r->host, r->arch, span,
	       r->how);
	print_cell(8, r->image_bytes < 0 ? -1 : (r->image_bytes + 1023) / 1024,
		   " K");
	print_cell(7, r->freeze_ms, "");
	print_cell(7, r->ckpt_ms, "");
	print_cell(7, r->upload_ms, "");
	print_cell(7, r->resume_ms, "");
	putchar('\n');
}

static void print_table(const struct rows *rows)
{
	printf("%-10s %-10s %-7s %-12s %-13s %8s %7s %7s %7s %7s\n", "JOB",
	       "HOST", "ARCH", "FROM - TO", "END", "IMAGE", "FREEZE", "CKPT",
	       "UPLOAD", "RESUME");
	for (size_t i = 0; i < rows->n; i++)
		print_row(&rows->at[i], rows->at[0].started);
	printf("%58s %8s %7s %7s %7s %7s\n", "", "", "ms", "ms", "ms", "ms");
}

/* Whether an earlier row left that architecture by a checkpoint too. */
static int seen(const struct rows *rows, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(rows->at[k].how, "checkpointed") == 0 &&
		    strcmp(rows->at[k].arch, rows->at[i].arch) == 0)
			return 1;
	return 0;
}

static int check_moves(const struct rows *rows, int evictions, int archs)
{
	int n = 0, a = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->at[i].how, "checkpointed") == 0) {
			n++;
			a += !seen(rows, i);
		}
	printf("%d times a job left with a checkpoint, from %d architectures\n",
	       n, a);
	return n >= evictions && a >= archs;
}

static int usage(void)
{
	fputs("usage: timeline [-e EVICTIONS] [-a ARCHITECTURES] JOB[=NAME]...\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	int evictions = 0, archs = 0, opt, ok;
	struct err err = ERR_INIT;
	struct rows rows = { 0 };
	struct client *c = NULL;
	int r;

	while ((opt = getopt(argc, argv, "e:a:")) != -1) {
		if (opt == 'e')
			evictions = atoi(optarg);
		else if (opt == 'a')
			archs = atoi(optarg);
		else
			return usage();
	}
	if (optind == argc)
		return usage();
	r = client_new(NULL, &c, &err);
	for (int i = optind; r == 0 && i < argc; i++)
		r = add_job(&rows, c, argv[i], &err);
	if (r < 0 || rows.n == 0) {
		fprintf(stderr, "timeline: %s\n",
			r < 0 ? err_text(&err) : "no job ran");
		return 1;
	}
	qsort(rows.at, rows.n, sizeof(*rows.at), compare_rows);
	print_table(&rows);
	ok = check_moves(&rows, evictions, archs);
	free(rows.at);
	client_free(c);
	return !ok;
}
