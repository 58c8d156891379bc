/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/store/gc.h"
#include "common/store/index.h"
#include "common/store/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

/* A store in a directory of its own, with its index in memory. */
struct store {
	char dir[TEST_DIR_SIZE];
	sqlite3 *db;
	struct index *ix;
	struct backend *backend;
	struct chunk_key key;
	struct chunker *chunker;
	int packs;
};

static int setup(void **state)
{
	struct store *s = calloc(1, sizeof(*s));

	test_make_dir(s->dir);
	assert_int_equal(sqlite3_open(":memory:", &s->db), SQLITE_OK);
	assert_int_equal(index_new(s->db, &s->ix, NULL), -EIO);
	assert_int_equal(index_create(s->db, NULL), 0);
	assert_int_equal(index_create(s->db, NULL), 0);
	assert_int_equal(index_new(s->db, &s->ix, NULL), 0);
	assert_int_equal(backend_dir_open(s->dir, &s->backend, NULL), 0);
	memset(&s->key, 5, sizeof(s->key));
	assert_int_equal(chunker_new(&s->key, &s->chunker, NULL), 0);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct store *s = *state;

	index_free(s->ix);
	assert_int_equal(sqlite3_close(s->db), SQLITE_OK);
	backend_free(s->backend);
	chunker_free(s->chunker);
	test_remove_dir(s->dir);
	free(s);
	return 0;
}

static int sink(void *arg, const void *data, size_t len, struct err *err)
{
	(void)err;
	strbuf_add(arg, data, len);
	return 0;
}

/* The text of chunk @n: a full chunk, so that files have several. */
static const char *text_of(int n)
{
	static char text[CHUNK_SIZE];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + (i / 7 + (size_t)n) % 26);
	memcpy(text, &n, sizeof(n));
	return text;
}

static struct chunk_id id_of(struct store *s, int n)
{
	struct chunk_id id;

	assert_int_equal(
		chunker_id(s->chunker, text_of(n), CHUNK_SIZE, &id, NULL), 0);
	return id;
}

/* A file "f" of chunks first ... first + count - 1. */
static void file_of(struct store *s, struct manifest *m, int first, int count)
{
	struct chunk_id ids[16];

	manifest_init(m);
	for (int i = 0; i < count; i++)
		ids[i] = id_of(s, first + i);
	assert_int_equal(manifest_add(m, "f", (uint64_t)count * CHUNK_SIZE,
				      0600, ids, (size_t)count, NULL),
			 0);
}

static int64_t begin(struct store *s, int proc, int first, int count,
		     size_t *ret_missing)
{
	struct index_ckpt c = { .cluster = 7,
				.proc = proc,
				.attempt = 1,
				.owner = (char *)"ann",
				.created = 1000,
				.expires = 2000,
				.image = (char *)"f",
				.class = (char *)"any machine" };
	struct chunk_id *missing;
	struct manifest m;
	int64_t id;

	file_of(s, &m, first, count);
	assert_int_equal(index_upload_begin(s->ix, &c, &m, &id, &missing,
					    ret_missing, NULL),
			 0);
	free(missing);
	manifest_release(&m);
	return id;
}

/* Sends chunks first ... as a pack of upload @id. */
static void send(struct store *s, int64_t id, int first, int count)
{
	struct strbuf pack = STRBUF_INIT;
	const struct pack_entry *e;
	struct pack_writer *w;
	struct ingest *in;
	char name[16];
	size_t n;

	snprintf(name, sizeof(name), "p%d", s->packs++);
	assert_int_equal(pack_writer_new(sink, &pack, &w, NULL), 0);
	for (int i = 0; i < count; i++) {
		struct chunk_id chunk = id_of(s, first + i);

		assert_int_equal(pack_writer_add(w, s->chunker, &chunk,
						 text_of(first + i), CHUNK_SIZE,
						 NULL),
				 0);
	}
	assert_int_equal(pack_writer_finish(w, NULL), 0);
	pack_writer_free(w);
	assert_int_equal(ingest_new(s->backend, name, &s->key, &in, NULL), 0);
	assert_int_equal(ingest_feed(in, pack.data, pack.len, NULL), 0);
	assert_int_equal(ingest_finish(in, NULL), 0);
	e = ingest_entries(in, &n);
	assert_int_equal(index_upload_pack(s->ix, id, name, ingest_bytes(in), e,
					   n, NULL),
			 0);
	ingest_free(in);
	strbuf_release(&pack);
}

/* A committed checkpoint of chunks first ...; answers its id. */
static int64_t checkpoint(struct store *s, int proc, int first, int count)
{
	size_t missing;
	int64_t id = begin(s, proc, first, count, &missing);
	int generation;

	if (missing)
		send(s, id, first, count);
	assert_int_equal(index_upload_commit(s->ix, id, &generation, NULL), 0);
	assert_true(generation > 0);
	return id;
}

static size_t collect(struct store *s, int64_t now)
{
	size_t deleted;

	assert_int_equal(gc_decide(s->ix, now, NULL), 0);
	assert_int_equal(gc_act(s->ix, s->backend, 100, &deleted, NULL), 0);
	return deleted;
}

static void two_generations(void **state)
{
	struct store *s = *state;
	struct index_ckpt c;
	struct manifest m;
	struct err err = ERR_INIT;
	size_t missing;
	int64_t a, b;
	int generation = 0;

	assert_int_equal(index_latest(s->ix, 7, 0, 0, &c, &err), -ENOENT);
	assert_string_equal(err_text(&err), "job 7.0 has no checkpoint");
	a = begin(s, 0, 0, 3, &missing);
	assert_int_equal(missing, 3);
	err_clear(&err);
	assert_int_equal(index_upload_commit(s->ix, a, &generation, &err),
			 -ENODATA);
	assert_non_null(strstr(err_text(&err), "was not uploaded"));
	assert_int_equal(index_latest(s->ix, 7, 0, 0, &c, NULL), -ENOENT);
	send(s, a, 0, 2);
	assert_int_equal(index_upload_commit(s->ix, a, &generation, NULL),
			 -ENODATA);
	send(s, a, 2, 1);
	assert_int_equal(index_upload_commit(s->ix, a, &generation, NULL), 0);
	assert_int_equal(generation, 1);

	/* The next one shares two chunks; the same answer when repeated. */
	b = begin(s, 0, 1, 3, &missing);
	assert_int_equal(missing, 1);
	send(s, b, 3, 1);
	assert_int_equal(index_upload_commit(s->ix, b, &generation, NULL), 0);
	assert_int_equal(index_upload_commit(s->ix, b, &generation, NULL), 0);
	assert_int_equal(generation, 2);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, a, NULL), 0);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, b, NULL), 0);

	assert_int_equal(index_latest(s->ix, 7, 0, 0, &c, NULL), 0);
	assert_int_equal(c.id, b);
	assert_string_equal(c.class, "any machine");
	assert_string_equal(c.owner, "ann");
	assert_int_equal(c.bytes, 3 * CHUNK_SIZE);
	assert_true(c.new_bytes > 0);
	index_ckpt_release(&c);
	assert_int_equal(index_latest(s->ix, 7, 0, 1, &c, NULL), 0);
	assert_int_equal(c.id, a);
	index_ckpt_release(&c);
	assert_int_equal(index_manifest(s->ix, b, &m, NULL), 0);
	assert_int_equal(m.file_count, 1);
	assert_int_equal(m.files[0].chunk_count, 3);
	manifest_release(&m);
}

static void shared_chunks_stay(void **state)
{
	struct store *s = *state;
	struct index_totals t;
	int64_t a = checkpoint(s, 0, 0, 2);
	int64_t b = checkpoint(s, 0, 1, 2);
	int64_t c = checkpoint(s, 0, 1, 3);

	assert_int_equal(index_prune(s->ix, 7, 0, 2, NULL), 0);
	assert_int_equal(index_delete(s->ix, a, NULL), -ENOENT);
	assert_int_equal(collect(s, 0), 0); /* chunk 1 is still used */
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, b, NULL), 0);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, c, NULL), 0);
	assert_int_equal(index_totals(s->ix, "ann", &t, NULL), 0);
	assert_int_equal(t.checkpoints, 2);
	assert_int_equal(t.bytes, 5 * CHUNK_SIZE);
	assert_int_equal(t.chunks, 3);
	assert_int_equal(index_totals(s->ix, "bob", &t, NULL), 0);
	assert_int_equal(t.checkpoints, 0);

	assert_int_equal(index_delete(s->ix, b, NULL), 0);
	assert_int_equal(index_delete(s->ix, c, NULL), 0);
	assert_int_equal(collect(s, 0), 3);
	assert_int_equal(index_totals(s->ix, NULL, &t, NULL), 0);
	assert_int_equal(t.chunks, 0);
	assert_int_equal(t.pack_bytes, 0);
}

static void a_pin_keeps(void **state)
{
	struct store *s = *state;
	int64_t a = checkpoint(s, 0, 0, 1);
	struct index_ckpt c;

	checkpoint(s, 0, 1, 1);
	checkpoint(s, 0, 2, 1);
	assert_int_equal(index_pin(s->ix, a, true, NULL), 0);
	assert_int_equal(index_pin(s->ix, 999, true, NULL), -ENOENT);
	assert_int_equal(index_prune(s->ix, 7, 0, 1, NULL), 0);
	assert_int_equal(index_get(s->ix, a, &c, NULL), 0);
	assert_true(c.pinned);
	index_ckpt_release(&c);
	assert_int_equal(collect(s, 0), 1);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, a, NULL), 0);
}

/*
 * A chunk that was answered as present must not be collected before the
 * upload ends, even when its last checkpoint goes.
 */
static void promised_chunks_stay(void **state)
{
	struct store *s = *state;
	int64_t a = checkpoint(s, 0, 0, 1), b;
	size_t missing;
	int generation;

	b = begin(s, 1, 0, 1, &missing);
	assert_int_equal(missing, 0);
	assert_int_equal(index_delete(s->ix, a, NULL), 0);
	assert_int_equal(collect(s, 1999), 0);
	assert_int_equal(index_upload_commit(s->ix, b, &generation, NULL), 0);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, b, NULL), 0);
	assert_int_equal(index_delete(s->ix, b, NULL), 0);
	assert_int_equal(collect(s, 1999), 1);
}

static void uploads_expire(void **state)
{
	struct store *s = *state;
	size_t missing;
	int64_t a = begin(s, 0, 0, 2, &missing);
	struct err err = ERR_INIT;
	int generation;

	send(s, a, 0, 1);
	assert_int_equal(collect(s, 1999), 0);
	assert_int_equal(index_upload_renew(s->ix, a, 3000, NULL), 0);
	assert_int_equal(collect(s, 2999), 0);
	assert_int_equal(collect(s, 3000), 1);
	assert_int_equal(index_upload_commit(s->ix, a, &generation, &err),
			 -ENOENT);
	assert_non_null(strstr(err_text(&err), "no upload"));
	assert_int_equal(index_upload_abort(s->ix, a, NULL), 0);
	a = checkpoint(s, 0, 0, 1);
	assert_int_equal(index_upload_abort(s->ix, a, NULL), -EALREADY);
}

/* Changes one byte of the pack that holds chunk @n. */
static void damage(struct store *s, int n)
{
	struct chunk_id id = id_of(s, n);
	char path[80], *pack, c;
	struct pack_entry e;
	int fd;

	assert_int_equal(index_locate(s->ix, &id, &pack, &e, NULL), 0);
	snprintf(path, sizeof(path), "%s/%s", s->dir, pack);
	free(pack);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, (off_t)(e.offset + e.stored / 2)), 1);
	c ^= 0x10;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)(e.offset + e.stored / 2)),
			 1);
	close(fd);
}

static void damage_is_named_and_the_older_one_used(void **state)
{
	struct store *s = *state;
	int64_t a = checkpoint(s, 0, 0, 2), b = checkpoint(s, 0, 2, 2);
	struct err err = ERR_INIT;
	struct index_ckpt c;
	char want[80];
	size_t missing;

	damage(s, 3);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, b, &err),
			 -EBADMSG);
	snprintf(want, sizeof(want),
		 "checkpoint '%lld': file 'f', chunk 1: ", (long long)b);
	assert_memory_equal(err_text(&err), want, strlen(want));
	assert_int_equal(index_latest(s->ix, 7, 0, 0, &c, NULL), 0);
	assert_int_equal(c.id, a);
	index_ckpt_release(&c);
	assert_int_equal(index_get(s->ix, b, &c, NULL), 0);
	assert_int_equal(c.state, INDEX_DAMAGED);
	assert_string_equal(c.damage, err_text(&err));
	index_ckpt_release(&c);

	/* The bad chunk is asked for again, and is sound then. */
	b = begin(s, 0, 2, 2, &missing);
	assert_int_equal(missing, 1);
	send(s, b, 3, 1);
	assert_int_equal(index_upload_commit(s->ix, b, &(int){ 0 }, NULL), 0);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, b, NULL), 0);

	/* Damaged ones do not count among those to keep. */
	assert_int_equal(index_prune(s->ix, 7, 0, 2, NULL), 0);
	assert_int_equal(index_get(s->ix, a, &c, NULL), 0);
	index_ckpt_release(&c);
	assert_int_equal(index_refuse(s->ix, b, "does not read", NULL), 0);
	assert_int_equal(index_latest(s->ix, 7, 0, 0, &c, NULL), 0);
	assert_int_equal(c.id, a);
	index_ckpt_release(&c);
}

static void a_lost_pack_is_damage(void **state)
{
	struct store *s = *state;
	int64_t a = checkpoint(s, 0, 0, 1);
	struct err err = ERR_INIT;

	assert_int_equal(backend_delete(s->backend, "p0", NULL), 0);
	assert_int_equal(gc_verify(s->ix, s->backend, s->chunker, a, &err),
			 -EBADMSG);
	assert_non_null(strstr(err_text(&err), "no such file"));
}

static void outputs_are_no_checkpoints(void **state)
{
	struct store *s = *state;
	struct index_ckpt c = { .cluster = 7,
				.owner = (char *)"ann",
				.expires = 2000,
				.outputs = true };
	struct chunk_id *missing;
	struct manifest m;
	size_t count;
	int64_t id;
	int generation = -1;

	file_of(s, &m, 0, 1);
	assert_int_equal(index_upload_begin(s->ix, &c, &m, &id, &missing,
					    &count, NULL),
			 0);
	free(missing);
	manifest_release(&m);
	send(s, id, 0, 1);
	assert_int_equal(index_upload_commit(s->ix, id, &generation, NULL), 0);
	assert_int_equal(generation, 0);
	assert_int_equal(index_latest(s->ix, 7, 0, 0, &c, NULL), -ENOENT);
	assert_int_equal(index_prune(s->ix, 7, 0, 0, NULL), 0);
	assert_int_equal(index_manifest(s->ix, id, &m, NULL), 0);
	assert_int_equal(m.file_count, 1);
	manifest_release(&m);
	assert_int_equal(index_delete(s->ix, id, NULL), 0);
	assert_int_equal(collect(s, 0), 1);
}

static int remember(void *arg, const struct index_ckpt *c)
{
	int64_t *last = arg;

	assert_true(c->id > *last);
	*last = c->id;
	return 0;
}

static void listing_filters(void **state)
{
	struct store *s = *state;
	struct index_filter all = { -1, -1, NULL, false };
	struct index_filter proc1 = { 7, 1, "ann", false };
	struct index_filter bob = { -1, -1, "bob", true };
	struct index_filter uploads = { 7, -1, NULL, true };
	int64_t a = checkpoint(s, 0, 0, 1), b = checkpoint(s, 1, 0, 1), c;
	int64_t last = 0;
	size_t missing;
	struct chunk_id chunk = id_of(s, 0), other = id_of(s, 9);

	c = begin(s, 0, 0, 1, &missing);
	assert_int_equal(index_list(s->ix, &all, remember, &last, NULL), 0);
	assert_int_equal(last, b);
	last = 0;
	assert_int_equal(index_list(s->ix, &proc1, remember, &last, NULL), 0);
	assert_int_equal(last, b);
	last = 0;
	assert_int_equal(index_list(s->ix, &bob, remember, &last, NULL), 0);
	assert_int_equal(last, 0);
	assert_int_equal(index_list(s->ix, &uploads, remember, &last, NULL), 0);
	assert_int_equal(last, c);
	assert_true(index_names_chunk(s->ix, a, &chunk));
	assert_false(index_names_chunk(s->ix, a, &other));
	assert_string_equal(index_state_name(INDEX_COMMITTED), "committed");
}

/* What the caller rolls back is as if it had never been. */
static void rollback_undoes(void **state)
{
	struct store *s = *state;
	struct index_ckpt c;
	size_t missing, deleted;
	int64_t a;

	assert_int_equal(sqlite3_exec(s->db, "BEGIN", 0, 0, 0), SQLITE_OK);
	a = checkpoint(s, 0, 0, 2);
	assert_int_equal(sqlite3_exec(s->db, "ROLLBACK", 0, 0, 0), SQLITE_OK);
	assert_int_equal(index_get(s->ix, a, &c, NULL), -ENOENT);
	begin(s, 0, 0, 2, &missing);
	assert_int_equal(missing, 2);
	assert_int_equal(gc_strays(s->ix, s->backend, &deleted, NULL), 0);
	assert_int_equal(deleted, 1);
}

static void the_secret_stays(void **state)
{
	struct store *s = *state;
	struct chunk_key a, b;

	assert_int_equal(index_secret(s->ix, &a, NULL), 0);
	assert_int_equal(index_secret(s->ix, &b, NULL), 0);
	assert_memory_equal(&a, &b, sizeof(a));
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(two_generations),
		test(shared_chunks_stay),
		test(a_pin_keeps),
		test(promised_chunks_stay),
		test(uploads_expire),
		test(damage_is_named_and_the_older_one_used),
		test(a_lost_pack_is_damage),
		test(outputs_are_no_checkpoints),
		test(listing_filters),
		test(rollback_undoes),
		test(the_secret_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
