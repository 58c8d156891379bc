/* SPDX-License-Identifier: MIT */
/*
 * packs: gives a checkpoint's chunks out again, and checks them. The index is
 * asked in the deciding thread, bytes are read in a worker.
 */
#ifndef HARRIER_SCHEDULER_PACKS_H
#define HARRIER_SCHEDULER_PACKS_H

#include <stdint.h>

struct chunk_id;
struct httpd_req;
struct sched;

/* One pack with every chunk of checkpoint @id, in order of first use. */
void packs_send(struct sched *s, struct httpd_req *req, int64_t id);
/* The plain bytes of one chunk that the checkpoint names. */
void packs_send_chunk(struct sched *s, struct httpd_req *req, int64_t id,
		      const struct chunk_id *chunk);
/* Reads all of it; damage goes to the index. 200 or 422. */
void packs_verify(struct sched *s, struct httpd_req *req, int64_t id);

#endif
