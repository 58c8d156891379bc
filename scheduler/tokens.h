/* SPDX-License-Identifier: MIT */
/*
 * tokens: bearer tokens for TCP, one per scope, in files of mode 0600 that
 * the pool's user can read. Compared in constant time.
 */
#ifndef HARRIER_SCHEDULER_TOKENS_H
#define HARRIER_SCHEDULER_TOKENS_H

struct err;
struct pooldir;
struct tokens;

/* Reads the files; makes those that are missing. */
int tokens_load(const struct pooldir *dir, struct tokens **ret_tokens,
		struct err *err);
void tokens_free(struct tokens *t);

/* The scopes (API_*) of "Bearer TOKEN", 0 for anything else. */
unsigned int tokens_scopes(const struct tokens *t, const char *authorization);

#endif
