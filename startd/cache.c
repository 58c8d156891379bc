/* SPDX-License-Identifier: MIT */
#include "startd/cache.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (256 * 1024)
#define PART_SUFFIX ".part"

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && !strcmp(name + n - m, suffix);
}

static void remove_parts(const char *path)
{
	struct dirent *de;
	DIR *dir = opendir(path);

	while (dir && (de = readdir(dir))) {
		if (has_suffix(de->d_name, PART_SUFFIX))
			unlinkat(dirfd(dir), de->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

int cache_init(struct cache *cache, const char *dir, int64_t max_bytes,
	       struct err *err)
{
	int r = fd_mkdir_p(dir, 0700, err);

	if (r < 0)
		return r;
	remove_parts(dir);
	cache->dir = xstrdup(dir);
	cache->max_bytes = max_bytes;
	return 0;
}

void cache_release(struct cache *cache)
{
	free(cache->dir);
	cache->dir = NULL;
}

/* Hashes `from` and, where `to` is not -1, copies it on the way. */
static int hash_copy(int from, int to, char ret_hex[CACHE_HEX_SIZE])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *buf = xmalloc(BUFFER_SIZE);
	unsigned int i, len = 0;
	ssize_t n;
	int r = 0;

	if (!md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		r = -ENOMEM;
	while (!r && (n = fd_read_full(from, buf, BUFFER_SIZE)) != 0) {
		if (n < 0)
			r = (int)n;
		else if (!EVP_DigestUpdate(md, buf, (size_t)n))
			r = -EIO;
		else if (to >= 0)
			r = fd_write_full(to, buf, (size_t)n);
	}
	if (!r && !EVP_DigestFinal_ex(md, digest, &len))
		r = -EIO;
	for (i = 0; !r && i < len; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(md);
	free(buf);
	return r;
}

int cache_hash_fd(int fd, char ret_hex[CACHE_HEX_SIZE], struct err *err)
{
	int r;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, -errno, "cannot read a file");
	r = hash_copy(fd, -1, ret_hex);
	return r < 0 ? err_sys(err, r, "cannot read a file") : 0;
}

int cache_copy(struct cache *cache, const char *sha256, int fd, struct err *err)
{
	char *path = xasprintf("%s/%s", cache->dir, sha256);
	char hex[CACHE_HEX_SIZE];
	int from, r;

	from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (from < 0) {
		free(path);
		return -ENOENT;
	}
	r = hash_copy(from, fd, hex);
	if (!r && strcmp(hex, sha256)) {
		/* It was damaged: fetch it anew. */
		unlink(path);
		r = -ENOENT;
		if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
			r = err_sys(err, -errno, "cannot write an input file");
	} else if (!r) {
		/* The time of last use: the oldest goes first. */
		futimens(from, NULL);
	} else {
		err_sys(err, r, "cannot write an input file");
	}
	close(from);
	free(path);
	return r;
}

char *cache_part(const struct cache *cache, const char *sha256,
		 const char *nonce)
{
	return xasprintf("%s/%s.%s" PART_SUFFIX, cache->dir, sha256, nonce);
}

struct kept {
	char name[CACHE_HEX_SIZE];
	int64_t used_ns;
	int64_t size;
};

static int by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return (x->used_ns > y->used_ns) - (x->used_ns < y->used_ns);
}

static size_t list_kept(const char *path, struct kept **ret, int64_t *ret_sum)
{
	struct dirent *de;
	struct kept *all = NULL;
	size_t n = 0;
	DIR *dir = opendir(path);

	*ret_sum = 0;
	while (dir && (de = readdir(dir))) {
		struct stat st;

		if (strlen(de->d_name) != CACHE_HEX_SIZE - 1 ||
		    fstatat(dirfd(dir), de->d_name, &st, 0) < 0)
			continue;
		if (n % 64 == 0)
			all = xreallocarray(all, n + 64, sizeof(*all));
		strcpy(all[n].name, de->d_name);
		all[n].used_ns = st.st_mtim.tv_sec * INT64_C(1000000000) +
				 st.st_mtim.tv_nsec;
		all[n++].size = st.st_size;
		*ret_sum += st.st_size;
	}
	if (dir)
		closedir(dir);
	*ret = all;
	return n;
}

static void make_room(struct cache *cache)
{
	struct kept *all;
	int64_t sum;
	size_t i, n = list_kept(cache->dir, &all, &sum);

	if (sum > cache->max_bytes)
		qsort(all, n, sizeof(*all), by_age);
	for (i = 0; i < n && sum > cache->max_bytes; i++) {
		char *path = xasprintf("%s/%s", cache->dir, all[i].name);

		if (!unlink(path))
			sum -= all[i].size;
		free(path);
	}
	free(all);
}

int cache_adopt(struct cache *cache, const char *sha256, const char *part,
		struct err *err)
{
	char hex[CACHE_HEX_SIZE] = "";
	char *path;
	int fd, r;

	fd = open(part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", part);
	r = cache_hash_fd(fd, hex, err);
	close(fd);
	if (r < 0)
		return r;
	if (strcmp(hex, sha256)) {
		unlink(part);
		return err_set(err, -EBADMSG,
			       "what came has another SHA-256: it was changed "
			       "or damaged on the way");
	}
	/* Not fsynced: a damaged file is found at its next use. */
	path = xasprintf("%s/%s", cache->dir, sha256);
	r = rename(part, path) < 0
		    ? err_sys(err, -errno, "cannot rename '%s'", part)
		    : 0;
	free(path);
	make_room(cache);
	return r;
}
