/* SPDX-License-Identifier: MIT */
/* attempt.h: from the start record to the death of the starter. */
#include "startd/attempt.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "startd/cg.h"
#include "startd/host.h"
#include "startd/orders.h"
#include "startd/owner.h"
#include "startd/policy.h"
#include "startd/settings.h"
#include "startd/slot.h"
#include "startd/starter/record.h"
#include "startd/starter/run.h"
#include "startd/starter/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A freeze that takes longer than this goes on without being waited for. */
#define FREEZE_WAIT_MS 20

/* How often it is looked whether an image that was asked for is there. */
#define IMAGE_LOOK_MS 20

/* ---- spawning ---- */

static void on_starter_gone(void *arg, uint32_t events)
{
	(void)events;
	attempt_ended(arg);
}

static int watch_starter(struct attempt *att, pid_t pid, struct err *err)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int r;

	if (fd < 0)
		return err_sys(err, -errno, "cannot watch process %d",
			       (int)pid);
	r = evloop_add_fd(att->host->loop, fd, EPOLLIN, on_starter_gone, att,
			  &att->watch, err);
	if (r < 0) {
		close(fd);
		return r;
	}
	att->pidfd = fd;
	att->starter = pid;
	if (att->cg)
		cg_set_starter(att->cg, pid);
	return 0;
}

/*
 * What is sent before the starter looks waits for it: the signals of commands
 * are blocked from its first instruction on.
 */
static void set_signals(posix_spawnattr_t *attr)
{
	sigset_t commands, all;

	sigemptyset(&commands);
	sigaddset(&commands, RUN_COMMAND_SIGNAL);
	sigaddset(&commands, SIGTERM);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &commands);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
}

/* Returns when it was executed: so our pid file's lock is not in its hands. */
static int exec_starter(struct attempt *att, int log_fd, pid_t *ret_pid)
{
	char *argv[] = { att->host->starter, att->dir, NULL };
	char *envp[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	set_signals(&attr);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, log_fd, 1);
	posix_spawn_file_actions_adddup2(&files, log_fd, 2);
	r = posix_spawn(ret_pid, argv[0], &files, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -r;
}

static int spawn_starter(struct attempt *att, struct err *err)
{
	char *log = xasprintf("%s/starter.log", att->host->set->dir);
	int log_fd, r;
	pid_t pid;

	log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	free(log);
	if (log_fd < 0)
		return err_sys(err, -errno, "cannot open the starter's log");
	r = exec_starter(att, log_fd, &pid);
	close(log_fd);
	if (r < 0)
		return err_sys(err, r, "cannot execute '%s'",
			       att->host->starter);
	return watch_starter(att, pid, err);
}

static int write_start(struct attempt *att, struct err *err)
{
	struct record rec = RECORD_INIT;
	char *path = xasprintf("%s/" RECORD_START, att->dir);
	int64_t memory_mb = att->slot ? ad_int(att->slot->ad, "Memory", 0) : 0;
	int64_t cpus = att->slot ? ad_int(att->slot->ad, "Cpus", 1) : 1;
	int r;

	r = orders_make(att, &rec, err);
	if (!r)
		r = cg_create(att->host->cg, att->name, memory_mb << 20,
			      &att->cg, err);
	if (!r) {
		cg_share(att->cg, cpus);
		cg_put(att->cg, &rec);
		scratch_put(&att->base, &rec);
		r = record_keep(&rec, path, err);
	}
	record_release(&rec);
	free(path);
	return r;
}

void attempt_spawn(struct attempt *att)
{
	struct policy_verdict verdict = { .suspend = false };
	struct err err = ERR_INIT;
	int r;

	if (att->slot)
		host_judge(att->host, att->slot, &verdict);
	if (verdict.suspend) {
		attempt_report(att, WIRE_HOW_REFUSED, 0, "the owner is back");
		return;
	}
	r = write_start(att, &err);
	att->phase = ATTEMPT_RUN;
	if (!att->again.runs)
		att->started_s = clock_real_ms() / 1000;
	att->started_ms = att->again.began_ms = clock_mono_ms();
	ladder_init(&att->ladder, att->started_ms);
	if (!r)
		r = spawn_starter(att, &err);
	if (r < 0)
		attempt_report(att, WIRE_HOW_FAILED, -r, "%s", err_text(&err));
	host_news(att->host);
}

/* ---- adopting ---- */

/* Is the process of that record still the one that wrote it? */
static bool is_same(pid_t pid, int64_t start_ticks)
{
	struct tree_stat st;

	return !tree_stat(pid, &st) && st.state != 'Z' &&
	       (int64_t)st.start_ticks == start_ticks;
}

static int find_starter(struct attempt *att, pid_t *ret_pid, int64_t *ret_ticks)
{
	char *path = xasprintf("%s/" RECORD_BEGAN, att->dir);
	struct record rec = RECORD_INIT;
	char boot_id[37];
	const char *was;
	int r = record_load(&rec, path, NULL);

	free(path);
	if (r < 0)
		return -ESRCH;
	run_boot_id(boot_id);
	was = record_get(&rec, "boot_id");
	*ret_pid = (pid_t)record_int(&rec, "pid", 0);
	*ret_ticks = record_int(&rec, "start_ticks", -1);
	if (!was || strcmp(was, boot_id) || *ret_pid <= 1 ||
	    !is_same(*ret_pid, *ret_ticks))
		r = -ESRCH;
	record_release(&rec);
	return r;
}

int attempt_adopt(struct attempt *att)
{
	struct err err = ERR_INIT;
	int64_t ticks;
	pid_t pid;
	int r = find_starter(att, &pid, &ticks);

	if (r < 0)
		return r;
	r = watch_starter(att, pid, &err);
	if (r < 0)
		return r;
	/* The pid cannot have gone to another since the descriptor is open. */
	if (!is_same(pid, ticks)) {
		attempt_stop_watching(att);
		return -ESRCH;
	}
	log_info("attempt %s: adopted starter %d", att->name, (int)pid);
	att->phase = ATTEMPT_RUN;
	att->started_s = clock_real_ms() / 1000;
	att->started_ms = clock_mono_ms();
	ladder_init(&att->ladder, att->started_ms);
	/* Frozen or capped before: the policy is asked again. */
	if (att->cg) {
		cg_cap(att->cg, 0);
		cg_thaw(att->cg);
	}
	return 0;
}

void attempt_stop_watching(struct attempt *att)
{
	if (att->watch)
		evloop_del_fd(att->watch);
	att->watch = NULL;
	fd_close(&att->pidfd);
	if (att->cg && att->phase != ATTEMPT_RUN) {
		att->host->jobs_gone_us += cg_cpu_us(att->cg);
		cg_remove(att->cg);
		cg_free(att->cg);
		att->cg = NULL;
	}
}

/* ---- the ladder ---- */

/* The starter alone knows its child for sure. */
static void command(struct attempt *att, int value)
{
	siginfo_t info = { 0 };

	info.si_signo = RUN_COMMAND_SIGNAL;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = value;
	if (syscall(SYS_pidfd_send_signal, att->pidfd, RUN_COMMAND_SIGNAL,
		    &info, 0) < 0)
		log_warn("attempt %s: cannot command the starter: %s",
			 att->name, err_reason(errno));
}

void attempt_signal(struct attempt *att, int sig)
{
	command(att, RUN_CMD_SIGNAL + sig);
}

static void do_freeze(struct attempt *att, int64_t sign_ns)
{
	int r = cg_freeze(att->cg, FREEZE_WAIT_MS);
	int64_t now_ns = clock_mono_ns();
	size_t count = 0;

	att->frozen_ms = now_ns / 1000000;
	free(tree_list(att->starter, &count));
	att->figures.processes = (int64_t)count;
	if (r < 0)
		log_warn("attempt %s: not frozen yet: %s", att->name,
			 err_reason(r));
	if (sign_ns < 0) {
		log_info("attempt %s: frozen", att->name);
		return;
	}
	att->figures.freeze_ms = (now_ns - sign_ns) / 1000000;
	log_info("attempt %s: frozen %" PRId64 " us after the owner's sign",
		 att->name, (now_ns - sign_ns) / 1000);
}

static void do_thaw(struct attempt *att)
{
	if (att->frozen_ms >= 0)
		att->suspended_ms += clock_mono_ms() - att->frozen_ms;
	att->frozen_ms = -1;
	/* A copy for a checkpoint is being made: it is of no one moment now. */
	if (att->ckpt.state == CKPT_COPYING)
		att->ckpt.state = CKPT_SPOILED;
	cg_thaw(att->cg);
}

static void do_cap(struct attempt *att)
{
	cg_make_idle(att->cg);
	cg_cap(att->cg, att->host->set->cap_millicores);
}

static void perform(struct attempt *att, unsigned actions, int64_t sign_ns)
{
	if (actions & LADDER_DO_FREEZE)
		do_freeze(att, sign_ns);
	if (actions & LADDER_DO_CAP)
		do_cap(att);
	if (actions & LADDER_DO_UNCAP)
		cg_cap(att->cg, 0);
	if (actions & LADDER_DO_TERM) {
		att->term_boot_ms = clock_boot_ms();
		attempt_signal(att, att->start.kill_sig);
	}
	if (actions & LADDER_DO_KILL) {
		/* The starter first: it notes that the job was killed. */
		command(att, RUN_CMD_KILL);
		cg_kill(att->cg);
		/* A dying job needs its core. */
		cg_cap(att->cg, 0);
	}
	if (actions & LADDER_DO_THAW)
		do_thaw(att);
}

static struct ladder_limits limits(const struct attempt *att)
{
	int64_t vacate_ms = att->host->set->max_vacate_ms;

	/* The job may ask for less time than the machine grants. */
	if (att->start.vacate_s * 1000 < vacate_ms)
		vacate_ms = att->start.vacate_s * 1000;
	return (struct ladder_limits){
		.max_vacate_ms = clock_scaled_ms(vacate_ms),
		.killing_ms = clock_scaled_ms(att->host->set->killing_ms),
	};
}

static void note_reason(struct attempt *att)
{
	if (att->ladder.state == LADDER_LEAVING &&
	    att->ladder.why == LADDER_WHY_POLICY)
		att->reason = "the owner is back";
}

/* Told soon, so that people see a journey while it goes on. */
static void look_for_resume(struct attempt *att)
{
	int64_t before = att->figures.resume_ms;

	attempt_read_resume(att);
	if (att->figures.resume_ms != before)
		host_news(att->host);
}

void attempt_step(struct attempt *att, int64_t sign_ns)
{
	struct ladder_limits lim = limits(att);
	enum ladder_state before = att->ladder.state;
	struct policy_verdict v = { .want_vacate = true };
	struct ladder_in in = { .now_ms = clock_mono_ms() };
	unsigned actions;

	if (att->phase != ATTEMPT_RUN || att->pidfd < 0 || !att->cg)
		return;
	if (att->slot)
		host_judge(att->host, att->slot, &v);
	in.suspend = v.suspend;
	in.resume = v.resume;
	in.preempt = v.preempt;
	in.want_vacate = v.want_vacate;
	in.kill = v.kill;
	in.suspend_asked = att->suspend_asked;
	in.vacate_asked = att->vacate_asked;
	in.kill_asked = att->kill_asked;
	actions = ladder_step(&att->ladder, &in, &lim);
	perform(att, actions, sign_ns);
	attempt_ckpt_step(att);
	if (att->ladder.state == before) {
		look_for_resume(att);
		return;
	}
	note_reason(att);
	log_info("attempt %s: %s", att->name,
		 ladder_state_name(att->ladder.state));
	host_news(att->host);
}

int64_t attempt_deadline_ms(const struct attempt *att)
{
	struct ladder_limits lim = limits(att);

	if (att->phase != ATTEMPT_RUN)
		return INT64_MAX;
	if (att->ckpt.state == CKPT_ASKED)
		return clock_mono_ms() + IMAGE_LOOK_MS;
	return ladder_deadline_ms(&att->ladder, &lim);
}
