/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/hold.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/wrap_heap.h"

/* ---- texts: one copy each, which stays ------------------------------------------- */

#define MAX_TEXTS 256

static char *text_of(char ***texts, int number, const char *text)
{
	int saved = errno;
	char **p = *texts;

	if (!text || number < 0 || number >= MAX_TEXTS)
		return (char *)(uintptr_t)text;
	if (!p) {
		p = ckpti_alloc_zero(CKPTI_PROGRAM, MAX_TEXTS * sizeof(*p),
				     ckpti_text_type);
		if (!p)
			return (char *)(uintptr_t)text;
		*texts = p;
	}
	if (!p[number] || strcmp(p[number], text) != 0)
		p[number] = ckpt_strdup(text);
	errno = saved;
	return p[number] ? p[number] : (char *)(uintptr_t)text;
}

char *ckpt_strerror(int error)
{
	return text_of(&ckpti_own.error_texts, error, strerror(error));
}

char *ckpt_strsignal(int sig)
{
	return text_of(&ckpti_own.signal_texts, sig, strsignal(sig));
}

/* ---- streams without a file: requests wait until they are closed ------------------- */

struct memory {
	uintptr_t f;
	char **text;
	size_t *size;
};

static struct memory *memories;
static size_t nmemories, cap_memories;

static FILE *held(FILE *f, const char *call)
{
	if (f)
		ckpti_hold(CKPTI_HOLD_STREAM, (uintptr_t)f,
			   "a stream without a file", call);
	return f;
}

FILE *ckpt_open_memstream(char **ret_text, size_t *ret_size)
{
	FILE *f = held(open_memstream(ret_text, ret_size), "open_memstream");
	struct memory *m;

	if (!f)
		return NULL;
	ckpti_lock();
	m = ckpti_grow(memories, &cap_memories, nmemories + 1, sizeof(*m));
	if (m) {
		memories = m;
		m[nmemories++] =
			(struct memory){ (uintptr_t)f, ret_text, ret_size };
	}
	ckpti_unlock();
	return f;
}

FILE *ckpt_fmemopen(void *bytes, size_t size, const char *mode)
{
	return held(fmemopen(bytes, size, mode), "fmemopen");
}

FILE *ckpt_fopencookie(void *cookie, const char *mode,
		       cookie_io_functions_t functions)
{
	return held(fopencookie(cookie, mode, functions), "fopencookie");
}

static void take_text(const struct memory *m)
{
	char *p = ckpti_alloc(CKPTI_PROGRAM, *m->size + 1, ckpti_char_type);

	if (!p)
		return; /* a capture will say what it is */
	memcpy(p, *m->text, *m->size);
	p[*m->size] = '\0';
	free(*m->text);
	*m->text = p;
}

void ckpti_memstream_closed(uintptr_t f)
{
	struct memory m = { 0 };
	size_t i;

	ckpti_hold_end(CKPTI_HOLD_STREAM, f);
	ckpti_lock();
	for (i = 0; i < nmemories && !m.f; i++) {
		if (memories[i].f != f)
			continue;
		m = memories[i];
		memories[i] = memories[--nmemories];
	}
	ckpti_unlock();
	if (m.f && *m.text)
		take_text(&m);
}
