/* SPDX-License-Identifier: MIT */
/*
 * Writes the files of a manifest from chunks that come in any order, each
 * once, wherever and however often the files name them.
 */
#ifndef HARRIER_STORE_RESTORE_H
#define HARRIER_STORE_RESTORE_H

#include "common/store/manifest.h"

struct restore;

/* Borrows @m until restore_free. */
struct restore *restore_new(const struct manifest *m);

/*
 * Says where file @i of the manifest goes: @fd is borrowed, open for writing
 * and empty. Files without one are left out.
 */
void restore_file(struct restore *r, size_t i, int fd);

/*
 * Writes a verified chunk to every place it has. Chunks that no file names
 * are ignored. -EBADMSG if its length does not fit its place.
 */
int restore_chunk(struct restore *r, const struct chunk_id *id,
		  const void *data, size_t len, struct err *err);

/* 0 when every chunk was seen; else -ENODATA naming file and chunk. */
int restore_finish(struct restore *r, struct err *err);

void restore_free(struct restore *r);

#endif
