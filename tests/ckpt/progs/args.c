/* tests: argv kept and permuted, getopt, environment, errno across calls */
/* SPDX-License-Identifier: MIT */
/* args: -v one -n 12 two -x --  -three four */
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **arguments;
static char *first_option;

static int length(const char *s)
{
	int n = 0;

	while (*s) {
		n++;
		s++;
	}
	check_mix(n);
	return n;
}

static long long parse(const char *s)
{
	long long x;

	errno = 0;
	x = strtoll(s, NULL, 10);
	if (length(s) > 0 && errno == ERANGE)
		x = -7;
	return x;
}

static int fail(const char *name)
{
	int before, n = 0;

	before = access(name, R_OK);
	n += length(name);
	return before == -1 && errno == ENOENT ? n : -1000;
}

static void upper(char *s)
{
	for (; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 32);
}

static int options(int argc, char **argv)
{
	int c, n = 0;

	while ((c = getopt(argc, argv, "vn:x")) != -1) {
		n = n * 5 + c + (optarg ? length(optarg) : 0);
		if (!first_option)
			first_option = argv[optind - 1];
		if (c == 'n')
			n += (int)parse(optarg);
		printf("option %c at %d\n", c, optind);
	}
	for (int i = optind; i < argc; i++)
		printf("argument %s of %d\n", argv[i], length(argv[i]));
	return n + optind;
}

int main(int argc, char **argv)
{
	char *slot;

	arguments = argv;
	setenv("HARRIER_TEST", "set by the program", 1);
	for (int i = 1; i < argc; i++)
		for (int k = 0; k < 20; k++)
			check_mix(length(argv[i]) + k);
	check_mix(options(argc, argv));
	slot = argv[argc - 1];
	for (int n = 0; n < 300; n++) {
		check_mix(length(arguments[n % argc ? n % argc : 1]));
		check_mix((uint32_t)parse(n % 2 ? "123"
						: "99999999999999999999"));
		check_mix(fail("no-such-file"));
		check_mix((unsigned char)first_option[1]);
		if (n == 100)
			upper(argv[argc - 1]);
		if (n == 150)
			setenv("HARRIER_TEST", "and again", 1);
		if (n == 200)
			argv[1] = slot;
		if (n % 60 == 0)
			printf("%d: %s %s\n", n, slot, getenv("HARRIER_TEST"));
	}
	check_mix(length(argv[1]) + (argv[argc] == NULL));
	return check_done();
}
