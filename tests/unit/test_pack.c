/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/store/backend.h"
#include "common/store/ingest.h"
#include "common/store/pack.h"

#include <errno.h>
#include <fcntl.h>

static const struct chunk_key key = { { 42 } };
static struct chunker *chunker;

static int setup(void **state)
{
	(void)state;
	return chunker_new(&key, &chunker, NULL);
}

static int teardown(void **state)
{
	(void)state;
	chunker_free(chunker);
	return 0;
}

static int sink(void *arg, const void *data, size_t len, struct err *err)
{
	(void)err;
	strbuf_add(arg, data, len);
	return 0;
}

static int full_sink(void *arg, const void *data, size_t len, struct err *err)
{
	size_t *room = arg;

	(void)data;
	if (len > *room)
		return err_set(err, -ENOSPC, "no room");
	*room -= len;
	return 0;
}

/* A pack of @count chunks: "chunk 0", "chunk 1" and so on, repeated. */
static void make_pack(struct strbuf *out, size_t count)
{
	struct pack_writer *w;

	assert_int_equal(pack_writer_new(sink, out, &w, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		char text[200];
		struct chunk_id id;
		int n = 0;

		while (n < 150)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
				      "chunk %zu ", i);
		assert_int_equal(
			chunker_id(chunker, text, (size_t)n, &id, NULL), 0);
		assert_int_equal(pack_writer_add(w, chunker, &id, text,
						 (size_t)n, NULL),
				 0);
	}
	assert_int_equal(pack_writer_finish(w, NULL), 0);
	assert_int_equal(pack_writer_bytes(w), out->len);
	assert_int_equal(pack_writer_count(w), count);
	pack_writer_free(w);
}

static int count_chunk(void *arg, const struct pack_entry *e, const void *data,
		       struct err *err)
{
	char want[20];

	(void)err;
	snprintf(want, sizeof(want), "chunk %d ", *(int *)arg);
	assert_true(e->raw >= 150);
	assert_memory_equal(data, want, strlen(want));
	++*(int *)arg;
	return 0;
}

static int read_all(const struct strbuf *pack, size_t len, size_t step,
		    int *seen, struct err *err)
{
	struct pack_reader *r = pack_reader_new(chunker, count_chunk, seen);
	int e = 0;

	*seen = 0;
	for (size_t at = 0; at < len && e == 0; at += step)
		e = pack_reader_feed(r, pack->data + at,
				     len - at < step ? len - at : step, err);
	if (e == 0)
		e = pack_reader_finish(r, err);
	pack_reader_free(r);
	return e;
}

static void reads_in_pieces_of_any_size(void **state)
{
	static const size_t steps[] = { 1, 7, 44, 1000, 1 << 20 };
	struct strbuf pack = STRBUF_INIT;
	int seen;

	(void)state;
	make_pack(&pack, 5);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		assert_int_equal(
			read_all(&pack, pack.len, steps[i], &seen, NULL), 0);
		assert_int_equal(seen, 5);
	}
	strbuf_release(&pack);
}

static void empty_pack(void **state)
{
	struct strbuf pack = STRBUF_INIT;
	int seen;

	(void)state;
	make_pack(&pack, 0);
	assert_int_equal(read_all(&pack, pack.len, 1, &seen, NULL), 0);
	assert_int_equal(read_all(&pack, pack.len, 4096, &seen, NULL), 0);
	strbuf_release(&pack);
}

static void every_cut_is_noticed(void **state)
{
	struct strbuf pack = STRBUF_INIT;
	int seen;

	(void)state;
	make_pack(&pack, 2);
	for (size_t len = 0; len < pack.len; len++) {
		struct err err = ERR_INIT;

		assert_int_equal(read_all(&pack, len, 4096, &seen, &err),
				 -EBADMSG);
		assert_non_null(strstr(err_text(&err), "cut short"));
	}
	strbuf_addch(&pack, 'x');
	assert_int_equal(read_all(&pack, pack.len, 4096, &seen, NULL),
			 -EBADMSG);
	strbuf_release(&pack);
}

static void every_flipped_bit_is_noticed(void **state)
{
	struct strbuf pack = STRBUF_INIT;
	int seen, harmless = 0;

	(void)state;
	make_pack(&pack, 2);
	for (size_t bit = 0; bit < 8 * pack.len; bit++) {
		pack.data[bit / 8] ^= (char)(1 << bit % 8);
		/* count_chunk has compared the data where it passes. */
		if (read_all(&pack, pack.len, 4096, &seen, NULL) == 0)
			harmless++;
		pack.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	/* Only bits that zstd itself ignores, in its frames' headers. */
	assert_true(harmless <= 2 * 8);
	strbuf_release(&pack);
}

static void a_full_disk_is_told(void **state)
{
	struct pack_writer *w;
	struct err err = ERR_INIT;
	size_t room = 8;

	(void)state;
	assert_int_equal(pack_writer_new(full_sink, &room, &w, &err), -ENOSPC);
	room = 20;
	assert_int_equal(pack_writer_new(full_sink, &room, &w, NULL), 0);
	assert_int_equal(pack_writer_finish(w, NULL), -ENOSPC);
	pack_writer_free(w);
}

static int count_object(void *arg, const char *name, uint64_t bytes)
{
	assert_string_equal(name, "p1");
	assert_true(bytes > 0);
	++*(int *)arg;
	return 0;
}

/* Makes the pack @name of 3 chunks in the backend; its entries in @e. */
static void ingest_three(struct backend *b, const char *name,
			 struct pack_entry e[3])
{
	struct strbuf pack = STRBUF_INIT;
	const struct pack_entry *got;
	struct ingest *in;
	size_t count;

	make_pack(&pack, 3);
	assert_int_equal(ingest_new(b, name, &key, &in, NULL), 0);
	assert_int_equal(ingest_feed(in, pack.data, 10, NULL), 0);
	assert_int_equal(ingest_feed(in, pack.data + 10, pack.len - 10, NULL),
			 0);
	assert_int_equal(ingest_finish(in, NULL), 0);
	got = ingest_entries(in, &count);
	assert_int_equal(count, 3);
	memcpy(e, got, 3 * sizeof(*e));
	assert_int_equal(ingest_bytes(in), pack.len);
	ingest_free(in);
	strbuf_release(&pack);
}

static void packs_in_a_directory(void **state)
{
	char dir[TEST_DIR_SIZE], path[64];
	struct pack_entry e[3];
	struct backend *b;
	const void *data;
	uint64_t bytes;
	struct err err = ERR_INIT;
	struct ingest *in;
	int n = 0, fd;
	char c;

	(void)state;
	test_make_dir(dir);
	assert_int_equal(backend_dir_open(dir, &b, NULL), 0);
	ingest_three(b, "p1", e);
	assert_int_equal(ingest_new(b, "p1", &key, &in, NULL), -EEXIST);
	assert_int_equal(ingest_new(b, "../x", &key, &in, NULL), -EINVAL);
	assert_int_equal(backend_list(b, count_object, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ingest_read(b, chunker, "p1", &e[2], &data, NULL), 0);
	assert_memory_equal(data, "chunk 2 ", 8);

	/* One byte on the disk changes: the message names chunk and pack. */
	snprintf(path, sizeof(path), "%s/p1", dir);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &c, 1, (off_t)e[1].offset + 12), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)e[1].offset + 12), 1);
	assert_int_equal(ingest_read(b, chunker, "p1", &e[1], &data, &err),
			 -EBADMSG);
	assert_non_null(strstr(err_text(&err), "pack 'p1': chunk "));

	/* The file is cut; then it is gone. */
	assert_int_equal(ftruncate(fd, (off_t)e[2].offset), 0);
	assert_int_equal(ingest_read(b, chunker, "p1", &e[2], &data, NULL),
			 -ENODATA);
	close(fd);
	assert_int_equal(backend_delete(b, "p1", NULL), 0);
	assert_int_equal(backend_delete(b, "p1", NULL), 0);
	assert_int_equal(backend_stat(b, "p1", &bytes, NULL), -ENOENT);
	assert_int_equal(ingest_read(b, chunker, "p1", &e[0], &data, NULL),
			 -ENOENT);
	backend_free(b);
	test_remove_dir(dir);
}

static void a_broken_upload_leaves_nothing(void **state)
{
	struct strbuf pack = STRBUF_INIT;
	char dir[TEST_DIR_SIZE];
	struct backend *b;
	struct ingest *in;
	uint64_t bytes;

	(void)state;
	test_make_dir(dir);
	make_pack(&pack, 3);
	assert_int_equal(backend_dir_open(dir, &b, NULL), 0);
	assert_int_equal(ingest_new(b, "p", &key, &in, NULL), 0);
	assert_int_equal(ingest_feed(in, pack.data, pack.len - 1, NULL), 0);
	assert_int_equal(ingest_finish(in, NULL), -EBADMSG);
	ingest_free(in);
	assert_int_equal(backend_stat(b, "p", &bytes, NULL), -ENOENT);

	/* Chunks under another owner's key are refused at once. */
	{
		struct chunk_key other = { { 7 } };

		assert_int_equal(ingest_new(b, "p", &other, &in, NULL), 0);
		assert_int_equal(ingest_feed(in, pack.data, pack.len, NULL),
				 -EBADMSG);
		ingest_free(in);
		assert_int_equal(backend_stat(b, "p", &bytes, NULL), -ENOENT);
	}
	backend_free(b);
	strbuf_release(&pack);
	test_remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_in_pieces_of_any_size),
		cmocka_unit_test(empty_pack),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(packs_in_a_directory),
		cmocka_unit_test(a_broken_upload_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
