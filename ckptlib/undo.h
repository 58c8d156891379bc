/* SPDX-License-Identifier: MIT */
/*
 * undo: what the program does to files after an image was written, so that a
 * restart from that image after a crash finds them as they were.
 *
 * Beside the image lies a log, IMAGE.undo.SERIAL, of the changes since the
 * capture of that serial number. Each call here comes before the change itself.
 * Undoing twice is the same as undoing once: the log goes when a restart has
 * succeeded, or the next image is in its place.
 */
#ifndef CKPTLIB_UNDO_H
#define CKPTLIB_UNDO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The image of ckpti_serial was captured and the program goes on. */
void ckpti_undo_begin(void);

/* `path` will be opened for writing: emptied, appended to, or rewritten. */
enum ckpti_undo_how { CKPTI_UNDO_APPEND, CKPTI_UNDO_REWRITE };
void ckpti_undo_open(const char *path, enum ckpti_undo_how how);
/* An open file will be changed below the length it had: at `offset`. */
void ckpti_undo_rewrite(int fd, int64_t offset);
/* Whether the above may have to do something for the descriptor. */
extern bool ckpti_undo_on;
bool ckpti_undo_watches(int fd);
/* The descriptor leads elsewhere from here on. */
void ckpti_undo_fd(int fd);
void ckpti_undo_remove(const char *path);
void ckpti_undo_rename(const char *from, const char *to);
void ckpti_undo_mkdir(const char *path);
void ckpti_undo_rmdir(const char *path);
/* Made under a name that was not known before: 'C' a file, 'D' a directory. */
void ckpti_undo_made(const char *path, char kind);
/* A new name, of link or symlink. */
void ckpti_undo_name(const char *path);

/* Undoes all since the image of this serial was captured, the changes after
 * later captures that came to no image too. 0 or -errno with the path. */
int ckpti_undo_run(uint64_t serial, char *ret_path, size_t size);

#endif
