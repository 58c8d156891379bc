/* SPDX-License-Identifier: MIT */
/* name: attribute names, hashed and compared without regard to case. */
#ifndef HARRIER_AD_NAME_H
#define HARRIER_AD_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool name_first(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool name_char(char c)
{
	return name_first(c) || (c >= '0' && c <= '9');
}

static inline char name_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Writes len lower-case bytes and a NUL. */
static inline void name_fold(char *to, const char *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = name_lower(from[i]);
	to[len] = '\0';
}

/*
 * Eight bytes at a time; bit 5 of each byte is set first, which makes the
 * cases equal (and a few signs that no plain name holds: those who look up
 * compare the folded names as well). The value is for this process only.
 */
static inline uint64_t name_hash(const char *name, size_t len)
{
	const uint64_t fold = 0x2020202020202020u;
	uint64_t h = len * 0x9e3779b97f4a7c15u;
	uint64_t word;

	for (; len > 8; name += 8, len -= 8) {
		memcpy(&word, name, 8);
		h = (h ^ (word | fold)) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, name, len);
	h = (h ^ (word | fold)) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

/* memcmp(a, b, len) == 0, inline: names are short. */
static inline bool name_same(const char *a, const char *b, size_t len)
{
	uint64_t x, y;
	uint32_t v, w;

	if (len < 4) {
		while (len && a[len - 1] == b[len - 1])
			len--;
		return len == 0;
	}
	if (len < 8) {
		memcpy(&v, a, 4);
		memcpy(&w, b, 4);
		if (v != w)
			return false;
		memcpy(&v, a + len - 4, 4);
		memcpy(&w, b + len - 4, 4);
		return v == w;
	}
	for (size_t i = 0; i + 8 < len; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			return false;
	}
	memcpy(&x, a + len - 8, 8);
	memcpy(&y, b + len - 8, 8);
	return x == y;
}

#endif
