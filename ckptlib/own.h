/* SPDX-License-Identifier: MIT */
/*
 * own: the state that libc keeps hidden and ckptlib keeps in the open, so
 * that it is captured like any other global of the program.
 */
#ifndef CKPTLIB_OWN_H
#define CKPTLIB_OWN_H

#include <stdint.h>
#include <time.h>

#include "ckptlib/abi.h"

#define CKPTI_NSIG    65
#define CKPTI_NLOCALE 7 /* LC_CTYPE to LC_MESSAGES; [6] is LC_ALL's place */

/* One of ckpt_on_capture and its kin. */
struct ckpti_hook {
	void (*fn)(void *arg);
	void *arg;
	unsigned when; /* enum ckpti_hook_when */
};

/* Which call the innermost frame waits for, if any. */
enum ckpti_call { CKPTI_CALL_NONE, CKPTI_CALL_HERE, CKPTI_CALL_NOW };

/* A handler of atexit or on_exit. */
struct ckpti_exit {
	void (*fn)(void);
	void *arg;
	int takes_status;
};

struct ckpti_own {
	char **argv;
	int argc;
	int saved_errno;
	/* random: additive feedback, 31 words; `rand_ready` once seeded */
	int rand_ready, rand_front, rand_rear;
	int rand_state[31];
	/* the drand48 family */
	unsigned short drand_x[3], drand_a[3], drand_c, drand_old[3];
	int drand_ready;
	char *strtok_next;
	/* getopt, beside libc's own optind and the like */
	char *opt_next;
	int opt_first, opt_last, opt_ready;
	/* atexit, in order of registration */
	struct ckpti_exit *exits;
	int exit_count, exit_cap;
	/* localtime and its kin, beside ckpti_own_tm */
	char tm_zone[128]; /* names of zones, one behind the other */
	char time_text[64];
	/* CPU seconds that earlier processes of this program used */
	double clock_before;
	/* clocks that only rise, in nanoseconds: what is added to the
	 * machine's, and where they and the wall clock stood at the capture */
	long long rising_offset, rising_at, wall_at;
	int umask_set, umask, nice;
	/* initstate: the program's array, NULL for rand_state; its kind, and
	 * the place in rand_state while another is in use */
	char *rand_buffer;
	int rand_kind, rand_home;
	/* what the program asked for with signal and sigaction; sig_set[i]
	 * is 0 where it left the default */
	void (*sig_handler[CKPTI_NSIG])(int);
	unsigned char sig_set[CKPTI_NSIG];
	int sig_flags[CKPTI_NSIG];
	unsigned char sig_mask[CKPTI_NSIG][8];
	/* setlocale: the names in force, "" where the default is */
	char locale[CKPTI_NLOCALE][64];
	/* the programmer's own hand (hand.c) */
	struct ckpti_hook *hooks;
	int hook_count, hook_cap;
	void **left_out; /* globals whose contents stay out of images */
	int left_out_count;
	int by_call; /* enum ckpti_call */
	unsigned long restarts;
	/* by number: strerror's and strsignal's, or NULL */
	char **error_texts, **signal_texts;
	char *locale_name; /* what setlocale returned last */
	int decimal_point;
	char *cwd; /* the working directory, if it was changed */
	char origin[16]; /* architecture of the image before, or "" */
};

extern struct ckpti_own ckpti_own;
extern struct tm ckpti_own_tm;
extern const struct ckpt_unit ckpti_own_unit;
extern const struct ckpt_type *const ckpti_char_type;
extern const struct ckpt_type *const ckpti_text_type; /* char * */
extern const struct ckpt_type *const ckpti_exit_type; /* struct ckpti_exit */
extern const struct ckpt_type *const ckpti_voidp_type;
extern const struct ckpt_type *const ckpti_hook_type;
extern const struct ckpt_type *const ckpti_dir_type; /* struct ckpti_dir */
extern const struct ckpt_type *const ckpti_dirent_type;
extern const struct ckpt_type *const ckpti_dirent64_type;

#endif
