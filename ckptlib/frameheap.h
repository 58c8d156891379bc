/* SPDX-License-Identifier: MIT */
/* frameheap: what functions that can be resumed have instead of alloca. */
#ifndef CKPTLIB_FRAMEHEAP_H
#define CKPTLIB_FRAMEHEAP_H

#include "ckptlib/abi.h"

#endif
