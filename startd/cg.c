/* SPDX-License-Identifier: MIT */
#include "startd/cg.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "startd/cg_find.h"
#include "startd/starter/record.h"
#include "startd/starter/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_PERIOD_US	  100000
#define REMOVE_TRIES	  50
#define IOPRIO_WHO_PROC	  1
#define IOPRIO_IDLE_CLASS (3 << 13)

struct cg_ctl {
	struct cg_parents at; /* paths of the parent groups, or NULL */
};

struct cg {
	struct cg_ctl *ctl;
	char *path[CG_KINDS]; /* of this job's group, or NULL */
	pid_t starter;
};

struct cg_ctl *cg_open(const char *host, bool signals_only)
{
	struct cg_ctl *ctl = xcalloc(1, sizeof(*ctl));

	if (!signals_only)
		cg_find(host, &ctl->at);
	return ctl;
}

void cg_close(struct cg_ctl *ctl)
{
	int i;

	if (!ctl)
		return;
	for (i = 0; i < CG_KINDS; i++) {
		if (ctl->at.path[i])
			rmdir(ctl->at.path[i]);
	}
	cg_find_release(&ctl->at);
	free(ctl);
}

static const char *provider(const struct cg_ctl *ctl, enum cg_kind kind)
{
	if (ctl->at.path[kind])
		return "cgroup1";
	return ctl->at.v2_has[kind] ? "cgroup2" : "none";
}

void cg_describe(const struct cg_ctl *ctl, struct strbuf *out)
{
	strbuf_addf(out, "freezer=%s cpu=%s memory=%s pids=%s",
		    ctl->at.path[CG_V2] ? "cgroup2" : "signals",
		    provider(ctl, CG_CPU), provider(ctl, CG_MEMORY),
		    provider(ctl, CG_PIDS));
}

bool cg_has_freezer(const struct cg_ctl *ctl)
{
	return ctl->at.path[CG_V2] != NULL;
}

/* ---- small files ---- */

static int write_file(const char *dir, const char *name, const char *text)
{
	char path[4096];
	int fd, r = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static bool read_file(const char *dir, const char *name, char *buf, size_t size)
{
	char path[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = fd_read_full(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* `usage_usec` of a version 2 cpu.stat, there without any controller. */
static int64_t usage_us(const char *dir)
{
	char text[2048];
	int64_t us;

	if (read_file(dir, "cpu.stat", text, sizeof(text)) &&
	    sscanf(text, "usage_usec %" SCNd64, &us) == 1)
		return us;
	return -1;
}

int64_t cg_jobs_cpu_us(const struct cg_ctl *ctl)
{
	return ctl->at.all_jobs ? usage_us(ctl->at.all_jobs) : -1;
}

/* ---- making groups ---- */

static void set_memory(struct cg *cg, int64_t bytes)
{
	char text[32];

	if (bytes <= 0)
		return;
	snprintf(text, sizeof(text), "%" PRId64, bytes);
	if (cg->path[CG_MEMORY])
		write_file(cg->path[CG_MEMORY], "memory.limit_in_bytes", text);
	else if (cg->path[CG_V2])
		write_file(cg->path[CG_V2], "memory.max", text);
}

int cg_create(struct cg_ctl *ctl, const char *name, int64_t memory_bytes,
	      struct cg **ret_cg, struct err *err)
{
	struct cg *cg = xcalloc(1, sizeof(*cg));
	int i;

	cg->ctl = ctl;
	for (i = 0; i < CG_KINDS; i++) {
		/* Processes are not limited: a group would only cost time. */
		if (!ctl->at.path[i] || i == CG_PIDS)
			continue;
		cg->path[i] = xasprintf("%s/%s", ctl->at.path[i], name);
		if (mkdir(cg->path[i], 0755) < 0 && errno != EEXIST) {
			int r = err_sys(err, -errno, "cannot make cgroup '%s'",
					cg->path[i]);

			cg_remove(cg);
			cg_free(cg);
			return r;
		}
	}
	set_memory(cg, memory_bytes);
	*ret_cg = cg;
	return 0;
}

void cg_share(struct cg *cg, int64_t cpus)
{
	char text[32];

	if (cpus < 1)
		cpus = 1;
	if (cg->path[CG_CPU]) {
		snprintf(text, sizeof(text), "%" PRId64,
			 cpus < 256 ? cpus * 1024 : 256 * 1024);
		write_file(cg->path[CG_CPU], "cpu.shares", text);
	} else if (cg->path[CG_V2]) {
		snprintf(text, sizeof(text), "%" PRId64,
			 cpus < 100 ? cpus * 100 : 10000);
		write_file(cg->path[CG_V2], "cpu.weight", text);
	}
}

void cg_free(struct cg *cg)
{
	int i;

	if (!cg)
		return;
	for (i = 0; i < CG_KINDS; i++)
		free(cg->path[i]);
	free(cg);
}

void cg_put(const struct cg *cg, struct record *start)
{
	int i;

	for (i = 0; i < CG_KINDS; i++) {
		if (cg->path[i])
			record_add(start, "cgroup", cg->path[i]);
	}
	if (cg->path[CG_V2])
		record_add(start, "freezer", cg->path[CG_V2]);
}

void cg_set_starter(struct cg *cg, pid_t starter)
{
	cg->starter = starter;
}

/* ---- freeze, thaw, kill ---- */

/* 1 frozen, 0 not yet, or -errno. */
static int is_frozen(int events_fd)
{
	char text[256];
	ssize_t n = pread(events_fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	return strstr(text, "frozen 1") != NULL;
}

static int wait_frozen(const struct cg *cg, int wait_ms)
{
	int64_t limit_ms = clock_mono_ms() + wait_ms;
	char path[4096];
	int r;
	struct pollfd pfd = { .events = POLLPRI };

	snprintf(path, sizeof(path), "%s/cgroup.events", cg->path[CG_V2]);
	pfd.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (pfd.fd < 0)
		return -errno;
	for (;;) {
		int64_t left_ms = limit_ms - clock_mono_ms();

		r = is_frozen(pfd.fd);
		if (r || left_ms <= 0)
			break;
		poll(&pfd, 1, (int)left_ms);
	}
	close(pfd.fd);
	return r > 0 ? 0 : r ? r : -EAGAIN;
}

int cg_freeze(struct cg *cg, int wait_ms)
{
	int r;

	if (cg->path[CG_V2]) {
		r = write_file(cg->path[CG_V2], "cgroup.freeze", "1");
		return r < 0 ? r : wait_frozen(cg, wait_ms);
	}
	if (cg->starter <= 0)
		return -ESRCH;
	tree_signal(cg->starter, SIGSTOP);
	return tree_stopped(cg->starter) ? 0 : -EAGAIN;
}

int cg_thaw(struct cg *cg)
{
	if (cg->path[CG_V2])
		return write_file(cg->path[CG_V2], "cgroup.freeze", "0");
	if (cg->starter > 0)
		tree_signal(cg->starter, SIGCONT);
	return 0;
}

int cg_kill(struct cg *cg)
{
	if (cg->path[CG_V2] && !write_file(cg->path[CG_V2], "cgroup.kill", "1"))
		return 0;
	if (cg->starter > 0)
		tree_signal(cg->starter, SIGKILL);
	return 0;
}

/* ---- limits ---- */

int cg_cap(struct cg *cg, int64_t millicores)
{
	int64_t quota_us = millicores * (CAP_PERIOD_US / 1000);
	char text[64];

	if (cg->path[CG_CPU]) {
		snprintf(text, sizeof(text), "%" PRId64,
			 millicores ? quota_us : -1);
		return write_file(cg->path[CG_CPU], "cpu.cfs_quota_us", text);
	}
	if (!cg->ctl->at.v2_has[CG_CPU])
		return -ENOTSUP;
	if (millicores)
		snprintf(text, sizeof(text), "%" PRId64 " %d", quota_us,
			 CAP_PERIOD_US);
	else
		snprintf(text, sizeof(text), "max %d", CAP_PERIOD_US);
	return write_file(cg->path[CG_V2], "cpu.max", text);
}

void cg_make_idle(struct cg *cg)
{
	struct sched_param param = { 0 };
	size_t i, count;
	pid_t *pids;

	if (cg->starter <= 0)
		return;
	pids = tree_list(cg->starter, &count);
	for (i = 0; i < count; i++) {
		sched_setscheduler(pids[i], SCHED_IDLE, &param);
		syscall(SYS_ioprio_set, IOPRIO_WHO_PROC, pids[i],
			IOPRIO_IDLE_CLASS);
	}
	free(pids);
}

/* ---- figures ---- */

int64_t cg_cpu_us(const struct cg *cg)
{
	int64_t us = cg->path[CG_V2] ? usage_us(cg->path[CG_V2]) : -1;

	if (us < 0 && cg->starter > 0)
		us = tree_cpu_us(cg->starter);
	return us < 0 ? 0 : us;
}

int64_t cg_peak_kb(const struct cg *cg)
{
	char text[64];

	if (cg->path[CG_MEMORY] &&
	    read_file(cg->path[CG_MEMORY], "memory.max_usage_in_bytes", text,
		      sizeof(text)))
		return strtoll(text, NULL, 10) / 1024;
	if (cg->path[CG_V2] &&
	    read_file(cg->path[CG_V2], "memory.peak", text, sizeof(text)))
		return strtoll(text, NULL, 10) / 1024;
	return -1;
}

void cg_remove(struct cg *cg)
{
	int i, tries;

	for (i = 0; i < CG_KINDS; i++) {
		if (!cg->path[i])
			continue;
		/* The last process may be a moment from being reaped. */
		for (tries = 0; tries < REMOVE_TRIES; tries++) {
			if (!rmdir(cg->path[i]) || errno != EBUSY)
				break;
			cg_kill(cg);
			cg_thaw(cg);
			usleep(1000);
		}
	}
}
