/* SPDX-License-Identifier: MIT */
/* A submit description out of the blue: jobs or an error with a message. */
#include "tests/fuzz/fuzz.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/job/jobdesc.h"

#include <errno.h>
#include <string.h>

#define JOBS_MAX 50 /* looked at per input */

const char *const fuzz_seeds[] = {
	"executable = prog.$$(Arch)\narguments = \"-n $(Process) 'a b'\"\n"
	"output = out.$(Cluster).$INT(Process,%03d)\nlog = l\nqueue 3\n",
	"executable=a\nx @=end\n a\n@end\nrequirements = (Memory > 5) && x\n"
	"request_memory = 2 GB\nqueue a,b from (\n1 2\n3, 4 5\n)\n",
	"if defined x\nexecutable=a\nelif version >= 8.1\nexecutable=b\nelse\n"
	"endif\ninclude : inc\n+Foo = \"$F(x)$Fpn(x)\"\nqueue 2 in [::2] (A B C"
	")\n",
	"shell = echo hi\nmax_retries = 3\nretry_until = ExitCode == 2\n"
	"kill_sig = TERM\nx = $(y:$(z))$CHOICE(1,a,b)$SUBSTR(x,-2,1)\n"
	"environment = \"A='x'\"\ngetenv = P*\nqueue f matching files *.dat\n",
	"executable = $ENV(HOME)$RANDOM_CHOICE(a,b)$RANDOM_INTEGER(1,9,2)\n"
	"transfer_input_files = a, b\\\n, c\n# comment\nqueue from cmd |\n",
	"executable = a\narguments = $(Process) $(JobId) '$(x)'\nx = $(ProcId)\n"
	"+A = \"$(x)\"\n+B = $(Step) * 2\noutput = o.$(ClusterId).$(x)\npriority"
	" = $(x)\nqueue 3\nerror = e\nqueue 2\n",
	NULL
};

static int read_file(void *ctx, const char *path, struct strbuf *out,
		     struct err *err)
{
	(void)ctx;
	(void)err;
	strbuf_addf(out, "y = 1\n%s\na b c\n", path);
	return 0;
}

static int find(void *ctx, const char *pattern, enum queue_match kind,
		void (*found)(void *arg, const char *path), void *arg,
		struct err *err)
{
	(void)ctx;
	(void)kind;
	(void)err;
	found(arg, pattern);
	return 0;
}

static int any_stat(void *ctx, const char *path, bool *dir, int64_t *bytes)
{
	(void)ctx;
	if (dir)
		*dir = strlen(path) % 2 || strcmp(path, "/c") == 0;
	if (bytes)
		*bytes = (int64_t)strlen(path) << 20;
	return 0;
}

static int any_access(void *ctx, const char *path, int mode)
{
	(void)ctx;
	(void)path;
	(void)mode;
	return 0;
}

static const char *get_env(void *ctx, const char *name)
{
	(void)ctx;
	return strlen(name) % 2 ? name : NULL;
}

static time_t now(void *ctx)
{
	(void)ctx;
	return 1000;
}

static const struct submit_io io = { .read_file = read_file,
				     .run = read_file,
				     .glob = find,
				     .stat = any_stat,
				     .access = any_access,
				     .getenv = get_env,
				     .now = now };

/* The jobs' ads, each for itself; *ret_count of them. Returns the end's rc. */
static int numbered(const char *text, struct ad **ads, size_t *ret_count)
{
	static const struct jobdesc_opts opts = { .owner = "me",
						  .cwd = "/c",
						  .submit_host = "h",
						  .arch = "X86_64",
						  .opsys = "LINUX",
						  .cluster = 1 };
	struct submitfile *sf = submitfile_new("f", text, &io);
	struct jobdesc *desc = jobdesc_new(sf, &io, &opts);
	struct err err = ERR_INIT;
	struct ad *proc;
	size_t n = 0;
	int rc = 0;

	while (n < JOBS_MAX && (rc = jobdesc_next(desc, &proc, &err)) > 0) {
		struct strbuf out = STRBUF_INIT;

		ad_unparse_long(proc, &out);
		FUZZ_CHECK(ad_parse_long(out.data, &ads[n++], NULL) == 0);
		ad_free(proc);
		strbuf_release(&out);
	}
	FUZZ_CHECK(rc >= 0 || err_is_set(&err));
	*ret_count = n;
	jobdesc_free(desc);
	submitfile_free(sf);
	return rc;
}

/* With the number put in, is it the ad that was made with it? */
static void check_bound(const struct ad *proc, int64_t number,
			const struct ad *want)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *got;
	char *bound;

	ad_unparse_long(proc, &out);
	bound = jobdesc_bind_proc(out.data, number);
	FUZZ_CHECK(ad_parse_long(bound, &got, NULL) == 0);
	ad_set_int(got, "ProcId", number);
	FUZZ_CHECK(ad_equal(got, want));
	ad_free(got);
	free(bound);
	strbuf_release(&out);
}

/* As it is sent, $(Process) left to the scheduler: the same jobs. */
static void check_later(const char *text, struct ad *const *want, size_t count)
{
	static const struct jobdesc_opts opts = { .owner = "me",
						  .cwd = "/c",
						  .submit_host = "h",
						  .arch = "X86_64",
						  .opsys = "LINUX",
						  .procs_later = true,
						  .cluster = 1 };
	struct submitfile *sf = submitfile_new("f", text, &io);
	struct jobdesc *desc = jobdesc_new(sf, &io, &opts);
	struct ad *proc;
	size_t n = 0;

	while (n < count && jobdesc_next(desc, &proc, NULL) > 0) {
		int64_t alike = 1 + jobdesc_skip_alike(desc);

		for (; alike > 0 && n < count; alike--, n++)
			check_bound(proc, (int64_t)n, want[n]);
		ad_free(proc);
	}
	FUZZ_CHECK(n == count);
	jobdesc_free(desc);
	submitfile_free(sf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct ad *ads[JOBS_MAX];
	size_t count = 0;
	int rc = numbered(text, ads, &count);

	/* A random choice is another one the next time; and who writes $(Process)
	 * by $(DOLLAR) gets it replaced. */
	if (rc >= 0 && !strstr(text, "RANDOM") && !strcasestr(text, "DOLLAR"))
		check_later(text, ads, count);
	while (count > 0)
		ad_free(ads[--count]);
	free(text);
	return 0;
}
