/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_rand.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "ckptlib/own.h"

/* ---- random: r[i] = r[i-degree] + r[i-distance], the low bit dropped ------------- */

/*
 * By the size of the array: one word is a linear congruence. The words of the
 * program's own array are kept there least significant byte first, whatever
 * the machine, so that they are the same on the next one.
 */
static const struct kind {
	size_t bytes;
	int words, distance;
} kinds[] = {
	{ 8, 1, 0 }, { 32, 7, 3 }, { 64, 15, 1 }, { 128, 31, 3 }, { 256, 63, 1 }
};
#define HOME 3 /* the kind of libc's own array */

static const struct kind *kind_now(void)
{
	return &kinds[ckpti_own.rand_buffer ? ckpti_own.rand_kind : HOME];
}

static uint32_t word(int i)
{
	const unsigned char *p = (unsigned char *)ckpti_own.rand_buffer;

	if (!p)
		return (uint32_t)ckpti_own.rand_state[i];
	p += 4 + 4 * i;
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static void set_word(int i, uint32_t v)
{
	unsigned char *p = (unsigned char *)ckpti_own.rand_buffer;
	int k;

	if (!p) {
		ckpti_own.rand_state[i] = (int)v;
		return;
	}
	for (k = 0; k < 4; k++)
		p[4 + 4 * i + k] = (unsigned char)(v >> 8 * k);
}

long ckpt_random(void)
{
	struct ckpti_own *o = &ckpti_own;
	const struct kind *kind;
	uint32_t sum;

	if (!o->rand_ready)
		ckpt_srandom(1);
	kind = kind_now();
	if (kind->words == 1) {
		sum = (word(0) * 1103515245u + 12345u) & 0x7fffffff;
		set_word(0, sum);
		return (long)sum;
	}
	sum = word(o->rand_front) + word(o->rand_rear);
	set_word(o->rand_front, sum);
	o->rand_front = (o->rand_front + 1) % kind->words;
	o->rand_rear = (o->rand_rear + 1) % kind->words;
	return (long)(sum >> 1);
}

void ckpt_srandom(unsigned seed)
{
	struct ckpti_own *o = &ckpti_own;
	const struct kind *kind = kind_now();
	int32_t v = (int32_t)(seed ? seed : 1);
	int i;

	/* The first words: 16807 x mod (2^31 - 1), by Schrage's division. */
	for (i = 0; i < kind->words; i++) {
		set_word(i, (uint32_t)v);
		v = 16807 * (v % 127773) - 2836 * (v / 127773);
		if (v < 0)
			v += 2147483647;
	}
	o->rand_front = kind->distance;
	o->rand_rear = 0;
	o->rand_ready = 1;
	for (i = 0; kind->words > 1 && i < 10 * kind->words; i++)
		ckpt_random();
}

/* The array in use notes where it is; returns what leads to it. */
static char *leave_array(void)
{
	struct ckpti_own *o = &ckpti_own;

	if (!o->rand_ready)
		ckpt_srandom(1);
	if (!o->rand_buffer) {
		o->rand_home = o->rand_rear;
		return (char *)o->rand_state;
	}
	o->rand_buffer[0] = (char)o->rand_kind;
	o->rand_buffer[1] = (char)o->rand_rear;
	return o->rand_buffer;
}

char *ckpt_initstate(unsigned seed, char *state, size_t size)
{
	int k = 4;
	char *old;

	if (size < kinds[0].bytes || !state) {
		errno = EINVAL;
		return NULL;
	}
	while (kinds[k].bytes > size)
		k--;
	old = leave_array();
	ckpti_own.rand_buffer = state;
	ckpti_own.rand_kind = k;
	ckpt_srandom(seed);
	leave_array();
	return old;
}

char *ckpt_setstate(char *state)
{
	struct ckpti_own *o = &ckpti_own;
	char *old;

	if (state != (char *)o->rand_state && (unsigned char)state[0] > 4) {
		errno = EINVAL;
		return NULL;
	}
	old = leave_array();
	o->rand_buffer = state == (char *)o->rand_state ? NULL : state;
	if (o->rand_buffer) {
		o->rand_kind = state[0];
		o->rand_rear = (unsigned char)state[1];
	} else {
		o->rand_rear = o->rand_home;
	}
	o->rand_front =
		(o->rand_rear + kind_now()->distance) % kind_now()->words;
	return old;
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
