/* SPDX-License-Identifier: MIT */
/* wrap_heap: malloc and its kin, as code built by hcc calls them. */
#ifndef CKPTLIB_WRAP_HEAP_H
#define CKPTLIB_WRAP_HEAP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Each behaves as the libc function of the same name without `ckpt_`. */
void *ckpt_malloc(size_t size);
void ckpt_free(void *block);
void *ckpt_calloc(size_t n, size_t size);
void *ckpt_realloc(void *block, size_t size);
void *ckpt_reallocarray(void *block, size_t n, size_t size);
void *ckpt_memalign(size_t align, size_t size);
void *ckpt_aligned_alloc(size_t align, size_t size);
int ckpt_posix_memalign(void **ret_block, size_t align, size_t size);
void *ckpt_valloc(size_t size);

char *ckpt_strdup(const char *text);
char *ckpt_strndup(const char *text, size_t n);
int ckpt_asprintf(char **ret_text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int ckpt_vasprintf(char **ret_text, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
int ckpt___asprintf_chk(char **ret_text, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int ckpt___vasprintf_chk(char **ret_text, int flag, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
ssize_t ckpt_getdelim(char **line, size_t *cap, int delim, FILE *f);
ssize_t ckpt___getdelim(char **line, size_t *cap, int delim, FILE *f);
ssize_t ckpt_getline(char **line, size_t *cap, FILE *f);
char *ckpt_realpath(const char *path, char *buffer);
char *ckpt_getcwd(char *buffer, size_t size);
char *ckpt_get_current_dir_name(void);

#endif
