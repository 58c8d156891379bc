/* SPDX-License-Identifier: MIT */
/* A running checksum that every program prints at its end. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>

static uint32_t check_sum = UINT32_C(2166136261);

static inline void check_mix(uint32_t x)
{
	check_sum = (check_sum ^ x) * UINT32_C(16777619);
	check_sum = check_sum << 7 | check_sum >> 25;
}

static inline int check_done(void)
{
	printf("checksum %08x\n", (unsigned)check_sum);
	return 0;
}

#endif
