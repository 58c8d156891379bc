/* SPDX-License-Identifier: MIT */
/* The interpreter of vmswitch.c with computed goto. */
#define COMPUTED_GOTO
#include "vmswitch.c"
