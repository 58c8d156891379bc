/* SPDX-License-Identifier: MIT */
/* ckptdump: what an image holds, as text or JSON, as it streams out. */
#ifndef HARRIER_SUBMIT_CKPTDUMP_H
#define HARRIER_SUBMIT_CKPTDUMP_H

#include <stdbool.h>
#include <stdio.h>

#include "ckptlib/image/img.h"
#include "common/base/err.h"

struct ckptdump {
	FILE *out;
	bool json;
	bool heap; /* every block, not only counts by type */
	const char *name; /* only variables of this name; NULL: all */
};

/* Header, class and reasons, counts, files. */
void ckptdump_info(const struct ckptdump *d, const char *path,
		   const struct img *img);
/* Variables of all units and frames by name, and the heap. */
int ckptdump_values(const struct ckptdump *d, struct img *img, struct err *err);

#endif
