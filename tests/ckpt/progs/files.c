/* tests: several output streams, appending, rewriting a position, read back */
/* SPDX-License-Identifier: MIT */
/* output: files.log files.table files.short */
#include "check.h"
#include <stdlib.h>
#include <string.h>

static FILE *must_open(const char *name, const char *mode)
{
	FILE *f = fopen(name, mode);

	if (!f) {
		perror(name);
		exit(1);
	}
	return f;
}

static int work(int n)
{
	int x = n;

	while (x > 1)
		x = x & 1 ? 3 * x + 1 : x / 2, n++;
	return n;
}

/* Opened, appended to and closed each time. */
static void note(const char *text, int n)
{
	FILE *f = must_open("files.log", "a");

	fprintf(f, "%s %d\n", text, work(n));
	fclose(f);
}

/* A table of fixed lines, the n-th of which is written again. */
static void rewrite(FILE *table, int n, int value)
{
	fseek(table, n * 10L, SEEK_SET);
	fprintf(table, "%03d %05d\n", n, value);
	fflush(table);
}

static int read_back(FILE *table, int n)
{
	char line[16];

	fseek(table, n * 10L, SEEK_SET);
	return fgets(line, sizeof line, table) ? atoi(line + 4) : -1;
}

static void shrink(int n)
{
	FILE *f = must_open("files.short", "w");

	for (int i = 0; i < n; i++)
		fprintf(f, "%d,%d\n", i, work(i + 1));
	fputs("end\n", f);
	fclose(f);
}

int main(void)
{
	FILE *table;

	remove("files.log");
	table = must_open("files.table", "w+");
	for (int i = 0; i < 20; i++)
		rewrite(table, i, 0);
	for (int n = 0; n < 150; n++) {
		rewrite(table, n * 7 % 20, work(n + 1));
		note(n % 2 ? "odd" : "even", n + 1);
		check_mix(read_back(table, n % 20));
		if (n % 10 == 0)
			shrink(30 - n / 5);
		if (n % 30 == 0) {
			printf("%d: %d\n", n, read_back(table, 7));
			fprintf(stderr, "note %d\n", n);
		}
	}
	fclose(table);
	return check_done();
}
