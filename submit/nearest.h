/* SPDX-License-Identifier: MIT */
/* nearest: which known host or user somebody meant. */
#ifndef HARRIER_SUBMIT_NEAREST_H
#define HARRIER_SUBMIT_NEAREST_H

#include "common/base/err.h"
#include "common/svc/json.h"
#include "submit/client.h"

/*
 * The nearest among the members `key` of a list of objects, borrowed from it;
 * NULL where `word` is one of them, or none is near.
 */
const char *nearest_member(const json_t *list, const char *key,
			   const char *word);

/*
 * "hdrain: no host 'bgi': did you mean 'big'?" for the error -ENOENT of a
 * call about `host`; other errors as cli_fail says them. Answers 1.
 */
int nearest_host_fail(struct client *c, const char *host,
		      const struct err *err);

#endif
