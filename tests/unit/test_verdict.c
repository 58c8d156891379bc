/* SPDX-License-Identifier: MIT */
#include "startd/verdict.h"

#include "startd/starter/record.h"

#include "tests/unit/test.h"

struct row {
	const char *how;
	int code;
	const char *asked;
	bool checkpoints;
	int checkpoint_code;
	enum wire_how want;
};

static const struct row rows[] = {
	{ "exited", 0, NULL, false, WIRE_UNKNOWN, WIRE_HOW_EXITED },
	{ "exited", 7, NULL, false, 85, WIRE_HOW_EXITED },
	{ "exited", 85, NULL, false, 85, WIRE_HOW_CHECKPOINTED },
	{ "exited", 85, NULL, false, WIRE_UNKNOWN, WIRE_HOW_EXITED },
	{ "exited", 85, "signal", true, WIRE_UNKNOWN, WIRE_HOW_CHECKPOINTED },
	{ "exited", 77, "signal", true, 77, WIRE_HOW_CHECKPOINTED },
	{ "exited", 86, NULL, true, 85, WIRE_HOW_UNRESTARTABLE },
	{ "exited", 86, NULL, false, 85, WIRE_HOW_EXITED },
	/* What a handler of SIGTERM exits with is no result... */
	{ "exited", 0, "signal", false, WIRE_UNKNOWN, WIRE_HOW_EVICTED },
	/* ... but an hcc program has no such handler. */
	{ "exited", 0, "signal", true, 85, WIRE_HOW_EXITED },
	{ "signaled", 11, NULL, true, 85, WIRE_HOW_SIGNALED },
	{ "signaled", 15, "signal", false, 85, WIRE_HOW_EVICTED },
	{ "signaled", 9, "kill", true, 85, WIRE_HOW_EVICTED },
	{ "failed", 2, NULL, false, 85, WIRE_HOW_FAILED },
	{ "forestalled", 0, NULL, false, 85, WIRE_HOW_REFUSED },
	{ "what", 0, NULL, false, 85, WIRE_HOW_LOST },
	{ NULL, 0, NULL, false, 85, WIRE_HOW_LOST },
};

static void test_verdicts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct record rec = RECORD_INIT;
		struct verdict v;

		if (rows[i].how)
			record_add(&rec, "how", rows[i].how);
		if (rows[i].asked)
			record_add(&rec, "asked", rows[i].asked);
		record_add_int(&rec, "code", rows[i].code);
		record_add(&rec, "message", "because");
		verdict_of(&rec, rows[i].checkpoints, rows[i].checkpoint_code,
			   &v);
		assert_string_equal(wire_how_name(v.how),
				    wire_how_name(rows[i].want));
		assert_int_equal(v.code, rows[i].code);
		assert_string_equal(v.message, "because");
		record_release(&rec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
