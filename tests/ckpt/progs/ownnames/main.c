/* SPDX-License-Identifier: MIT */
/* Functions of the program's own that have names of libc's, in another file. */
int printf(const char *format, ...);
int getline(char *line, int room);
int random(int n);
char *strdup(int n);
extern double time;

static int depth(int n)
{
	return n < 2 ? random(n) : depth(n - 1) + depth(n - 2) % 7;
}

int main(void)
{
	char line[40];
	unsigned sum = 0;

	for (int i = 0; getline(line, i) >= 0; i++)
		sum = sum * 31 + (unsigned)(line[0] + depth(i % 24));
	printf("%u %s %g\n", sum, strdup(3), time);
	return 0;
}
