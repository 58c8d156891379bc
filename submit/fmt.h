/* SPDX-License-Identifier: MIT */
/* fmt: times, sizes and states as HTCondor's tables write them. */
#ifndef HARRIER_SUBMIT_FMT_H
#define HARRIER_SUBMIT_FMT_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/strbuf.h"

/* "M/DD HH:MM" in local time, the month padded to 2; blanks for time 0. */
#define FMT_DATE_SIZE 16
void fmt_date(char out[FMT_DATE_SIZE], int64_t time_s);

/* "D+HH:MM:SS"; "[?????]" below 0. */
#define FMT_DURATION_SIZE 32
void fmt_duration(char out[FMT_DURATION_SIZE], int64_t seconds);

/* "12.3 MB": bytes with a unit, three digits. */
#define FMT_SIZE_SIZE 24
void fmt_size(char out[FMT_SIZE_SIZE], uint64_t bytes);

/* "MM/DD/YY HH:MM:SS" of the heading. */
void fmt_heading_time(char out[24], int64_t time_s);

/* Appends text, control characters (an escape of a terminal) as '?'. */
void fmt_text(struct strbuf *out, const char *text);
/* The same, cut to `width` columns (0: not cut) and padded to it. */
void fmt_column(struct strbuf *out, const char *text, int width);

/* Cuts each line of the text at `width` columns (0: none). */
void fmt_cut_line(struct strbuf *text, int width);

/* ST of a job: I R H C X S, '>' while outputs are put in place. */
const char *fmt_job_state(const struct ad *job);
/* Seconds the job has run: what is booked, and since its start. */
int64_t fmt_job_run_time(const struct ad *job, int64_t now);
/* CMD: the program's base name and its arguments. */
void fmt_job_cmd(struct strbuf *out, const struct ad *job);
/* The batch's name: JobBatchName, or "ID: 12". */
void fmt_batch_name(struct strbuf *out, const struct ad *job);
/* SIZE: memory in MB. */
double fmt_job_size_mb(const struct ad *job);

#endif
