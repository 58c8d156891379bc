/* SPDX-License-Identifier: MIT */
#include "scheduler/archtab.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct arch {
	const char *name;
	bool big_endian;
	int word_bits;
	int layout; /* equal: sizes, alignments and bit-field order agree */
};

/*
 * Layout groups: 1 is LP64 little endian with 16-byte long double aligned to
 * 16, which differs in its format only (x87 or IEEE quad) and is told apart
 * in the image. I686 aligns long long and double to 4 inside structs, the
 * other 32-bit ABIs to 8.
 */
static const struct arch archs[] = {
	{ "X86_64", false, 64, 1 },	 { "AARCH64", false, 64, 1 },
	{ "RISCV64", false, 64, 1 },	 { "PPC64LE", false, 64, 1 },
	{ "LOONGARCH64", false, 64, 1 }, { "S390X", true, 64, 2 },
	{ "PPC64", true, 64, 3 },	 { "ARMHF", false, 32, 4 },
	{ "I686", false, 32, 5 },	 { "PPC", true, 32, 6 },
};

static const struct {
	const char *text;
	unsigned int class;
} classes[] = {
	{ "any machine", ARCHTAB_ANY },
	{ "same byte order", ARCHTAB_BYTE_ORDER },
	{ "same word size", ARCHTAB_WORD_SIZE },
	{ "same layout", ARCHTAB_LAYOUT },
	{ "same addresses", ARCHTAB_ADDRESSES },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int one_class(const char *text, size_t len, unsigned int *ret_class)
{
	for (size_t i = 0; i < COUNT(classes); i++) {
		if (strlen(classes[i].text) == len &&
		    !strncasecmp(classes[i].text, text, len)) {
			*ret_class |= classes[i].class;
			return 0;
		}
	}
	return -EINVAL;
}

int archtab_class_parse(const char *text, unsigned int *ret_class)
{
	unsigned int class = 0;
	int rc = 0;

	do {
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, ",");
		rc = one_class(text, len, &class);
		text += len;
	} while (!rc && *text++ == ',');
	if (!rc)
		*ret_class = class;
	return rc;
}

static const struct arch *find(const char *name)
{
	for (size_t i = 0; i < COUNT(archs); i++)
		if (!strcasecmp(archs[i].name, name))
			return &archs[i];
	return NULL;
}

bool archtab_reads(unsigned int class, const char *from, const char *to)
{
	const struct arch *a, *b;

	if (class == ARCHTAB_ANY || !strcasecmp(from, to))
		return true;
	a = find(from);
	b = find(to);
	if (!a || !b)
		return false;
	if (class & (ARCHTAB_LAYOUT | ARCHTAB_ADDRESSES))
		return a->layout == b->layout;
	if ((class & ARCHTAB_BYTE_ORDER) && a->big_endian != b->big_endian)
		return false;
	return !(class & ARCHTAB_WORD_SIZE) || a->word_bits == b->word_bits;
}

bool archtab_in_list(const char *list, const char *arch)
{
	size_t want = strlen(arch);

	while (*list) {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == want && !strncasecmp(list, arch, n))
			return true;
		list += n;
	}
	return false;
}
