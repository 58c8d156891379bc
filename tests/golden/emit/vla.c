/* SPDX-License-Identifier: MIT */
int use(int, double *);

static double sum(int n, int m, double a[n][m])
{
	double v[m], s = 0, (*row)[m] = a;

	for (int i = 0; i < n; i++, row++) {
		int w[i + 1], *last = &w[i];

		*last = use(m, v);
		s += (*row)[0] + sizeof w;
	}
	return s + v[0];
}

int use(int n, double *to)
{
	typedef double line[n];

	if (n > 1) {
		line b[2], *p = b;

		return sum(2, n, p) > 0 && use(n - 1, b[1]);
	}
	return *to = n;
}
