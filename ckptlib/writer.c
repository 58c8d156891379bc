/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ckptlib/alloc.h"
#include "ckptlib/conf.h"
#include "ckptlib/os.h"
#include "ckptlib/room.h"

/*
 * Heaps below this stay in place. Measured with 8 MiB: 80 ms in place, most of
 * it for the disk; 17 ms with a child.
 */
#define FORK_BYTES ((size_t)4 << 20)

#define MAX_CLOSED 65536 /* where the kernel cannot close a range */

/* Seen by the program and by its child. */
struct shared {
	pid_t child; /* or -errno */
	int told;
	uint64_t pause_ns;
};

static volatile struct shared *shared;
static pid_t owner; /* the process whose child it is; 0: there was none */
static dev_t part_dev;
static ino_t part_ino;

/* ---- the file that is written, and its lock ----------------------------------------- */

static int part_path(char *path, size_t size)
{
	return (size_t)snprintf(path, size, "%s.part", ckpti_conf.image) < size
		       ? 0
		       : -ENAMETOOLONG;
}

/* 0: locked; -EBUSY: somebody else has it; else: no locks here. */
static int lock(int fd, int wait)
{
	int r;

	do {
		r = flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
	} while (r && errno == EINTR);
	return r ? (errno == EWOULDBLOCK ? -EBUSY : -errno) : 0;
}

static int names(const char *path, int fd)
{
	struct stat a, b;

	return stat(path, &a) == 0 && fstat(fd, &b) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Never one of the standard numbers, which the program may have closed. */
static int open_high(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int high, saved;

	if (fd < 0 || fd > 2)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	saved = errno;
	close(fd);
	errno = saved;
	return high;
}

int ckpti_part_open(char *path, size_t size, int *ret_locked)
{
	int fd, r = part_path(path, size);

	if (r)
		return r;
	for (;;) {
		fd = open_high(path, O_RDWR | O_CREAT);
		if (fd < 0)
			return -errno;
		r = lock(fd, 0);
		*ret_locked = r == 0;
		if (r == -EBUSY)
			break;
		if (names(path, fd)) {
			r = ftruncate(fd, 0) ? -errno : 0;
			break;
		}
		close(fd); /* it was renamed or removed meanwhile */
	}
	if (r)
		close(fd);
	return r ? r : fd;
}

#define TRY_NS	5000000
#define TELL_AT 400 /* tries: two seconds */

void ckpti_writer_await_others(void)
{
	const struct timespec nap = { .tv_nsec = TRY_NS };
	char path[4096];
	int fd, r, tries = 0;

	if (part_path(path, sizeof(path)))
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	while ((r = lock(fd, 0)) == -EBUSY) {
		if (++tries == TELL_AT)
			ckpti_say("an earlier process still writes '%s': "
				  "waiting for it",
				  path);
		nanosleep(&nap, NULL);
	}
	if (!r && names(path, fd))
		unlink(path); /* it never came to its end */
	close(fd);
}

/* ---- whether ------------------------------------------------------------------------- */

static size_t heap_extent(void)
{
	const struct ckpti_space *space = ckpti_arena_space(CKPTI_PROGRAM);
	size_t i, n = 0;

	for (i = 0; i < space->nchunks; i++)
		n += (size_t)(space->chunks[i].fresh - space->chunks[i].base);
	return n;
}

int ckpti_writer_wanted(void)
{
	if (ckpti_conf.fork != CKPTI_FORK_AUTO)
		return ckpti_conf.fork == CKPTI_FORK_ALWAYS;
	return heap_extent() >= FORK_BYTES && ckpti_room_for_copy();
}

/* ---- making the child ------------------------------------------------------------------ */

/* The bare one runs no handlers of pthread_atfork. */
extern pid_t _Fork(void) __attribute__((weak));

/*
 * The child of a short-lived intermediate: so it is nobody's whom the program
 * could wait for. The intermediate borrows our memory (vfork), so page tables
 * are copied once. The child goes on where this was called: its memory is a
 * copy made while all these frames stood. Returns 0 in it.
 */
static __attribute__((noinline)) pid_t make_child(void)
{
	pid_t between, child;

	shared->child = -EAGAIN;
	between = vfork();
	if (between)
		return between;
	child = _Fork ? _Fork() : fork();
	if (child == 0)
		return 0;
	shared->child = child > 0 ? child : -errno;
	_exit(0);
}

/* Whether the program has a child that ended or stopped. */
static int has_news_of_children(void)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	return waitid(P_ALL, 0, &info,
		      WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT) ==
		       0 &&
	       info.si_pid != 0;
}

/*
 * Takes the intermediate's SIGCHLD away. It may stand for one of the
 * program's own children too, as equal signals are one: that is sent again.
 */
static void swallow_signal(pid_t between)
{
	const struct timespec now = { 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigtimedwait(&set, &info, &now) != SIGCHLD)
		return;
	if (info.si_pid != between)
		syscall(SYS_rt_sigqueueinfo, getpid(), SIGCHLD, &info);
	else if (has_news_of_children())
		kill(getpid(), SIGCHLD);
}

/* All but the standard ones and `part`: a pipe must not stay open for us. */
static void close_others(int part)
{
	int fd = open("/dev/null", O_RDWR);
	long i, n = sysconf(_SC_OPEN_MAX);

	dup2(fd, 0);
	dup2(fd, 1);
	if (fcntl(2, F_GETFD) < 0)
		dup2(fd, 2);
	/* The sink's number stays what it is. */
	for (i = 3; i < part; i++)
		close((int)i);
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, part + 1, ~0u, 0))
		return;
#endif
	for (i = part + 1; i < n && i < MAX_CLOSED; i++)
		close((int)i);
}

/* If memory gets short after all, it is this process that should go. */
static void offer_to_die(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		errno = 0; /* then it is as likely as the program */
	close(fd);
}

static void stop_at_exit(void)
{
	ckpti_writer_stop();
}

static int prepare(int part)
{
	static int armed;
	struct stat st;
	void *p;

	if (fstat(part, &st))
		return -errno;
	if (!shared) {
		p = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return -errno;
		shared = p;
	}
	if (!armed && atexit(stop_at_exit))
		return -ENOMEM;
	armed = 1;
	part_dev = st.st_dev;
	part_ino = st.st_ino;
	shared->told = 0;
	shared->pause_ns = 0;
	return 0;
}

int ckpti_writer_start(int part)
{
	sigset_t all, before, pending;
	int r = prepare(part), status;
	pid_t between;

	if (r)
		return r;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	sigpending(&pending);
	owner = getpid();
	between = make_child();
	if (between == 0) {
		/* All signals stay blocked: one for the terminal's whole
		 * group must not end the writing. */
		close_others(part);
		offer_to_die();
		return 1;
	}
	r = between < 0 ? -errno : 0;
	while (between > 0 && waitpid(between, &status, 0) < 0 &&
	       errno == EINTR)
		;
	if (between > 0 && !sigismember(&pending, SIGCHLD))
		swallow_signal(between);
	if (!r && shared->child < 0)
		r = shared->child;
	if (r)
		owner = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

void ckpti_writer_decided(void)
{
	shared->told = 1;
}

void ckpti_writer_end(void)
{
	_exit(0);
}

/* ---- the pause ----------------------------------------------------------------------------- */

void ckpti_writer_paused(uint64_t ns)
{
	if (owner && shared)
		shared->pause_ns = ns;
}

uint64_t ckpti_writer_pause(void)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	int tries;

	/* The program is stopped, or dead, if it takes longer than that. */
	for (tries = 0; !shared->pause_ns && tries < 1000; tries++)
		nanosleep(&nap, NULL);
	return shared->pause_ns;
}

/* ---- whether it still writes ------------------------------------------------------------------ */

/* The file that the child writes, or -1 when it does no more. */
static int open_if_busy(void)
{
	char path[4096];
	struct stat st;
	int fd = part_path(path, sizeof(path)) ? -1
					       : open(path, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		if (!fstat(fd, &st) && st.st_dev == part_dev &&
		    st.st_ino == part_ino && lock(fd, 0) == -EBUSY)
			return fd;
		close(fd);
	}
	return -1;
}

static void forget_child(void)
{
	owner = 0;
	if (!shared->told)
		ckpti_say("no checkpoint: the process that wrote it was "
			  "killed; the program goes on");
}

int ckpti_writer_busy(void)
{
	int fd;

	if (!owner || owner != getpid())
		return 0;
	fd = open_if_busy();
	if (fd < 0) {
		forget_child();
		return 0;
	}
	close(fd);
	return 1;
}

static void end_child(int sig)
{
	char path[4096];
	int fd;

	if (!owner || owner != getpid())
		return;
	fd = open_if_busy();
	if (fd >= 0) {
		if (sig)
			kill(shared->child, sig);
		lock(fd, 1);
		if (sig) {
			shared->told = 1;
			if (!part_path(path, sizeof(path)) && names(path, fd))
				unlink(path);
		}
		close(fd);
	}
	forget_child();
}

void ckpti_writer_stop(void)
{
	end_child(SIGKILL);
}

void ckpti_writer_wait(void)
{
	end_child(0);
}
