/* SPDX-License-Identifier: MIT */
#include "startd/cg_find.h"

#include "common/base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALL_JOBS "harrier"

static const char *const v1_names[CG_KINDS] = {
	[CG_CPU] = "cpu",
	[CG_MEMORY] = "memory",
	[CG_PIDS] = "pids",
};

/* Is `word` one of the comma-separated words? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, ",\n");

		if (n == len && !strncmp(list, word, len))
			return true;
		list += n;
		list += *list != '\0';
	}
	return false;
}

/* Which hierarchy a line of /proc/self/cgroup or a mount is; -1: none. */
static int kind_of(const char *controllers)
{
	int kind;

	for (kind = CG_CPU; kind < CG_KINDS; kind++) {
		if (has_word(controllers, v1_names[kind]))
			return kind;
	}
	return -1;
}

/* The group this process is in, per kind: lines `id:controllers:path`. */
static void read_own(char *own[CG_KINDS])
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		char *p = line, *controllers, *path;
		int kind;

		line[strcspn(line, "\n")] = '\0';
		strsep(&p, ":");
		controllers = strsep(&p, ":");
		path = p;
		if (!path)
			continue;
		kind = *controllers ? kind_of(controllers) : CG_V2;
		if (kind >= 0 && !own[kind])
			own[kind] = xstrdup(path);
	}
	if (f)
		fclose(f);
}

static void note_mount(char *mounts[CG_KINDS], char *line)
{
	char *sep = strstr(line, " - "), *point;
	char type[32], options[512];
	int i, kind = -1;

	if (!sep || sscanf(sep, " - %31s %*s %511s", type, options) != 2)
		return;
	if (!strcmp(type, "cgroup2"))
		kind = CG_V2;
	else if (!strcmp(type, "cgroup"))
		kind = kind_of(options);
	if (kind < 0 || mounts[kind])
		return;
	for (i = 0, point = line; i < 4 && point; i++) {
		point = strchr(point, ' ');
		point += point != NULL;
	}
	if (point)
		mounts[kind] = xstrndup(point, strcspn(point, " "));
}

/* Mount points: fifth word of each line, type and options behind ` - `. */
static void read_mounts(char *mounts[CG_KINDS])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[8192];

	while (f && fgets(line, sizeof(line), f))
		note_mount(mounts, line);
	if (f)
		fclose(f);
}

static bool make_group(const char *path)
{
	char procs[4096];

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return false;
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	return !access(procs, W_OK);
}

static bool write_text(const char *dir, const char *name, const char *text)
{
	char path[4096];
	int fd;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) >= 0;
	close(fd);
	return ok;
}

/* A controller works in a group when its parents hand it on. */
static void enable_v2(struct cg_parents *at, const char *top, const char *mid)
{
	char file[4096];
	int kind;

	for (kind = CG_CPU; kind < CG_KINDS; kind++) {
		static const char *const probes[CG_KINDS] = {
			[CG_CPU] = "cpu.max",
			[CG_MEMORY] = "memory.max",
			[CG_PIDS] = "pids.max",
		};
		char word[32];

		snprintf(word, sizeof(word), "+%s", v1_names[kind]);
		write_text(top, "cgroup.subtree_control", word);
		write_text(mid, "cgroup.subtree_control", word);
		write_text(at->path[CG_V2], "cgroup.subtree_control", word);
		snprintf(file, sizeof(file), "%s/%s", at->path[CG_V2],
			 probes[kind]);
		at->v2_has[kind] = !access(file, W_OK);
	}
}

/*
 * A version 2 group that hands controllers on may hold no processes: in a
 * delegated group we move aside first. The root group is exempt.
 */
static void step_aside(const char *top)
{
	char *leaf = xasprintf("%s/harrier-daemon", top);

	if (!mkdir(leaf, 0755) || errno == EEXIST)
		write_text(leaf, "cgroup.procs", "0");
	free(leaf);
}

static void find_one(const char *host, struct cg_parents *at, int kind,
		     const char *mount, const char *own)
{
	bool root = geteuid() == 0;
	char *top, *mid, *group;

	if (!root && (!own || !strcmp(own, "/")))
		return;
	top = xasprintf("%s%s", mount, root ? "" : own);
	mid = xasprintf("%s/" ALL_JOBS, top);
	group = xasprintf("%s/%s", mid, host);
	if (make_group(mid) && make_group(group)) {
		at->path[kind] = xstrdup(group);
		if (kind == CG_V2) {
			at->all_jobs = xstrdup(mid);
			if (!root)
				step_aside(top);
			enable_v2(at, top, mid);
		}
	}
	free(top);
	free(mid);
	free(group);
}

void cg_find(const char *host, struct cg_parents *at)
{
	char *own[CG_KINDS] = { 0 }, *mounts[CG_KINDS] = { 0 };
	int kind;

	read_own(own);
	read_mounts(mounts);
	for (kind = 0; kind < CG_KINDS; kind++) {
		if (mounts[kind])
			find_one(host, at, kind, mounts[kind], own[kind]);
		free(own[kind]);
		free(mounts[kind]);
	}
}

void cg_find_release(struct cg_parents *at)
{
	int kind;

	for (kind = 0; kind < CG_KINDS; kind++)
		free(at->path[kind]);
	free(at->all_jobs);
	memset(at, 0, sizeof(*at));
}
