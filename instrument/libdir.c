/* SPDX-License-Identifier: MIT */
#include "instrument/libdir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

/* Takes the path; gives it back if it can be read. */
static char *readable(char *path)
{
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *libdir_find(const char *name)
{
	static const char *const places[] = { "../lib/ckpt",
					      "../lib/harrier/ckpt" };
	const char *env = getenv("HCC_LIBDIR");
	struct strbuf dir = STRBUF_INIT;
	char *path = NULL;
	size_t i;

	if (env && *env)
		path = readable(xasprintf("%s/%s", env, name));
	if (!path && !fd_exe_dir(&dir, NULL))
		for (i = 0; i < 2 && !path; i++)
			path = readable(xasprintf("%s/%s/%s", dir.data,
						  places[i], name));
	strbuf_release(&dir);
	return path;
}

char *libdir_include(void)
{
	static const char tail[] = "/harrier/ckpt.h";
	char *path = libdir_find("include/harrier/ckpt.h");

	if (path)
		path[strlen(path) - strlen(tail)] = '\0';
	return path;
}
