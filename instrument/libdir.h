/* SPDX-License-Identifier: MIT */
/*
 * libdir: where what hcc brings lies: beside the program, as built and as
 * installed, or in $HCC_LIBDIR.
 */
#ifndef INSTRUMENT_LIBDIR_H
#define INSTRUMENT_LIBDIR_H

/* The path of a readable file below that folder, or NULL; the caller frees. */
char *libdir_find(const char *name);

/* The folder to include <harrier/ckpt.h> from, or NULL; the caller frees. */
char *libdir_include(void);

#endif
