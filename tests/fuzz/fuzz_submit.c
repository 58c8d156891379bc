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
		*dir = strlen(path) % 2;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct submit_io io = { .read_file = read_file,
					     .run = read_file,
					     .glob = find,
					     .stat = any_stat,
					     .access = any_access,
					     .getenv = get_env,
					     .now = now };
	static const struct jobdesc_opts opts = { .owner = "me",
						  .cwd = "/c",
						  .submit_host = "h",
						  .arch = "X86_64",
						  .opsys = "LINUX",
						  .cluster = 1 };
	char *text = strndup((const char *)data, size);
	struct submitfile *sf = submitfile_new("f", text, &io);
	struct jobdesc *desc = jobdesc_new(sf, &io, &opts);
	struct err err = ERR_INIT;
	struct ad *proc;
	int rc = 0;

	for (int i = 0; i < JOBS_MAX; i++) {
		struct strbuf out = STRBUF_INIT;
		struct ad *again;

		rc = jobdesc_next(desc, &proc, &err);
		if (rc <= 0)
			break;
		ad_unparse_long(proc, &out);
		FUZZ_CHECK(ad_parse_long(out.data, &again, NULL) == 0);
		ad_free(again);
		ad_free(proc);
		strbuf_release(&out);
	}
	FUZZ_CHECK(rc >= 0 || err_is_set(&err));
	jobdesc_free(desc);
	submitfile_free(sf);
	free(text);
	return 0;
}
