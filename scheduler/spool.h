/* SPDX-License-Identifier: MIT */
/*
 * spool: copies of the users' input files, named by the SHA-256 of their
 * content, as the starts of attempts name them.
 */
#ifndef HARRIER_SCHEDULER_SPOOL_H
#define HARRIER_SCHEDULER_SPOOL_H

#include "common/svc/json.h"

#include <stdbool.h>
#include <stddef.h>

struct attempt;
struct httpd_req;
struct sched;

/* The caller frees it. */
char *spool_path(const struct sched *s, const char *sha256);
/* Are all files of an encoded start there? */
bool spool_has_all(const struct sched *s, const json_t *start);
/* GET /attempts/NONCE/files/N */
void spool_send(struct sched *s, struct httpd_req *req, const struct attempt *a,
		size_t n);
/* Files that no live attempt needs and nobody used lately go. */
void spool_collect(struct sched *s);

#endif
