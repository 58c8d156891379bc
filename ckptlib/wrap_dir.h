/* SPDX-License-Identifier: MIT */
/*
 * wrap_dir: directories. The names are read when it is opened and lie in the
 * program arena, so that a restart goes on where it was whatever the order of
 * the directory is there.
 */
#ifndef CKPTLIB_WRAP_DIR_H
#define CKPTLIB_WRAP_DIR_H

#include <dirent.h>

struct ckpti_dir {
	char *path; /* as the tables keep it */
	char **names;
	unsigned char *kinds; /* d_type */
	int count, at;
	int fd; /* of dirfd or fdopendir, else -1 */
	struct dirent entry;
	struct dirent64 entry64;
};

DIR *ckpt_opendir(const char *path);
DIR *ckpt_fdopendir(int fd);
int ckpt_closedir(DIR *dir);
struct dirent *ckpt_readdir(DIR *dir);
struct dirent64 *ckpt_readdir64(DIR *dir);
void ckpt_rewinddir(DIR *dir);
long ckpt_telldir(DIR *dir);
void ckpt_seekdir(DIR *dir, long at);
int ckpt_dirfd(DIR *dir);
int ckpt_scandir(const char *path, struct dirent ***ret_entries,
		 int (*filter)(const struct dirent *entry),
		 int (*compare)(const struct dirent **a,
				const struct dirent **b));
int ckpt_scandir64(const char *path, struct dirent64 ***ret_entries,
		   int (*filter)(const struct dirent64 *entry),
		   int (*compare)(const struct dirent64 **a,
				  const struct dirent64 **b));

#endif
