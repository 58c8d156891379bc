/* SPDX-License-Identifier: MIT */
#include "instrument/objcache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"

#define MAX_OBJECT_BYTES ((size_t)1 << 28)

struct objcache {
	char *dir;
	bool grew;
};

/* ---- where ---- */

static char *directory(void)
{
	const char *own = getenv("HCC_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (own && *own)
		return strcmp(own, "off") ? xstrdup(own) : NULL;
	if (xdg && *xdg == '/')
		return xasprintf("%s/harrier/hcc", xdg);
	if (home && *home == '/')
		return xasprintf("%s/.cache/harrier/hcc", home);
	return NULL;
}

struct objcache *objcache_open(void)
{
	struct objcache *c;
	char *dir = directory();

	if (!dir)
		return NULL;
	if (fd_mkdir_p(dir, 0700, NULL) || access(dir, R_OK | W_OK | X_OK)) {
		free(dir);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->dir = dir;
	return c;
}

void objcache_close(struct objcache *c)
{
	if (!c)
		return;
	if (c->grew)
		objcache_trim(c, OBJCACHE_MAX_BYTES);
	free(c->dir);
	free(c);
}

/* ---- keys ---- */

/* Options by which the compiler reads or writes more than the text. */
static bool is_uncertain(const char *arg)
{
	static const char *const beginnings[] = {
		"-fprofile", "-fauto-profile", "-fbranch-prob", "-fplugin",
		"-specs",    "--coverage",     "-coverage",	"-ftest-cov",
		"-save-tem", "--save-tem",     "-fdump",	"-wrapper",
		"-B",	     "-load",	       "-fcallgraph",	"-fstack-usage",
		"-gsplit",   "-fmodule",       "-frandom",	"@",
	};
	size_t i;

	for (i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
		if (!strncmp(arg, beginnings[i], strlen(beginnings[i])))
			return true;
	return false;
}

static void add_directory(struct strbuf *all)
{
	char *cwd = getcwd(NULL, 0);

	strbuf_addf(all, "in %s\n", cwd ? cwd : "");
	free(cwd);
}

/* The file that a command's name leads to, as execvp finds it. */
static bool find_program(const char *name, struct stat *ret)
{
	const char *path = getenv("PATH");
	bool found = false;

	if (strchr(name, '/'))
		return !stat(name, ret);
	while (path && *path && !found) {
		size_t len = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)len, path, name);

		found = len && !stat(file, ret) && S_ISREG(ret->st_mode);
		free(file);
		path += len + (path[len] == ':');
	}
	return found;
}

/* Each program of the command: the compiler may stand behind ccache. */
static bool add_programs(const struct strv *command, struct strbuf *all)
{
	struct stat st;
	size_t i;

	for (i = 0; i < command->n && command->v[i][0] != '-'; i++) {
		if (!find_program(command->v[i], &st))
			return false;
		strbuf_addf(all, "%s %lld %lld.%09ld %llu\n", command->v[i],
			    (long long)st.st_size, (long long)st.st_mtime,
			    (long)st.st_mtim.tv_nsec,
			    (unsigned long long)st.st_ino);
	}
	return i > 0;
}

bool objcache_key(const struct strv *command, const struct strbuf *text,
		  char key[OBJCACHE_KEY_CHARS + 1])
{
	static const uint8_t keys[2][16] = { "instrumented C 1",
					     "instrumented C 2" };
	struct strbuf all = STRBUF_INIT;
	bool certain = add_programs(command, &all) &&
		       !memmem(text->data, text->len, ".incbin", 7);
	size_t i;

	for (i = 0; i < command->n; i++) {
		strbuf_addf(&all, "%s\n", command->v[i]);
		if (is_uncertain(command->v[i]))
			certain = false;
		if (!strncmp(command->v[i], "-g", 2))
			add_directory(&all);
	}
	strbuf_add(&all, text->data, text->len);
	for (i = 0; i < 2; i++)
		snprintf(key + 16 * i, 17, "%016llx",
			 (unsigned long long)hash_siphash(keys[i], all.data,
							  all.len));
	strbuf_release(&all);
	return certain;
}

/* ---- taking and giving ---- */

static char *file_of(const struct objcache *c, const char *key)
{
	return xasprintf("%s/%s.o", c->dir, key);
}

static bool write_new(const char *path, const struct strbuf *data)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return false;
	ok = !fd_write_full(fd, data->data, data->len);
	if (close(fd))
		ok = false;
	if (!ok)
		unlink(path);
	return ok;
}

bool objcache_get(struct objcache *c, const char *key, const char *path)
{
	struct strbuf data = STRBUF_INIT;
	char *file = file_of(c, key);
	bool found = !fd_read_file(file, MAX_OBJECT_BYTES, &data, NULL) &&
		     data.len && write_new(path, &data);

	if (found) /* used: the last to be removed */
		utimensat(AT_FDCWD, file, NULL, 0);
	strbuf_release(&data);
	free(file);
	return found;
}

void objcache_put(struct objcache *c, const char *key, const char *path)
{
	struct strbuf data = STRBUF_INIT;
	char *file = file_of(c, key);
	char *temp = xasprintf("%s.%ld", file, (long)getpid());

	if (!fd_read_file(path, MAX_OBJECT_BYTES, &data, NULL) && data.len &&
	    write_new(temp, &data)) {
		if (rename(temp, file))
			unlink(temp);
		c->grew = true;
	}
	strbuf_release(&data);
	free(file);
	free(temp);
}

/* ---- its size ---- */

struct entry {
	char *path;
	struct timespec used;
	uint64_t size_bytes;
};

static int by_age(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

static size_t list(const char *dir, struct entry **ret)
{
	DIR *d = opendir(dir);
	struct dirent *de;
	struct stat st;
	size_t n = 0;

	*ret = NULL;
	while (d && (de = readdir(d))) {
		char *path = xasprintf("%s/%s", dir, de->d_name);

		if (lstat(path, &st) || !S_ISREG(st.st_mode)) {
			free(path);
			continue;
		}
		*ret = xreallocarray(*ret, n + 1, sizeof(**ret));
		(*ret)[n++] = (struct entry){ path, st.st_mtim,
					      (uint64_t)st.st_size };
	}
	if (d)
		closedir(d);
	return n;
}

void objcache_trim(struct objcache *c, uint64_t limit_bytes)
{
	struct entry *entries;
	size_t n = list(c->dir, &entries), i;
	uint64_t total = 0;

	for (i = 0; i < n; i++)
		total += entries[i].size_bytes;
	if (n)
		qsort(entries, n, sizeof(*entries), by_age);
	for (i = 0; i < n; i++) {
		if (total > limit_bytes && !unlink(entries[i].path))
			total -= entries[i].size_bytes;
		free(entries[i].path);
	}
	free(entries);
}
