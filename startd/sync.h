/* SPDX-License-Identifier: MIT */
/*
 * sync: the one call by which the host and the scheduler tell each other
 * everything (docs/protocol.md, "Sync"). It is parked there; news breaks it
 * off and sends it anew, which loses nothing: each says all again until the
 * other has confirmed it.
 */
#ifndef HARRIER_STARTD_SYNC_H
#define HARRIER_STARTD_SYNC_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct host;
struct sync;

/* Begins to call as soon as the loop turns. */
int sync_new(struct host *host, struct sync **ret_sync, struct err *err);
void sync_free(struct sync *sync);

/* There is news: a call goes out at the end of this turn. */
void sync_soon(struct sync *sync);
/* The same where a slot has nothing to do until the answer. */
void sync_end(struct sync *sync);

/* Tells the host when the lease is over. To be called now and then. */
void sync_check_lease(struct sync *sync);

/* Has the scheduler answered the last state that was sent? */
bool sync_is_quiet(const struct sync *sync);

/* Has this host's state been answered since the machine was started? */
bool sync_is_same_boot(const struct sync *sync);

/* Another hstartd took our name: this one must stop. */
bool sync_is_superseded(const struct sync *sync);

#endif
