/* SPDX-License-Identifier: MIT */
/* elfsec: does an ELF file have a section of some name? */
#ifndef HARRIER_SUBMIT_ELFSEC_H
#define HARRIER_SUBMIT_ELFSEC_H

#include <stdbool.h>

/* The section that every program linked by hcc has. */
#define ELFSEC_HARRIER ".note.harrier"

/*
 * False also for what is no ELF file, or is damaged. Reads any word size and
 * byte order: the program may be for another machine.
 */
bool elfsec_has(const char *path, const char *name);

#endif
