/* SPDX-License-Identifier: MIT */
/* unread: what a stream holds that the program has not read yet. */
#ifndef CKPTLIB_UNREAD_H
#define CKPTLIB_UNREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * `bytes` come before what the descriptor yields. Of a file that can seek
 * they are only what differs from the file itself: characters pushed back. A
 * wide stream's are in the multibyte form of the locale.
 */
struct ckpti_unread {
	unsigned char *bytes;
	size_t n, cap;
	bool taken; /* the stream is empty and wants `bytes` back */
	long long behind; /* where stdio has its descriptor, -1: as it is */
	bool eof, error; /* the stream's flags */
};

/*
 * Empties a stream that is being read and puts its descriptor behind `bytes`.
 * 0 or -errno; the stream then has to be given back what is there.
 */
int ckpti_unread_take(FILE *f, struct ckpti_unread *u);

/* Pushes the bytes back and sets the flags. */
void ckpti_unread_give(FILE *f, const struct ckpti_unread *u);

#endif
