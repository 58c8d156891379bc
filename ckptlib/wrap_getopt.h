/* SPDX-License-Identifier: MIT */
/* wrap_getopt: getopt with its place between calls in the captured state. */
#ifndef CKPTLIB_WRAP_GETOPT_H
#define CKPTLIB_WRAP_GETOPT_H

#include <getopt.h>

int ckpt_getopt(int argc, char *const *argv, const char *letters);
int ckpt___posix_getopt(int argc, char *const *argv, const char *letters);
int ckpt_getopt_long(int argc, char *const *argv, const char *letters,
		     const struct option *options, int *ret_index);
int ckpt_getopt_long_only(int argc, char *const *argv, const char *letters,
			  const struct option *options, int *ret_index);

#endif
