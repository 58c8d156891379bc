/* SPDX-License-Identifier: MIT */
/*
 * hold: what the program has in use that no image can carry. While there is
 * any, requests wait; the poll after its end answers them.
 */
#ifndef CKPTLIB_HOLD_H
#define CKPTLIB_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ckpti_hold_kind {
	CKPTI_HOLD_CHILD, /* key: the process id */
	CKPTI_HOLD_COMMAND, /* a stream of popen: its address */
	CKPTI_HOLD_STREAM, /* a stream that no file stands behind */
	CKPTI_HOLD_FD, /* a descriptor that cannot be opened again */
	CKPTI_HOLD_THREAD, /* its number */
	CKPTI_HOLD_MEMORY, /* mapped: its address */
	CKPTI_HOLD_SHM, /* attached by shmat */
	CKPTI_HOLD_SEMAPHORE,
};

/* `what` and `call` are texts that stay: "a socket", "socket". */
void ckpti_hold(enum ckpti_hold_kind kind, uintptr_t key, const char *what,
		const char *call);
/* Nothing happens if it is not held. */
void ckpti_hold_end(enum ckpti_hold_kind kind, uintptr_t key);
/* A copy of a held descriptor is held too. */
void ckpti_hold_copy(int fd, int copy);
/* Ends all; in a child process, which starts anew. */
void ckpti_hold_forget(void);

/* Whether anything is held; the text says what and since which call. */
bool ckpti_held(char *ret_text, size_t size);
bool ckpti_held_any(void);
bool ckpti_hold_has(enum ckpti_hold_kind kind, uintptr_t key);

/* Other threads run: words that one thread leaves another may read. */
extern bool ckpti_threaded;

/* For the tables that wrapped calls change; does nothing without threads. */
void ckpti_lock(void);
void ckpti_unlock(void);

#endif
