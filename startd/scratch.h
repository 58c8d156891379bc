/* SPDX-License-Identifier: MIT */
/*
 * scratch: a job's working directory seen from outside the job. The job may
 * put anything there, also while we look: every name is resolved beneath the
 * directory without symbolic links, and only regular files of the job's own
 * user with one link are read (a hard link may name another's file).
 */
#ifndef HARRIER_STARTD_SCRATCH_H
#define HARRIER_STARTD_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct record;

/* Below this directory lie the image and its statistics. */
#define SCRATCH_PRIVATE "_harrier"
#define SCRATCH_IMAGE	"_harrier/image"
#define SCRATCH_STATS	"_harrier/stats"

/* One file, and what tells whether it was written since. */
struct scratch_file {
	char *name; /* relative to the directory */
	int64_t size;
	int64_t mtime_ns;
	uint64_t ino;
};

struct scratch_list {
	struct scratch_file *files;
	size_t count;
};

/*
 * Creates the file `name`, of which no earlier one is left, and the
 * directories in between. Returns its descriptor or -errno.
 */
int scratch_create(int dir_fd, const char *name, mode_t mode, struct err *err);

/* Makes the directories that lead to `name`. 0 or -errno. */
int scratch_make_parents(int dir_fd, const char *name);

/*
 * Opens for reading. -EPERM for what is not a regular file of `uid` with one
 * link. *ret_size (may be NULL) is its size in bytes.
 */
int scratch_open(int dir_fd, const char *name, uid_t uid, int64_t *ret_size,
		 struct err *err);

/* Is `name` a directory (not through a link)? */
bool scratch_is_dir(int dir_fd, const char *name);

/*
 * Lists the regular files of `uid` below the directory `name` ("" for all),
 * sorted by name; with `deep` those of its subdirectories too. What is not
 * readable as scratch_open defines it is left out.
 */
int scratch_scan(int dir_fd, const char *name, bool deep, uid_t uid,
		 struct scratch_list *ret_list, struct err *err);
void scratch_list_release(struct scratch_list *list);

/* NULL if there is none of that name. */
const struct scratch_file *scratch_find(const struct scratch_list *list,
					const char *name);

/* True where `base` has the same file unchanged. */
bool scratch_unchanged(const struct scratch_list *base,
		       const struct scratch_file *file);

/* As lines of a record, for a restarted hstartd, and read from its file. */
void scratch_put(const struct scratch_list *list, struct record *rec);
int scratch_load(struct scratch_list *ret_list, const char *path,
		 struct err *err);

/* Disk space in use below the directory, in KiB. */
int64_t scratch_used_kb(int dir_fd);

#endif
