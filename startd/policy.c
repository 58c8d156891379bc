/* SPDX-License-Identifier: MIT */
#include "startd/policy.h"

#include "common/ad/ad.h"
#include "common/ad/expr_eval.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "startd/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct default_expr {
	const char *name;
	const char *own, *desktop, *dedicated;
};

/*
 * The order matters to nobody. The owner's switch counts under each policy:
 * what he says is stronger than what is seen. SUSPEND's load clause is left
 * out of `own`: its jobs are in the idle class and yield by that.
 */
static const struct default_expr defaults[] = {
#define SAME(text) text, text, text
	{ "NonCondorLoadAvg", SAME("LoadAvg - CondorLoadAvg") },
	{ "CpuIdle", SAME("NonCondorLoadAvg <= BackgroundLoad") },
	{ "CpuBusy", SAME("NonCondorLoadAvg >= HighLoad") },
	{ "KeyboardBusy", SAME("KeyboardIdle < KeyboardBusyTime") },
	{ "KeyboardNotBusy", SAME("!KeyboardBusy") },
	{ "OwnerBack", SAME("OwnerSwitch == \"back\"") },
	{ "START", "!OwnerBack",
	  "KeyboardIdle > StartIdleTime && (CpuIdle || "
	  "(State != \"Unclaimed\" && State != \"Owner\"))",
	  "!OwnerBack" },
	{ "SUSPEND", "OwnerBack",
	  "KeyboardBusy || (CpuBusyTimer > CpuBusyTime && "
	  "ActivationTimer > 90)",
	  "OwnerBack" },
	{ "WANT_SUSPEND", SAME("SUSPEND") },
	{ "CONTINUE", "!OwnerBack",
	  "CpuIdle && ActivityTimer > 10 && KeyboardIdle > ContinueIdleTime",
	  "!OwnerBack" },
	{ "PREEMPT", SAME("(Activity == \"Suspended\" && "
			  "ActivityTimer > MaxSuspendTime) || "
			  "(SUSPEND && WANT_SUSPEND == False)") },
	{ "WANT_VACATE", SAME("True") },
	{ "KILL", SAME("False") },
	{ "IS_OWNER", SAME("START =?= False") },
#undef SAME
};

#define DEFAULT_COUNT (sizeof(defaults) / sizeof(defaults[0]))

struct policy {
	struct ad *ad; /* the expressions, and durations in scaled seconds */
	bool idle_class;
};

static const char *default_text(const struct default_expr *d,
				const char *policy)
{
	if (!strcmp(policy, "own"))
		return d->own;
	if (!strcmp(policy, "desktop"))
		return d->desktop;
	if (!strcmp(policy, "dedicated"))
		return d->dedicated;
	return NULL;
}

static void set_duration(struct ad *ad, const char *name, int64_t ms)
{
	ad_set_real(ad, name, (double)clock_scaled_ms(ms) / 1000);
}

static int set_exprs(struct ad *ad, const struct settings *s, struct err *err)
{
	size_t i;

	for (i = 0; i < DEFAULT_COUNT; i++) {
		const char *name = defaults[i].name;
		const char *text = settings_expr(s, name);
		int r;

		if (!text)
			text = default_text(&defaults[i], s->policy);
		if (!text)
			return err_set(err, -EINVAL,
				       "unknown policy '%s': it is one of own, "
				       "desktop, dedicated",
				       s->policy);
		r = ad_set_text(ad, name, text, err);
		if (r < 0) {
			err_prefix(err, "%s", name);
			return r;
		}
	}
	return 0;
}

int policy_new(const struct settings *s, struct policy **ret_policy,
	       struct err *err)
{
	struct ad *ad = ad_new();
	int r;

	r = set_exprs(ad, s, err);
	if (r < 0) {
		ad_free(ad);
		return r;
	}
	set_duration(ad, "StartIdleTime", s->start_idle_ms);
	set_duration(ad, "ContinueIdleTime", s->continue_idle_ms);
	set_duration(ad, "KeyboardBusyTime", s->keyboard_busy_ms);
	set_duration(ad, "CpuBusyTime", s->cpu_busy_ms);
	set_duration(ad, "MaxSuspendTime", s->max_suspend_ms);
	set_duration(ad, "MaxVacateTime", s->max_vacate_ms);
	ad_set_real(ad, "BackgroundLoad", s->background_load);
	ad_set_real(ad, "HighLoad", s->high_load);
	*ret_policy = xcalloc(1, sizeof(**ret_policy));
	(*ret_policy)->ad = ad;
	(*ret_policy)->idle_class = strcmp(s->policy, "dedicated") != 0;
	return 0;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	ad_free(policy->ad);
	free(policy);
}

bool policy_is_idle_class(const struct policy *policy)
{
	return policy->idle_class;
}

/* Timers in seconds with their fraction, so that scaled durations compare. */
static void set_timer(struct ad *ad, const char *name, int64_t now_ms,
		      int64_t since_ms)
{
	double s = since_ms < 0 ? 0 : (double)(now_ms - since_ms) / 1000;

	ad_set_real(ad, name, s);
}

/* The policy's expressions stand behind the facts, those behind the ad. */
static struct ad *context(const struct policy *policy, const struct ad *machine,
			  const struct policy_facts *f)
{
	struct ad *ad = ad_copy(machine);

	ad_update(ad, policy->ad);
	ad_set_real(ad, "KeyboardIdle", (double)f->keyboard_idle_ms / 1000);
	ad_set_string(ad, "OwnerSwitch", f->owner_switch);
	ad_set_real(ad, "LoadAvg", f->load);
	ad_set_real(ad, "CondorLoadAvg", f->job_load);
	ad_set_string(ad, "State", f->state);
	ad_set_string(ad, "Activity", f->activity);
	set_timer(ad, "CpuBusyTimer", f->now_ms, f->cpu_busy_since_ms);
	set_timer(ad, "ActivityTimer", f->now_ms, f->activity_since_ms);
	set_timer(ad, "StateTimer", f->now_ms, f->state_since_ms);
	set_timer(ad, "ActivationTimer", f->now_ms, f->activation_since_ms);
	return ad;
}

static int truth(struct eval *ev, const char *name)
{
	struct value v = eval_attr(ev, name);

	return value_truth(&v);
}

void policy_judge(const struct policy *policy, const struct ad *machine,
		  const struct policy_facts *facts, struct policy_verdict *ret)
{
	struct ad *ad = context(policy, machine, facts);
	struct eval ev;

	eval_init(&ev, ad, NULL);
	ret->start = truth(&ev, "START");
	ret->owner = truth(&ev, "IS_OWNER") == 1;
	ret->suspend = truth(&ev, "SUSPEND") == 1 &&
		       truth(&ev, "WANT_SUSPEND") == 1;
	ret->resume = truth(&ev, "CONTINUE") == 1;
	ret->preempt = truth(&ev, "PREEMPT") == 1;
	ret->want_vacate = truth(&ev, "WANT_VACATE") != 0;
	ret->kill = truth(&ev, "KILL") == 1;
	eval_release(&ev);
	ad_free(ad);
}

bool policy_starts(const struct policy *policy, const struct ad *machine,
		   const struct policy_facts *facts, const struct ad *job)
{
	struct ad *ad = context(policy, machine, facts);
	struct eval ev;
	bool starts;

	eval_init(&ev, ad, job);
	starts = truth(&ev, "START") == 1;
	eval_release(&ev);
	ad_free(ad);
	return starts;
}

char *policy_start_text(const struct policy *policy)
{
	struct strbuf text = STRBUF_INIT;

	ad_unparse_attr(policy->ad, "START", &text);
	return strbuf_detach(&text);
}
