/* SPDX-License-Identifier: MIT */
/* The heap calls of code built by hcc: the program arena. */
#include "ckptlib/wrap_heap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/alloc.h"
#include "ckptlib/hold.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"

const struct ckpt_type *volatile ckpt_hint;

/* The hint is for the next allocation only, whatever becomes of that. */
static inline const struct ckpt_type *take_hint(void)
{
	const struct ckpt_type *hint = ckpt_hint;

	ckpt_hint = NULL;
	if (CKPTI_UNLIKELY(ckpti_threaded))
		return NULL; /* another thread's, perhaps */
	return hint;
}

void *ckpt_malloc(size_t size)
{
	return ckpti_alloc(CKPTI_PROGRAM, size, take_hint());
}

void ckpt_free(void *block)
{
	ckpti_free(block);
}

void *ckpt_calloc(size_t n, size_t size)
{
	const struct ckpt_type *hint = take_hint();

	if (__builtin_mul_overflow(n, size, &n)) {
		errno = ENOMEM;
		return NULL;
	}
	return ckpti_alloc_zero(CKPTI_PROGRAM, n, hint);
}

void *ckpt_realloc(void *block, size_t size)
{
	const struct ckpt_type *hint = take_hint();

	if (block && size == 0) {
		ckpti_free(block);
		return NULL;
	}
	return ckpti_realloc(CKPTI_PROGRAM, block, size, hint);
}

void *ckpt_reallocarray(void *block, size_t n, size_t size)
{
	if (__builtin_mul_overflow(n, size, &n)) {
		take_hint();
		errno = ENOMEM;
		return NULL;
	}
	return ckpt_realloc(block, n);
}

void *ckpt_memalign(size_t align, size_t size)
{
	size_t power = 1;

	while (power < align && power <= SIZE_MAX / 4)
		power *= 2;
	return ckpti_alloc_aligned(CKPTI_PROGRAM, power, size, take_hint());
}

void *ckpt_aligned_alloc(size_t align, size_t size)
{
	return ckpt_memalign(align, size);
}

int ckpt_posix_memalign(void **ret_block, size_t align, size_t size)
{
	const struct ckpt_type *hint = take_hint();
	int saved = errno;
	void *p;

	if (!align || (align & (align - 1)) || align % sizeof(void *))
		return EINVAL;
	p = ckpti_alloc_aligned(CKPTI_PROGRAM, align, size, hint);
	errno = saved;
	if (!p)
		return ENOMEM;
	*ret_block = p;
	return 0;
}

void *ckpt_valloc(size_t size)
{
	return ckpt_memalign((size_t)sysconf(_SC_PAGESIZE), size);
}

/* ---- text ----------------------------------------------------------------------- */

static char *text_copy(const char *text, size_t len)
{
	char *p = ckpti_alloc(CKPTI_PROGRAM, len + 1, ckpti_char_type);

	if (p) {
		memcpy(p, text, len);
		p[len] = '\0';
	}
	return p;
}

char *ckpt_strdup(const char *text)
{
	return text_copy(text, strlen(text));
}

char *ckpt_strndup(const char *text, size_t n)
{
	return text_copy(text, strnlen(text, n));
}

int ckpt_vasprintf(char **ret_text, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return -1;
	p = ckpti_alloc(CKPTI_PROGRAM, (size_t)n + 1, ckpti_char_type);
	if (!p)
		return -1;
	*ret_text = p;
	return vsnprintf(p, (size_t)n + 1, fmt, ap);
}

int ckpt_asprintf(char **ret_text, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = ckpt_vasprintf(ret_text, fmt, ap);
	va_end(ap);
	return n;
}

int ckpt___asprintf_chk(char **ret_text, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, fmt);
	n = ckpt_vasprintf(ret_text, fmt, ap);
	va_end(ap);
	return n;
}

int ckpt___vasprintf_chk(char **ret_text, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	return ckpt_vasprintf(ret_text, fmt, ap);
}

/* Makes room for `need` bytes in a caller's line buffer. */
static int line_reserve(char **line, size_t *cap, size_t need)
{
	size_t n = *line && *cap ? *cap : 120;
	char *p;

	if (*line && need <= *cap)
		return 0;
	while (n < need)
		n *= 2;
	p = ckpti_realloc(CKPTI_PROGRAM, *line, n, ckpti_char_type);
	if (!p)
		return -1;
	*line = p;
	*cap = n;
	return 0;
}

static ssize_t read_line(char **line, size_t *cap, int delim, FILE *f)
{
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF) {
		if (line_reserve(line, cap, n + 2))
			return -1;
		(*line)[n++] = (char)c;
		if (c == delim)
			break;
	}
	if (n == 0)
		return -1;
	(*line)[n] = '\0';
	return (ssize_t)n;
}

ssize_t ckpt_getdelim(char **line, size_t *cap, int delim, FILE *f)
{
	ssize_t n;

	if (!line || !cap || !f) {
		errno = EINVAL;
		return -1;
	}
	flockfile(f);
	/* glibc makes room even when there is nothing to read. */
	n = line_reserve(line, cap, 1) ? -1 : read_line(line, cap, delim, f);
	funlockfile(f);
	return n;
}

ssize_t ckpt___getdelim(char **line, size_t *cap, int delim, FILE *f)
{
	return ckpt_getdelim(line, cap, delim, f);
}

ssize_t ckpt_getline(char **line, size_t *cap, FILE *f)
{
	return ckpt_getdelim(line, cap, '\n', f);
}

/* Moves a text that libc allocated into the program arena. */
static char *take_text(char *text)
{
	int saved = errno;
	char *p;

	if (!text)
		return NULL;
	p = ckpt_strdup(text);
	free(text);
	if (p)
		errno = saved;
	return p;
}

char *ckpt_realpath(const char *path, char *buffer)
{
	return buffer ? realpath(path, buffer)
		      : take_text(realpath(path, NULL));
}

char *ckpt_getcwd(char *buffer, size_t size)
{
	char *p;

	if (buffer)
		return getcwd(buffer, size);
	if (!size)
		return take_text(getcwd(NULL, 0));
	p = ckpti_alloc(CKPTI_PROGRAM, size, ckpti_char_type);
	if (!p)
		return NULL;
	if (!getcwd(p, size)) {
		ckpti_free(p);
		return NULL;
	}
	return p;
}

char *ckpt_get_current_dir_name(void)
{
	return take_text(get_current_dir_name());
}
