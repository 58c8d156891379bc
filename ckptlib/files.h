/* SPDX-License-Identifier: MIT */
/* files: descriptors, and the paths opened for writing since the start. */
#ifndef CKPTLIB_FILES_H
#define CKPTLIB_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckptlib/image/img.h"
#include "ckptlib/reasons.h"

/* What an image says of files; its texts are owned by the tables here. */
struct ckpti_filestate {
	struct img_fd *fds;
	struct img_stream *streams;
	struct img_written *written;
	size_t nfds, nstreams, nwritten;
	size_t cap_fds, cap_streams, cap_written;
	int failed; /* no memory */
	char problem[300]; /* why the files cannot go; "" if they can */
};

/* Called once at the start of the program: what it inherits. */
void ckpti_files_start(void);

/* Remembers that `path` was opened as `fd`; writable: for writing. */
void ckpti_file_opened(int fd, const char *path, int writable);
void ckpti_file_closed(int fd);
/* `copy` is another number for the same file now; negative: nothing. */
void ckpti_file_duplicated(int fd, int copy);
/* The program will change directory; it has done so. */
void ckpti_files_chdir(void);
void ckpti_files_moved(void);

/* Collects descriptors and written paths; what cannot go becomes a reason. */
void ckpti_files_capture(struct ckpti_filestate *state,
			 struct ckpti_reasons *reasons);
/* Why there can be no image now; the first one counts. */
void ckpti_files_problem(struct ckpti_filestate *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The image is in place: files in the middle of which something is written
 * are saved. */
void ckpti_files_rewriting(const struct ckpti_filestate *state);
void ckpti_filestate_release(struct ckpti_filestate *state);

/* Opens the image's descriptors. Changes no file. 0 or -1 with the reason. */
int ckpti_files_restore(const struct img *img, char *why, size_t why_size);
/* Truncates, removes, seeks: after all else succeeded. */
int ckpti_files_settle(const struct img *img, char *why, size_t why_size);
/* Into the directory where the program was; first whether that is possible. */
int ckpti_files_cwd(bool only_try, char *why, size_t why_size);

#endif
