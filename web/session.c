/* SPDX-License-Identifier: MIT */
#include "web/session.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define COOKIE "harrier_session"

/*
 * What somebody holds: only its hash is here, so that memory that leaks
 * opens nothing. A free slot has until_ms 0.
 */
struct ticket {
	uint8_t hash[32];
	int64_t until_ms; /* clock_mono_ms */
};

struct sessions {
	struct ticket codes[SESSION_CODES_MAX];
	struct ticket live[SESSIONS_MAX];
};

struct sessions *sessions_new(void)
{
	return xcalloc(1, sizeof(struct sessions));
}

void sessions_free(struct sessions *s)
{
	free(s);
}

static bool hash_text(const char *text, uint8_t ret_hash[32])
{
	return EVP_Digest(text, strlen(text), ret_hash, NULL, EVP_sha256(),
			  NULL) == 1;
}

/* The slot that is free, or the one that ends first. */
static struct ticket *oldest(struct ticket *list, size_t count)
{
	struct ticket *best = &list[0];

	for (size_t i = 1; i < count; i++) {
		if (list[i].until_ms < best->until_ms)
			best = &list[i];
	}
	return best;
}

static struct ticket *find(struct ticket *list, size_t count, const char *text)
{
	int64_t now = clock_mono_ms();
	struct ticket *found = NULL;
	uint8_t hash[32];

	if (!text || strlen(text) != SESSION_ID_SIZE - 1 ||
	    !hash_text(text, hash))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (list[i].until_ms > now &&
		    CRYPTO_memcmp(list[i].hash, hash, sizeof(hash)) == 0)
			found = &list[i];
	}
	return found;
}

static int issue(struct ticket *list, size_t count, int64_t life_s,
		 char ret_text[SESSION_ID_SIZE], struct err *err)
{
	struct ticket *t = oldest(list, count);
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set(err, -EIO, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
	if (!hash_text(ret_text, t->hash))
		return err_set(err, -EIO, "libcrypto cannot compute SHA-256");
	t->until_ms = clock_mono_ms() + life_s * 1000;
	return 0;
}

int sessions_code(struct sessions *s, char ret_code[SESSION_ID_SIZE],
		  struct err *err)
{
	return issue(s->codes, SESSION_CODES_MAX, SESSION_CODE_S, ret_code,
		     err);
}

static void refuse(struct httpd_req *req)
{
	static const char text[] =
		"<!doctype html><meta charset=utf-8>"
		"<meta name=viewport content='width=device-width'>"
		"<title>Harrier</title>"
		"<h1>This link was used or is too old</h1>"
		"<p>A link to the page works once, for one minute. "
		"Run <code>harrier page</code> for a new one.</p>\n";

	httpd_req_set_header(req, "Cache-Control", "no-store");
	httpd_req_set_header(req, "Content-Security-Policy",
			     "default-src 'none'");
	httpd_reply(req, 403, "text/html; charset=utf-8", text,
		    sizeof(text) - 1);
}

void sessions_login(struct sessions *s, struct httpd_req *req)
{
	struct ticket *code =
		find(s->codes, SESSION_CODES_MAX, httpd_req_query(req, "code"));
	char id[SESSION_ID_SIZE], cookie[160];

	if (!code ||
	    issue(s->live, SESSIONS_MAX, SESSION_IDLE_S, id, NULL) < 0) {
		refuse(req);
		return;
	}
	code->until_ms = 0;
	snprintf(cookie, sizeof(cookie),
		 COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d",
		 id, SESSION_IDLE_S);
	httpd_req_set_header(req, "Set-Cookie", cookie);
	httpd_req_set_header(req, "Location", "/");
	httpd_req_set_header(req, "Cache-Control", "no-store");
	httpd_req_set_header(req, "Referrer-Policy", "no-referrer");
	httpd_reply(req, 303, NULL, "", 0);
}

bool sessions_check(struct sessions *s, const struct httpd_req *req)
{
	struct ticket *t =
		find(s->live, SESSIONS_MAX, httpd_req_cookie(req, COOKIE));

	if (!t)
		return false;
	t->until_ms = clock_mono_ms() + SESSION_IDLE_S * (int64_t)1000;
	return true;
}

bool session_host_text_ok(const char *host, uint16_t port)
{
	static const char *const names[] = { "localhost", "127.0.0.1",
					     "[::1]" };

	for (size_t i = 0; host && i < sizeof(names) / sizeof(*names); i++) {
		char want[32];

		snprintf(want, sizeof(want), "%s:%u", names[i], port);
		if (strcasecmp(host, want) == 0)
			return true;
	}
	return false;
}

bool session_host_ok(const struct httpd_req *req, uint16_t port)
{
	return session_host_text_ok(httpd_req_header(req, "Host"), port);
}

bool session_origin_text_ok(const char *origin, const char *host)
{
	static const char scheme[] = "http://";

	return origin && host &&
	       strncmp(origin, scheme, sizeof(scheme) - 1) == 0 &&
	       strcasecmp(origin + sizeof(scheme) - 1, host) == 0;
}

bool session_origin_ok(const struct httpd_req *req)
{
	return session_origin_text_ok(httpd_req_header(req, "Origin"),
				      httpd_req_header(req, "Host"));
}
