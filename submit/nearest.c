/* SPDX-License-Identifier: MIT */
#include "submit/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/spell.h"
#include "common/base/xalloc.h"
#include "submit/cli.h"

const char *nearest_member(const json_t *list, const char *key,
			   const char *word)
{
	size_t count = json_array_size(list), n = 0;
	const char **known = xcalloc(count + 1, sizeof(*known));
	const char *near;
	bool is_known = false;

	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(
			json_object_get(json_array_get(list, i), key));

		if (name)
			known[n++] = name;
		is_known = is_known || (name && strcmp(name, word) == 0);
	}
	near = is_known ? NULL : spell_nearest(word, known, n);
	free(known);
	return near;
}

int nearest_host_fail(struct client *c, const char *host, const struct err *err)
{
	json_t *json = NULL;
	const char *near;
	int code;

	if (err->code != -ENOENT ||
	    client_get(c, "/api/v1/hosts", &json, NULL) < 0)
		return cli_fail(err);
	near = nearest_member(json_object_get(json, "hosts"), "name", host);
	code = near ? cli_complain("%s: did you mean '%s'?", err_text(err),
				   near)
		    : cli_fail(err);
	json_decref(json);
	return code;
}
