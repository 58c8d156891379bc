/* SPDX-License-Identifier: MIT */
/* targets: the architectures hcc builds for, and the tools for each. */
#ifndef INSTRUMENT_TARGETS_H
#define INSTRUMENT_TARGETS_H

#include <stdio.h>

#include "common/base/err.h"
#include "instrument/strv.h"

struct target {
	const char *arch; /* HTCondor's Arch: "X86_64" */
	const char *triple; /* as gcc -dumpmachine says */
	const char *clang; /* for libclang */
	const char *package; /* Debian's name of the cross compiler */
	const char *cflags; /* further flags, blank-separated, or NULL */
	const char *qemu; /* runs its programs elsewhere */
};

/* By Arch, case aside; NULL if there is none. */
const struct target *target_find(const char *arch);
/* By what `cc -dumpmachine` prints, vendors aside; NULL if unknown. */
const struct target *target_of_machine(const char *machine);
/* The Arch nearest to a misspelt one, or NULL. */
const char *target_suggest(const char *arch);

/* One line per target: Arch, compiler, whether it is there. */
void target_list(FILE *out);

/* The tools that build for one target. */
struct toolchain {
	const struct target *target;
	struct strv cc; /* the compiler, its first word the program */
	char *objcopy;
	int gcc_major; /* what -dumpversion begins with; 0 unknown */
};

/*
 * For arch NULL the compiler is $HCC_CC or cc, and the target is what it
 * says (changed by -m32 or -m64 in args). For an arch it is the same
 * compiler if that builds for it, else the cross compiler of the table.
 * -ENOENT with the package to install where it is missing.
 */
int toolchain_init(struct toolchain *tc, const char *arch,
		   const struct strv *args, struct err *err);
void toolchain_release(struct toolchain *tc);

#endif
