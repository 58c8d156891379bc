/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/archs.h"
#include "submit/elfsec.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

static char dir[TEST_DIR_SIZE];

static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_remove_dir(dir);
	return 0;
}

static void put(uint8_t *p, uint64_t v, int bytes, bool big)
{
	for (int i = 0; i < bytes; i++)
		p[big ? bytes - 1 - i : i] = (uint8_t)(v >> (8 * i));
}

/* A file with two sections, the names and one called `name`. */
static size_t make_elf(uint8_t *out, bool wide, bool big, const char *name)
{
	size_t head = wide ? 64 : 52, entry = wide ? 64 : 40;
	size_t names = head + 2 * entry, tail = wide ? 58 : 46;
	int word = wide ? 8 : 4;
	uint8_t *section;

	memset(out, 0, 512);
	memcpy(out, ELFMAG, SELFMAG);
	out[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	out[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	put(out + (wide ? 40 : 32), head, word, big);
	put(out + tail, entry, 2, big);
	put(out + tail + 2, 2, 2, big);
	put(out + tail + 4, 0, 2, big);
	for (int i = 0; i < 2; i++) {
		section = out + head + (size_t)i * entry;
		put(section, i ? 1 : 20, 4, big);
		put(section + (wide ? 24 : 16), names, word, big);
		put(section + (wide ? 32 : 20), 32, word, big);
	}
	strcpy((char *)out + names + 1, name);
	strcpy((char *)out + names + 20, ".shstrtab");
	return names + 32;
}

static const char *write_file(const char *name, const void *data, size_t len)
{
	static char path[80];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	return path;
}

static void every_kind_of_elf(void **state)
{
	uint8_t elf[512];

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		size_t n = make_elf(elf, kind & 1, kind & 2, ".note.harrier");

		assert_true(
			elfsec_has(write_file("e", elf, n), ELFSEC_HARRIER));
		n = make_elf(elf, kind & 1, kind & 2, ".note.other");
		assert_false(
			elfsec_has(write_file("e", elf, n), ELFSEC_HARRIER));
	}
	assert_true(elfsec_has("/proc/self/exe", ".text"));
	assert_false(elfsec_has("/proc/self/exe", ".note.harrier"));
	assert_false(elfsec_has("/etc/passwd", ".text"));
	assert_false(elfsec_has("/", ".text"));
	assert_false(elfsec_has("/no/such", ".text"));
}

/* Whatever is cut or altered: no crash, at most another answer. */
static void damaged_files(void **state)
{
	uint8_t elf[512];
	size_t n = make_elf(elf, true, false, ".note.harrier");
	int found = 0;

	(void)state;
	for (size_t cut = 0; cut < n; cut++)
		found += elfsec_has(write_file("e", elf, cut), ELFSEC_HARRIER);
	assert_int_equal(found, 0);
	for (size_t i = 0; i < n; i++) {
		uint8_t was = elf[i];

		elf[i] = 0xff;
		elfsec_has(write_file("e", elf, n), ELFSEC_HARRIER);
		elf[i] = was;
	}
	assert_true(elfsec_has(write_file("e", elf, n), ELFSEC_HARRIER));
}

static void lists_meet(void **state)
{
	(void)state;
	assert_true(archs_meet("A,B", "C, b"));
	assert_false(archs_meet("A,B", "AB"));
	assert_false(archs_meet("", "A"));
	assert_false(archs_meet("A", ""));
	assert_false(archs_meet(",", ","));
}

static struct ad *job_ad(const char *cmd)
{
	struct ad *ad = ad_new();

	ad_set_string(ad, "Cmd", cmd);
	ad_set_string(ad, "Iwd", dir);
	return ad;
}

static void programs_by_architecture(void **state)
{
	struct err err = ERR_INIT;
	struct ad *ad = job_ad("prog.$$(Arch)");
	uint8_t elf[512];
	size_t n = make_elf(elf, true, true, ".note.harrier");

	(void)state;
	assert_int_equal(archs_of_program(ad, &err), -2);
	assert_non_null(strstr(err_text(&err), "hcc --targets="));
	write_file("prog.S390X", elf, n);
	write_file("prog.X86_64", "#!/bin/sh\n", 10);
	assert_int_equal(archs_of_program(ad, NULL), 0);
	assert_string_equal(ad_str(ad, "ExecutableArchs"), "X86_64,S390X");
	assert_true(ad_bool(ad, "JobCheckpoints", false));

	assert_int_equal(archs_check(ad, "", NULL), 0);
	assert_int_equal(archs_check(ad, "S390X,ARMHF", NULL), 0);
	err_clear(&err);
	assert_int_not_equal(archs_check(ad, "ARMHF,PPC", &err), 0);
	assert_non_null(strstr(err_text(&err), "exists for X86_64,S390X, the "
					       "pool has ARMHF,PPC"));
	ad_free(ad);

	ad = job_ad("prog.S390X");
	assert_int_equal(archs_of_program(ad, NULL), 0);
	assert_false(ad_has(ad, "ExecutableArchs"));
	assert_true(ad_bool(ad, "JobCheckpoints", false));
	ad_free(ad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_elf),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(lists_meet),
		cmocka_unit_test(programs_by_architecture),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
