/* SPDX-License-Identifier: MIT */
/* test: what every unit test includes, cmocka's own prerequisites first. */
#ifndef HARRIER_TESTS_UNIT_TEST_H
#define HARRIER_TESTS_UNIT_TEST_H

/* cmocka.h needs the others before it. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Makes a short directory below /tmp (socket paths hold 108 bytes) and puts
 * its path in `dir`, an array of at least TEST_DIR_SIZE.
 */
#define TEST_DIR_SIZE 32

static inline void test_make_dir(char *dir)
{
	strcpy(dir, "/tmp/ht.XXXXXX");
	assert_non_null(mkdtemp(dir));
}

/* Removes it with all it holds. */
static inline void test_remove_dir(const char *dir)
{
	char command[64];

	assert_memory_equal(dir, "/tmp/ht.", 8);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

#endif
