/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <elf.h>
#include <errno.h>

#include "instrument/elf.h"

#define ORDER16(x) (big ? __builtin_bswap16(x) : (x))
#define ORDER32(x) (big ? __builtin_bswap32(x) : (x))
#define ORDER64(x) (big ? __builtin_bswap64(x) : (x))

static const char names[] = "\0.harrier\0.shstrtab\0.symtab\0def\0undef";
static const char body[] = "the blob";

struct image64 {
	Elf64_Ehdr eh;
	Elf64_Shdr sh[4];
	Elf64_Sym sym[3];
	char names[sizeof(names)];
	char body[sizeof(body)];
};

struct image32 {
	Elf32_Ehdr eh;
	Elf32_Shdr sh[4];
	Elf32_Sym sym[3];
	char names[sizeof(names)];
	char body[sizeof(body)];
};

/* One object of each class, in either byte order. */
#define MAKE(bits, img)                                                        \
	do {                                                                   \
		memset(img, 0, sizeof(*img));                                  \
		memcpy((img)->eh.e_ident, ELFMAG, SELFMAG);                    \
		(img)->eh.e_ident[EI_CLASS] = ELFCLASS##bits;                  \
		(img)->eh.e_ident[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;  \
		(img)->eh.e_shoff =                                            \
			ORDER##bits(offsetof(struct image##bits, sh));         \
		(img)->eh.e_shentsize = ORDER16(sizeof((img)->sh[0]));         \
		(img)->eh.e_shnum = ORDER16(4);                                \
		(img)->eh.e_shstrndx = ORDER16(2);                             \
		SECTION(bits, img, 1, 1, SHT_PROGBITS, body);                  \
		SECTION(bits, img, 2, 10, SHT_STRTAB, names);                  \
		SECTION(bits, img, 3, 20, SHT_SYMTAB, sym);                    \
		(img)->sh[3].sh_link = ORDER32(2);                             \
		(img)->sym[1].st_name = ORDER32(28);                           \
		(img)->sym[1].st_info = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC);   \
		(img)->sym[1].st_shndx = ORDER16(1);                           \
		(img)->sym[2].st_name = ORDER32(32);                           \
		(img)->sym[2].st_info = ELF32_ST_INFO(STB_GLOBAL, STT_NOTYPE); \
		memcpy((img)->names, names, sizeof(names));                    \
		memcpy((img)->body, body, sizeof(body));                       \
	} while (0)

#define SECTION(bits, img, i, at, type, member)                            \
	do {                                                               \
		(img)->sh[i].sh_name = ORDER32(at);                        \
		(img)->sh[i].sh_type = ORDER32(type);                      \
		(img)->sh[i].sh_offset =                                   \
			ORDER##bits(offsetof(struct image##bits, member)); \
		(img)->sh[i].sh_size = ORDER##bits(sizeof((img)->member)); \
	} while (0)

static void note(void *ctx, const char *name, bool defined)
{
	char *out = ctx;

	strcat(out, defined ? "+" : "-");
	strcat(out, name);
}

static void check(const void *img, size_t len)
{
	char found[64] = "";
	const char *data;
	size_t size;

	assert_int_equal(elf_section(img, len, ".harrier", &data, &size, NULL),
			 0);
	assert_int_equal(size, sizeof(body));
	assert_memory_equal(data, body, sizeof(body));
	assert_int_equal(elf_section(img, len, ".none", &data, &size, NULL),
			 -ENOENT);
	assert_int_equal(elf_symbols(img, len, note, found, NULL), 0);
	assert_string_equal(found, "+def-undef");
}

static void reads_every_class_and_order(void **state)
{
	struct image64 img64;
	struct image32 img32;
	bool big;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		big = i;
		MAKE(64, &img64);
		check(&img64, sizeof(img64));
		MAKE(32, &img32);
		check(&img32, sizeof(img32));
	}
}

static void survives_damage(void **state)
{
	struct image64 img;
	char found[256], *copy;
	const char *data;
	bool big = false;
	size_t i, size;

	(void)state;
	MAKE(64, &img);
	for (i = 0; i < sizeof(img); i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, &img, i);
		elf_section(copy, i, ".harrier", &data, &size, NULL);
		found[0] = '\0';
		elf_symbols(copy, i, note, found, NULL);
		free(copy);
	}
	for (i = SELFMAG; i < sizeof(img); i++) {
		((unsigned char *)&img)[i] ^= 0xff;
		elf_section((char *)&img, sizeof(img), ".harrier", &data, &size,
			    NULL);
		((unsigned char *)&img)[i] ^= 0xff;
	}
	assert_int_equal(elf_section("text", 4, ".x", &data, &size, NULL),
			 -ENOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_class_and_order),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
