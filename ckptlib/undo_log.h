/* SPDX-License-Identifier: MIT */
/* undo_log: the log of undo.h on the disk, and undoing it. */
#ifndef CKPTLIB_UNDO_LOG_H
#define CKPTLIB_UNDO_LOG_H

#include <stddef.h>
#include <stdint.h>

/*
 * C created; T had `number` bytes; S content saved; L removed, saved under
 * another name; M moved here from `other`; D directory made; R directory
 * removed, `number` its mode.
 */
struct ckpti_undo_record {
	char kind;
	uint64_t number;
	unsigned copy;
	const char *path, *other;
};

/* 0 or -1 with errno. */
int ckpti_undo_append(uint64_t serial, const struct ckpti_undo_record *r);
void ckpti_undo_copy_name(char *name, size_t size, uint64_t serial,
			  unsigned copy);
/* Copies a file's content; 0 or -1 with errno and no copy. */
int ckpti_undo_copy(const char *from, const char *to);
/* Removes the logs from `first` to before `end` and their copies. */
void ckpti_undo_drop(uint64_t first, uint64_t end);

#endif
