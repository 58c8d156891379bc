/* SPDX-License-Identifier: MIT */
/* The commands that set one attribute each, and small groups. */
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc_priv.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum rule_kind {
	RULE_EXPR,
	RULE_STRING, /* the text as it is; quotes around it are removed */
	RULE_INT,
	RULE_BOOL,
};

static const struct rule {
	const char *attr;
	const char *names[4];
	enum rule_kind kind;
} rules[] = {
	{ "Rank", { "rank", "preferences" }, RULE_EXPR },
	{ "JobPrio", { "priority", "prio", "JobPrio" }, RULE_INT },
	{ "NiceUser", { "nice_user" }, RULE_BOOL },
	{ "JobDescription", { "description" }, RULE_STRING },
	{ "ProjectName", { "project_name" }, RULE_STRING },
	{ "RequireGPUs", { "require_gpus" }, RULE_EXPR },
	{ "TransferOutputRemaps", { "transfer_output_remaps" }, RULE_STRING },
	{ "TransferCheckpoint", { "transfer_checkpoint_files" }, RULE_STRING },
	{ "PreserveRelativePaths", { "preserve_relative_paths" }, RULE_BOOL },
	{ "TransferIn", { "transfer_input" }, RULE_BOOL },
	{ "TransferOut", { "transfer_output" }, RULE_BOOL },
	{ "TransferErr", { "transfer_error" }, RULE_BOOL },
	{ "EraseOutputAndErrorOnRestart",
	  { "erase_output_and_error_on_restart" },
	  RULE_BOOL },
	{ "MaxTransferInputMB", { "max_transfer_input_mb" }, RULE_EXPR },
	{ "MaxTransferOutputMB", { "max_transfer_output_mb" }, RULE_EXPR },
	{ "AllowedExecuteDuration", { "allowed_execute_duration" }, RULE_EXPR },
	{ "AllowedJobDuration", { "allowed_job_duration" }, RULE_EXPR },
	{ "SuccessCheckpointExitCode", { "checkpoint_exit_code" }, RULE_INT },
	{ "LeaveJobInQueue", { "leave_in_queue" }, RULE_EXPR },
	{ "OnExitHold", { "on_exit_hold" }, RULE_EXPR },
	{ "OnExitHoldReason", { "on_exit_hold_reason" }, RULE_EXPR },
	{ "OnExitHoldSubCode", { "on_exit_hold_subcode" }, RULE_EXPR },
	{ "PeriodicHold", { "periodic_hold" }, RULE_EXPR },
	{ "PeriodicHoldReason", { "periodic_hold_reason" }, RULE_EXPR },
	{ "PeriodicHoldSubCode", { "periodic_hold_subcode" }, RULE_EXPR },
	{ "PeriodicRelease", { "periodic_release" }, RULE_EXPR },
	{ "PeriodicRemove", { "periodic_remove" }, RULE_EXPR },
	{ "PeriodicVacate", { "periodic_vacate" }, RULE_EXPR },
	{ "JobLeaseDuration", { "job_lease_duration" }, RULE_EXPR },
	{ "JobMaxVacateTime", { "job_max_vacate_time" }, RULE_EXPR },
	{ "MaxJobRetirementTime", { "max_job_retirement_time" }, RULE_EXPR },
	{ "KillSigTimeout", { "kill_sig_timeout" }, RULE_INT },
	{ "WantGracefulRemoval", { "want_graceful_removal" }, RULE_EXPR },
	{ "CoreSize", { "coresize", "core_size" }, RULE_INT },
	{ "StackSize", { "stack_size" }, RULE_INT },
	{ "ConcurrencyLimits", { "concurrency_limits" }, RULE_STRING },
	{ "ConcurrencyLimits", { "concurrency_limits_expr" }, RULE_EXPR },
	{ "SubmitEventNotes", { "submit_event_notes" }, RULE_STRING },
	{ "SubmitEventUserNotes", { "submit_event_user_notes" }, RULE_STRING },
};

static int set_int(struct jobdesc *d, const struct rule *rule, struct ad *ad,
		   const char *text, struct err *err)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end || errno)
		return jobdesc_at(
			d, rule->names,
			err_set(err, -EINVAL, "'%s' is no integer", text), err);
	return ad_set_int(ad, rule->attr, n);
}

static int parse_bool(const char *text, bool *ret)
{
	static const char *const words[] = { "false", "no",  "f", "0",
					     "true",  "yes", "t", "1" };

	for (size_t i = 0; i < 8; i++) {
		if (strcasecmp(words[i], text) == 0) {
			*ret = i >= 4;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_bool(struct jobdesc *d, const struct rule *rule, struct ad *ad,
		    const char *text, struct err *err)
{
	bool value;

	if (parse_bool(text, &value) < 0)
		return jobdesc_at(d, rule->names,
				  err_set(err, -EINVAL,
					  "'%s' is neither true nor false",
					  text),
				  err);
	return ad_set_bool(ad, rule->attr, value);
}

/* Removes one pair of double quotes around the text. */
static void unquote(char *text)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		memmove(text, text + 1, len - 2);
		text[len - 2] = '\0';
	}
}

static int apply(struct jobdesc *d, const struct rule *rule, struct ad *ad,
		 char *text, struct err *err)
{
	switch (rule->kind) {
	case RULE_EXPR:
		return jobdesc_set_expr(d, rule->names, ad, rule->attr, text,
					err);
	case RULE_INT:
		return set_int(d, rule, ad, text, err);
	case RULE_BOOL:
		return set_bool(d, rule, ad, text, err);
	case RULE_STRING:
		unquote(text);
		return ad_set_string(ad, rule->attr, text);
	}
	return 0;
}

size_t jobdesc_rule_count(void)
{
	return sizeof(rules) / sizeof(rules[0]);
}

int jobdesc_rule(struct jobdesc *d, size_t i, struct ad *ad, struct err *err)
{
	char *text;
	int rc = jobdesc_get(d, rules[i].names, &text, err);

	if (!rc && text)
		rc = apply(d, &rules[i], ad, text, err);
	free(text);
	return rc;
}

int jobdesc_get_bool(struct jobdesc *d, const char *const *names, bool *ret,
		     struct err *err)
{
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (!rc && text && parse_bool(text, ret) < 0)
		rc = jobdesc_at(d, names,
				err_set(err, -EINVAL,
					"'%s' is neither true nor false", text),
				err);
	free(text);
	return rc;
}

/* ---- signals --------------------------------------------------------------------- */

/* By name, with or without SIG, or by number; 0: unknown. */
static int signal_number(const char *text)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{ "HUP", SIGHUP },   { "INT", SIGINT },	  { "QUIT", SIGQUIT },
		{ "ABRT", SIGABRT }, { "KILL", SIGKILL }, { "USR1", SIGUSR1 },
		{ "USR2", SIGUSR2 }, { "ALRM", SIGALRM }, { "TERM", SIGTERM },
		{ "CONT", SIGCONT }, { "STOP", SIGSTOP }, { "TSTP", SIGTSTP },
		{ "XCPU", SIGXCPU }, { "PIPE", SIGPIPE }, { "SEGV", SIGSEGV },
		{ "IO", SIGIO },     { "PWR", SIGPWR },	  { "WINCH", SIGWINCH },
	};
	char *end;
	long n = strtol(text, &end, 10);

	if (end != text && *end == '\0')
		return n > 0 && n < 65 ? (int)n : 0;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcasecmp(signals[i].name, text) == 0)
			return signals[i].number;
	return 0;
}

int jobdesc_signals(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const struct {
		const char *attr;
		const char *names[2];
	} signals[] = {
		{ "KillSig", { "kill_sig" } },
		{ "RemoveKillSig", { "remove_kill_sig" } },
		{ "HoldKillSig", { "hold_kill_sig" } },
	};
	int rc = 0;

	for (size_t i = 0; i < 3 && !rc; i++) {
		char *text;
		int number;

		rc = jobdesc_get(d, signals[i].names, &text, err);
		if (rc || !text)
			continue;
		number = signal_number(text);
		if (number)
			rc = ad_set_int(ad, signals[i].attr, number);
		else
			rc = jobdesc_at(d, signals[i].names,
					err_set(err, -EINVAL,
						"'%s' is no signal", text),
					err);
		free(text);
	}
	return rc;
}

/* ---- retries --------------------------------------------------------------------- */

/* retry_until: an exit code, or an expression */
static int add_until(struct jobdesc *d, struct strbuf *remove, struct err *err)
{
	static const char *const names[] = { "retry_until", NULL };
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	if (text[strspn(text, "0123456789")] == '\0')
		strbuf_addf(remove, " || ExitCode =?= %s", text);
	else
		strbuf_addf(remove, " || (%s)", text);
	free(text);
	return 0;
}

static int add_success(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "success_exit_code", NULL };
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (!rc && text)
		rc = jobdesc_set_expr(d, names, ad, "JobSuccessExitCode", text,
				      err);
	free(text);
	return rc;
}

/* A job that may be retried leaves the queue when it succeeds or is spent. */
static int retry_policy(struct jobdesc *d, struct ad *ad, const char *retries,
			const char *user, struct err *err)
{
	static const char *const names[] = { "max_retries", NULL };
	struct strbuf remove = STRBUF_INIT;
	int rc = add_success(d, ad, err);

	if (!rc && retries)
		rc = jobdesc_set_expr(d, names, ad, "JobMaxRetries", retries,
				      err);
	else if (!rc)
		rc = ad_set_int(ad, "JobMaxRetries", DEFAULT_MAX_RETRIES);
	strbuf_addf(&remove,
		    "NumJobCompletions > JobMaxRetries || ExitCode "
		    "=?= %s",
		    ad_has(ad, "JobSuccessExitCode") ? "JobSuccessExitCode"
						     : "0");
	if (!rc)
		rc = add_until(d, &remove, err);
	if (user)
		strbuf_addf(&remove, " || (%s)", user);
	if (!rc)
		rc = ad_set_text(ad, "OnExitRemove", remove.data, err);
	strbuf_release(&remove);
	return rc;
}

int jobdesc_retries(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const remove[] = { "on_exit_remove", NULL };
	static const char *const max[] = { "max_retries", NULL };
	char *user = NULL, *retries = NULL;
	int rc = jobdesc_get(d, remove, &user, err);

	if (!rc)
		rc = jobdesc_get(d, max, &retries, err);
	if (!rc && user) /* checked alone, for a good message */
		rc = jobdesc_set_expr(d, remove, ad, "OnExitRemove", user, err);
	if (!rc && (retries || submitfile_has(d->sf, "retry_until") ||
		    submitfile_has(d->sf, "success_exit_code")))
		rc = retry_policy(d, ad, retries, user, err);
	free(user);
	free(retries);
	return rc;
}

/* ---- accounting, state, +Attr ------------------------------------------------------- */

int jobdesc_accounting(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const group_names[] = { "accounting_group", NULL };
	static const char *const user_names[] = { "accounting_group_user",
						  NULL };
	char *group = NULL, *user = NULL, *both;
	int rc = jobdesc_get(d, group_names, &group, err);

	if (!rc)
		rc = jobdesc_get(d, user_names, &user, err);
	if (!rc && (group || user)) {
		const char *name = user ? user : d->opts->owner;

		both = group ? xasprintf("%s.%s", group, name) : xstrdup(name);
		if (group)
			ad_set_string(ad, "AcctGroup", group);
		ad_set_string(ad, "AcctGroupUser", name);
		ad_set_string(ad, "AccountingGroup", both);
		free(both);
	}
	free(group);
	free(user);
	return rc;
}

static int check_universe(struct jobdesc *d, struct err *err)
{
	static const char *const names[] = { "universe", NULL };
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (!rc && text && strcasecmp(text, "vanilla") != 0 &&
	    strcmp(text, "5") != 0)
		rc = jobdesc_at(d, names,
				err_set(err, -EINVAL,
					"universe '%s' is not supported: only "
					"vanilla is",
					text),
				err);
	free(text);
	return rc;
}

int jobdesc_state(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const hold_names[] = { "hold", NULL };
	static const char *const batch_names[] = { "batch_name", "JobBatchName",
						   NULL };
	char *batch = NULL;
	bool hold = false;
	int rc = check_universe(d, err);

	if (!rc)
		rc = jobdesc_get_bool(d, hold_names, &hold, err);
	if (!rc)
		rc = jobdesc_get(d, batch_names, &batch, err);
	if (rc)
		return rc;
	ad_set_int(ad, "JobUniverse", JOB_UNIVERSE_VANILLA);
	ad_set_int(ad, "JobStatus", hold ? JOB_HELD : JOB_IDLE);
	if (hold) {
		ad_set_string(ad, "HoldReason",
			      "submitted on hold at user's request");
		ad_set_int(ad, "HoldReasonCode", 15);
	}
	if (batch)
		unquote(batch);
	if (d->opts->batch_name)
		ad_set_string(ad, "JobBatchName", d->opts->batch_name);
	else if (batch)
		ad_set_string(ad, "JobBatchName", batch);
	free(batch);
	return 0;
}

struct attrs_ctx {
	struct jobdesc *d;
	struct ad *ad;
};

static int set_attr(void *ctx, const char *name, const char *raw,
		    struct err *err)
{
	struct attrs_ctx *c = ctx;
	const char *names[] = { name, NULL };
	char *text;
	int rc = submitfile_expand(c->d->sf, raw, &text, err);

	if (!rc) {
		rc = jobdesc_set_expr(c->d, names, c->ad, name,
				      *text ? text : "undefined", err);
		free(text);
	}
	return rc;
}

int jobdesc_attrs(struct jobdesc *d, struct ad *ad, struct err *err)
{
	struct attrs_ctx ctx = { d, ad };

	return submitfile_each_attr(d->sf, set_attr, &ctx, err);
}
