/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/room.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Left to others and to what writing needs itself. */
#define SPARE ((uint64_t)16 << 20)

/* No stdio: a stream would be a new block of libc's in the middle of a
 * capture. Returns the text, NUL-terminated, or NULL. */
static const char *read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	return text;
}

/* The number of a file that holds one; UINT64_MAX for "max" and no file. */
static uint64_t read_number(const char *folder, const char *name)
{
	char path[PATH_MAX], text[64], *end;
	unsigned long long v;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >=
		    sizeof(path) ||
	    !read_text(path, text, sizeof(text)))
		return UINT64_MAX;
	v = strtoull(text, &end, 10);
	return end == text ? UINT64_MAX : v;
}

/* The number behind `key` and a separator in a file of such lines, or 0. */
static uint64_t read_key(const char *path, const char *key)
{
	char text[8192];
	const char *p = read_text(path, text, sizeof(text));
	size_t n = strlen(key);

	for (; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (strncmp(p, key, n) == 0)
			return strtoull(p + n, NULL, 10);
	}
	return 0;
}

/* ---- control groups ----------------------------------------------------------------- */

struct names {
	const char *limit, *used, *cache;
};
static const struct names v2 = { "memory.max", "memory.current",
				 "inactive_file " };
static const struct names v1 = { "memory.limit_in_bytes",
				 "memory.usage_in_bytes",
				 "total_inactive_file " };

/* Bytes that one group has left; its file cache counts as free. */
static uint64_t left_in(const char *folder, const struct names *names)
{
	uint64_t limit = read_number(folder, names->limit);
	uint64_t used = read_number(folder, names->used);
	char path[PATH_MAX];
	uint64_t cache;

	if (limit == UINT64_MAX || used == UINT64_MAX)
		return UINT64_MAX;
	if ((size_t)snprintf(path, sizeof(path), "%s/memory.stat", folder) >=
	    sizeof(path))
		return UINT64_MAX;
	cache = read_key(path, names->cache);
	used -= cache < used ? cache : used;
	return used < limit ? limit - used : 0;
}

/* The least that a group below `root` or one above it has left. */
static uint64_t left_on_path(const char *root, const char *group,
			     const struct names *names)
{
	uint64_t least = UINT64_MAX, left;
	char folder[PATH_MAX];
	size_t n = strlen(root);
	char *slash;

	if ((size_t)snprintf(folder, sizeof(folder), "%s%s", root, group) >=
	    sizeof(folder))
		return UINT64_MAX;
	while (strlen(folder) >= n) {
		left = left_in(folder, names);
		least = left < least ? left : least;
		slash = strrchr(folder, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return least;
}

/* The line "id:controllers:path" that says where the process is. */
static const char *group_of(char *line, const char *controllers)
{
	char *first = strchr(line, ':');
	char *second = first ? strchr(first + 1, ':') : NULL;

	if (!second)
		return NULL;
	*second = '\0';
	return strcmp(first + 1, controllers) == 0 ? second + 1 : NULL;
}

static uint64_t left_in_groups(void)
{
	uint64_t least = UINT64_MAX, left;
	char text[8192], *line, *next;
	const char *group;

	if (!read_text("/proc/self/cgroup", text, sizeof(text)))
		return UINT64_MAX;
	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		left = UINT64_MAX;
		if (strncmp(line, "0::", 3) == 0)
			left = left_on_path("/sys/fs/cgroup", line + 3, &v2);
		else if ((group = group_of(line, "memory")))
			left = left_on_path("/sys/fs/cgroup/memory", group,
					    &v1);
		least = left < least ? left : least;
	}
	return least;
}

/* ---- all of it ------------------------------------------------------------------------ */

int ckpti_room_for_copy(void)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t mapped = 0, resident = 0, free_bytes, need;
	struct rlimit limit;
	char text[128], *end;

	if (read_text("/proc/self/statm", text, sizeof(text))) {
		mapped = strtoull(text, &end, 10) * page;
		resident = strtoull(end, NULL, 10) * page;
	}
	need = resident + SPARE;
	if (!getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	    mapped + need > limit.rlim_cur)
		return 0;
	free_bytes = read_key("/proc/meminfo", "MemAvailable:") << 10;
	if (free_bytes && need > free_bytes)
		return 0;
	return need <= left_in_groups();
}
