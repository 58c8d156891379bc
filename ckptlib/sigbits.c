/* SPDX-License-Identifier: MIT */
#include "ckptlib/sigbits.h"

#include <string.h>

void ckpti_sigbits_get(const sigset_t *set, unsigned char ret_bits[8])
{
	int sig;

	memset(ret_bits, 0, 8);
	for (sig = 1; sig <= 64; sig++) {
		if (sigismember(set, sig) == 1)
			ret_bits[(sig - 1) / 8] |=
				(unsigned char)(1 << (sig - 1) % 8);
	}
}

void ckpti_sigbits_set(const unsigned char bits[8], sigset_t *ret_set)
{
	int sig;

	sigemptyset(ret_set);
	for (sig = 1; sig <= 64; sig++) {
		if (bits[(sig - 1) / 8] >> (sig - 1) % 8 & 1)
			sigaddset(ret_set, sig);
	}
}
