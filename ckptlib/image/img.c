/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64
#include "ckptlib/image/img.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/image/parse.h"
#include "ckptlib/image/sum.h"

#define HEAD_SIZE 16
#define PIECE	  ((size_t)1 << 20)

struct alloc {
	struct alloc *next;
	uint64_t bytes[];
};

void *ckpti_img_alloc(struct img *img, uint64_t n, size_t size)
{
	struct alloc *a;

	if (n > (SIZE_MAX - sizeof(*a) - 1) / size)
		return NULL;
	a = calloc(1, sizeof(*a) + (size_t)n * size + 1);
	if (!a)
		return NULL;
	a->next = img->allocs;
	img->allocs = a;
	return a->bytes;
}

static int fail(struct img_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct img_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return code;
}

/* All n bytes, or -errno; -EBADMSG at the end of the file. */
static int read_at(int fd, void *buf, size_t n, uint64_t offset)
{
	char *p = buf;
	ssize_t got;

	while (n > 0) {
		got = pread(fd, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EBADMSG;
		p += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static uint64_t get_le(const unsigned char *p, int bytes)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < bytes; i++)
		value |= (uint64_t)p[i] << 8 * i;
	return value;
}

/* ---- sections --------------------------------------------------------------------- */

static int find_sections(struct img *img)
{
	uint64_t at = HEAD_SIZE;
	unsigned char head[16], sum[8];
	struct img_section *s;
	int r;

	do {
		if (img->nsections == 32 || img->file_size - at < 24)
			return -EBADMSG;
		r = read_at(img->fd, head, sizeof(head), at);
		if (r)
			return r;
		s = &img->sections[img->nsections++];
		memcpy(s->tag, head, 4);
		s->offset = at + 16;
		s->size = get_le(head + 8, 8);
		if (s->size > img->file_size - at - 24)
			return -EBADMSG;
		r = read_at(img->fd, sum, sizeof(sum), s->offset + s->size);
		if (r)
			return r;
		s->sum = get_le(sum, 8);
		at = s->offset + s->size + 8;
	} while (memcmp(s->tag, "END ", 4) != 0);
	return at == img->file_size ? 0 : -EBADMSG;
}

static const struct img_section *section(const struct img *img, const char *tag)
{
	uint32_t i;

	for (i = 0; i < img->nsections; i++) {
		if (memcmp(img->sections[i].tag, tag, 4) == 0)
			return &img->sections[i];
	}
	return NULL;
}

/* Reads a section whole and compares its checksum. */
static int load(struct img *img, const char *tag, struct img_cursor *ret)
{
	const struct img_section *s = section(img, tag);
	struct ckpti_sum sum;
	unsigned char *bytes;
	int r;

	if (!s)
		return -EBADMSG;
	bytes = ckpti_img_alloc(img, s->size + 16, 1);
	if (!bytes)
		return -ENOMEM;
	r = read_at(img->fd, bytes, (size_t)s->size + 16, s->offset - 16);
	if (r)
		return r;
	ckpti_sum_init(&sum);
	ckpti_sum_add(&sum, bytes, (size_t)s->size + 16);
	if (ckpti_sum_value(&sum) != s->sum)
		return -EBADMSG;
	ret->p = bytes + 16;
	ret->end = ret->p + s->size;
	ret->bad = 0;
	return 0;
}

static const struct {
	char tag[5];
	int (*parse)(struct img *img, struct img_cursor *c);
} parsers[] = {
	{ "HEAD", ckpti_img_parse_head },
	{ "WHY ", ckpti_img_parse_reasons },
	{ "UNIT", ckpti_img_parse_units },
	{ "TYPE", ckpti_img_parse_types },
	{ "FUNC", ckpti_img_parse_funcs },
	{ "STRS", ckpti_img_parse_strings },
	{ "GLOB", ckpti_img_parse_globals },
	{ "PNTS", ckpti_img_parse_points },
	{ "FRAM", ckpti_img_parse_frames },
	{ "HEAP", ckpti_img_parse_heap },
	{ "FILE", ckpti_img_parse_files },
};

static int load_data(struct img *img, const char *tag, uint64_t size,
		     const unsigned char **ret_bytes)
{
	struct img_cursor c;
	int r = load(img, tag, &c);

	if (r)
		return r;
	if ((uint64_t)(c.end - c.p) != size)
		return -EBADMSG;
	*ret_bytes = c.p;
	return 0;
}

/* *ret_tag: the section that was being read when it failed. */
static int load_all(struct img *img, const char **ret_tag)
{
	const struct img_section *heap;
	const unsigned char *end;
	struct img_cursor c;
	size_t i;
	int r;

	for (i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		*ret_tag = parsers[i].tag;
		r = load(img, parsers[i].tag, &c);
		if (!r)
			r = parsers[i].parse(img, &c);
		if (r)
			return r;
	}
	*ret_tag = "GDAT";
	r = load_data(img, "GDAT", img->global_size, &img->global_data);
	if (r)
		return r;
	*ret_tag = "FDAT";
	r = load_data(img, "FDAT", img->frame_size, &img->frame_data);
	if (r)
		return r;
	*ret_tag = "END ";
	r = load_data(img, "END ", 0, &end);
	if (r)
		return r;
	*ret_tag = "HDAT";
	heap = section(img, "HDAT");
	if (!heap || heap->size != img->heap_bytes)
		return -EBADMSG;
	img->heap = *heap;
	return 0;
}

/* ---- opening --------------------------------------------------------------------- */

static int check_start(struct img *img, const char *name, struct img_err *err)
{
	unsigned char head[HEAD_SIZE];
	struct stat st;
	int r;

	if (fstat(img->fd, &st))
		return fail(err, -errno, "cannot read image '%s': %s", name,
			    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(err, -EBADMSG, "'%s' is no image: no regular file",
			    name);
	img->file_size = (uint64_t)st.st_size;
	if (img->file_size < HEAD_SIZE)
		return fail(err, -EBADMSG, "'%s' is no image: %s", name,
			    img->file_size ? "too short" : "empty");
	r = read_at(img->fd, head, sizeof(head), 0);
	if (r)
		return fail(err, r, "cannot read image '%s': %s", name,
			    strerror(-r));
	if (memcmp(head, IMG_MAGIC, 8) != 0)
		return fail(err, -EBADMSG, "'%s' is no checkpoint image", name);
	img->version = (uint32_t)get_le(head + 8, 4);
	if (img->version != IMG_VERSION || get_le(head + 12, 4) != 0)
		return fail(err, -EPROTONOSUPPORT,
			    "image '%s' has format %u; this program reads "
			    "format %d",
			    name, img->version, IMG_VERSION);
	return 0;
}

static int open_checked(struct img *img, const char *name, struct img_err *err)
{
	const char *tag = "";
	int r = check_start(img, name, err);

	if (r)
		return r;
	r = find_sections(img);
	if (r == -EBADMSG)
		return fail(err, r,
			    "image '%s' is truncated or damaged: its "
			    "sections do not reach its end",
			    name);
	if (!r)
		r = load_all(img, &tag);
	if (r == -EBADMSG)
		return fail(err, r, "image '%s' is damaged in section '%s'",
			    name, tag);
	if (r)
		return fail(err, r, "cannot read image '%s': %s", name,
			    strerror(-r));
	return 0;
}

int ckpti_img_open_fd(int fd, const char *name, struct img **ret_img,
		      struct img_err *err)
{
	struct img *img = calloc(1, sizeof(*img));
	int r;

	if (!img) {
		close(fd);
		return fail(err, -ENOMEM, "cannot read image '%s': no memory",
			    name);
	}
	img->fd = fd;
	r = open_checked(img, name, err);
	if (r) {
		ckpti_img_close(img);
		return r;
	}
	*ret_img = img;
	return 0;
}

int ckpti_img_open(const char *path, struct img **ret_img, struct img_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(err, -errno, "cannot open image '%s': %s", path,
			    strerror(errno));
	return ckpti_img_open_fd(fd, path, ret_img, err);
}

int ckpti_img_serial(const char *path, uint64_t *ret_serial)
{
	struct img *img = calloc(1, sizeof(*img));
	struct img_cursor c;
	int r;

	if (!img)
		return -ENOMEM;
	img->fd = open(path, O_RDONLY | O_CLOEXEC);
	r = img->fd < 0 ? -errno : check_start(img, path, NULL);
	if (!r)
		r = find_sections(img);
	if (!r)
		r = load(img, "HEAD", &c);
	if (!r)
		r = ckpti_img_parse_head(img, &c);
	if (!r)
		*ret_serial = img->serial;
	ckpti_img_close(img);
	return r;
}

void ckpti_img_close(struct img *img)
{
	struct alloc *a, *next;

	if (!img)
		return;
	for (a = img->allocs; a; a = next) {
		next = a->next;
		free(a);
	}
	if (img->fd >= 0)
		close(img->fd);
	free(img);
}

int ckpti_img_check_heap(struct img *img, struct img_err *err)
{
	uint64_t left = img->heap.size + 16;
	uint64_t at = img->heap.offset - 16;
	struct ckpti_sum sum;
	char *piece = malloc(PIECE);
	size_t n;
	int r = 0;

	if (!piece)
		return fail(err, -ENOMEM, "no memory");
	ckpti_sum_init(&sum);
	while (left > 0 && !r) {
		n = left < PIECE ? (size_t)left : PIECE;
		r = read_at(img->fd, piece, n, at);
		if (!r)
			ckpti_sum_add(&sum, piece, n);
		at += n;
		left -= n;
	}
	free(piece);
	if (r)
		return fail(err, r, "cannot read the heap's data: %s",
			    strerror(-r));
	if (ckpti_sum_value(&sum) != img->heap.sum)
		return fail(err, -EBADMSG,
			    "the image is damaged in section "
			    "'HDAT'");
	return 0;
}

int ckpti_img_heap_read(const struct img *img, uint64_t offset, void *to,
			size_t n)
{
	if (offset > img->heap.size || n > img->heap.size - offset)
		return -EBADMSG;
	return read_at(img->fd, to, n, img->heap.offset + offset);
}
