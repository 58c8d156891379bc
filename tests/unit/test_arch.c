/* SPDX-License-Identifier: MIT */
#include "startd/arch.h"

#include "common/base/strbuf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

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

static const char *put(const char *name, const void *data, size_t len)
{
	static char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
	return path;
}

static void test_native(void **state)
{
	const struct arch *native = arch_native();

	(void)state;
	assert_non_null(native);
#if defined(__x86_64__)
	assert_string_equal(native->name, "X86_64");
#endif
	assert_ptr_equal(arch_by_name(native->name), native);
	assert_null(arch_by_name("VAX"));
	assert_non_null(arch_by_name("s390x"));
}

/* e_machine stands at byte 18, in the order that byte 5 says. */
static void test_headers(void **state)
{
	unsigned char elf[52] = "\177ELF\2\2\1";
	const struct arch *arch;
	enum arch_kind kind;

	(void)state;
	elf[19] = 22;
	assert_int_equal(arch_of_file(put("a", elf, sizeof(elf)), &kind, &arch,
				      NULL),
			 0);
	assert_int_equal(kind, ARCH_KIND_ELF);
	assert_string_equal(arch->name, "S390X");
	/* The same number for another byte order is another machine. */
	elf[5] = 1;
	elf[18] = 22;
	elf[19] = 0;
	arch_of_file(put("a", elf, sizeof(elf)), &kind, &arch, NULL);
	assert_int_equal(kind, ARCH_KIND_ELF);
	assert_null(arch);
	elf[4] = 1;
	elf[18] = 40;
	arch_of_file(put("a", elf, sizeof(elf)), &kind, &arch, NULL);
	assert_string_equal(arch->name, "ARMHF");
	/* Cut short. */
	arch_of_file(put("a", elf, 20), &kind, &arch, NULL);
	assert_int_equal(kind, ARCH_KIND_OTHER);
	arch_of_file(put("a", "#!/bin/sh\n", 10), &kind, &arch, NULL);
	assert_int_equal(kind, ARCH_KIND_SCRIPT);
	arch_of_file(put("a", "", 0), &kind, &arch, NULL);
	assert_int_equal(kind, ARCH_KIND_OTHER);
	assert_true(arch_of_file("/nowhere", &kind, &arch, NULL) < 0);
}

static void test_emulators(void **state)
{
	const struct arch *s390x = arch_by_name("S390X");
	struct strbuf list = STRBUF_INIT;
	char search[128], *path;

	(void)state;
	snprintf(search, sizeof(search), "relative::%s", dir);
	assert_null(arch_find_emulator(s390x, search));
	assert_null(arch_find_emulator(s390x, NULL));
	put("qemu-s390x", "", 0);
	path = arch_find_emulator(s390x, search);
	assert_string_equal(path + strlen(dir), "/qemu-s390x");
	free(path);
	put("qemu-s390x-static", "", 0);
	path = arch_find_emulator(s390x, search);
	assert_string_equal(path + strlen(dir), "/qemu-s390x-static");
	free(path);
	put("qemu-arm", "", 0);
	arch_list_emulated(arch_by_name("ARMHF"), search, &list);
	assert_string_equal(list.data, "S390X");
	strbuf_release(&list);
}

static void test_ld_prefix(void **state)
{
	char sub[64], *prefix;

	(void)state;
	assert_null(arch_ld_prefix(arch_by_name("PPC"), dir));
	snprintf(sub, sizeof(sub), "%s/usr", dir);
	mkdir(sub, 0755);
	snprintf(sub, sizeof(sub), "%s/usr/powerpc-linux-gnu", dir);
	mkdir(sub, 0755);
	prefix = arch_ld_prefix(arch_by_name("PPC"), dir);
	assert_string_equal(prefix, sub);
	free(prefix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_native),
		cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_emulators, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_ld_prefix, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
