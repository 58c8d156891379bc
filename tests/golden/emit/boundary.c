/* SPDX-License-Identifier: MIT */
/* poll: plan */
/* Calls that cross the cut: by name, so that the fast one can be inlined. */
static int count(const char *text, int c)
{
	int n = 0;

	for (int pass = 0; pass < 9; pass++)
		for (const char *p = text; *p; p++)
			n += *p == c;
	return n;
}

static int once(const char *text)
{
	return count(text, 'x');
}

int main(int argc, char **argv)
{
	int sum = argc;

	while (argv[sum]) {
		sum += count(argv[sum], 'a') + once(argv[0]);
		sum += count(({
				     char *s = argv[1];
				     s;
			     }),
			     'b');
	}
	return sum;
}
