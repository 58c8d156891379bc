/* SPDX-License-Identifier: MIT */
#include "ckptlib/frames.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "ckptlib/park.h"
#include "ckptlib/varray.h"

struct ckpti_frames ckpti_frames;

/* How an array of variable length is stored. */
struct stored_array {
	void *at;
	const struct ckpt_type *type;
};

bool ckpti_var_in_memory(const struct ckpt_var *var)
{
	return var->pass == CKPT_P_MEM || var->pass == CKPT_P_ARRAY;
}

size_t ckpti_var_stored(const struct ckpt_var *var)
{
	if (var->pass == CKPT_P_ARRAY)
		return sizeof(struct stored_array);
	return var->pass == CKPT_P_MEM ? sizeof(void *) : var->type->size;
}

const struct ckpt_type *ckpti_var_type(const struct ckpt_var *var,
				       const void *at)
{
	struct stored_array array;

	if (var->pass != CKPT_P_ARRAY)
		return var->type;
	memcpy(&array, at, sizeof(array));
	return array.type;
}

void ckpti_frames_reset(void)
{
	ckpti_frames.n = 0;
	ckpti_frames.values.len = 0;
	ckpti_frames.values.failed = 0;
}

int ckpti_frames_failed(void)
{
	return ckpti_frames.values.failed;
}

static void store_integer(char *at, size_t size, long long value)
{
	int8_t v1 = (int8_t)value;
	int16_t v2 = (int16_t)value;
	int32_t v4 = (int32_t)value;

	switch (size) {
	case 1:
		memcpy(at, &v1, 1);
		break;
	case 2:
		memcpy(at, &v2, 2);
		break;
	case 4:
		memcpy(at, &v4, 4);
		break;
	default:
		memcpy(at, &value, 8);
	}
}

static void store_double(char *at, size_t size, double value)
{
	float narrow = (float)value;

	if (size == sizeof(float))
		memcpy(at, &narrow, sizeof(narrow));
	else
		memcpy(at, &value, sizeof(value));
}

/*
 * Stores the next argument. A va_list inside a struct can be passed on by
 * address whatever its own type is.
 */
struct args {
	va_list ap;
};

static void note(const void *at, size_t size)
{
	if (ckpti_park_note(at, size))
		ckpti_frames.values.failed = 1;
}

static void store_array(char *at, const struct ckpt_var *var, struct args *args)
{
	struct stored_array array;

	array.at = va_arg(args->ap, void *);
	array.type = ckpti_varray(var->type, va_arg(args->ap, unsigned long));
	if (!array.type) {
		ckpti_frames.values.failed = 1;
		array.type = var->type;
	} else if (array.type->size) {
		note(array.at, array.type->size);
	}
	memcpy(at, &array, sizeof(array));
}

static void store(char *at, const struct ckpt_var *var, struct args *args)
{
	size_t size = var->type->size;
	long double wide;
	void *p;

	switch (var->pass) {
	case CKPT_P_INT:
		store_integer(at, size, va_arg(args->ap, int));
		break;
	case CKPT_P_LONG:
		store_integer(at, size, va_arg(args->ap, long));
		break;
	case CKPT_P_LLONG:
		store_integer(at, size, va_arg(args->ap, long long));
		break;
	case CKPT_P_DOUBLE:
		store_double(at, size, va_arg(args->ap, double));
		break;
	case CKPT_P_LDOUBLE:
		wide = va_arg(args->ap, long double);
		memcpy(at, &wide, size < sizeof(wide) ? size : sizeof(wide));
		break;
	case CKPT_P_COPY:
		memcpy(at, va_arg(args->ap, void *), size);
		break;
	case CKPT_P_ARRAY:
		store_array(at, var, args);
		break;
	default: /* CKPT_P_PTR, CKPT_P_MEM */
		p = va_arg(args->ap, void *);
		memcpy(at, &p, sizeof(p));
		if (var->pass == CKPT_P_MEM)
			note(p, size);
	}
}

void ckpt_save(const struct ckpt_point *point, ...)
{
	struct ckpti_frames *f = &ckpti_frames;
	struct ckpti_frame *frame;
	size_t values = f->values.len;
	struct args args;
	unsigned i;
	char *at;

	frame = ckpti_grow(f->frames, &f->cap, f->n + 1, sizeof(*frame));
	if (!frame) {
		f->values.failed = 1;
		return;
	}
	f->frames = frame;
	va_start(args.ap, point);
	for (i = 0; i < point->nvars; i++) {
		at = ckpti_buf_add(&f->values,
				   ckpti_var_stored(&point->vars[i]));
		if (!at)
			break;
		store(at, &point->vars[i], &args);
	}
	va_end(args.ap);
	frame[f->n].point = point;
	frame[f->n].values = values;
	f->n++;
}
