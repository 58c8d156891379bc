/* SPDX-License-Identifier: MIT */
#include "instrument/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/abi.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/elf.h"
#include "instrument/libdir.h"
#include "instrument/link_build.h"
#include "instrument/link_names.h"
#include "instrument/link_plan.h"

#define MAX_OUTPUT_BYTES ((size_t)1 << 28)
#define MAX_CALLERS	 5 /* of these, messages */

static const char *output_name(const struct job *job)
{
	return job->options.output ? job->options.output : "a.out";
}

/* ---- the plain link -------------------------------------------------------- */

static int plain_link(struct job *job, struct trace *trace, struct err *err)
{
	struct strbuf text = STRBUF_INIT, rest = STRBUF_INIT;
	struct strv more = { 0 };
	char *path = job_temp(job, "trace");
	int status;

	strv_add(&more, "-Wl,-t,-t");
	status = job_run_plain(job, &more, path, err);
	if (status >= 0 && fd_read_file(path, MAX_OUTPUT_BYTES, &text, NULL))
		strbuf_reset(&text);
	trace_read(trace, text.data, &rest);
	fwrite(rest.data, 1, rest.len, stdout);
	strbuf_release(&text);
	strbuf_release(&rest);
	strv_release(&more);
	free(path);
	return status;
}

/* ---- the runtime library --------------------------------------------------- */

static int find_library(const char *arch, char **ret_path, struct err *err)
{
	char *name = xasprintf("%s/libckpt.a", arch);

	*ret_path = libdir_find(name);
	free(name);
	if (*ret_path)
		return 0;
	return err_set(err, -ENOENT,
		       "cannot find libckpt.a for %s: make ckptlib, or set "
		       "HCC_LIBDIR to the directory that holds %s/libckpt.a",
		       arch, arch);
}

/* ---- the note by which others know such programs --------------------------- */

/* Of the units' names: equal on every architecture. */
static uint64_t signature(const struct items *items)
{
	static const uint8_t key[16] = "harrier program";
	struct strbuf names = STRBUF_INIT;
	uint64_t hash;
	size_t i;

	for (i = 0; i < items->n; i++)
		if (items->v[i].unit && !items->v[i].dropped)
			strbuf_addf(&names, "%s\n",
				    items->v[i].unit->blob.unit);
	hash = hash_siphash(key, names.data, names.len);
	strbuf_release(&names);
	return hash;
}

static int make_note(struct job *job, const struct items *items, char **ret,
		     struct err *err)
{
	const char *arch = job->tools.target->arch;
	struct strbuf text = STRBUF_INIT;
	char *source = job_temp(job, "c");
	struct strv argv = { 0 };
	char *desc;
	int rc;

	desc = xasprintf("arch=%s abi=%d signature=%016llx", arch,
			 CKPT_ABI_VERSION,
			 (unsigned long long)signature(items));
	strbuf_addf(
		&text,
		"__asm__(\".pushsection .note.harrier,\\\"a\\\",%%note\\n\"\n"
		"\".balign 4\\n.4byte 8, %zu, 1\\n\"\n"
		"\".asciz \\\"Harrier\\\"\\n.asciz \\\"%s\\\"\\n\"\n"
		"\".balign 4\\n.popsection\\n\");\n",
		strlen(desc) + 1, desc);
	if (job->options.profile) {
		char *plan = link_plan_name(job);

		strbuf_addf(&text, "const char ckpt_profile_plan[] = \"%s\";\n",
			    plan);
		free(plan);
	}
	rc = job_write(source, &text, err);
	*ret = job_temp(job, "o");
	strv_add_all(&argv, &job->tools.cc);
	options_select(&job->options, OPTION_BIT(OPT_OTHER), &argv);
	strv_add_words(&argv, "-w -fno-lto -c -x c");
	strv_add(&argv, source);
	strv_add(&argv, "-o");
	strv_add(&argv, *ret);
	if (!rc)
		rc = proc_run(&argv, NULL, err);
	if (rc > 0)
		rc = err_set(err, -EIO, "cannot compile the program's note");
	strv_release(&argv);
	strbuf_release(&text);
	free(desc);
	free(source);
	return rc;
}

/* ---- calls from what hcc did not build ------------------------------------- */

struct callers {
	struct hash *defined; /* functions of units */
	struct diags *diags;
	const char *name;
	unsigned told;
};

static void note_defined(void *ctx, const char *name, bool defined)
{
	struct callers *c = ctx;

	if (defined)
		hash_set(c->defined, name, c);
}

static void note_wanted(void *ctx, const char *name, bool defined)
{
	struct callers *c = ctx;

	if (defined || !hash_has(c->defined, name) || c->told++ >= MAX_CALLERS)
		return;
	diag_add(c->diags, DIAG_WARNING, NULL, NULL,
		 "%s: not built by hcc, uses '%s': while it calls that "
		 "function, checkpoints wait",
		 c->name, name);
}

static void visit(const char *path, elf_symbol_fn *fn, struct callers *c)
{
	struct strbuf data = STRBUF_INIT;

	if (!fd_read_file(path, MAX_OUTPUT_BYTES, &data, NULL))
		elf_symbols(data.data, data.len, fn, c, NULL);
	strbuf_release(&data);
}

/* Objects the user named that are no units; the system's are not asked. */
static void warn_of_callers(const struct items *items, struct diags *diags)
{
	struct callers c = { hash_new(NULL), diags, NULL, 0 };
	size_t i;

	for (i = 0; i < items->n; i++)
		if (items->v[i].unit && !items->v[i].dropped)
			visit(items->v[i].object, note_defined, &c);
	for (i = 0; i < items->n; i++) {
		const char *arg = items->v[i].arg;
		size_t len = arg ? strlen(arg) : 0;

		if (len < 2 || strcmp(arg + len - 2, ".o") != 0)
			continue;
		c.name = arg;
		visit(arg, note_wanted, &c);
	}
	hash_free(c.defined);
}

/* ---- the final link -------------------------------------------------------- */

static int final_args(struct job *job, struct items *items, const char *note,
		      const char *library, const char *output,
		      struct strv *argv, struct err *err)
{
	size_t i;
	int rc = 0;

	strv_add_all(argv, &job->tools.cc);
	for (i = 0; i < items->n && !rc; i++) {
		struct item *item = items->v + i;

		if (item->dropped)
			rc = item_make_plain(job, item, err);
		if (!item->unit)
			strv_add(argv, item->arg);
		else if (!item->dropped)
			strv_add(argv, item->object);
		else if (item->plain)
			strv_add(argv, item->plain);
	}
	strv_add(argv, note);
	strv_add(argv, library);
	strv_add(argv, "-o");
	strv_add(argv, output);
	return rc;
}

static void cannot_link(const struct job *job, const char *log,
			struct diags *diags)
{
	struct strbuf text = STRBUF_INIT;

	if (fd_read_file(log, MAX_OUTPUT_BYTES, &text, NULL))
		strbuf_reset(&text);
	diag_add(diags, DIAG_WARNING, NULL, NULL,
		 "'%s' cannot be linked with checkpoints and stays as the "
		 "compiler built it; the linker says:\n%s",
		 output_name(job), text.data);
	strbuf_release(&text);
}

/* Puts the new program in the place of the plain one, with its mode. */
static int replace(const char *from, const char *to, struct err *err)
{
	struct strbuf data = STRBUF_INIT;
	struct stat st;
	int rc;

	if (stat(to, &st))
		return err_sys(err, -errno, "cannot read '%s'", to);
	rc = fd_read_file(from, (size_t)1 << 32, &data, err);
	if (!rc) {
		unlink(to); /* it may be running */
		rc = job_write(to, &data, err);
	}
	if (!rc && chmod(to, st.st_mode & 07777))
		rc = err_sys(err, -errno, "cannot change '%s'", to);
	if (rc)
		unlink(to);
	strbuf_release(&data);
	return rc;
}

static int final_link(struct job *job, struct items *items, struct diags *diags,
		      struct err *err)
{
	char *note = NULL, *library = NULL, *output = job_temp(job, "out");
	char *log = job_temp(job, "log");
	struct proc_io io = { .stdout_path = "/dev/null", .stderr_path = log };
	struct strv argv = { 0 };
	int rc = find_library(job->tools.target->arch, &library, err);

	if (!rc)
		rc = make_note(job, items, &note, err);
	if (!rc)
		rc = link_rename(job, items, library, err);
	if (!rc)
		rc = final_args(job, items, note, library, output, &argv, err);
	if (!rc) {
		rc = proc_run(&argv, &io, err);
		if (!rc)
			rc = replace(output, output_name(job), err);
		else if (rc > 0)
			cannot_link(job, log, diags);
		rc = rc > 0 ? 0 : rc;
	}
	strv_release(&argv);
	free(note);
	free(library);
	free(output);
	free(log);
	return rc;
}

static int instrument(struct job *job, const struct trace *trace,
		      struct diags *diags, struct err *err)
{
	struct strbuf report = STRBUF_INIT;
	struct items items = { 0 };
	int rc = items_collect(&items, job, trace, diags, err);

	if (!rc && link_units(&items))
		rc = link_build(job, &items, diags,
				job->options.report ? &report : NULL, err);
	if (!rc && link_units(&items)) {
		warn_of_callers(&items, diags);
		rc = final_link(job, &items, diags, err);
	}
	fwrite(report.data, 1, report.len, stdout);
	strbuf_release(&report);
	items_release(&items);
	return rc;
}

/* Why the program is left as the compiler builds it, or NULL. */
static const char *left_alone(const struct job *job)
{
	const struct options *o = &job->options;

	if (o->relocatable)
		return "a relocatable object";
	if (o->shared)
		return "a shared library";
	if (o->no_stdlib)
		return "a program without the C library";
	if (!job->tools.target)
		return "for a machine that hcc does not know";
	return NULL;
}

static bool is_regular(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

int link_program(struct job *job, struct err *err)
{
	const char *why = left_alone(job);
	struct diags diags = { 0 };
	struct trace trace = { 0 };
	int rc;

	if (why) {
		rc = job_run_plain(job, NULL, NULL, err);
		if (!rc && !job->options.relocatable && !job->options.quiet)
			fprintf(stderr,
				"hcc: note: '%s' is %s: it is left as the "
				"compiler built it, without checkpoints\n",
				output_name(job), why);
		return rc;
	}
	rc = plain_link(job, &trace, err);
	if (!rc && is_regular(output_name(job))) {
		rc = instrument(job, &trace, &diags, err);
		/* A program that lacks what was asked for is none. */
		if (rc < 0)
			unlink(output_name(job));
	}
	diags_print(&diags, stderr);
	diags_release(&diags);
	trace_release(&trace);
	return rc;
}
