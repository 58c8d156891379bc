/* SPDX-License-Identifier: MIT */
/* hckpt: looks into checkpoint images. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ckptlib/image/img.h"
#include "common/base/err.h"
#include "submit/ckptdump.h"
#include "submit/cli.h"

enum { OPT_JSON = 1, OPT_HEAP, OPT_NAME };

static const struct opt_def defs[] = {
	{ OPT_JSON, 0, "json", NULL, "the answer as JSON" },
	{ OPT_HEAP, 0, "heap", NULL, "dump: every block, not only counts" },
	{ OPT_NAME, 0, "name", "NAME", "dump: only variables of this name" },
	{ 0 },
};

static int open_image(const char *path, struct img **ret_img, struct err *err)
{
	struct img_err why;
	int code = ckpti_img_open(path, ret_img, &why);

	return code ? err_set(err, code, "%s", why.text) : 0;
}

static int info(struct ckptdump *d, const char *path, struct img *img,
		struct err *err)
{
	(void)err;
	ckptdump_info(d, path, img);
	return 0;
}

static int dump(struct ckptdump *d, const char *path, struct img *img,
		struct err *err)
{
	(void)path;
	return ckptdump_values(d, img, err);
}

/* Opening has checked all but the heap's data. */
static int verify(struct ckptdump *d, const char *path, struct img *img,
		  struct err *err)
{
	struct img_err why;
	int code = ckpti_img_check_heap(img, &why);

	if (code)
		return err_set(err, code, "image '%s': %s", path, why.text);
	if (d->json)
		fputs("{\"ok\":true}\n", d->out);
	else
		fprintf(d->out, "%s: good\n", path);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct ckptdump *d, const char *path, struct img *img,
		   struct err *err);
} verbs[] = {
	{ "info", info },
	{ "dump", dump },
	{ "verify", verify },
};

static int run(struct ckptdump *d, const char *verb, const char *path,
	       struct err *err)
{
	struct img *img;
	size_t i;
	int code;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, verb) != 0)
			continue;
		code = open_image(path, &img, err);
		if (code)
			return code;
		code = verbs[i].run(d, path, img, err);
		ckpti_img_close(img);
		return code;
	}
	return err_set(err, -EINVAL,
		       "no command '%s': one of info, dump, verify", verb);
}

int main(int argc, char **argv)
{
	struct ckptdump d = { .out = stdout };
	const char *verb = NULL;
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0, files = 0;

	cli_init(argv);
	opt_init(
		&opt, "info|dump|verify [options] IMAGE...",
		"Shows what a checkpoint image holds, and whether it is whole.",
		defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			return code;
		if (id == OPT_JSON) {
			d.json = true;
		} else if (id == OPT_HEAP) {
			d.heap = true;
		} else if (id == OPT_NAME) {
			d.name = opt.value;
		} else if (!verb) {
			verb = opt.value;
		} else {
			argv[++files] = (char *)opt.value;
		}
	}
	if (!files)
		return cli_complain("say what to do and which image: hckpt "
				    "info IMAGE");
	for (id = 1; id <= files; id++) {
		err_clear(&err);
		if (run(&d, verb, argv[id], &err))
			code = cli_fail(&err);
	}
	return cli_end(code);
}
