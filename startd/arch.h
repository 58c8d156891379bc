/* SPDX-License-Identifier: MIT */
/* arch: the architectures Harrier knows, their ELF marks and emulators. */
#ifndef HARRIER_STARTD_ARCH_H
#define HARRIER_STARTD_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct strbuf;

struct arch {
	const char *name; /* as in machine ads: "X86_64" */
	uint16_t elf_machine; /* e_machine */
	uint8_t elf_class; /* ELFCLASS32 or ELFCLASS64 */
	uint8_t elf_data; /* ELFDATA2LSB or ELFDATA2MSB */
	const char *qemu; /* X of qemu-X */
	const char *triplet; /* of its cross libraries, below /usr */
};

/* The i-th, NULL behind the last. */
const struct arch *arch_at(size_t i);

/* By name, whatever the case; NULL if it is not known. */
const struct arch *arch_by_name(const char *name);

/* That of this process, NULL if the table lacks it. */
const struct arch *arch_native(void);

/* What a file is to execve. */
enum arch_kind {
	ARCH_KIND_ELF, /* a program for *ret_arch (NULL: not in the table) */
	ARCH_KIND_SCRIPT, /* begins with #! */
	ARCH_KIND_OTHER,
};

/*
 * Reads the first bytes of `path`. Returns 0, or -errno when it cannot be
 * read. An ELF header cut short is ARCH_KIND_OTHER.
 */
int arch_of_file(const char *path, enum arch_kind *ret_kind,
		 const struct arch **ret_arch, struct err *err);

/*
 * The emulator for `arch`: `qemu-X-static`, else `qemu-X`, in the directories
 * of `search` (as in PATH). NULL if there is none; else the caller frees it.
 */
char *arch_find_emulator(const struct arch *arch, const char *search);

/*
 * What QEMU_LD_PREFIX must be so that a program linked dynamically for `arch`
 * finds its libraries: NULL where they are not installed below `root`. The
 * caller frees it.
 */
char *arch_ld_prefix(const struct arch *arch, const char *root);

/*
 * Appends the names of all architectures but `native` with an emulator in
 * `search`, joined by commas.
 */
void arch_list_emulated(const struct arch *native, const char *search,
			struct strbuf *out);

#endif
