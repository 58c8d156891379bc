/* SPDX-License-Identifier: MIT */
#include "submit/userprio_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "submit/fmt.h"

#define NAME_WIDTH 24
#define CELL	   32

enum column {
	COLUMN_PRIORITY,
	COLUMN_REAL,
	COLUMN_FACTOR,
	COLUMN_IN_USE,
	COLUMN_USAGE,
	COLUMN_BEGIN,
	COLUMN_LAST,
	COLUMN_SINCE,
	COLUMN_FLOOR,
	COLUMN_CEILING,
	COLUMN_COUNT,
};

static const struct {
	const char *first, *second; /* lines of the heading */
	int width;
	unsigned int views;
} columns[COLUMN_COUNT] = {
#define SHORT (1u << USERPRIO_SHORT)
#define ALL   (1u << USERPRIO_ALL)
#define USAGE (1u << USERPRIO_USAGE)
	[COLUMN_PRIORITY] = { "Effective", "Priority", 12, SHORT | ALL },
	[COLUMN_REAL] = { "Real", "Priority", 10, ALL },
	[COLUMN_FACTOR] = { "Priority", "Factor", 14, SHORT | ALL },
	[COLUMN_IN_USE] = { "Wghted", "In Use", 7, SHORT | ALL },
	[COLUMN_USAGE] = { "Total Usage", "(wghted-hrs)", 12,
			   SHORT | ALL | USAGE },
	[COLUMN_BEGIN] = { "Usage", "Start Time", 16, ALL | USAGE },
	[COLUMN_LAST] = { "Last", "Usage Time", 16, ALL | USAGE },
	[COLUMN_SINCE] = { "Time Since", "Last Usage", 10, SHORT | ALL },
	[COLUMN_FLOOR] = { "Submitter", "Floor", 9, SHORT | ALL },
	[COLUMN_CEILING] = { "Submitter", "Ceiling", 9, SHORT | ALL },
};

static bool shown(enum userprio_view view, int column)
{
	return columns[column].views & (1u << view);
}

int userprio_ad(const json_t *user, struct ad **ret_ad, struct err *err)
{
	static const struct {
		const char *key, *attr;
	} reals[] = {
		{ "priority", "Priority" },
		{ "real_priority", "RealPriority" },
		{ "factor", "PriorityFactor" },
		{ "in_use", "WeightedResourcesUsed" },
		{ "usage_s", "WeightedAccumulatedUsage" },
		{ "floor", "Floor" },
		{ "ceiling", "Ceiling" },
		{ "up_down", "UpDownIndex" },
	};
	static const struct {
		const char *key, *attr;
	} ints[] = {
		{ "first_used", "BeginUsageTime" },
		{ "last_used", "LastUsageTime" },
		{ "idle", "IdleJobs" },
	};
	struct ad *ad = ad_new();
	const char *name;
	int rc = json_get_str(user, "user", &name, err);

	if (!rc)
		ad_set_string(ad, "Name", name);
	for (size_t i = 0; !rc && i < sizeof(reals) / sizeof(reals[0]); i++) {
		double value;

		rc = json_get_real(user, reals[i].key, &value, err);
		if (!rc)
			ad_set_real(ad, reals[i].attr, value);
	}
	for (size_t i = 0; !rc && i < sizeof(ints) / sizeof(ints[0]); i++) {
		int64_t value;

		rc = json_get_int(user, ints[i].key, &value, err);
		if (!rc)
			ad_set_int(ad, ints[i].attr, value);
	}
	if (rc) {
		ad_free(ad);
		return rc;
	}
	*ret_ad = ad;
	return 0;
}

bool userprio_active(const struct ad *user, int64_t now, int64_t seconds)
{
	int64_t last = ad_int(user, "LastUsageTime", 0);

	return (last && now - last < seconds) ||
	       ad_real(user, "WeightedResourcesUsed", 0) > 0 ||
	       ad_int(user, "IdleJobs", 0) > 0;
}

static void rule(enum userprio_view view, struct strbuf *out)
{
	static const char dashes[] = "------------------------";

	strbuf_addf(out, "%.*s", NAME_WIDTH, dashes);
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (shown(view, i))
			strbuf_addf(out, " %.*s", columns[i].width, dashes);
	strbuf_addch(out, '\n');
}

void userprio_head(enum userprio_view view, int64_t now, struct strbuf *out)
{
	char date[FMT_DATE_SIZE];

	fmt_date(date, now);
	strbuf_addf(out, "Last Priority Update: %s\n%-*s", date, NAME_WIDTH,
		    "");
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (shown(view, i))
			strbuf_addf(out, " %*s", columns[i].width,
				    columns[i].first);
	strbuf_addf(out, "\n%-*s", NAME_WIDTH, "User Name");
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (shown(view, i))
			strbuf_addf(out, " %*s", columns[i].width,
				    columns[i].second);
	strbuf_addch(out, '\n');
	rule(view, out);
}

/* "11/12/2025 15:18"; blank for never. */
static void full_date(char out[CELL], int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (!at || !localtime_r(&t, &tm))
		*out = '\0';
	else
		strftime(out, CELL, "%m/%d/%Y %H:%M", &tm);
}

/* "0+01:30", or "<now>" within the last minute. */
static void since(char out[CELL], int64_t last, int64_t now)
{
	int64_t minutes = now > last ? (now - last) / 60 : 0;

	if (!last)
		*out = '\0';
	else if (!minutes)
		snprintf(out, CELL, "<now>");
	else
		snprintf(out, CELL, "%lld+%02d:%02d",
			 (long long)(minutes / 1440), (int)(minutes / 60 % 24),
			 (int)(minutes % 60));
}

/* Cores: whole ones without a point. */
static void cores(char out[CELL], double n)
{
	snprintf(out, CELL, n == (double)(int64_t)n ? "%.0f" : "%.2f", n);
}

static void cell(char out[CELL], int column, const struct ad *u, int64_t now)
{
	switch (column) {
	case COLUMN_PRIORITY:
		snprintf(out, CELL, "%.2f", ad_real(u, "Priority", 0));
		break;
	case COLUMN_REAL:
		snprintf(out, CELL, "%.2f", ad_real(u, "RealPriority", 0));
		break;
	case COLUMN_FACTOR:
		snprintf(out, CELL, "%.2f", ad_real(u, "PriorityFactor", 0));
		break;
	case COLUMN_IN_USE:
		cores(out, ad_real(u, "WeightedResourcesUsed", 0));
		break;
	case COLUMN_USAGE:
		snprintf(out, CELL, "%.2f",
			 ad_real(u, "WeightedAccumulatedUsage", 0) / 3600);
		break;
	case COLUMN_BEGIN:
		full_date(out, ad_int(u, "BeginUsageTime", 0));
		break;
	case COLUMN_LAST:
		full_date(out, ad_int(u, "LastUsageTime", 0));
		break;
	case COLUMN_SINCE:
		since(out, ad_int(u, "LastUsageTime", 0), now);
		break;
	case COLUMN_FLOOR:
		cores(out, ad_real(u, "Floor", 0));
		break;
	case COLUMN_CEILING:
		*out = '\0';
		if (ad_real(u, "Ceiling", -1) >= 0)
			cores(out, ad_real(u, "Ceiling", -1));
		break;
	}
}

static void trim_end(struct strbuf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	strbuf_addch(out, '\n');
}

void userprio_line(enum userprio_view view, const struct ad *user, int64_t now,
		   struct userprio_totals *totals, struct strbuf *out)
{
	const char *name = ad_str(user, "Name");
	char text[CELL];

	/* A long name is not cut: scripts read it. */
	name = name ? name : "";
	fmt_column(out, name, strlen(name) > NAME_WIDTH ? 0 : NAME_WIDTH);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!shown(view, i))
			continue;
		cell(text, i, user, now);
		strbuf_addf(out, " %*s", columns[i].width, text);
	}
	trim_end(out);
	totals->users++;
	totals->in_use += ad_real(user, "WeightedResourcesUsed", 0);
	totals->usage_s += ad_real(user, "WeightedAccumulatedUsage", 0);
}

void userprio_foot(enum userprio_view view,
		   const struct userprio_totals *totals, struct strbuf *out)
{
	char text[CELL];

	rule(view, out);
	snprintf(text, sizeof(text), "Number of users: %d", totals->users);
	strbuf_addf(out, "%-*s", NAME_WIDTH, text);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!shown(view, i))
			continue;
		*text = '\0';
		if (i == COLUMN_IN_USE)
			cores(text, totals->in_use);
		else if (i == COLUMN_USAGE)
			snprintf(text, sizeof(text), "%.2f",
				 totals->usage_s / 3600);
		strbuf_addf(out, " %*s", columns[i].width, text);
	}
	trim_end(out);
}
