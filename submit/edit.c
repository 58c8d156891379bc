/* SPDX-License-Identifier: MIT */
#include "submit/edit.h"

#include <stdio.h>
#include <string.h>

#include "common/svc/json.h"
#include "submit/cli.h"

static json_t *body_of(const struct edit *edit)
{
	json_t *body = json_object();

	json_set_str(body, "action", "edit");
	if (edit->attrs)
		json_object_set_new(body, "attrs",
				    ad_to_json(edit->attrs, false));
	if (edit->add)
		json_object_set_new(body, "add", ad_to_json(edit->add, false));
	return body;
}

/* Says of each job that was not changed why. Answers how many they are. */
static int print_failures(const json_t *results)
{
	const json_t *one;
	size_t i;
	int n = 0;

	json_array_foreach(results, i, one) {
		const char *result = "error", *message = NULL;

		json_opt_str(one, "result", &result, NULL);
		json_opt_str(one, "message", &message, NULL);
		if (strcmp(result, "ok") == 0)
			continue;
		fprintf(stderr, "%s\n", message ? message : result);
		n++;
	}
	return n;
}

/* One request. Takes the body. */
static int call(struct client *c, json_t *body, int64_t *jobs)
{
	struct err err = ERR_INIT;
	json_t *json = NULL, *results = NULL;
	int64_t ok = 0;
	int code, r;

	r = client_call(c, "POST", "/api/v1/jobs/actions", body, &json, &err);
	if (r == 0)
		r = json_get_array(json, "results", &results, &err);
	if (r < 0) {
		json_decref(json);
		return cli_fail(&err);
	}
	json_opt_int(json_object_get(json, "totals"), "ok", &ok, NULL);
	code = print_failures(results) > 0;
	*jobs += ok;
	json_decref(json);
	return code;
}

static int call_items(struct client *c, const struct jobsel *sel,
		      const struct edit *edit, int64_t *jobs)
{
	json_t *ids = json_array(), *body;
	int code = 0;

	for (size_t i = 0; i < sel->count; i++) {
		const struct jobsel_item *item = &sel->items[i];

		if (item->kind == JOBSEL_USER) {
			body = body_of(edit);
			json_set_str(body, "owner", item->text);
			code |= call(c, body, jobs);
		} else {
			json_array_append_new(ids, json_string(item->text));
		}
	}
	if (json_array_size(ids) > 0) {
		body = body_of(edit);
		json_object_set(body, "ids", ids);
		code |= call(c, body, jobs);
	}
	json_decref(ids);
	return code;
}

int edit_run(struct client *c, const struct jobsel *sel,
	     const struct edit *edit, int64_t *ret_jobs)
{
	int64_t jobs = 0;
	int code = call_items(c, sel, edit, &jobs);

	if (sel->constraint || sel->all) {
		json_t *body = body_of(edit);

		if (sel->constraint)
			json_set_str(body, "constraint", sel->constraint);
		else
			json_set_bool(body, "all", true);
		code |= call(c, body, &jobs);
	}
	if (code == 0 && jobs == 0)
		code = cli_complain("no job that you may change is meant");
	*ret_jobs = jobs;
	return code;
}
