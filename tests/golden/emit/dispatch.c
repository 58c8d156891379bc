/* SPDX-License-Identifier: MIT */
int run(const unsigned char *pc)
{
	static const void *const table[] = { &&inc, &&back, &&end };
	int s = 0;

	for (;;) {
		int op = *pc++;

		goto *table[op];
inc:
		s += op;
		op = *pc++;
		goto *table[op];
back:
		pc -= s;
		op = *pc++;
		goto *table[op];
end:
		return s;
	}
}

int twice(int n)
{
	void *to = &&first;

	goto *to;
first:
	to = n-- ? &&first : &&last;
	goto *to;
last:
	return n;
}
