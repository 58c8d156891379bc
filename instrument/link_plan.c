/* SPDX-License-Identifier: MIT */
#include "instrument/link_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

static const char *output_name(const struct job *job)
{
	return job->options.output ? job->options.output : "a.out";
}

/* The file, or NULL for none. */
static char *plan_path(const struct job *job)
{
	const struct options *o = &job->options;
	const char *env = getenv("HCC_PLAN");
	char *beside;

	if (o->profile || (o->plan && !strcmp(o->plan, "none")))
		return NULL;
	if (o->plan)
		return xstrdup(o->plan);
	if (env && *env)
		return xstrdup(env);
	beside = xasprintf("%s.plan", output_name(job));
	if (!access(beside, R_OK))
		return beside;
	free(beside);
	return NULL;
}

int link_plan(const struct job *job, struct profile **ret, struct diags *diags,
	      struct err *err)
{
	char *path = plan_path(job);
	struct err why = ERR_INIT;
	int rc = 0;

	*ret = NULL;
	if (path && profile_read(path, ret, &why)) {
		if (job->options.plan)
			rc = err_set(err, -EINVAL, "%s", err_text(&why));
		else
			diag_add(diags, DIAG_WARNING, NULL, NULL,
				 "%s; polls are placed by estimate",
				 err_text(&why));
	}
	free(path);
	return rc;
}

void link_plan_told(const struct job *job, const struct strbuf *told,
		    struct diags *diags)
{
	const char *line = told->data;
	char *path = plan_path(job);

	while (line && *line) {
		int len = (int)strcspn(line, "\n");

		diag_add(diags, DIAG_WARNING, NULL, NULL, "plan '%s': %.*s",
			 path ? path : "", len, line);
		line += len + (line[len] == '\n');
	}
	free(path);
}

char *link_plan_name(const struct job *job)
{
	const char *slash = strrchr(output_name(job), '/');

	return xasprintf("%s.plan", slash ? slash + 1 : output_name(job));
}
