/* SPDX-License-Identifier: MIT */
/*
 * link_names: keeps the program's names out of libckpt's way. A program may
 * call something of its own `time` or `dup`; libc has other names for what it
 * calls itself, but libckpt.a is linked into the program and would get that.
 */
#ifndef INSTRUMENT_LINK_NAMES_H
#define INSTRUMENT_LINK_NAMES_H

#include "instrument/job.h"
#include "instrument/link_items.h"

/*
 * Gives symbols that units define and `library` takes from libc another name
 * in all instrumented objects, ckpt_user_<name>. Returns 0 or -errno.
 */
int link_rename(struct job *job, struct items *items, const char *library,
		struct err *err);

#endif
