/* SPDX-License-Identifier: MIT */
#include "instrument/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/spell.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/proc.h"

/*
 * i686: x87 arithmetic would give other last digits than every other target.
 * The fused operations of aarch64, s390x, riscv64 and ppc are the compiler's
 * default, and are left to the user's own -ffp-contract.
 */
static const struct target targets[] = {
	{ "X86_64", "x86_64-linux-gnu", "x86_64-linux-gnu",
	  "gcc-x86-64-linux-gnu", NULL, "qemu-x86_64" },
	{ "I686", "i686-linux-gnu", "i686-linux-gnu", "gcc-i686-linux-gnu",
	  "-msse2 -mfpmath=sse", "qemu-i386" },
	{ "ARMHF", "arm-linux-gnueabihf", "arm-linux-gnueabihf",
	  "gcc-arm-linux-gnueabihf", NULL, "qemu-arm" },
	{ "AARCH64", "aarch64-linux-gnu", "aarch64-linux-gnu",
	  "gcc-aarch64-linux-gnu", NULL, "qemu-aarch64" },
	{ "RISCV64", "riscv64-linux-gnu", "riscv64-linux-gnu",
	  "gcc-riscv64-linux-gnu", NULL, "qemu-riscv64" },
	{ "S390X", "s390x-linux-gnu", "s390x-linux-gnu", "gcc-s390x-linux-gnu",
	  NULL, "qemu-s390x" },
	{ "PPC64", "powerpc64-linux-gnu", "powerpc64-linux-gnu",
	  "gcc-powerpc64-linux-gnu", NULL, "qemu-ppc64" },
	{ "PPC", "powerpc-linux-gnu", "powerpc-linux-gnu",
	  "gcc-powerpc-linux-gnu", NULL, "qemu-ppc" },
};

#define NTARGETS (sizeof(targets) / sizeof(*targets))

const struct target *target_find(const char *arch)
{
	size_t i;

	for (i = 0; i < NTARGETS; i++)
		if (!strcasecmp(targets[i].arch, arch))
			return targets + i;
	return NULL;
}

const char *target_suggest(const char *arch)
{
	const char *names[NTARGETS];
	size_t i;

	for (i = 0; i < NTARGETS; i++)
		names[i] = targets[i].arch;
	return spell_nearest(arch, names, NTARGETS);
}

/* "x86_64-pc-linux-gnu" and "x86_64-linux-gnu" are one machine. */
const struct target *target_of_machine(const char *machine)
{
	size_t len = strcspn(machine, "-"), i;
	const char *system = strstr(machine, "-linux-");

	if (len == 4 && machine[0] == 'i' && !strncmp(machine + 2, "86", 2))
		return target_find("I686");
	for (i = 0; i < NTARGETS && system; i++) {
		const char *t = targets[i].triple;

		if (strcspn(t, "-") == len && !strncmp(t, machine, len) &&
		    !strcmp(strstr(t, "-linux-"), system))
			return targets + i;
	}
	return NULL;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	bool found = false;

	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	while (path && *path && !found) {
		size_t len = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)len, path, program);

		found = access(file, X_OK) == 0;
		free(file);
		path += len + (path[len] == ':');
	}
	return found;
}

static void ask(const struct strv *cc, const char *option, struct strbuf *out)
{
	struct strv argv = { 0 };

	strv_add_all(&argv, cc);
	strv_add(&argv, option);
	if (proc_line(&argv, out, NULL))
		strbuf_reset(out);
	strv_release(&argv);
}

static void default_cc(struct strv *cc)
{
	const char *env = getenv("HCC_CC");

	strv_add_words(cc, env ? env : "cc");
	if (!cc->n)
		strv_add(cc, "cc");
}

static const struct target *machine_of(const struct strv *cc)
{
	struct strbuf machine = STRBUF_INIT;
	const struct target *t;

	ask(cc, "-dumpmachine", &machine);
	t = target_of_machine(machine.data);
	strbuf_release(&machine);
	return t;
}

void target_list(FILE *out)
{
	struct strv cc = { 0 };
	const struct target *native;
	size_t i;

	default_cc(&cc);
	native = machine_of(&cc);
	for (i = 0; i < NTARGETS; i++) {
		const struct target *t = targets + i;
		char *gcc = xasprintf("%s-gcc", t->triple);

		if (t == native)
			fprintf(out, "%-8s %s (native)\n", t->arch, cc.v[0]);
		else if (in_path(gcc))
			fprintf(out, "%-8s %s\n", t->arch, gcc);
		else
			fprintf(out, "%-8s missing: apt install %s\n", t->arch,
				t->package);
		free(gcc);
	}
	strv_release(&cc);
}

/* -m32 and -m64 make another target of the same compiler. */
static const struct target *after_args(const struct target *t,
				       const struct strv *args)
{
	bool is32 = strv_has(args, "-m32"), is64 = strv_has(args, "-m64");

	if (!t || is32 == is64)
		return t;
	if (!strcmp(t->arch, "X86_64") || !strcmp(t->arch, "I686"))
		return target_find(is32 ? "I686" : "X86_64");
	if (!strcmp(t->arch, "PPC64") || !strcmp(t->arch, "PPC"))
		return target_find(is32 ? "PPC" : "PPC64");
	return t;
}

static int cross_compiler(struct toolchain *tc, const struct target *t,
			  struct err *err)
{
	strv_release(&tc->cc);
	strv_addf(&tc->cc, "%s-gcc", t->triple);
	tc->target = t;
	if (in_path(tc->cc.v[0]))
		return 0;
	return err_set(err, -ENOENT,
		       "no compiler for %s ('%s' is not there): apt install %s",
		       t->arch, tc->cc.v[0], t->package);
}

static int choose(struct toolchain *tc, const char *arch, struct err *err)
{
	const struct target *t = target_find(arch);
	const char *near;

	if (!t) {
		near = target_suggest(arch);
		return err_set(err, -EINVAL,
			       "unknown target '%s'%s%s%s; hcc --list-targets "
			       "shows all",
			       arch, near ? ": did you mean '" : "",
			       near ? near : "", near ? "'?" : "");
	}
	return t == tc->target ? 0 : cross_compiler(tc, t, err);
}

int toolchain_init(struct toolchain *tc, const char *arch,
		   const struct strv *args, struct err *err)
{
	struct strbuf answer = STRBUF_INIT;
	int rc = 0;

	memset(tc, 0, sizeof(*tc));
	default_cc(&tc->cc);
	if (!in_path(tc->cc.v[0]))
		rc = err_set(err, -ENOENT,
			     "cannot find the compiler '%s': apt install gcc, "
			     "or set HCC_CC",
			     tc->cc.v[0]);
	if (!rc) {
		tc->target = machine_of(&tc->cc);
		rc = arch ? choose(tc, arch, err) : 0;
	}
	if (!rc) {
		if (tc->target && tc->target->cflags)
			strv_add_words(&tc->cc, tc->target->cflags);
		tc->target = after_args(tc->target, args);
		ask(&tc->cc, "-print-prog-name=objcopy", &answer);
		tc->objcopy = xstrdup(answer.len ? answer.data : "objcopy");
		strbuf_reset(&answer);
		ask(&tc->cc, "-dumpversion", &answer);
		tc->gcc_major = atoi(answer.data);
	} else {
		toolchain_release(tc);
	}
	strbuf_release(&answer);
	return rc;
}

void toolchain_release(struct toolchain *tc)
{
	strv_release(&tc->cc);
	free(tc->objcopy);
	memset(tc, 0, sizeof(*tc));
}
