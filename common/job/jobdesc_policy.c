/* SPDX-License-Identifier: MIT */
/* How a job is ended, tried again, accounted and limited. */
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc_priv.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
		const char *names[3];
	} signals[] = {
		{ "KillSig", { "kill_sig", "KillSig" } },
		{ "RemoveKillSig", { "remove_kill_sig", "RemoveKillSig" } },
		{ "HoldKillSig", { "hold_kill_sig", "HoldKillSig" } },
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
	struct expr *expr;
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc || !text)
		return rc;
	rc = jobdesc_parse_expr(d, names, text, &expr, err);
	if (!rc && text[strspn(text, "0123456789-")] == '\0')
		strbuf_addf(remove, " || ExitCode =?= %s", text);
	else if (!rc)
		strbuf_addf(remove, " || (%s)", text);
	expr_free(rc ? NULL : expr);
	free(text);
	return rc;
}

static int add_success(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "success_exit_code",
					     "JobSuccessExitCode", NULL };
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
	static const char *const remove[] = { "on_exit_remove", "OnExitRemove",
					      NULL };
	static const char *const max[] = { "max_retries", "JobMaxRetries",
					   NULL };
	char *user = NULL, *retries = NULL;
	int rc = jobdesc_get(d, remove, &user, err);

	if (!rc)
		rc = jobdesc_get(d, max, &retries, err);
	if (!rc && user) /* checked alone, for a good message */
		rc = jobdesc_set_expr(d, remove, ad, "OnExitRemove", user, err);
	if (!rc && (retries || submitfile_has(d->sf, "retry_until") ||
		    submitfile_has(d->sf, "success_exit_code") ||
		    submitfile_has(d->sf, "JobSuccessExitCode")))
		rc = retry_policy(d, ad, retries, user, err);
	free(user);
	free(retries);
	return rc;
}

/* ---- accounting and limits --------------------------------------------------------- */

int jobdesc_accounting(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const group_names[] = { "accounting_group",
						   "AcctGroup", NULL };
	static const char *const user_names[] = { "accounting_group_user",
						  "AcctGroupUser", NULL };
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

/* `name` or `name:count`, the count above 0 */
static bool limit_valid(const char *item)
{
	const char *colon = strchr(item, ':');
	size_t len = colon ? (size_t)(colon - item) : strlen(item);
	char *end;

	if (len == 0 || (!isalpha((unsigned char)*item) && *item != '_'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)item[i]) && item[i] != '_' &&
		    item[i] != '.')
			return false;
	return !colon || (strtod(colon + 1, &end) > 0 && end != colon + 1 &&
			  *end == '\0');
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lower case, sorted, joined by commas: jobs that want the same look so. */
static int set_limits(struct ad *ad, char *text, struct err *err)
{
	enum { MAX = 64 };
	struct strbuf out = STRBUF_INIT;
	char *items[MAX], *save = NULL;
	size_t count = 0;
	int rc = 0;

	for (char *p = text; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	for (char *item = strtok_r(text, ", \t\n", &save); item && !rc;
	     item = strtok_r(NULL, ", \t\n", &save)) {
		if (!limit_valid(item))
			rc = err_set(err, -EINVAL,
				     "'%s' is no limit: write its name, or "
				     "name:count",
				     item);
		else if (count == MAX)
			rc = err_set(err, -E2BIG, "more than %d limits", MAX);
		else
			items[count++] = item;
	}
	if (!rc && count > 0)
		qsort(items, count, sizeof(*items), compare_words);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&out, "%s%s", i ? "," : "", items[i]);
	if (!rc)
		rc = ad_set_string(ad, "ConcurrencyLimits", out.data);
	strbuf_release(&out);
	return rc;
}

int jobdesc_limits(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "concurrency_limits",
					     "ConcurrencyLimits", NULL };
	static const char *const expr_names[] = { "concurrency_limits_expr",
						  NULL };
	char *list = NULL, *text = NULL;
	int rc = jobdesc_get(d, names, &list, err);

	if (!rc)
		rc = jobdesc_get(d, expr_names, &text, err);
	if (!rc && list && text) {
		rc = jobdesc_at(d, expr_names,
				err_set(err, -EINVAL,
					"concurrency_limits is set as well"),
				err);
	} else if (!rc && list) {
		jobdesc_unquote(list);
		rc = jobdesc_at(d, names, set_limits(ad, list, err), err);
	} else if (!rc && text) {
		rc = jobdesc_set_expr(d, expr_names, ad, "ConcurrencyLimits",
				      text, err);
	}
	free(list);
	free(text);
	return rc;
}
