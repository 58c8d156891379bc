/* SPDX-License-Identifier: MIT */
/* elf: sections and symbols of ELF objects of any class and byte order. */
#ifndef INSTRUMENT_ELF_H
#define INSTRUMENT_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

/*
 * Finds a section by name in an object in memory. Returns 0 and where it lies
 * in `data`, -ENOENT if there is none, -ENOEXEC if data is no ELF object, and
 * -EINVAL if it is damaged.
 */
int elf_section(const char *data, size_t len, const char *name,
		const char **ret_data, size_t *ret_len, struct err *err);

/*
 * Calls `visit` for each global symbol: is it defined here? Returns as
 * elf_section; an object without symbols is fine.
 */
typedef void elf_symbol_fn(void *ctx, const char *name, bool defined);
int elf_symbols(const char *data, size_t len, elf_symbol_fn *visit, void *ctx,
		struct err *err);

#endif
