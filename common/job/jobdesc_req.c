/* SPDX-License-Identifier: MIT */
/* What the job asks of a machine: Request... and Requirements. */
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc_priv.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A number with a unit (0: none is allowed), or an expression. */
static int set_request(struct jobdesc *d, struct ad *ad, const char *attr,
		       const char *const *names, char unit, int64_t missing,
		       struct err *err)
{
	int64_t size;
	char *text, *end;
	int rc = jobdesc_get(d, names, &text, err);

	if (rc)
		return rc;
	if (!text)
		return missing < 0 ? 0 : ad_set_int(ad, attr, missing);
	if (unit && jobdesc_parse_size(text, unit, &size) == 0) {
		rc = ad_set_int(ad, attr, size);
	} else if (!unit && (size = strtoll(text, &end, 10), *end == '\0')) {
		rc = size < 0 ? jobdesc_at(d, names,
					   err_set(err, -EINVAL,
						   "'%s' is below 0", text),
					   err)
			      : ad_set_int(ad, attr, size);
	} else {
		rc = jobdesc_set_expr(d, names, ad, attr, text, err);
	}
	free(text);
	return rc;
}

static int64_t file_bytes(struct jobdesc *d, const char *iwd, const char *path)
{
	char *full = *path == '/' ? xstrdup(path)
				  : xasprintf("%s/%s", iwd, path);
	int64_t bytes = 0;

	if (d->io->stat(d->io->ctx, full, NULL, &bytes) < 0)
		bytes = 0;
	free(full);
	return bytes;
}

/* All that travels to the machine, in MiB, rounded up. */
static int64_t input_mb(struct jobdesc *d, const struct ad *ad)
{
	const char *iwd = ad_str(ad, "Iwd");
	const char *cmd = ad_str(ad, "Cmd");
	const char *list = ad_str(ad, "TransferInput");
	char *copy = xstrdup(list ? list : ""), *save = NULL;
	int64_t bytes = cmd ? file_bytes(d, iwd, cmd) : 0;

	for (char *item = strtok_r(copy, ",", &save); item;
	     item = strtok_r(NULL, ",", &save))
		bytes += file_bytes(d, iwd, item);
	free(copy);
	return (bytes + (1 << 20) - 1) >> 20;
}

/* The name behind request_ as an attribute's: first letter in upper case. */
static char *resource_name(const char *command)
{
	char *name = xstrdup(command + strlen("request_"));

	name[0] = (char)toupper((unsigned char)name[0]);
	if (strcasecmp(name, "gpus") == 0)
		memcpy(name, "GPUs", 4);
	return name;
}

struct request_ctx {
	struct jobdesc *d;
	struct ad *ad;
};

/* request_<anything else>: Request<Name>, and the machine's <Name> */
static int set_custom(void *ctx, const char *command, const char *raw,
		      struct err *err)
{
	static const char *const known[] = { "request_cpus", "request_memory",
					     "request_disk" };
	struct request_ctx *c = ctx;
	const char *names[] = { command, NULL };
	const char *note;
	char *name, *attr;
	int rc;

	(void)raw;
	if (strncasecmp(command, "request_", 8) != 0 ||
	    submit_command(command, &note) != SUBMIT_WORKS)
		return 0;
	for (size_t i = 0; i < 3; i++)
		if (strcasecmp(command, known[i]) == 0)
			return 0;
	name = resource_name(command);
	attr = xasprintf("Request%s", name);
	if (!ad_name_valid(attr) || !ad_name_valid(name))
		rc = err_set(err, -EINVAL, "bad resource name '%s'", name);
	else
		rc = set_request(c->d, c->ad, attr, names, 0, -1, err);
	free(name);
	free(attr);
	return rc;
}

int jobdesc_disk(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "request_disk", "RequestDisk",
					     NULL };
	int64_t mb = input_mb(d, ad);
	int64_t need_mb = (mb + 1) * 5 / 4;

	ad_set_int(ad, "TransferInputSizeMB", mb);
	return set_request(d, ad, "RequestDisk", names, 'K',
			   (need_mb > 1024 ? need_mb : 1024) * 1024, err);
}

int jobdesc_requests(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const cpus[] = { "request_cpus", "RequestCpus",
					    NULL };
	static const char *const memory[] = { "request_memory", "RequestMemory",
					      NULL };
	static const char *const gpus[] = { "RequestGpus", NULL };
	struct request_ctx ctx = { d, ad };
	int rc = set_request(d, ad, "RequestCpus", cpus, 0, 1, err);

	if (!rc)
		rc = set_request(d, ad, "RequestMemory", memory, 'M',
				 DEFAULT_MEMORY_MB, err);
	if (!rc)
		rc = set_request(d, ad, "RequestGPUs", gpus, 0, -1, err);
	if (!rc)
		rc = submitfile_each(d->sf, set_custom, &ctx, err);
	return rc;
}

/* ---- GPUs ------------------------------------------------------------------------- */

/* gpus_minimum_capability and its kin, as conditions on a GPU. */
int jobdesc_gpus(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const struct {
		const char *names[2];
		const char *condition;
		char unit; /* of a size, or 0 */
	} limits[] = {
		{ { "gpus_minimum_capability" }, "Capability >= ", 0 },
		{ { "gpus_maximum_capability" }, "Capability <= ", 0 },
		{ { "gpus_minimum_memory" }, "GlobalMemoryMb >= ", 'M' },
		{ { "gpus_minimum_runtime" }, "MaxSupportedVersion >= ", 0 },
	};
	static const char *const names[] = { "require_gpus", "RequireGPUs",
					     NULL };
	struct strbuf all = STRBUF_INIT;
	char *text;
	int64_t mb;
	int rc = jobdesc_get(d, names, &text, err);

	if (!rc && text)
		rc = jobdesc_set_expr(d, names, ad, "RequireGPUs", text, err);
	if (!rc && text)
		strbuf_addf(&all, "(%s)", text);
	for (size_t i = 0; i < 4 && !rc; i++) {
		free(text);
		rc = jobdesc_get(d, limits[i].names, &text, err);
		if (rc || !text)
			continue;
		strbuf_addf(&all, "%s%s", all.len ? " && " : "",
			    limits[i].condition);
		if (limits[i].unit &&
		    jobdesc_parse_size(text, limits[i].unit, &mb) == 0)
			strbuf_addf(&all, "%lld", (long long)mb);
		else if (text[strspn(text, "0123456789.")] == '\0')
			strbuf_addstr(&all, text);
		else
			strbuf_addf(&all, "(%s)", text);
		rc = jobdesc_set_expr(d, limits[i].names, ad, "RequireGPUs",
				      all.data, err);
	}
	free(text);
	strbuf_release(&all);
	return rc;
}

/* ---- Requirements --------------------------------------------------------------------- */

/* The user's part and what is joined to it. */
struct requirements {
	struct expr *user; /* NULL: none */
	struct strbuf text;
};

/* Adds a clause unless the user speaks of the attribute. */
static void __attribute__((format(printf, 3, 4)))
add_clause(struct requirements *r, const char *attr, const char *fmt, ...)
{
	va_list ap;

	if (r->user && expr_mentions(r->user, attr))
		return;
	strbuf_addstr(&r->text, r->text.len ? " && (" : "(");
	va_start(ap, fmt);
	strbuf_vaddf(&r->text, fmt, ap);
	va_end(ap);
	strbuf_addch(&r->text, ')');
}

/*
 * The machine has to be of this one's kind, unless the program's name says
 * that there is one for each ($$(Arch)): the client finds out for which.
 */
static void add_platform(struct jobdesc *d, const struct ad *ad,
			 struct requirements *r)
{
	const char *cmd = ad_str(ad, "Cmd");

	if (!cmd || !jobdesc_has_machine_macro(cmd, "Arch"))
		add_clause(r, "Arch", "TARGET.Arch == \"%s\"", d->opts->arch);
	if (!cmd || !jobdesc_has_machine_macro(cmd, "OpSys"))
		add_clause(r, "OpSys", "TARGET.OpSys == \"%s\"",
			   d->opts->opsys);
}

/* A clause for each Request<Name> of the ad and its parents. */
static void add_resources(const struct ad *ad, struct requirements *r)
{
	static const char *const standard[] = { "Disk", "Memory", "Cpus" };
	struct ad *all = ad_flatten(ad);

	for (size_t i = 0; i < 3; i++)
		add_clause(r, standard[i], "TARGET.%s >= Request%s",
			   standard[i], standard[i]);
	for (size_t i = 0; i < ad_count(all); i++) {
		const char *attr = ad_name_at(all, i);
		bool is_standard = false;

		if (strncmp(attr, "Request", 7) != 0 || !attr[7])
			continue;
		for (size_t k = 0; k < 3; k++)
			is_standard |= strcasecmp(attr + 7, standard[k]) == 0;
		if (!is_standard)
			add_clause(r, attr + 7, "TARGET.%s >= %s", attr + 7,
				   attr);
	}
	ad_free(all);
}

/* How files get there, and what is to be there besides. */
static void add_files(struct jobdesc *d, const struct ad *ad,
		      struct requirements *r)
{
	const char *should = ad_str(ad, "ShouldTransferFiles");

	if (!should || strcmp(should, "IF_NEEDED") != 0)
		add_clause(r, "HasFileTransfer", "TARGET.HasFileTransfer");
	else if (!r->user || !expr_mentions(r->user, "FileSystemDomain"))
		add_clause(r, "HasFileTransfer",
			   "TARGET.HasFileTransfer || "
			   "(TARGET.FileSystemDomain == MY.FileSystemDomain)");
	if (submitfile_has(d->sf, "docker_image"))
		add_clause(r, "HasDocker", "TARGET.HasDocker");
	if (submitfile_has(d->sf, "container_image"))
		add_clause(r, "HasContainer", "TARGET.HasContainer");
}

/* The function that is no function, as a warning: the clause is an error. */
static void warn_function(struct jobdesc *d, const struct expr *expr)
{
	const char *name = expr_unknown_fn(expr);

	if (name)
		strbuf_addf(&d->warnings,
			    "requirements call '%s', which is no function: "
			    "no machine can match\n",
			    name);
}

int jobdesc_requirements(struct jobdesc *d, struct ad *ad, struct err *err)
{
	static const char *const names[] = { "requirements", NULL };
	struct requirements r = { NULL, STRBUF_INIT };
	char *text;
	int rc = jobdesc_get(d, names, &text, err);

	if (!rc && text)
		rc = jobdesc_parse_expr(d, names, text, &r.user, err);
	if (!rc && text) {
		warn_function(d, r.user);
		strbuf_addch(&r.text, '(');
		expr_unparse(r.user, &r.text);
		strbuf_addch(&r.text, ')');
	}
	if (!rc) {
		add_platform(d, ad, &r);
		add_resources(ad, &r);
		add_files(d, ad, &r);
		rc = ad_set_text(ad, "Requirements", r.text.data, err);
	}
	strbuf_release(&r.text);
	expr_free(r.user);
	free(text);
	return rc;
}
