/* SPDX-License-Identifier: MIT */
/* ar: reads archives of objects, also thin ones. */
#ifndef INSTRUMENT_AR_H
#define INSTRUMENT_AR_H

#include <stddef.h>

#include "common/base/err.h"

struct ar_member {
	char *name; /* as `ar t` prints it */
	const char *data; /* in the archive's bytes; NULL in a thin archive */
	size_t len;
	char *path; /* thin archive: the member's file, else NULL */
};

struct ar {
	struct ar_member *v; /* in the archive's order, without indexes */
	size_t n;
};

/* `data` is borrowed and must outlive it; `path` is where it was read, for
 * the members of a thin archive. -ENOEXEC: no archive; -EINVAL: damaged. */
int ar_read(const char *data, size_t len, const char *path, struct ar *ret,
	    struct err *err);
void ar_release(struct ar *ar);

#endif
