/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/svc/httpu_parse.h"

static int collect(void *arg, const void *data, size_t len)
{
	strbuf_add(arg, data, len);
	return 0;
}

/* Feeds `text` in parts of `step` bytes; the result of the last feed. */
static int feed(struct httpu_parse *p, const char *text, size_t step,
		struct strbuf *body)
{
	size_t len = strlen(text);
	int ret = 0;

	for (size_t at = 0; at < len && !ret; at += step)
		ret = httpu_parse_feed(p, text + at,
				       len - at < step ? len - at : step,
				       collect, body, NULL);
	return ret;
}

static void expect(const char *text, const char *want_body, int want_status,
		   bool want_keep)
{
	for (size_t step = 1; step < 80; step++) {
		struct strbuf body = STRBUF_INIT;
		struct httpu_parse p;

		httpu_parse_init(&p, false);
		assert_int_equal(feed(&p, text, step, &body), 0);
		assert_int_equal(httpu_parse_end(&p, NULL), 0);
		assert_int_equal(p.status, want_status);
		assert_int_equal(p.keep_alive, want_keep);
		assert_string_equal(body.data, want_body);
		httpu_parse_release(&p);
		strbuf_release(&body);
	}
}

static void test_good(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello",
	       200, true);
	expect("HTTP/1.1 200\r\nContent-Length:0\r\n\r\n", "", 200, true);
	expect("HTTP/1.1 204 No\r\nX: y\r\n\r\n", "", 204, true);
	expect("HTTP/1.0 404 Not\r\n\r\nto the end", "to the end", 404, false);
	expect("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab",
	       "ab", 200, false);
	expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n"
	       "4\r\nabcd\r\n0a;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n",
	       "abcd0123456789", 201, true);
	/* Bare line feeds are taken, as RFC 9112 allows. */
	expect("HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "x", 200, true);
}

static void test_bad(void **state)
{
	static const char *const texts[] = {
		"HTTP/2 200 OK\r\n",
		"HTTP/1.1 20x OK\r\n",
		"HTTP/1.1 099 OK\r\n",
		"HTTP/1.1  200 OK\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"ffffffffffffffff\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
		"HTTP/1.1 101 Switch\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct strbuf body = STRBUF_INIT;
		struct httpu_parse p;

		httpu_parse_init(&p, false);
		if (feed(&p, texts[i], 7, &body) != -EPROTO)
			fail_msg("taken: %s", texts[i]);
		httpu_parse_release(&p);
		strbuf_release(&body);
	}
}

static void test_endless(void **state)
{
	struct strbuf body = STRBUF_INIT;
	struct httpu_parse p;
	int ret = 0;

	(void)state;
	httpu_parse_init(&p, false);
	assert_int_equal(feed(&p, "HTTP/1.1 200 OK\r\n", 99, &body), 0);
	for (int i = 0; i < 100000 && !ret; i++)
		ret = feed(&p, "X-Header: with some text in it\r\n", 99, &body);
	assert_int_equal(ret, -EPROTO);
	httpu_parse_release(&p);
	httpu_parse_init(&p, false);
	for (int i = 0, r = 0; i < 100000 && !(ret = r); i++)
		r = feed(&p, "one line that never ends ", 99, &body);
	assert_int_equal(ret, -EPROTO);
	httpu_parse_release(&p);
	strbuf_release(&body);
}

static void test_cut_off(void **state)
{
	static const char text[] = "HTTP/1.1 200 OK\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n"
				   "3\r\nabc\r\n0\r\n\r\n";
	struct strbuf body = STRBUF_INIT;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *part = strndup(text, len);
		struct httpu_parse p;

		httpu_parse_init(&p, false);
		assert_int_equal(feed(&p, part, 99, &body), 0);
		assert_int_equal(httpu_parse_end(&p, NULL), -ECONNRESET);
		httpu_parse_release(&p);
		free(part);
	}
	strbuf_release(&body);
}

static void test_head_has_no_body(void **state)
{
	struct strbuf body = STRBUF_INIT;
	struct httpu_parse p;

	(void)state;
	httpu_parse_init(&p, true);
	assert_int_equal(feed(&p,
			      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1,
			      &body),
			 0);
	assert_int_equal(p.state, HTTPU_PARSE_DONE);
	assert_string_equal(httpu_parse_find(&p.head, "content-length"), "5");
	httpu_parse_release(&p);
	strbuf_release(&body);
}

/* Whatever comes, it is taken or refused, and bodies keep their length. */
static void test_random_changes(void **state)
{
	static const char *const seeds[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\n"
		"Transfer-Encoding: chunked\r\n\r\n"
		"4\r\nabcd\r\na;x=y\r\n0123456789\r\n0\r\nT: t\r\n\r\n",
		"HTTP/1.0 404 Not\r\nConnection: close\r\n\r\nto the end",
	};
	static const char bytes[] = "\r\n:; 0019afx-\xff\x01H/";
	unsigned seed = 11;
	int taken = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 60000; round++) {
		struct strbuf body = STRBUF_INIT;
		struct httpu_parse p;
		char text[300];
		int ret;

		strcpy(text, seeds[round % 3]);
		for (unsigned n = rand_r(&seed) % 4; n; n--)
			text[rand_r(&seed) % strlen(text)] =
				bytes[rand_r(&seed) % (sizeof(bytes) - 1)];
		httpu_parse_init(&p, false);
		ret = feed(&p, text, 1 + rand_r(&seed) % 40, &body);
		if (!ret)
			ret = httpu_parse_end(&p, NULL);
		assert_true(!ret || ret == -EPROTO || ret == -ECONNRESET);
		if (!ret && !p.chunked && p.content_length > 0)
			assert_int_equal(body.len, p.content_length);
		taken += !ret;
		refused += ret != 0;
		httpu_parse_release(&p);
		strbuf_release(&body);
	}
	assert_true(taken > 1000 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_head_has_no_body),
		cmocka_unit_test(test_random_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
