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
	bool absolute; /* the program has changed directory */
	bool active; /* checkpoints are on */
};

extern struct ckpti_filetab ckpti_filetab;

void ckpti_file_written(const char *path);

/* An inherited descriptor of a restarted program; own: as IMG_O_OWN. */
void ckpti_file_inherited(int fd, bool own);

/* The name the system has for a descriptor, relative if below the working
 * directory; "" if it has none. */
void ckpti_fd_path(int fd, char *path, size_t size);

#endif
