/* SPDX-License-Identifier: MIT */
#include "submit/fmt.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/job/jobdesc.h"

void fmt_date(char out[FMT_DATE_SIZE], int64_t time_s)
{
	time_t t = (time_t)time_s;
	struct tm tm;

	if (time_s <= 0 || !localtime_r(&t, &tm)) {
		snprintf(out, FMT_DATE_SIZE, "%11s", "");
		return;
	}
	snprintf(out, FMT_DATE_SIZE, "%2d/%02d %02d:%02d",
		 (tm.tm_mon + 1) % 100, tm.tm_mday % 100, tm.tm_hour % 100,
		 tm.tm_min % 100);
}

void fmt_duration(char out[FMT_DURATION_SIZE], int64_t seconds)
{
	if (seconds < 0)
		snprintf(out, FMT_DURATION_SIZE, "[?????]");
	else
		snprintf(out, FMT_DURATION_SIZE, "%lld+%02d:%02d:%02d",
			 (long long)(seconds / 86400),
			 (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60),
			 (int)(seconds % 60));
}

void fmt_size(char out[FMT_SIZE_SIZE], uint64_t bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < sizeof(units) / sizeof(*units)) {
		value /= 1024;
		unit++;
	}
	if (unit == 0 || value >= 99.95)
		snprintf(out, FMT_SIZE_SIZE, "%.0f %s", value, units[unit]);
	else
		snprintf(out, FMT_SIZE_SIZE, "%.1f %s", value, units[unit]);
}

void fmt_heading_time(char out[24], int64_t time_s)
{
	time_t t = (time_t)time_s;
	struct tm tm;

	if (!localtime_r(&t, &tm) ||
	    strftime(out, 24, "%m/%d/%y %H:%M:%S", &tm) == 0)
		out[0] = '\0';
}

void fmt_text(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		strbuf_addch(out, c < ' ' || c == 0x7f ? '?' : c);
	}
}

/* Columns of UTF-8 text: its bytes but the continuations. */
static bool is_start(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

void fmt_column(struct strbuf *out, const char *text, int width)
{
	struct strbuf clean = STRBUF_INIT;
	int columns = 0;

	fmt_text(&clean, text);
	for (const char *p = clean.data; *p; p++) {
		if (is_start(*p) && width > 0 && columns == width)
			break;
		columns += is_start(*p);
		strbuf_addch(out, *p);
	}
	for (; columns < width; columns++)
		strbuf_addch(out, ' ');
	strbuf_release(&clean);
}

const char *fmt_job_state(const struct ad *job)
{
	switch (ad_int(job, "JobStatus", 0)) {
	case JOB_IDLE:
		return "I";
	case JOB_RUNNING:
		return ad_bool(job, "TransferringOutput", false) ? ">" : "R";
	case JOB_REMOVED:
		return "X";
	case JOB_COMPLETED:
		return "C";
	case JOB_HELD:
		return "H";
	case JOB_TRANSFERRING_OUTPUT:
		return ">";
	case JOB_SUSPENDED:
		return "S";
	}
	return "?";
}

static bool is_running(const struct ad *job)
{
	int64_t status = ad_int(job, "JobStatus", 0);

	return status == JOB_RUNNING || status == JOB_SUSPENDED ||
	       status == JOB_TRANSFERRING_OUTPUT;
}

int64_t fmt_job_run_time(const struct ad *job, int64_t now)
{
	double booked = ad_real(job, "RemoteWallClockTime", 0);
	int64_t start = ad_int(job, "JobCurrentStartDate", 0);

	if (!is_running(job) || start <= 0)
		return (int64_t)booked;
	return (int64_t)booked + (now > start ? now - start : 0);
}

void fmt_job_cmd(struct strbuf *out, const struct ad *job)
{
	const char *cmd = ad_str(job, "Cmd");
	const char *args = ad_str(job, "Arguments");
	const char *slash = cmd ? strrchr(cmd, '/') : NULL;

	fmt_text(out, slash ? slash + 1 : cmd ? cmd : "?");
	if (!args)
		args = ad_str(job, "Args");
	if (args && *args) {
		strbuf_addch(out, ' ');
		fmt_text(out, args);
	}
}

void fmt_batch_name(struct strbuf *out, const struct ad *job)
{
	const char *name = ad_str(job, "JobBatchName");

	if (name && *name)
		fmt_text(out, name);
	else
		strbuf_addf(out, "ID: %lld",
			    (long long)ad_int(job, "ClusterId", 0));
}

double fmt_job_size_mb(const struct ad *job)
{
	int64_t used = ad_int(job, "MemoryUsage", -1);

	if (used >= 0)
		return (double)used;
	return (double)ad_int(job, "ImageSize", 0) / 1024;
}

void fmt_cut_line(struct strbuf *text, int width)
{
	size_t kept = 0;
	int column = 0;

	for (size_t i = 0; width > 0 && i < text->len; i++) {
		char c = text->data[i];

		if (c == '\n')
			column = 0;
		else if (is_start(c))
			column++;
		if (c == '\n' || column <= width)
			text->data[kept++] = c;
	}
	if (width > 0)
		strbuf_setlen(text, kept);
}
