/* SPDX-License-Identifier: MIT */
/* wrap_files: what opens, closes and renames; each as libc's own. */
#ifndef CKPTLIB_WRAP_FILES_H
#define CKPTLIB_WRAP_FILES_H

#include <stdio.h>
#include <sys/types.h>

FILE *ckpt_fopen(const char *path, const char *mode);
FILE *ckpt_fopen64(const char *path, const char *mode);
FILE *ckpt_freopen(const char *path, const char *mode, FILE *f);
FILE *ckpt_freopen64(const char *path, const char *mode, FILE *f);
FILE *ckpt_fdopen(int fd, const char *mode);
FILE *ckpt_tmpfile(void);
FILE *ckpt_tmpfile64(void);
int ckpt_fclose(FILE *f);
int ckpt_setvbuf(FILE *f, char *buffer, int mode, size_t size);
void ckpt_setbuffer(FILE *f, char *buffer, size_t size);
void ckpt_setbuf(FILE *f, char *buffer);
void ckpt_setlinebuf(FILE *f);
int ckpt_open(const char *path, int flags, ...);
int ckpt_open64(const char *path, int flags, ...);
int ckpt___open_2(const char *path, int flags);
int ckpt___open64_2(const char *path, int flags);
int ckpt_openat(int dir, const char *path, int flags, ...);
int ckpt_openat64(int dir, const char *path, int flags, ...);
int ckpt_fcntl(int fd, int command, ...);
int ckpt_fcntl64(int fd, int command, ...);
int ckpt_creat(const char *path, mode_t mode);
int ckpt_creat64(const char *path, mode_t mode);
int ckpt_close(int fd);
int ckpt_dup(int fd);
int ckpt_dup2(int fd, int copy);
int ckpt_dup3(int fd, int copy, int flags);
int ckpt_truncate(const char *path, off_t length);
int ckpt_truncate64(const char *path, off64_t length);
int ckpt_chdir(const char *path);
int ckpt_fchdir(int fd);

#endif
