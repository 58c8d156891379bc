/* SPDX-License-Identifier: MIT */
/*
 * writer: a child that writes the image while the program goes on.
 *
 * Invariants:
 * - At most one child writes at a time, and a capture begins when none does.
 * - Who writes holds a lock on the file that is written (IMAGE.part), from
 *   before the fork until its end. Nobody else writes to the file, and
 *   a restart waits until it is free, so that no older image replaces the one
 *   it began with.
 * - The program can neither wait for the child nor get a SIGCHLD of it.
 */
#ifndef CKPTLIB_WRITER_H
#define CKPTLIB_WRITER_H

#include <stddef.h>
#include <stdint.h>

/* Whether a child should write what is captured now. */
int ckpti_writer_wanted(void);

/*
 * Makes the child that will write to `part`, a locked file. Returns 1 in the
 * child, whose only descriptors are `part` and the standard ones, and which
 * must end with ckpti_writer_end; 0 in the program; -errno without a child.
 */
int ckpti_writer_start(int part);
/* In the child, before it renames or removes the file: whatever became of the
 * image will be told. Afterwards it ends. */
void ckpti_writer_decided(void);
void ckpti_writer_end(void) __attribute__((noreturn));

/* In the program: for how long it stood still, for the child's statistics. */
void ckpti_writer_paused(uint64_t ns);
/* In the child: the same, as soon as it is known. */
uint64_t ckpti_writer_pause(void);

int ckpti_writer_busy(void);
/* Ends a child that still writes; or waits for its end. */
void ckpti_writer_stop(void);
void ckpti_writer_wait(void);

/* At the start: waits for a child that an earlier process left behind. */
void ckpti_writer_await_others(void);

/*
 * Opens IMAGE.part, empty, and locked if the file system can; *ret_locked says
 * so. Its name goes to `path`. A descriptor, or -errno: -EBUSY if another
 * process writes to it.
 */
int ckpti_part_open(char *path, size_t size, int *ret_locked);

#endif
