/* SPDX-License-Identifier: MIT */
/*
 * Fake roots for what this machine lacks (input devices, sessions), real
 * pseudo terminals for the rest.
 */
#include "startd/owner.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/svc/evloop.h"
#include "startd/cg.h"
#include "startd/starter/record.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "tests/unit/test.h"

#define LIMIT_MS 10000
#define KEYS	 200

static char root[TEST_DIR_SIZE];
static struct evloop *loop;
static struct owner *owner;
static struct owner_state st;
static int signs, changes;
static struct cg *freeze_this;
static int64_t frozen_ns;
static volatile int64_t *last_ns; /* when the job last ran; shared with it */

static void on_owner(void *arg, int64_t sign_ns)
{
	(void)arg;
	if (sign_ns < 0) {
		changes++;
		return;
	}
	signs++;
	if (freeze_this) {
		assert_int_equal(cg_freeze(freeze_this, 5000), 0);
		frozen_ns = clock_mono_ns();
	}
}

static int setup(void **state)
{
	(void)state;
	test_make_dir(root);
	assert_int_equal(evloop_new(&loop, NULL), 0);
	signs = changes = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	owner_free(owner);
	owner = NULL;
	evloop_free(loop);
	test_remove_dir(root);
	return 0;
}

static void start(const char *at)
{
	assert_int_equal(owner_new(loop, at, on_owner, NULL, &owner, NULL), 0);
	owner_get(owner, &st);
}

static void put(const char *name, const char *text)
{
	char path[128], *slash;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	slash = strrchr(path, '/');
	*slash = '\0';
	assert_int_equal(fd_mkdir_p(path, 0755, NULL), 0);
	*slash = '/';
	assert_int_equal(
		fd_write_file_atomic(path, text, strlen(text), 0644, NULL), 0);
}

/* Turns the loop until *what is `want`. */
static void wait_for(const int *what, int want)
{
	int64_t limit_ms = clock_mono_ms() + LIMIT_MS;

	while (*what < want) {
		assert_true(clock_mono_ms() < limit_ms);
		assert_int_equal(evloop_turn(loop, 100, NULL), 0);
	}
	owner_get(owner, &st);
}

/* A keyboard: what sysfs says of it, and a FIFO in the device's place. */
static int add_keyboard(const char *event, bool with_node)
{
	char path[128], caps[96];
	int fd = -1;

	snprintf(caps, sizeof(caps),
		 "sys/class/input/%s/device/"
		 "capabilities/ev",
		 event);
	put(caps, "120013\n");
	snprintf(caps, sizeof(caps),
		 "sys/class/input/%s/device/"
		 "capabilities/key",
		 event);
	put(caps, "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe"
		  "\n");
	if (!with_node)
		return -1;
	snprintf(path, sizeof(path), "%s/dev/input", root);
	fd_mkdir_p(path, 0755, NULL);
	snprintf(path, sizeof(path), "%s/dev/input/%s", root, event);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK);
	assert_true(fd >= 0);
	return fd;
}

static void event(int fd, uint16_t type, uint16_t code, int32_t value)
{
	struct input_event ev = { .type = type, .code = code, .value = value };

	assert_int_equal(write(fd, &ev, sizeof(ev)), sizeof(ev));
}

static void test_nothing_to_cover_is_dedicated(void **state)
{
	(void)state;
	start(root);
	assert_true(st.dedicated);
	assert_true(st.covered);
	assert_true(st.idle_ms == OWNER_IDLE_FOREVER_MS);
	assert_string_equal(st.source, "dedicated");
}

static void test_power_button_is_no_keyboard(void **state)
{
	(void)state;
	put("sys/class/input/event0/device/capabilities/ev", "3\n");
	put("sys/class/input/event0/device/capabilities/key",
	    "10000000000000 0\n");
	start(root);
	assert_true(st.dedicated);
}

static void test_key_press(void **state)
{
	int fd = add_keyboard("event2", true);

	(void)state;
	start(root);
	assert_false(st.dedicated);
	assert_true(st.covered);
	/* What was before the start is unknown. */
	assert_string_equal(st.source, "start");
	event(fd, EV_SYN, 0, 0);
	event(fd, EV_KEY, KEY_A, 1);
	wait_for(&signs, 1);
	assert_string_equal(st.source, "input");
	assert_true(st.idle_ms < LIMIT_MS);
	assert_true(st.console_idle_ms < LIMIT_MS);
	close(fd);
}

static void test_device_without_node_is_uncovered(void **state)
{
	(void)state;
	add_keyboard("event2", false);
	start(root);
	assert_false(st.covered);
	assert_int_equal(st.idle_ms, 0);
	assert_non_null(strstr(st.uncovered, "event2"));
	assert_non_null(strstr(st.cure, "/dev/input"));
	assert_non_null(strstr(owner_text(&st), "event2"));
}

static void test_unreadable_device_is_uncovered(void **state)
{
	int fd = add_keyboard("event3", true);
	char path[128];

	(void)state;
	if (!geteuid())
		skip();
	snprintf(path, sizeof(path), "%s/dev/input/event3", root);
	chmod(path, 0);
	start(root);
	assert_false(st.covered);
	assert_non_null(strstr(st.uncovered, "permission denied"));
	/* Its rights come: it is noticed. */
	chmod(path, 0600);
	wait_for(&changes, 1);
	assert_true(st.covered);
	close(fd);
}

static void test_hotplug(void **state)
{
	int fd;

	(void)state;
	put("dev/input/.keep", "");
	start(root);
	fd = add_keyboard("event7", true);
	wait_for(&changes, 1);
	assert_false(st.dedicated);
	event(fd, EV_REL, REL_X, 5);
	wait_for(&signs, 1);
	close(fd);
}

static void test_bump_after_long_idleness(void **state)
{
	int fd = add_keyboard("event1", true);
	int before;

	(void)state;
	start(root);
	event(fd, EV_REL, REL_X, 1);
	wait_for(&signs, 1);
	clock_set_scale(1e-7);
	usleep(2000);
	before = signs;
	event(fd, EV_REL, REL_X, 5);
	event(fd, EV_REL, REL_Y, -5);
	evloop_turn(loop, 100, NULL);
	assert_int_equal(signs, before);
	event(fd, EV_REL, REL_Y, 6);
	evloop_turn(loop, 100, NULL);
	owner_get(owner, &st);
	assert_true(st.idle_ms < 1000);
	clock_set_scale(1);
	close(fd);
}

static void test_sessions(void **state)
{
	int fd = add_keyboard("event1", true);

	(void)state;
	put("run/systemd/sessions/1", "TYPE=tty\nCLASS=user\nSTATE=active\n");
	put("run/systemd/sessions/2",
	    "TYPE=wayland\nCLASS=user\nSEAT=seat0\nREMOTE=0\n");
	start(root);
	assert_true(st.covered);
	put("run/systemd/sessions/3", "TYPE=x11\nCLASS=user\nREMOTE=1\n");
	wait_for(&changes, 1);
	assert_false(st.covered);
	assert_non_null(strstr(st.uncovered, "session 3"));
	assert_string_equal(st.source, "uncovered");
	close(fd);
}

static void test_x_server_without_input(void **state)
{
	(void)state;
	put("tmp/.X11-unix/X0", "");
	start(root);
	assert_false(st.covered);
	assert_non_null(strstr(st.uncovered, ":0"));
}

static void test_switch(void **state)
{
	int fd = add_keyboard("event1", true);
	enum owner_switch set;

	(void)state;
	start(root);
	owner_set_switch(owner, OWNER_BACK, clock_mono_ns());
	assert_int_equal(signs, 1);
	owner_get(owner, &st);
	assert_int_equal(st.idle_ms, 0);
	owner_set_switch(owner, OWNER_AWAY, -1);
	owner_get(owner, &st);
	assert_true(st.idle_ms == OWNER_IDLE_FOREVER_MS);
	/* The keys of `howner away` itself are still coming. */
	event(fd, EV_KEY, KEY_ENTER, 0);
	wait_for(&signs, 2);
	assert_int_equal(st.set, OWNER_AWAY);
	owner_set_switch(owner, OWNER_AUTO, -1);
	owner_get(owner, &st);
	assert_true(st.idle_ms < LIMIT_MS);
	assert_int_equal(owner_switch_parse("away", &set), 0);
	assert_int_equal(set, OWNER_AWAY);
	assert_int_equal(owner_switch_parse("gone", &set), -EINVAL);
	close(fd);
}

/* ---- real terminals ---- */

/*
 * A program that reads a terminal's keys, with that terminal as its own.
 * `comm`: what it is called, as a job's starter is found by its name.
 */
static pid_t sit_at(int *ret_master, const char *comm)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char ready[1], *name;
	int fds[2];
	pid_t pid;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	name = ptsname(master);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		char buf[64];
		int fd;

		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		prctl(PR_SET_NAME, comm, 0, 0, 0);
		setsid();
		fd = open(name, O_RDWR);
		if (fd < 0 || write(fds[1], "", 1) != 1)
			_exit(1);
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		_exit(0);
	}
	assert_int_equal(read(fds[0], ready, 1), 1);
	close(fds[0]);
	close(fds[1]);
	*ret_master = master;
	return pid;
}

static void stand_up(pid_t pid, int master)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(master);
}

static void test_typing_in_a_terminal(void **state)
{
	int master, before;
	pid_t pid = sit_at(&master, "shell");

	(void)state;
	start("");
	assert_false(st.dedicated);
	before = signs;
	assert_int_equal(write(master, "x\n", 2), 2);
	wait_for(&signs, before + 1);
	assert_string_equal(st.source, "terminal");
	stand_up(pid, master);
}

static void test_new_terminal_is_watched(void **state)
{
	int master, before;
	pid_t pid;

	(void)state;
	start("");
	pid = sit_at(&master, "shell");
	/* Its coming is a sign, and so is each line typed. */
	wait_for(&signs, 1);
	before = signs;
	usleep(60000);
	assert_int_equal(write(master, "x\n", 2), 2);
	wait_for(&signs, before + 1);
	stand_up(pid, master);
}

static void test_terminal_of_a_job_does_not_count(void **state)
{
	int master, i;
	pid_t pid = sit_at(&master, "harrier-starter");

	(void)state;
	start("");
	owner_get(owner, &st);
	if (!st.dedicated) {
		/* Somebody works at this machine. */
		stand_up(pid, master);
		skip();
	}
	for (i = 0; i < 5; i++) {
		assert_int_equal(write(master, "x\n", 2), 2);
		evloop_turn(loop, 30, NULL);
	}
	assert_int_equal(signs, 0);
	stand_up(pid, master);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static pid_t start_job(void)
{
	struct record rec = RECORD_INIT;
	pid_t starter;

	cg_put(freeze_this, &rec);
	starter = fork();
	if (!starter) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (!fork()) {
			char path[512];
			int fd;

			prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			snprintf(path, sizeof(path), "%s/cgroup.procs",
				 record_get(&rec, "freezer"));
			fd = open(path, O_WRONLY);
			if (fd < 0 || write(fd, "0", 1) != 1)
				_exit(1);
			for (;;)
				*last_ns = clock_mono_ns();
		}
		wait(NULL);
		_exit(0);
	}
	record_release(&rec);
	cg_set_starter(freeze_this, starter);
	return starter;
}

/* From the key in the terminal to the last instruction of the job. */
static void test_key_to_frozen(void **state)
{
	struct cg_ctl *ctl;
	char host[64];
	int64_t us[KEYS];
	int master, i, before;
	pid_t pid, starter;

	(void)state;
	snprintf(host, sizeof(host), "test-owner-%d", (int)getpid());
	ctl = cg_open(host, false);
	if (!cg_has_freezer(ctl)) {
		cg_close(ctl);
		skip();
	}
	last_ns = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(last_ns, MAP_FAILED);
	assert_int_equal(cg_create(ctl, "key", 0, &freeze_this, NULL), 0);
	starter = start_job();
	pid = sit_at(&master, "shell");
	start("");
	for (i = 0; i < KEYS; i++) {
		int64_t from_ns;

		/* Events within 50 ms of each other are one sign. */
		usleep(55000);
		before = signs;
		from_ns = clock_mono_ns();
		assert_int_equal(write(master, "k\n", 2), 2);
		wait_for(&signs, before + 1);
		/*
		 * A loaded machine may not let a job run to the point where
		 * the kernel calls it frozen: its last instruction counts.
		 */
		us[i] = *last_ns > from_ns ? (*last_ns - from_ns) / 1000 : 0;
		assert_true(*last_ns <= frozen_ns);
		cg_thaw(freeze_this);
	}
	qsort(us, KEYS, sizeof(us[0]), by_value);
	print_message(
		"# key in a terminal to a job's last instruction: p50 %d us, "
		"p99 %d us, max %d us (%d keys)\n",
		(int)us[KEYS / 2], (int)us[KEYS * 99 / 100], (int)us[KEYS - 1],
		KEYS);
	assert_true(us[KEYS / 2] < 100000);
	cg_kill(freeze_this);
	kill(starter, SIGKILL);
	waitpid(starter, NULL, 0);
	stand_up(pid, master);
	cg_remove(freeze_this);
	cg_free(freeze_this);
	freeze_this = NULL;
	cg_close(ctl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_nothing_to_cover_is_dedicated),
		T(test_power_button_is_no_keyboard),
		T(test_key_press),
		T(test_device_without_node_is_uncovered),
		T(test_unreadable_device_is_uncovered),
		T(test_hotplug),
		T(test_bump_after_long_idleness),
		T(test_sessions),
		T(test_x_server_without_input),
		T(test_switch),
		T(test_typing_in_a_terminal),
		T(test_new_terminal_is_watched),
		T(test_terminal_of_a_job_does_not_count),
		T(test_key_to_frozen),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
