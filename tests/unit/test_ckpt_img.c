/* SPDX-License-Identifier: MIT */
/*
 * An image written by a small program that this test is itself, then read
 * whole, cut short, with single bytes changed, and with bytes changed whose
 * checksums are right again.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ckptlib/abi.h"
#include "ckptlib/image/img.h"
#include "ckptlib/image/sum.h"
#include "ckptlib/image/value.h"

void *ckpt_malloc(size_t size);

/* ---- the program ------------------------------------------------------------- */

struct node {
	struct node *next;
	const char *text;
	int value;
};

static struct node *head;

static const struct ckpt_type t_int = {
	.name = "int", .kind = CKPT_INT, .align = 4, .size = sizeof(int)
};
static const struct ckpt_type t_char = {
	.name = "char", .kind = CKPT_CHAR, .align = 1, .size = 1
};
static const struct ckpt_type t_charp = { .name = "char *",
					  .kind = CKPT_PTR,
					  .align = sizeof(void *),
					  .size = sizeof(void *),
					  .elem = &t_char };
extern const struct ckpt_type t_node;
static const struct ckpt_type t_nodep = { .name = "struct node *",
					  .kind = CKPT_PTR,
					  .align = sizeof(void *),
					  .size = sizeof(void *),
					  .elem = &t_node };
static const struct ckpt_field node_fields[] = {
	{ .name = "next",
	  .type = &t_nodep,
	  .offset = offsetof(struct node, next) },
	{ .name = "text",
	  .type = &t_charp,
	  .offset = offsetof(struct node, text) },
	{ .name = "value",
	  .type = &t_int,
	  .offset = offsetof(struct node, value) },
};
const struct ckpt_type t_node = { .name = "struct node",
				  .where = "t.c:1",
				  .kind = CKPT_STRUCT,
				  .align = sizeof(void *),
				  .size = sizeof(struct node),
				  .nfields = 3,
				  .fields = node_fields };

static const struct ckpt_var vars[] = {
	{ .name = "i", .type = &t_int, .pass = CKPT_P_INT, .line = 3 },
};
extern const struct ckpt_function fn_main;
static const struct ckpt_point point = { .fn = &fn_main,
					 .what = "loop",
					 .file = "t.c",
					 .line = 4,
					 .nvars = 1,
					 .vars = vars };
static const struct ckpt_point *const points[] = { &point };

static void never(void *ret)
{
	(void)ret;
	abort();
}

const struct ckpt_function fn_main = { .name = "main",
				       .file = "t.c",
				       .line = 2,
				       .resume = never,
				       .points = points,
				       .npoints = 1 };
static const struct ckpt_function *const functions[] = { &fn_main };
static const struct ckpt_type *const types[] = { &t_node, &t_int };
static const char literal[] = "literal";
static const struct ckpt_string strings[] = { { literal, sizeof(literal), 1 } };
static const struct ckpt_global globals[] = {
	{ .name = "head", .type = &t_nodep, .addr = &head, .line = 1 },
};
static const struct ckpt_unit unit = { .abi = CKPT_ABI_VERSION,
				       .name = "t.c",
				       .functions = functions,
				       .types = types,
				       .globals = globals,
				       .strings = strings,
				       .nfunctions = 1,
				       .ntypes = 2,
				       .nglobals = 1,
				       .nstrings = 1 };
static const struct ckpt_unit *const entry
	__attribute__((section("ckpt_units"), used)) = &unit;

static int start(int argc, char **argv, char **envp)
{
	struct node *n;
	int i;

	(void)argc;
	(void)argv;
	(void)envp;
	for (i = 0; i < 30; i++) {
		if (i == 20 && ckpt_request && ckpt_poll(&point)) {
			ckpt_save(&point, i);
			return 0;
		}
		ckpt_hint = &t_node;
		n = ckpt_malloc(sizeof(*n));
		n->next = head;
		n->text = literal;
		n->value = i;
		head = n;
	}
	return 0;
}

static char dir[TEST_DIR_SIZE];
static char path[64];
static unsigned char *good;
static size_t size;

static int write_image(void **state)
{
	char image[80];
	char *argv[] = { (char *)"prog", NULL };
	char *envp[] = { image, (char *)"CKPT_AFTER_POLLS=1", NULL };
	struct stat st;
	int status, fd;
	pid_t pid;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/i", dir);
	snprintf(image, sizeof(image), "CKPT_IMAGE=%s", path);
	pid = fork();
	if (pid == 0) {
		/* cmocka's handlers are no functions that hcc built */
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_DFL);
		_exit(ckpt_main(1, argv, envp, start, &fn_main) ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 85);
	fd = open(path, O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	size = (size_t)st.st_size;
	good = malloc(size);
	assert_int_equal(read(fd, good, size), size);
	close(fd);
	return 0;
}

static int remove_image(void **state)
{
	(void)state;
	free(good);
	test_remove_dir(dir);
	return 0;
}

/* ---- tests ------------------------------------------------------------------- */

static void store(const unsigned char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

/* Opens what is stored and follows all of it. -errno or 0. */
static int follow(void)
{
	struct img_finder *finder;
	struct img_err err;
	struct img *img;
	uint32_t i, k;
	int r = ckpti_img_open(path, &img, &err);

	if (r) {
		assert_true(err.text[0] != '\0');
		return r;
	}
	finder = ckpti_img_finder_new(img);
	assert_non_null(finder);
	for (i = 0; i < img->nspans; i++) {
		for (k = 0; k < img->spans[i].nruns; k++)
			ckpti_img_find(
				finder,
				img->spans[i].base +
					img->spans[i].runs[k].first *
						(uint64_t)img->spans[i].slot);
	}
	for (i = 0; i < img->nglobals; i++) {
		const struct img_global *g = &img->globals[i];

		if (g->data != IMG_NO_DATA && img->types[g->type].size)
			ckpti_img_int(img, img->global_data + g->data, 1, 0);
	}
	ckpti_img_finder_free(finder);
	r = ckpti_img_check_heap(img, &err);
	ckpti_img_close(img);
	return r;
}

static void test_good(void **state)
{
	struct img_finder *finder;
	struct img_place p;
	struct img *img;
	uint64_t addr;
	uint32_t i;

	(void)state;
	store(good, size);
	assert_int_equal(follow(), 0);
	assert_int_equal(ckpti_img_open(path, &img, NULL), 0);
	assert_string_equal(ckpti_img_class_name(img->limits), "any machine");
	assert_int_equal(img->nframes, 1);
	assert_int_equal(ckpti_img_int(img, img->frame_data, 4, 1), 20);
	finder = ckpti_img_finder_new(img);
	for (i = 0; i < img->nglobals; i++) {
		if (strcmp(img->globals[i].name, "head") == 0)
			break;
	}
	assert_true(i < img->nglobals);
	addr = ckpti_img_int(img, img->global_data + img->globals[i].data,
			     img->layout.size[IMG_PTR], 0);
	p = ckpti_img_find(finder, addr);
	assert_int_equal(p.kind, IMG_AT_BLOCK);
	assert_int_equal(p.size, sizeof(struct node));
	assert_string_equal(
		img->types[img->spans[p.index].runs[p.sub].type].name,
		"struct node");
	ckpti_img_finder_free(finder);
	ckpti_img_close(img);
}

static void test_truncated(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < size; n += n < 64 || size - n < 64 ? 1 : 37) {
		store(good, n);
		assert_int_equal(follow(), -EBADMSG);
	}
}

static void test_altered(void **state)
{
	unsigned char *bad = malloc(size);
	size_t i;

	(void)state;
	memcpy(bad, good, size);
	for (i = 0; i < size; i += 3) {
		bad[i] ^= 0x41;
		store(bad, size);
		assert_true(follow() < 0);
		bad[i] = good[i];
	}
	free(bad);
}

static uint64_t get_le(const unsigned char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Makes the checksums of all sections right. */
static void mend(unsigned char *bytes)
{
	struct ckpti_sum sum;
	size_t at = 16;
	uint64_t n, value;
	int i;

	while (at + 24 <= size) {
		n = get_le(bytes + at + 8);
		if (n > size - at - 24)
			return;
		ckpti_sum_init(&sum);
		ckpti_sum_add(&sum, bytes + at, (size_t)n + 16);
		value = ckpti_sum_value(&sum);
		at += (size_t)n + 16;
		for (i = 0; i < 8; i++)
			bytes[at + (size_t)i] = (unsigned char)(value >> 8 * i);
		at += 8;
	}
}

/* Whatever a damaged image says, following it must stay within it. */
static void test_damaged_but_mended(void **state)
{
	unsigned char *bad = malloc(size);
	unsigned seed = 7, refused = 0, round;
	size_t i, k;

	(void)state;
	for (round = 0; round < 4000; round++) {
		memcpy(bad, good, size);
		for (k = 0; k < 1 + round % 3; k++) {
			seed = seed * 1103515245 + 12345;
			i = 16 + (seed >> 8) % (size - 16);
			seed = seed * 1103515245 + 12345;
			bad[i] = round % 2 ? (unsigned char)(seed >> 16)
					   : (unsigned char)0xff;
		}
		mend(bad);
		store(bad, size);
		refused += follow() < 0;
	}
	assert_true(refused > 100);
	free(bad);
}

static void test_sum(void **state)
{
	/* XXH64 with seed 0, from the specification's test vectors */
	struct ckpti_sum sum;

	(void)state;
	ckpti_sum_init(&sum);
	assert_true(ckpti_sum_value(&sum) == 0xef46db3751d8e999u);
	ckpti_sum_add(&sum, "abc", 3);
	assert_true(ckpti_sum_value(&sum) == 0x44bc2cf5ad770999u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_damaged_but_mended),
	};

	return cmocka_run_group_tests(tests, write_image, remove_image);
}
