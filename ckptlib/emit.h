/* SPDX-License-Identifier: MIT */
/* emit: the sections of an image, from a finished scan. */
#ifndef CKPTLIB_EMIT_H
#define CKPTLIB_EMIT_H

#include "ckptlib/files.h"
#include "ckptlib/scan.h"
#include "ckptlib/sink.h"

struct ckpti_emit {
	struct ckpti_sink *sink;
	struct ckpti_scan *scan;
	const struct ckpti_filestate *files;
	uint64_t serial;
};

/* Writes the whole image; failures stay in sink->error. */
void ckpti_emit_image(struct ckpti_emit *e);

#endif
