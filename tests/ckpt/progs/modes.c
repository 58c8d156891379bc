/* tests: every mode of fopen, fdopen and freopen, stopped with the stream open */
/* SPDX-License-Identifier: MIT */
/* output: modes.0 modes.1 modes.2 modes.3 modes.4 modes.5 modes.6 modes.7 */
#include "check.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const modes[] = { "w", "wb", "w+",  "w+b", "wx",  "w+xe",
				     "a", "a+", "ab+", "r+",  "r+b", "rb+",
				     "r", "rb", "re",  "we" };

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static void must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

/* Writes, turns round, reads: what the mode allows. */
static void use(FILE *f, const char *mode, int round)
{
	int reads = mode[0] == 'r' || strchr(mode, '+');
	int writes = mode[0] != 'r' || strchr(mode, '+');
	int c, n = 0;

	for (int i = 0; writes && i < 5; i++) {
		fprintf(f, "%s %d %d\n", mode, round, spin(round * 5 + i + 2));
		check_mix((uint32_t)ftell(f));
	}
	if (reads) {
		fseek(f, round % 7, SEEK_SET);
		while (n < 40 && (c = getc(f)) != EOF) {
			check_mix((uint32_t)c);
			n += 1 + spin(c) % 2;
		}
		if (writes) {
			fseek(f, 0, SEEK_CUR);
			fputs("[here]", f);
			spin(round + 9);
			check_mix((uint32_t)ftell(f));
		}
	} else {
		check_mix(getc(f) == EOF && ferror(f));
		clearerr(f);
	}
}

int main(void)
{
	char name[20];

	for (int round = 0; round < 48; round++) {
		const char *mode = modes[round % 16];
		FILE *f;

		sprintf(name, "modes.%d", round % 8);
		if (strchr(mode, 'x'))
			remove(name);
		f = fopen(name, mode);
		must(f != NULL, name);
		use(f, mode, round);
		if (round % 3 == 0) {
			f = freopen(name, "a+", f);
			must(f != NULL, name);
			use(f, "a+", round);
		}
		check_mix((uint32_t)fclose(f));
		if (round % 5 == 0) {
			int fd = open(name, O_RDWR | O_APPEND);

			must(fd >= 0, name);
			f = fdopen(fd, round % 2 ? "a" : "r+");
			must(f != NULL, name);
			use(f, round % 2 ? "a" : "r+", round);
			fclose(f);
		}
	}
	return check_done();
}
