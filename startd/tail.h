/* SPDX-License-Identifier: MIT */
/* tail: sends a part of a running job's output when somebody asks for it. */
#ifndef HARRIER_STARTD_TAIL_H
#define HARRIER_STARTD_TAIL_H

struct host;
struct wire_tail;

/* Reads it now and sends it; what cannot be read is answered by why. */
void tail_take(struct host *host, const struct wire_tail *tail);
/* Breaks off what is under way. */
void tail_release(struct host *host);

#endif
