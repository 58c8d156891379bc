/* tests: ckpt_now, ckpt_poll, the pragma, regions without polls, questions */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <harrier/ckpt.h>
#include <stdlib.h>

static int failures;

static int save_here(int depth, uint32_t *sum)
{
	uint32_t before = *sum;
	int how;

	if (depth > 0)
		return save_here(depth - 1, sum) + 1;
	how = ckpt_now();
	if (how == CKPT_FAILED)
		failures++;
	if (how == CKPT_OFF && ckpt_is_on())
		failures++;
	if (how == CKPT_RESUMED && ckpt_restarts() == 0)
		failures++;
	if (*sum != before)
		failures++;
	*sum = *sum * 31 + 7;
	return depth;
}

static int save_tail(void)
{
	return ckpt_now();
}

static uint32_t quiet(uint32_t x)
{
	ckpt_nopoll_begin();
	for (int i = 0; i < 50; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		ckpt_poll();
	}
	ckpt_nopoll_end();
	return x;
}

int main(void)
{
	unsigned long restarts = ckpt_restarts();
	uint32_t sum = 1, x = 2463534242u;

	for (int i = 0; i < 40; i++) {
		if (i % 8 == 3)
			check_mix((uint32_t)save_here(i % 5, &sum));
		if (i == 20 && save_tail() == CKPT_FAILED)
			failures++;
		x = quiet(x);
		check_mix(x);
#pragma harrier poll
		x = x * 5 + 1;
		ckpt_poll();
		if (ckpt_restarts() < restarts)
			failures++;
		restarts = ckpt_restarts();
		if (restarts && !ckpt_origin()[0])
			failures++;
		check_mix(sum);
	}
	printf("failures %d\n", failures);
	return check_done();
}
