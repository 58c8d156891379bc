/* SPDX-License-Identifier: MIT */
#include "ckptlib/layout.h"

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "ckptlib/image/sum.h"
#include "ckptlib/units.h"

#if LDBL_MANT_DIG == 53
#define LDOUBLE_FORMAT IMG_LD_BINARY64
#elif LDBL_MANT_DIG == 64
#define LDOUBLE_FORMAT IMG_LD_X87
#elif LDBL_MANT_DIG == 113
#define LDOUBLE_FORMAT IMG_LD_BINARY128
#elif LDBL_MANT_DIG == 106
#define LDOUBLE_FORMAT IMG_LD_DOUBLE_DOUBLE
#else
#error unknown format of long double
#endif

/* The alignment inside a struct, which _Alignof is not on i686. */
#define ALIGN_OF(type)               \
	offsetof(                    \
		struct {             \
			char c;      \
			type member; \
		},                   \
		member)

const struct img_layout ckpti_layout = {
	.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
	.char_signed = CHAR_MIN < 0,
	.ldouble = LDOUBLE_FORMAT,
	.size = { sizeof(short), sizeof(int), sizeof(long), sizeof(long long),
		  sizeof(void *), sizeof(float), sizeof(double),
		  sizeof(long double) },
	.align = { ALIGN_OF(short), ALIGN_OF(int), ALIGN_OF(long),
		   ALIGN_OF(long long), ALIGN_OF(void *), ALIGN_OF(float),
		   ALIGN_OF(double), ALIGN_OF(long double) },
};

const char ckpti_arch[] =
#if defined(__x86_64__)
	"X86_64";
#elif defined(__i386__)
	"I686";
#elif defined(__aarch64__)
	"AARCH64";
#elif defined(__arm__)
	"ARMHF";
#elif defined(__riscv)
	"RISCV64";
#elif defined(__s390x__)
	"S390X";
#elif defined(__powerpc64__)
	"PPC64";
#elif defined(__powerpc__)
	"PPC";
#elif defined(__mips__)
	"MIPS";
#else
	"OTHER";
#endif

uint64_t ckpti_signature(void)
{
	struct ckpti_sum sum;
	unsigned i;

	ckpti_sum_init(&sum);
	for (i = 0; i < ckpti_nunits(); i++)
		ckpti_sum_add(&sum, ckpti_unit(i)->name,
			      strlen(ckpti_unit(i)->name) + 1);
	return ckpti_sum_value(&sum);
}
