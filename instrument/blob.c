/* SPDX-License-Identifier: MIT */
#include "instrument/blob.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/base/xalloc.h"

#define MAGIC	  "HRRUNIT1"
#define MAGIC_LEN 8
#define LEVEL	  3
/* A source text above this is not believed. */
#define MAX_SOURCE_BYTES ((uint64_t)1 << 32)

void blob_release(struct blob *b)
{
	free(b->unit);
	free(b->file);
	free(b->arch);
	free(b->triple);
	free(b->std);
	strv_release(&b->cc);
	strv_release(&b->cflags);
	strv_release(&b->clang);
	strbuf_release(&b->source);
	strbuf_release(&b->facts);
	memset(b, 0, sizeof(*b));
}

static void put_u64(struct strbuf *out, uint64_t x)
{
	int i;

	for (i = 0; i < 8; i++)
		strbuf_addch(out, (int)(x >> 8 * i & 0xff));
}

static uint64_t get_u64(const char *p)
{
	uint64_t x = 0;
	int i;

	for (i = 0; i < 8; i++)
		x |= (uint64_t)(unsigned char)p[i] << 8 * i;
	return x;
}

static void put(struct strbuf *out, const char *tag, const void *data,
		size_t len)
{
	strbuf_add(out, tag, 4);
	put_u64(out, len);
	strbuf_add(out, data, len);
}

static void put_text(struct strbuf *out, const char *tag, const char *text)
{
	if (text)
		put(out, tag, text, strlen(text));
}

/* Each string with its NUL. */
static void put_list(struct strbuf *out, const char *tag, const struct strv *s)
{
	struct strbuf all = STRBUF_INIT;
	size_t i;

	for (i = 0; i < s->n; i++)
		strbuf_add(&all, s->v[i], strlen(s->v[i]) + 1);
	put(out, tag, all.data, all.len);
	strbuf_release(&all);
}

static void put_source(struct strbuf *out, const struct strbuf *source)
{
	size_t max = ZSTD_compressBound(source->len);
	char *packed = xmalloc(max);
	size_t len =
		ZSTD_compress(packed, max, source->data, source->len, LEVEL);

	if (!ZSTD_isError(len)) /* cannot be: the bound is enough */
		put(out, "SRCZ", packed, len);
	free(packed);
}

void blob_write(const struct blob *b, struct strbuf *out)
{
	struct strbuf body = STRBUF_INIT;

	put_text(&body, "UNIT", b->unit);
	put_text(&body, "FILE", b->file);
	put_text(&body, "ARCH", b->arch);
	put_text(&body, "TRIP", b->triple);
	put_text(&body, "STDC", b->std);
	put_list(&body, "COMP", &b->cc);
	put_list(&body, "FLAG", &b->cflags);
	put_list(&body, "CLNG", &b->clang);
	put(&body, "FACT", b->facts.data, b->facts.len);
	put_source(&body, &b->source);
	strbuf_add(out, MAGIC, MAGIC_LEN);
	put_u64(out, body.len);
	strbuf_add(out, body.data, body.len);
	strbuf_release(&body);
}

static int get_source(const char *data, size_t len, struct strbuf *out)
{
	unsigned long long size = ZSTD_getFrameContentSize(data, len);
	size_t got;

	if (size == ZSTD_CONTENTSIZE_ERROR ||
	    size == ZSTD_CONTENTSIZE_UNKNOWN || size >= MAX_SOURCE_BYTES)
		return -EINVAL;
	strbuf_grow(out, size + 1);
	got = ZSTD_decompress(out->data, size, data, len);
	if (ZSTD_isError(got) || got != size)
		return -EINVAL;
	strbuf_setlen(out, size);
	return 0;
}

static void get_text(const char *data, size_t len, char **ret)
{
	free(*ret);
	*ret = xstrndup(data, len);
}

static int get_list(const char *data, size_t len, struct strv *out)
{
	const char *end = data + len;

	if (len && end[-1])
		return -EINVAL;
	for (; data < end; data += strlen(data) + 1)
		strv_add(out, data);
	return 0;
}

static int get_record(struct blob *b, const char *tag, const char *data,
		      size_t len)
{
	const struct {
		const char *tag;
		char **text;
		struct strv *list;
	} known[] = {
		{ "UNIT", &b->unit, NULL },   { "FILE", &b->file, NULL },
		{ "ARCH", &b->arch, NULL },   { "TRIP", &b->triple, NULL },
		{ "STDC", &b->std, NULL },    { "COMP", NULL, &b->cc },
		{ "FLAG", NULL, &b->cflags }, { "CLNG", NULL, &b->clang },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (memcmp(known[i].tag, tag, 4) != 0)
			continue;
		if (known[i].list)
			return get_list(data, len, known[i].list);
		get_text(data, len, known[i].text);
		return 0;
	}
	if (!memcmp(tag, "SRCZ", 4))
		return get_source(data, len, &b->source);
	if (!memcmp(tag, "FACT", 4))
		strbuf_add(&b->facts, data, len);
	return 0;
}

static int get_records(struct blob *b, const char *p, const char *end)
{
	int rc = 0;

	while (!rc && p < end) {
		uint64_t len;

		if (end - p < 12)
			return -EINVAL;
		len = get_u64(p + 4);
		if (len > (uint64_t)(end - p - 12))
			return -EINVAL;
		rc = get_record(b, p, p + 12, len);
		p += 12 + len;
	}
	return rc || !b->unit || !b->arch || !b->cc.n ? -EINVAL : 0;
}

int blob_read(const char *data, size_t len, struct blob *ret, struct err *err)
{
	struct blob b = { .source = STRBUF_INIT, .facts = STRBUF_INIT };
	uint64_t body;

	if (len < MAGIC_LEN + 8 || memcmp(data, MAGIC, MAGIC_LEN) != 0)
		return err_set(err, -EINVAL,
			       "section " BLOB_SECTION
			       " is of another version of hcc");
	body = get_u64(data + MAGIC_LEN);
	if (body < len - MAGIC_LEN - 8)
		return err_set(err, -EEXIST, "joined of several objects");
	if (body > len - MAGIC_LEN - 8 ||
	    get_records(&b, data + MAGIC_LEN + 8, data + len)) {
		blob_release(&b);
		return err_set(err, -EINVAL,
			       "section " BLOB_SECTION " is damaged");
	}
	*ret = b;
	return 0;
}
