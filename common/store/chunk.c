/* SPDX-License-Identifier: MIT */
#include "common/store/chunk.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zstd.h>

/* Level 1: images are written while an owner waits for his machine. */
#define ZSTD_LEVEL 1

struct chunker {
	EVP_MAC_CTX *mac;
	ZSTD_CCtx *zc;
	ZSTD_DCtx *zd;
	uint8_t *buf; /* CHUNK_SIZE bytes: what a call gives back */
	uint8_t *stored; /* CHUNK_SIZE bytes: for chunker_buffer */
};

int chunk_key_random(struct chunk_key *ret_key, struct err *err)
{
	struct chunk_key key;

	if (getrandom(key.b, sizeof(key.b), 0) != (ssize_t)sizeof(key.b))
		return err_sys(err, -EIO, "cannot get random bytes");
	*ret_key = key;
	return 0;
}

static EVP_MAC_CTX *mac_new(const struct chunk_key *key)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest,
						 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	if (ctx && EVP_MAC_init(ctx, key->b, sizeof(key->b), params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

/* HMAC-SHA-256 under the key that @ctx was made with, which it keeps. */
static int mac_sum(EVP_MAC_CTX *ctx, const void *data, size_t len,
		   uint8_t sum[32], struct err *err)
{
	size_t got = 0;

	if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(ctx, data, len) != 1 ||
	    EVP_MAC_final(ctx, sum, &got, 32) != 1 || got != 32)
		return err_set(err, -EIO, "libcrypto cannot compute SHA-256");
	return 0;
}

int chunk_key_derive(const struct chunk_key *secret, const char *owner,
		     struct chunk_key *ret_key, struct err *err)
{
	static const char label[] = "harrier chunk key 1:";
	EVP_MAC_CTX *ctx = mac_new(secret);
	char *text = xasprintf("%s%s", label, owner);
	int r = -EIO;

	if (!ctx)
		err_set(err, r, "libcrypto has no HMAC-SHA-256");
	else
		r = mac_sum(ctx, text, strlen(text), ret_key->b, err);
	EVP_MAC_CTX_free(ctx);
	free(text);
	return r;
}

static void hex_format(const uint8_t bytes[32], char ret_hex[CHUNK_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 32; i++) {
		ret_hex[2 * i] = digits[bytes[i] >> 4];
		ret_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_hex[64] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int hex_parse(const char *hex, uint8_t ret_bytes[32])
{
	uint8_t bytes[32];

	for (int i = 0; i < 32; i++) {
		int hi = hex_digit(hex[2 * i]);
		int lo = hi < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (lo < 0)
			return -EINVAL;
		bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	if (hex[64] != '\0')
		return -EINVAL;
	memcpy(ret_bytes, bytes, sizeof(bytes));
	return 0;
}

void chunk_key_hex(const struct chunk_key *key, char ret_hex[CHUNK_HEX_SIZE])
{
	hex_format(key->b, ret_hex);
}

int chunk_key_parse(const char *hex, struct chunk_key *ret_key)
{
	return hex_parse(hex, ret_key->b);
}

void chunk_id_hex(const struct chunk_id *id, char ret_hex[CHUNK_HEX_SIZE])
{
	hex_format(id->b, ret_hex);
}

int chunk_id_parse(const char *hex, struct chunk_id *ret_id)
{
	return hex_parse(hex, ret_id->b);
}

int chunk_id_cmp(const struct chunk_id *a, const struct chunk_id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

int chunker_new(const struct chunk_key *key, struct chunker **ret_chunker,
		struct err *err)
{
	struct chunker *c = xcalloc(1, sizeof(*c));

	c->mac = mac_new(key);
	c->zc = ZSTD_createCCtx();
	c->zd = ZSTD_createDCtx();
	c->buf = xmalloc(CHUNK_SIZE);
	c->stored = xmalloc(CHUNK_SIZE);
	if (!c->mac || !c->zc || !c->zd) {
		chunker_free(c);
		return err_set(err, -ENOMEM,
			       "cannot set up HMAC-SHA-256 and zstd");
	}
	*ret_chunker = c;
	return 0;
}

void chunker_free(struct chunker *c)
{
	if (!c)
		return;
	EVP_MAC_CTX_free(c->mac);
	ZSTD_freeCCtx(c->zc);
	ZSTD_freeDCtx(c->zd);
	free(c->buf);
	free(c->stored);
	free(c);
}

int chunker_id(struct chunker *c, const void *data, size_t len,
	       struct chunk_id *ret_id, struct err *err)
{
	return mac_sum(c->mac, data, len, ret_id->b, err);
}

int chunker_pack(struct chunker *c, const void *data, size_t len,
		 const void **ret_data, size_t *ret_len, struct err *err)
{
	size_t n;

	if (len == 0 || len > CHUNK_SIZE)
		return err_set(err, -EINVAL, "a chunk of %zu bytes", len);
	/* A buffer one byte short: what does not shrink does not fit. */
	n = ZSTD_compressCCtx(c->zc, c->buf, len - 1, data, len, ZSTD_LEVEL);
	if (ZSTD_isError(n)) {
		*ret_data = data;
		*ret_len = len;
	} else {
		*ret_data = c->buf;
		*ret_len = n;
	}
	return 0;
}

void *chunker_buffer(struct chunker *c)
{
	return c->stored;
}

int chunker_unpack(struct chunker *c, const struct chunk_id *id,
		   const void *stored, size_t stored_len, size_t raw_len,
		   const void **ret_data, struct err *err)
{
	const void *data = stored;
	struct chunk_id sum;
	char hex[CHUNK_HEX_SIZE];
	int r;

	chunk_id_hex(id, hex);
	if (raw_len == 0 || raw_len > CHUNK_SIZE || stored_len > raw_len)
		return err_set(err, -EBADMSG,
			       "chunk %s is damaged: its length is wrong", hex);
	if (stored_len < raw_len) {
		size_t n = ZSTD_decompressDCtx(c->zd, c->buf, raw_len, stored,
					       stored_len);

		if (ZSTD_isError(n) || n != raw_len)
			return err_set(err, -EBADMSG,
				       "chunk %s is damaged: zstd: %s", hex,
				       ZSTD_isError(n) ? ZSTD_getErrorName(n)
						       : "too short");
		data = c->buf;
	}
	r = mac_sum(c->mac, data, raw_len, sum.b, err);
	if (r < 0)
		return r;
	if (chunk_id_cmp(&sum, id) != 0)
		return err_set(err, -EBADMSG,
			       "chunk %s is damaged: its bytes hash to "
			       "another id",
			       hex);
	*ret_data = data;
	return 0;
}
