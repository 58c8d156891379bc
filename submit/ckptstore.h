/* SPDX-License-Identifier: MIT */
/* ckptstore: the checkpoints that the scheduler's store holds. */
#ifndef HARRIER_SUBMIT_CKPTSTORE_H
#define HARRIER_SUBMIT_CKPTSTORE_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/err.h"
#include "submit/client.h"

struct ckptstore {
	struct client *client;
	FILE *out;
	bool json;
};

/* Those of a job ("12.0"; a cluster has none of its own), or all: newest
 * first. 0 or -errno. */
int ckptstore_list(const struct ckptstore *s, const char *job, struct err *err);

/*
 * Writes the image of a checkpoint ("17"), or of a job's newest sound one
 * ("12.0"), to `path`: all of it or nothing. NULL: named after the checkpoint,
 * "ckpt.17". `name`: another of its files. An existing file is not touched.
 */
int ckptstore_get(const struct ckptstore *s, const char *which,
		  const char *name, const char *path, struct err *err);

int ckptstore_remove(const struct ckptstore *s, const char *id,
		     struct err *err);
/* A pinned one is kept whatever its age. */
int ckptstore_pin(const struct ckptstore *s, const char *id, bool pinned,
		  struct err *err);

#endif
