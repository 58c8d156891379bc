/* tests: the working directory, relative names in it, directories made */
/* SPDX-License-Identifier: MIT */
/* output: chdir.top */
#include "check.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static void note(const char *name, int n)
{
	FILE *f = fopen(name, "a");

	if (!f) {
		perror(name);
		exit(1);
	}
	fprintf(f, "%d %d\n", n, spin(n + 5));
	fclose(f);
}

static uint32_t sum_of(const char *name)
{
	FILE *f = fopen(name, "r");
	uint32_t sum = 0;
	int c;

	while (f && (c = getc(f)) != EOF)
		sum = sum * 31 + (uint32_t)c;
	if (f)
		fclose(f);
	return sum;
}

int main(void)
{
	FILE *top = fopen("chdir.top", "w"), *in;
	char *cwd;

	if (!top)
		return 1;
	spin(27);
	mkdir("chdir.sub", 0755);
	if (chdir("chdir.sub"))
		return 1;
	in = fopen("kept", "w+");
	if (!in)
		return 1;
	for (int i = 0; i < 20; i++) {
		fprintf(top, "top %d\n", i);
		fprintf(in, "in %d\n", i);
		note("inner", i);
		note("../chdir.outer", i);
		if (i == 10) {
			mkdir("deeper", 0755);
			if (chdir("deeper"))
				return 1;
			spin(97);
			note("lowest", i);
			if (chdir(".."))
				return 1;
		}
		cwd = getcwd(NULL, 0);
		check_mix((uint32_t)spin(i + 54));
		printf("%d: %s\n", i, strrchr(cwd, '/'));
		free(cwd);
		check_mix(sum_of("inner"));
		check_mix(sum_of("../chdir.outer"));
	}
	fclose(in);
	check_mix(sum_of("kept"));
	remove("kept");
	remove("inner");
	remove("deeper/lowest");
	rmdir("deeper");
	if (chdir(".."))
		return 1;
	remove("chdir.outer");
	check_mix((uint32_t)rmdir("chdir.sub"));
	fclose(top);
	return check_done();
}
