/* SPDX-License-Identifier: MIT */
/*
 * A pack that was altered, cut, or sent in odd pieces gives what went in or
 * an error, never anything else. The input's lines are chunks; a line that
 * begins with '!' says what is done to the pack: !3 flips a bit of byte 3,
 * !c5 cuts five bytes off, !p7 feeds it in pieces of 7.
 */
#include "tests/fuzz/fuzz.h"

#include "common/base/strbuf.h"
#include "common/store/pack.h"

#include <string.h>

const char *const fuzz_seeds[] = {
	"first chunk\nsecond chunk second chunk second chunk\n!p1",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nb\n!40",
	"x\n!c1",
	"x\ny\nz\n!16\n!17\n!200\n!p44",
	"!c56",
	"!0",
	NULL
};

#define CHUNKS_MAX 64

/* The input as it was understood. */
struct plan {
	const char *chunk[CHUNKS_MAX];
	size_t len[CHUNKS_MAX], count, seen;
	size_t piece;
	bool altered;
};

static int sink(void *arg, const void *data, size_t len, struct err *err)
{
	(void)err;
	strbuf_add(arg, data, len);
	return 0;
}

/* Chunks come in order, and each is what went in. */
static int check_chunk(void *arg, const struct pack_entry *e, const void *data,
		       struct err *err)
{
	struct plan *p = arg;

	(void)err;
	FUZZ_CHECK(p->seen < p->count || p->altered);
	for (size_t i = 0; i < p->count; i++) {
		if (p->len[i] == e->raw &&
		    memcmp(p->chunk[i], data, e->raw) == 0) {
			p->seen++;
			return 0;
		}
	}
	FUZZ_CHECK(!"a chunk that nobody sent");
	return 0;
}

static void write_pack(struct chunker *c, const struct plan *p,
		       struct strbuf *out)
{
	struct pack_writer *w;

	FUZZ_CHECK(pack_writer_new(sink, out, &w, NULL) == 0);
	for (size_t i = 0; i < p->count; i++) {
		struct chunk_id id;

		FUZZ_CHECK(chunker_id(c, p->chunk[i], p->len[i], &id, NULL) ==
			   0);
		FUZZ_CHECK(pack_writer_add(w, c, &id, p->chunk[i], p->len[i],
					   NULL) == 0);
	}
	FUZZ_CHECK(pack_writer_finish(w, NULL) == 0);
	pack_writer_free(w);
}

/* One line that begins with '!'. */
static void alter(struct plan *p, struct strbuf *pack, const char *line,
		  size_t len)
{
	char word[16] = "";
	size_t n;

	memcpy(word, line, len < 15 ? len : 15);
	n = strtoul(word + (word[0] == 'c' || word[0] == 'p'), NULL, 10);
	if (word[0] == 'p') {
		p->piece = n ? n : 1;
	} else if (word[0] == 'c') {
		p->altered |= n > 0;
		strbuf_setlen(pack, n < pack->len ? pack->len - n : 0);
	} else if (pack->len) {
		p->altered = true;
		pack->data[n % pack->len] ^= (char)(1 << n % 8);
	}
}

/* Calls for each line: first the chunks, then what is done to the pack. */
static void each_line(const char *text, size_t size, struct plan *p,
		      struct strbuf *pack)
{
	for (size_t at = 0; at < size;) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', size - at);
		size_t len = end ? (size_t)(end - line) : size - at;

		at += len + 1;
		if (len > 1 && line[0] == '!') {
			if (pack)
				alter(p, pack, line + 1, len - 1);
		} else if (!pack && len && p->count < CHUNKS_MAX) {
			p->chunk[p->count] = line;
			p->len[p->count++] = len < CHUNK_SIZE ? len
							      : CHUNK_SIZE;
		}
	}
}

static void read_pack(struct chunker *c, struct plan *p,
		      const struct strbuf *pack)
{
	struct pack_reader *r = pack_reader_new(c, check_chunk, p);
	int e = 0;

	for (size_t at = 0; at < pack->len && e == 0; at += p->piece)
		e = pack_reader_feed(r, pack->data + at,
				     pack->len - at < p->piece ? pack->len - at
							       : p->piece,
				     NULL);
	if (e == 0)
		e = pack_reader_finish(r, NULL);
	if (!p->altered)
		FUZZ_CHECK(e == 0 && p->seen == p->count);
	if (e == 0)
		FUZZ_CHECK(p->seen == p->count);
	pack_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct chunk_key key = { { 1 } };
	struct plan p = { .piece = 4096 };
	struct strbuf pack = STRBUF_INIT;
	struct chunker *c;

	FUZZ_CHECK(chunker_new(&key, &c, NULL) == 0);
	each_line((const char *)data, size, &p, NULL);
	write_pack(c, &p, &pack);
	each_line((const char *)data, size, &p, &pack);
	read_pack(c, &p, &pack);
	chunker_free(c);
	strbuf_release(&pack);
	return 0;
}
