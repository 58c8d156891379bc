/* SPDX-License-Identifier: MIT */
#include "ckptlib/reasons.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/abi.h"
#include "ckptlib/os.h"
#include "ckptlib/units.h"

static uint32_t limit_of_class(unsigned class)
{
	switch (class) {
	case CKPT_ANY_MACHINE:
		return 0;
	case CKPT_SAME_BYTE_ORDER:
		return IMG_SAME_ORDER;
	case CKPT_SAME_WORD_SIZE:
		return IMG_SAME_WORD;
	case CKPT_SAME_LAYOUT:
		return IMG_SAME_LAYOUT;
	case CKPT_SAME_ADDRESSES:
		return IMG_SAME_ADDRESSES;
	default:
		return IMG_NOWHERE;
	}
}

void ckpti_reasons_add(struct ckpti_reasons *r, uint32_t limit,
		       const char *file, uint32_t line, const char *fmt, ...)
{
	struct ckpti_reason *p;
	char text[sizeof(p->text)];
	va_list ap;
	size_t i;

	if (!limit)
		return;
	r->limits |= (uint32_t)ckpti_img_limits_closed(limit);
	if (r->n == CKPTI_MAX_REASONS)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (i = 0; i < r->n; i++) {
		if (r->list[i].line == line &&
		    strcmp(r->list[i].text, text) == 0)
			return;
	}
	p = ckpti_grow(r->list, &r->cap, r->n + 1, sizeof(*p));
	if (!p) {
		r->failed = 1;
		return;
	}
	r->list = p;
	p += r->n++;
	p->limit = limit;
	p->file = file ? file : "";
	p->line = line;
	memcpy(p->text, text, sizeof(text));
}

void ckpti_reasons_begin(struct ckpti_reasons *r)
{
	unsigned u, i;

	memset(r, 0, sizeof(*r));
	for (u = 0; u < ckpti_nunits(); u++) {
		const struct ckpt_unit *unit = ckpti_unit(u);

		for (i = 0; i < unit->nreasons; i++) {
			const struct ckpt_reason *why = &unit->reasons[i];

			ckpti_reasons_add(r, limit_of_class(why->limit),
					  why->file, why->line, "%s",
					  why->text);
		}
	}
}

void ckpti_reasons_release(struct ckpti_reasons *r)
{
	free(r->list);
	memset(r, 0, sizeof(*r));
}
