/* SPDX-License-Identifier: MIT */
/*
 * The compiler gets each argument that is not hcc's own, once and in order;
 * what it gets reads the same again.  One argument a line.
 */
#include "tests/fuzz/fuzz.h"

#include "instrument/options.h"

#include <string.h>

const char *const fuzz_seeds[] = {
	"-O2\n-c\nmain.c\n-o\nmain.o",
	"-Wl,-rpath,.\n-L.\n-lm\na.o\nb.a\n-Xlinker\n-t\n-static",
	"--targets=X86_64,S390X\n-o\nprog.$(ARCH)\nmain.c\n--report",
	"-x\nc\n-\n-x\nnone\nx.S\n-xc++\ny.z\n-MMD\n-MF\nd\n-MTt\n-MP",
	"-std=c99\n-ansi\n-D\nA=1\n-DB\n-include\nx.h\n-I\n.\n-Iinc\n-w",
	"-print-prog-name=ld\n-dumpmachine\n--param\nx=1\n-E\n-dM\n-###",
	"--plan=none\n--poll=all\n-Wportability\n--profile\n--emit-source\na.i",
	"-r\n-shared\n-nostdlib\n-save-temps\n-aux-info\nf\n-T\ns\n-o",
	NULL
};

static void split(const char *text, struct strv *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len && text[0] != '@') /* a file with more of them */
			strv_addf(out, "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* Each of part's words stands in whole, in the same order. */
static void check_order(const struct strv *part, const struct strv *whole)
{
	size_t i, k = 1;

	for (i = 0; i < part->n; i++, k++) {
		while (k < whole->n && strcmp(part->v[i], whole->v[k]) != 0)
			k++;
		FUZZ_CHECK(k < whole->n);
	}
}

static void check_again(const struct options *o, const struct strv *first)
{
	struct strv args = { 0 }, second = { 0 };
	struct options again;

	strv_add(&args, "hcc");
	strv_add_all(&args, first);
	FUZZ_CHECK(!options_parse(&again, (int)args.n, args.v, NULL));
	options_all(&again, &second);
	FUZZ_CHECK(again.mode == o->mode && again.has_input == o->has_input);
	FUZZ_CHECK(second.n == first->n);
	for (size_t i = 0; i < first->n; i++)
		FUZZ_CHECK(!strcmp(first->v[i], second.v[i]));
	options_release(&again);
	strv_release(&second);
	strv_release(&args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct strv args = { 0 }, passed = { 0 }, clang = { 0 };
	struct options o;

	FUZZ_CHECK(text);
	strv_add(&args, "hcc");
	split(text, &args);
	if (!options_parse(&o, (int)args.n, args.v, NULL)) {
		options_all(&o, &passed);
		options_clang(&o, &clang);
		check_order(&passed, &args);
		check_again(&o, &passed);
		options_release(&o);
	}
	strv_release(&clang);
	strv_release(&passed);
	strv_release(&args);
	free(text);
	return 0;
}
