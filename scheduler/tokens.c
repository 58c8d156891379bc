/* SPDX-License-Identifier: MIT */
#include "scheduler/tokens.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/pooldir.h"
#include "scheduler/api.h"
#include "scheduler/attempts.h"
#include "scheduler/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned int scopes;
} kinds[] = {
	{ "admin", API_ALL },
	{ "host", API_HOST | API_READ },
	{ "read", API_READ },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Digests: what is compared tells nothing about the token. */
struct tokens {
	char digest[KINDS][SHA256_HEX_SIZE];
};

static int make(const char *path, struct err *err)
{
	char a[WIRE_NONCE_SIZE], text[WIRE_NONCE_SIZE + 1];
	int rc = attempts_random(a, err);

	snprintf(text, sizeof(text), "%s\n", a);
	if (!rc)
		rc = fd_write_file_atomic(path, text, strlen(text), 0600, err);
	return rc;
}

static int load_one(const struct pooldir *dir, const char *name,
		    char ret_digest[SHA256_HEX_SIZE], struct err *err)
{
	char *path = pooldir_token_file(dir, name);
	struct strbuf text = STRBUF_INIT;
	int rc = access(path, F_OK) == 0 ? 0 : make(path, err);

	if (!rc)
		rc = fd_read_file(path, 4096, &text, err);
	if (!rc) {
		text.data[strcspn(text.data, " \t\r\n")] = '\0';
		if (strlen(text.data) < 16)
			rc = err_set(err, -EINVAL,
				     "'%s' holds no token: remove it", path);
		sha256_text(text.data, ret_digest);
	}
	strbuf_release(&text);
	free(path);
	return rc;
}

int tokens_load(const struct pooldir *dir, struct tokens **ret_tokens,
		struct err *err)
{
	struct tokens *t = xcalloc(1, sizeof(*t));
	int rc = 0;

	for (size_t i = 0; !rc && i < KINDS; i++)
		rc = load_one(dir, kinds[i].name, t->digest[i], err);
	if (rc) {
		free(t);
		return rc;
	}
	*ret_tokens = t;
	return 0;
}

void tokens_free(struct tokens *t)
{
	free(t);
}

static unsigned int differs(const char *a, const char *b)
{
	unsigned int diff = 0;

	for (size_t i = 0; i < SHA256_HEX_SIZE; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return diff;
}

unsigned int tokens_scopes(const struct tokens *t, const char *authorization)
{
	char digest[SHA256_HEX_SIZE];
	unsigned int scopes = 0;

	if (!authorization || strncasecmp(authorization, "Bearer ", 7))
		return 0;
	sha256_text(authorization + 7, digest);
	for (size_t i = 0; i < KINDS; i++)
		if (!differs(digest, t->digest[i]))
			scopes |= kinds[i].scopes;
	return scopes;
}
