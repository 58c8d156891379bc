/* SPDX-License-Identifier: MIT */
/* wrapped: functions of libc that libckpt has of its own. */
#ifndef INSTRUMENT_WRAPPED_H
#define INSTRUMENT_WRAPPED_H

#include <stdbool.h>

/* Whether libckpt.a defines ckpt_<name>. */
bool is_wrapped(const char *name);

/* What libckpt.a calls it, behind ckpt_. */
const char *wrapped_symbol(const char *name);

/*
 * Whether ckpt_<name> polls and has a frame of its own in an image: to whom
 * leaves its token before the call, it may return unwinding.
 */
bool wrapped_polls(const char *name);

#endif
