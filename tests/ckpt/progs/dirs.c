/* tests: opendir, readdir, telldir, seekdir, rewinddir, scandir in the middle */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <dirent.h>
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

/* The order of a directory is its own; a sum has none. */
static uint32_t hash(const char *name)
{
	uint32_t h = 7;

	while (*name)
		h = h * 31 + (unsigned char)*name++;
	return h;
}

static int starts_with_f(const struct dirent *e)
{
	return e->d_name[0] == 'f';
}

int main(void)
{
	char name[40];
	struct dirent *e, **list;
	uint32_t sum;
	long place = 0;
	int n, files;
	DIR *d;

	mkdir("dirs.d", 0755);
	for (int i = 0; i < 25; i++) {
		FILE *f;

		sprintf(name, "dirs.d/%s%d", i % 5 ? "file" : "other", i);
		f = fopen(name, "w");
		if (f)
			fclose(f);
	}
	mkdir("dirs.d/inner", 0755);
	d = opendir("dirs.d");
	if (!d)
		return 1;
	for (int round = 0; round < 6; round++) {
		sum = 0;
		n = files = 0;
		while ((e = readdir(d))) {
			int k = spin((int)strlen(e->d_name) + 60);

			sum += hash(e->d_name) + (uint32_t)k;
			files += e->d_type == DT_REG;
			if (++n == 10)
				place = telldir(d);
		}
		printf("%d: %d names, %d files, %08x\n", round, n, files,
		       (unsigned)sum);
		check_mix(sum);
		seekdir(d, place);
		for (n = 0; readdir(d); n++)
			spin(19);
		check_mix((uint32_t)n);
		sprintf(name, "dirs.d/file%d", round * 5 + 1);
		unlink(name);
		rewinddir(d);
	}
	check_mix(dirfd(d) >= 0);
	spin(97);
	check_mix(faccessat(dirfd(d), "inner", F_OK, 0) == 0);
	closedir(d);
	n = scandir("dirs.d", &list, starts_with_f, alphasort);
	for (int i = 0; i < n; i++) {
		printf("%s%d ", list[i]->d_name, spin(i + 30));
		sprintf(name, "dirs.d/%s", list[i]->d_name);
		unlink(name);
		free(list[i]);
	}
	printf("\n");
	free(list);
	check_mix(opendir("not.there") == NULL);
	for (int i = 0; i < 25; i += 5) {
		sprintf(name, "dirs.d/other%d", i);
		unlink(name);
	}
	rmdir("dirs.d/inner");
	check_mix((uint32_t)rmdir("dirs.d"));
	return check_done();
}
