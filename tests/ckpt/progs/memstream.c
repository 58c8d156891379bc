/* tests: streams in memory (a request waits), texts of strerror kept for long */
/* SPDX-License-Identifier: MIT */
/* says: the checkpoint waits: the program has a stream without a file */
#include "check.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static char *list(int n)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int i = 0; f && i < n; i++)
		fprintf(f, "%d,", spin(i + 30));
	if (f)
		fclose(f);
	check_mix((uint32_t)size);
	return text;
}

static int sum(char *text)
{
	FILE *f = fmemopen(text, strlen(text), "r");
	int n, total = 0;

	while (f && fscanf(f, "%d,", &n) == 1)
		total += n + spin(n);
	if (f)
		fclose(f);
	return total;
}

int main(void)
{
	const char *none = strerror(ENOENT), *full = strerror(ENOSPC);
	const char *ended = strsignal(SIGTERM);

	for (int i = 0; i < 15; i++) {
		char *text = list(i + 1);

		check_mix((uint32_t)spin(i + 90));
		check_mix((uint32_t)strlen(text));
		check_mix((uint32_t)sum(text));
		free(text);
		check_mix(strerror(ENOENT) == none);
		if (i % 5 == 0)
			printf("%d: %s, %s, %s\n", i, none, full, ended);
	}
	return check_done();
}
