/* SPDX-License-Identifier: MIT */
/* os: messages, clocks, growable arrays, memory from the kernel. */
#ifndef CKPTLIB_OS_H
#define CKPTLIB_OS_H

#include <stddef.h>
#include <stdint.h>

#define CKPTI_LIKELY(x)	  __builtin_expect(!!(x), 1)
#define CKPTI_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Writes "ckpt: text\n" to descriptor 2, past stdio. errno is kept. */
void ckpti_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Monotonic time; async-signal-safe. */
uint64_t ckpti_now_ns(void);

/*
 * Makes room for `need` elements of `elem` bytes in `array`, doubling.
 * Returns the array, perhaps moved, or NULL with the old one untouched.
 */
void *ckpti_grow(void *array, size_t *cap, size_t need, size_t elem);

/* Bytes of unknown number. After a failed growth `failed` stays set. */
struct ckpti_buf {
	char *data;
	size_t len, cap;
	int failed;
};

/* Adds n bytes and returns where they are (until the next growth), or NULL. */
void *ckpti_buf_add(struct ckpti_buf *buf, size_t n);
void ckpti_buf_put(struct ckpti_buf *buf, const void *bytes, size_t n);
void ckpti_buf_release(struct ckpti_buf *buf);

/* Anonymous memory at `hint` or anywhere (NULL); NULL when there is none. */
void *ckpti_map(void *hint, size_t size);
/* The same exactly at `addr`; NULL, with nothing mapped, if it is taken. */
void *ckpti_map_at(void *addr, size_t size);
void ckpti_unmap(void *addr, size_t size);

#endif
