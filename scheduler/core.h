/* SPDX-License-Identifier: MIT */
/*
 * core: the group commit. All that is written in a turn of the loop is one
 * transaction, committed at its end; replies and other actions wait for it.
 *
 *   decide    handlers look at memory and write the database
 *   commit    the hook at the end of the turn
 *   act       core_after callbacks: send, start helpers; idempotent
 */
#ifndef HARRIER_SCHEDULER_CORE_H
#define HARRIER_SCHEDULER_CORE_H

#include "common/svc/json.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct httpd_req;
struct sched;

void core_new(struct sched *s);
void core_free(struct sched *s);

/* Before the first write of a handler: opens the turn's transaction. */
int core_write(struct sched *s, struct err *err);

/*
 * After a failed write: the turn will be rolled back, memory be read again,
 * all of the turn's replies be errors. Answers the error's code.
 */
int core_poison(struct sched *s, const struct err *err);
bool core_poisoned(const struct sched *s);

/* Calls fn(arg, true) after the commit, fn(arg, false) if there is none. */
void core_after(struct sched *s, void (*fn)(void *arg, bool committed),
		void *arg);

/*
 * Replies when the turn is committed (with an error if it is not). Takes the
 * reference. The request may go before.
 */
void core_reply(struct sched *s, struct httpd_req *req, int status,
		json_t *json);

/* At the end of this turn: match idle jobs with free slots. */
void core_want_match(struct sched *s);
/* The same at this time of the boot clock. */
void core_match_at(struct sched *s, int64_t boot_ms);
/* At the end of this turn: answer the parked hosts that have news. */
void core_want_flush(struct sched *s);

#endif
