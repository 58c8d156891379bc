/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_rand.h"

#include <stdint.h>
#include <string.h>

#include "ckptlib/own.h"

/* ---- random: r[i] = r[i-31] + r[i-3], the low bit dropped -------------------------- */

#define WORDS	 31
#define DISTANCE 3

long ckpt_random(void)
{
	struct ckpti_own *o = &ckpti_own;
	uint32_t sum;

	if (!o->rand_ready)
		ckpt_srandom(1);
	sum = (uint32_t)o->rand_state[o->rand_front] +
	      (uint32_t)o->rand_state[o->rand_rear];
	o->rand_state[o->rand_front] = (int)sum;
	o->rand_front = (o->rand_front + 1) % WORDS;
	o->rand_rear = (o->rand_rear + 1) % WORDS;
	return (long)(sum >> 1);
}

void ckpt_srandom(unsigned seed)
{
	struct ckpti_own *o = &ckpti_own;
	int32_t word = (int32_t)(seed ? seed : 1);
	int i;

	/* The first words: 16807 x mod (2^31 - 1), by Schrage's division. */
	for (i = 0; i < WORDS; i++) {
		o->rand_state[i] = word;
		word = 16807 * (word % 127773) - 2836 * (word / 127773);
		if (word < 0)
			word += 2147483647;
	}
	o->rand_front = DISTANCE;
	o->rand_rear = 0;
	o->rand_ready = 1;
	for (i = 0; i < 10 * WORDS; i++)
		ckpt_random();
}

int ckpt_rand(void)
{
	return (int)ckpt_random();
}

void ckpt_srand(unsigned seed)
{
	ckpt_srandom(seed);
}

/* ---- the 48-bit linear congruence ----------------------------------------------------- */

static uint64_t join(const unsigned short x[3])
{
	return (uint64_t)x[2] << 32 | (uint64_t)x[1] << 16 | x[0];
}

static void split(uint64_t v, unsigned short x[3])
{
	x[0] = (unsigned short)v;
	x[1] = (unsigned short)(v >> 16);
	x[2] = (unsigned short)(v >> 32);
}

static void set_factors(void)
{
	split(0x5deece66du, ckpti_own.drand_a);
	ckpti_own.drand_c = 0xb;
	ckpti_own.drand_ready = 1;
}

static uint64_t next48(unsigned short x[3])
{
	uint64_t v;

	if (!ckpti_own.drand_ready)
		set_factors();
	v = join(x) * join(ckpti_own.drand_a) + ckpti_own.drand_c;
	split(v, x);
	return v & 0xffffffffffffu;
}

double ckpt_erand48(unsigned short x[3])
{
	return (double)next48(x) / 281474976710656.0;
}

double ckpt_drand48(void)
{
	return ckpt_erand48(ckpti_own.drand_x);
}

long ckpt_nrand48(unsigned short x[3])
{
	return (long)(next48(x) >> 17);
}

long ckpt_lrand48(void)
{
	return ckpt_nrand48(ckpti_own.drand_x);
}

long ckpt_jrand48(unsigned short x[3])
{
	return (int32_t)(uint32_t)(next48(x) >> 16);
}

long ckpt_mrand48(void)
{
	return ckpt_jrand48(ckpti_own.drand_x);
}

void ckpt_srand48(long seed)
{
	set_factors();
	split((uint64_t)(uint32_t)seed << 16 | 0x330e, ckpti_own.drand_x);
}

unsigned short *ckpt_seed48(unsigned short x[3])
{
	struct ckpti_own *o = &ckpti_own;

	memcpy(o->drand_old, o->drand_x, sizeof(o->drand_old));
	memcpy(o->drand_x, x, sizeof(o->drand_x));
	set_factors();
	return o->drand_old;
}

void ckpt_lcong48(unsigned short param[7])
{
	struct ckpti_own *o = &ckpti_own;

	memcpy(o->drand_x, param, sizeof(o->drand_x));
	memcpy(o->drand_a, param + 3, sizeof(o->drand_a));
	o->drand_c = param[6];
	o->drand_ready = 1;
}
