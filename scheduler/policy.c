/* SPDX-License-Identifier: MIT */
#include "scheduler/policy.h"

#include "common/base/err.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

const struct policy policy_default = {
	.ops = &policy_fair,
	.half_life_s = 86400,
	.default_factor = 1000,
	.nice_factor = 1e10,
	.preempt_after_s = 3600,
	.cycle_s = 120,
	.idle_step = 10,
	.index_max = 10000,
};

static const struct policy_ops *const all[] = { &policy_fair, &policy_updown };

int policy_find(const char *name, const struct policy_ops **ret_ops,
		struct err *err)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!strcmp(all[i]->name, name)) {
			*ret_ops = all[i];
			return 0;
		}
	}
	return err_set(err, -EINVAL, "unknown policy '%s': there are %s and %s",
		       name, policy_fair.name, policy_updown.name);
}
