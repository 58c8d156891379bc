/* tests: open, read, write, lseek, pread, pwrite, dup and fcntl, their flags */
/* SPDX-License-Identifier: MIT */
/* output: descriptors.a descriptors.b */
#define _GNU_SOURCE
#include "check.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static void put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		perror("write");
}

static uint32_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint32_t)st.st_size;
}

static void state_of(int fd)
{
	int mode = fcntl(fd, F_GETFL);

	check_mix((uint32_t)(mode & O_ACCMODE));
	check_mix(!!(mode & O_APPEND) * 2 + !!(mode & O_NONBLOCK));
	check_mix((uint32_t)fcntl(fd, F_GETFD));
	check_mix((uint32_t)lseek(fd, 0, SEEK_CUR));
}

int main(void)
{
	int a = open("descriptors.a", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
		     0600);
	int b = open("descriptors.b", O_WRONLY | O_CREAT | O_APPEND, 0640);
	int c = dup(a), d = fcntl(a, F_DUPFD, 50);
	int e = fcntl(b, F_DUPFD_CLOEXEC, 60), f = dup3(a, 70, O_CLOEXEC);
	int g = open("descriptors.a", O_RDONLY | O_NONBLOCK);
	int null = open("/dev/null", O_RDWR), dir = open(".", O_RDONLY);
	char text[40];

	if (a < 0 || b < 0 || d < 50 || e < 60 || f != 70 || null < 0 ||
	    dir < 0)
		return 1;
	for (int i = 0; i < 60; i++) {
		int fds[] = { a, b, c, d, e, f, g };
		struct iovec v[2] = { { "vector", 6 }, { "ed\n", 3 } };

		sprintf(text, "%d of %d\n", i, spin(i + 10));
		put(fds[i % 6], text);
		check_mix((uint32_t)spin(i + 40));
		check_mix((uint32_t)writev(b, v, 2));
		for (int k = 0; k < 7; k++)
			state_of(fds[k]);
		if (i % 8 == 3) {
			check_mix((uint32_t)pwrite(a, "##", 2, i));
			lseek(c, -3, SEEK_END);
			put(d, "%%%");
		}
		if (i % 10 == 9) {
			check_mix((uint32_t)ftruncate(f, 100 + i));
			lseek(a, 0, SEEK_END);
			fcntl(g, F_SETFL, i % 20 == 9 ? 0 : O_NONBLOCK);
			fcntl(c, F_SETFD, i % 20 == 9 ? FD_CLOEXEC : 0);
		}
		check_mix((uint32_t)pread(g, text, 7, i / 2));
		check_mix((uint32_t)text[2]);
		check_mix((uint32_t)read(g, text, 3));
		check_mix((uint32_t)text[1]);
		check_mix((uint32_t)read(null, text, 4));
		put(null, "nothing");
		check_mix(openat(dir, "not.there", O_RDONLY) < 0);
		if (i == 30) {
			dup2(b, c);
			close(d);
			d = dup2(g, 51);
		}
		check_mix(size_of(a));
		if (i % 20 == 0)
			printf("%d: %d\n", i, (int)lseek(f, 0, SEEK_CUR));
	}
	for (int i = 3; i < 80; i++)
		close(i);
	chmod("descriptors.b", 0600);
	return check_done();
}
