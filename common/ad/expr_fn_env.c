/* SPDX-License-Identifier: MIT */
/* Functions on arguments, environments and users that HTCondor registers. */
#include "common/ad/expr_fn.h"
#include "common/base/args.h"
#include "common/base/strbuf.h"

#include <string.h>

/* What was written, as a value; ERROR if `rc` says so. */
static struct value text_value(const struct fn_call *call, struct strbuf *text,
			       int rc)
{
	struct value v = rc ? value_of(VALUE_ERROR)
			    : eval_string(call->ev, text->data, text->len);

	strbuf_release(text);
	return v;
}

static struct value fn_env_v1_to_v2(const struct fn_call *call)
{
	struct strbuf text = STRBUF_INIT;
	struct value s, other;
	struct env env;
	int rc;

	if (!fn_string(call, 0, &s, &other))
		return other;
	env_init(&env);
	rc = env_parse_v1(&env, s.u.s, NULL);
	env_unparse_v2(&env, &text);
	env_release(&env);
	return text_value(call, &text, rc);
}

/* Later ones win; UNDEFINED adds nothing. */
static struct value fn_merge_environment(const struct fn_call *call)
{
	struct strbuf text = STRBUF_INIT;
	struct env env;
	int rc = 0;

	env_init(&env);
	for (uint32_t i = 0; !rc && i < call->argc; i++) {
		struct value v = fn_arg(call, i);

		if (v.type == VALUE_UNDEFINED)
			continue;
		rc = v.type == VALUE_STRING && eval_charge(call->ev, v.len)
			     ? env_parse_v2(&env, v.u.s, NULL)
			     : -1;
	}
	env_unparse_v2(&env, &text);
	env_release(&env);
	return text_value(call, &text, rc);
}

/* The notation, 1 or 2, that argument i asks for: 2 if it is missing. */
static bool notation(const struct fn_call *call, uint32_t i, int64_t *ret,
		     struct value *ret_other)
{
	*ret = 2;
	if (call->argc <= i)
		return true;
	if (!fn_int(call, i, ret, ret_other))
		return false;
	*ret_other = value_of(VALUE_ERROR);
	return *ret == 1 || *ret == 2;
}

/* listToArgs(list[, version]) */
static struct value fn_list_to_args(const struct fn_call *call)
{
	struct strbuf text = STRBUF_INIT;
	struct value list, other;
	struct args args;
	int64_t version;
	int rc = 0;

	if (!notation(call, 1, &version, &other) ||
	    !fn_list(call, 0, &list, &other))
		return other;
	args_init(&args);
	for (uint32_t i = 0; !rc && i < list.len; i++) {
		if (list.u.list[i].type == VALUE_STRING)
			args_add(&args, list.u.list[i].u.s);
		else
			rc = -1;
	}
	if (version == 2)
		args_unparse_v2(&args, &text);
	else if (!rc)
		rc = args_unparse_v1(&args, &text);
	args_release(&args);
	return text_value(call, &text, rc);
}

/* argsToList(text[, version]) */
static struct value fn_args_to_list(const struct fn_call *call)
{
	struct value s, other, v = value_of(VALUE_ERROR);
	struct value *items;
	struct args args;
	int64_t version;
	int rc;

	if (!notation(call, 1, &version, &other) ||
	    !fn_string(call, 0, &s, &other))
		return other;
	args_init(&args);
	rc = version == 2 ? args_parse_v2(&args, s.u.s, NULL)
			  : args_parse_v1(&args, s.u.s, NULL);
	items = rc ? NULL
		   : eval_alloc(call->ev, args.argc * sizeof(*items) + 1);
	if (items) {
		for (size_t i = 0; i < args.argc; i++)
			items[i] = eval_string(call->ev, args.argv[i],
					       strlen(args.argv[i]));
		v = (struct value){ .type = VALUE_LIST,
				    .len = (uint32_t)args.argc,
				    .u.list = items };
	}
	args_release(&args);
	return v;
}

/* Asking for accounts would make the match wait: nobody is known. */
static struct value fn_user_home(const struct fn_call *call)
{
	struct value v = fn_arg(call, 0);

	if (v.type != VALUE_STRING)
		return value_misfit(v);
	return call->argc > 1 ? fn_arg(call, 1) : value_of(VALUE_UNDEFINED);
}

/* There are no maps: the default, if the call has one. */
static struct value fn_user_map(const struct fn_call *call)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct value v = fn_arg(call, i);

		if (v.type != VALUE_STRING)
			return value_misfit(v);
	}
	return call->argc > 3 ? fn_arg(call, 3) : value_of(VALUE_UNDEFINED);
}

const struct fn expr_fn_env[] = {
	{ "envv1tov2", 1, 1, fn_env_v1_to_v2 },
	{ "mergeenvironment", 0, UINT32_MAX, fn_merge_environment },
	{ "listtoargs", 1, 2, fn_list_to_args },
	{ "argstolist", 1, 2, fn_args_to_list },
	{ "userhome", 1, 2, fn_user_home },
	{ "usermap", 2, 4, fn_user_map },
	{ NULL, 0, 0, NULL },
};
