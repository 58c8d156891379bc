/* SPDX-License-Identifier: MIT */
/*
 * The commands HTCondor documents (condor_submit's manual page), the aliases
 * its source accepts, and what becomes of each here.
 */
#include "common/base/spell.h"
#include "common/job/submitfile_priv.h"

#include <fnmatch.h>
#include <string.h>

#define CONTAINERS "jobs run without containers here"
#define GRID	   "there is no grid universe here"
#define LATER	   "the job starts as soon as a machine is free"
#define MAIL	   "no mail is sent"
#define PARALLEL   "only the vanilla universe is supported"
#define NO_URL	   "files travel only between submitter and machine"
#define TOKENS	   "no credentials travel with jobs"

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
	{ "notification", SUBMIT_IF_ASKED, MAIL },
	{ "JobNotification", SUBMIT_IF_ASKED, MAIL },
	{ "notify_user", SUBMIT_IGNORED, MAIL },
	{ "NotifyUser", SUBMIT_IGNORED, MAIL },
	{ "output", SUBMIT_WORKS, NULL },
	{ "stdout", SUBMIT_WORKS, NULL },
	{ "priority", SUBMIT_WORKS, NULL },
	{ "prio", SUBMIT_WORKS, NULL },
	{ "JobPrio", SUBMIT_WORKS, NULL },
	{ "universe", SUBMIT_WORKS, NULL },
	{ "max_materialize", SUBMIT_WORKS, NULL },
	{ "max_idle", SUBMIT_WORKS, NULL },
	{ "materialize_max_idle", SUBMIT_WORKS, NULL },
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
	{ "gpus_minimum_capability", SUBMIT_WORKS, NULL },
	{ "gpus_maximum_capability", SUBMIT_WORKS, NULL },
	{ "gpus_minimum_memory", SUBMIT_WORKS, NULL },
	{ "gpus_minimum_runtime", SUBMIT_WORKS, NULL },
	{ "cuda_version", SUBMIT_IGNORED,
	  "say it in requirements, of the machine's own attributes" },
	{ "match_list_length", SUBMIT_IGNORED, "the job's log has its hosts" },
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
	{ "transfer_common_input", SUBMIT_IGNORED,
	  "list the files in transfer_input_files: equal ones travel once" },
	{ "public_input_files", SUBMIT_IGNORED,
	  "list the files in transfer_input_files" },
	{ "checkpoint_destination", SUBMIT_IGNORED,
	  "checkpoints are kept in the pool's own store" },
	{ "transfer_plugins", SUBMIT_IGNORED, NO_URL },
	{ "output_destination", SUBMIT_IGNORED, NO_URL },
	{ "output_directory", SUBMIT_IGNORED, NO_URL },
	{ "stream_input", SUBMIT_IF_ASKED, "files come at the end" },
	{ "stream_output", SUBMIT_IF_ASKED, "files come at the end" },
	{ "stream_error", SUBMIT_IF_ASKED, "files come at the end" },
	{ "StreamIn", SUBMIT_IF_ASKED, "files come at the end" },
	{ "StreamOut", SUBMIT_IF_ASKED, "files come at the end" },
	{ "StreamErr", SUBMIT_IF_ASKED, "files come at the end" },
	{ "skip_filechecks", SUBMIT_WORKS, NULL },
	{ "skip_if_dataflow", SUBMIT_IF_ASKED, "the job runs in any case" },
	{ "max_transfer_input_mb", SUBMIT_WORKS, NULL },
	{ "max_transfer_output_mb", SUBMIT_WORKS, NULL },
	{ "encrypt_input_files", SUBMIT_IGNORED,
	  "all that leaves the machine is encrypted" },
	{ "encrypt_output_files", SUBMIT_IGNORED,
	  "all that leaves the machine is encrypted" },
	{ "dont_encrypt_*_files", SUBMIT_IGNORED,
	  "all that leaves the machine is encrypted" },
	{ "encrypt_execute_directory", SUBMIT_IF_ASKED,
	  "the scratch directory is not encrypted" },
	{ "erase_output_and_error_on_restart", SUBMIT_WORKS, NULL },
	{ "aws_*", SUBMIT_IGNORED, NO_URL },
	{ "s3_*", SUBMIT_IGNORED, NO_URL },
	{ "gs_*", SUBMIT_IGNORED, NO_URL },
	/* policy */
	{ "allowed_execute_duration", SUBMIT_WORKS, NULL },
	{ "allowed_job_duration", SUBMIT_WORKS, NULL },
	{ "max_retries", SUBMIT_WORKS, NULL },
	{ "retry_until", SUBMIT_WORKS, NULL },
	{ "success_exit_code", SUBMIT_WORKS, NULL },
	{ "checkpoint_exit_code", SUBMIT_WORKS, NULL },
	{ "hold", SUBMIT_WORKS, NULL },
	{ "keep_claim_idle", SUBMIT_IGNORED,
	  "machines go from job to job at once" },
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
	{ "periodic_release_reason", SUBMIT_WORKS, NULL },
	{ "periodic_remove", SUBMIT_WORKS, NULL },
	{ "periodic_remove_reason", SUBMIT_WORKS, NULL },
	{ "periodic_vacate", SUBMIT_WORKS, NULL },
	{ "periodic_vacate_reason", SUBMIT_WORKS, NULL },
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
	{ "use_x509userproxy", SUBMIT_IF_ASKED, TOKENS },
	{ "x509userproxy", SUBMIT_IGNORED, TOKENS },
	{ "use_scitokens", SUBMIT_IF_ASKED, TOKENS },
	{ "use_scitoken", SUBMIT_IF_ASKED, TOKENS },
	{ "scitokens_file", SUBMIT_IGNORED, TOKENS },
	{ "WantNameTag", SUBMIT_IGNORED, GRID },
	/* parallel, java, vm, scheduler */
	{ "hold_kill_sig", SUBMIT_WORKS, NULL },
	{ "remove_kill_sig", SUBMIT_WORKS, NULL },
	{ "jar_files", SUBMIT_IGNORED, PARALLEL },
	{ "java_vm_args", SUBMIT_IGNORED, PARALLEL },
	{ "machine_count", SUBMIT_IGNORED, "a job runs on one machine" },
	{ "node_count", SUBMIT_IGNORED, "a job runs on one machine" },
	{ "vm_*", SUBMIT_IGNORED, PARALLEL },
	{ "xen_*", SUBMIT_IGNORED, PARALLEL },
	/* containers */
	{ "docker_image", SUBMIT_NOTED,
	  "no container is made here; the job waits for a machine that says "
	  "HasDocker" },
	{ "container_image", SUBMIT_NOTED,
	  "no container is made here; the job waits for a machine that says "
	  "HasContainer" },
	{ "docker_*", SUBMIT_IGNORED, CONTAINERS },
	{ "container_*", SUBMIT_IGNORED, CONTAINERS },
	{ "transfer_container", SUBMIT_IGNORED, CONTAINERS },
	{ "mount_under_scratch", SUBMIT_IGNORED,
	  "jobs have a scratch directory of their own" },
	{ "*_container_port", SUBMIT_IGNORED, CONTAINERS },
	{ "*_HostPort", SUBMIT_IGNORED, CONTAINERS },
	/* advanced */
	{ "accounting_group", SUBMIT_WORKS, NULL },
	{ "accounting_group_user", SUBMIT_WORKS, NULL },
	{ "concurrency_limits", SUBMIT_WORKS, NULL },
	{ "concurrency_limits_expr", SUBMIT_WORKS, NULL },
	{ "coresize", SUBMIT_WORKS, NULL },
	{ "core_size", SUBMIT_WORKS, NULL },
	{ "cron_*", SUBMIT_IGNORED, LATER },
	{ "deferral_*", SUBMIT_IGNORED, LATER },
	{ "dagman_log", SUBMIT_IGNORED, "there is no DAGMan here" },
	{ "description", SUBMIT_WORKS, NULL },
	{ "email_attributes", SUBMIT_IGNORED, MAIL },
	{ "image_size", SUBMIT_IGNORED, "it is measured" },
	{ "initialdir", SUBMIT_WORKS, NULL },
	{ "initial_dir", SUBMIT_WORKS, NULL },
	{ "job_iwd", SUBMIT_WORKS, NULL },
	{ "job_ad_information_attrs", SUBMIT_WORKS, NULL },
	{ "job_lease_duration", SUBMIT_WORKS, NULL },
	{ "job_machine_attrs", SUBMIT_IGNORED, "the job's log has its hosts" },
	{ "job_machine_attrs_history_length", SUBMIT_IGNORED,
	  "the job's log has its hosts" },
	{ "want_graceful_removal", SUBMIT_WORKS, NULL },
	{ "kill_sig", SUBMIT_WORKS, NULL },
	{ "kill_sig_timeout", SUBMIT_WORKS, NULL },
	{ "load_profile", SUBMIT_IGNORED, "there are no profiles to load" },
	{ "log_format", SUBMIT_WORKS, NULL },
	{ "log_xml", SUBMIT_IF_ASKED, "log_format chooses text or JSON" },
	{ "job_max_vacate_time", SUBMIT_WORKS, NULL },
	{ "manifest", SUBMIT_IGNORED, "hckpt ls shows a checkpoint's files" },
	{ "manifest_dir", SUBMIT_IGNORED,
	  "hckpt ls shows a checkpoint's files" },
	{ "max_job_retirement_time", SUBMIT_WORKS, NULL },
	{ "nice_user", SUBMIT_WORKS, NULL },
	{ "noop_job", SUBMIT_IF_ASKED, "the program runs" },
	{ "noop_job_exit_*", SUBMIT_IGNORED, "the program runs" },
	{ "primary_unix_group", SUBMIT_IGNORED,
	  "jobs have the groups that the machine gives" },
	{ "project_name", SUBMIT_WORKS, NULL },
	{ "remote_initialdir", SUBMIT_IGNORED,
	  "a job runs in its scratch directory" },
	{ "rendezvousdir", SUBMIT_IGNORED, PARALLEL },
	{ "want_job_networking", SUBMIT_IGNORED,
	  "jobs use the machine's network" },
	{ "run_as_owner", SUBMIT_IGNORED,
	  "the machine's policy says as whom jobs run" },
	{ "stack_size", SUBMIT_WORKS, NULL },
	{ "starter_debug", SUBMIT_IGNORED, "the starter keeps no log" },
	{ "starter_log", SUBMIT_IGNORED, "the starter keeps no log" },
	{ "submit_event_notes", SUBMIT_WORKS, NULL },
	{ "submit_event_notes_attrs", SUBMIT_IGNORED,
	  "use submit_event_notes" },
	{ "submit_event_user_notes", SUBMIT_WORKS, NULL },
	{ "suspend_job_at_exec", SUBMIT_IGNORED, "the job starts to run" },
	{ "tool_daemon_*", SUBMIT_IGNORED, "there are no tool daemons here" },
	{ "ulog_execute_attrs", SUBMIT_WORKS, NULL },
	{ "use_oauth_services", SUBMIT_IGNORED, TOKENS },
	{ "*_oauth_permissions*", SUBMIT_IGNORED, TOKENS },
	{ "*_oauth_resource*", SUBMIT_IGNORED, TOKENS },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

enum submit_kind submit_command(const char *name, const char **ret_note)
{
	*ret_note = NULL;
	for (size_t i = 0; i < COUNT; i++) {
		if (fnmatch(commands[i].name, name, FNM_CASEFOLD) != 0)
			continue;
		if (strcmp(commands[i].name, "request_*") == 0 &&
		    submit_resource_meant(name))
			break; /* no resource of that name but a slip */
		*ret_note = commands[i].note;
		return commands[i].kind;
	}
	return SUBMIT_UNKNOWN;
}

const char *submit_suggest(const char *name)
{
	const char *names[COUNT];
	size_t count = 0;

	for (size_t i = 0; i < COUNT; i++)
		if (!strchr(commands[i].name, '*'))
			names[count++] = commands[i].name;
	return spell_nearest(name, names, count);
}
