/* SPDX-License-Identifier: MIT */
#include "startd/verdict.h"

#include "startd/starter/record.h"

#include <stdio.h>
#include <string.h>

static enum wire_how judge_exit(int code, const char *asked, bool checkpoints,
				int checkpoint_code)
{
	if (checkpoints && checkpoint_code == WIRE_UNKNOWN)
		checkpoint_code = VERDICT_CHECKPOINTED;
	if (code == checkpoint_code)
		return WIRE_HOW_CHECKPOINTED;
	if (checkpoints && code == VERDICT_UNRESTARTABLE)
		return WIRE_HOW_UNRESTARTABLE;
	if (asked && !checkpoints)
		return WIRE_HOW_EVICTED;
	return WIRE_HOW_EXITED;
}

void verdict_of(const struct record *end, bool checkpoints, int checkpoint_code,
		struct verdict *ret)
{
	const char *how = record_get(end, "how");
	const char *asked = record_get(end, "asked");
	const char *message = record_get(end, "message");

	*ret = (struct verdict){ .code = (int)record_int(end, "code", 0) };
	snprintf(ret->message, sizeof(ret->message), "%s",
		 message ? message : "");
	if (how && !strcmp(how, "exited"))
		ret->how = judge_exit(ret->code, asked, checkpoints,
				      checkpoint_code);
	else if (how && !strcmp(how, "signaled"))
		ret->how = asked ? WIRE_HOW_EVICTED : WIRE_HOW_SIGNALED;
	else if (how && !strcmp(how, "failed"))
		ret->how = WIRE_HOW_FAILED;
	else if (how && !strcmp(how, "forestalled"))
		ret->how = WIRE_HOW_REFUSED;
	else
		ret->how = WIRE_HOW_LOST;
}
