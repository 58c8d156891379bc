/* SPDX-License-Identifier: MIT */
/* hckpt: looks into checkpoint images and the store. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "ckptlib/image/img.h"
#include "common/base/err.h"
#include "submit/ckptdiff.h"
#include "submit/ckptdump.h"
#include "submit/ckptstore.h"
#include "submit/cli.h"

enum {
	OPT_JSON = 1,
	OPT_HEAP,
	OPT_VAR,
	OPT_OUTPUT,
	OPT_FILE,
	OPT_OFF,
	OPT_NAME
};

static const struct opt_def defs[] = {
	{ OPT_JSON, 0, "json", NULL, "info, dump, verify, ls: as JSON" },
	{ OPT_HEAP, 0, "heap", NULL, "dump: every block, not only counts" },
	{ OPT_VAR, 0, "variable", "NAME", "dump: only variables of this name" },
	{ OPT_OUTPUT, 'o', "output", "FILE", "get: write to it (ckpt.ID)" },
	{ OPT_FILE, 0, "file", "NAME", "get: this file, not the image" },
	{ OPT_OFF, 0, "off", NULL, "pin: let it go with the old ones again" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ 0 },
};

static const char about[] =
	"Looks into checkpoint images, and into the scheduler's store of them:\n"
	"  info IMAGE...      who wrote it, where it can restart, and why not "
	"elsewhere\n"
	"  dump IMAGE...      variables, frames and heap, by name and type\n"
	"  verify IMAGE...    whether it is whole\n"
	"  diff OLD NEW       what changed; ends with 1 if anything did\n"
	"  ls [JOB]           checkpoints in the store, newest first\n"
	"  get ID|JOB         the image of one, or of a job's newest\n"
	"  rm ID...           removes from the store\n"
	"  pin ID...          keeps in the store whatever its age";

/* What the command line says. */
struct request {
	struct ckptdump dump;
	const char *url, *output, *file;
	bool off;
	char **words; /* behind the verb */
	int nwords;
};

static int open_image(const char *path, struct img **ret_img, struct err *err)
{
	struct img_err why;
	int code = ckpti_img_open(path, ret_img, &why);

	return code ? err_set(err, code, "%s", why.text) : 0;
}

/* ---- verbs for one image or checkpoint, called for each word --------------------- */

static int info(struct request *r, const char *path, struct err *err)
{
	struct img *img;
	int code = open_image(path, &img, err);

	if (code)
		return code;
	ckptdump_info(&r->dump, path, img);
	ckpti_img_close(img);
	return 0;
}

static int dump(struct request *r, const char *path, struct err *err)
{
	struct img *img;
	int code = open_image(path, &img, err);

	if (code)
		return code;
	code = ckptdump_values(&r->dump, img, err);
	ckpti_img_close(img);
	return code;
}

/* Opening has checked all but the heap's data. */
static int verify(struct request *r, const char *path, struct err *err)
{
	struct img_err why;
	struct img *img;
	int code = open_image(path, &img, err);

	if (code)
		return code;
	code = ckpti_img_check_heap(img, &why);
	ckpti_img_close(img);
	if (code)
		return err_set(err, code, "image '%s': %s", path, why.text);
	if (r->dump.json)
		fputs("{\"ok\":true}\n", r->dump.out);
	else
		fprintf(r->dump.out, "%s: good\n", path);
	return 0;
}

/* In the store: 0 or -errno. */
static int in_store(struct request *r, struct err *err,
		    int (*act)(const struct ckptstore *s, struct request *r,
			       const char *word, struct err *err),
		    const char *word)
{
	struct ckptstore s = { .out = r->dump.out, .json = r->dump.json };
	int code = client_new(r->url, &s.client, err);

	if (code < 0)
		return code;
	code = act(&s, r, word, err);
	client_free(s.client);
	return code;
}

static int act_list(const struct ckptstore *s, struct request *r,
		    const char *job, struct err *err)
{
	(void)r;
	return ckptstore_list(s, job, err);
}

static int act_get(const struct ckptstore *s, struct request *r,
		   const char *which, struct err *err)
{
	return ckptstore_get(s, which, r->file, r->output, err);
}

static int act_remove(const struct ckptstore *s, struct request *r,
		      const char *id, struct err *err)
{
	(void)r;
	return ckptstore_remove(s, id, err);
}

static int act_pin(const struct ckptstore *s, struct request *r, const char *id,
		   struct err *err)
{
	return ckptstore_pin(s, id, !r->off, err);
}

static int list(struct request *r, const char *job, struct err *err)
{
	return in_store(r, err, act_list, job);
}

static int get(struct request *r, const char *which, struct err *err)
{
	return in_store(r, err, act_get, which);
}

static int removed(struct request *r, const char *id, struct err *err)
{
	return in_store(r, err, act_remove, id);
}

static int pin(struct request *r, const char *id, struct err *err)
{
	return in_store(r, err, act_pin, id);
}

/* ---- diff ---------------------------------------------------------------------------- */

/* 1: they differ. */
static int diff(struct request *r, const char *first, struct err *err)
{
	struct img *a = NULL, *b = NULL;
	int code = open_image(first, &a, err), same = 0;

	if (!code)
		code = open_image(r->words[1], &b, err);
	if (!code && a->signature != b->signature)
		code = err_set(err, -EINVAL,
			       "'%s' and '%s' are not images of one program",
			       first, r->words[1]);
	if (!code)
		code = ckptdiff(r->dump.out, a, b, &same, err);
	if (a)
		ckpti_img_close(a);
	if (b)
		ckpti_img_close(b);
	return code ? code : !same;
}

/* ---- which verb ------------------------------------------------------------------------ */

static const struct verb {
	const char *name;
	int (*run)(struct request *r, const char *word, struct err *err);
	int min, max; /* words */
	bool each; /* called for each word, not once */
	const char *needs;
} verbs[] = {
	{ "info", info, 1, INT_MAX, true, "info IMAGE..." },
	{ "dump", dump, 1, INT_MAX, true, "dump IMAGE..." },
	{ "verify", verify, 1, INT_MAX, true, "verify IMAGE..." },
	{ "diff", diff, 2, 2, false, "diff OLD NEW" },
	{ "ls", list, 0, 1, false, "ls [JOB]" },
	{ "get", get, 1, 1, false, "get ID|JOB" },
	{ "rm", removed, 1, INT_MAX, true, "rm ID..." },
	{ "pin", pin, 1, INT_MAX, true, "pin ID..." },
};

static int run(struct request *r, const char *name)
{
	const struct verb *v = verbs, *end = verbs + sizeof(verbs) / sizeof(*v);
	struct err err = ERR_INIT;
	int i = 0, code, result = 0;

	while (v < end && strcmp(v->name, name) != 0)
		v++;
	if (v == end)
		return cli_complain("no command '%s': one of info, dump, "
				    "verify, diff, ls, get, rm, pin",
				    name);
	if (r->nwords < v->min || r->nwords > v->max)
		return cli_complain("usage: hckpt %s", v->needs);
	do {
		err_clear(&err);
		code = v->run(r, r->nwords ? r->words[i] : NULL, &err);
		if (code < 0)
			result = cli_fail(&err);
		else if (code > result)
			result = code;
	} while (v->each && ++i < r->nwords);
	return result;
}

static void set_option(struct request *r, int id, const char *value)
{
	switch (id) {
	case OPT_JSON:
		r->dump.json = true;
		break;
	case OPT_HEAP:
		r->dump.heap = true;
		break;
	case OPT_VAR:
		r->dump.name = value;
		break;
	case OPT_OUTPUT:
		r->output = value;
		break;
	case OPT_FILE:
		r->file = value;
		break;
	case OPT_OFF:
		r->off = true;
		break;
	case OPT_NAME:
		r->url = value;
		break;
	}
}

int main(int argc, char **argv)
{
	struct request r = { .dump.out = stdout, .words = argv };
	const char *verb = NULL;
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0;

	cli_init(argv);
	opt_init(&opt, "COMMAND [OPTION]... [IMAGE | ID | JOB]...", about, defs,
		 argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			return code;
		if (id != OPT_ARG)
			set_option(&r, id, opt.value);
		else if (!verb)
			verb = opt.value;
		else
			r.words[r.nwords++] = (char *)opt.value;
	}
	if (!verb)
		return cli_complain("say what to do: hckpt info IMAGE, hckpt "
				    "ls; hckpt -help lists all");
	return cli_end(run(&r, verb));
}
