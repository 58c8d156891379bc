/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/store/chunk.h"
#include "common/store/manifest.h"
#include "common/store/restore.h"

#include <errno.h>
#include <fcntl.h>

static struct chunker *ann;

static int setup(void **state)
{
	struct chunk_key secret = { { 1, 2, 3 } }, key;

	(void)state;
	assert_int_equal(chunk_key_derive(&secret, "ann", &key, NULL), 0);
	return chunker_new(&key, &ann, NULL);
}

static int teardown(void **state)
{
	(void)state;
	chunker_free(ann);
	return 0;
}

static void fill(char *buf, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245u + 12345u;
		buf[i] = (char)(seed >> 16);
	}
}

static void hmac_is_the_standard_one(void **state)
{
	/* RFC 4231, test case 1, with its key padded to our 32 bytes: a key
	 * shorter than the block is padded with zeros, so it is the same. */
	struct chunk_key key = { { 0 } };
	struct chunker *c;
	struct chunk_id id;
	char hex[CHUNK_HEX_SIZE];

	(void)state;
	memset(key.b, 0x0b, 20);
	assert_int_equal(chunker_new(&key, &c, NULL), 0);
	assert_int_equal(chunker_id(c, "Hi There", 8, &id, NULL), 0);
	chunk_id_hex(&id, hex);
	assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b"
				 "881dc200c9833da726e9376c2e32cff7");
	chunker_free(c);
}

static void owners_have_other_ids(void **state)
{
	struct chunk_key secret = { { 1, 2, 3 } }, key;
	struct chunk_id a, b;
	struct chunker *bob;

	(void)state;
	assert_int_equal(chunk_key_derive(&secret, "bob", &key, NULL), 0);
	assert_int_equal(chunker_new(&key, &bob, NULL), 0);
	assert_int_equal(chunker_id(ann, "same", 4, &a, NULL), 0);
	assert_int_equal(chunker_id(bob, "same", 4, &b, NULL), 0);
	assert_int_not_equal(chunk_id_cmp(&a, &b), 0);
	chunker_free(bob);
}

static void hex_is_strict(void **state)
{
	struct chunk_id id = { { 0 } }, back;
	char hex[CHUNK_HEX_SIZE];

	(void)state;
	for (int i = 0; i < 32; i++)
		id.b[i] = (uint8_t)(i * 8 + 7);
	chunk_id_hex(&id, hex);
	assert_int_equal(chunk_id_parse(hex, &back), 0);
	assert_int_equal(chunk_id_cmp(&id, &back), 0);
	hex[10] = 'g';
	assert_int_equal(chunk_id_parse(hex, &back), -EINVAL);
	hex[10] = 'A';
	assert_int_equal(chunk_id_parse(hex, &back), -EINVAL);
	assert_int_equal(chunk_id_parse("", &back), -EINVAL);
	assert_int_equal(chunk_id_parse("ab", &back), -EINVAL);
	memset(hex, 'a', 64);
	assert_int_equal(chunk_id_parse(hex, &back), 0);
	{
		char longer[67];

		memset(longer, 'a', 66);
		longer[66] = '\0';
		assert_int_equal(chunk_id_parse(longer, &back), -EINVAL);
	}
}

static void pack_and_back(const char *data, size_t len, bool shrinks)
{
	char *stored = malloc(CHUNK_SIZE);
	struct chunk_id id;
	const void *out;
	size_t n;

	assert_int_equal(chunker_id(ann, data, len, &id, NULL), 0);
	assert_int_equal(chunker_pack(ann, data, len, &out, &n, NULL), 0);
	assert_int_equal(n < len, shrinks);
	memcpy(stored, out, n);
	assert_int_equal(chunker_unpack(ann, &id, stored, n, len, &out, NULL),
			 0);
	assert_memory_equal(out, data, len);
	free(stored);
}

static void round_trips(void **state)
{
	char *buf = calloc(1, CHUNK_SIZE);

	(void)state;
	pack_and_back(buf, CHUNK_SIZE, true);
	pack_and_back("x", 1, false);
	fill(buf, CHUNK_SIZE, 5);
	pack_and_back(buf, CHUNK_SIZE, false);
	pack_and_back(buf, 1000, false);
	free(buf);
}

static void every_flipped_bit_is_noticed(void **state)
{
	char text[600], stored[600];
	struct chunk_id id;
	const void *out;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 7);
	assert_int_equal(chunker_id(ann, text, sizeof(text), &id, NULL), 0);
	assert_int_equal(chunker_pack(ann, text, sizeof(text), &out, &n, NULL),
			 0);
	assert_true(n < sizeof(text));
	memcpy(stored, out, n);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		struct err err = ERR_INIT;
		int r;

		stored[bit / 8] ^= (char)(1 << bit % 8);
		r = chunker_unpack(ann, &id, stored, n, sizeof(text), &out,
				   &err);
		/* A bit that zstd does not use changes nothing. */
		if (r == 0) {
			assert_memory_equal(out, text, sizeof(text));
		} else {
			assert_int_equal(r, -EBADMSG);
			assert_non_null(strstr(err_text(&err), "is damaged"));
		}
		stored[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(chunker_unpack(ann, &id, stored, cut,
						sizeof(text), &out, NULL),
				 -EBADMSG);
}

static void another_owner_cannot_read(void **state)
{
	struct chunk_key key = { { 9 } };
	struct chunker *bob;
	struct chunk_id id;
	const void *out;

	(void)state;
	assert_int_equal(chunker_new(&key, &bob, NULL), 0);
	assert_int_equal(chunker_id(ann, "data", 4, &id, NULL), 0);
	assert_int_equal(chunker_unpack(bob, &id, "data", 4, 4, &out, NULL),
			 -EBADMSG);
	chunker_free(bob);
}

static void names_stay_inside(void **state)
{
	static const char *const good[] = {
		"a", "_harrier/image", "a/b/c", ".hidden", "..x", "a b", "x.."
	};
	static const char *const bad[] = { "",	   "/a",   "a/",    "a//b",
					   ".",	   "..",   "../a",  "a/../b",
					   "a/..", "a\nb", "a\x7f", "./a" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(manifest_name_ok(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(manifest_name_ok(bad[i]));
}

static int file_with(const char *dir, const char *name, const void *data,
		     size_t len)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0640);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	return fd;
}

/* Two files that share chunks come back whole, in any order of chunks. */
static void files_split_and_join(void **state)
{
	size_t len = 3 * CHUNK_SIZE + 17, count;
	char *data = calloc(1, len), *back = malloc(len);
	char dir[TEST_DIR_SIZE];
	struct chunk_id *ids;
	struct restore *r;
	struct manifest m;
	int a, b, out;

	(void)state;
	test_make_dir(dir);
	fill(data + CHUNK_SIZE, 5, 3);
	a = file_with(dir, "a", data, len);
	b = file_with(dir, "b", "", 0);
	out = file_with(dir, "out", "", 0);
	manifest_init(&m);
	assert_int_equal(manifest_add_fd(&m, ann, "a", a, NULL), 0);
	assert_int_equal(manifest_add_fd(&m, ann, "b", b, NULL), 0);
	assert_int_equal(manifest_add_fd(&m, ann, "b", b, NULL), -EINVAL);
	assert_int_equal(m.file_count, 2);
	assert_int_equal(m.files[0].chunk_count, 4);
	assert_int_equal(m.files[0].mode, 0640);
	assert_int_equal(m.files[1].chunk_count, 0);
	assert_int_equal(manifest_bytes(&m), len);
	ids = manifest_ids(&m, &count);
	assert_int_equal(count, 3); /* chunks 0 and 2 are both zeros */

	r = restore_new(&m);
	restore_file(r, 0, out);
	for (int i = 3; i >= 1; i--) {
		struct err err = ERR_INIT;

		assert_int_equal(restore_finish(r, &err), -ENODATA);
		assert_non_null(strstr(err_text(&err), "'a'"));
		assert_int_equal(restore_chunk(r, &m.files[0].chunks[i],
					       data + (size_t)i * CHUNK_SIZE,
					       manifest_chunk_len(&m.files[0],
								  (size_t)i),
					       NULL),
				 0);
	}
	assert_int_equal(restore_finish(r, NULL), 0);
	assert_int_equal(pread(out, back, len, 0), len);
	assert_memory_equal(data, back, len);
	assert_int_equal(restore_chunk(r, &m.files[0].chunks[3], data, 16,
				       NULL),
			 -EBADMSG);
	restore_free(r);
	manifest_release(&m);
	free(ids);
	free(data);
	free(back);
	close(a);
	close(b);
	close(out);
	test_remove_dir(dir);
}

static void bad_manifests_are_refused(void **state)
{
	struct chunk_id id = { { 0 } };
	struct manifest m;

	(void)state;
	manifest_init(&m);
	assert_int_equal(manifest_add(&m, "a", 1, 0600, &id, 0, NULL), -EINVAL);
	assert_int_equal(manifest_add(&m, "a", CHUNK_SIZE + 1, 0600, &id, 1,
				      NULL),
			 -EINVAL);
	assert_int_equal(manifest_add(&m, "../a", 1, 0600, &id, 1, NULL),
			 -EINVAL);
	assert_int_equal(m.file_count, 0);
	assert_int_equal(manifest_add(&m, "a", 1, 06777, &id, 1, NULL), 0);
	assert_int_equal(m.files[0].mode, 0777);
	manifest_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_is_the_standard_one),
		cmocka_unit_test(owners_have_other_ids),
		cmocka_unit_test(hex_is_strict),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(another_owner_cannot_read),
		cmocka_unit_test(names_stay_inside),
		cmocka_unit_test(files_split_and_join),
		cmocka_unit_test(bad_manifests_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
