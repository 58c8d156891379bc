/* SPDX-License-Identifier: MIT */
/* filetab: what files.c knows, for refiles.c, which fills it again. */
#ifndef CKPTLIB_FILETAB_H
#define CKPTLIB_FILETAB_H

#include <stdbool.h>
#include <stddef.h>

struct ckpti_fdinfo {
	char *path; /* as the program named it; NULL if it did not open it */
	bool inherited;
	bool own; /* IMG_O_OWN */
};

struct ckpti_filetab {
	struct ckpti_fdinfo *fds; /* by descriptor */
	size_t cap_fds;
	char **written;
	size_t nwritten, cap_written;
	char *start_dir; /* relative paths here are relative to it */
	bool moved; /* the program has changed directory */
	bool active; /* checkpoints are on */
};

extern struct ckpti_filetab ckpti_filetab;

/* A path as the tables keep it. */
void ckpti_file_written(const char *path);
/* Paths as the program says them. */
void ckpti_file_renamed(const char *from, const char *to);

/* An inherited descriptor of a restarted program; own: as IMG_O_OWN. */
void ckpti_file_inherited(int fd, bool own);

/* A path of the program's now, as the tables keep it: as the program says it,
 * below the first directory relative to that. */
void ckpti_file_name(const char *path, char *name, size_t size);
/* A path of the tables, as it can be used in the directory of now. */
void ckpti_file_real(const char *name, char *path, size_t size);

/* The name the system has for a descriptor, relative if below the first
 * directory; "" if it has none. */
void ckpti_fd_path(int fd, char *path, size_t size);

#endif
