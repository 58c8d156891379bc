/* SPDX-License-Identifier: MIT */
static const char *const words[] = { "naught", "one", "two", "three" };
static int seed = 1;

/* Variables and functions of libc's names, used by libckpt itself. */
double time = 0.5;
int dup[4];
extern int rename[3];
int rename[3] = { 1, 2, 3 };

int getline(char *line, int room)
{
	int i = 0;

	for (; i < room % 30; i++)
		line[i] = (char)('a' + (i + room) % 26);
	line[i] = 0;
	time += 0.25;
	dup[room % 4] += rename[room % 3];
	return room < 60 ? i : -1;
}

int random(int n)
{
	return seed = (seed * 37 + n + dup[n & 3]) % 1009;
}

char *strdup(int n)
{
	return (char *)words[n];
}
