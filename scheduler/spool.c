/* SPDX-License-Identifier: MIT */
#include "scheduler/spool.h"

#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "scheduler/api.h"
#include "scheduler/attempts.h"
#include "scheduler/sched.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A copy is kept this long after its last use. */
#define KEEP_S 3600

char *spool_path(const struct sched *s, const char *sha256)
{
	return xasprintf("%s/%s", s->spool, sha256);
}

/* Calls fn for each input of a start; false ends it, and is answered. */
typedef bool input_fn(void *arg, const char *url, const char *sha256);

static bool call_input(const json_t *in, input_fn *fn, void *arg)
{
	const char *url = json_string_value(json_object_get(in, "url"));
	const char *sha = json_string_value(json_object_get(in, "sha256"));

	return !url || !sha || fn(arg, url, sha);
}

static bool each_input(const json_t *start, input_fn *fn, void *arg)
{
	const json_t *v;
	size_t i;

	if (!call_input(json_object_get(start, "executable"), fn, arg))
		return false;
	json_array_foreach(json_object_get(start, "inputs"), i, v)
		if (!call_input(v, fn, arg))
			return false;
	return true;
}

static bool is_there(void *arg, const char *url, const char *sha256)
{
	char *path = spool_path(arg, sha256);
	bool there = access(path, R_OK) == 0;

	(void)url;
	free(path);
	return there;
}

bool spool_has_all(const struct sched *s, const json_t *start)
{
	return each_input(start, is_there, (void *)s);
}

/* -- one file --------------------------------------------------------------- */

struct search {
	const char *url;
	const char *sha256; /* found, or NULL */
};

static bool compare(void *arg, const char *url, const char *sha256)
{
	struct search *f = arg;

	if (!strcmp(f->url, url))
		f->sha256 = sha256;
	return !f->sha256;
}

void spool_send(struct sched *s, struct httpd_req *req, const struct attempt *a,
		size_t n)
{
	char *url = xasprintf("/api/v1/attempts/%s/files/%zu", a->nonce, n);
	struct search f = { url, NULL };
	struct err err = ERR_INIT;
	char *path = NULL;
	int rc;

	if (a->start)
		each_input(a->start, compare, &f);
	if (f.sha256) {
		path = spool_path(s, f.sha256);
		rc = api_send_file(s, req, path, &err);
	} else {
		rc = err_set(&err, -ENOENT, "the start has no file %zu", n);
	}
	if (rc)
		api_error(s, req, &err);
	free(path);
	free(url);
}

/* -- collecting ------------------------------------------------------------- */

static bool note(void *arg, const char *url, const char *sha256)
{
	(void)url;
	hash_set(arg, sha256, arg);
	return true;
}

static struct hash *used_files(struct sched *s)
{
	struct hash *used = hash_new(NULL);
	struct hash_iter it = { 0 };

	while (hash_next(s->attempts, &it)) {
		const struct attempt *a = it.value;

		if (a->start)
			each_input(a->start, note, used);
	}
	return used;
}

void spool_collect(struct sched *s)
{
	struct hash *used = used_files(s);
	DIR *dir = opendir(s->spool);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		struct stat st;

		if (e->d_name[0] == '.' || hash_has(used, e->d_name) ||
		    fstatat(dirfd(dir), e->d_name, &st, 0) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (sched_now() - st.st_mtime > KEEP_S)
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir)
		closedir(dir);
	hash_free(used);
}
