/* SPDX-License-Identifier: MIT */
/*
 * Pointers of every kind: lists, trees, into the middle of structs and arrays,
 * one past the end, into locals of an outer frame, literals, functions, null,
 * nowhere; bit-fields, long double, a flexible tail, a static local, a file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hand.h"

struct bits {
	int low : 3;
	unsigned mid : 11;
	long long high : 40;
};

struct node {
	char tag;
	struct node *next;
	long long big;
	long value;
	struct node **link; /* into the middle of another node */
	int *elem; /* into the middle of `array` */
	const char *text;
	int (*fn)(int);
	void *any;
	long double ld;
	float f;
	struct bits bits;
};

struct tail {
	unsigned short n;
	double v[];
};

static long long bits_get_low(const void *p)
{
	return ((const struct bits *)p)->low;
}
static void bits_set_low(void *p, long long v)
{
	((struct bits *)p)->low = (int)v;
}
static long long bits_get_mid(const void *p)
{
	return ((const struct bits *)p)->mid;
}
static void bits_set_mid(void *p, long long v)
{
	((struct bits *)p)->mid = (unsigned)v;
}
static long long bits_get_high(const void *p)
{
	return ((const struct bits *)p)->high;
}
static void bits_set_high(void *p, long long v)
{
	((struct bits *)p)->high = v;
}

static int array[10];
static int *array_end = array + 10;
static struct node *head;
static struct tail *tail;
static void *volatile garbage = (void *)0x1234;
static int counter_value;
static const char *words[3] = { "alpha", "beta", "gamma" };
static char *file_text;

static int twice(int x)
{
	return 2 * x;
}
static int square(int x)
{
	return x * x;
}

extern const struct ckpt_type t_node, t_nodep;
static const struct ckpt_type t_func = { "int (int)", NULL, CKPT_FUNC, 0, 1, 0,
					 0, 0, NULL, NULL };
PTR_TYPE(t_funcp, "int (*)(int)", t_func);
PTR_TYPE(t_nodepp, "struct node **", t_nodep);
TYPE(t_float, "float", CKPT_FLOAT, float);
TYPE(t_ushort, "unsigned short", CKPT_UINT, unsigned short);
static const struct ckpt_field bits_fields[] = {
	{ "low", &t_int, 0, 3, bits_get_low, bits_set_low },
	{ "mid", &t_unsigned, 0, 11, bits_get_mid, bits_set_mid },
	{ "high", &t_llong, 0, 40, bits_get_high, bits_set_high },
};
STRUCT_TYPE(t_bits, struct bits, bits_fields);
static const struct ckpt_field node_fields[] = {
	FIELD(struct node, tag, t_char),   FIELD(struct node, next, t_nodep),
	FIELD(struct node, big, t_llong),  FIELD(struct node, value, t_long),
	FIELD(struct node, link, t_nodepp), FIELD(struct node, elem, t_intp),
	FIELD(struct node, text, t_charp), FIELD(struct node, fn, t_funcp),
	FIELD(struct node, any, t_voidp),  FIELD(struct node, ld, t_ldouble),
	FIELD(struct node, f, t_float),	   FIELD(struct node, bits, t_bits),
};
const struct ckpt_type t_node = {
	.name = "struct node",
	.where = "prog.c:1",
	.kind = CKPT_STRUCT,
	.align = _Alignof(struct node),
	.size = sizeof(struct node),
	.fields = node_fields,
	.nfields = COUNT(node_fields),
};
const struct ckpt_type t_nodep = { .name = "struct node *",
				   .kind = CKPT_PTR,
				   .align = _Alignof(void *),
				   .size = sizeof(void *),
				   .elem = &t_node };
static const struct ckpt_type t_flex = { .name = "double[]",
					 .kind = CKPT_ARRAY,
					 .align = _Alignof(double),
					 .elem = &t_double };
static const struct ckpt_field tail_fields[] = {
	FIELD(struct tail, n, t_ushort),
	FIELD(struct tail, v, t_flex),
};
STRUCT_TYPE(t_tail, struct tail, tail_fields);
PTR_TYPE(t_tailp, "struct tail *", t_tail);
ARRAY_TYPE(t_array, "int[10]", t_int, int[10], 10);
ARRAY_TYPE(t_words, "char *[3]", t_charp, char *[3], 3);
ARRAY_TYPE(t_local, "int[4]", t_int, int[4], 4);

static void work__resume(void *ret);
static void main__resume(void *ret);
extern const struct ckpt_function fn_work, fn_main;
static const struct ckpt_var work_vars[] = {
	{ "depth", &t_int, CKPT_P_INT, 0, 20 },
	{ "outer", &t_intp, CKPT_P_PTR, 0, 20 },
	{ "local", &t_local, CKPT_P_MEM, 0, 21 },
	{ "i", &t_int, CKPT_P_INT, 0, 22 },
	{ "x", &t_double, CKPT_P_DOUBLE, 0, 23 },
	{ "p", &t_nodep, CKPT_P_PTR, CKPT_V_MAYBE, 24 },
};
static const struct ckpt_var main_vars[] = {
	{ "base", &t_local, CKPT_P_MEM, 0, 31 },
	{ "big", &t_llong, CKPT_P_LLONG, 0, 32 },
	{ "argv", &t_charpp, CKPT_P_PTR, 0, 30 },
};
POINT(pt_work_0, fn_work, 0, "loop", 25, work_vars);
POINT(pt_work_1, fn_work, 1, "call work", 27, work_vars);
POINT(pt_main_0, fn_main, 0, "call work", 33, main_vars);
static const struct ckpt_point *const work_points[] = { &pt_work_0,
							&pt_work_1 };
static const struct ckpt_point *const main_points[] = { &pt_main_0 };
const struct ckpt_function fn_work = { "work",	    "prog.c", 20, work__resume,
				       work_points, 2 };
const struct ckpt_function fn_main = { "main",	    "prog.c", 30, main__resume,
				       main_points, 1 };

static struct node *push(int i)
{
	struct node *n;

	HINT(t_node);
	n = ckpt_malloc(sizeof(*n));
	memset(n, 0, sizeof(*n));
	n->tag = (char)(0x80 + i);
	n->next = head;
	n->big = (long long)i << 36 | 5;
	n->value = -i - 1;
	n->link = head ? &head->next : NULL;
	n->elem = i % 3 ? &array[i % 10] : array_end;
	n->text = i % 2 ? words[i % 3] + 1 : "literal";
	n->fn = i % 2 ? twice : square;
	n->any = i % 4 == 0 ? (void *)(intptr_t)-1 :
		 i % 4 == 1 ? (void *)n :
		 i % 4 == 2 ? (void *)((char *)&n->big + 3) :
			      garbage;
	n->ld = (long double)i / 8 - 3;
	n->f = (float)i / 4;
	n->bits.low = i % 8 - 4;
	n->bits.mid = (unsigned)(i * 37) % 2048;
	n->bits.high = -(long long)i * 0x123456789;
	head = n;
	return n;
}

static int work(int depth, int *outer)
{
	int local_[4];
	int *local = local_;
	double x;
	struct node *p;
	int i, r;

	if (__builtin_expect(ckpt_resuming, 0)) {
		unsigned id;
		void *const *s = ckpt_restore(&fn_work, &id);

		depth = *(int *)s[0];
		outer = *(int **)s[1];
		local = s[2];
		i = *(int *)s[3];
		x = *(double *)s[4];
		p = *(struct node **)s[5];
		if (id == 0)
			goto L0;
		goto L1;
	}
	local[0] = depth;
	local[1] = local[2] = local[3] = 0;
	x = depth * 1.5;
	for (i = 0; i < 3; i++) {
		if (POLL(pt_work_0)) {
			ckpt_save(&pt_work_0, depth, outer, local, i, x, p);
			return 0;
		}
L0:
		p = push(depth * 3 + i);
		array[p->value < 0 ? -p->value % 10 : 0] += i;
		outer[i] += depth;
		x += p->f;
		counter_value++;
	}
	if (depth == 0)
		return counter_value;
	if (0) {
L1:
		ckpt_resume_next(&r);
	} else {
		r = work(depth - 1, local + 1);
	}
	if (UNWINDING) {
		ckpt_save(&pt_work_1, depth, outer, local, i, x, p);
		return 0;
	}
	printf("%d: %d %d %d %d x %.3f p %ld\n", depth, local[0], local[1],
	       local[2], local[3], x, p->value);
	return r + local[3];
}

static void work__resume(void *ret)
{
	int r = work(0, NULL);

	if (ret)
		*(int *)ret = r;
}

static void show(void)
{
	struct node *n;
	int i = 0;

	for (n = head; n; n = n->next, i++)
		printf("%d %lld %ld %d %d %s %d %d %.3Lf %.2f %d %u %lld\n",
		       n->tag & 0xff, n->big, n->value,
		       n->link ? n->link == &n->next->next : 2,
		       n->elem == array_end ? -1 : (int)(n->elem - array),
		       n->text, n->fn(i),
		       n->any == (void *)-1 ? -1 :
		       n->any == (void *)n  ? 1 :
		       n->any == garbage    ? 3 :
					      (int)((char *)n->any -
						    (char *)&n->big),
		       n->ld, n->f, n->bits.low, n->bits.mid,
		       (long long)n->bits.high);
	for (i = 0; i < 10; i++)
		printf("%d ", array[i]);
	printf("| %d %.1f %.1f %s %s\n", tail->n, tail->v[0],
	       tail->v[tail->n - 1], words[2], file_text);
}

static int main_(int argc, char **argv)
{
	int base_[4];
	int *base = base_;
	long long big;
	int r, i;

	if (__builtin_expect(ckpt_resuming, 0)) {
		unsigned id;
		void *const *s = ckpt_restore(&fn_main, &id);

		base = s[0];
		big = *(long long *)s[1];
		argv = *(char ***)s[2];
		goto L0;
	}
	(void)argc;
	memset(base, 0, sizeof(base_));
	big = 0x123456789abcdef;
	HINT(t_tail);
	tail = ckpt_malloc(sizeof(*tail) + 21 * sizeof(double));
	tail->n = 21;
	for (i = 0; i < 21; i++)
		tail->v[i] = i / 2.0;
	HINT(t_char);
	file_text = ckpt_malloc(20);
	strcpy(file_text, "own text");
	if (0) {
L0:
		ckpt_resume_next(&r);
	} else {
		r = work(6, base);
	}
	if (UNWINDING) {
		ckpt_save(&pt_main_0, base, big, argv);
		return 0;
	}
	printf("r %d base %d %d %d big %llx %d\n", r, base[0], base[1],
	       base[2], big, argv[0] != NULL);
	show();
	return 3;
}

static void main__resume(void *ret)
{
	int r = main_(0, NULL);

	if (ret)
		*(int *)ret = r;
}

static int start(int argc, char **argv, char **envp)
{
	(void)envp;
	return main_(argc, argv);
}

int main(int argc, char **argv, char **envp)
{
	return ckpt_main(argc, argv, envp, start, &fn_main);
}

static const struct ckpt_global globals[] = {
	{ "array", &t_array, array, CKPT_G_STATIC, 1 },
	{ "array_end", &t_intp, &array_end, CKPT_G_STATIC, 2 },
	{ "head", &t_nodep, &head, CKPT_G_STATIC, 3 },
	{ "tail", &t_tailp, &tail, CKPT_G_STATIC, 4 },
	{ "garbage", &t_voidp, (void *)&garbage, CKPT_G_STATIC, 5 },
	{ "push.counter", &t_int, &counter_value, CKPT_G_LOCAL, 6 },
	{ "words", &t_words, words, CKPT_G_STATIC, 7 },
	{ "file_text", &t_charp, &file_text, CKPT_G_STATIC, 8 },
};
static const struct ckpt_funcaddr funcaddrs[] = {
	{ "twice", (void (*)(void))twice, 1 },
	{ "square", (void (*)(void))square, 1 },
};
static const struct ckpt_string strings[] = {
	{ "literal", 8, 1 },
	{ "alpha", 6, 1 },
	{ "beta", 5, 1 },
	{ "gamma", 6, 1 },
};
static const struct ckpt_function *const functions[] = { &fn_work, &fn_main };
static const struct ckpt_type *const types[] = {
	&t_int,	  &t_char,  &t_node,  &t_nodep, &t_tail, &t_tailp,
	&t_bits,  &t_words, &t_local, &t_array, &t_long, &t_llong,
	&t_double, &t_ldouble,
};
static const struct ckpt_unit unit = {
	.abi = CKPT_ABI_VERSION,
	.name = "graph.c",
	.functions = functions,
	.nfunctions = COUNT(functions),
	.types = types,
	.ntypes = COUNT(types),
	.globals = globals,
	.nglobals = COUNT(globals),
	.funcaddrs = funcaddrs,
	.nfuncaddrs = COUNT(funcaddrs),
	.strings = strings,
	.nstrings = COUNT(strings),
};
static const struct ckpt_unit *const unit_entry
	__attribute__((section("ckpt_units"), used)) = &unit;
