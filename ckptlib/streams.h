/* SPDX-License-Identifier: MIT */
/* streams: the FILEs that the program holds open. */
#ifndef CKPTLIB_STREAMS_H
#define CKPTLIB_STREAMS_H

#include <stdint.h>
#include <stdio.h>

#include "ckptlib/files.h"
#include "ckptlib/image/img.h"
#include "ckptlib/os.h"

/* Whether addr is an open stream that an image can name. */
int ckpti_stream_known(uintptr_t addr);

/* Remembers a stream that fopen or the like returned; f may be NULL. */
FILE *ckpti_stream_opened(FILE *f, const char *mode);
void ckpti_stream_closed(FILE *f);
/* setvbuf was called: its mode and size. */
void ckpti_stream_buffered(FILE *f, int mode, size_t size);

/*
 * Flushes all streams, so that descriptors stand where the program thinks
 * they do, and collects what the image says of them. Goes on working as if
 * nothing had happened.
 */
void ckpti_streams_capture(struct ckpti_filestate *state);
/* After the image is written: gives unread bytes back to the streams. */
void ckpti_streams_go_on(void);

/* Makes the image's streams over the reopened descriptors. */
int ckpti_streams_restore(const struct img *img, char *why, size_t why_size);
/* The stream that had this address in the image, or NULL. */
FILE *ckpti_stream_restored(const struct img *img, uint64_t addr);
/* Buffering, positions, flags, unread bytes: after all else succeeded. */
void ckpti_streams_settle(const struct img *img);

#endif
