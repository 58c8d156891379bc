/* SPDX-License-Identifier: MIT */
int work(int);

int sum(int n, ...)
{
	__builtin_va_list list;
	int first;

	__builtin_va_start(list, n);
	first = work(__builtin_va_arg(list, int));
	__builtin_va_end(list);
	return first + work(n);
}

int work(int n)
{
	return n ? sum(n - 1, n) : 0;
}
