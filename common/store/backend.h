/* SPDX-License-Identifier: MIT */
/*
 * Where packs are kept: {put, get, stat, delete, list} of named, immutable
 * objects. A local directory today (backend_dir); the interface is that of
 * an object store.
 *
 * Names are made by us: [A-Za-z0-9._-]+, no leading dot. Calls may be made
 * from several threads, one object being written by one thread only.
 */
#ifndef HARRIER_STORE_BACKEND_H
#define HARRIER_STORE_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct backend;
struct backend_put; /* an object being written */

/* Told of one object; 0 to go on, else list stops and returns the value. */
typedef int backend_list_fn(void *arg, const char *name, uint64_t bytes);

struct backend_ops {
	int (*put_begin)(struct backend *b, const char *name,
			 struct backend_put **ret_put, struct err *err);
	int (*put_write)(struct backend_put *put, const void *data, size_t len,
			 struct err *err);
	int (*put_commit)(struct backend_put *put, struct err *err);
	void (*put_abort)(struct backend_put *put);
	int (*get)(struct backend *b, const char *name, uint64_t offset,
		   void *buf, size_t len, struct err *err);
	int (*stat)(struct backend *b, const char *name, uint64_t *ret_bytes,
		    struct err *err);
	int (*delete)(struct backend *b, const char *name, struct err *err);
	int (*list)(struct backend *b, backend_list_fn *fn, void *arg,
		    struct err *err);
	void (*free)(struct backend *b);
};

/* Implementations embed this as their first member. */
struct backend {
	const struct backend_ops *ops;
};

struct backend_put {
	struct backend *backend;
};

bool backend_name_ok(const char *name);

/* Begins an object; -EEXIST if there is one of this name. */
int backend_put_begin(struct backend *b, const char *name,
		      struct backend_put **ret_put, struct err *err);
int backend_put_write(struct backend_put *put, const void *data, size_t len,
		      struct err *err);
/* Takes @put. When it returns 0 the object survives a power cut. */
int backend_put_commit(struct backend_put *put, struct err *err);
/* Takes @put (NULL is fine): nothing of the object stays. */
void backend_put_abort(struct backend_put *put);

/* Reads exactly @len bytes at @offset; -ENODATA if the object is shorter. */
int backend_get(struct backend *b, const char *name, uint64_t offset, void *buf,
		size_t len, struct err *err);
int backend_stat(struct backend *b, const char *name, uint64_t *ret_bytes,
		 struct err *err);
/* Deleting what is not there is success. */
int backend_delete(struct backend *b, const char *name, struct err *err);
/* May name objects that are being written. */
int backend_list(struct backend *b, backend_list_fn *fn, void *arg,
		 struct err *err);
void backend_free(struct backend *b);

/* A directory, made with mode 0700 if it is not there; copies @path. */
int backend_dir_open(const char *path, struct backend **ret_backend,
		     struct err *err);

#endif
