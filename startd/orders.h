/* SPDX-License-Identifier: MIT */
/* orders: what a starter is told: program, emulator, arguments, files. */
#ifndef HARRIER_STARTD_ORDERS_H
#define HARRIER_STARTD_ORDERS_H

struct attempt;
struct err;
struct record;

/*
 * Checks that the job's program can run here and fills the start record, but
 * for the cgroups. -ENOEXEC with a message for the wrong architecture, no
 * program at all, or one whose emulator is missing.
 */
int orders_make(struct attempt *att, struct record *rec, struct err *err);

#endif
