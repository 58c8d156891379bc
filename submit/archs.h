/* SPDX-License-Identifier: MIT */
/* archs: for which architectures a program is there, and what the pool has. */
#ifndef HARRIER_SUBMIT_ARCHS_H
#define HARRIER_SUBMIT_ARCHS_H

#include <stdbool.h>

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "submit/client.h"

/*
 * Looks at a job's program, once for each way its name can be: in `ad`
 * (where Cmd and Iwd are found) sets ExecutableArchs, the architectures for
 * which `prog.$$(Arch)` exists, and JobCheckpoints, where hcc built it.
 * -ENOENT, naming what was looked for, where it exists for none.
 */
int archs_of_program(struct ad *ad, struct err *err);

/*
 * The architectures that the pool's slots have, their emulators counted:
 * "X86_64,S390X", empty where no machine has joined.
 */
int archs_of_pool(struct client *c, struct strbuf *out, struct err *err);

/* The architecture this program was built for: "X86_64" ... */
const char *archs_native(void);

/* Do two comma lists have a word in common? */
bool archs_meet(const char *a, const char *b);

/*
 * -ENOEXEC, with the cure, where the pool has machines and none could run
 * the job's program.
 */
int archs_check(const struct ad *ad, const char *pool, struct err *err);

#endif
