/* SPDX-License-Identifier: MIT */
#include "ckptlib/dso.h"

#include <link.h>
#include <stddef.h>

#define MAX_RANGES 256 /* of more libraries only the first are known */

static struct range {
	uintptr_t low, high;
} ranges[MAX_RANGES];
static size_t nranges;

static int add(struct dl_phdr_info *info, size_t size, void *arg)
{
	int *first = arg;
	unsigned i;

	(void)size;
	if (*first) { /* the program itself */
		*first = 0;
		return 0;
	}
	for (i = 0; i < info->dlpi_phnum && nranges < MAX_RANGES; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || (p->p_flags & PF_X))
			continue;
		ranges[nranges].low = info->dlpi_addr + p->p_vaddr;
		ranges[nranges].high = ranges[nranges].low + p->p_memsz;
		nranges++;
	}
	return 0;
}

void ckpti_libraries_look(void)
{
	int first = 1;

	nranges = 0;
	dl_iterate_phdr(add, &first);
}

bool ckpti_in_library(uintptr_t addr)
{
	size_t i;

	for (i = 0; i < nranges; i++) {
		if (addr >= ranges[i].low && addr < ranges[i].high)
			return true;
	}
	return false;
}
