/* SPDX-License-Identifier: MIT */
/* Recursion by value only: two resume points, a poll at the entry. */
#include <stdio.h>
#include <stdlib.h>

#include "hand.h"

static int fib__fast(int n);
static int fib__slow(int n);
static void fib__resume(void *ret);
static void main__resume(void *ret);

static const struct ckpt_var n_vars[] = { { "n", &t_int, CKPT_P_INT, 0, 3 } };
static const struct ckpt_var na_vars[] = { { "n", &t_int, CKPT_P_INT, 0, 3 },
					   { "a", &t_int, CKPT_P_INT, 0, 4 } };
extern const struct ckpt_function fn_fib, fn_main;
POINT(pt_fib_0, fn_fib, 0, "entry", 5, n_vars);
POINT(pt_fib_1, fn_fib, 1, "call fib", 6, n_vars);
POINT(pt_fib_2, fn_fib, 2, "call fib", 7, na_vars);
POINT(pt_main_0, fn_main, 0, "call fib", 12, n_vars);
static const struct ckpt_point *const fib_points[] = { &pt_fib_0, &pt_fib_1,
						       &pt_fib_2 };
static const struct ckpt_point *const main_points[] = { &pt_main_0 };
const struct ckpt_function fn_fib = { "fib",	   "prog.c", 3, fib__resume,
				      fib_points, 3 };
const struct ckpt_function fn_main = { "main",	    "prog.c", 10, main__resume,
				       main_points, 1 };

static int fib__fast(int n)
{
	int a, b;

	if (n < 2)
		return n;
	if (POLL(pt_fib_0)) {
		ckpt_save(&pt_fib_0, n);
		return 0;
	}
	a = (ckpt_request ? fib__slow : fib__fast)(n - 1);
	if (UNWINDING) {
		ckpt_save(&pt_fib_1, n);
		return 0;
	}
	b = (ckpt_request ? fib__slow : fib__fast)(n - 2);
	if (UNWINDING) {
		ckpt_save(&pt_fib_2, n, a);
		return 0;
	}
	return a + b;
}

static int fib__slow(int n)
{
	int a, b;

	if (__builtin_expect(ckpt_resuming, 0)) {
		unsigned id;
		void *const *s = ckpt_restore(&fn_fib, &id);

		n = *(int *)s[0];
		switch (id) {
		case 0:
			goto L0;
		case 1:
			goto L1;
		default:
			a = *(int *)s[1];
			goto L2;
		}
	}
	if (n < 2)
		return n;
	if (POLL(pt_fib_0)) {
		ckpt_save(&pt_fib_0, n);
		return 0;
	}
L0:
	if (0) {
L1:
		ckpt_resume_next(&a);
	} else {
		a = fib__slow(n - 1);
	}
	if (UNWINDING) {
		ckpt_save(&pt_fib_1, n);
		return 0;
	}
	if (0) {
L2:
		ckpt_resume_next(&b);
	} else {
		b = fib__slow(n - 2);
	}
	if (UNWINDING) {
		ckpt_save(&pt_fib_2, n, a);
		return 0;
	}
	return a + b;
}

static void fib__resume(void *ret)
{
	int r = fib__slow(0);

	if (ret)
		*(int *)ret = r;
}

static int main__slow(int argc, char **argv)
{
	int n, r;

	if (__builtin_expect(ckpt_resuming, 0)) {
		unsigned id;
		void *const *s = ckpt_restore(&fn_main, &id);

		n = *(int *)s[0];
		goto L0;
	}
	n = argc > 1 ? atoi(argv[1]) : 15;
	if (0) {
L0:
		ckpt_resume_next(&r);
	} else {
		r = (ckpt_request ? fib__slow : fib__fast)(n);
	}
	if (UNWINDING) {
		ckpt_save(&pt_main_0, n);
		return 0;
	}
	printf("fib(%d) = %d\n", n, r);
	return 0;
}

static void main__resume(void *ret)
{
	int r = main__slow(0, NULL);

	if (ret)
		*(int *)ret = r;
}

static int start(int argc, char **argv, char **envp)
{
	(void)envp;
	return main__slow(argc, argv);
}

int main(int argc, char **argv, char **envp)
{
	return ckpt_main(argc, argv, envp, start, &fn_main);
}

static const struct ckpt_function *const functions[] = { &fn_fib, &fn_main };
static const struct ckpt_type *const types[] = { &t_int };
static const struct ckpt_unit unit = {
	.abi = CKPT_ABI_VERSION,
	.name = "fib.c",
	.functions = functions,
	.nfunctions = COUNT(functions),
	.types = types,
	.ntypes = COUNT(types),
};
static const struct ckpt_unit *const unit_entry
	__attribute__((section("ckpt_units"), used)) = &unit;
