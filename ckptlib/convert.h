/* SPDX-License-Identifier: MIT */
/*
 * convert: values from the writer's layout into ours. For each pair of an
 * image's type and one of this program a short program of ops is made once.
 */
#ifndef CKPTLIB_CONVERT_H
#define CKPTLIB_CONVERT_H

#include "ckptlib/load.h"

enum ckpti_cv_code {
	CKPTI_CV_COPY, /* `count` bytes */
	CKPTI_CV_SWAP, /* `count` scalars of `from_size` bytes */
	CKPTI_CV_INT, /* `count` integers that change their width */
	CKPTI_CV_LDOUBLE,
	CKPTI_CV_PTR,
	CKPTI_CV_WORDS, /* bytes that may hold pointers; same layout */
	CKPTI_CV_ANY, /* words: a pointer if it leads somewhere, else an int */
	CKPTI_CV_BITS, /* a bit-field */
	CKPTI_CV_ACTIVE, /* a union of which the program tells the member */
	CKPTI_CV_LOOP, /* the next `body` ops, `count` times */
};

struct ckpti_cvop {
	uint8_t code;
	uint8_t is_signed, to_signed;
	uint8_t from_size, to_size;
	uint32_t body;
	uint32_t pointee; /* of CV_PTR: the image's type */
	uint64_t from, to; /* offsets */
	uint64_t count, from_stride, to_stride;
	const struct ckpti_told *told; /* of CV_ACTIVE; count: its bytes */
	const struct img_field *bits;
	const struct ckpt_field *to_bits;
};

/* How to convert each member of a union. */
struct ckpti_member {
	const struct ckpt_field *field;
	const struct img_field *from;
	struct ckpti_conv *conv; /* NULL: a bit-field */
};

struct ckpti_told {
	struct ckpti_told *next;
	const struct ckpt_active *active;
	size_t back; /* what that looks at starts so far before the union */
	const struct ckpt_type *type;
	struct ckpti_member members[];
};

struct ckpti_conv {
	struct ckpti_conv *next;
	uint32_t from;
	const struct ckpt_type *to;
	struct ckpti_cvop *ops;
	size_t nops, cap;
	bool identical; /* in place: no byte changes but pointers' */
	bool plain; /* one copy of all bytes */
	bool bad; /* does not match */
	struct ckpti_told *told; /* all of its ops' */
	struct ckpti_conv *tail; /* of a flexible array's elements */
	uint64_t from_tail;
	size_t to_tail;
};

/* What is converted, for messages. */
struct ckpti_what {
	const char *kind; /* "variable", "block of" */
	const char *name;
	const char *file; /* or NULL */
	uint32_t line;
	bool soft; /* perhaps never assigned: whatever does not fit is cut */
};

/* The conversion, or NULL with the reason: they are not the same type. */
struct ckpti_conv *ckpti_conv_get(struct ckpti_load *load, uint32_t from,
				  const struct ckpt_type *to);

/* Bytes that an object of `size` bytes in the image takes here. */
size_t ckpti_conv_size(struct ckpti_load *load, const struct ckpti_conv *conv,
		       uint64_t size);

/* 0, or -1 with the reason. */
int ckpti_conv_run(struct ckpti_load *load, const struct ckpti_conv *conv,
		   const void *from, uint64_t size, void *to,
		   const struct ckpti_what *what);

/*
 * Where a byte of the image's object is here. pointee: the image's type that
 * the pointer is declared to lead to, or IMG_NONE: it decides where one part
 * ends and the next one starts.
 */
size_t ckpti_conv_offset(struct ckpti_load *load, uint32_t from,
			 const struct ckpt_type *to, uint64_t offset,
			 uint32_t pointee);

/* Whether an image's object of type `whole` starts with (a run of) `part`. */
bool ckpti_img_starts(const struct img *img, uint32_t whole, uint32_t part);

/* The program's field for the i-th of the image's type, or NULL. */
const struct ckpt_field *ckpti_field_for(const struct img_type *from,
					 uint32_t i,
					 const struct ckpt_type *to);

#endif
