/* SPDX-License-Identifier: MIT */
/* linemap: where an offset of a preprocessed text lies in the user's files. */
#ifndef INSTRUMENT_LINEMAP_H
#define INSTRUMENT_LINEMAP_H

#include <stddef.h>

#include "instrument/ast.h"

struct linemap;

/* Reads the linemarkers (`# 12 "f.c" 3`, `#line 12 "f.c"`). */
struct linemap *linemap_new(const char *text, size_t len);
void linemap_free(struct linemap *map);

/* The file's name is owned by the map. */
struct place linemap_place(const struct linemap *map, size_t offset);

/* The file the text was made from, as its first linemarker names it. */
const char *linemap_main_file(const struct linemap *map);

#endif
