/* SPDX-License-Identifier: MIT */
/* layout: this machine's, and its name. */
#ifndef CKPTLIB_LAYOUT_H
#define CKPTLIB_LAYOUT_H

#include "ckptlib/image/img.h"

extern const struct img_layout ckpti_layout;
extern const char ckpti_arch[];

/* Over the names of the units: the same for all builds of a program. */
uint64_t ckpti_signature(void);

#endif
