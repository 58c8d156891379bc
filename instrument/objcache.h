/* SPDX-License-Identifier: MIT */
/*
 * objcache: instrumented objects of earlier links, by what they were made of.
 *
 * A file of the cache is complete or not there (it is renamed into place), so
 * any number of links may share it.  It lies in $HCC_CACHE, or in
 * $XDG_CACHE_HOME/harrier/hcc, or in ~/.cache/harrier/hcc; HCC_CACHE=off is
 * none.  A cache that does not work costs time, never a build.
 */
#ifndef INSTRUMENT_OBJCACHE_H
#define INSTRUMENT_OBJCACHE_H

#include "common/base/strbuf.h"
#include "instrument/strv.h"
#include <stdbool.h>
#include <stdint.h>

#define OBJCACHE_MAX_BYTES ((uint64_t)512 << 20)
#define OBJCACHE_KEY_CHARS 32

struct objcache;

/* The cache to use, or NULL: none is wanted or can be made. */
struct objcache *objcache_open(void);

/* Removes what was used least recently, down to limit_bytes. */
void objcache_trim(struct objcache *c, uint64_t limit_bytes);

/* Trims it to OBJCACHE_MAX_BYTES if something was put; NULL is fine. */
void objcache_close(struct objcache *c);

/*
 * The name of what the compiler makes of that text, of the compiler's file,
 * the command without source and output, and the directory where debugging
 * data names it.  False where the result depends on more than that: on
 * profiles, plug-ins, files that the text includes when it is assembled.
 */
bool objcache_key(const struct strv *command, const struct strbuf *text,
		  char key[OBJCACHE_KEY_CHARS + 1]);

/* Copies the object of that key to path, if there is one. */
bool objcache_get(struct objcache *c, const char *key, const char *path);

/* Copies path into the cache. */
void objcache_put(struct objcache *c, const char *key, const char *path);

#endif
