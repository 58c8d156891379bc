/* SPDX-License-Identifier: MIT */
/* Ads survive being written and read, as text and as JSON. */
#include "tests/fuzz/fuzz.h"

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

#include <string.h>

const char *const fuzz_seeds[] = {
	"t = absTime(\"2004-01-31T23:59:58+01:00\")\nr = relTime(5) * 2\n",
	"{\"t\": \"/Expr(absTime(0) + relTime(\\\"1+00:00:00\\\"))/\"}",
	"A = 1\nB = \"x \\\"y\\\" \\\\ \n z\"\n# c \"\nC = (A + 1) * 2\n",
	"D = { 1, 2.5, \"x\" }\nE = [ a = 1; b = { }.c ]\nd = 'q\"' ?: 3\n",
	"{\"I\":1,\"R\":0.5,\"S\":\"a\\\"b\\n\",\"B\":true,\"X\":\"/Expr(I + "
	"1)/\",\"N\":null}",
	"{\"L\":[1,\"x\",[null]],\"O\":{\"a\":{\"b\":-2}},\"T\":\"/Expr(\\\"/"
	"Expr(1)/\\\")/\"}",
	NULL
};

static void check_long(const struct ad *ad)
{
	struct strbuf text = STRBUF_INIT;
	struct ad *again;

	ad_unparse_long(ad, &text);
	FUZZ_CHECK(ad_parse_long(text.data, &again, NULL) == 0);
	FUZZ_CHECK(ad_equal(ad, again));
	ad_free(again);
	strbuf_release(&text);
}

static void check_json(const struct ad *ad)
{
	struct strbuf text = STRBUF_INIT;
	struct ad *again;
	json_t *json;

	ad_unparse_json(ad, true, &text);
	FUZZ_CHECK(json_parse(text.data, text.len, &json, NULL) == 0);
	FUZZ_CHECK(ad_from_json(json, &again, NULL) == 0);
	FUZZ_CHECK(ad_count(ad) == ad_count(again));
	ad_free(again);
	json_decref(json);
	json = ad_to_json(ad, true);
	FUZZ_CHECK(json_object_size(json) == ad_count(ad));
	json_decref(json);
	strbuf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct ad *ad;
	json_t *json;

	FUZZ_CHECK(text);
	if (ad_parse_long(text, &ad, NULL) == 0) {
		check_long(ad);
		check_json(ad);
		ad_free(ad);
	}
	if (json_parse((const char *)data, size, &json, NULL) == 0) {
		if (ad_from_json(json, &ad, NULL) == 0) {
			check_long(ad);
			check_json(ad);
			ad_free(ad);
		}
		json_decref(json);
	}
	free(text);
	return 0;
}
