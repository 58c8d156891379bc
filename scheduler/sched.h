/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's state: one struct, owned by the deciding thread. Other
 * threads get copies by message (worker.h, reader.h) and never see it.
 *
 * What is in memory is an image of the database (queue, attempts) or learned
 * anew after a start (nodes). A turn of the loop that cannot be committed is
 * rolled back and the image is built again (recover.h): so no code here has
 * to undo what it did to memory.
 */
#ifndef HARRIER_SCHEDULER_SCHED_H
#define HARRIER_SCHEDULER_SCHED_H

#include "common/base/err.h"
#include "common/job/wire.h"
#include "common/store/chunk.h"
#include "scheduler/config.h"

#include <stdbool.h>
#include <stdint.h>

struct backend;
struct conclimits;
struct core;
struct db;
struct evloop;
struct factory;
struct feed;
struct hash;
struct helpers;
struct httpd;
struct index;
struct match;
struct nodes;
struct outbox;
struct sessions;
struct place;
struct policywalk;
struct prepare;
struct queue;
struct reader;
struct timers;
struct tails;
struct tokens;
struct workers;

struct sched {
	struct config config;
	const char *spool; /* directory of copied inputs and staged outputs */
	char *name; /* user@machine, for people */
	char *address; /* "<127.0.0.1:port>" of event 000 */
	uint16_t tcp_port; /* 0: no TCP */
	int64_t started; /* Unix seconds */
	int64_t match_ns; /* spent deciding who runs where, since then */
	struct wire_seen state; /* pool, epoch, sequence of the last commit */

	struct evloop *loop;
	struct httpd *httpd;
	struct db *db;
	struct core *core;

	struct queue *queue;
	struct nodes *nodes;
	struct match *match;
	struct hash *attempts; /* live ones, by nonce */
	struct factory *factory;
	struct conclimits *limits; /* what live attempts use of them */
	int64_t preempt_next_ms; /* boot clock */

	struct backend *backend; /* packs */
	struct index *index;
	struct chunk_key secret;

	struct helpers *helpers;
	struct workers *workers;
	struct reader *reader;
	struct feed *feed;
	struct outbox *outbox;
	struct prepare *prepare;
	struct place *place;
	struct tails *tails;
	struct policywalk *policywalk;
	struct timers *timers;
	struct tokens *tokens;
	struct sessions *sessions;
};

/* Seconds since 1970. */
int64_t sched_now(void);

#endif
