/* tests: addresses of locals, one name in many scopes, literals, __func__ */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cnt;
static int f(int x)
{
	for (int i = 0; i < (x & 3); i++)
		cnt += i;
	cnt += x;
	return x;
}

static int x = 7;
static int shadow(int x)
{
	int y = f(x);
	{
		int x = f(y + 1);
		{
			int x = x = f(3);
			y += x;
		}
		y += f(x);
		for (int x = 0; x < 2; x++) {
			int y = f(x);
			cnt += y;
			{
				extern int ext;
				cnt += ext;
			}
		}
		y += x;
	}
	return x + y;
}

int ext = 9;
static int stat(void)
{
	static int n;
	static struct loc {
		int a;
		char c;
	} s = { 4, 'c' }, *ps = &s;
	static const char *names[] = { "a", "b" };
	static char buf[8];
	{
		static int n = 5;
		n += f(1);
		s.a += n;
	}
	n++;
	ps->c++;
	strcpy(buf, names[n & 1]);
	f(2);
	return n + s.a + s.c + buf[0];
}

static int stat2(void)
{
	static int n = 10, m = 3, *pn = &n;
	n += f(m);
	return *pn;
}

enum color { RED, GREEN };
static int enumshadow(void)
{
	enum color { BLUE = 5, RED = 9 };
	enum color c = BLUE;
	f(1);
	return c + RED;
}

static void swap(int *a, int *b)
{
	int t = *a;
	f(t);
	*a = *b;
	*b = t;
}

static int addr(int n)
{
	int a = f(n), b = f(n + 1), *p = &a, **pp = &p;
	swap(&a, &b);
	f(3);
	**pp += f(2);
	for (int i = 0; i < 3; i++) {
		int k = f(i);
		int *q = &k;
		swap(q, p);
		f(1);
	}
	int arr[4] = { 0 };
	int(*pa)[4] = &arr;
	for (int i = 0; i < 4; i++)
		(*pa)[i] = f(i) + a;
	int m[2][3] = { { 1, 2, 3 }, { 4, f(5), 6 } };
	int(*row)[3] = m;
	row[1][1] += f(1);
	return a * 100 + b + arr[3] + m[1][1] + row[0][2];
}

static int aparam(int n, int v[], int m[][3], char s[4], int cb(int),
		  int k[static 2])
{
	int *p = &n;
	*p += f(1);
	v[0] += cb(2);
	v++;
	v[0] += f(3);
	m++;
	return n + m[0][1] + s[1] + k[1] + f(v[0]);
}

static int structs(void)
{
	struct p {
		int x, y;
	} a = { f(1), f(2) }, b = a, *pp = &b;
	pp->x += f(3);
	a = *pp;
	struct p arr[2] = { a, { f(4) } };
	struct p c = arr[f(1)];
	return a.x + b.y + c.x + arr[0].x;
}

static int rec(int n, int *up)
{
	int here = f(n);
	if (up)
		*up += here;
	if (n > 0) {
		rec(n - 1, &here);
		rec(n - 2, up);
	}
	return here;
}

static int anon(void)
{
	struct {
		int a;
		union {
			int b;
			float c;
		};
		struct {
			int d, e;
		} f;
	} s = { 1, { 2 }, { 3, 4 } };
	s.a = f(1);
	s.b += f(2);
	s.f.d = f(3);
	struct {
		int a;
	} t;
	t.a = f(5);
	return s.a + s.b + s.f.d + s.f.e + t.a;
}

static int noname(int a, int, char *);
static int noname(int a, int b, char *c)
{
	return f(a);
}

static int unnamed(int a, int __attribute__((unused)) b)
{
	return f(a);
}

struct tagged {
	int v;
} gl = { 3 };
static struct tagged ret(void)
{
	f(1);
	return gl;
}

static struct {
	int q;
} anong = { 4 };
static char *str(int n)
{
	static char b[2][20];
	char *p = b[n & 1];
	sprintf(p, "s%d", f(n));
	return p;
}

static const char *func(void)
{
	f(1);
	return __func__;
}

static int *lv;
static int *lvp(void)
{
	f(2);
	return lv;
}

static int lits(int n)
{
	int *p = (int[]){ f(1), f(2), n };
	struct tagged *t = &(struct tagged){ f(n) };
	for (int i = 0; i < 2; i++) {
		int *q = (int[3]){ i, f(i) };
		p[i] += q[1];
		f(2);
		p[0] += q[0];
		t->v += *(int[]){ f(3) };
	}
	f(1);
	printf("%d %d %d %d\n", p[0], p[1], p[2], t->v);
	return p[0] + p[1] + p[2] + t->v;
}

int main(void)
{
	printf("%d %d\n", shadow(3), x);
	for (int i = 0; i < 3; i++)
		printf("%d %d\n", stat(), stat2());
	printf("%d %d\n", enumshadow(), addr(4));
	int v[3] = { 1, 2, 3 }, m[2][3] = { { 0 }, { 0, 8 } }, k[2] = { 1, 2 };
	printf("%d %d\n", aparam(f(1), v, m, "abc", f, k), v[1]);
	int acc = 0;
	rec(6, &acc);
	printf("%d %d %d %d %d\n", structs(), acc, anon(), noname(1, 2, 0),
	       unnamed(f(1), 2));
	printf("%d %d %s %s %s\n", ret().v, anong.q + f(1), str(1), str(2),
	       func());
	int loc = 3;
	lv = &loc;
	*lvp() += f(2);
	lvp()[0]++;
	printf("%d %d\n", loc, lits(3));
	volatile int vol = f(3);
	vol += f(2);
	volatile int *vp = &vol;
	*vp += f(1);
	printf("%d\n", vol);
	char *s = malloc((size_t)f(10));
	memset(s, 'x', 9);
	s[9] = 0;
	char *e = s + f(4);
	*e = 0;
	char **es = &e;
	**es = 'y';
	printf("%s %d\n", s, (int)(e - s) + f(1));
	free(s);
	printf("%d\n", cnt);
	return 0;
}
