/* SPDX-License-Identifier: MIT */
/* stamp FILE: appends the time at which it began, in ns since 1970. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	char text[32];
	int fd, n;

	clock_gettime(CLOCK_REALTIME, &now);
	if (argc != 2)
		return 2;
	n = snprintf(text, sizeof(text), "%lld%09ld\n", (long long)now.tv_sec,
		     now.tv_nsec);
	fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT, 0666);
	return fd < 0 || write(fd, text, (size_t)n) != n;
}
