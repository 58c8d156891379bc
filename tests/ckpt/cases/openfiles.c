/* SPDX-License-Identifier: MIT */
/* Reads one file, writes another, and stands in a directory that it made. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

int main(void)
{
	FILE *f = fopen("input", "w"), *in, *out;
	int c, n = 0;

	if (!f)
		return 1;
	for (int i = 0; i < 200; i++)
		fprintf(f, "%d,", i);
	fclose(f);
	in = fopen("input", "r");
	out = fopen("output", "w");
	if (!in || !out || mkdir("sub", 0755) || chdir("sub"))
		return 1;
	while ((c = getc(in)) != EOF)
		fprintf(out, "%c%d ", c, spin(c + n++));
	fclose(in);
	fclose(out);
	printf("%d characters\n", n);
	return 0;
}
