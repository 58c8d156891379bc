/* tests: tmpfile, mkstemp, files that are removed while open */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static uint32_t sum_of(FILE *f)
{
	uint32_t sum = 0;
	int c;

	rewind(f);
	while ((c = getc(f)) != EOF)
		sum = sum * 31 + (uint32_t)c;
	return sum;
}

int main(void)
{
	char name[] = "unlinked.XXXXXX", removed[] = "unlinked.tmp";
	FILE *t = tmpfile(), *w;
	int fd = mkstemp(name), rd, k;
	char text[32];

	if (!t || fd < 0)
		return 1;
	unlink(name);
	w = fopen(removed, "w");
	if (!w)
		return 1;
	fprintf(w, "written before its name went\n");
	fflush(w);
	rd = open(removed, O_RDONLY);
	unlink(removed);
	check_mix(access(removed, F_OK) != 0);
	for (int i = 0; i < 60; i++) {
		fprintf(t, "record %d %d\n", i, spin(i + 5));
		k = sprintf(text, "%d;", spin(i * 3 + 2));
		check_mix((uint32_t)write(fd, text, (size_t)k));
		fprintf(w, "%d ", i);
		fflush(w);
		if (i % 6 == 0) {
			check_mix(sum_of(t));
			fseek(t, 0, SEEK_END);
			lseek(fd, i / 2, SEEK_SET);
			check_mix((uint32_t)read(fd, text, 4));
			check_mix((uint32_t)text[0]);
			lseek(fd, 0, SEEK_END);
			/* a second descriptor of the same nameless file */
			memset(text, 0, sizeof text);
			check_mix((uint32_t)read(rd, text, 6));
			check_mix((uint32_t)text[0] << 8 | (uint32_t)text[5]);
		}
		if (i % 20 == 0)
			printf("%d: %ld %d\n", i, ftell(t),
			       (int)lseek(rd, 0, SEEK_CUR));
	}
	close(rd);
	fclose(w);
	close(fd);
	fclose(t);
	return check_done();
}
