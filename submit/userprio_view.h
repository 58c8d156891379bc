/* SPDX-License-Identifier: MIT */
/* userprio_view: huserprio's tables, in the form of condor_userprio's. */
#ifndef HARRIER_SUBMIT_USERPRIO_VIEW_H
#define HARRIER_SUBMIT_USERPRIO_VIEW_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

enum userprio_view {
	USERPRIO_SHORT,
	USERPRIO_ALL, /* real priority and times too */
	USERPRIO_USAGE,
};

struct userprio_totals {
	int users;
	double in_use, usage_s;
};

/*
 * A user of GET /users under HTCondor's names: Name, Priority (the effective
 * one), PriorityFactor, WeightedResourcesUsed, WeightedAccumulatedUsage (hours
 * are its 3600th), BeginUsageTime, LastUsageTime, Floor, Ceiling; and
 * RealPriority, IdleJobs, UpDownIndex.
 */
int userprio_ad(const json_t *user, struct ad **ret_ad, struct err *err);

/* Used something in the last `seconds`, or uses or wants it now? */
bool userprio_active(const struct ad *user, int64_t now, int64_t seconds);

void userprio_head(enum userprio_view view, int64_t now, struct strbuf *out);
void userprio_line(enum userprio_view view, const struct ad *user, int64_t now,
		   struct userprio_totals *totals, struct strbuf *out);
void userprio_foot(enum userprio_view view,
		   const struct userprio_totals *totals, struct strbuf *out);

#endif
