/* SPDX-License-Identifier: MIT */
/* The jump back is to a frame further up: glibc's check must not object. */
#undef _FORTIFY_SOURCE
#include "ckptlib/park.h"

#include <alloca.h>
#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "ckptlib/os.h"

#define NOINLINE __attribute__((noinline, noclone))

/* Room below the parked range for the one that copies it back. */
#define DIVE_ROOM 16384

/* Around the part in use: what calls that have returned may have used. */
#define STACK_BELOW ((uintptr_t)8 << 20)
#define STACK_ABOVE 4096

static jmp_buf parked_env;
static char *stack_base; /* the parked range ends here */
static char *stack_low; /* and starts here */
static char *also_base;
static size_t also_size;
static size_t also_space; /* the largest size so far */

/*
 * A copy of both ranges, one behind the other. The one that is put back stays
 * as it is: it belongs to registers as they were. What an image says of
 * variables may differ from it, and is noted in another.
 */
struct copy {
	char *bytes;
	size_t space;
};
static struct copy raw, noted;
static int has_noted;

static int reserve(struct copy *copy, size_t need)
{
	char *p;

	if (need <= copy->space)
		return 0;
	need = (need + need / 4 + 0xffff) & ~(size_t)0xffff;
	p = ckpti_map(NULL, need);
	if (!p)
		return -ENOMEM;
	if (copy->bytes)
		ckpti_unmap(copy->bytes, copy->space);
	copy->bytes = p;
	copy->space = need;
	return 0;
}

/* Its own frame lies below all that is copied. */
static NOINLINE int copy_stack(void)
{
	size_t n;

	stack_low = (char *)((uintptr_t)__builtin_frame_address(0) &
			     ~(uintptr_t)15);
	n = (size_t)(stack_base - stack_low);
	has_noted = 0;
	if (reserve(&raw, n + also_size))
		return -ENOMEM;
	memcpy(raw.bytes, stack_low, n);
	if (also_size)
		memcpy(raw.bytes + n, also_base, also_size);
	return 0;
}

NOINLINE int ckpti_park(void)
{
	if (_setjmp(parked_env))
		return 1;
	return copy_stack();
}

static NOINLINE void put_back(char *below)
{
	size_t n = (size_t)(stack_base - stack_low);

	__asm__ volatile("" : : "r"(below) : "memory");
	memcpy(stack_low, raw.bytes, n);
	if (also_size)
		memcpy(also_base, raw.bytes + n, also_size);
	_longjmp(parked_env, 1);
}

NOINLINE void ckpti_unpark(void)
{
	char *here = __builtin_frame_address(0);
	char *want = stack_low - DIVE_ROOM;

	/* From another stack, or from above: go below the range first. */
	if (here > want && here < stack_base + DIVE_ROOM)
		put_back(alloca((size_t)(here - want)));
	put_back(here);
	__builtin_unreachable();
}

/* Where an address of the two ranges lies in a copy; NULL for others. */
static char *in_copy(const struct copy *copy, const void *addr)
{
	const char *p = addr;

	if (p >= stack_low && p < stack_base)
		return copy->bytes + (p - stack_low);
	if (p >= also_base && p < also_base + also_size)
		return copy->bytes + (stack_base - stack_low) + (p - also_base);
	return NULL;
}

const void *ckpti_parked(const void *addr)
{
	const char *at = in_copy(has_noted ? &noted : &raw, addr);

	return at ? at : addr;
}

int ckpti_park_note(const void *addr, size_t size)
{
	size_t n = ckpti_parked_size() + also_size;
	char *at = (char *)ckpti_parked(addr);

	if (at == addr || memcmp(at, addr, size) == 0)
		return 0;
	if (!has_noted) {
		if (reserve(&noted, n))
			return -ENOMEM;
		memcpy(noted.bytes, raw.bytes, n);
		has_noted = 1;
	}
	memcpy(in_copy(&noted, addr), addr, size);
	return 0;
}

size_t ckpti_parked_size(void)
{
	return (size_t)(stack_base - stack_low);
}

void ckpti_park_ranges(struct ckpti_park_ranges *ret_ranges)
{
	ret_ranges->stack_low = (uintptr_t)stack_low;
	if (ret_ranges->stack_low > STACK_BELOW)
		ret_ranges->stack_low -= STACK_BELOW;
	ret_ranges->stack_high = (uintptr_t)stack_base + STACK_ABOVE;
	ret_ranges->also_low = (uintptr_t)also_base;
	ret_ranges->also_high = (uintptr_t)also_base + also_space;
}

void ckpti_park_also(char *base, size_t size)
{
	also_base = base;
	also_size = size;
	if (size > also_space)
		also_space = size;
}

/* ---- where the program runs --------------------------------------------------- */

struct run {
	int (*body)(void *arg);
	void *arg;
	int result;
};

static struct run run_now;
static ucontext_t back;

static NOINLINE void run_body(void)
{
	/* All frames of body lie below the base, this one's rest too. */
	volatile char anchor[64];

	anchor[0] = 0;
	stack_base = (char *)anchor;
	run_now.result = run_now.body(run_now.arg);
	anchor[1] = 0;
}

static int run_elsewhere(size_t stack_bytes)
{
	static ucontext_t there;
	char *stack = ckpti_map(NULL, stack_bytes);

	if (!stack || getcontext(&there)) {
		if (stack)
			ckpti_unmap(stack, stack_bytes);
		return -ENOMEM;
	}
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = stack_bytes;
	there.uc_link = &back;
	makecontext(&there, run_body, 0);
	return swapcontext(&back, &there) ? -ENOMEM : 0;
}

int ckpti_park_run(int (*body)(void *arg), void *arg, size_t stack_bytes)
{
	run_now.body = body;
	run_now.arg = arg;
	if (!stack_bytes || run_elsewhere(stack_bytes))
		run_body();
	return run_now.result;
}
