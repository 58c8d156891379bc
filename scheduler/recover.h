/* SPDX-License-Identifier: MIT */
/*
 * recover: builds memory from the database: at the start, and when a turn
 * could not be committed. Running attempts stay live and are adopted by
 * their nonces when their hosts sync.
 */
#ifndef HARRIER_SCHEDULER_RECOVER_H
#define HARRIER_SCHEDULER_RECOVER_H

struct err;
struct sched;
struct wire_seen;

/* Pool, epoch, sequence: made at the first start. */
int recover_identity(struct sched *s, struct err *err);
/* Queue, attempts, checkpoints, outbox; then takes up what was under way. */
int recover_load(struct sched *s, struct err *err);
/* Drops memory. */
void recover_unload(struct sched *s);
/* Drops memory and loads it again. */
int recover_reload(struct sched *s, struct err *err);

/*
 * What a peer has seen. Higher than ours: this database is an old copy; a new
 * epoch is begun and ids are skipped. Another pool's: -ESTALE.
 */
int recover_seen(struct sched *s, const struct wire_seen *seen,
		 struct err *err);

#endif
