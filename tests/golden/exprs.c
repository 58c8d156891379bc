/* SPDX-License-Identifier: MIT */
typedef struct { int a, b[3]; struct { int z; }; unsigned f : 3; } T;
int f(), g(int), *ptr(void); void take(int *);
struct { T t[2]; int arr[4]; } glob;
int e(int x, int a[3], T *p)
{
	int y = x ?: a[0], arr[4], m[2][3]; T s; char c = 'c';
	x = ((a)[2], p->b[1] + (*p).z);
	x = _Generic(x, int: 1, default: p->a) + __builtin_offsetof(T, b[2]);
	x = ({ int z = 3; z + 1; });
	x += __builtin_choose_expr(1, x, 2) + __builtin_types_compatible_p(int, T);
	p = &(T){ 1, .b = { 1, 2 } };
	x = x ? 1 : 2 ? y : -3, x++, --y;
	x <<= 2; y = x << 2 | ~x & !y ^ +x; y = x <= y && x >= y || x != y;
	y = sizeof(T) + sizeof x + _Alignof(int) + sizeof(char[3]);
	f(g(x), g(y = 3), *ptr(), (f)(1), (*f)(2), (&f)(3));
	s.f = 3; arr[1] = m[1][2]; take(arr); take(&s.b[1]); take(glob.arr);
	glob.t[1].b[2] = *glob.arr; *arr = 2;
	const char *str = "a" "b" "c"; str = __func__;
	x = (unsigned char)c + (int){ 4 } + L'x' + '\n' + 0x1Fu + 0b11;
	double d = __real__ 1.0i + 1e3 + .5f;
	x = a[0] ?: (x ?: y) ?: 7;
	return 1 + 2 * 3 - (4 / 2) % 2, (1 ? 2 : 3) << 4;
}
int with_va(int n, ...)
{
	__builtin_va_list ap; int x;
	__builtin_va_start(ap, n);
	x = __builtin_va_arg(ap, int);
	__builtin_va_end(ap);
	int (*fp)(int) = g; __atomic_store_n(&x, 3, 5); __sync_fetch_and_add(&n, 1);
	return fp(x) + (*fp)(n) + (fp == g);
}
union __attribute__((transparent_union)) U { int *a; char *b; };
int con(union U u);
int wraps(int *p) { return con(p + 1); }
