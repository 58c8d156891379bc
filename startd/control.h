/* SPDX-License-Identifier: MIT */
/*
 * control: what hstartd answers on its own socket, to its own user:
 *
 *   GET  /owner    {"state", "switch", "source", "idle_s", "covered",
 *                  "uncovered", "cure", "policy", "jobs": [...]}
 *   POST /owner    {"state": "back" | "away" | "auto"}: the same after it
 *   GET  /status   {"name", "slots": [slot ads]}
 *   GET  /healthz
 */
#ifndef HARRIER_STARTD_CONTROL_H
#define HARRIER_STARTD_CONTROL_H

struct control;
struct err;
struct host;

int control_new(struct host *host, struct control **ret, struct err *err);
void control_free(struct control *control);

#endif
