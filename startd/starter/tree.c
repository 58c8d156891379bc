/* SPDX-License-Identifier: MIT */
#include "startd/starter/tree.h"

#include "common/base/fd.h"
#include "common/base/xalloc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A fork bomb may outrun the rounds: then the caller's next try goes on. */
#define ROUNDS_MAX 50

struct pids {
	pid_t *v;
	pid_t *parent;
	size_t count, alloc;
};

static void pids_add(struct pids *p, pid_t pid, pid_t parent)
{
	if (p->count == p->alloc) {
		p->alloc = p->alloc ? p->alloc * 2 : 64;
		p->v = xreallocarray(p->v, p->alloc, sizeof(*p->v));
		p->parent =
			xreallocarray(p->parent, p->alloc, sizeof(*p->parent));
	}
	p->v[p->count] = pid;
	p->parent[p->count] = parent;
	p->count++;
}

/* The command's name stands in parentheses and may hold any character. */
static int parse_stat(char *text, struct tree_stat *ret)
{
	uint64_t utime, stime, cutime, cstime;
	char *p = strrchr(text, ')'), *name = strchr(text, '(');

	if (!p || !name || name > p)
		return -ENOENT;
	snprintf(ret->comm, sizeof(ret->comm), "%.*s", (int)(p - name - 1),
		 name + 1);
	if (sscanf(p + 1,
		   " %c %d %*d %*d %d %*d %*u %*u %*u %*u %*u %" SCNu64
		   " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %*d %*d %*d %*d %" SCNu64,
		   &ret->state, &ret->ppid, &ret->tty_nr, &utime, &stime,
		   &cutime, &cstime, &ret->start_ticks) != 8)
		return -ENOENT;
	ret->cpu_ticks = utime + stime + cutime + cstime;
	return 0;
}

int tree_stat(pid_t pid, struct tree_stat *ret_stat)
{
	char path[64], text[1024];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	n = fd_read_full(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -ENOENT;
	text[n] = '\0';
	return parse_stat(text, ret_stat);
}

/* All processes with their parents. */
static void snapshot(struct pids *all)
{
	struct dirent *de;
	DIR *dir = opendir("/proc");

	if (!dir)
		return;
	while ((de = readdir(dir))) {
		struct tree_stat st;
		pid_t pid;

		if (!isdigit((unsigned char)de->d_name[0]))
			continue;
		pid = (pid_t)atoi(de->d_name);
		if (!tree_stat(pid, &st))
			pids_add(all, pid, st.ppid);
	}
	closedir(dir);
}

pid_t *tree_all(size_t *ret_count)
{
	struct pids all = { 0 };

	snapshot(&all);
	free(all.parent);
	*ret_count = all.count;
	return all.v;
}

bool tree_is_below(pid_t pid, const char *comm)
{
	struct tree_stat st;

	while (pid > 1 && !tree_stat(pid, &st)) {
		if (!strcmp(st.comm, comm))
			return true;
		pid = st.ppid;
	}
	return false;
}

static void pids_release(struct pids *p)
{
	free(p->v);
	free(p->parent);
}

pid_t *tree_list(pid_t root, size_t *ret_count)
{
	struct pids all = { 0 }, found = { 0 };
	size_t i, next = 0;
	pid_t parent = root;

	snapshot(&all);
	for (;;) {
		for (i = 0; i < all.count; i++) {
			if (all.parent[i] == parent && all.v[i] != root)
				pids_add(&found, all.v[i], parent);
		}
		if (next == found.count)
			break;
		parent = found.v[next++];
	}
	pids_release(&all);
	free(found.parent);
	*ret_count = found.count;
	return found.v;
}

static bool at_rest(char state, int sig)
{
	if (state == 'Z' || state == 'X')
		return true;
	return sig == SIGSTOP && (state == 'T' || state == 't');
}

/* Returns how many had to be signalled. */
static size_t signal_round(pid_t root, int sig, size_t *ret_met)
{
	size_t i, moving = 0;
	pid_t *pids = tree_list(root, ret_met);

	for (i = 0; i < *ret_met; i++) {
		struct tree_stat st;

		if (tree_stat(pids[i], &st) < 0 || at_rest(st.state, sig))
			continue;
		if (!kill(pids[i], sig))
			moving++;
	}
	free(pids);
	return moving;
}

size_t tree_signal(pid_t root, int sig)
{
	size_t met = 0;
	int round;

	for (round = 0; round < ROUNDS_MAX; round++) {
		if (!signal_round(root, sig, &met) || sig == SIGCONT)
			break;
		if (round)
			usleep(200);
	}
	return met;
}

bool tree_stopped(pid_t root)
{
	size_t i, count;
	pid_t *pids = tree_list(root, &count);
	bool all = true;

	for (i = 0; i < count && all; i++) {
		struct tree_stat st;

		all = tree_stat(pids[i], &st) < 0 || at_rest(st.state, SIGSTOP);
	}
	free(pids);
	return all;
}

int64_t tree_cpu_us(pid_t root)
{
	int64_t hz = sysconf(_SC_CLK_TCK), sum = 0;
	size_t i, count;
	pid_t *pids = tree_list(root, &count);

	for (i = 0; i < count; i++) {
		struct tree_stat st;

		if (!tree_stat(pids[i], &st))
			sum += (int64_t)st.cpu_ticks * 1000000 / hz;
	}
	free(pids);
	return sum;
}
