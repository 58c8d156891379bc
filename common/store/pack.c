/* SPDX-License-Identifier: MIT */
#include "common/store/pack.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACK_VERSION 1

static const char magic_head[8] = { 'H', 'A', 'R', 'R', 'P', 'A', 'C', 'K' };
static const char magic_tail[8] = { 'H', 'A', 'R', 'R', 'P', 'E', 'N', 'D' };

enum {
	HEADER_SIZE = 16,
	TAG_SIZE = 8, /* tag and the number that follows it */
	FRAME_REST = 36, /* of a frame's head, after the tag */
	ENTRY_SIZE = 48,
	TRAILER_SIZE = 56,
};

static void put32(struct strbuf *sb, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		strbuf_addch(sb, (int)(v >> (8 * i) & 255));
}

static void put64(struct strbuf *sb, uint64_t v)
{
	put32(sb, (uint32_t)v);
	put32(sb, (uint32_t)(v >> 32));
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void put_tag(struct strbuf *sb, char tag, uint32_t number)
{
	put32(sb, (unsigned char)tag);
	put32(sb, number);
}

static void put_index(struct strbuf *sb, const struct pack_entry *entries,
		      size_t count)
{
	put_tag(sb, 'I', (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		strbuf_add(sb, entries[i].id.b, sizeof(entries[i].id.b));
		put64(sb, entries[i].offset);
		put32(sb, entries[i].stored);
		put32(sb, entries[i].raw);
	}
}

/* What follows the index @index, which begins at @offset. */
static int put_trailer(struct strbuf *sb, uint64_t offset, size_t count,
		       const struct strbuf *index, struct err *err)
{
	uint8_t sum[32];

	if (EVP_Digest(index->data, index->len, sum, NULL, EVP_sha256(),
		       NULL) != 1)
		return err_set(err, -EIO, "libcrypto cannot compute SHA-256");
	put64(sb, offset);
	put32(sb, (uint32_t)count);
	put32(sb, 0);
	strbuf_add(sb, sum, sizeof(sum));
	strbuf_add(sb, magic_tail, sizeof(magic_tail));
	return 0;
}

/* -- entries -------------------------------------------------------------- */

struct entries {
	struct pack_entry *e;
	size_t count, alloc;
};

static struct pack_entry *entries_add(struct entries *list)
{
	if (list->count == list->alloc) {
		list->alloc = list->alloc ? 2 * list->alloc : 64;
		list->e = xreallocarray(list->e, list->alloc, sizeof(*list->e));
	}
	return &list->e[list->count++];
}

/* -- writing -------------------------------------------------------------- */

struct pack_writer {
	pack_sink *sink;
	void *arg;
	uint64_t bytes;
	struct entries list;
};

int pack_sink_fd(void *arg, const void *data, size_t len, struct err *err)
{
	int fd = *(int *)arg;
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, -errno, "cannot write the pack");
		done += (size_t)n;
	}
	return 0;
}

static int writer_put(struct pack_writer *w, const void *data, size_t len,
		      struct err *err)
{
	int r = w->sink(w->arg, data, len, err);

	if (r == 0)
		w->bytes += len;
	return r;
}

int pack_writer_new(pack_sink *sink, void *arg, struct pack_writer **ret_writer,
		    struct err *err)
{
	struct pack_writer *w = xcalloc(1, sizeof(*w));
	struct strbuf sb = STRBUF_INIT;
	int r;

	w->sink = sink;
	w->arg = arg;
	strbuf_add(&sb, magic_head, sizeof(magic_head));
	put32(&sb, PACK_VERSION);
	put32(&sb, 0);
	r = writer_put(w, sb.data, sb.len, err);
	strbuf_release(&sb);
	if (r < 0)
		free(w);
	else
		*ret_writer = w;
	return r;
}

int pack_writer_add_stored(struct pack_writer *w, const struct chunk_id *id,
			   const void *stored, uint32_t stored_len,
			   uint32_t raw_len, struct err *err)
{
	struct strbuf sb = STRBUF_INIT;
	struct pack_entry *e;
	int r;

	if (w->list.count >= PACK_CHUNKS_MAX)
		return err_set(err, -EFBIG, "more than %u chunks in one pack",
			       PACK_CHUNKS_MAX);
	put_tag(&sb, 'C', stored_len);
	put32(&sb, raw_len);
	strbuf_add(&sb, id->b, sizeof(id->b));
	r = writer_put(w, sb.data, sb.len, err);
	strbuf_release(&sb);
	if (r < 0)
		return r;
	e = entries_add(&w->list);
	e->id = *id;
	e->offset = w->bytes;
	e->stored = stored_len;
	e->raw = raw_len;
	return writer_put(w, stored, stored_len, err);
}

int pack_writer_add(struct pack_writer *w, struct chunker *c,
		    const struct chunk_id *id, const void *data, size_t len,
		    struct err *err)
{
	const void *stored;
	size_t stored_len;
	int r = chunker_pack(c, data, len, &stored, &stored_len, err);

	if (r < 0)
		return r;
	return pack_writer_add_stored(w, id, stored, (uint32_t)stored_len,
				      (uint32_t)len, err);
}

int pack_writer_finish(struct pack_writer *w, struct err *err)
{
	struct strbuf index = STRBUF_INIT, tail = STRBUF_INIT;
	int r;

	put_index(&index, w->list.e, w->list.count);
	r = put_trailer(&tail, w->bytes, w->list.count, &index, err);
	if (r == 0)
		r = writer_put(w, index.data, index.len, err);
	if (r == 0)
		r = writer_put(w, tail.data, tail.len, err);
	strbuf_release(&index);
	strbuf_release(&tail);
	return r;
}

uint64_t pack_writer_bytes(const struct pack_writer *w)
{
	return w->bytes;
}

size_t pack_writer_count(const struct pack_writer *w)
{
	return w->list.count;
}

void pack_writer_free(struct pack_writer *w)
{
	if (!w)
		return;
	free(w->list.e);
	free(w);
}

/* -- reading -------------------------------------------------------------- */

enum part {
	PART_HEADER,
	PART_TAG,
	PART_FRAME,
	PART_BODY,
	PART_INDEX, /* the entries */
	PART_TRAILER,
	PART_END, /* nothing may follow */
	PART_BAD, /* an error was reported */
};

/*
 * Each part has a length known when it begins; its bytes are gathered in
 * @buf, and its handler says which part comes next.
 */
struct pack_reader {
	struct chunker *c;
	pack_chunk_fn *fn;
	void *arg;
	enum part part;
	size_t need; /* bytes of this part */
	uint64_t bytes; /* of all parts before */
	struct strbuf buf;
	struct pack_entry frame; /* whose body is being read */
	struct entries list;
	struct strbuf index; /* what index and trailer must be */
	struct strbuf trailer;
};

struct pack_reader *pack_reader_new(struct chunker *c, pack_chunk_fn *fn,
				    void *arg)
{
	struct pack_reader *r = xcalloc(1, sizeof(*r));

	r->c = c;
	r->fn = fn;
	r->arg = arg;
	r->part = PART_HEADER;
	r->need = HEADER_SIZE;
	strbuf_init(&r->buf);
	strbuf_init(&r->index);
	strbuf_init(&r->trailer);
	return r;
}

static void expect(struct pack_reader *r, enum part part, size_t need)
{
	r->part = part;
	r->need = need;
}

static int read_header(struct pack_reader *r, const uint8_t *p, struct err *err)
{
	if (memcmp(p, magic_head, sizeof(magic_head)) != 0)
		return err_set(err, -EBADMSG, "this is not a pack");
	if (get32(p + 8) != PACK_VERSION || get32(p + 12) != 0)
		return err_set(err, -EBADMSG,
			       "the pack's version is %u, not %u", get32(p + 8),
			       PACK_VERSION);
	expect(r, PART_TAG, TAG_SIZE);
	return 0;
}

static int read_tag(struct pack_reader *r, const uint8_t *p, struct err *err)
{
	uint32_t tag = get32(p), number = get32(p + 4);
	int e;

	if (tag == 'C') {
		if (r->list.count >= PACK_CHUNKS_MAX)
			return err_set(err, -EBADMSG,
				       "the pack has more than %u chunks",
				       PACK_CHUNKS_MAX);
		r->frame.stored = number;
		expect(r, PART_FRAME, FRAME_REST);
		return 0;
	}
	if (tag != 'I' || number != r->list.count)
		return err_set(err, -EBADMSG,
			       "the pack is damaged at byte %llu",
			       (unsigned long long)r->bytes);
	put_index(&r->index, r->list.e, r->list.count);
	e = put_trailer(&r->trailer, r->bytes, r->list.count, &r->index, err);
	expect(r, PART_INDEX, r->list.count * ENTRY_SIZE);
	return e;
}

static int read_frame(struct pack_reader *r, const uint8_t *p, struct err *err)
{
	struct pack_entry *f = &r->frame;

	f->raw = get32(p);
	memcpy(f->id.b, p + 4, sizeof(f->id.b));
	f->offset = r->bytes + FRAME_REST;
	if (f->raw == 0 || f->raw > CHUNK_SIZE || f->stored == 0 ||
	    f->stored > f->raw)
		return err_set(err, -EBADMSG,
			       "the pack is damaged: chunk %zu has %u bytes of "
			       "%u",
			       r->list.count, f->stored, f->raw);
	expect(r, PART_BODY, f->stored);
	return 0;
}

static int read_body(struct pack_reader *r, const uint8_t *p, struct err *err)
{
	const void *data;
	int e = chunker_unpack(r->c, &r->frame.id, p, r->frame.stored,
			       r->frame.raw, &data, err);

	if (e == 0 && r->fn)
		e = r->fn(r->arg, &r->frame, data, err);
	if (e < 0)
		return e;
	*entries_add(&r->list) = r->frame;
	expect(r, PART_TAG, TAG_SIZE);
	return 0;
}

static int read_index(struct pack_reader *r, const uint8_t *p, struct err *err)
{
	if (r->need && memcmp(p, r->index.data + TAG_SIZE, r->need) != 0)
		return err_set(err, -EBADMSG,
			       "the pack's index does not fit its chunks");
	expect(r, PART_TRAILER, TRAILER_SIZE);
	return 0;
}

static int read_trailer(struct pack_reader *r, const uint8_t *p,
			struct err *err)
{
	if (memcmp(p, r->trailer.data, TRAILER_SIZE) != 0)
		return err_set(err, -EBADMSG,
			       "the pack's trailer does not fit its index");
	expect(r, PART_END, 0);
	return 0;
}

static int read_part(struct pack_reader *r, struct err *err)
{
	const uint8_t *p = (const uint8_t *)r->buf.data;

	switch (r->part) {
	case PART_HEADER:
		return read_header(r, p, err);
	case PART_TAG:
		return read_tag(r, p, err);
	case PART_FRAME:
		return read_frame(r, p, err);
	case PART_BODY:
		return read_body(r, p, err);
	case PART_INDEX:
		return read_index(r, p, err);
	case PART_TRAILER:
		return read_trailer(r, p, err);
	case PART_END:
	case PART_BAD:
		break;
	}
	return err_set(err, -EBADMSG, "bytes after the end of the pack");
}

int pack_reader_feed(struct pack_reader *r, const void *data, size_t len,
		     struct err *err)
{
	const char *p = data;

	/* An empty index has no bytes: its part is done before they come. */
	while (len > 0 || (r->part == PART_INDEX && r->need == 0)) {
		size_t n = r->need - r->buf.len;
		int e = 0;

		if (r->part >= PART_END) {
			r->part = PART_BAD;
			return read_part(r, err);
		}
		if (n > len)
			n = len;
		strbuf_add(&r->buf, p, n);
		p += n;
		len -= n;
		if (r->buf.len < r->need)
			continue;
		n = r->buf.len;
		e = read_part(r, err);
		strbuf_reset(&r->buf);
		r->bytes += n;
		if (e < 0) {
			r->part = PART_BAD;
			return e;
		}
	}
	return 0;
}

int pack_reader_finish(struct pack_reader *r, struct err *err)
{
	if (r->part == PART_END)
		return 0;
	if (r->part == PART_BAD)
		return err_set(err, -EBADMSG, "the pack is damaged");
	return err_set(err, -EBADMSG,
		       "the pack is cut short: it ends after %llu bytes",
		       (unsigned long long)(r->bytes + r->buf.len));
}

const struct pack_entry *pack_reader_entries(const struct pack_reader *r,
					     size_t *ret_count)
{
	*ret_count = r->list.count;
	return r->list.e;
}

void pack_reader_free(struct pack_reader *r)
{
	if (!r)
		return;
	strbuf_release(&r->buf);
	strbuf_release(&r->index);
	strbuf_release(&r->trailer);
	free(r->list.e);
	free(r);
}
