/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/match.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/job/jobdesc.h"

#include <errno.h>

/* A world in which each name with "no" in it is missing. */
static int read_file(void *ctx, const char *path, struct strbuf *out,
		     struct err *err)
{
	(void)ctx;
	return err_set(err, -ENOENT, "cannot open '%s'%s", path, out->data);
}

static int fake_stat(void *ctx, const char *path, bool *dir, int64_t *bytes)
{
	(void)ctx;
	if (strstr(path, "/no"))
		return -ENOENT;
	if (dir)
		*dir = !strchr(path, '.') && !strstr(path, "prog");
	if (bytes)
		*bytes = strstr(path, "big") ? 3000LL << 20 : 100;
	return 0;
}

static int fake_access(void *ctx, const char *path, int mode)
{
	(void)ctx;
	(void)mode;
	return strstr(path, "/no") ? -ENOENT : 0;
}

static const char *get_env(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return NULL;
}

static char *const *get_environ(void *ctx)
{
	static char *const world[] = { "HOME=/h", "PATH=/bin", NULL };

	(void)ctx;
	return world;
}

static time_t now(void *ctx)
{
	(void)ctx;
	return 1000;
}

static const struct submit_io io = { .read_file = read_file,
				     .stat = fake_stat,
				     .access = fake_access,
				     .getenv = get_env,
				     .environ = get_environ,
				     .now = now };
static const struct jobdesc_opts opts = { .owner = "me",
					  .cwd = "/cwd",
					  .submit_host = "host",
					  .arch = "X86_64",
					  .opsys = "LINUX",
					  .cluster = 7 };

/* Cluster's ad and the jobs', or the error; then the warnings. */
static void describe(const char *text, struct strbuf *out)
{
	struct submitfile *sf = submitfile_new("job.sub", text, &io);
	struct jobdesc *desc = jobdesc_new(sf, &io, &opts);
	struct strbuf jobs = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct ad *proc;
	int rc;

	while ((rc = jobdesc_next(desc, &proc, &err)) == 1) {
		struct ad *own = ad_copy(proc);

		ad_set_parent(own, NULL);
		strbuf_addstr(&jobs, "--\n");
		ad_unparse_long(own, &jobs);
		ad_free(own);
		ad_free(proc);
	}
	if (rc < 0) {
		strbuf_addf(out, "error: %s\n", err.text);
	} else if (jobdesc_cluster(desc)) {
		ad_unparse_long(jobdesc_cluster(desc), out);
		strbuf_addstr(out, jobs.data);
	}
	strbuf_addstr(out, jobdesc_warnings(desc));
	strbuf_release(&jobs);
	jobdesc_free(desc);
	submitfile_free(sf);
}

static void test_small(void **state)
{
	struct strbuf got = STRBUF_INIT;

	(void)state;
	describe("executable = prog\n"
		 "arguments = \"-n $(Process) 'a b'\"\n"
		 "output = out.$(Cluster).$(Process)\n"
		 "log = job.log\n"
		 "request_memory = 2 GB\n"
		 "+Project = \"x\"\n"
		 "queue 2\n",
		 &got);
	assert_string_equal(
		got.data,
		"ClusterId = 7\n"
		"Owner = \"me\"\n"
		"JobUniverse = 5\n"
		"JobStatus = 1\n"
		"Iwd = \"/cwd\"\n"
		"Cmd = \"/cwd/prog\"\n"
		"TransferInputSizeMB = 1\n"
		"RequestDisk = 1048576\n"
		"RequestCpus = 1\n"
		"RequestMemory = 2048\n"
		"ShouldTransferFiles = \"YES\"\n"
		"WhenToTransferOutput = \"ON_EXIT\"\n"
		"Requirements = (TARGET.Arch == \"X86_64\") && (TARGET.OpSys "
		"== \"LINUX\") && (TARGET.Disk >= RequestDisk) && "
		"(TARGET.Memory >= RequestMemory) && (TARGET.Cpus >= "
		"RequestCpus) && (TARGET.HasFileTransfer)\n"
		"In = \"/dev/null\"\n"
		"Err = \"/dev/null\"\n"
		"UserLog = \"/cwd/job.log\"\n"
		"Project = \"x\"\n"
		"--\n"
		"ProcId = 0\n"
		"Arguments = \"-n 0 'a b'\"\n"
		"Out = \"out.7.0\"\n"
		"--\n"
		"ProcId = 1\n"
		"Arguments = \"-n 1 'a b'\"\n"
		"Out = \"out.7.1\"\n");
	strbuf_release(&got);
}

/* `text` and queue; the description has to hold (or start with) `want`. */
static const struct {
	const char *text;
	const char *want;
} command_cases[] = {
	/* the user's part in parentheses, no clause said twice */
	{ "requirements = Arch == \"S390X\" || target.memory > 5",
	  "Requirements = (Arch == \"S390X\" || TARGET.memory > 5) && "
	  "(TARGET.OpSys == \"LINUX\") && (TARGET.Disk >= RequestDisk)"
	  " && (TARGET.Cpus >= RequestCpus) && "
	  "(TARGET.HasFileTransfer)\n" },
	{ "executable = prog.$$(Arch)",
	  "Requirements = (TARGET.OpSys == \"LINUX\") && " },
	{ "executable = prog.$$(Arch)", "Cmd = \"/cwd/prog.$$(Arch)\"" },
	{ "request_gpus = 2", "RequestGPUs = 2\n" },
	{ "request_gpus = 2", "(TARGET.GPUs >= RequestGPUs)" },
	{ "request_licenses = 3", "(TARGET.Licenses >= RequestLicenses)" },
	{ "request_memory = 1.5G", "RequestMemory = 1536\n" },
	{ "request_memory = 100", "RequestMemory = 100\n" },
	{ "request_memory = 2 * 50", "RequestMemory = 2 * 50\n" },
	{ "request_disk = 1GB", "RequestDisk = 1048576\n" },
	{ "request_disk = 5", "RequestDisk = 5\n" },
	{ "transfer_input_files = big.dat", "RequestDisk = 3842048\n" },
	{ "transfer_input_files = a.x , b.y,\\\n c.z",
	  "TransferInput = \"a.x,b.y,c.z\"\n" },
	{ "transfer_output_files = \"\"", "TransferOutput = \"\"\n" },
	{ "transfer_output_remaps = \"a=b;c=d\"",
	  "TransferOutputRemaps = \"a=b;c=d\"\n" },
	{ "environment = \"A=1 B='x y'\"\ngetenv = H*",
	  "Environment = \"A=1 'B=x y' HOME=/h\"\n" },
	{ "getenv = true\nenvironment = PATH=/x",
	  "Environment = \"PATH=/x HOME=/h\"\n" },
	{ "arguments = a \\\"b\\\"", "Arguments = \"a \\\"b\\\"\"\n" },
	{ "initialdir = sub\nlog = l", "UserLog = \"/cwd/sub/l\"\n" },
	{ "initialdir = sub", "Cmd = \"/cwd/prog\"\n" },
	{ "transfer_executable = false\nexecutable = /bin/nonono",
	  "Cmd = \"/bin/nonono\"\n" },
	{ "rank = Mips", "Rank = Mips\n" },
	{ "priority = -3", "JobPrio = -3\n" },
	{ "kill_sig = SIGUSR1", "KillSig = 10\n" },
	{ "kill_sig = 3", "KillSig = 3\n" },
	{ "max_retries = 3\nretry_until = 7\non_exit_remove = x",
	  "OnExitRemove = NumJobCompletions > JobMaxRetries || "
	  "ExitCode =?= 0 || ExitCode =?= 7 || (x)\n" },
	{ "success_exit_code = 5", "JobMaxRetries = 2\n" },
	{ "success_exit_code = 5", "ExitCode =?= JobSuccessExitCode" },
	{ "on_exit_remove = ExitCode == 1", "OnExitRemove = ExitCode == 1\n" },
	{ "batch_name = \"my batch\"", "JobBatchName = \"my batch\"\n" },
	{ "hold = true", "JobStatus = 5\n" },
	{ "checkpoint_exit_code = 85", "SuccessCheckpointExitCode = 85\n" },
	{ "accounting_group = g", "AccountingGroup = \"g.me\"\n" },
	{ "MY.Foo = 1 + 2\n+bar = \"$(MY.x)z\"", "Foo = 1 + 2\nbar = \"z\"\n" },
	{ "N = 1\n+N = $(N)$(n)\nMY.n = $(MY.N)5", "N = 115\n" },
	{ "+JobPrio = 9", "JobPrio = 9\n" },
	{ "arguments =  a  \t b", "Args = \"a b\"\n" },
	{ "skip_filechecks = yes\ninput = nofile", "In = \"nofile\"\n" },
	{ "RequestMemory = 7\nOnExitRemove = false\nOut = x.$(Process)",
	  "RequestMemory = 7\n" },
	{ "OnExitRemove = false", "OnExitRemove = false\n" },
	{ "KillSig = INT", "KillSig = 2\n" },
	{ "max_materialize = 50\nmax_idle = 10",
	  "JobMaterializeLimit = 50\nJobMaterializeMaxIdle = 10\n" },
	{ "concurrency_limits = Matlab, big.b:2 ,aa",
	  "ConcurrencyLimits = \"aa,big.b:2,matlab\"\n" },
	{ "concurrency_limits_expr = strcat(\"a\", Owner)",
	  "ConcurrencyLimits = strcat(\"a\", Owner)\n" },
	{ "docker_image = debian", "DockerImage = \"debian\"\n" },
	{ "docker_image = debian",
	  "(TARGET.HasFileTransfer) && (TARGET.HasDocker)\n" },
	{ "container_image = a.sif\nrequirements = HasContainer",
	  "Requirements = (HasContainer) && (TARGET.Arch" },
	{ "request_gpus = 1\ngpus_minimum_memory = 2GB\n"
	  "require_gpus = Capability != 3 || x",
	  "RequireGPUs = (Capability != 3 || x) && GlobalMemoryMb >= 2048\n" },
	{ "should_transfer_files = if_needed",
	  "(TARGET.HasFileTransfer || (TARGET.FileSystemDomain == "
	  "MY.FileSystemDomain))\n" },
	{ "should_transfer_files = if_needed",
	  "FileSystemDomain = \"host\"\n" },
	{ "should_transfer_files = true", "ShouldTransferFiles = \"YES\"\n" },
	{ "retry_until = -1", "|| ExitCode =?= -1\n" },
	{ "allowed_job_duration = 2 * 3600\nallowed_execute_duration = 60",
	  "AllowedExecuteDuration = 60\nAllowedJobDuration = 2 * 3600\n" },
	{ "periodic_hold = true\nperiodic_hold_reason = strcat(\"a\", Owner)\n"
	  "periodic_hold_subcode = 3",
	  "PeriodicHold = true\nPeriodicHoldReason = strcat(\"a\", Owner)\n"
	  "PeriodicHoldSubCode = 3\n" },
	/* errors */
	{ "max_idle = 0", "error: job.sub:2: max_idle: '0' is no number above "
			  "0\n" },
	{ "retry_until = 1 +", "error: job.sub:2: retry_until: column " },
	{ "concurrency_limits = a:0", "error: job.sub:2: concurrency_limits: "
				      "'a:0' is no limit: write its name, or "
				      "name:count\n" },
	{ "concurrency_limits = a\nconcurrency_limits_expr = b",
	  "error: job.sub:3: concurrency_limits_expr: concurrency_limits is "
	  "set as well\n" },
	{ "executable = noprog",
	  "error: job.sub:2: executable: cannot read '/cwd/noprog': no "
	  "such file or directory\n" },
	{ "executable = dir",
	  "error: job.sub:2: executable: '/cwd/dir' is a directory\n" },
	{ "executable =", "error: no executable: add a line `executable "
			  "= program`\n" },
	{ "input = nofile", "error: job.sub:2: input: cannot read "
			    "'/cwd/nofile': no such file or "
			    "directory\n" },
	{ "output = nodir/out",
	  "error: job.sub:2: output: cannot write 'nodir/out': no "
	  "directory '/cwd/nodir'\n" },
	{ "transfer_input_files = a, nob",
	  "error: job.sub:2: transfer_input_files: cannot read "
	  "'/cwd/nob'" },
	{ "transfer_input_files = http://a/b",
	  "error: job.sub:2: transfer_input_files: 'http://a/b': only "
	  "files can be transferred, no URLs\n" },
	{ "initialdir = nowhere", "error: job.sub:2: initialdir: no "
				  "directory '/cwd/nowhere'\n" },
	{ "+Foo = hello world",
	  "error: job.sub:2: Foo: column 7: expected an operator, found 'world'"
	  "; a text wants double quotes around it\n" },
	{ "requirements = a ==",
	  "error: job.sub:2: requirements: column 5: expected a value, "
	  "found the end\n" },
	{ "arguments = \"a", "error: job.sub:2: arguments: no closing "
			     "double quote in '\"a'\n" },
	{ "universe = docker",
	  "error: job.sub:2: universe: universe 'docker' is not "
	  "supported: only vanilla is\n" },
	{ "should_transfer_files = no", "error: job.sub:2: "
					"should_transfer_files: NO is "
					"not supported" },
	{ "when_to_transfer_output = never",
	  "error: job.sub:2: when_to_transfer_output: 'never' is not "
	  "one of ON_EXIT, ON_EXIT_OR_EVICT, ON_SUCCESS\n" },
	{ "priority = high", "error: job.sub:2: priority: 'high' is no "
			     "integer\n" },
	{ "nice_user = maybe", "error: job.sub:2: nice_user: 'maybe' "
			       "is neither true nor false\n" },
	{ "kill_sig = SIGFOO", "error: job.sub:2: kill_sig: 'SIGFOO' "
			       "is no signal\n" },
	{ "requests_cpus = 2", "error: job.sub:2: unknown command "
			       "'requests_cpus': did you mean "
			       "'request_cpus'?\n" },
	{ "request_cpu = 2", "error: job.sub:2: unknown command "
			     "'request_cpu': did you mean "
			     "'request_cpus'?\n" },
	{ "shell = ls\nexecutable = prog", "error: job.sub:2: shell: "
					   "both executable and shell "
					   "are set\n" },
	/* warnings */
	{ "foo_bar = 3", "the line 'foo_bar = 3' was unused by "
			 "hsubmit. Is it a typo?\n" },
	{ "notification = always",
	  "job.sub:2: 'notification' is accepted without effect: no "
	  "mail is sent\n" },
	{ "requirements = nofn(1)",
	  "requirements call 'nofn', which is no function: no machine "
	  "can match\n" },
	{ "queue\nqueue 0", "Use of multiple queue statements in a single "
			    "submit file is deprecated" },
	{ "queue a, b from (\n1 2\n)\narguments = $(a)",
	  "the Queue variable 'a' was unused by hsubmit. Is it a typo?\nthe "
	  "Queue variable 'b' was" },
	{ "arguments = $(b)\nqueue a, b from (\n1 2\n)\n#",
	  "the Queue "
	  "variable 'a' was unused by hsubmit. Is it a typo?\n$(b)" },
};

static void test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(command_cases) / sizeof(command_cases[0]);
	     i++) {
		struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;

		strbuf_addf(&text, "executable = prog\n%s\nqueue\n",
			    command_cases[i].text);
		describe(text.data, &got);
		if (!strstr(got.data, command_cases[i].want))
			fail_msg("%s\ngot:\n%s\nwant: %s",
				 command_cases[i].text, got.data,
				 command_cases[i].want);
		strbuf_release(&text);
		strbuf_release(&got);
	}
}

static void test_shell(void **state)
{
	struct strbuf got = STRBUF_INIT;

	(void)state;
	describe("shell = echo 'a' > b\nqueue\n", &got);
	assert_non_null(strstr(got.data, "Cmd = \"/bin/sh\"\n"));
	assert_non_null(strstr(got.data, "TransferExecutable = false\n"));
	assert_non_null(
		strstr(got.data, "Arguments = \"-c 'echo ''a'' > b'\"\n"));
	strbuf_release(&got);
}

/* What a later queue statement leaves out must not come from the first. */
static void test_several_queues(void **state)
{
	struct submitfile *sf = submitfile_new(
		"q",
		"executable = prog\narguments = first\noutput = o\nqueue\n"
		"arguments = $(Item)\noutput = p\nqueue in (x y)\n"
		"arguments =\noutput = o\nqueue 2\n",
		&io);
	static const char *const want[][2] = { { "first", "o" },
					       { "x", "p" },
					       { "y", "p" },
					       { NULL, "o" },
					       { NULL, "o" } };
	struct jobdesc *desc = jobdesc_new(sf, &io, &opts);
	struct err err = ERR_INIT;
	struct ad *proc;
	size_t i = 0;
	int rc;

	(void)state;
	for (; (rc = jobdesc_next(desc, &proc, &err)) == 1; i++) {
		const char *args = ad_str(proc, "Args");

		assert_true(i < 5);
		assert_int_equal(ad_int(proc, "ProcId", -1), (int64_t)i);
		if (want[i][0])
			assert_string_equal(args, want[i][0]);
		else
			assert_null(args);
		assert_string_equal(ad_str(proc, "Out"), want[i][1]);
		ad_free(proc);
	}
	assert_int_equal(rc, 0);
	assert_int_equal(i, 5);
	jobdesc_free(desc);
	submitfile_free(sf);
}

/* The number of the cluster is put in when it is known. */
static void test_cluster_later(void **state)
{
	static const char text[] =
		"executable = prog\na = $(Cluster)\noutput = o.$(a).$(JobId)\n"
		"log = d.$(ClusterId)/l\n+Id = $(Cluster) + 1\n"
		"+Name = \"c\\\"$(Cluster)\"\nrequirements = x != $(Cluster)\n"
		"queue\n";
	struct jobdesc_opts later = opts;
	struct submitfile *sf = submitfile_new("q", text, &io);
	struct err err = ERR_INIT;
	struct strbuf out = STRBUF_INIT;
	struct jobdesc *desc;
	struct ad *proc;
	char *bound;

	(void)state;
	later.cluster = 0;
	desc = jobdesc_new(sf, &io, &later);
	assert_int_equal(1, jobdesc_next(desc, &proc, &err));
	assert_false(ad_has(proc, "ClusterId"));
	ad_unparse_json(proc, true, &out);
	bound = jobdesc_bind_cluster(out.data, 42);
	assert_non_null(strstr(bound, "\"o.42.42.0\""));
	assert_non_null(strstr(bound, "\"/cwd/d.42/l\""));
	assert_non_null(strstr(bound, "\"/Expr(ClusterId + 1)/\""));
	assert_non_null(strstr(bound, "\"Name\":\"c\\\"42\""));
	assert_non_null(strstr(bound, "(x != ClusterId)"));
	assert_null(strstr(bound, "$("));
	free(bound);
	strbuf_release(&out);
	ad_free(proc);
	jobdesc_free(desc);
	submitfile_free(sf);
}

/* The text for all jobs of a cluster; $$(...) is the machine's. */
static void test_bind(void **state)
{
	char *text;

	(void)state;
	text = jobdesc_bind_proc("$(Process) a$(Process)$$(Process)", 7);
	assert_string_equal(text, "7 a7$$(Process)");
	free(text);
	text = jobdesc_bind_cluster("$$(Cluster)$(Cluster)", 12);
	assert_string_equal(text, "$$(Cluster)12");
	free(text);
	assert_true(jobdesc_has_proc("$$(Process) $(Process)"));
	assert_false(jobdesc_has_proc("$$(Process) $(Cluster)"));
}

/* As the scheduler is sent it: what all jobs share, then how many and theirs. */
static void describe_late(const char *text, struct strbuf *out)
{
	struct jobdesc_opts late = opts;
	struct submitfile *sf = submitfile_new("job.sub", text, &io);
	struct jobdesc *desc;
	struct err err = ERR_INIT;
	struct ad *proc;
	int rc;

	late.cluster = 0;
	late.procs_later = true;
	desc = jobdesc_new(sf, &io, &late);
	while ((rc = jobdesc_next(desc, &proc, &err)) == 1) {
		struct ad *own = ad_copy(proc);
		int64_t more = jobdesc_skip_alike(desc);

		ad_set_parent(own, NULL);
		strbuf_addf(out, "-- %lld\n", (long long)more + 1);
		ad_unparse_long(own, out);
		ad_free(own);
		ad_free(proc);
	}
	if (rc < 0)
		strbuf_addf(out, "error: %s\n", err.text);
	else
		ad_unparse_long(jobdesc_cluster(desc), out);
	jobdesc_free(desc);
	submitfile_free(sf);
}

/* $(Process) is left to the scheduler where its text is all that differs. */
static void test_procs_later(void **state)
{
	static const struct {
		const char *text;
		const char *starts;
		const char *holds;
	} cases[] = {
		{ "arguments = -n $(Process) $(JobId) $(Step)\nqueue 1000000",
		  "-- 1000000\nProcId = 0\nOwner",
		  "Args = \"-n $(Process) $(Cluster).$(Process) "
		  "$(Process)\"\n" },
		{ "n = $(ProcId)\n+N = \"a$(n)\"\nbatch_name = $(n)\nqueue 3",
		  "-- 3\nProcId = 0\nOwner", "N = \"a$(Process)\"\n" },
		{ "+N = $(Process)\nqueue 2",
		  "-- 1\nProcId = 0\nN = 0\n-- 1\nProcId = 1\nN = 1\nOwner",
		  "" },
		{ "arguments = $(Process)\noutput = $INT(Process,%03d)\nqueue 2",
		  "-- 1\nProcId = 0\nOut = \"000\"\n-- 1\nProcId = 1\nOut = "
		  "\"001\"\nOwner",
		  "Args = \"$(Process)\"\n" },
		{ "priority = $(Process)\nqueue 2",
		  "-- 1\nProcId = 0\nJobPrio = 0\n-- 1\nProcId = 1\nJobPrio = "
		  "1\nOwner",
		  "" },
		{ "input = in.$(Process)\nqueue 2",
		  "-- 1\nProcId = 0\nIn = \"in.0\"\n-- 1", "" },
		{ "output = no$(Process)/x\nqueue 2",
		  "error: job.sub:2: output: cannot write 'no0/x'", "" },
		{ "arguments = $RANDOM_INTEGER(1,1)\nqueue 2",
		  "-- 1\nProcId = 0\nArgs = \"1\"\n-- 1\n", "" },
		{ "arguments = $(Process)\nqueue in (a b)",
		  "-- 1\nProcId = 0\nArgs = \"0\"\n-- 1\n", "" },
		{ "output = $INT(ClusterId,%05d)\nqueue",
		  "error: job.sub:2: output: $INT(): the cluster's number is "
		  "not known before the scheduler gives it",
		  "" },
		{ "output = $Fn(d/x.$(Cluster).txt)$SUBSTR(abc,1)\nqueue",
		  "-- 1\nProcId = 0\nOwner", "Out = \"x.$(Cluster)bc\"\n" },
		{ "output = $SUBSTR(Cluster,1)\nqueue",
		  "error: job.sub:2: ", "" },
		{ "arguments = x\nqueue 3 in (a b)", "-- 6\nProcId = 0\nOwner",
		  "" },
		/* the second statement has rows; nulls leave the first's */
		{ "arguments = $(Process)\nqueue 2\nqueue 2",
		  "-- 2\nProcId = 0\n-- 1\nProcId = 2\nArgs = \"2\"\n-- 1\n"
		  "ProcId = 3\nArgs = \"3\"\nOwner",
		  "Args = \"$(Process)\"\n" },
		{ "arguments = $(Process)\nqueue 2\narguments = z\nqueue 5",
		  "-- 2\nProcId = 0\n-- 5\nProcId = 2\nArgs = \"z\"\nOwner",
		  "Args = \"$(Process)\"\n" },
		{ "arguments = $(Process)\nqueue",
		  "-- 1\nProcId = 0\nArgs = "
		  "\"0\"\n",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;

		strbuf_addf(&text, "executable = prog\n%s\n", cases[i].text);
		describe_late(text.data, &got);
		if (strncmp(got.data, cases[i].starts,
			    strlen(cases[i].starts)) != 0 ||
		    !strstr(got.data, cases[i].holds))
			fail_msg("%s\ngot:\n%s\nwant: %s...%s", text.data,
				 got.data, cases[i].starts, cases[i].holds);
		strbuf_release(&text);
		strbuf_release(&got);
	}
}

/* One job after the other, at a speed that lets a million pass. */
static void test_many(void **state)
{
	struct submitfile *sf = submitfile_new(
		"q", "executable = prog\narguments = $(Process)\nqueue 50000\n",
		&io);
	struct jobdesc *desc = jobdesc_new(sf, &io, &opts);
	struct err err = ERR_INIT;
	struct ad *proc;
	int count = 0;

	(void)state;
	while (jobdesc_next(desc, &proc, &err) == 1) {
		if (count == 49999)
			assert_string_equal(ad_str(proc, "Args"), "49999");
		assert_true(ad_count(proc) == 2);
		ad_free(proc);
		count++;
	}
	assert_int_equal(count, 50000);
	jobdesc_free(desc);
	submitfile_free(sf);
}

static void test_machine(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "prog.$$(Arch)", "prog.S390X" },
		{ "$$(arch)$$(Cpus)", "S390X4" },
		{ "$$(Nosuch:none)x", "nonex" },
		{ "$$([Cpus * 2]) $$([TARGET.Arch])", "8 S390X" },
		{ "$$([MY.N + 1])", "6" },
		{ "$$(Load)", "0.5" },
		{ "plain $(x) $$ $$x", "plain $(x) $$ $$x" },
		{ "$$(Nosuch)", NULL },
		{ "a $$(Arch", NULL },
		{ "$$([1 +])", NULL },
		{ "$$([1", NULL },
	};
	struct ad *machine, *job;

	(void)state;
	assert_int_equal(0, ad_parse_long("Arch = \"S390X\"\nCpus = 4\n"
					  "Load = 0.5",
					  &machine, NULL));
	assert_int_equal(0, ad_parse_long("N = 5", &job, NULL));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		char *got = NULL;
		int rc = jobdesc_expand_machine(cases[i].text, job, machine,
						&got, &err);

		assert_int_equal(rc, cases[i].want ? 0 : -EINVAL);
		if (cases[i].want)
			assert_string_equal(got, cases[i].want);
		else
			assert_true(err_is_set(&err));
		free(got);
	}
	ad_free(machine);
	ad_free(job);
	assert_true(jobdesc_has_machine_macro("a.$$(ARCH)", "Arch"));
	assert_true(jobdesc_has_machine_macro("a.$$(Arch:x)", "Arch"));
	assert_true(jobdesc_has_machine_macro("$$([Arch])", NULL));
	assert_false(jobdesc_has_machine_macro("a.$$(OpSys)", "Arch"));
	assert_false(jobdesc_has_machine_macro("a.$(Arch) $$", NULL));
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		char unit;
		int64_t want; /* -1: no size */
	} sizes[] = {
		{ "100", 'M', 100 },   { "2 GB", 'M', 2048 },
		{ "1.5T", 'G', 1536 }, { "1K", 'M', 1 },
		{ "2048K", 'M', 2 },   { "1M", 'K', 1024 },
		{ "5GiB", 'G', 5 },    { "1 b", 'K', 1 },
		{ "0", 'M', 0 },       { "", 'M', -1 },
		{ "5X", 'M', -1 },     { "-5", 'M', -1 },
		{ "5 G x", 'M', -1 },  { "inf", 'M', -1 },
		{ "0x10", 'M', -1 },   { "1e300", 'M', -1 },
		{ "2 * 3", 'M', -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int64_t got = -1;

		jobdesc_parse_size(sizes[i].text, sizes[i].unit, &got);
		if (got != sizes[i].want)
			fail_msg("%s: %lld", sizes[i].text, (long long)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_shell),
		cmocka_unit_test(test_several_queues),
		cmocka_unit_test(test_cluster_later),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_procs_later),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_machine),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
