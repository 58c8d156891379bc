/* SPDX-License-Identifier: MIT */
/* The commands that set one attribute each, and small groups. */
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum rule_kind {
	RULE_EXPR,
	RULE_STRING, /* the text as it is; quotes around it are removed */
	RULE_INT,
	RULE_COUNT, /* an integer above 0 */
	RULE_BOOL,
};

static const struct rule {
	const char *attr;
	const char *names[4]; /* besides the attribute's own */
	enum rule_kind kind;
} rules[] = {
	{ "Rank", { "rank", "preferences" }, RULE_EXPR },
	{ "JobPrio", { "priority", "prio" }, RULE_INT },
	{ "NiceUser", { "nice_user" }, RULE_BOOL },
	{ "JobDescription", { "description" }, RULE_STRING },
	{ "ProjectName", { "project_name" }, RULE_STRING },
	{ "DockerImage", { "docker_image" }, RULE_STRING },
	{ "ContainerImage", { "container_image" }, RULE_STRING },
	{ "JobMaterializeLimit", { "max_materialize" }, RULE_COUNT },
	{ "JobMaterializeMaxIdle",
	  { "max_idle", "materialize_max_idle" },
	  RULE_COUNT },
	{ "TransferOutputRemaps", { "transfer_output_remaps" }, RULE_STRING },
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
	{ "SubmitEventNotes", { "submit_event_notes" }, RULE_STRING },
	{ "SubmitEventUserNotes", { "submit_event_user_notes" }, RULE_STRING },
	{ "ULogExecuteEventAttrs", { "ulog_execute_attrs" }, RULE_STRING },
	{ "JobAdInformationAttrs", { "job_ad_information_attrs" }, RULE_STRING },
	{ "UserLogFormat", { "log_format" }, RULE_STRING },
	{ "PeriodicReleaseReason", { "periodic_release_reason" }, RULE_EXPR },
	{ "PeriodicRemoveReason", { "periodic_remove_reason" }, RULE_EXPR },
	{ "PeriodicVacateReason", { "periodic_vacate_reason" }, RULE_EXPR },
};

static int set_int(struct jobdesc *d, const struct rule *rule,
		   const char *const *names, struct ad *ad, const char *text,
		   struct err *err)
{
	bool count = rule->kind == RULE_COUNT;
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end || errno || (count && n < 1))
		return jobdesc_at(d, names,
				  err_set(err, -EINVAL, "'%s' is no %s", text,
					  count ? "number above 0" : "integer"),
				  err);
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

static int set_bool(struct jobdesc *d, const struct rule *rule,
		    const char *const *names, struct ad *ad, const char *text,
		    struct err *err)
{
	bool value;

	if (parse_bool(text, &value) < 0)
		return jobdesc_at(d, names,
				  err_set(err, -EINVAL,
					  "'%s' is neither true nor false",
					  text),
				  err);
	return ad_set_bool(ad, rule->attr, value);
}

void jobdesc_unquote(char *text)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		memmove(text, text + 1, len - 2);
		text[len - 2] = '\0';
	}
}

static int apply(struct jobdesc *d, const struct rule *rule,
		 const char *const *names, struct ad *ad, char *text,
		 struct err *err)
{
	switch (rule->kind) {
	case RULE_EXPR:
		return jobdesc_set_expr(d, names, ad, rule->attr, text, err);
	case RULE_INT:
	case RULE_COUNT:
		return set_int(d, rule, names, ad, text, err);
	case RULE_BOOL:
		return set_bool(d, rule, names, ad, text, err);
	case RULE_STRING:
		jobdesc_unquote(text);
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
	const struct rule *rule = &rules[i];
	const char *names[6];
	size_t count = 0;
	char *text;
	int rc;

	while (rule->names[count]) {
		names[count] = rule->names[count];
		count++;
	}
	names[count++] = rule->attr; /* its spelling is taken as well */
	names[count] = NULL;
	rc = jobdesc_get(d, names, &text, err);
	if (!rc && text)
		rc = apply(d, rule, names, ad, text, err);
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

/* ---- state, +Attr ----------------------------------------------------------------- */

static int check_universe(struct jobdesc *d, struct err *err)
{
	static const char *const names[] = { "universe", "JobUniverse", NULL };
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
		jobdesc_unquote(batch);
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
	struct err why = ERR_INIT;
	char *text;
	int rc = submitfile_expand(c->d->sf, raw, &text, err);

	if (!rc) {
		rc = jobdesc_set_expr(c->d, names, c->ad, name,
				      *text ? text : "undefined", &why);
		if (rc)
			err_set(err, rc, "%s%s", err_text(&why),
				strchr(text, '"') ? ""
						  : "; a text wants double "
						    "quotes around it");
		free(text);
	}
	return rc;
}

int jobdesc_attrs(struct jobdesc *d, struct ad *ad, struct err *err)
{
	struct attrs_ctx ctx = { d, ad };

	return submitfile_each_attr(d->sf, set_attr, &ctx, err);
}
