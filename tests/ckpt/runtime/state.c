/* SPDX-License-Identifier: MIT */
/*
 * What libc hides and files: streams read, written, appended and reopened;
 * standard input with a character pushed back; rand, drand48, strtok, atexit,
 * environ, argv, a temporary file, a duplicated descriptor.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/wrap_files.h"
#include "ckptlib/wrap_heap.h"
#include "ckptlib/wrap_proc.h"
#include "ckptlib/wrap_rand.h"

#include "hand.h"

static FILE *out, *in, *tmp;
static int fd, fd2;
static char line[128];
static char *token;

static const struct ckpt_type t_file = { .name = "FILE",
					 .kind = CKPT_OPAQUE,
					 .flags = CKPT_T_SYSTEM |
						  CKPT_T_INCOMPLETE };
PTR_TYPE(t_filep, "FILE *", t_file);
ARRAY_TYPE(t_line, "char[128]", t_char, char[128], 128);

static void main__resume(void *ret);
extern const struct ckpt_function fn_main;
static const struct ckpt_var main_vars[] = {
	{ "i", &t_int, CKPT_P_INT, 0, 10 },
	{ "argc", &t_int, CKPT_P_INT, 0, 9 },
	{ "argv", &t_charpp, CKPT_P_PTR, 0, 9 },
};
POINT(pt_main_0, fn_main, 0, "loop", 11, main_vars);
static const struct ckpt_point *const main_points[] = { &pt_main_0 };
const struct ckpt_function fn_main = { "main",	    "prog.c", 9, main__resume,
				       main_points, 1 };

static void bye(void)
{
	fprintf(out, "bye %s\n", getenv("HARRIER_STATE"));
	printf("bye\n");
}

static void later(void)
{
	printf("later\n");
}

static void open_all(void)
{
	ckpt_setenv("HARRIER_STATE", "kept", 1);
	ckpt_atexit(bye);
	ckpt_atexit(later);
	out = ckpt_fopen("out.txt", "w");
	in = ckpt_fopen("in.txt", "r");
	tmp = ckpt_tmpfile();
	fd = ckpt_open("fd.txt", O_CREAT | O_TRUNC | O_WRONLY, 0644);
	fd2 = ckpt_dup(fd);
	ckpt_srand(7);
	ckpt_srand48(9);
	strcpy(line, "one two three four five six seven eight nine ten eleven");
	token = ckpt_strtok(line, " ");
}

static void step(int i)
{
	FILE *log = ckpt_fopen("log.txt", "a");
	char text[64];
	int c;

	fprintf(log, "step %d\n", i);
	ckpt_fclose(log);
	fprintf(out, "%d rand %d %.6f token %s\n", i, ckpt_rand(),
		ckpt_drand48(), token ? token : "-");
	token = ckpt_strtok(NULL, " ");
	if (fgets(text, sizeof(text), in))
		fprintf(out, "in: %s", text);
	c = getc(stdin);
	if (c != EOF)
		fprintf(out, "stdin: %c\n", c);
	if (c != EOF && i % 3 == 1)
		ungetc('#', stdin);
	fprintf(tmp, "%d,", i);
	dprintf(fd, "a%d ", i);
	dprintf(fd2, "b%d ", i);
	printf("step %d\n", i);
}

static void finish(int argc, char **argv)
{
	char text[256] = "";
	size_t n;

	rewind(tmp);
	n = fread(text, 1, sizeof(text) - 1, tmp);
	text[n] = '\0';
	fprintf(out, "tmp %s args %d %s\n", text, argc,
		argc > 1 ? argv[argc - 1] : "");
	while (fgets(text, sizeof(text), stdin))
		fprintf(out, "rest: %s", text);
}

static int main_(int argc, char **argv)
{
	int i;

	if (__builtin_expect(ckpt_resuming, 0)) {
		unsigned id;
		void *const *s = ckpt_restore(&fn_main, &id);

		i = *(int *)s[0];
		argc = *(int *)s[1];
		argv = *(char ***)s[2];
		goto L0;
	}
	open_all();
	for (i = 0; i < 12; i++) {
		if (POLL(pt_main_0)) {
			ckpt_save(&pt_main_0, i, argc, argv);
			return 0;
		}
L0:
		step(i);
	}
	finish(argc, argv);
	return 0;
}

static void main__resume(void *ret)
{
	int r = main_(0, NULL);

	if (ret)
		*(int *)ret = r;
}

static int start(int argc, char **argv, char **envp)
{
	(void)envp;
	return main_(argc, argv);
}

int main(int argc, char **argv, char **envp)
{
	return ckpt_main(argc, argv, envp, start, &fn_main);
}

static const struct ckpt_global globals[] = {
	{ "out", &t_filep, &out, CKPT_G_STATIC, 1 },
	{ "in", &t_filep, &in, CKPT_G_STATIC, 1 },
	{ "tmp", &t_filep, &tmp, CKPT_G_STATIC, 1 },
	{ "fd", &t_int, &fd, CKPT_G_STATIC, 2 },
	{ "fd2", &t_int, &fd2, CKPT_G_STATIC, 2 },
	{ "line", &t_line, line, CKPT_G_STATIC, 3 },
	{ "token", &t_charp, &token, CKPT_G_STATIC, 4 },
};
static const struct ckpt_funcaddr funcaddrs[] = {
	{ "bye", bye, 1 },
	{ "later", later, 1 },
};
static const struct ckpt_function *const functions[] = { &fn_main };
static const struct ckpt_type *const types[] = { &t_int, &t_char, &t_charp,
						 &t_filep, &t_line };
static const struct ckpt_unit unit = {
	.abi = CKPT_ABI_VERSION,
	.name = "state.c",
	.functions = functions,
	.nfunctions = COUNT(functions),
	.types = types,
	.ntypes = COUNT(types),
	.globals = globals,
	.nglobals = COUNT(globals),
	.funcaddrs = funcaddrs,
	.nfuncaddrs = COUNT(funcaddrs),
};
static const struct ckpt_unit *const unit_entry
	__attribute__((section("ckpt_units"), used)) = &unit;
