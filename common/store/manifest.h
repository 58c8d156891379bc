/* SPDX-License-Identifier: MIT */
/*
 * The files of one checkpoint: name, size, mode, and the chunks that make up
 * each file. Every chunk of a file but the last has CHUNK_SIZE bytes.
 */
#ifndef HARRIER_STORE_MANIFEST_H
#define HARRIER_STORE_MANIFEST_H

#include "common/store/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_FILES_MAX 10000
#define MANIFEST_NAME_MAX  1024

struct manifest_file {
	char *name; /* relative to the scratch directory */
	uint64_t size; /* bytes */
	unsigned int mode; /* permission bits */
	struct chunk_id *chunks;
	size_t chunk_count; /* ceil(size / CHUNK_SIZE) */
};

struct manifest {
	struct manifest_file *files;
	size_t file_count;
};

void manifest_init(struct manifest *m);
void manifest_release(struct manifest *m);

/*
 * True for a relative path without empty, "." or ".." components, control
 * characters, or more than MANIFEST_NAME_MAX - 1 bytes.
 */
bool manifest_name_ok(const char *name);

/* How many chunks a file of @size bytes has. */
size_t manifest_chunk_count(uint64_t size);

/* Bytes of chunk @i of file @f. */
size_t manifest_chunk_len(const struct manifest_file *f, size_t i);

/*
 * Adds a file; copies @name and the @count ids at @chunks. -EINVAL if the
 * name is not ok or already there, or @count does not fit @size; -E2BIG
 * beyond MANIFEST_FILES_MAX.
 */
int manifest_add(struct manifest *m, const char *name, uint64_t size,
		 unsigned int mode, const struct chunk_id *chunks, size_t count,
		 struct err *err);

/*
 * Reads @fd from its start to its end, and adds it with its chunks' ids.
 * The caller guarantees that nobody writes the file meanwhile.
 */
int manifest_add_fd(struct manifest *m, struct chunker *c, const char *name,
		    int fd, struct err *err);

/* Sum of the files' sizes, in bytes. */
uint64_t manifest_bytes(const struct manifest *m);

/*
 * The distinct ids of all files, sorted. The array belongs to the caller
 * (free); NULL when there are none.
 */
struct chunk_id *manifest_ids(const struct manifest *m, size_t *ret_count);

#endif
