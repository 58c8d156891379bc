/* SPDX-License-Identifier: MIT */
/* fetch: fills a scratch directory with what a start names. */
#ifndef HARRIER_STARTD_FETCH_H
#define HARRIER_STARTD_FETCH_H

#include <stdbool.h>

struct cache;
struct err;
struct remote;
struct scratch_list;
struct wire_start;

/* So little that it may be copied from the cache in the loop. */
bool fetch_is_small(const struct wire_start *start);

/*
 * Downloads the executable and the inputs (or takes them from the cache),
 * then the files of the checkpoint over them. *ret_base are the inputs as
 * they were laid down: what differs from them later is the job's own.
 *
 * Goes on until it is done, the scheduler says otherwise or `rm` is
 * cancelled: -ESTALE superseded, -EBADMSG the checkpoint is damaged
 * (*ret_damaged tells it from an input), -ECANCELED, else -errno of the disk
 * or of a refusal, with a message. Without a remote (NULL) -ENOENT where the
 * cache does not have all.
 */
int fetch_all(struct remote *rm, struct cache *cache,
	      const struct wire_start *start, const char *scratch,
	      struct scratch_list *ret_base, bool *ret_damaged,
	      struct err *err);

#endif
