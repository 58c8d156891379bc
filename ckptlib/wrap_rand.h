/* SPDX-License-Identifier: MIT */
/* wrap_rand: rand, random and the drand48 family, number for number glibc's. */
#ifndef CKPTLIB_WRAP_RAND_H
#define CKPTLIB_WRAP_RAND_H

#include <stddef.h>

int ckpt_rand(void);
void ckpt_srand(unsigned seed);
long ckpt_random(void);
void ckpt_srandom(unsigned seed);
char *ckpt_initstate(unsigned seed, char *state, size_t size);
char *ckpt_setstate(char *state);
double ckpt_drand48(void);
double ckpt_erand48(unsigned short x[3]);
long ckpt_lrand48(void);
long ckpt_nrand48(unsigned short x[3]);
long ckpt_mrand48(void);
long ckpt_jrand48(unsigned short x[3]);
void ckpt_srand48(long seed);
unsigned short *ckpt_seed48(unsigned short x[3]);
void ckpt_lcong48(unsigned short param[7]);

#endif
