/* SPDX-License-Identifier: MIT */
#include "scheduler/conclimit.h"

#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct conclimits {
	struct hash *max; /* name -> double, as configured */
	struct hash *used; /* name -> double */
	double missing;
};

/* Rounding of weights like 0.1 must not keep the last one out. */
#define TOLERANCE 1e-9

/* -- the configuration ---------------------------------------------------------- */

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

static bool name_ok(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.*", *name))
			return false;
	return true;
}

static void set(struct hash *hash, const char *name, double value)
{
	double *v = xmalloc(sizeof(*v));

	*v = value;
	hash_set(hash, name, v);
}

static int configure_one(struct conclimits *l, char *entry, struct err *err)
{
	char *eq = strchr(entry, '='), *end, *name = entry;
	double value;

	if (eq)
		*eq = '\0';
	name = trim(entry);
	if (!eq || !name_ok(name))
		return err_set(err, -EINVAL,
			       "concurrency_limits: expected NAME = NUMBER, "
			       "not '%s'",
			       name);
	value = strtod(trim(eq + 1), &end);
	if (*trim(end) || end == eq + 1 || !isfinite(value) || value < 0)
		return err_set(err, -EINVAL,
			       "concurrency_limits: '%s' must be a number, 0 "
			       "or more",
			       name);
	set(l->max, name, value);
	return 0;
}

int conclimit_new(const char *text, double missing,
		  struct conclimits **ret_limits, struct err *err)
{
	struct conclimits *l = xcalloc(1, sizeof(*l));
	char *list = xstrdup(text ? text : ""), *save = NULL;
	int rc = 0;

	l->max = hash_new_nocase(free);
	l->used = hash_new_nocase(free);
	l->missing = missing;
	for (char *e = strtok_r(list, ",", &save); !rc && e;
	     e = strtok_r(NULL, ",", &save))
		if (*trim(e))
			rc = configure_one(l, e, err);
	free(list);
	if (rc) {
		conclimit_free(l);
		return rc;
	}
	*ret_limits = l;
	return 0;
}

void conclimit_free(struct conclimits *l)
{
	if (!l)
		return;
	hash_free(l->max);
	hash_free(l->used);
	free(l);
}

/* -- use ------------------------------------------------------------------------- */

double conclimit_max(struct conclimits *l, const char *name)
{
	const double *v = hash_get(l->max, name);
	const char *dot = strchr(name, '.');

	if (!v && dot) {
		char *group = xasprintf("%.*s.*", (int)(dot - name), name);

		v = hash_get(l->max, group);
		free(group);
	}
	return v ? *v : l->missing;
}

double conclimit_used(struct conclimits *l, const char *name)
{
	const double *v = hash_get(l->used, name);

	return v ? *v : 0;
}

/* "name" or "name:weight"; what makes no sense weighs 1. */
static char *next(char **list, char **save, double *ret_weight)
{
	char *word = strtok_r(*list, ", \t\n", save), *colon;

	*list = NULL;
	*ret_weight = 1;
	if (!word || !(colon = strchr(word, ':')))
		return word;
	*colon = '\0';
	*ret_weight = strtod(colon + 1, NULL);
	if (!isfinite(*ret_weight) || *ret_weight <= 0)
		*ret_weight = 1;
	return word;
}

bool conclimit_allows(struct conclimits *l, const char *wants, char **ret_name)
{
	char *list, *rest, *save = NULL, *name;
	bool yes = true;
	double weight;

	if (!wants || !*wants)
		return true;
	rest = list = xstrdup(wants);
	while (yes && (name = next(&rest, &save, &weight))) {
		yes = conclimit_used(l, name) + weight <=
		      conclimit_max(l, name) + TOLERANCE;
		if (!yes && ret_name)
			*ret_name = xstrdup(name);
	}
	free(list);
	return yes;
}

void conclimit_use(struct conclimits *l, const char *wants, int sign)
{
	char *list, *rest, *save = NULL, *name;
	double weight;

	if (!wants || !*wants)
		return;
	rest = list = xstrdup(wants);
	while ((name = next(&rest, &save, &weight))) {
		double used = conclimit_used(l, name) + sign * weight;

		if (used > TOLERANCE)
			set(l->used, name, used);
		else
			hash_del(l->used, name);
	}
	free(list);
}
