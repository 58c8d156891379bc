/* SPDX-License-Identifier: MIT */
int g(void);
int s(int x, int *q)
{
	int i;
	for (;;) { if (x) break; else continue; }
	for (int j = 0, k = g(); j < k; j++, k--) ;
	for (i = 0; ; i++) if (g()) break;
	for (; x; ) x--;
	switch (x) { case 1: case 2 ... 5: i = 1; __attribute__((fallthrough)); default: ; }
	switch (x) case 7: g();
	do x--; while (x > !i && ~x);
	while (g()) if (x) { } else if (i) x = 1; else x = 2;
lab: __attribute__((unused)) x = 3;
	goto lab;
	goto *&&lab;
	__asm__ volatile("" : "=r"(x) : "r"(i), [m] "m"(*q) : "memory");
	{ __label__ inner; inner: if (x) goto inner; }
	switch (i) { do { case 0: x++; case 1: x--; } while (x); }
	{ ; { } }
	return x;
	end:
}
void v(void) { return; }
int cleanup_it(int *); void cl(void) { int c __attribute__((cleanup(cleanup_it))) = 1; }
# 100 "elsewhere.c"
int moved(int n) { int a[n]; return a[
# 7 "third.h" 3
	0 ]; }
#pragma harrier poll
