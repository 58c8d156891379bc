/* SPDX-License-Identifier: MIT */
/*
 * fuzz: what a fuzzer of a parser brings. Built plainly, fuzz_main.c feeds it
 * seeded mutations of its seeds, the same in every run; with clang
 * -fsanitize=fuzzer and without fuzz_main.c it is a libFuzzer target.
 */
#ifndef HARRIER_TESTS_FUZZ_FUZZ_H
#define HARRIER_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Valid inputs, ended by NULL. Bytes up to the NUL count. */
extern const char *const fuzz_seeds[];

/* A property that must hold for every input. */
#define FUZZ_CHECK(condition)                                              \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#condition);                               \
			abort();                                           \
		}                                                          \
	} while (0)

#endif
