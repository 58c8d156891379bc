/* SPDX-License-Identifier: MIT */
/* stats: what a program built by hcc says of its images and restarts. */
#ifndef HARRIER_STARTD_STATS_H
#define HARRIER_STARTD_STATS_H

#include <stdint.h>

struct stats {
	int64_t image_bytes; /* of the image in the scratch; -1: none */
	int64_t resume_ms; /* of the last restart; -1: none */
	char *class; /* portability class; the narrowest where not said */
	char *why; /* JSON text of the reasons, "[]" */
	char *signature; /* of the program, "" */
};

/* Reads image and statistics below the scratch directory `dir_fd`. */
void stats_read(int dir_fd, struct stats *ret);
void stats_release(struct stats *stats);

/* The same from the statistics' text alone (lines of JSON); for tests. */
void stats_parse(const char *text, struct stats *ret);

#endif
