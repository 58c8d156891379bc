/* tests: private memory of mmap: anonymous, of a file, grown, let go */
/* SPDX-License-Identifier: MIT */
/* input: lines.txt */
#define _GNU_SOURCE
#include "check.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct item {
	struct item *next;
	int number;
};

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

int main(void)
{
	const int n = 200;
	int fd = open("lines.txt", O_RDONLY);
	struct item *items = mmap(NULL, n * sizeof *items,
				  PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *text = mmap(NULL, 1000, PROT_READ, MAP_PRIVATE, fd, 0);
	double *numbers = mmap(NULL, 100 * sizeof *numbers,
			       PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || items == MAP_FAILED || text == MAP_FAILED ||
	    numbers == MAP_FAILED)
		return 1;
	close(fd);
	for (int i = 0; i < n; i++) {
		items[i].next = &items[(i * 7 + 3) % n];
		items[i].number = i * 11;
	}
	check_mix(numbers[99] == 0);
	for (int i = 0; i < 60; i++) {
		struct item *at = &items[i];

		for (int k = 0; k < 5; k++)
			at = at->next;
		at->number += spin(i + 20);
		check_mix((uint32_t)at->number);
		check_mix((uint32_t)text[i * 9]);
		numbers[i % 100] += at->number / 8.0;
		if (i == 30) {
			double *more = mremap(numbers, 100 * sizeof *numbers,
					      3000 * sizeof *numbers,
					      MREMAP_MAYMOVE);

			if (more == MAP_FAILED)
				return 1;
			numbers = more;
			check_mix(numbers[2999] == 0);
		}
		if (i % 15 == 0)
			printf("%d: %d %.3f\n", i, at->number, numbers[i]);
	}
	munmap(items, n * sizeof *items);
	munmap(text, 1000);
	munmap(numbers, 3000 * sizeof *numbers);
	return check_done();
}
