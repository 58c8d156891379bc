/* SPDX-License-Identifier: MIT */
/* wrap_names: what changes names and the middle of files; each as libc's own. */
#ifndef CKPTLIB_WRAP_NAMES_H
#define CKPTLIB_WRAP_NAMES_H

#include <stdio.h>
#include <sys/types.h>

int ckpt_unlink(const char *path);
int ckpt_unlinkat(int dir, const char *path, int flags);
int ckpt_remove(const char *path);
int ckpt_rename(const char *from, const char *to);
int ckpt_mkdir(const char *path, mode_t mode);
int ckpt_rmdir(const char *path);
int ckpt_link(const char *from, const char *to);
int ckpt_symlink(const char *target, const char *path);
int ckpt_mkstemp(char *path);
int ckpt_mkstemp64(char *path);
int ckpt_mkostemp(char *path, int flags);
int ckpt_mkstemps(char *path, int suffix);
char *ckpt_mkdtemp(char *path);

off_t ckpt_lseek(int fd, off_t offset, int whence);
off64_t ckpt_lseek64(int fd, off64_t offset, int whence);
int ckpt_fseek(FILE *f, long offset, int whence);
int ckpt_fseeko(FILE *f, off_t offset, int whence);
int ckpt_fseeko64(FILE *f, off64_t offset, int whence);
int ckpt_fsetpos(FILE *f, const fpos_t *at);
int ckpt_fsetpos64(FILE *f, const fpos64_t *at);
void ckpt_rewind(FILE *f);
ssize_t ckpt_pwrite(int fd, const void *bytes, size_t n, off_t offset);
ssize_t ckpt_pwrite64(int fd, const void *bytes, size_t n, off64_t offset);
int ckpt_ftruncate(int fd, off_t length);
int ckpt_ftruncate64(int fd, off64_t length);

#endif
