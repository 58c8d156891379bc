/* SPDX-License-Identifier: MIT */
/*
 * A checkpoint image is refused, or can be followed everywhere. Inputs are
 * images as text, so that what is altered keeps its checksums: a line is a
 * section, its tag and then integers, "texts" and bytes (x00ff).
 */
#include "tests/fuzz/fuzz.h"

#include "ckptlib/image/img.h"
#include "ckptlib/image/sum.h"
#include "common/base/strbuf.h"
#include "submit/ckptdiff.h"
#include "submit/ckptdump.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HEAD \
	"HEAD \"X86_64\" \"p\" \"/\" 0 1 2 2 2 4 4 8 8 8 8 8 8 4 4 8 8 16 16 "
#define ZEROS "x0000000000000000"

const char *const fuzz_seeds[] = {
	HEAD "7 4 17 1 99 4 40\n"
	     "WHY  1 4 \"t\" \"a.c\" 3\n"
	     "UNIT 1 \"a.c\" 0\n"
	     "TYPE 6 \"int\" \"\" 0 2 0 4 4 0 0 0 "
	     "\"struct n\" \"a.c:1\" 1 9 0 8 16 0 0 3 \"p\" 2 0 0 \"v\" 0 0 8 "
	     "\"b\" 0 3 96 "
	     "\"struct n *\" \"\" 0 6 0 8 8 0 2 0 "
	     "\"char\" \"\" 0 1 0 1 1 0 0 0 "
	     "\"char[8]\" \"\" 0 8 0 1 8 8 4 0 "
	     "\"union u\" \"a.c:9\" 1 10 0 8 8 0 0 2 \"p\" 2 0 0 \"c\" 4 0 0\n"
	     "FUNC 1 0 \"f\" 4096\n"
	     "STRS 1 8192 1 3 x616200\n"
	     "GLOB 3 0 \"head\" 0 4 2 12288 1 0 \"s\" 0 5 4 12296 1 "
	     "0 \"k\" 0 6 0 12304 0\n"
	     "PNTS 1 0 \"main\" \"loop\" \"a.c\" 9 2 0 2 \"i\" 0 0 0 9 "
	     "\"n\" 1 1 1 9\n"
	     "FRAM 1 0 20480\n"
	     "HEAP 1 30000 100 1 1 2 2 1 1 32 2 0 2 2 16 1 0 1 2 16 "
	     "2 1 0 1 0 1 4 8\n"
	     "FILE 1 3 0 0 0 0 3 \"out\" 5 5 0 3 0 1 \"\" 0 0 0 0 0 0 "
	     "1 2 \"\" 0 0 0 0 0 0 2 3 \"\" 0 0 0 0 0 2 x4142 1 \"out\" 1 5\n"
	     "GDAT x2000010000000000 x6869000000000000\n"
	     "FDAT x05000000 x0020000000000000 x0700000001000000\n"
	     "HDAT " ZEROS ZEROS " x0000010000000000 x0100000002000000 "
	     "x6162630000000000\n"
	     "END \n",
	HEAD "7 0 17 1 99 0 0\n"
	     "WHY  0\nUNIT 0\nTYPE 0\nFUNC 0\nSTRS 0\nGLOB 0\nPNTS 0\nFRAM 0\n"
	     "HEAP 0 0 0\nFILE 0 0 0\nGDAT \nFDAT \nHDAT \nEND \n",
	"TYPE 3 \"e\" \"\" 0 9 0 1 0 0 0 0 "
	"\"a\" \"\" 0 8 0 1 0 70000000000 1 0 "
	"\"d\" \"\" 0 8 0 1 0 70000000000 2 0\n",
	NULL
};

/* ---- from text to an image ------------------------------------------------------- */

static void put_uint(struct strbuf *out, uint64_t v)
{
	for (; v > 127; v >>= 7)
		strbuf_addch(out, (char)(v | 128));
	strbuf_addch(out, (char)v);
}

static void put_le(struct strbuf *out, uint64_t v, int bytes)
{
	for (; bytes-- > 0; v >>= 8)
		strbuf_addch(out, (char)v);
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

/* The token at `p`; where the next one may start. */
static const char *put_token(struct strbuf *out, const char *p, const char *end)
{
	const char *from = p;
	uint64_t v = 0;

	if (*p == '"') {
		for (p = from + 1; p < end && *p != '"';)
			p++;
		put_uint(out, (uint64_t)(p - from - 1));
		strbuf_add(out, from + 1, (size_t)(p - from - 1));
		strbuf_addch(out, '\0');
		return p < end ? p + 1 : p;
	}
	if (*p == 'x') {
		for (p++; end - p > 1 && digit(p[0]) >= 0 && digit(p[1]) >= 0;
		     p += 2)
			strbuf_addch(out,
				     (char)(digit(p[0]) << 4 | digit(p[1])));
		return p;
	}
	if (*p < '0' || *p > '9')
		return p + 1;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	put_uint(out, v);
	return p;
}

static void put_section(struct strbuf *image, const char *line, const char *end)
{
	struct strbuf body = STRBUF_INIT;
	struct ckpti_sum sum;
	size_t start = image->len;
	const char *p = line + 4;

	while (p < end)
		p = put_token(&body, p, end);
	strbuf_add(image, line, 4);
	put_le(image, 0, 4);
	put_le(image, body.len, 8);
	strbuf_add(image, body.data, body.len);
	ckpti_sum_init(&sum);
	ckpti_sum_add(&sum, image->data + start, image->len - start);
	put_le(image, ckpti_sum_value(&sum), 8);
	strbuf_release(&body);
}

static void assemble(struct strbuf *image, const char *text, size_t size)
{
	const char *p = text, *all = text + size, *end;

	strbuf_add(image, IMG_MAGIC, 8);
	put_le(image, IMG_VERSION, 8);
	for (; p < all; p = end + 1) {
		end = memchr(p, '\n', (size_t)(all - p));
		if (!end)
			end = all;
		if (end - p >= 4)
			put_section(image, p, end);
	}
}

/* ---- following it ------------------------------------------------------------------ */

static FILE *nowhere;
static int fd = -1;

static void follow(struct img *img)
{
	struct ckptdump d = { .out = nowhere, .heap = true };
	int same = 0;

	for (int json = 0; json < 2; json++) {
		d.json = json;
		ckptdump_info(&d, "image", img);
		ckptdump_values(&d, img, NULL);
	}
	FUZZ_CHECK(ckptdiff(nowhere, img, img, &same, NULL) == 0 && same);
	FUZZ_CHECK(ckpti_img_check_heap(img, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned long inputs, good;
	struct strbuf image = STRBUF_INIT;
	struct img_err err = { "" };
	struct img *img;
	int r;

	if (!nowhere) {
		char name[] = "/tmp/fuzz-image.XXXXXX";

		nowhere = fopen("/dev/null", "w");
		fd = mkstemp(name);
		FUZZ_CHECK(nowhere && fd >= 0);
		unlink(name);
	}
	assemble(&image, (const char *)data, size);
	FUZZ_CHECK(ftruncate(fd, 0) == 0);
	FUZZ_CHECK(pwrite(fd, image.data, image.len, 0) == (ssize_t)image.len);
	strbuf_release(&image);
	r = ckpti_img_open_fd(dup(fd), "image", &img, &err);
	if (r == 0) {
		good++;
		follow(img);
		ckpti_img_close(img);
	} else {
		FUZZ_CHECK(r == -EBADMSG && err.text[0]);
	}
	/* The first input is a seed as it is: it must be an image. */
	FUZZ_CHECK(inputs++ || good || size < 300);
	return 0;
}
