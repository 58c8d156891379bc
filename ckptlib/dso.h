/* SPDX-License-Identifier: MIT */
/* dso: where the data of shared libraries lie. */
#ifndef CKPTLIB_DSO_H
#define CKPTLIB_DSO_H

#include <stdbool.h>
#include <stdint.h>

/* Looks which libraries there are now. */
void ckpti_libraries_look(void);
/* Whether the address lies in data of one, constant or not. */
bool ckpti_in_library(uintptr_t addr);

#endif
