/* SPDX-License-Identifier: MIT */
#include "instrument/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

/* A view of the file; every access is checked against its length. */
struct view {
	const unsigned char *p;
	size_t len;
	bool is64, big;
	uint64_t shoff;
	uint32_t shentsize, shnum, shstrndx;
};

struct section {
	uint32_t name, type, link;
	uint64_t offset, size, entsize;
};

static uint64_t get(const struct view *v, uint64_t at, unsigned size)
{
	uint64_t x = 0;
	unsigned i;

	if (at > v->len || size > v->len - at)
		return 0;
	for (i = 0; i < size; i++)
		x |= (uint64_t)v->p[at + i] << 8 * (v->big ? size - 1 - i : i);
	return x;
}

/* A field of a header that has one offset and size in each class. */
#define FIELD(v, base, type, field)                                 \
	((v)->is64 ? get(v, (base) + offsetof(Elf64_##type, field), \
			 sizeof(((Elf64_##type *)0)->field))        \
		   : get(v, (base) + offsetof(Elf32_##type, field), \
			 sizeof(((Elf32_##type *)0)->field)))

static bool fits(const struct view *v, uint64_t offset, uint64_t size)
{
	return offset <= v->len && size <= v->len - offset;
}

static struct section section_at(const struct view *v, uint32_t i)
{
	uint64_t at = v->shoff + (uint64_t)i * v->shentsize;

	return (struct section){
		.name = (uint32_t)FIELD(v, at, Shdr, sh_name),
		.type = (uint32_t)FIELD(v, at, Shdr, sh_type),
		.link = (uint32_t)FIELD(v, at, Shdr, sh_link),
		.offset = FIELD(v, at, Shdr, sh_offset),
		.size = FIELD(v, at, Shdr, sh_size),
		.entsize = FIELD(v, at, Shdr, sh_entsize),
	};
}

static int view_init(struct view *v, const char *data, size_t len,
		     struct err *err)
{
	memset(v, 0, sizeof(*v));
	v->p = (const unsigned char *)data;
	v->len = len;
	if (len < sizeof(Elf32_Ehdr) || memcmp(data, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	v->is64 = data[EI_CLASS] == ELFCLASS64;
	v->big = data[EI_DATA] == ELFDATA2MSB;
	v->shoff = FIELD(v, 0, Ehdr, e_shoff);
	v->shentsize = (uint32_t)FIELD(v, 0, Ehdr, e_shentsize);
	v->shnum = (uint32_t)FIELD(v, 0, Ehdr, e_shnum);
	v->shstrndx = (uint32_t)FIELD(v, 0, Ehdr, e_shstrndx);
	/* Many sections: the numbers are in section 0. */
	if (v->shoff && !v->shnum)
		v->shnum = (uint32_t)section_at(v, 0).size;
	if (v->shstrndx == SHN_XINDEX)
		v->shstrndx = section_at(v, 0).link;
	if (!fits(v, v->shoff, (uint64_t)v->shnum * v->shentsize) ||
	    (v->shnum && v->shstrndx >= v->shnum))
		return err_set(err, -EINVAL, "damaged ELF section table");
	return 0;
}

/* The string at an offset of a string section; "" where it is damaged. */
static const char *string_at(const struct view *v, const struct section *s,
			     uint64_t at)
{
	if (!fits(v, s->offset, s->size) || at >= s->size ||
	    !memchr(v->p + s->offset + at, '\0', s->size - at))
		return "";
	return (const char *)v->p + s->offset + at;
}

int elf_section(const char *data, size_t len, const char *name,
		const char **ret_data, size_t *ret_len, struct err *err)
{
	struct section names;
	struct view v;
	uint32_t i;
	int rc = view_init(&v, data, len, err);

	if (rc)
		return rc;
	if (!v.shnum)
		return -ENOENT;
	names = section_at(&v, v.shstrndx);
	for (i = 1; i < v.shnum; i++) {
		struct section s = section_at(&v, i);

		if (strcmp(string_at(&v, &names, s.name), name) != 0)
			continue;
		if (s.type == SHT_NOBITS || !fits(&v, s.offset, s.size))
			return err_set(err, -EINVAL, "damaged section '%s'",
				       name);
		*ret_data = data + s.offset;
		*ret_len = s.size;
		return 0;
	}
	return -ENOENT;
}

static void visit_symbols(const struct view *v, const struct section *s,
			  elf_symbol_fn *visit, void *ctx)
{
	uint64_t size = v->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym), at;
	struct section names = section_at(v, s->link);

	for (at = s->offset; at + size <= s->offset + s->size; at += size) {
		unsigned info = (unsigned)FIELD(v, at, Sym, st_info);
		unsigned shndx = (unsigned)FIELD(v, at, Sym, st_shndx);
		const char *name =
			string_at(v, &names, FIELD(v, at, Sym, st_name));

		if (ELF32_ST_BIND(info) != STB_LOCAL && *name)
			visit(ctx, name, shndx != SHN_UNDEF);
	}
}

int elf_symbols(const char *data, size_t len, elf_symbol_fn *visit, void *ctx,
		struct err *err)
{
	struct view v;
	uint32_t i;
	int rc = view_init(&v, data, len, err);

	for (i = 1; !rc && i < v.shnum; i++) {
		struct section s = section_at(&v, i);

		if (s.type != SHT_SYMTAB)
			continue;
		if (!fits(&v, s.offset, s.size) || s.link >= v.shnum)
			return err_set(err, -EINVAL, "damaged symbol table");
		visit_symbols(&v, &s, visit, ctx);
	}
	return rc;
}
