/* SPDX-License-Identifier: MIT */
#include "startd/host.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "startd/attempt.h"
#include "startd/cg.h"
#include "startd/crew.h"
#include "startd/owner.h"
#include "startd/policy.h"
#include "startd/slot.h"
#include "startd/sync.h"
#include "startd/tail.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN_MAX 4096

#define FROZEN_LOOK_MIN_MS 20
#define FROZEN_LOOK_MAX_MS 1000

/* ---- policy ---- */

void host_facts(struct host *host, const struct slot *slot,
		const struct owner_state *owner, struct policy_facts *f)
{
	*f = (struct policy_facts){
		.now_ms = clock_mono_ms(),
		.keyboard_idle_ms = owner->idle_ms,
		.owner_switch = owner_switch_name(owner->set),
		.load = host->load.cores,
		.job_load = host->load.job_cores,
		.cpu_busy_since_ms = host->load.busy_since_ms,
		.state = slot->state,
		.activity = slot->activity,
		.activity_since_ms = slot->activity_since_ms,
		.state_since_ms = slot->state_since_ms,
		.activation_since_ms = -1,
	};
	if (slot->attempt && slot->attempt->started_s)
		f->activation_since_ms = slot->attempt->started_ms;
}

void host_judge(struct host *host, const struct slot *slot,
		struct policy_verdict *ret_verdict)
{
	struct owner_state owner;
	struct policy_facts facts;

	owner_get(host->owner, &owner);
	host_facts(host, slot, &owner, &facts);
	policy_judge(host->policy, slot->ad, &facts, ret_verdict);
}

bool host_owner_present(struct host *host, const struct owner_state *owner)
{
	return owner->idle_ms < clock_scaled_ms(host->set->continue_idle_ms);
}

/* HTCondor's words for what a slot does. */
static void slot_words(const struct slot *slot, const char **ret_state,
		       const char **ret_activity)
{
	const struct attempt *att = slot->attempt;

	*ret_state = slot->owner ? "Owner" : "Unclaimed";
	*ret_activity = "Idle";
	if (!att)
		return;
	*ret_state = "Claimed";
	*ret_activity = "Busy";
	if (att->phase == ATTEMPT_UPLOAD &&
	    att->end.how == WIRE_HOW_CHECKPOINTED) {
		*ret_state = "Preempting";
		*ret_activity = "Vacating";
	}
	if (att->phase != ATTEMPT_RUN)
		return;
	if (att->ladder.state == LADDER_FROZEN) {
		*ret_activity = "Suspended";
	} else if (att->ladder.state == LADDER_LEAVING) {
		*ret_state = "Preempting";
		*ret_activity = "Vacating";
	} else if (att->ladder.state == LADDER_KILLING) {
		*ret_state = "Preempting";
		*ret_activity = "Killing";
	}
}

static bool slot_update(struct host *host, struct slot *slot)
{
	const char *state, *activity;
	struct policy_verdict v;
	bool changed = false;
	int start = slot->start;

	host_judge(host, slot, &v);
	slot->start = v.start;
	slot->owner = v.owner;
	slot_words(slot, &state, &activity);
	if (strcmp(state, slot->state)) {
		slot->state = state;
		slot->state_since_ms = clock_mono_ms();
		slot->state_since_s = clock_real_ms() / 1000;
		changed = true;
	}
	if (strcmp(activity, slot->activity)) {
		slot->activity = activity;
		slot->activity_since_ms = clock_mono_ms();
		slot->activity_since_s = clock_real_ms() / 1000;
		changed = true;
	}
	if (changed || start != slot->start)
		slot_untell(slot);
	return changed || start != slot->start;
}

/* A slot may have been taken or left since the last step. */
static void slot_refresh(struct host *host, struct slot *slot)
{
	const char *state, *activity;

	slot_words(slot, &state, &activity);
	if (strcmp(state, slot->state) || strcmp(activity, slot->activity))
		slot_update(host, slot);
	if (clock_mono_ms() - slot->told_ms >=
	    clock_scaled_ms(host->set->polling_ms))
		slot_untell(slot);
}

static void update_owner(struct host *host)
{
	struct owner_state owner;
	bool present;
	int i;

	owner_get(host->owner, &owner);
	present = host_owner_present(host, &owner);
	if (present == host->owner_present && host->owner_since_s)
		return;
	host->owner_present = present;
	host->owner_since_s = clock_real_ms() / 1000;
	for (i = 0; i < host->slot_count; i++)
		slot_untell(host->slots[i]);
	log_info("owner %s (%s)", present ? "present" : "away", owner.source);
	host_news(host);
}

/* How often a frozen job is looked at: its timers are in the policy's text. */
static int64_t frozen_look_ms(const struct host *host)
{
	int64_t ms = clock_scaled_ms(host->set->max_suspend_ms) / 8;

	return ms < FROZEN_LOOK_MIN_MS	 ? FROZEN_LOOK_MIN_MS
	       : ms > FROZEN_LOOK_MAX_MS ? FROZEN_LOOK_MAX_MS
					 : ms;
}

/* In how many ms something is due. */
static int64_t next_tick_ms(struct host *host)
{
	int64_t due_ms = clock_scaled_ms(host->set->polling_ms);
	int64_t now_ms = clock_mono_ms();
	struct attempt *att;

	list_for_each(att, &host->attempts, link) {
		int64_t at_ms = attempt_deadline_ms(att);

		if (att->phase == ATTEMPT_RUN &&
		    att->ladder.state == LADDER_FROZEN &&
		    frozen_look_ms(host) < due_ms)
			due_ms = frozen_look_ms(host);
		if (at_ms != INT64_MAX && at_ms - now_ms < due_ms)
			due_ms = at_ms - now_ms;
	}
	return due_ms < 1 ? 1 : due_ms;
}

void host_step(struct host *host, int64_t sign_ns)
{
	struct attempt *att, *tmp;
	bool changed = false;
	int i;

	list_for_each_safe(att, tmp, &host->attempts, link)
		attempt_step(att, sign_ns);
	for (i = 0; i < host->slot_count; i++)
		changed |= slot_update(host, host->slots[i]);
	/* An activity just entered is judged with its own timers. */
	if (changed) {
		list_for_each_safe(att, tmp, &host->attempts, link)
			attempt_step(att, -1);
		host_news(host);
	}
	update_owner(host);
	if (host->tick)
		evloop_set_timer(host->tick, next_tick_ms(host));
}

/* The jobs first: each microsecond is the owner's. */
static void on_owner(void *arg, int64_t sign_ns)
{
	host_step(arg, sign_ns);
	host_news(arg);
}

static int64_t jobs_cpu_us(struct host *host)
{
	int64_t us = cg_jobs_cpu_us(host->cg);
	struct attempt *att;

	if (us >= 0)
		return us;
	us = host->jobs_gone_us;
	list_for_each(att, &host->attempts, link) {
		if (att->cg)
			us += cg_cpu_us(att->cg);
	}
	return us;
}

static void on_tick(void *arg)
{
	struct host *host = arg;

	/* A short time between two samples makes them jump. */
	if (clock_mono_ms() - host->load.last_ms >=
	    clock_scaled_ms(host->set->polling_ms) / 2)
		load_sample(&host->load, clock_mono_ms(), load_busy_us(),
			    jobs_cpu_us(host), host->set->high_load);
	sync_check_lease(host->sync);
	host_step(host, -1);
}

/* ---- telling ---- */

void host_news(struct host *host)
{
	if (host->sync)
		sync_soon(host->sync);
}

static void ad_set_owner(struct ad *ad, struct host *host)
{
	struct owner_state o;

	owner_get(host->owner, &o);
	ad_set_int(ad, "KeyboardIdle", o.idle_ms / 1000);
	ad_set_int(ad, "ConsoleIdle", o.console_idle_ms / 1000);
	ad_set_string(ad, "OwnerState",
		      host_owner_present(host, &o) ? "present" : "away");
	ad_set_string(ad, "OwnerSource", o.source);
	ad_set_string(ad, "OwnerSwitch", owner_switch_name(o.set));
	ad_set_bool(ad, "OwnerCovered", o.covered);
	if (!o.covered) {
		ad_set_string(ad, "OwnerUncovered", o.uncovered);
		ad_set_string(ad, "OwnerCure", o.cure);
	}
}

static double round2(double v)
{
	return (double)(int64_t)(v * 100 + 0.5) / 100;
}

struct ad *host_slot_ad(struct host *host, struct slot *slot)
{
	struct ad *ad = ad_copy(slot->ad);
	char *start;

	slot_put_resources(host, slot, ad);
	ad_set_real(ad, "LoadAvg", round2(host->load.cores));
	ad_set_real(ad, "CondorLoadAvg", round2(host->load.job_cores));
	ad_set_string(ad, "State", slot->state);
	ad_set_string(ad, "Activity", slot->activity);
	ad_set_int(ad, "EnteredCurrentState", slot->state_since_s);
	ad_set_int(ad, "EnteredCurrentActivity", slot->activity_since_s);
	ad_set_owner(ad, host);
	if (slot->start >= 0) {
		ad_set_bool(ad, "Start", slot->start);
	} else {
		start = policy_start_text(host->policy);
		ad_set_text(ad, "Start", start, NULL);
		free(start);
	}
	ad_set_text(ad, "Requirements", "START", NULL);
	return ad;
}

static void fill_slot(struct host *host, struct slot *slot,
		      struct wire_slot *ret)
{
	ret->slot = xstrdup(slot->name);
	ret->accepts = slot->start != 0 && !host->leaving && !slot->attempt &&
		       !slot->parent;
	if (!slot->told) {
		slot->told = host_slot_ad(host, slot);
		slot->told_ms = clock_mono_ms();
	}
	ret->ad = ad_ref(slot->told);
}

static void copy_end(const struct wire_end *end, struct wire_end *ret)
{
	*ret = *end;
	ret->message = xstrdup(end->message);
	ret->outputs = xstrdup(end->outputs);
}

static size_t count(const struct list *list)
{
	const struct list *l;
	size_t n = 0;

	for (l = list->next; l != list; l = l->next)
		n++;
	return n;
}

void host_fill_sync(struct host *host, struct wire_sync *sync)
{
	size_t n = count(&host->attempts);
	struct owner_state owner;
	struct attempt *att;
	int i;

	owner_get(host->owner, &owner);
	sync->leaving = host->leaving && host_idle(host);
	sync->owner = host_owner_present(host, &owner) ? WIRE_OWNER_PRESENT
						       : WIRE_OWNER_AWAY;
	sync->owner_since = host->owner_since_s;
	sync->owner_text = xstrdup(owner_text(&owner));
	sync->slots = xcalloc((size_t)host->slot_count, sizeof(*sync->slots));
	sync->slot_count = (size_t)host->slot_count;
	for (i = 0; i < host->slot_count; i++) {
		slot_refresh(host, host->slots[i]);
		fill_slot(host, host->slots[i], &sync->slots[i]);
	}
	sync->attempts = xcalloc(n + 1, sizeof(*sync->attempts));
	sync->ends = xcalloc(n + 1, sizeof(*sync->ends));
	list_for_each(att, &host->attempts, link) {
		if (att->phase == ATTEMPT_REPORT)
			copy_end(&att->end, &sync->ends[sync->end_count++]);
		else if (attempt_is_live(att))
			attempt_fill(att,
				     &sync->attempts[sync->attempt_count++]);
	}
}

/* ---- being told ---- */

void host_take_start(struct host *host, const json_t *start)
{
	struct err err = ERR_INIT;

	if (attempt_accept(host, start, &err) < 0)
		log_error("cannot take a start: %s", err_text(&err));
}

void host_told(struct host *host)
{
	host_step(host, -1);
}

void host_take_order(struct host *host, const struct wire_order *order)
{
	struct attempt *att = attempt_find(host, order->nonce);

	if (att)
		attempt_take_order(att, order);
}

void host_take_ack(struct host *host, const char *nonce)
{
	struct attempt *att = attempt_find(host, nonce);

	if (att)
		attempt_take_ack(att);
}

static bool lease_is_over(const struct attempt *att, int64_t silent_ms)
{
	return !att->kill_asked &&
	       (att->phase == ATTEMPT_RUN || att->phase == ATTEMPT_FETCH) &&
	       silent_ms > clock_scaled_ms(att->start.lease_s * 1000);
}

void host_check_leases(struct host *host, int64_t silent_ms)
{
	struct attempt *att, *tmp;

	list_for_each_safe(att, tmp, &host->attempts, link) {
		if (!lease_is_over(att, silent_ms))
			continue;
		log_warn("attempt %s: no word from the scheduler for %" PRId64
			 " s: its lease is over",
			 att->name, silent_ms / 1000);
		att->kill_asked = true;
		att->reason = "the lease ran out";
		if (att->phase == ATTEMPT_FETCH)
			atomic_store(&att->cancel, true);
		attempt_step(att, -1);
	}
}

/* ---- the end ---- */

bool host_idle(const struct host *host)
{
	const struct attempt *att;

	list_for_each(att, &host->attempts, link) {
		if (att->phase == ATTEMPT_FETCH || att->phase == ATTEMPT_RUN ||
		    att->phase == ATTEMPT_UPLOAD)
			return false;
	}
	return true;
}

void host_leave(struct host *host)
{
	struct attempt *att, *tmp;

	host->leaving = true;
	list_for_each_safe(att, tmp, &host->attempts, link) {
		att->vacate_asked = true;
		att->reason = "the host is leaving";
		if (att->phase == ATTEMPT_FETCH)
			atomic_store(&att->cancel, true);
	}
	host_step(host, -1);
	host_news(host);
}

/* ---- making ---- */

static void on_child(void *arg, const struct signalfd_siginfo *info)
{
	(void)arg;
	(void)info;
	/* Starters tell their end by their records and descriptors. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static int read_token(struct host *host, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int r;

	if (!host->set->token_file)
		return 0;
	r = fd_read_file(host->set->token_file, TOKEN_MAX, &text, err);
	if (r < 0)
		return r;
	host->token = xstrndup(text.data, strcspn(text.data, " \r\n"));
	strbuf_release(&text);
	return 0;
}

static int make_dirs(struct host *host, struct err *err)
{
	struct strbuf exe = STRBUF_INIT;
	char *cache = xasprintf("%s/cache", host->set->dir);
	int r;

	host->attempts_dir = xasprintf("%s/attempts", host->set->dir);
	r = fd_mkdir_p(host->attempts_dir, 0700, err);
	if (!r)
		r = cache_init(&host->cache, cache, host->set->cache_bytes,
			       err);
	free(cache);
	if (!r)
		r = fd_exe_dir(&exe, err);
	if (!r) {
		host->starter = xasprintf("%s/harrier-starter", exe.data);
		if (access(host->starter, X_OK) < 0)
			r = err_sys(err, -errno, "cannot execute '%s'",
				    host->starter);
	}
	strbuf_release(&exe);
	return r;
}

static void recover(struct host *host)
{
	struct dirent *de;
	DIR *dir = opendir(host->attempts_dir);

	while (dir && (de = readdir(dir))) {
		if (de->d_name[0] != '.')
			attempt_recover(host, de->d_name);
		else if (!strncmp(de->d_name, ATTEMPT_GONE_PREFIX,
				  strlen(ATTEMPT_GONE_PREFIX)))
			fd_rm_tree(dirfd(dir), de->d_name, NULL);
	}
	if (dir)
		closedir(dir);
}

int host_init(struct host *host, struct evloop *loop, struct settings *set,
	      struct err *err)
{
	int r;

	*host = (struct host){ .loop = loop, .set = set };
	list_init(&host->attempts);
	list_init(&host->tails);
	load_init(&host->load);
	r = machine_init(&host->machine, set, err);
	if (!r)
		r = policy_new(set, &host->policy, err);
	if (!r)
		r = make_dirs(host, err);
	if (!r)
		r = read_token(host, err);
	if (!r)
		r = evloop_add_signal(loop, SIGCHLD, on_child, host, err);
	if (r < 0)
		return r;
	host->crew = crew_new(loop);
	host->cg = cg_open(set->name, false);
	slot_make_all(host);
	r = owner_new(loop, set->root, on_owner, host, &host->owner, err);
	if (!r)
		r = sync_new(host, &host->sync, err);
	if (r < 0)
		return r;
	recover(host);
	host->tick = evloop_add_timer(loop, 0, on_tick, host);
	return 0;
}

/* The threads look at `cancel` often; what they did is on disk. */
static void stop_workers(struct host *host)
{
	struct attempt *att;
	int64_t limit_ms = clock_mono_ms() + 5000;

	list_for_each(att, &host->attempts, link)
		atomic_store(&att->cancel, true);
	while (host->workers && clock_mono_ms() < limit_ms &&
	       !evloop_turn(host->loop, 50, NULL))
		;
}

void host_release(struct host *host)
{
	struct attempt *att, *tmp;

	tail_release(host);
	sync_free(host->sync);
	host->sync = NULL;
	if (host->tick)
		evloop_del_timer(host->tick);
	host->tick = NULL;
	stop_workers(host);
	crew_free(host->crew);
	list_for_each_safe(att, tmp, &host->attempts, link)
		attempt_forget(att);
	slot_free_all(host);
	owner_free(host->owner);
	cg_close(host->cg);
	policy_free(host->policy);
	cache_release(&host->cache);
	machine_release(&host->machine);
	free(host->attempts_dir);
	free(host->starter);
	free(host->token);
}
