/* SPDX-License-Identifier: MIT */
/* sha256: digests of files and texts, as hex. */
#ifndef HARRIER_SCHEDULER_SHA256_H
#define HARRIER_SCHEDULER_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define SHA256_HEX_SIZE 65

/* Of the whole file; moves its position. Also gives its length. */
int sha256_fd(int fd, char ret_hex[SHA256_HEX_SIZE], int64_t *ret_bytes,
	      struct err *err);
void sha256_text(const char *text, char ret_hex[SHA256_HEX_SIZE]);

#endif
