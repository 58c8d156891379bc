/* SPDX-License-Identifier: MIT */
/* cache: input files kept by their SHA-256 for later jobs. */
#ifndef HARRIER_STARTD_CACHE_H
#define HARRIER_STARTD_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define CACHE_HEX_SIZE 65

/*
 * A directory of files named by their hash. Every thread may use it; what is
 * in it is verified again at each use, so a damaged file is only a miss.
 */
struct cache {
	char *dir;
	int64_t max_bytes;
};

/* Makes the directory and removes what an earlier run left half done. */
int cache_init(struct cache *cache, const char *dir, int64_t max_bytes,
	       struct err *err);
void cache_release(struct cache *cache);

/*
 * Copies the file of hash `sha256` into `fd`, which is empty. 0; -ENOENT if
 * the cache has no sound copy (fd is empty again); else -errno of the write.
 */
int cache_copy(struct cache *cache, const char *sha256, int fd,
	       struct err *err);

/*
 * The path of the partial file for `sha256` of the attempt `nonce`, so that a
 * broken download goes on where it stood. The caller frees it.
 */
char *cache_part(const struct cache *cache, const char *sha256,
		 const char *nonce);

/*
 * Takes the partial file in if its hash is right: -EBADMSG, and it is
 * removed, if not. Older files make room for it.
 */
int cache_adopt(struct cache *cache, const char *sha256, const char *part,
		struct err *err);

/* SHA-256 of all of `fd`, from its start, as hex. */
int cache_hash_fd(int fd, char ret_hex[CACHE_HEX_SIZE], struct err *err);

#endif
