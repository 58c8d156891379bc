/* SPDX-License-Identifier: MIT */
#include "startd/arch.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct arch table[] = {
	{ "X86_64", EM_X86_64, ELFCLASS64, ELFDATA2LSB, "x86_64",
	  "x86_64-linux-gnu" },
	{ "I686", EM_386, ELFCLASS32, ELFDATA2LSB, "i386", "i686-linux-gnu" },
	{ "ARMHF", EM_ARM, ELFCLASS32, ELFDATA2LSB, "arm",
	  "arm-linux-gnueabihf" },
	{ "AARCH64", EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "aarch64",
	  "aarch64-linux-gnu" },
	{ "RISCV64", EM_RISCV, ELFCLASS64, ELFDATA2LSB, "riscv64",
	  "riscv64-linux-gnu" },
	{ "S390X", EM_S390, ELFCLASS64, ELFDATA2MSB, "s390x",
	  "s390x-linux-gnu" },
	{ "PPC64", EM_PPC64, ELFCLASS64, ELFDATA2MSB, "ppc64",
	  "powerpc64-linux-gnu" },
	{ "PPC64LE", EM_PPC64, ELFCLASS64, ELFDATA2LSB, "ppc64le",
	  "powerpc64le-linux-gnu" },
	{ "PPC", EM_PPC, ELFCLASS32, ELFDATA2MSB, "ppc", "powerpc-linux-gnu" },
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

const struct arch *arch_at(size_t i)
{
	return i < TABLE_SIZE ? &table[i] : NULL;
}

const struct arch *arch_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < TABLE_SIZE; i++) {
		if (!strcasecmp(table[i].name, name))
			return &table[i];
	}
	return NULL;
}

static const struct arch *by_elf(uint16_t machine, uint8_t class, uint8_t data)
{
	size_t i;

	for (i = 0; i < TABLE_SIZE; i++) {
		const struct arch *a = &table[i];

		if (a->elf_machine == machine && a->elf_class == class &&
		    a->elf_data == data)
			return a;
	}
	return NULL;
}

/* e_machine lies at the same place in both classes. */
static const struct arch *elf_arch(const uint8_t *head)
{
	const uint8_t *m = head + offsetof(Elf32_Ehdr, e_machine);
	uint16_t machine;

	if (head[EI_DATA] == ELFDATA2MSB)
		machine = (uint16_t)(m[0] << 8 | m[1]);
	else
		machine = (uint16_t)(m[1] << 8 | m[0]);
	return by_elf(machine, head[EI_CLASS], head[EI_DATA]);
}

const struct arch *arch_native(void)
{
	enum arch_kind kind;
	const struct arch *arch;

	if (arch_of_file("/proc/self/exe", &kind, &arch, NULL) < 0)
		return NULL;
	return arch;
}

int arch_of_file(const char *path, enum arch_kind *ret_kind,
		 const struct arch **ret_arch, struct err *err)
{
	uint8_t head[sizeof(Elf32_Ehdr)];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	n = pread(fd, head, sizeof(head), 0);
	if (n < 0) {
		int code = err_sys(err, -errno, "cannot read '%s'", path);

		close(fd);
		return code;
	}
	close(fd);
	*ret_arch = NULL;
	*ret_kind = ARCH_KIND_OTHER;
	if (n >= 2 && head[0] == '#' && head[1] == '!') {
		*ret_kind = ARCH_KIND_SCRIPT;
	} else if (n == (ssize_t)sizeof(head) &&
		   !memcmp(head, ELFMAG, SELFMAG)) {
		*ret_kind = ARCH_KIND_ELF;
		*ret_arch = elf_arch(head);
	}
	return 0;
}

static char *find_program(const char *search, const char *name)
{
	while (search && *search) {
		size_t len = strcspn(search, ":");
		char *path;

		path = xasprintf("%.*s/%s", (int)len, search, name);
		if (len && path[0] == '/' && !access(path, X_OK))
			return path;
		free(path);
		search += len;
		search += *search == ':';
	}
	return NULL;
}

char *arch_find_emulator(const struct arch *arch, const char *search)
{
	char name[64];
	char *path;

	snprintf(name, sizeof(name), "qemu-%s-static", arch->qemu);
	path = find_program(search, name);
	if (path)
		return path;
	snprintf(name, sizeof(name), "qemu-%s", arch->qemu);
	return find_program(search, name);
}

char *arch_ld_prefix(const struct arch *arch, const char *root)
{
	char *path = xasprintf("%s/usr/%s", root, arch->triplet);
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return path;
	free(path);
	return NULL;
}

void arch_list_emulated(const struct arch *native, const char *search,
			struct strbuf *out)
{
	size_t i;

	for (i = 0; i < TABLE_SIZE; i++) {
		char *path;

		if (&table[i] == native)
			continue;
		path = arch_find_emulator(&table[i], search);
		if (path)
			strbuf_addf(out, "%s%s", out->len ? "," : "",
				    table[i].name);
		free(path);
	}
}
