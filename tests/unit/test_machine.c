/* SPDX-License-Identifier: MIT */
#include "startd/machine.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "startd/arch.h"
#include "startd/settings.h"

#include <errno.h>

#include "tests/unit/test.h"

static struct settings s;
static struct machine m;
static struct err err;

static int setup(void **state)
{
	(void)state;
	err = (struct err)ERR_INIT;
	settings_init(&s);
	assert_int_equal(settings_set(&s, "name=h", &err), 0);
	assert_int_equal(settings_set(&s, "memory=1000M", &err), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_release(&m);
	settings_release(&s);
	return 0;
}

static void test_native_slots(void **state)
{
	struct ad *ad;

	(void)state;
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(machine_init(&m, &s, &err), 0);
	assert_ptr_equal(m.arch, arch_native());
	assert_null(m.emulator);
	ad = machine_slot_ad(&m, &s, 2, 4, "freezer=x");
	assert_string_equal(ad_str(ad, "Name"), "slot2@h");
	assert_string_equal(ad_str(ad, "Arch"), arch_native()->name);
	assert_string_equal(ad_str(ad, "OpSys"), "LINUX");
	assert_string_equal(ad_str(ad, "JobControl"), "freezer=x");
	assert_int_equal(ad_int(ad, "Memory", 0), 250);
	assert_true(ad_int(ad, "Cpus", 0) >= 1);
	assert_false(ad_bool(ad, "Emulated", true));
	ad_free(ad);
}

static void test_emulated(void **state)
{
	struct ad *ad;

	(void)state;
	/* Any program does for the ad. */
	assert_int_equal(settings_set(&s, "emulator=/bin/true", &err), 0);
	assert_int_equal(settings_set(&s, "arch=ppc", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(machine_init(&m, &s, &err), 0);
	ad = machine_slot_ad(&m, &s, 1, 1, "");
	assert_string_equal(ad_str(ad, "Arch"), "PPC");
	assert_true(ad_bool(ad, "Emulated", false));
	assert_string_equal(ad_str(ad, "Emulator"), "/bin/true");
	ad_free(ad);
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(settings_set(&s, "arch=VAX", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(machine_init(&m, &s, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'VAX'"));
	err_clear(&err);
	assert_int_equal(settings_set(&s, "arch=PPC", &err), 0);
	assert_int_equal(settings_set(&s, "emulator=/nowhere", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(machine_init(&m, &s, &err), -ENOENT);
	assert_non_null(strstr(err.text, "'/nowhere'"));
}

static void test_disk(void **state)
{
	int64_t kb = machine_disk_kb("/tmp", 0);

	(void)state;
	assert_true(kb > 0);
	assert_int_equal(machine_disk_kb("/tmp", INT64_MAX / 2), 0);
	assert_int_equal(machine_disk_kb("/nowhere", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_native_slots),
		T(test_emulated),
		T(test_refused),
		T(test_disk),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
