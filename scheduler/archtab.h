/* SPDX-License-Identifier: MIT */
/*
 * archtab: what architectures have in common, so that a checkpoint of a
 * lower portability class is only offered to machines that can read it.
 */
#ifndef HARRIER_SCHEDULER_ARCHTAB_H
#define HARRIER_SCHEDULER_ARCHTAB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What must agree between writer and reader: a portability class is a set of
 * these. Byte order and word size are independent of each other; the same
 * layout implies both, the same addresses imply the same layout.
 */
#define ARCHTAB_ANY	   0u
#define ARCHTAB_BYTE_ORDER 1u
#define ARCHTAB_WORD_SIZE  2u
#define ARCHTAB_LAYOUT	   4u
#define ARCHTAB_ADDRESSES  8u

/*
 * "any machine", "same byte order", "same word size", "same layout", "same
 * addresses", or several with commas; -EINVAL for another word.
 */
int archtab_class_parse(const char *text, unsigned int *ret_class);

/*
 * Can an image of @class, written on @from, be read on @to? An architecture
 * that is not in the table only agrees with itself.
 */
bool archtab_reads(unsigned int class, const char *from, const char *to);

/* Is @arch in a comma list? Blanks around elements do not count. */
bool archtab_in_list(const char *list, const char *arch);

#endif
