/* SPDX-License-Identifier: MIT */
#include "ckptlib/sigbits.h"

#include <string.h>

#include "ckptlib/abi.h"

const struct ckpt_type ckpt_word_type = { .name = "unsigned int",
					  .kind = CKPT_UINT,
					  .align = _Alignof(unsigned),
					  .size = sizeof(unsigned) };

/* The kernel's set is an array of unsigned long. */
#define SWAPPED (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && sizeof(long) == 8)
const struct ckpt_field ckpt_sigset_fields[2] = {
	{ .name = SWAPPED ? "33 to 64" : "1 to 32",
	  .type = &ckpt_word_type,
	  .offset = 0 },
	{ .name = SWAPPED ? "1 to 32" : "33 to 64",
	  .type = &ckpt_word_type,
	  .offset = 4 },
};

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
