/* SPDX-License-Identifier: MIT */
/* users: the accounts of share.h between memory and the database. */
#ifndef HARRIER_SCHEDULER_USERS_H
#define HARRIER_SCHEDULER_USERS_H

#include "common/svc/json.h"

struct dbuser;
struct err;
struct sched;
struct user;

/* Takes a row over into memory. */
void users_load(struct user *u, const struct dbuser *row);
/* Brings the account to now and writes it. */
int users_store(struct sched *s, struct user *u, struct err *err);
int users_store_all(struct sched *s, struct err *err);

/* What the API says of an account, of all; new references. */
json_t *users_json(struct user *u);
json_t *users_list_json(struct sched *s);

#endif
