/* tests: exceptions made of setjmp macros, nested, rethrown, with buffers in a heap chain */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

struct context {
	struct context *outer;
	const char *where;
	jmp_buf env;
	volatile int thrown;
	short after;
};

static struct context *top;

#define TRY(c)                                     \
	do {                                       \
		struct context c = { top, __func__ }; \
		top = &c;                          \
		if (setjmp(c.env) == 0) {
#define CATCH(c)                       \
		} else {               \
			top = c.outer; \
			check_mix(c.thrown);
#define END_TRY(c)                     \
		}                      \
		top = c.outer;         \
	} while (0)

#define THROW(code)                        \
	do {                               \
		top->thrown = (code);      \
		longjmp(top->env, (code)); \
	} while (0)

static int burn(int n)
{
	for (int i = 0; i < 3; i++)
		n = (n * 57 + 5) % 9941;
	check_mix(n);
	return n;
}

static int parse(const char *text, int depth)
{
	int value = 0;

	for (; *text; text++) {
		if (*text == '!')
			THROW(200 + depth);
		if (*text == '(')
			return value + parse(text + 1, depth + 1);
		value = (value * 10 + (*text - '0') + burn(depth) % 3) % 10007;
	}
	return value;
}

static int guarded(const char *text)
{
	volatile int result = -1;

	TRY(outer)
		TRY(inner)
			result = parse(text, 0);
		CATCH(inner)
			result = 1000 + inner.thrown;
			if (inner.thrown > 201)
				THROW(inner.thrown + 7);
		END_TRY(inner);
		burn(result);
	CATCH(outer)
		result = 5000 + outer.thrown;
		burn(result);
	END_TRY(outer);
	return result;
}

/* as Lua does it: the callee's frame in a struct, a function to run in it */
typedef int body_fn(void *arg);

static int protected(body_fn *fn, void *arg, int *ret)
{
	struct context *c = malloc(sizeof(*c));
	int thrown;

	memset(c, 0, sizeof(*c));
	c->outer = top;
	c->where = "heap";
	top = c;
	if (setjmp(c->env) == 0)
		*ret = fn(arg);
	thrown = c->thrown;
	top = c->outer;
	check_mix(strlen(c->where));
	free(c);
	return thrown;
}

struct job {
	int left, limit;
};

static int run_job(void *arg)
{
	struct job *j = arg;
	int inner = 0, thrown;

	burn(j->left);
	if (j->left-- == 0)
		THROW(j->limit);
	if (j->left % 3 == 0) {
		thrown = protected(run_job, j, &inner);
		if (thrown && thrown > 3) {
			j->limit--;
			THROW(thrown - 1);
		}
		return inner + thrown;
	}
	return run_job(j) + 1;
}

/* A copy of a buffer is as good as the buffer. */
static int copied(int n)
{
	jmp_buf a, b;
	volatile int turns = 0;

	if (setjmp(a) != 0) {
		turns += 100;
		return burn(turns);
	}
	memcpy(&b, &a, sizeof(b));
	if (setjmp(a) == 0) {
		burn(n);
		longjmp(a, 1);
	}
	turns++;
	burn(turns);
	longjmp(b, 1);
}

int main(void)
{
	static const char *const texts[] = { "123",  "12!3",   "1(2(3(4",
					     "1(2!", "1(2(3!", "9(8(7(6(!" };

	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		printf("%s: %d\n", texts[i], guarded(texts[i]));
	for (int i = 3; i < 12; i++) {
		struct job j = { i, i % 7 + 1 };
		int ret = 0;
		int thrown = protected(run_job, &j, &ret);

		printf("%d: %d %d %d\n", i, thrown, ret, copied(i));
	}
	return check_done();
}
