/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"

#include <errno.h>

#define NONCE "0123456789abcdef0123456789abcdef"
#define HASH  NONCE NONCE

static json_t *parse(const char *text)
{
	json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(v);
	return v;
}

static void same_text(json_t *a, const char *want)
{
	json_t *b = parse(want);

	if (!json_equal(a, b))
		fprintf(stderr, "got %s\n", json_dumps(a, 0));
	assert_true(json_equal(a, b));
	json_decref(b);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(wire_nonce_ok(NONCE));
	assert_false(wire_nonce_ok("0123456789ABCDEF0123456789abcdef"));
	assert_false(wire_nonce_ok("0123"));
	assert_true(wire_host_ok("a-b_c.9"));
	assert_false(wire_host_ok(""));
	assert_false(wire_host_ok(".a"));
	assert_false(wire_host_ok("a/b"));
}

static void test_words_go_both_ways(void **state)
{
	enum wire_how how;
	enum wire_want want;
	enum wire_run run;

	(void)state;
	for (int i = WIRE_HOW_EXITED; i <= WIRE_HOW_LOST; i++) {
		assert_int_equal(wire_how_parse(wire_how_name((enum wire_how)i),
						&how),
				 0);
		assert_int_equal(how, i);
	}
	assert_int_equal(wire_how_parse("gone", &how), -EINVAL);
	assert_int_equal(wire_want_parse("vacate", &want), 0);
	assert_int_equal(want, WIRE_WANT_VACATE);
	assert_int_equal(wire_run_parse(NULL, &run), -EINVAL);
}

#define SYNC_HEAD                                                      \
	"{\"boot\":\"" NONCE "\",\"sync\":4,\"wait_s\":30,"            \
	"\"leaving\":false,\"owner\":{\"state\":\"away\",\"since\":9," \
	"\"text\":null},"

static void test_sync_round_trip(void **state)
{
	static const char text[] = SYNC_HEAD
		"\"slots\":[{\"slot\":\"slot1\",\"accepts\":false,"
		"\"ad\":{\"Arch\":\"PPC\",\"Start\":\"/Expr(1 < 2)/\"}}],"
		"\"attempts\":[{\"nonce\":\"" NONCE "\",\"slot\":\"slot1\","
		"\"state\":\"suspended\",\"told\":\"suspend\","
		"\"checkpoint\":2,\"host\":null,\"scratch\":\"/s\","
		"\"freeze_ms\":3,\"ckpt_ms\":null,\"upload_ms\":null,"
		"\"resume_ms\":null,\"image_bytes\":null,\"memory_kb\":7,"
		"\"disk_kb\":null,\"sent_bytes\":null,"
		"\"received_bytes\":null,\"suspended_s\":null,\"processes\":null,"
		"\"user_cpu_s\":1.5,\"sys_cpu_s\":0.0}],"
		"\"ends\":[]}";
	json_t *in = parse(text), *out;
	struct wire_sync sync;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(wire_sync_decode(in, &sync, &err), 0);
	assert_int_equal(sync.sync, 4);
	assert_false(sync.slots[0].accepts);
	assert_string_equal(ad_str(sync.slots[0].ad, "Arch"), "PPC");
	assert_int_equal(sync.attempts[0].figures.freeze_ms, 3);
	assert_int_equal(sync.attempts[0].figures.ckpt_ms, WIRE_UNKNOWN);
	out = wire_sync_encode(&sync);
	same_text(out, text);
	wire_sync_release(&sync);
	json_decref(in);
	json_decref(out);
}

static void refuse_sync(const char *text, const char *word)
{
	json_t *in = parse(text);
	struct wire_sync sync;
	struct err err = ERR_INIT;

	assert_int_equal(wire_sync_decode(in, &sync, &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), word));
	json_decref(in);
}

static void test_bad_syncs_are_refused(void **state)
{
	(void)state;
	refuse_sync("[]", "object");
	refuse_sync("{}", "boot");
	refuse_sync("{\"boot\":\"xyz\"}", "boot");
	refuse_sync("{\"boot\":\"" NONCE "\",\"sync\":0}", "sync");
	refuse_sync("{\"boot\":\"" NONCE "\",\"sync\":1,\"wait_s\":31}",
		    "wait_s");
	refuse_sync(SYNC_HEAD "\"slots\":{},\"attempts\":[],\"ends\":[]}",
		    "slots");
	refuse_sync(SYNC_HEAD "\"slots\":[{\"slot\":\"../x\",\"ad\":{}}],"
			      "\"attempts\":[],\"ends\":[]}",
		    "../x");
	refuse_sync(SYNC_HEAD "\"slots\":[],\"attempts\":[{\"nonce\":\"" NONCE
			      "\",\"state\":\"dancing\"}],\"ends\":[]}",
		    "dancing");
	refuse_sync(SYNC_HEAD "\"slots\":[],\"attempts\":[],\"ends\":"
			      "[{\"nonce\":\"" NONCE "\",\"how\":\"exited\","
			      "\"checkpoint\":\"0x\"}]}",
		    "checkpoint");
}

static void fill_start(struct wire_start *s)
{
	memset(s, 0, sizeof(*s));
	s->cluster = 12;
	s->attempt = 3;
	memcpy(s->nonce, NONCE, sizeof(s->nonce));
	s->slot = xstrdup("slot1");
	s->user = xstrdup("ann");
	s->uid = 1000;
	s->ad = ad_new();
	ad_set_string(s->ad, "Cmd", "p");
	s->argv = xcalloc(2, sizeof(char *));
	s->argv[0] = xstrdup("a b");
	s->env = xcalloc(1, sizeof(char *));
	s->inputs = xcalloc(1, sizeof(*s->inputs));
	s->input_count = 1;
	s->inputs[0] = (struct wire_input){ .name = xstrdup("d/in"),
					    .size = 5,
					    .mode = 0644,
					    .url = xstrdup("/u") };
	memcpy(s->inputs[0].sha256, HASH, WIRE_HASH_SIZE);
	s->checkpoint = xcalloc(1, sizeof(*s->checkpoint));
	s->checkpoint->id = 17;
	s->checkpoint->class = xstrdup("any machine");
	s->checkpoint->image = xstrdup("i");
	s->checkpoint->url = xstrdup("/c");
	s->checkpoint->files = xcalloc(1, sizeof(struct wire_file));
	s->checkpoint->file_count = 1;
	s->checkpoint->files[0].name = xstrdup("i");
	s->checkpoint->files[0].chunks = xcalloc(1, 32);
	s->checkpoint->files[0].chunk_count = 1;
	s->checkpoint->files[0].chunks[0][31] = 0xa5;
	s->checkpoint_exit_code = WIRE_UNKNOWN;
	s->provision = (struct wire_provision){ 2, 512, 1024 };
	s->kill_sig = 15;
	s->vacate_s = 60;
	s->lease_s = 600;
	memcpy(s->store_key, HASH, WIRE_HASH_SIZE);
}

static void test_start_round_trip(void **state)
{
	struct wire_start a, b;
	struct err err = ERR_INIT;
	json_t *first, *second;

	(void)state;
	fill_start(&a);
	first = wire_start_encode(&a);
	assert_int_equal(wire_start_decode(first, &b, &err), 0);
	assert_int_equal(b.cluster, 12);
	assert_int_equal(b.checkpoint->id, 17);
	assert_int_equal(b.checkpoint->files[0].chunks[0][31], 0xa5);
	assert_string_equal(b.argv[0], "a b");
	assert_null(b.executable);
	assert_null(b.outputs);
	second = wire_start_encode(&b);
	assert_true(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	wire_start_release(&a);
	wire_start_release(&b);
}

/* A start must not make a host write outside of the scratch directory. */
static void test_names_that_lead_out_are_refused(void **state)
{
	static const char *const bad[] = {
		"/etc/passwd", "../x", "a/../b", "a//b", "a/", ".", "", "a\nb"
	};
	struct err err;
	struct wire_start s, got;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *v;

		fill_start(&s);
		free(s.inputs[0].name);
		s.inputs[0].name = xstrdup(bad[i]);
		v = wire_start_encode(&s);
		err_clear(&err);
		assert_int_equal(wire_start_decode(v, &got, &err), -EINVAL);
		json_decref(v);
		free(s.inputs[0].name);
		s.inputs[0].name = xstrdup("ok");
		s.stdout_name = xstrdup(bad[i]);
		v = wire_start_encode(&s);
		err_clear(&err);
		assert_int_equal(wire_start_decode(v, &got, &err), -EINVAL);
		json_decref(v);
		wire_start_release(&s);
	}
}

static void test_reply_round_trip(void **state)
{
	static const char text[] =
		"{\"pool\":\"" NONCE "\",\"epoch\":2,\"seq\":78,"
		"\"lease_s\":600,\"starts\":[],\"orders\":[{\"nonce\":\"" NONCE
		"\",\"want\":\"vacate\",\"checkpoint\":1,\"reason\":\"x\"}],"
		"\"acks\":[\"" NONCE "\"],"
		"\"tails\":[{\"nonce\":\"" NONCE "\",\"id\":7,\"stream\":0,"
		"\"file\":\"a\",\"offset\":-1,\"max\":1024}]}";
	json_t *in = parse(text), *out;
	struct wire_reply r;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(wire_reply_decode(in, &r, &err), 0);
	assert_int_equal(r.orders[0].want, WIRE_WANT_VACATE);
	assert_int_equal(r.state.seq, 78);
	assert_int_equal(r.tail_count, 1);
	assert_string_equal(r.tails[0].file, "a");
	out = wire_reply_encode(&r);
	same_text(out, text);
	wire_reply_release(&r);
	json_decref(in);
	json_decref(out);
}

static void test_offers(void **state)
{
	json_t *in = parse("{\"files\":[{\"name\":\"i\",\"size\":1,"
			   "\"mode\":384,\"chunks\":[\"" HASH "\"]}],"
			   "\"arch\":\"PPC\",\"class\":\"same layout\","
			   "\"why\":[\"a\"],\"archs\":[\"PPC\"],"
			   "\"image_bytes\":9}");
	json_t *empty = parse("{\"files\":[],\"arch\":\"PPC\"}");
	json_t *short_id = parse("{\"files\":[{\"name\":\"i\",\"size\":1,"
				 "\"chunks\":[\"ab\"]}],\"arch\":\"PPC\"}");
	struct wire_offer o;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(wire_offer_decode(in, false, &o, &err), 0);
	assert_string_equal(o.why, "[\"a\"]");
	assert_string_equal(o.archs[0], "PPC");
	assert_int_equal(o.figures.image_bytes, 9);
	wire_offer_release(&o);
	assert_int_equal(wire_offer_decode(empty, false, &o, &err), -EINVAL);
	/* None, and why. */
	json_object_set_new(empty, "fault", json_string("no file"));
	assert_int_equal(wire_offer_decode(empty, false, &o, &err), 0);
	assert_string_equal(o.fault, "no file");
	wire_offer_release(&o);
	err_clear(&err);
	assert_int_equal(wire_offer_decode(empty, true, &o, &err), 0);
	wire_offer_release(&o);
	assert_int_equal(wire_offer_decode(short_id, true, &o, &err), -EINVAL);
	json_decref(in);
	json_decref(empty);
	json_decref(short_id);
}

static void test_figures_merge(void **state)
{
	struct wire_figures a, b;

	(void)state;
	wire_figures_init(&a);
	wire_figures_init(&b);
	a.ckpt_ms = 40;
	a.user_cpu_s = 2;
	b.freeze_ms = 0;
	wire_figures_merge(&a, &b);
	assert_int_equal(a.ckpt_ms, 40);
	assert_int_equal(a.freeze_ms, 0);
	assert_true(a.user_cpu_s == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_words_go_both_ways),
		cmocka_unit_test(test_sync_round_trip),
		cmocka_unit_test(test_bad_syncs_are_refused),
		cmocka_unit_test(test_start_round_trip),
		cmocka_unit_test(test_names_that_lead_out_are_refused),
		cmocka_unit_test(test_reply_round_trip),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_figures_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
