/* SPDX-License-Identifier: MIT */
/*
 * img: a checkpoint image, read without the program that wrote it.
 *
 * docs/ckpt-format.md describes the bytes. Everything in an image is checked
 * when it is opened: indices lead somewhere, sizes fit, types do not hold
 * themselves. What comes out can be walked without further care. The raw data
 * stay in the file, in the writer's layout.
 */
#ifndef CKPTLIB_IMAGE_IMG_H
#define CKPTLIB_IMAGE_IMG_H

#include <stddef.h>
#include <stdint.h>

#define IMG_MAGIC   "HARRCKPT"
#define IMG_VERSION 1

/* Why an image cannot go everywhere; several at once. */
enum img_limit {
	IMG_SAME_ORDER = 1,
	IMG_SAME_WORD = 2,
	IMG_SAME_LAYOUT = 4, /* implies the two above */
	IMG_SAME_LDOUBLE = 8, /* the format of long double */
	IMG_SAME_ADDRESSES = 16, /* implies IMG_SAME_LAYOUT */
	IMG_NOWHERE = 32,
};

/* Formats of long double. */
enum img_ldouble {
	IMG_LD_BINARY64 = 1,
	IMG_LD_X87 = 2,
	IMG_LD_BINARY128 = 3,
	IMG_LD_DOUBLE_DOUBLE = 4,
};

/* Scalars whose size and alignment the header gives. */
enum img_scalar {
	IMG_SHORT,
	IMG_INT,
	IMG_LONG,
	IMG_LLONG,
	IMG_PTR,
	IMG_FLOAT,
	IMG_DOUBLE,
	IMG_LDOUBLE,
	IMG_NSCALARS,
};

struct img_layout {
	uint8_t big_endian;
	uint8_t char_signed;
	uint8_t ldouble; /* enum img_ldouble */
	uint8_t size[IMG_NSCALARS];
	uint8_t align[IMG_NSCALARS];
};

struct img_field {
	const char *name;
	uint32_t type;
	uint32_t width; /* of a bit-field, else 0 */
	/* bytes; of a bit-field the bits before it, counted from the least
	 * significant bit of byte 0 (little) or the most significant (big) */
	uint64_t offset;
};

struct img_type {
	const char *name;
	const char *where; /* "" where there is none */
	uint32_t unit; /* index, or IMG_NONE */
	uint8_t kind, flags; /* enum ckpt_kind, enum ckpt_type_flags */
	uint32_t align;
	uint64_t size, count;
	uint32_t elem; /* index, or IMG_NONE */
	uint32_t nfields;
	struct img_field *fields;
};
#define IMG_NONE UINT32_MAX

struct img_unit {
	const char *name;
	uint32_t copy; /* which of the units with this name, in link order */
};

struct img_reason {
	uint32_t limit; /* enum img_limit, one or more */
	const char *text;
	const char *file; /* "" where there is none */
	uint32_t line;
};

/* A function whose address was found in live data. */
struct img_func {
	uint32_t unit;
	const char *name;
	uint64_t addr;
};

struct img_string {
	uint64_t addr;
	uint32_t width; /* bytes per character */
	uint64_t size; /* bytes */
	const unsigned char *bytes; /* in the writer's byte order */
};

struct img_global {
	uint32_t unit;
	const char *name;
	uint32_t copy; /* which of the unit's globals of this name */
	uint32_t line;
	uint32_t type;
	uint64_t addr;
	uint64_t data; /* offset in the globals' data, or IMG_NO_DATA */
	uint8_t left_out; /* all zeros at a restart */
};
#define IMG_NO_DATA UINT64_MAX

struct img_var {
	const char *name;
	uint32_t type;
	uint8_t in_memory; /* pointers may lead to it */
	uint8_t flags; /* enum ckpt_var_flags */
	uint32_t line;
};

struct img_point {
	uint32_t unit;
	const char *function, *what, *file;
	uint32_t line, col, copy;
	uint32_t nvars;
	struct img_var *vars;
};

/* Outermost last. addrs: of the variables in memory, in their order. */
struct img_frame {
	uint32_t point;
	uint64_t data; /* offset in the frames' data */
	uint64_t *addrs;
};

/* `count` blocks in neighbouring slots, of one type and size. */
struct img_run {
	uint32_t first, count;
	uint32_t type; /* or IMG_NONE */
	uint64_t size;
	uint64_t data; /* offset of the first block in the heap's data, or
			* IMG_NO_DATA: left out, all zeros at a restart */
};

/* slot 0: one large block at the base. */
struct img_span {
	uint64_t base, units;
	uint32_t slot;
	uint32_t nruns;
	struct img_run *runs;
};

struct img_chunk {
	uint64_t base, size;
};

/* Addresses where pointers may have led once: stack, libc's heap. */
struct img_range {
	uint64_t base, size;
};

enum img_file_kind {
	IMG_FILE_REGULAR,
	IMG_FILE_DEVICE,
	IMG_FILE_DIRECTORY,
	IMG_FILE_OTHER, /* a pipe or terminal on 0, 1, 2 */
};

/* An open descriptor. */
struct img_fd {
	uint32_t fd;
	uint8_t kind;
	uint8_t inherited; /* not opened by the program itself */
	uint32_t shared; /* has the offset of this descriptor, or IMG_NONE */
	uint32_t same; /* the same nameless file as this one, or IMG_NONE */
	uint32_t flags; /* IMG_O_* */
	const char *path; /* "" where unknown */
	uint64_t offset, length;
	uint64_t content_size; /* of a file without a name */
	const unsigned char *content;
};
enum img_open_flags {
	IMG_O_READ = 1,
	IMG_O_WRITE = 2,
	IMG_O_APPEND = 4,
	IMG_O_CLOEXEC = 8,
	IMG_O_NONBLOCK = 16,
	IMG_O_UNLINKED = 32,
	/* inherited output that was empty when the computation began, and to
	 * which nobody else was seen to write */
	IMG_O_OWN = 64,
};

enum img_wide { IMG_WIDE = 1, IMG_BYTES = 2 };

struct img_stream {
	uint32_t fd;
	uint64_t addr; /* of the FILE */
	const char *mode; /* "" for stdin, stdout, stderr */
	uint32_t buffering; /* 1 + _IOFBF and the like, 0: untouched */
	uint64_t buffer_size;
	uint8_t eof, error;
	uint8_t wide; /* its orientation: enum img_wide, 0: none yet */
	uint32_t nunread; /* bytes read from the descriptor, not by the program */
	const unsigned char *unread;
};

/* A path that was opened for writing since the start. */
struct img_written {
	const char *path;
	uint8_t existed; /* at the time of the capture */
	uint64_t length;
};

struct img_section {
	char tag[5];
	uint64_t offset, size; /* of the payload in the file */
	uint64_t sum;
};

struct img {
	uint32_t version;
	struct img_layout layout;
	const char *arch, *program, *cwd;
	uint64_t signature; /* over the units' names */
	uint64_t limits; /* enum img_limit */
	uint64_t time; /* seconds since 1970 */
	uint64_t serial; /* which checkpoint of this computation, from 1 */
	uint64_t stack_bytes;
	uint64_t file_size;

	struct img_reason *reasons;
	struct img_unit *units;
	struct img_type *types;
	struct img_func *funcs;
	struct img_string *strings;
	struct img_global *globals;
	struct img_point *points;
	struct img_frame *frames;
	struct img_range *ranges;
	struct img_chunk *chunks;
	struct img_span *spans;
	struct img_fd *fds;
	struct img_stream *streams;
	struct img_written *written;
	uint32_t nreasons, nunits, ntypes, nfuncs, nstrings, nglobals, npoints,
		nframes, nranges, nchunks, nspans, nfds, nstreams, nwritten;
	uint64_t nblocks, heap_bytes;

	/* raw data, in the writer's layout; the heap's stay in the file */
	const unsigned char *global_data, *frame_data;
	uint64_t global_size, frame_size;
	struct img_section heap;

	/* what the above stands on */
	struct img_section sections[32];
	uint32_t nsections;
	int fd;
	void *allocs; /* list of memory */
};

struct img_err {
	char text[256];
};

/*
 * Opens an image and checks all of it but the heap's data, whose checksum
 * ckpti_img_check_heap or img_heap_read compares. Returns 0, or -errno with a
 * message: -ENOENT (and the like) from the system, -EBADMSG for damage,
 * -EPROTONOSUPPORT for another version.
 */
int ckpti_img_open(const char *path, struct img **ret_img, struct img_err *err);
/* Takes the descriptor, in success and failure. */
int ckpti_img_open_fd(int fd, const char *name, struct img **ret_img,
		      struct img_err *err);
void ckpti_img_close(struct img *img);

/* The serial of the image there, from its header alone. 0 or -errno. */
int ckpti_img_serial(const char *path, uint64_t *ret_serial);

/* Reads the heap's data and compares its checksum. */
int ckpti_img_check_heap(struct img *img, struct img_err *err);

/* Reads n bytes of the heap's data from `offset` on. 0 or -errno. */
int ckpti_img_heap_read(const struct img *img, uint64_t offset, void *to,
			size_t n);

/* The class in words: "any machine", "same byte order", ... */
const char *ckpti_img_class_name(uint64_t limits);
/* The limit in words, for a reason. */
const char *ckpti_img_limit_name(uint32_t limit);
/* All that `limits` implies. */
uint64_t ckpti_img_limits_closed(uint64_t limits);

/* The limits that a reader of layout `to` would break; 0: it can restart. */
uint64_t ckpti_img_layout_breaks(const struct img *img,
				 const struct img_layout *to);

/* A readable name of a float format, of a layout: "64-bit little-endian". */
const char *ckpti_img_layout_name(const struct img_layout *layout);

#endif
