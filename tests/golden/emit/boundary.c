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

/* A nest in two versions: the counts decide when they are known. */
void scale(int n, int m, double *a)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m - 1; j++)
			for (int k = j; k < n; k++)
				a[i * n + j] *= k;
}

int main(int argc, char **argv)
{
	static double a[100];
	int sum = argc;

	scale(argc, argc + 1, a);

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
