/* SPDX-License-Identifier: MIT */
#include "common/store/ingest.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

struct ingest {
	struct chunker *c;
	struct pack_reader *reader;
	struct backend_put *put; /* NULL once committed */
	uint64_t bytes;
};

int ingest_new(struct backend *b, const char *name, const struct chunk_key *key,
	       struct ingest **ret_ingest, struct err *err)
{
	struct ingest *in = xcalloc(1, sizeof(*in));
	int r = chunker_new(key, &in->c, err);

	if (r == 0)
		r = backend_put_begin(b, name, &in->put, err);
	if (r < 0) {
		ingest_free(in);
		return r;
	}
	in->reader = pack_reader_new(in->c, NULL, NULL);
	*ret_ingest = in;
	return 0;
}

int ingest_feed(struct ingest *in, const void *data, size_t len,
		struct err *err)
{
	int r = pack_reader_feed(in->reader, data, len, err);

	if (r == 0)
		r = backend_put_write(in->put, data, len, err);
	if (r == 0)
		in->bytes += len;
	return r;
}

int ingest_finish(struct ingest *in, struct err *err)
{
	int r = pack_reader_finish(in->reader, err);

	if (r < 0)
		return r;
	r = backend_put_commit(in->put, err);
	in->put = NULL;
	return r;
}

const struct pack_entry *ingest_entries(const struct ingest *in,
					size_t *ret_count)
{
	return pack_reader_entries(in->reader, ret_count);
}

uint64_t ingest_bytes(const struct ingest *in)
{
	return in->bytes;
}

void ingest_free(struct ingest *in)
{
	if (!in)
		return;
	backend_put_abort(in->put);
	pack_reader_free(in->reader);
	chunker_free(in->c);
	free(in);
}

int ingest_read_stored(struct backend *b, const char *name,
		       const struct pack_entry *e, void *buf, struct err *err)
{
	char hex[CHUNK_HEX_SIZE];
	int r;

	chunk_id_hex(&e->id, hex);
	if (e->stored > CHUNK_SIZE)
		return err_set(err, -EBADMSG,
			       "chunk %s is damaged: its length is wrong", hex);
	r = backend_get(b, name, e->offset, buf, e->stored, err);
	if (r < 0)
		err_prefix(err, "chunk %s", hex);
	return r;
}

int ingest_read(struct backend *b, struct chunker *c, const char *name,
		const struct pack_entry *e, const void **ret_data,
		struct err *err)
{
	void *stored = chunker_buffer(c);
	int r = ingest_read_stored(b, name, e, stored, err);

	if (r < 0)
		return r;
	r = chunker_unpack(c, &e->id, stored, e->stored, e->raw, ret_data, err);
	if (r < 0)
		err_prefix(err, "pack '%s'", name);
	return r;
}
