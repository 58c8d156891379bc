/* tests: freopen of stdin and stdout, dup2 over them and back, 2>&1 inside */
/* SPDX-License-Identifier: MIT */
/* input: lines.txt */
/* output: redirect.1 redirect.2 redirect.3 */
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

static void read_some(int lines)
{
	char line[100];

	while (lines-- > 0 && fgets(line, sizeof line, stdin)) {
		check_mix((uint32_t)strlen(line) * 31 + (uint32_t)line[0]);
		printf("%d %.10s\n", spin(lines + 20), line);
	}
}

int main(void)
{
	int saved, other;

	printf("before\n");
	if (!freopen("lines.txt", "r", stdin))
		return 1;
	read_some(20);
	/* descriptor 1 goes to a file for a while */
	fflush(stdout);
	saved = dup(1);
	other = open("redirect.1", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (saved < 0 || other < 0 || dup2(other, 1) != 1)
		return 1;
	close(other);
	for (int i = 0; i < 30; i++) {
		printf("to the file %d\n", spin(i + 3));
		read_some(1);
	}
	fflush(stdout);
	dup2(saved, 1);
	close(saved);
	printf("back again\n");
	read_some(10);
	fflush(stdout);
	/* both into one, as 2>&1 */
	other = open("redirect.2", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	dup2(other, 1);
	dup2(1, 2);
	close(other);
	for (int i = 0; i < 30; i++) {
		fprintf(i % 2 ? stderr : stdout, "line %d %d\n", i,
			spin(i + 5));
		fflush(stdout);
	}
	if (!freopen("redirect.3", "a", stdout))
		return 1;
	for (int i = 0; i < 30; i++) {
		printf("at last %d %d\n", i, spin(i + 70));
		check_mix((uint32_t)ftell(stdout));
	}
	return check_done();
}
