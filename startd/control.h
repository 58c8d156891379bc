/* SPDX-License-Identifier: MIT */
/*
 * control: what hstartd answers on its own socket, to its own user:
 *
 *   GET  /api/v1/owner   {"host", "state": "present" | "away", "set": "back" |
 *                        "away" | "auto", "source", "text", "idle_s",
 *                        "covered", "cure", "policy", "jobs": [...]}
 *   POST /api/v1/owner   {"set": "back" | "away" | "auto"}: the same after it;
 *                        its jobs are frozen by then
 *   GET  /api/v1/status  {"name", "slots": [slot ads]}
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
