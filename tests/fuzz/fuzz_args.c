/* SPDX-License-Identifier: MIT */
/* What was read can be written so that it reads the same. */
#include "tests/fuzz/fuzz.h"

#include "common/base/args.h"
#include "common/base/strbuf.h"

#include <string.h>

const char *const fuzz_seeds[] = {
	"\"one \"\"two\"\" 'spacey ''quoted'' argument'\"",
	"one \\\"two\\\" 'three' \\x", "\"A=1 B='x y' C=\"\"q\"\" D=\"",
	"A=1;B=x y;;C='", NULL
};

static void check_args(const char *text)
{
	struct strbuf out = STRBUF_INIT;
	struct args args, again;

	args_init(&args);
	args_init(&again);
	if (args_parse(&args, text, NULL) == 0) {
		args_unparse_submit(&args, &out);
		FUZZ_CHECK(args_parse(&again, out.data, NULL) == 0);
		FUZZ_CHECK(args.argc == again.argc);
		for (size_t i = 0; i < args.argc; i++)
			FUZZ_CHECK(strcmp(args.argv[i], again.argv[i]) == 0);
		strbuf_reset(&out);
		if (args_unparse_v1(&args, &out) == 0) {
			size_t before = again.argc;

			FUZZ_CHECK(args_parse_v1(&again, out.data, NULL) == 0);
			FUZZ_CHECK(again.argc == before + args.argc);
		}
	}
	args_release(&args);
	args_release(&again);
	strbuf_release(&out);
}

static void check_env(const char *text)
{
	struct strbuf out = STRBUF_INIT;
	struct env env, again;

	env_init(&env);
	env_init(&again);
	if (env_parse(&env, text, NULL) == 0) {
		env_unparse_submit(&env, &out);
		FUZZ_CHECK(env_parse(&again, out.data, NULL) == 0);
		FUZZ_CHECK(env.count == again.count);
		for (size_t i = 0; i < env.count; i++)
			FUZZ_CHECK(strcmp(env.envp[i], again.envp[i]) == 0);
	}
	env_import(&env, again.envp, text);
	env_release(&env);
	env_release(&again);
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	FUZZ_CHECK(text);
	check_args(text);
	check_env(text);
	free(text);
	return 0;
}
