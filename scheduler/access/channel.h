/* SPDX-License-Identifier: MIT */
/*
 * channel: packets between the scheduler and harrier-access, over a
 * SOCK_SEQPACKET pair: one request, one answer, in order.
 */
#ifndef HARRIER_ACCESS_CHANNEL_H
#define HARRIER_ACCESS_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

/* What the helper can do. Paths are absolute. */
enum access_verb {
	ACCESS_STAT, /* path -> values as ACCESS_V_* */
	ACCESS_LIST, /* path of a directory, fd -> the regular files below
			* it, relative names ended by NUL, into fd */
	ACCESS_READ, /* path, fd -> its bytes into fd; values as STAT */
	ACCESS_STAGE, /* path, text: temporary name beside it, fd: content,
			* a: mode -> written and synced */
	ACCESS_COMMIT, /* path, text: temporary name -> renamed, durable */
	ACCESS_SIZE, /* path -> value 0: bytes, 0 if it does not exist */
	ACCESS_APPEND, /* path, text, a: offset -> value 0: where it went */
	ACCESS_REMOVE, /* path -> gone; fine if it was not there */
	ACCESS_VERBS,
};

enum access_value {
	ACCESS_V_SIZE,
	ACCESS_V_MODE,
	ACCESS_V_MTIME_NS,
	ACCESS_V_CTIME_NS,
	ACCESS_V_DEV,
	ACCESS_V_INO,
	ACCESS_V_IS_DIR,
	ACCESS_VALUES,
};

/* Makes missing directories above the path. */
#define ACCESS_MKDIR 010000

#define ACCESS_PATH_MAX 4096
#define ACCESS_TEXT_MAX (64u * 1024)
#define ACCESS_MSG_MAX	512

struct access_request {
	uint32_t id;
	uint32_t verb;
	int64_t a;
	uint32_t path_len; /* the path, then the text, follow the struct */
	uint32_t text_len;
};

struct access_reply {
	uint32_t id;
	int32_t result; /* 0 or -errno */
	int64_t values[ACCESS_VALUES];
	char message[ACCESS_MSG_MAX]; /* when result is not 0 */
};

/* A received request: path and text end in a NUL. fd is -1 without one. */
struct access_call {
	struct access_request head;
	char *path;
	char *text;
	int fd;
};

/* 0 or -errno; @fd may be -1. For a blocking or nonblocking socket. */
int channel_send(int sock, const struct access_request *head, const char *path,
		 const void *text, int fd);
/*
 * Waits for a request. 1, 0 at the end of the channel, or -errno (-EPROTO:
 * a malformed packet). The caller frees with channel_call_release.
 */
int channel_receive(int sock, struct access_call *ret_call);
void channel_call_release(struct access_call *call);

#endif
