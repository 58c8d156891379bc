/* SPDX-License-Identifier: MIT */
/*
 * The commands HTCondor documents (condor_submit's manual page), the aliases
 * its source accepts, and what becomes of each here.
 */
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONTAINERS "jobs run without containers here: remove it"
#define GRID	   "there is no grid universe here"
#define LATER	   "jobs cannot be put off to a time of day here"
#define MAIL	   "no mail is sent"
#define PARALLEL   "only the vanilla universe is supported"
#define NO_URL	   "files travel only between submitter and machine"

struct command {
	const char *name; /* with * for a family */
	enum submit_kind kind;
	const char *note;
};

static const struct command commands[] = {
	/* basic */
	{ "arguments", SUBMIT_WORKS, NULL },
	{ "arguments2", SUBMIT_WORKS, NULL },
	{ "args", SUBMIT_WORKS, NULL },
	{ "environment", SUBMIT_WORKS, NULL },
	{ "environment2", SUBMIT_WORKS, NULL },
	{ "env", SUBMIT_WORKS, NULL },
	{ "error", SUBMIT_WORKS, NULL },
	{ "stderr", SUBMIT_WORKS, NULL },
	{ "executable", SUBMIT_WORKS, NULL },
	{ "shell", SUBMIT_WORKS, NULL },
	{ "batch_name", SUBMIT_WORKS, NULL },
	{ "JobBatchName", SUBMIT_WORKS, NULL },
	{ "getenv", SUBMIT_WORKS, NULL },
	{ "input", SUBMIT_WORKS, NULL },
	{ "stdin", SUBMIT_WORKS, NULL },
	{ "log", SUBMIT_WORKS, NULL },
	{ "notification", SUBMIT_IGNORED, MAIL },
	{ "notify_user", SUBMIT_IGNORED, MAIL },
	{ "output", SUBMIT_WORKS, NULL },
	{ "stdout", SUBMIT_WORKS, NULL },
	{ "priority", SUBMIT_WORKS, NULL },
	{ "prio", SUBMIT_WORKS, NULL },
	{ "JobPrio", SUBMIT_WORKS, NULL },
	{ "universe", SUBMIT_WORKS, NULL },
	{ "max_materialize", SUBMIT_IGNORED,
	  "all jobs are in the queue at once" },
	{ "max_idle", SUBMIT_IGNORED, "all jobs are in the queue at once" },
	{ "materialize_max_idle", SUBMIT_IGNORED,
	  "all jobs are in the queue at once" },
	/* matchmaking */
	{ "rank", SUBMIT_WORKS, NULL },
	{ "preferences", SUBMIT_WORKS, NULL },
	{ "requirements", SUBMIT_WORKS, NULL },
	{ "request_cpus", SUBMIT_WORKS, NULL },
	{ "RequestCpus", SUBMIT_WORKS, NULL },
	{ "request_disk", SUBMIT_WORKS, NULL },
	{ "RequestDisk", SUBMIT_WORKS, NULL },
	{ "request_memory", SUBMIT_WORKS, NULL },
	{ "RequestMemory", SUBMIT_WORKS, NULL },
	{ "request_gpus", SUBMIT_WORKS, NULL },
	{ "RequestGpus", SUBMIT_WORKS, NULL },
	{ "retry_request_*", SUBMIT_IGNORED,
	  "a retry asks for the same as the first run" },
	{ "request_*", SUBMIT_WORKS, NULL },
	{ "require_gpus", SUBMIT_WORKS, NULL },
	{ "gpus_*_capability", SUBMIT_REFUSED,
	  "say it in requirements, of the machine's own attributes" },
	{ "gpus_minimum_*", SUBMIT_REFUSED,
	  "say it in requirements, of the machine's own attributes" },
	{ "cuda_version", SUBMIT_REFUSED,
	  "say it in requirements, of the machine's own attributes" },
	{ "match_list_length", SUBMIT_IGNORED, NULL },
	/* file transfer */
	{ "should_transfer_files", SUBMIT_WORKS, NULL },
	{ "ShouldTransferFiles", SUBMIT_WORKS, NULL },
	{ "when_to_transfer_output", SUBMIT_WORKS, NULL },
	{ "WhenToTransferOutput", SUBMIT_WORKS, NULL },
	{ "transfer_input_files", SUBMIT_WORKS, NULL },
	{ "TransferInputFiles", SUBMIT_WORKS, NULL },
	{ "TransferInput", SUBMIT_WORKS, NULL },
	{ "transfer_output_files", SUBMIT_WORKS, NULL },
	{ "TransferOutputFiles", SUBMIT_WORKS, NULL },
	{ "TransferOutput", SUBMIT_WORKS, NULL },
	{ "transfer_output_remaps", SUBMIT_WORKS, NULL },
	{ "transfer_executable", SUBMIT_WORKS, NULL },
	{ "transfer_checkpoint_files", SUBMIT_WORKS, NULL },
	{ "preserve_relative_paths", SUBMIT_WORKS, NULL },
	{ "transfer_input", SUBMIT_WORKS, NULL },
	{ "transfer_output", SUBMIT_WORKS, NULL },
	{ "transfer_error", SUBMIT_WORKS, NULL },
	{ "transfer_common_input", SUBMIT_REFUSED,
	  "use transfer_input_files: equal files travel once" },
	{ "public_input_files", SUBMIT_REFUSED, "use transfer_input_files" },
	{ "checkpoint_destination", SUBMIT_REFUSED,
	  "checkpoints are kept in the pool's own store: remove it" },
	{ "transfer_plugins", SUBMIT_REFUSED, NO_URL },
	{ "output_destination", SUBMIT_REFUSED, NO_URL },
	{ "output_directory", SUBMIT_REFUSED, NO_URL },
	{ "stream_input", SUBMIT_IGNORED, "files come at the end" },
	{ "stream_output", SUBMIT_IGNORED, "files come at the end" },
	{ "stream_error", SUBMIT_IGNORED, "files come at the end" },
	{ "skip_filechecks", SUBMIT_WORKS, NULL },
	{ "skip_if_dataflow", SUBMIT_IGNORED, "the job runs in any case" },
	{ "max_transfer_input_mb", SUBMIT_WORKS, NULL },
	{ "max_transfer_output_mb", SUBMIT_WORKS, NULL },
	{ "encrypt_input_files", SUBMIT_IGNORED,
	  "all that leaves the machine is encrypted" },
	{ "encrypt_output_files", SUBMIT_IGNORED,
	  "all that leaves the machine is encrypted" },
	{ "dont_encrypt_*_files", SUBMIT_IGNORED,
	  "all that leaves the machine is encrypted" },
	{ "encrypt_execute_directory", SUBMIT_REFUSED,
	  "the scratch directory is not encrypted: remove it to accept that" },
	{ "erase_output_and_error_on_restart", SUBMIT_WORKS, NULL },
	{ "aws_*", SUBMIT_REFUSED, NO_URL },
	{ "s3_*", SUBMIT_REFUSED, NO_URL },
	{ "gs_*", SUBMIT_REFUSED, NO_URL },
	/* policy */
	{ "allowed_execute_duration", SUBMIT_WORKS, NULL },
	{ "allowed_job_duration", SUBMIT_WORKS, NULL },
	{ "max_retries", SUBMIT_WORKS, NULL },
	{ "retry_until", SUBMIT_WORKS, NULL },
	{ "success_exit_code", SUBMIT_WORKS, NULL },
	{ "checkpoint_exit_code", SUBMIT_WORKS, NULL },
	{ "hold", SUBMIT_WORKS, NULL },
	{ "keep_claim_idle", SUBMIT_IGNORED, NULL },
	{ "leave_in_queue", SUBMIT_WORKS, NULL },
	{ "next_job_start_delay", SUBMIT_IGNORED, "jobs start at once" },
	{ "on_exit_hold", SUBMIT_WORKS, NULL },
	{ "on_exit_hold_reason", SUBMIT_WORKS, NULL },
	{ "on_exit_hold_subcode", SUBMIT_WORKS, NULL },
	{ "on_exit_remove", SUBMIT_WORKS, NULL },
	{ "periodic_hold", SUBMIT_WORKS, NULL },
	{ "periodic_hold_reason", SUBMIT_WORKS, NULL },
	{ "periodic_hold_subcode", SUBMIT_WORKS, NULL },
	{ "periodic_release", SUBMIT_WORKS, NULL },
	{ "periodic_remove", SUBMIT_WORKS, NULL },
	{ "periodic_vacate", SUBMIT_WORKS, NULL },
	/* grid and cloud */
	{ "arc_*", SUBMIT_IGNORED, GRID },
	{ "azure_*", SUBMIT_IGNORED, GRID },
	{ "batch_extra_submit_args", SUBMIT_IGNORED, GRID },
	{ "batch_project", SUBMIT_IGNORED, GRID },
	{ "batch_queue", SUBMIT_IGNORED, GRID },
	{ "batch_runtime", SUBMIT_IGNORED, GRID },
	{ "cloud_label_*", SUBMIT_IGNORED, GRID },
	{ "delegate_job_GSI_credentials_lifetime", SUBMIT_IGNORED, GRID },
	{ "ec2_*", SUBMIT_IGNORED, GRID },
	{ "gce_*", SUBMIT_IGNORED, GRID },
	{ "grid_resource", SUBMIT_IGNORED, GRID },
	{ "use_x509userproxy", SUBMIT_IGNORED, NULL },
	{ "x509userproxy", SUBMIT_IGNORED, NULL },
	{ "use_scitokens", SUBMIT_IGNORED, NULL },
	{ "use_scitoken", SUBMIT_IGNORED, NULL },
	{ "scitokens_file", SUBMIT_IGNORED, NULL },
	{ "WantNameTag", SUBMIT_IGNORED, GRID },
	/* parallel, java, vm, scheduler */
	{ "hold_kill_sig", SUBMIT_WORKS, NULL },
	{ "remove_kill_sig", SUBMIT_WORKS, NULL },
	{ "jar_files", SUBMIT_IGNORED, PARALLEL },
	{ "java_vm_args", SUBMIT_IGNORED, PARALLEL },
	{ "machine_count", SUBMIT_REFUSED, PARALLEL },
	{ "node_count", SUBMIT_REFUSED, PARALLEL },
	{ "vm_*", SUBMIT_IGNORED, PARALLEL },
	{ "xen_*", SUBMIT_IGNORED, PARALLEL },
	/* containers */
	{ "docker_*", SUBMIT_REFUSED, CONTAINERS },
	{ "container_*", SUBMIT_REFUSED, CONTAINERS },
	{ "transfer_container", SUBMIT_REFUSED, CONTAINERS },
	{ "mount_under_scratch", SUBMIT_IGNORED, NULL },
	{ "*_container_port", SUBMIT_REFUSED, CONTAINERS },
	{ "*_HostPort", SUBMIT_REFUSED, CONTAINERS },
	/* advanced */
	{ "accounting_group", SUBMIT_WORKS, NULL },
	{ "accounting_group_user", SUBMIT_WORKS, NULL },
	{ "concurrency_limits", SUBMIT_WORKS, NULL },
	{ "concurrency_limits_expr", SUBMIT_WORKS, NULL },
	{ "coresize", SUBMIT_WORKS, NULL },
	{ "core_size", SUBMIT_WORKS, NULL },
	{ "cron_*", SUBMIT_REFUSED, LATER },
	{ "deferral_*", SUBMIT_REFUSED, LATER },
	{ "dagman_log", SUBMIT_IGNORED, NULL },
	{ "description", SUBMIT_WORKS, NULL },
	{ "email_attributes", SUBMIT_IGNORED, MAIL },
	{ "image_size", SUBMIT_IGNORED, "it is measured" },
	{ "initialdir", SUBMIT_WORKS, NULL },
	{ "initial_dir", SUBMIT_WORKS, NULL },
	{ "job_iwd", SUBMIT_WORKS, NULL },
	{ "job_ad_information_attrs", SUBMIT_IGNORED, NULL },
	{ "job_lease_duration", SUBMIT_WORKS, NULL },
	{ "job_machine_attrs", SUBMIT_IGNORED, NULL },
	{ "job_machine_attrs_history_length", SUBMIT_IGNORED, NULL },
	{ "want_graceful_removal", SUBMIT_WORKS, NULL },
	{ "kill_sig", SUBMIT_WORKS, NULL },
	{ "kill_sig_timeout", SUBMIT_WORKS, NULL },
	{ "load_profile", SUBMIT_IGNORED, NULL },
	{ "log_xml", SUBMIT_IGNORED, "the log is text" },
	{ "job_max_vacate_time", SUBMIT_WORKS, NULL },
	{ "manifest", SUBMIT_IGNORED, NULL },
	{ "manifest_dir", SUBMIT_IGNORED, NULL },
	{ "max_job_retirement_time", SUBMIT_WORKS, NULL },
	{ "nice_user", SUBMIT_WORKS, NULL },
	{ "noop_job", SUBMIT_REFUSED, "a job without a run is not supported" },
	{ "noop_job_exit_*", SUBMIT_REFUSED,
	  "a job without a run is not supported" },
	{ "primary_unix_group", SUBMIT_IGNORED, NULL },
	{ "project_name", SUBMIT_WORKS, NULL },
	{ "remote_initialdir", SUBMIT_REFUSED,
	  "a job runs in its scratch directory" },
	{ "rendezvousdir", SUBMIT_IGNORED, PARALLEL },
	{ "want_job_networking", SUBMIT_IGNORED, NULL },
	{ "run_as_owner", SUBMIT_IGNORED, NULL },
	{ "stack_size", SUBMIT_WORKS, NULL },
	{ "starter_debug", SUBMIT_IGNORED, NULL },
	{ "starter_log", SUBMIT_IGNORED, NULL },
	{ "submit_event_notes", SUBMIT_WORKS, NULL },
	{ "submit_event_notes_attrs", SUBMIT_IGNORED, NULL },
	{ "submit_event_user_notes", SUBMIT_WORKS, NULL },
	{ "suspend_job_at_exec", SUBMIT_IGNORED, NULL },
	{ "tool_daemon_*", SUBMIT_REFUSED, "tool daemons are not supported" },
	{ "ulog_execute_attrs", SUBMIT_IGNORED, NULL },
	{ "use_oauth_services", SUBMIT_REFUSED, "tokens are not supported" },
	{ "*_oauth_permissions*", SUBMIT_REFUSED, "tokens are not supported" },
	{ "*_oauth_resource*", SUBMIT_REFUSED, "tokens are not supported" },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

/* request_cpu is no resource of that name but a slip. */
static bool is_slip(const struct command *command, const char *name)
{
	return strcmp(command->name, "request_*") == 0 && submit_suggest(name);
}

enum submit_kind submit_command(const char *name, const char **ret_note)
{
	*ret_note = NULL;
	for (size_t i = 0; i < COUNT; i++) {
		if (fnmatch(commands[i].name, name, FNM_CASEFOLD) != 0)
			continue;
		if (is_slip(&commands[i], name))
			break;
		*ret_note = commands[i].note;
		return commands[i].kind;
	}
	return SUBMIT_UNKNOWN;
}

static int min3(int a, int b, int c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/* Damerau and Levenshtein's, in the form of optimal string alignment. */
int submit_distance(const char *a, const char *b, int limit)
{
	enum { MAX = 64 };
	int rows[3][MAX + 1];
	int la = (int)strlen(a), lb = (int)strlen(b);

	if (la > MAX || lb > MAX || abs(la - lb) > limit)
		return limit + 1;
	for (int k = 0; k <= lb; k++)
		rows[0][k] = k;
	for (int i = 1; i <= la; i++) {
		int *row = rows[i % 3], *above = rows[(i + 2) % 3];
		int *before = rows[(i + 1) % 3];

		row[0] = i;
		for (int k = 1; k <= lb; k++) {
			int x = tolower((unsigned char)a[i - 1]);
			int y = tolower((unsigned char)b[k - 1]);

			row[k] = min3(above[k] + 1, row[k - 1] + 1,
				      above[k - 1] + (x != y));
			if (i > 1 && k > 1 && row[k] > before[k - 2] + 1 &&
			    x == tolower((unsigned char)b[k - 2]) &&
			    tolower((unsigned char)a[i - 2]) == y)
				row[k] = before[k - 2] + 1;
		}
	}
	return rows[la % 3][lb];
}

/*
 * Short names are near to everything: a slip is allowed for each three
 * letters, and two at most.
 */
const char *submit_suggest(const char *name)
{
	const char *best = NULL;
	int limit = (int)strlen(name) / 3;

	limit = limit > 2 ? 2 : limit;
	for (size_t i = 0; i < COUNT; i++) {
		int distance;

		if (strchr(commands[i].name, '*'))
			continue;
		distance = submit_distance(name, commands[i].name, limit);
		if (distance <= limit) {
			best = commands[i].name;
			limit = distance - 1;
		}
	}
	return best;
}

static int check_macro(const char *name, const struct macro *macro,
		       struct strbuf *warnings, struct err *err)
{
	const char *note, *meant;

	switch (submit_command(name, &note)) {
	case SUBMIT_REFUSED:
		return err_set(err, -EINVAL, "%s: '%s' is not supported: %s",
			       macro->where, name, note);
	case SUBMIT_IGNORED:
		strbuf_addf(warnings,
			    "%s: '%s' is accepted without effect%s%s\n",
			    macro->where, name, note ? ": " : "",
			    note ? note : "");
		return 0;
	case SUBMIT_WORKS:
		if (macro->used)
			return 0;
		break;
	case SUBMIT_UNKNOWN:
		if (macro->used)
			return 0;
		meant = submit_suggest(name);
		if (meant)
			return err_set(err, -EINVAL,
				       "%s: unknown command '%s': did you "
				       "mean '%s'?",
				       macro->where, name, meant);
		break;
	}
	strbuf_addf(warnings,
		    "the line '%s' was unused by hsubmit. Is it a "
		    "typo?\n",
		    macro->line);
	return 0;
}

int submitfile_check_unused(struct submitfile *sf, struct strbuf *warnings,
			    struct err *err)
{
	struct hash_iter it = { 0 };
	int rc = 0;

	while (!rc && hash_next(sf->macros, &it)) {
		const struct macro *macro = it.value;

		if (!macro->builtin)
			rc = check_macro(it.key, macro, warnings, err);
	}
	it = (struct hash_iter){ 0 };
	while (!rc && hash_next(sf->undefined, &it))
		if (!hash_has(sf->macros, it.key))
			strbuf_addf(warnings,
				    "$(%s) is not defined and was "
				    "taken as empty\n",
				    it.key);
	return rc;
}
