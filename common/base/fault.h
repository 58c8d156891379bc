/* SPDX-License-Identifier: MIT */
/* fault: named places where a test can make this process fail or die. */
#ifndef HARRIER_BASE_FAULT_H
#define HARRIER_BASE_FAULT_H

/*
 * HARRIER_FAULT=name[:n][=action][,...] arms points of the environment's
 * choice: at the n-th visit (the first unless given) of `name`, the process
 * dies by SIGKILL (`kill`, the default), or fault_hit returns -EIO (`eio`) or
 * -ENOSPC (`enospc`). `name:*=eio` fails at every visit.
 *
 * `int ret = fault_hit("queue.commit");` returns 0 where nothing is armed,
 * at the cost of one load. Names are literals, `module.place`, so that the
 * crash test can list them from the source.
 */
int fault_hit(const char *name);

/* Reads a new specification in place of the environment's; NULL disarms. */
void fault_arm(const char *spec);

#endif
