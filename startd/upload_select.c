/* SPDX-License-Identifier: MIT */
/* upload.h: which files of a scratch directory go. */
#include "startd/upload.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "startd/scratch.h"

#include <errno.h>
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

int upload_select_checkpoint(int dir_fd, const struct scratch_list *base,
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

static bool is_stream(const struct wire_start *start, const char *name)
{
	return (start->stdout_name && !strcmp(start->stdout_name, name)) ||
	       (start->stderr_name && !strcmp(start->stderr_name, name));
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

static int select_named(int dir_fd, const char *name, struct upload_set *set,
			struct err *err)
{
	struct scratch_list all;
	size_t i;
	int fd, r;

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

int upload_select_outputs(int dir_fd, const struct scratch_list *base,
			  const struct wire_start *start,
			  struct upload_set *set, struct err *err)
{
	int i, r = 0;

	select_stream(dir_fd, start->stdout_name, set);
	select_stream(dir_fd, start->stderr_name, set);
	if (!start->outputs)
		return select_new(dir_fd, base, start, set, err);
	for (i = 0; start->outputs[i]; i++) {
		int code = select_named(dir_fd, start->outputs[i], set, err);

		if (!r)
			r = code;
	}
	return r;
}
