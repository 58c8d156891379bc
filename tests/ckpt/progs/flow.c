/* tests: Duff's device, switches with declarations, gotos into blocks and loops */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>

static int cnt;
static int f(int x)
{
	for (int i = 0; i < (x & 3); i++)
		cnt += i;
	cnt += x;
	return x;
}

static int duff(char *to, const char *from, int n)
{
	int k = (n + 7) / 8;
	switch (n % 8) {
	case 0:
		do {
			*to++ = *from++;
			f(1);
		case 7:
			*to++ = *from++;
			f(7);
		case 6:
			*to++ = *from++;
		case 5:
			*to++ = *from++;
			f(5);
		case 4:
			*to++ = *from++;
		case 3:
			*to++ = *from++;
		case 2:
			*to++ = *from++;
			f(2);
		case 1:
			*to++ = *from++;
		} while (--k > f(0));
	}
	return cnt;
}

static int sw(int n)
{
	int r = 0;
	switch (n) {
		int k;
	case 1:
		k = f(4);
		r += k;
		break;
	case 2: {
		int arr[3] = { f(1) };
		int *p = arr;
		p[1] = f(2);
		r += p[0] + p[1];
	}
	case 3:
		k = f(2);
		int q;
		q = f(k);
		r += k + q; /* fall */
	case 5 ... 9:
		for (k = 0; k < f(2); k++) {
			if (k)
				continue;
		case 10:
			r += f(3);
		}
		break;
	default:
		while (f(n) > 0) {
			n -= 100;
			switch (f(n) & 1) {
			case 0:
				continue;
			case 1:
				break;
			}
			r++;
		}
	}
	return r;
}

static int gotos(int n)
{
	int i = 0, acc = 0;
	if (n & 1)
		goto mid;
again:
	for (i = 0; i < f(3); i++) {
		acc += f(i);
mid:
		acc += f(2);
		if (acc > 200)
			goto out;
		{
			int a[2] = { f(1), 0 };
			int *p = a;
			if (f(acc) % 7 == 3)
				goto inner;
			p[1] = f(3);
			acc += p[1];
inner:
			acc += f(1);
		}
	}
	{
		int depth = f(2);
		while (depth--)
			for (int j = 0;; j++) {
				if (j > f(3))
					goto next;
				if (f(j) == 2) {
					acc++;
					continue;
				}
				acc += j;
			}
next:;
	}
	if (n-- > 0)
		goto again;
out:
	return acc;
}

static int nest(int n)
{
	int c = 0;
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++) {
			int k = f(j);
			while (k-- > 0) {
				if (f(k) == 1)
					goto skip;
				do {
					c += f(i);
					if (c & 1)
						break;
					c++;
				} while (f(c) % 5);
			}
			continue;
skip:
			c += 100;
		}
		if (c > 100000)
			break;
	}
	return c;
}

static int back(int n)
{
	int i = 0, s = 0;
l1:
	s += f(i);
	if (++i < n)
		goto l1;
	if (s < 100) {
		i = 0;
		goto l1;
	}
	return s;
}

static void vo(int n)
{
	if (!f(n))
		return;
	vo(n - 1);
	{
		return vo(n - 2 > 0 ? n - 2 : 0);
	}
}

static int odd(int);
static int even(int n)
{
	if (n == 0)
		return 1;
	return odd(n - 1);
}

static int odd(int n)
{
	if (n == 0)
		return 0;
	return even(n - 1);
}

static int empty(int n)
{
	for (int i = 0; i < n; i++)
		;
	while (n-- > 0) {
	}
	do
		;
	while (f(0));
	;
	{
	}
	return n;
}

static int lbl_end(int n)
{
	for (int i = 0; i < n; i++) {
		if (f(i) & 1)
			goto cont;
		n += f(0);
cont:;
	}
	{
		{
			goto x;
		}
x:;
	}
	return n;
}

static int decl_after(int n)
{
	int s = 0;
	for (int i = 0; i < n; i++) {
		f(i);
		int v = f(i) * 2, w;
		w = v + f(1);
		struct {
			int a;
		} t = { f(w) };
		s += t.a;
		typedef int num;
		num u = f(3);
		enum { A = 3, B } e = f(A);
		s += u + (int)e;
	}
	return s;
}

int main(void)
{
	char a[64],
		b[64] = "the quick brown fox jumps over the lazy dog, and again it does";
	for (int n = 1; n < 60; n += 7)
		printf("%d ", duff(a, b, n));
	a[57] = 0;
	printf("%s\n", a);
	for (int n = 0; n < 12; n++)
		printf("%d ", sw(n));
	printf("%d\n", sw(1000));
	for (int n = 0; n < 6; n++)
		printf("%d ", gotos(n));
	puts("");
	printf("%d %d %d %d\n", nest(5), back(4), even(101), odd(7));
	vo(9);
	printf("%d %d %d %d\n", cnt, empty(5), lbl_end(9), decl_after(6));
	return 0;
}
