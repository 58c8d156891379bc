/* SPDX-License-Identifier: MIT */
/* verdict: what an end record means for the job. */
#ifndef HARRIER_STARTD_VERDICT_H
#define HARRIER_STARTD_VERDICT_H

#include <stdbool.h>

#include "common/job/wire.h"

struct record;

/* Exit codes of programs that hcc built. */
#define VERDICT_CHECKPOINTED  85
#define VERDICT_UNRESTARTABLE 86

struct verdict {
	enum wire_how how;
	int code; /* exit code, signal or errno */
	char message[256];
};

/*
 * Judges a starter's end record. `checkpoints`: hcc built the program.
 * `checkpoint_code`: the exit code by which it says that it left a
 * checkpoint, WIRE_UNKNOWN for none.
 *
 * A job that was told to go and ended, but not by that code, was evicted:
 * what a handler of SIGTERM exits with is no result. Only a program that hcc
 * built can still end by itself then, as it leaves in no other way than by
 * the code.
 */
void verdict_of(const struct record *end, bool checkpoints, int checkpoint_code,
		struct verdict *ret);

#endif
