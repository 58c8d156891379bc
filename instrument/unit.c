/* SPDX-License-Identifier: MIT */
#include "instrument/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "instrument/elf.h"
#include "instrument/hand.h"
#include "instrument/tu.h"

#define MAX_TEXT_BYTES ((size_t)1 << 31)

struct unit *unit_new(void)
{
	struct unit *u = xcalloc(1, sizeof(*u));

	strbuf_init(&u->blob.source);
	strbuf_init(&u->blob.facts);
	return u;
}

void unit_free(struct unit *u)
{
	if (!u)
		return;
	facts_free(u->facts);
	blob_release(&u->blob);
	free(u);
}

/* ---- preprocessing --------------------------------------------------------- */

/*
 * Fortified headers use builtins that exist in gcc alone and check what the
 * plain build has checked; a dependency file was written by the plain build.
 */
static bool is_unwanted(const char *arg)
{
	return !strncmp(arg, "-D_FORTIFY_SOURCE", 17) ||
	       !strncmp(arg, "-Wp,-D_FORTIFY_SOURCE", 21) ||
	       !strncmp(arg, "-Wp,-M", 6);
}

static void add_wanted(const struct strv *from, struct strv *out)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		if (!is_unwanted(from->v[i]))
			strv_add(out, from->v[i]);
}

static int read_text(const char *path, struct strbuf *out, struct err *err)
{
	return fd_read_file(path, MAX_TEXT_BYTES, out, err);
}

static int run_preprocessor(struct job *job, const struct option *input,
			    const char *path, struct err *err)
{
	struct strv user = { 0 }, argv = { 0 };
	struct proc_io io = { .stderr_path = "/dev/null" };
	int status;

	options_select(&job->options,
		       OPTION_BIT(OPT_OTHER) | OPTION_BIT(OPT_PREPROCESS),
		       &user);
	strv_add_all(&argv, &job->tools.cc);
	add_wanted(&user, &argv);
	/* -g3 would leave #define lines in the text. */
	strv_add_words(&argv, "-w -g0 -U_FORTIFY_SOURCE -D__HARRIER__=1");
	job_add_include(job, &argv);
	strv_add_words(&argv, "-E -x c");
	strv_add(&argv, input->text);
	strv_add_words(&argv, "-o");
	strv_add(&argv, path);
	status = job_run(job, &argv, &io, err);
	strv_release(&user);
	strv_release(&argv);
	if (status > 0)
		return err_set(err, -EIO, "cannot preprocess '%s'",
			       input->text);
	return status;
}

int unit_preprocess(struct job *job, const struct option *input,
		    struct strbuf *out, struct err *err)
{
	const char *source = input->text;
	char *path;
	int rc;

	if (input->input == INPUT_CPP_OUTPUT)
		return read_text(strcmp(source, "-") ? source : job->stdin_path,
				 out, err);
	path = job_temp(job, "i");
	rc = run_preprocessor(job, input, path, err);
	if (!rc)
		rc = read_text(path, out, err);
	if (!rc)
		hand_pragmas(out);
	free(path);
	return rc;
}

/* ---- units of sources ------------------------------------------------------ */

static void describe(struct job *job, const struct option *input,
		     struct blob *b)
{
	const struct options *o = &job->options;
	const struct target *t = job->tools.target;

	b->file = xstrdup(input->text);
	b->arch = xstrdup(t->arch);
	b->triple = xstrdup(t->clang);
	b->std = xstrdup(o->std);
	if (!b->std && job->tools.gcc_major >= 15)
		b->std = xstrdup("gnu23");
	strv_add_all(&b->cc, &job->tools.cc);
	options_select(o, OPTION_BIT(OPT_OTHER), &b->cflags);
	options_clang(o, &b->clang);
}

int unit_parse(const struct unit *u, struct ast **ret, struct diags *diags,
	       struct err *err)
{
	const struct blob *b = &u->blob;
	struct tu_options options = {
		.target = b->triple,
		.std = b->std,
		.args = (const char *const *)b->clang.v,
	};

	return tu_parse(b->source.data, b->source.len, &options, ret, diags,
			err);
}

/* What libclang cannot follow is no error of the user's program. */
static void soften(struct diags *found, struct diags *diags, const char *file)
{
	struct place where = { 0 };
	size_t i;

	for (i = 0; i < found->n; i++)
		if (found->v[i].severity == DIAG_ERROR)
			break;
	if (i < found->n) {
		where.file = found->v[i].file;
		where.line = found->v[i].line;
		where.col = found->v[i].col;
	}
	diag_add(diags, DIAG_WARNING, where.file ? &where : NULL, NULL,
		 "hcc cannot follow this (%s): the functions of '%s' run with "
		 "checkpoints off",
		 i < found->n ? found->v[i].text : "no reason known", file);
}

int unit_of_source(struct job *job, const struct option *input,
		   struct unit **ret, struct diags *diags, struct err *err)
{
	struct unit *u = unit_new();
	struct diags found = { 0 };
	struct ast *ast = NULL;
	int rc = unit_preprocess(job, input, &u->blob.source, err);

	if (!rc) {
		describe(job, input, &u->blob);
		rc = unit_parse(u, &ast, &found, NULL);
		if (rc)
			soften(&found, diags, input->text);
	}
	diags_release(&found);
	if (rc) {
		unit_free(u);
		return rc;
	}
	u->blob.unit = xstrdup(ast->unit);
	u->facts = facts_make(ast);
	facts_write(u->facts, &u->blob.facts);
	ast_free(ast);
	*ret = u;
	return 0;
}

int unit_of_object(const char *data, size_t len, const char *name,
		   struct unit **ret, struct diags *diags)
{
	struct err err = ERR_INIT;
	const char *section;
	struct unit *u;
	size_t size;
	int rc = elf_section(data, len, BLOB_SECTION, &section, &size, NULL);

	if (rc)
		return -ENOENT;
	u = xcalloc(1, sizeof(*u));
	rc = blob_read(section, size, &u->blob, &err);
	if (!rc)
		rc = facts_read(u->blob.facts.data, u->blob.facts.len,
				&u->facts, &err);
	if (!rc) {
		*ret = u;
		return 0;
	}
	diag_add(diags, DIAG_WARNING, NULL, NULL,
		 "%s: %s: its functions run with checkpoints off; compile it "
		 "again with hcc",
		 name, err_text(&err));
	unit_free(u);
	return rc;
}

int unit_attach(struct job *job, const struct unit *u, const char *object,
		struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char *path = job_temp(job, "blob");
	struct strv argv = { 0 };
	int rc;

	blob_write(&u->blob, &text);
	rc = job_write(path, &text, err);
	strbuf_release(&text);
	if (!rc) {
		/* `exclude`: a linker drops it from programs. */
		strv_add(&argv, job->tools.objcopy);
		strv_addf(&argv, "--add-section=%s=%s", BLOB_SECTION, path);
		strv_addf(&argv, "--set-section-flags=%s=readonly,exclude",
			  BLOB_SECTION);
		strv_add(&argv, object);
		rc = proc_run(&argv, NULL, err);
		if (rc > 0)
			rc = err_set(err, -EIO,
				     "'%s' cannot add to '%s': its functions "
				     "would run with checkpoints off",
				     job->tools.objcopy, object);
	}
	strv_release(&argv);
	free(path);
	return rc;
}

/* ---- messages -------------------------------------------------------------- */

struct notes {
	const struct options *o;
	struct diags *diags;
};

static void add_note(void *ctx, enum note_kind kind, const char *file,
		     unsigned line, unsigned col, const char *text)
{
	struct notes *n = ctx;
	struct place where = { file, line, col, false };
	bool portability = kind == NOTE_PORTABILITY;

	if (n->o->quiet || (portability && !n->o->portability) ||
	    (kind == NOTE_WAIT && !n->o->report))
		return;
	diag_add(n->diags, DIAG_WARNING, &where,
		 portability ? "portability" : NULL, "%s", text);
}

void unit_notes(const struct unit *u, const struct options *o,
		struct diags *diags)
{
	struct notes n = { o, diags };

	facts_notes(u->facts, add_note, &n);
}
