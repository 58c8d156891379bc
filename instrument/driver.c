/* SPDX-License-Identifier: MIT */
#include "instrument/driver.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/xalloc.h"
#include "instrument/ast.h"
#include "instrument/job.h"
#include "instrument/link.h"
#include "instrument/link_build.h"
#include "instrument/unit.h"

static const char usage[] =
	"usage: hcc [options of cc] file...\n"
	"\n"
	"Compiles and links as cc does; the program can write checkpoints and\n"
	"go on from them on other machines. All options of cc are taken.\n"
	"\n"
	"  --targets=A,B      build for these architectures; $(ARCH) in an\n"
	"                     argument is the name: -o 'prog.$(ARCH)'\n"
	"  --list-targets     show the architectures and their compilers\n"
	"  --emit-source      write the instrumented C instead of compiling it\n"
	"  --report           say where polls went, and what cannot be resumed\n"
	"  --profile          the program writes NAME.plan when it is run; the\n"
	"                     next build places polls by it (--plan=FILE, none)\n"
	"  --poll=all         polls in every loop and function (for tests)\n"
	"  --assume-width-safe  integers that depend on the word size may move\n"
	"  -Wportability      warn of what limits where images can restart\n"
	"  --dump-ast         show the syntax tree\n"
	"  --help, --version\n"
	"\n"
	"HCC_CC is the compiler (cc), HCC_CACHE keeps objects (off: none).\n"
	"Example: hcc -O2 -o prog prog.c && CKPT_IMAGE=prog.ckpt ./prog\n";

static int fail(const struct err *err)
{
	fprintf(stderr, "hcc: error: %s\n", err_text(err));
	return 1;
}

/* ---- -c -------------------------------------------------------------------- */

static int compile_one(struct job *job, const struct option *input,
		       struct strbuf *report, struct err *err)
{
	const struct options *o = &job->options;
	char *object = o->output ? xstrdup(o->output)
				 : options_object_name(input->text);
	struct diags diags = { 0 };
	struct unit *unit = NULL;
	int rc = unit_of_source(job, input, &unit, &diags, err);

	if (!rc) {
		unit_notes(unit, o, &diags);
		rc = unit_attach(job, unit, object, err);
	} else if (rc != -EINTR && !err_is_set(err)) {
		rc = 0; /* said in diags; the object stays plain */
	}
	if (!rc && unit && report) {
		struct plan_options options = { .poll = o->poll };
		struct plan *plan = plan_make(&unit->facts, 1, &options);

		plan_report(plan, report);
		plan_free(plan);
	}
	if (!o->quiet)
		diags_print(&diags, stderr);
	diags_release(&diags);
	unit_free(unit);
	free(object);
	return rc;
}

static bool is_c(const struct option *o)
{
	return o->class == OPT_INPUT &&
	       (o->input == INPUT_C || o->input == INPUT_CPP_OUTPUT);
}

static int compile(struct job *job, struct err *err)
{
	struct strbuf report = STRBUF_INIT;
	int rc = job_run_plain(job, NULL, NULL, err);
	const struct options *o = &job->options;
	size_t i;

	/* -o /dev/null and the like: nobody will link it */
	if (!rc && o->output && !strncmp(o->output, "/dev/", 5))
		return 0;
	for (i = 0; i < o->n && !rc && job->tools.target; i++)
		if (is_c(o->v + i))
			rc = compile_one(job, o->v + i,
					 o->report ? &report : NULL, err);
	fwrite(report.data, 1, report.len, stdout);
	strbuf_release(&report);
	return rc;
}

/* ---- looking inside -------------------------------------------------------- */

static int dump_ast(struct job *job, const struct option *input,
		    struct err *err)
{
	struct unit *unit = unit_new();
	struct strbuf out = STRBUF_INIT;
	struct diags diags = { 0 };
	struct ast *ast;
	int rc = unit_preprocess(job, input, &unit->blob.source, err);

	if (!rc) {
		unit->blob.triple = xstrdup(job->tools.target->clang);
		unit->blob.std = xstrdup(job->options.std);
		options_clang(&job->options, &unit->blob.clang);
		rc = unit_parse(unit, &ast, &diags, err);
	}
	if (!rc) {
		ast_dump(ast, &out);
		fwrite(out.data, 1, out.len, stdout);
		ast_free(ast);
	}
	diags_print(&diags, stderr);
	diags_release(&diags);
	strbuf_release(&out);
	unit_free(unit);
	return rc;
}

static int write_output(const struct job *job, const struct strbuf *text,
			struct err *err)
{
	if (job->options.output && strcmp(job->options.output, "-") != 0)
		return job_write(job->options.output, text, err);
	fwrite(text->data, 1, text->len, stdout);
	return 0;
}

static int emit_source(struct job *job, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	struct diags diags = { 0 };
	struct items items = { 0 };
	struct trace none = { 0 };
	int rc = items_collect(&items, job, &none, &diags, err);

	if (!rc)
		rc = link_emit(job, &items, &diags, &out, err);
	if (!rc)
		rc = write_output(job, &out, err);
	diags_print(&diags, stderr);
	diags_release(&diags);
	items_release(&items);
	strbuf_release(&out);
	return rc;
}

static int dump_all(struct job *job, struct err *err)
{
	const struct options *o = &job->options;
	size_t i;
	int rc = 0;

	for (i = 0; i < o->n && !rc; i++)
		if (is_c(o->v + i))
			rc = dump_ast(job, o->v + i, err);
	return rc;
}

/* ---- one command ----------------------------------------------------------- */

static int run_job(struct job *job, struct err *err)
{
	const struct options *o = &job->options;

	if ((o->emit_source || o->dump_ast) && !o->has_input)
		return err_set(err, -EINVAL, "no input files: hcc --help");
	if ((o->emit_source || o->dump_ast) && !job->tools.target)
		return err_set(err, -EINVAL,
			       "'%s' compiles for a machine that hcc does not "
			       "know: hcc --list-targets",
			       job->tools.cc.v[0]);
	if (o->dump_ast)
		return dump_all(job, err);
	if (o->emit_source)
		return emit_source(job, err);
	if (o->mode == MODE_OTHER || !o->has_input)
		return job_run_plain(job, NULL, NULL, err);
	return o->mode == MODE_COMPILE ? compile(job, err)
				       : link_program(job, err);
}

/* The exit status; ends by the signal that came meanwhile, if one did. */
static int run_for(int argc, char *const *argv, const char *arch)
{
	struct err err = ERR_INIT;
	struct job job;
	int rc = job_init(&job, argc, argv, arch, &err);

	if (rc)
		return fail(&err);
	rc = run_job(&job, &err);
	if (rc == -EINTR && job.options.mode == MODE_LINK)
		unlink(job.options.output ? job.options.output : "a.out");
	job_release(&job);
	fflush(stdout);
	if (proc_signal()) {
		signal(proc_signal(), SIG_DFL);
		raise(proc_signal());
	}
	return rc < 0 ? fail(&err) : rc;
}

/* ---- several targets ------------------------------------------------------- */

static bool names_arch(const char *text)
{
	return text && (strstr(text, "$(ARCH)") || strstr(text, "${ARCH}"));
}

/* Each target must be known and have its compiler before any is built. */
static int check_targets(const struct options *o, struct strv *archs,
			 struct err *err)
{
	const char *p = o->targets;
	struct toolchain tools;
	struct strv none = { 0 };
	size_t i;

	while (*p) {
		size_t len = strcspn(p, ",");
		char *name = xstrndup(p, len);
		const struct target *t = target_find(name);

		if (len)
			strv_add(archs, t ? t->arch : name);
		free(name);
		p += len + (p[len] == ',');
	}
	if (!archs->n)
		return err_set(err, -EINVAL,
			       "--targets= names none: hcc --list-targets");
	if (archs->n > 1 && !names_arch(o->output))
		return err_set(err, -EINVAL,
			       "several targets need $(ARCH) in the output's "
			       "name: -o 'prog.$(ARCH)'");
	for (i = 0; i < archs->n; i++) {
		int rc = toolchain_init(&tools, archs->v[i], &none, err);

		if (rc)
			return rc;
		toolchain_release(&tools);
	}
	return 0;
}

static int run_targets(int argc, char *const *argv, const struct options *o)
{
	struct err err = ERR_INIT;
	struct strv archs = { 0 };
	int status = check_targets(o, &archs, &err) ? fail(&err) : 0;
	size_t i;

	for (i = 0; i < archs.n && !status; i++)
		status = run_for(argc, argv, archs.v[i]);
	strv_release(&archs);
	return status;
}

/* The compiler's own words follow: scripts look for them. */
static int show_version(void)
{
	struct toolchain tools;
	struct strv argv = { 0 };
	int status;

	printf("hcc (Harrier) %s\n", HARRIER_VERSION);
	fflush(stdout);
	if (toolchain_init(&tools, NULL, &argv, NULL))
		return 0;
	strv_add(&argv, tools.cc.v[0]);
	strv_add(&argv, "--version");
	status = proc_run(&argv, NULL, NULL);
	strv_release(&argv);
	toolchain_release(&tools);
	return status != 0;
}

int driver_run(int argc, char *const *argv)
{
	struct err err = ERR_INIT;
	struct options o;
	int status;

	if (argc < 2) {
		fputs("hcc: error: no input files\n"
		      "usage: hcc [options of cc] file...   (hcc --help)\n",
		      stderr);
		return 1;
	}
	if (options_parse(&o, argc, argv, &err))
		return fail(&err);
	proc_catch_signals();
	if (o.help)
		status = fputs(usage, stdout) < 0;
	else if (o.version)
		status = show_version();
	else if (o.list_targets)
		status = (target_list(stdout), 0);
	else if (o.targets)
		status = run_targets(argc, argv, &o);
	else
		status = run_for(argc, argv, NULL);
	options_release(&o);
	return status;
}
