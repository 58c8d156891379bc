/* SPDX-License-Identifier: MIT */
/* ckpt_main: the program's start, from its beginning or from an image. */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/abi.h"
#include "ckptlib/alloc.h"
#include "ckptlib/capture.h"
#include "ckptlib/conf.h"
#include "ckptlib/files.h"
#include "ckptlib/hand.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/park.h"
#include "ckptlib/poll.h"
#include "ckptlib/profile.h"
#include "ckptlib/restore.h"
#include "ckptlib/rframes.h"
#include "ckptlib/state.h"
#include "ckptlib/stats.h"
#include "ckptlib/wrap_proc.h"
#include "ckptlib/writer.h"

/*
 * A copy of argv or environ in the program arena, so that it is captured like
 * all the program's memory; without our own variables.
 */
static char **copy_texts(char **texts)
{
	size_t n = 0, k = 0;
	char **copy;
	size_t i, len;

	while (texts && texts[n])
		n++;
	copy = ckpti_alloc(CKPTI_PROGRAM, (n + 1) * sizeof(*copy),
			   ckpti_text_type);
	if (!copy)
		return texts;
	for (i = 0; i < n; i++) {
		if (ckpti_conf_owns(texts[i]))
			continue;
		len = strlen(texts[i]) + 1;
		copy[k] = ckpti_alloc(CKPTI_PROGRAM, len, ckpti_char_type);
		if (!copy[k])
			return texts;
		memcpy(copy[k++], texts[i], len);
	}
	copy[k] = NULL;
	return copy;
}

/* ckpti_conf points into the strings that environ no longer shows. */
static void take_over(int argc, char **argv, char **envp)
{
	ckpti_own.argc = argc;
	ckpti_own.argv = copy_texts(argv);
	environ = copy_texts(envp);
}

struct start {
	int (*start)(int argc, char **argv, char **envp);
	int resumed;
};

static int run(void *arg)
{
	const struct start *s = arg;
	int result = 0;

	if (s->resumed) {
		ckpti_stats_restarted();
		ckpti_hooks_run(CKPTI_HOOK_RESTART);
		errno = ckpti_own.saved_errno;
		ckpti_rframes_resume(&result);
	} else {
		errno = 0;
		result = s->start(ckpti_own.argc, ckpti_own.argv, environ);
	}
	if (ckpt_unwinding && ckpti_profiling)
		ckpti_profile_sampled();
	if (ckpt_unwinding)
		ckpti_capture_finish();
	return result;
}

int ckpt_main(int argc, char **argv, char **envp,
	      int (*start)(int argc, char **argv, char **envp),
	      const struct ckpt_function *main_fn)
{
	struct start s = { .start = start };
	size_t stack = 0;
	struct stat st;

	(void)main_fn;
	ckpti_conf_read(envp);
	if (ckpti_profile_start(envp)) {
		take_over(argc, argv, envp);
		return ckpti_park_run(run, &s, 0);
	}
	if (!ckpti_conf.image)
		return start(argc, argv, envp);
	ckpti_files_start();
	ckpti_writer_await_others();
	if (stat(ckpti_conf.image, &st) == 0) {
		if (ckpti_restore(ckpti_conf.image, &stack))
			_exit(CKPTI_EXIT_REFUSED);
		ckpti_state_resume();
		if (ckpti_own.exit_count)
			ckpti_exit_arm();
		s.resumed = 1;
	} else {
		take_over(argc, argv, envp);
	}
	ckpti_poll_start();
	return ckpti_park_run(run, &s, stack);
}
