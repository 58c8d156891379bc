/* SPDX-License-Identifier: MIT */
/*
 * record: small files of `key value` lines, by which hstartd and the
 * starter leave each other word across crashes of either.
 */
#ifndef HARRIER_STARTER_RECORD_H
#define HARRIER_STARTER_RECORD_H

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * The files of an attempt's directory. `start` is written by hstartd, `began`
 * and `end` by the starter, which holds a lock on the directory itself as long
 * as it lives.
 */
#define RECORD_START "start"
#define RECORD_BEGAN "began"
#define RECORD_END   "end"

#define RECORD_SIZE_MAX (8u << 20)

struct record_line {
	char *key; /* a word without blanks */
	char *value; /* any text without NUL */
};

/* In the order of adding; a key may be there more than once. */
struct record {
	struct record_line *lines;
	size_t count;
};

#define RECORD_INIT     \
	{               \
		NULL, 0 \
	}

void record_release(struct record *rec);

/* Copies. */
void record_add(struct record *rec, const char *key, const char *value);
void record_add_int(struct record *rec, const char *key, int64_t value);

/* The first of that key, NULL if there is none; borrowed. */
const char *record_get(const struct record *rec, const char *key);
int64_t record_int(const struct record *rec, const char *key, int64_t missing);

/* The values of all lines of that key: a NULL-ended array of borrowed text. */
char **record_all(const struct record *rec, const char *key);

/*
 * Writes the file `path` whole or not at all. When it returns 0 the record
 * survives a power cut.
 */
int record_store(const struct record *rec, const char *path, struct err *err);

/*
 * The same for what only the death of a process must not undo: a power cut
 * may leave an empty file, or none.
 */
int record_keep(const struct record *rec, const char *path, struct err *err);

/*
 * Reads into an empty record. -ENOENT if there is no such file, -EBADMSG if
 * it is not one that record_store has written.
 */
int record_load(struct record *rec, const char *path, struct err *err);

#endif
