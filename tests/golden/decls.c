/* SPDX-License-Identifier: MIT */
typedef struct { int a, b[3]; struct { int z; }; unsigned f : 3, : 2, g : 4; } T;
__attribute__((noinline)) __extension__ int g(), h(int x, int a[3], T *p) __attribute__((weak));
enum e { A, B = 3, C = 1u << 4 } ev;
int gv[] = { [2] = 5, [A ... B] = 7 }, *gp = &gv[1];
_Static_assert(sizeof(int) == 4, "x");
__asm__("");
;
struct S { int x; } sf(void) { struct S s = { .x = 3 }, t = { x: 4 }; return s; }
int kr(a, b, c) int a; char *b; { return a; }
imp(x) { return x; }
struct fwd;
struct fwd *pf;
static const volatile long cv __attribute__((aligned(16))) = 1;
typedef unsigned long ul, *pul, aul[4];
int (*fpa[2])(int, char *), (*ret_fp(int n))(long);
int (*ret_fp(int n))(long) { return 0; }
static inline __attribute__((always_inline)) int si(void) { return 1; }
extern inline __attribute__((gnu_inline)) int gi(void) { return 2; }
inline int c99(void) { return 3; }
void die(void) __attribute__((noreturn));
_Noreturn void die2(void);
int pure(int) __attribute__((__pure__)), renamed(int) __asm__("other");
__thread int tls;
struct flex { int n; char tail[]; };
union u { float f; int i; };
struct bits { int a : 3; unsigned : 0; _Bool b : 1; };
extern int later; int later = 5; int tent; int tent;
int local_things(int n, int m[n])
{
	static int count, *where = &count;
	struct L { int m; } l1, *l2 = &l1;
	enum { Q = 4 } lq = Q;
	int i, *q = m, v[n + 1], (*fp)(int n, struct S *) = 0;
	extern int gv[];
	typedef int local_t;
	local_t lt; __typeof__(n + 1) ty = 3; register int r = 2;
	T tt = { .b[1] = 5, .a = 2, { 3 } };
	__attribute__((unused)) int un;
	return (int)sizeof v + *q + l2->m + ty + r + fp(n, 0) + i;
}
