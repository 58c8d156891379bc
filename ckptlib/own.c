/* SPDX-License-Identifier: MIT */
#include "ckptlib/own.h"

#include <getopt.h>
#include <stddef.h>
#include <unistd.h>

#include "ckptlib/wrap_dir.h"

#include "ckptlib/jump.h"
#include "ckptlib/sigstate.h"

struct ckpti_own ckpti_own;
struct tm ckpti_own_tm;

#define SCALAR(id, text, k, ctype)                                     \
	static const struct ckpt_type id = { .name = text,             \
					     .kind = k,                \
					     .align = _Alignof(ctype), \
					     .size = sizeof(ctype) }
SCALAR(type_char, "char", CKPT_CHAR, char);
SCALAR(type_schar, "signed char", CKPT_INT, signed char);
SCALAR(type_uchar, "unsigned char", CKPT_UINT, unsigned char);
SCALAR(type_short, "short", CKPT_INT, short);
SCALAR(type_ushort, "unsigned short", CKPT_UINT, unsigned short);
SCALAR(type_int, "int", CKPT_INT, int);
SCALAR(type_uint, "unsigned int", CKPT_UINT, unsigned int);
SCALAR(type_long, "long", CKPT_INT, long);
SCALAR(type_ulong, "unsigned long", CKPT_UINT, unsigned long);
SCALAR(type_llong, "long long", CKPT_INT, long long);
SCALAR(type_ullong, "unsigned long long", CKPT_UINT, unsigned long long);
SCALAR(type_float, "float", CKPT_FLOAT, float);
SCALAR(type_double, "double", CKPT_FLOAT, double);
SCALAR(type_ldouble, "long double", CKPT_FLOAT, long double);

const struct ckpt_type ckpt_frame_type = { .name = "unsigned long long",
					   .kind = CKPT_UINT,
					   .align = _Alignof(long long),
					   .size = sizeof(long long) };
const struct ckpt_type ckpt_tag_type = { .name = "unsigned char[48]",
					 .kind = CKPT_ARRAY,
					 .align = 1,
					 .size = CKPT_TAG_BYTES,
					 .count = CKPT_TAG_BYTES,
					 .elem = &type_uchar };

static const struct ckpt_type type_void = { .name = "void",
					    .kind = CKPT_VOID,
					    .align = 1 };
static const struct ckpt_type type_func = { .name = "void (void)",
					    .kind = CKPT_FUNC,
					    .align = 1 };

#define POINTER(id, text, to)                                           \
	static const struct ckpt_type id = { .name = text,              \
					     .kind = CKPT_PTR,          \
					     .align = _Alignof(void *), \
					     .size = sizeof(void *),    \
					     .elem = &(to) }
POINTER(type_voidp, "void *", type_void);
const struct ckpt_type ckpt_chain_type = { .name = "void *",
					   .kind = CKPT_PTR,
					   .align = _Alignof(void *),
					   .size = sizeof(void *),
					   .elem = &type_void };
POINTER(type_charp, "char *", type_char);
POINTER(type_charpp, "char **", type_charp);
POINTER(type_funcp, "void (*)(void)", type_func);

static const struct ckpt_field exit_fields[] = {
	{ .name = "fn",
	  .type = &type_funcp,
	  .offset = offsetof(struct ckpti_exit, fn) },
	{ .name = "arg",
	  .type = &type_voidp,
	  .offset = offsetof(struct ckpti_exit, arg) },
	{ .name = "takes_status",
	  .type = &type_int,
	  .offset = offsetof(struct ckpti_exit, takes_status) },
};
static const struct ckpt_type type_exit = {
	.name = "struct ckpti_exit",
	.where = "own.h:18",
	.kind = CKPT_STRUCT,
	.align = _Alignof(struct ckpti_exit),
	.size = sizeof(struct ckpti_exit),
	.fields = exit_fields,
	.nfields = sizeof(exit_fields) / sizeof(exit_fields[0]),
};
POINTER(type_exitp, "struct ckpti_exit *", type_exit);
POINTER(type_voidpp, "void **", type_voidp);

#define HOOK(member, t)                                       \
	{                                                     \
		.name = #member, .type = &(t),                \
		.offset = offsetof(struct ckpti_hook, member) \
	}
static const struct ckpt_field hook_fields[] = {
	HOOK(fn, type_funcp),
	HOOK(arg, type_voidp),
	HOOK(when, type_uint),
};

static const struct ckpt_type type_hook = {
	.name = "struct ckpti_hook",
	.where = "own.h",
	.kind = CKPT_STRUCT,
	.align = _Alignof(struct ckpti_hook),
	.size = sizeof(struct ckpti_hook),
	.fields = hook_fields,
	.nfields = sizeof(hook_fields) / sizeof(hook_fields[0]),
};
POINTER(type_hookp, "struct ckpti_hook *", type_hook);

#define ARRAY(id, text, of, n)                                  \
	static const struct ckpt_type id = {                    \
		.name = text,                                   \
		.kind = CKPT_ARRAY,                             \
		.align = _Alignof(max_align_t),                 \
		.size = sizeof(((struct ckpti_own *)0)->n),     \
		.count = sizeof(((struct ckpti_own *)0)->n) /   \
			 sizeof(((struct ckpti_own *)0)->n[0]), \
		.elem = &(of)                                   \
	}
ARRAY(type_rand, "int[31]", type_int, rand_state);
ARRAY(type_x48, "unsigned short[3]", type_ushort, drand_x);
ARRAY(type_zone, "char[128]", type_char, tm_zone);
ARRAY(type_text, "char[64]", type_char, time_text);
ARRAY(type_handlers, "void (*[65])(void)", type_funcp, sig_handler);
ARRAY(type_flags, "int[65]", type_int, sig_flags);
ARRAY(type_set, "unsigned char[65]", type_uchar, sig_set);
ARRAY(type_mask, "unsigned char[8]", type_uchar, sig_mask[0]);
ARRAY(type_masks, "unsigned char[65][8]", type_mask, sig_mask);
ARRAY(type_locales, "char[7][64]", type_text, locale);
ARRAY(type_origin, "char[16]", type_char, origin);

#define FIELD(member, t)                                     \
	{                                                    \
		.name = #member, .type = &(t),               \
		.offset = offsetof(struct ckpti_own, member) \
	}
static const struct ckpt_field own_fields[] = {
	FIELD(argv, type_charpp),	  FIELD(argc, type_int),
	FIELD(saved_errno, type_int),	  FIELD(rand_ready, type_int),
	FIELD(rand_front, type_int),	  FIELD(rand_rear, type_int),
	FIELD(rand_state, type_rand),	  FIELD(drand_x, type_x48),
	FIELD(drand_a, type_x48),	  FIELD(drand_c, type_ushort),
	FIELD(drand_old, type_x48),	  FIELD(drand_ready, type_int),
	FIELD(rising_offset, type_llong), FIELD(rising_at, type_llong),
	FIELD(wall_at, type_llong),	  FIELD(umask_set, type_int),
	FIELD(umask, type_int),		  FIELD(nice, type_int),
	FIELD(rand_buffer, type_charp),	  FIELD(rand_kind, type_int),
	FIELD(rand_home, type_int),	  FIELD(strtok_next, type_charp),
	FIELD(error_texts, type_charpp),  FIELD(signal_texts, type_charpp),
	FIELD(locale_name, type_charp),	  FIELD(decimal_point, type_int),
	FIELD(cwd, type_charp),		  FIELD(opt_next, type_charp),
	FIELD(opt_first, type_int),	  FIELD(opt_last, type_int),
	FIELD(opt_ready, type_int),	  FIELD(exits, type_exitp),
	FIELD(exit_count, type_int),	  FIELD(exit_cap, type_int),
	FIELD(tm_zone, type_zone),	  FIELD(time_text, type_text),
	FIELD(clock_before, type_double), FIELD(sig_handler, type_handlers),
	FIELD(sig_set, type_set),	  FIELD(sig_flags, type_flags),
	FIELD(sig_mask, type_masks),	  FIELD(locale, type_locales),
	FIELD(hooks, type_hookp),	  FIELD(hook_count, type_int),
	FIELD(hook_cap, type_int),	  FIELD(left_out, type_voidpp),
	FIELD(left_out_count, type_int),  FIELD(by_call, type_int),
	FIELD(restarts, type_ulong),	  FIELD(origin, type_origin),
};

static const struct ckpt_type type_own = {
	.name = "struct ckpti_own",
	.where = "own.h:18",
	.kind = CKPT_STRUCT,
	.align = _Alignof(struct ckpti_own),
	.size = sizeof(struct ckpti_own),
	.fields = own_fields,
	.nfields = sizeof(own_fields) / sizeof(own_fields[0]),
};

#define TM(member, t)                                 \
	{                                             \
		.name = #member, .type = &(t),        \
		.offset = offsetof(struct tm, member) \
	}
static const struct ckpt_field tm_fields[] = {
	TM(tm_sec, type_int),	 TM(tm_min, type_int),
	TM(tm_hour, type_int),	 TM(tm_mday, type_int),
	TM(tm_mon, type_int),	 TM(tm_year, type_int),
	TM(tm_wday, type_int),	 TM(tm_yday, type_int),
	TM(tm_isdst, type_int),	 TM(tm_gmtoff, type_long),
	TM(tm_zone, type_charp),
};

static const struct ckpt_type type_tm = {
	.name = "struct tm",
	.where = "time.h",
	.kind = CKPT_STRUCT,
	.flags = CKPT_T_SYSTEM,
	.align = _Alignof(struct tm),
	.size = sizeof(struct tm),
	.fields = tm_fields,
	.nfields = sizeof(tm_fields) / sizeof(tm_fields[0]),
};

/* ---- directories (wrap_dir.h) ---------------------------------------------------- */

static const struct ckpt_type type_ucharp = { .name = "unsigned char *",
					      .kind = CKPT_PTR,
					      .align = _Alignof(void *),
					      .size = sizeof(void *),
					      .elem = &type_uchar };
static const struct ckpt_type type_file_name = { .name = "char[256]",
						 .kind = CKPT_ARRAY,
						 .align = 1,
						 .size = 256,
						 .count = 256,
						 .elem = &type_char };

#define ENTRY(id, text, of)                                          \
	static const struct ckpt_field id##_fields[] = {             \
		{ .name = "d_type",                                  \
		  .type = &type_uchar,                               \
		  .offset = offsetof(of, d_type) },                  \
		{ .name = "d_name",                                  \
		  .type = &type_file_name,                           \
		  .offset = offsetof(of, d_name) },                  \
	};                                                           \
	static const struct ckpt_type id = { .name = text,           \
					     .where = "dirent.h",    \
					     .kind = CKPT_STRUCT,    \
					     .flags = CKPT_T_SYSTEM, \
					     .align = _Alignof(of),  \
					     .size = sizeof(of),     \
					     .fields = id##_fields,  \
					     .nfields = 2 }
ENTRY(type_dirent, "struct dirent", struct dirent);
ENTRY(type_dirent64, "struct dirent64", struct dirent64);

#define DIR_FIELD(member, t)                                 \
	{                                                    \
		.name = #member, .type = &(t),               \
		.offset = offsetof(struct ckpti_dir, member) \
	}
static const struct ckpt_field dir_fields[] = {
	DIR_FIELD(path, type_charp),   DIR_FIELD(names, type_charpp),
	DIR_FIELD(kinds, type_ucharp), DIR_FIELD(count, type_int),
	DIR_FIELD(at, type_int),       DIR_FIELD(fd, type_int),
	DIR_FIELD(entry, type_dirent), DIR_FIELD(entry64, type_dirent64),
};

static const struct ckpt_type type_dir = {
	.name = "struct ckpti_dir",
	.where = "wrap_dir.h:13",
	.kind = CKPT_STRUCT,
	.align = _Alignof(struct ckpti_dir),
	.size = sizeof(struct ckpti_dir),
	.fields = dir_fields,
	.nfields = sizeof(dir_fields) / sizeof(dir_fields[0]),
};

static const struct ckpt_global own_globals[] = {
	{ .name = "hidden", .type = &type_own, .addr = &ckpti_own },
	{ .name = "tm", .type = &type_tm, .addr = &ckpti_own_tm },
	{ .name = "environ", .type = &type_charpp, .addr = &environ },
	{ .name = "optarg", .type = &type_charp, .addr = &optarg },
	{ .name = "optind", .type = &type_int, .addr = &optind },
	{ .name = "opterr", .type = &type_int, .addr = &opterr },
	{ .name = "signals",
	  .type = &ckpti_sigstate_type,
	  .addr = &ckpti_sigstate },
	{ .name = "jump frames",
	  .type = &ckpt_frame_type,
	  .addr = &ckpt_frames },
	{ .name = "jump process",
	  .type = &type_uint,
	  .addr = &ckpti_jump_process },
	{ .name = "optopt", .type = &type_int, .addr = &optopt },
};

/* Types that a restarted program may need though no unit of it names them. */
static const struct ckpt_type *const own_types[] = {
	&type_char,	 &type_schar,	   &type_uchar,
	&type_short,	 &type_ushort,	   &type_int,
	&type_uint,	 &type_long,	   &type_ulong,
	&type_llong,	 &type_float,	   &type_double,
	&type_voidp,	 &type_ldouble,	   &type_ullong,
	&type_charp,	 &type_charpp,	   &type_funcp,
	&type_own,	 &ckpt_frame_type, &ckpt_tag_type,
	&type_hook,	 &type_dir,	   &type_dirent,
	&type_dirent64,	 &type_ucharp,	   &ckpt_chain_type,
	&ckpt_word_type, &type_exit,	   &ckpti_sigstate_type,
};

const struct ckpt_unit ckpti_own_unit = {
	.abi = CKPT_ABI_VERSION,
	.name = "<ckptlib>",
	.types = own_types,
	.ntypes = sizeof(own_types) / sizeof(own_types[0]),
	.globals = own_globals,
	.nglobals = sizeof(own_globals) / sizeof(own_globals[0]),
};

const struct ckpt_type *const ckpti_char_type = &type_char;
const struct ckpt_type *const ckpti_text_type = &type_charp;
const struct ckpt_type *const ckpti_exit_type = &type_exit;
const struct ckpt_type *const ckpti_voidp_type = &type_voidp;
const struct ckpt_type *const ckpti_hook_type = &type_hook;
const struct ckpt_type *const ckpti_dir_type = &type_dir;
const struct ckpt_type *const ckpti_dirent_type = &type_dirent;
const struct ckpt_type *const ckpti_dirent64_type = &type_dirent64;
