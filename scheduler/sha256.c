/* SPDX-License-Identifier: MIT */
#include "scheduler/sha256.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE (256u * 1024)

static void to_hex(const unsigned char digest[32],
		   char ret_hex[SHA256_HEX_SIZE])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

int sha256_fd(int fd, char ret_hex[SHA256_HEX_SIZE], int64_t *ret_bytes,
	      struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *buf = xmalloc(READ_SIZE), digest[32];
	int64_t bytes = 0;
	ssize_t n = 0;
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
		  lseek(fd, 0, SEEK_SET) == 0;

	while (ok && (n = fd_read_full(fd, buf, READ_SIZE)) > 0) {
		ok = EVP_DigestUpdate(ctx, buf, (size_t)n);
		bytes += n;
	}
	ok = ok && n == 0 && EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	free(buf);
	if (!ok)
		return err_sys(err, n < 0 ? (int)n : -EIO,
			       "cannot hash a copied file");
	to_hex(digest, ret_hex);
	*ret_bytes = bytes;
	return 0;
}

void sha256_text(const char *text, char ret_hex[SHA256_HEX_SIZE])
{
	unsigned char digest[32];

	SHA256((const unsigned char *)text, strlen(text), digest);
	to_hex(digest, ret_hex);
}
