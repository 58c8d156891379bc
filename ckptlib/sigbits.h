/* SPDX-License-Identifier: MIT */
/*
 * sigbits: sets of signals as 64 bits, signal n in bit (n - 1) % 8 of byte
 * (n - 1) / 8, the same on all machines.
 */
#ifndef CKPTLIB_SIGBITS_H
#define CKPTLIB_SIGBITS_H

#include <signal.h>

void ckpti_sigbits_get(const sigset_t *set, unsigned char ret_bits[8]);
void ckpti_sigbits_set(const unsigned char bits[8], sigset_t *ret_set);

#endif
