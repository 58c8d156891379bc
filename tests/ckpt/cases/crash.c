/* SPDX-License-Identifier: MIT */
/*
 * Changes files in every way behind a checkpoint and dies, if a file
 * crash.now is there. The files must end as if it had not.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
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

static void put(const char *name, const char *mode, const char *text)
{
	FILE *f = fopen(name, mode);

	if (!f) {
		perror(name);
		exit(1);
	}
	fputs(text, f);
	fclose(f);
}

static void change(FILE *table, int fd, int round)
{
	char text[40], name[] = "temp.XXXXXX";
	int t;

	sprintf(text, "round %d %d\n", round, spin(round + 20));
	put("journal", "a", text);
	put("fresh", "a", text);
	put("old", "w", text);
	put("half", "r+", "##");
	fseek(table, round * 7L, SEEK_SET);
	fprintf(table, "<%d>", round);
	fseek(table, 0, SEEK_END);
	fprintf(table, "end %d\n", round);
	fflush(table);
	if (pwrite(fd, text, 3, round * 2) != 3)
		exit(1);
	put("made", "w", "to be moved over another\n");
	rename("made", "target");
	rename("here", "there");
	put("here", "w", "a new one\n");
	rename("there", "here");
	put("once", "a", text);
	unlink("once");
	put("once", "a", text);
	t = mkstemp(name);
	if (t < 0 || write(t, text, 4) != 4)
		exit(1);
	close(t);
	rename(name, round % 2 ? "temp.odd" : "temp.even");
	mkdir("dir", 0755);
	put("dir/inside", "a", text);
	if (truncate("cut", 9 - round))
		exit(1);
	symlink("journal", round ? "link.b" : "link.a");
}

int main(void)
{
	FILE *table;
	int fd, asks = getenv("ASK") != NULL;

	for (const char *const *name =
		     (const char *const[]){ "journal", "old", "half", "gone",
					    "target", "here", "cut", "flat",
					    NULL };
	     *name; name++)
		put(*name, "w", "what was there before the checkpoint\n");
	mkdir("empty", 0755);
	table = fopen("table", "w+");
	fd = open("flat", O_RDWR);
	if (!table || fd < 0)
		return 1;
	for (int i = 0; i < 10; i++)
		fprintf(table, "%06d\n", spin(i + 3));
	if (asks)
		raise(SIGUSR2);
	spin(27);
	unlink("gone");
	rmdir("empty");
	for (int i = 0; i < 3; i++)
		change(table, fd, i);
	if (access("crash.now", F_OK) == 0)
		kill(getpid(), SIGKILL);
	put("gone", "a", "again\n");
	change(table, fd, 3);
	puts("done");
	return 0;
}
