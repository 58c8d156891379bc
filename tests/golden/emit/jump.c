/* SPDX-License-Identifier: MIT */
struct __jmp_buf_tag {
	long regs[8];
	char mask[128];
};
int _setjmp(struct __jmp_buf_tag *);
int work(int);

int guarded(int n, struct __jmp_buf_tag *env)
{
	int cells[2] = { n, 1 };

	if (_setjmp(env) == 0)
		return work(cells[0]);
	return cells[1];
}

int work(int n)
{
	return n ? guarded(n - 1, 0) : 0;
}
