/* SPDX-License-Identifier: MIT */
#include "submit/elfsec.h"

#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"

#define SECTIONS_MAX 65536
#define NAMES_MAX    (16u << 20)

/* An open ELF file. */
struct elf {
	int fd;
	bool wide; /* 64 bits */
	bool big; /* most significant byte first */
};

/* The parts of a section header that are needed here. */
struct section {
	uint32_t name;
	uint64_t offset, size;
};

static uint64_t number(const struct elf *e, const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v |= (uint64_t)p[e->big ? bytes - 1 - i : i] << (8 * i);
	return v;
}

static bool read_at(int fd, uint64_t offset, void *buf, size_t len)
{
	return offset <= INT64_MAX - len &&
	       pread(fd, buf, len, (off_t)offset) == (ssize_t)len;
}

/* Where the section headers are: their offset, size, number, names' index. */
struct table {
	uint64_t offset;
	size_t size, count, names;
};

static bool read_header(struct elf *e, struct table *t)
{
	uint8_t h[sizeof(Elf64_Ehdr)];
	size_t tail;

	if (!read_at(e->fd, 0, h, sizeof(Elf32_Ehdr)) ||
	    memcmp(h, ELFMAG, SELFMAG) != 0)
		return false;
	e->wide = h[EI_CLASS] == ELFCLASS64;
	e->big = h[EI_DATA] == ELFDATA2MSB;
	if (e->wide && !read_at(e->fd, 0, h, sizeof(h)))
		return false;
	t->offset = e->wide ? number(e, h + 40, 8) : number(e, h + 32, 4);
	tail = e->wide ? 58 : 46;
	t->size = number(e, h + tail, 2);
	t->count = number(e, h + tail + 2, 2);
	t->names = number(e, h + tail + 4, 2);
	return t->size >= (e->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)) &&
	       t->count <= SECTIONS_MAX && t->names < t->count;
}

static bool read_section(const struct elf *e, const struct table *t, size_t i,
			 struct section *s)
{
	uint8_t h[sizeof(Elf64_Shdr)];
	size_t len = e->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);

	if (!read_at(e->fd, t->offset + i * t->size, h, len))
		return false;
	s->name = (uint32_t)number(e, h, 4);
	s->offset = e->wide ? number(e, h + 24, 8) : number(e, h + 16, 4);
	s->size = e->wide ? number(e, h + 32, 8) : number(e, h + 20, 4);
	return true;
}

static bool has_section(struct elf *e, const char *name)
{
	struct section names, s;
	struct table t;
	bool found = false;
	char *text;

	if (!read_header(e, &t) || !read_section(e, &t, t.names, &names) ||
	    names.size == 0 || names.size > NAMES_MAX)
		return false;
	text = xmalloc(names.size + 1);
	if (read_at(e->fd, names.offset, text, names.size)) {
		text[names.size] = '\0';
		for (size_t i = 0; i < t.count && !found; i++)
			found = read_section(e, &t, i, &s) &&
				s.name < names.size &&
				strcmp(text + s.name, name) == 0;
	}
	free(text);
	return found;
}

bool elfsec_has(const char *path, const char *name)
{
	struct elf e = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
	bool found;

	if (e.fd < 0)
		return false;
	found = has_section(&e, name);
	fd_close(&e.fd);
	return found;
}
