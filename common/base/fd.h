/* SPDX-License-Identifier: MIT */
/* fd: whole reads and writes, durable files, directories; all close-on-exec. */
#ifndef HARRIER_BASE_FD_H
#define HARRIER_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"

/* Closes *fd unless it is negative, and sets it to -1. Keeps errno. */
void fd_close(int *fd);

/* 0 or -errno. */
int fd_set_cloexec(int fd, bool on);
int fd_set_nonblock(int fd, bool on);

/*
 * Reads until `size` bytes came or the end: the number of bytes, or -errno.
 * Interrupted calls go on; meant for blocking descriptors.
 */
ssize_t fd_read_full(int fd, void *buf, size_t size);
/* Writes all of it: 0 or -errno. */
int fd_write_full(int fd, const void *buf, size_t size);

/*
 * Appends a whole file to `out`; -EFBIG where it holds more than `limit`
 * bytes. On failure `out` is as before.
 */
int fd_read_file(const char *path, size_t limit, struct strbuf *out,
		 struct err *err);

/*
 * Replaces `path` by a file with these bytes and `mode`: written beside it
 * under a temporary name, fsynced, renamed, and the directory fsynced. After
 * a crash the path holds the old bytes or the new ones.
 * Fault points: fd.write, fd.sync, fd.rename, fd.dirsync.
 */
int fd_write_file_atomic(const char *path, const void *data, size_t size,
			 mode_t mode, struct err *err);

/*
 * The same without an fsync: whole or not there whatever process dies, but not
 * after a crash of the machine, when it may be empty or gone.
 */
int fd_write_file_whole(const char *path, const void *data, size_t size,
			mode_t mode, struct err *err);

/* fsyncs the directory that holds `path`: its name is durable after that. */
int fd_sync_parent(const char *path, struct err *err);

/* Renames and makes the change durable. */
int fd_rename_durable(const char *from, const char *to, struct err *err);

/* Makes the directory and its parents; one that exists is fine. */
int fd_mkdir_p(const char *path, mode_t mode, struct err *err);

/*
 * Removes `name` below the directory `dirfd` (or AT_FDCWD) with all it holds.
 * Follows no symbolic link and leaves no mount below it untold: another
 * device is -EXDEV. A name that does not exist is fine.
 */
int fd_rm_tree(int dirfd, const char *name, struct err *err);

/* The directory of the running program, without a slash at the end. */
int fd_exe_dir(struct strbuf *out, struct err *err);

#endif
