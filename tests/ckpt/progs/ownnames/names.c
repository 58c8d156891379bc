/* SPDX-License-Identifier: MIT */
static const char *const words[] = { "naught", "one", "two", "three" };
static int seed = 1;

int getline(char *line, int room)
{
	int i = 0;

	for (; i < room % 30; i++)
		line[i] = (char)('a' + (i + room) % 26);
	line[i] = 0;
	return room < 60 ? i : -1;
}

int random(int n)
{
	return seed = (seed * 37 + n) % 1009;
}

char *strdup(int n)
{
	return (char *)words[n];
}
