/* SPDX-License-Identifier: MIT */
/* upload.h: which files of a scratch directory go. */
#include "startd/upload.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "startd/scratch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void upload_set_add(struct upload_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (!strcmp(set->names[i], name))
			return;
	}
	if (set->count % 64 == 0)
		set->names = xreallocarray(set->names, set->count + 64,
					   sizeof(*set->names));
	set->names[set->count++] = xstrdup(name);
}

void upload_set_release(struct upload_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		free(set->names[i]);
	free(set->names);
	*set = (struct upload_set){ 0 };
}

static bool has_prefix(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

static bool is_stream(const struct wire_start *start, const char *name)
{
	return (start->stdout_name && !strcmp(start->stdout_name, name)) ||
	       (start->stderr_name && !strcmp(start->stderr_name, name));
}

/* All files at any depth that were not inputs, or are so no more. */
static int select_changed(int dir_fd, const struct scratch_list *base,
			  struct upload_set *set, struct err *err)
{
	struct scratch_list all;
	size_t i;
	int r = scratch_scan(dir_fd, "", true, geteuid(), &all, err);

	if (r < 0)
		return r;
	for (i = 0; i < all.count; i++) {
		const char *name = all.files[i].name;

		if (has_prefix(name, SCRATCH_PRIVATE "/") &&
		    strcmp(name, SCRATCH_IMAGE))
			continue;
		if (!scratch_unchanged(base, &all.files[i]))
			upload_set_add(set, name);
	}
	scratch_list_release(&all);
	return 0;
}

static int select_new(int dir_fd, const struct scratch_list *base,
		      const struct wire_start *start, struct upload_set *set,
		      struct err *err)
{
	struct scratch_list all;
	size_t i;
	int r = scratch_scan(dir_fd, "", false, geteuid(), &all, err);

	if (r < 0)
		return r;
	for (i = 0; i < all.count; i++) {
		const char *name = all.files[i].name;

		if (has_prefix(name, SCRATCH_PRIVATE) &&
		    !is_stream(start, name))
			continue;
		if (!scratch_unchanged(base, &all.files[i]))
			upload_set_add(set, name);
	}
	scratch_list_release(&all);
	return 0;
}

/* A file, or a directory with all it holds. */
static int select_named(int dir_fd, const char *item, struct upload_set *set,
			struct err *err)
{
	struct scratch_list all;
	char name[PATH_MAX];
	size_t i, len;
	int fd, r;

	snprintf(name, sizeof(name), "%s", item);
	len = strlen(name);
	while (len > 1 && name[len - 1] == '/')
		name[--len] = '\0';
	if (scratch_is_dir(dir_fd, name)) {
		r = scratch_scan(dir_fd, name, true, geteuid(), &all, err);
		if (r < 0)
			return r;
		for (i = 0; i < all.count; i++)
			upload_set_add(set, all.files[i].name);
		scratch_list_release(&all);
		return 0;
	}
	fd = scratch_open(dir_fd, name, geteuid(), NULL, NULL);
	if (fd < 0)
		return err_set(err, fd == -EPERM ? -EPERM : -ENOENT,
			       fd == -EPERM ? "output '%s' is not a regular "
					      "file of the job's own"
					    : "the job left no output '%s'",
			       name);
	close(fd);
	upload_set_add(set, name);
	return 0;
}

static void select_stream(int dir_fd, const char *name, struct upload_set *set)
{
	int fd;

	if (!name)
		return;
	fd = scratch_open(dir_fd, name, geteuid(), NULL, NULL);
	if (fd < 0)
		return;
	close(fd);
	upload_set_add(set, name);
}

void upload_select_streams(int dir_fd, const struct wire_start *start,
			   struct upload_set *set)
{
	select_stream(dir_fd, start->stdout_name, set);
	select_stream(dir_fd, start->stderr_name, set);
}

int64_t upload_set_bytes(int dir_fd, const struct wire_start *start,
			 const struct upload_set *set)
{
	int64_t sum = 0, size = 0;
	size_t i;

	for (i = 0; i < set->count; i++) {
		int fd;

		if (is_stream(start, set->names[i]))
			continue;
		fd = scratch_open(dir_fd, set->names[i], geteuid(), &size,
				  NULL);
		if (fd < 0)
			continue;
		close(fd);
		sum += size;
	}
	return sum;
}

/* Items of a list: cut at commas, blanks around them removed. */
static int select_list(int dir_fd, const char *list, struct upload_set *set,
		       struct err *err)
{
	char *copy = xstrdup(list), *save = NULL, *item;
	int r = 0;

	for (item = strtok_r(copy, ",", &save); item && !r;
	     item = strtok_r(NULL, ",", &save)) {
		size_t len;

		item += strspn(item, " \t\n");
		len = strlen(item);
		while (len && strchr(" \t\n", item[len - 1]))
			item[--len] = '\0';
		if (len)
			r = select_named(dir_fd, item, set, err);
	}
	free(copy);
	return r;
}

static int select_outputs(int dir_fd, const struct wire_start *start,
			  struct upload_set *set, struct err *err)
{
	int i, r = 0;

	for (i = 0; start->outputs[i]; i++) {
		int code = select_named(dir_fd, start->outputs[i], set, err);

		if (!r)
			r = code;
	}
	return r;
}

static int need_bytes(int dir_fd, const struct wire_start *start,
		      const struct upload_set *set, struct err *err)
{
	size_t i, files = 0;

	for (i = 0; i < set->count; i++)
		files += !is_stream(start, set->names[i]);
	if (!files)
		return err_set(err, -ENODATA, "it has no file");
	if (upload_set_bytes(dir_fd, start, set) == 0)
		return err_set(err, -ENODATA, "its files are empty");
	return 0;
}

int upload_select_checkpoint(int dir_fd, const struct scratch_list *base,
			     const struct wire_start *start,
			     struct upload_set *set, struct err *err)
{
	const char *list = start->ad ? ad_str(start->ad, "TransferCheckpoint")
				     : NULL;
	int r;

	if (start->checkpoints)
		return select_changed(dir_fd, base, set, err);
	if (list)
		r = select_list(dir_fd, list, set, err);
	else if (start->outputs && start->outputs[0])
		r = select_outputs(dir_fd, start, set, err);
	else
		r = select_changed(dir_fd, base, set, err);
	if (r < 0)
		return r;
	upload_select_streams(dir_fd, start, set);
	return need_bytes(dir_fd, start, set, err);
}

int upload_select_evicted(int dir_fd, const struct scratch_list *base,
			  const struct wire_start *start,
			  struct upload_set *set, struct err *err)
{
	int r = 0;

	if (start->outputs)
		select_outputs(dir_fd, start, set, NULL);
	else
		r = select_changed(dir_fd, base, set, err);
	if (r < 0)
		return r;
	upload_select_streams(dir_fd, start, set);
	return need_bytes(dir_fd, start, set, err);
}

int upload_select_outputs(int dir_fd, const struct scratch_list *base,
			  const struct wire_start *start,
			  struct upload_set *set, struct err *err)
{
	upload_select_streams(dir_fd, start, set);
	if (!start->outputs)
		return select_new(dir_fd, base, start, set, err);
	return select_outputs(dir_fd, start, set, err);
}
