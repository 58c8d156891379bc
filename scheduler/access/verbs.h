/* SPDX-License-Identifier: MIT */
/*
 * verbs: what harrier-access does with a user's files, as that user. Every
 * verb may be repeated: after a crash the same call gives the same files.
 */
#ifndef HARRIER_ACCESS_VERBS_H
#define HARRIER_ACCESS_VERBS_H

#include "scheduler/access/channel.h"

/* Most files a directory to be transferred may hold. */
#define VERBS_LIST_MAX 10000

/* Does what the call asks; never fails itself, the reply says all. */
void verbs_do(const struct access_call *call, struct access_reply *reply);

#endif
