/* SPDX-License-Identifier: MIT */
/*
 * What code written by hcc and libckpt.a say to each other.
 *
 * hcc embeds this text in the C that it writes, so it includes nothing and
 * names only what starts with ckpt_ (types and functions) or CKPT_.
 *
 * Invariants:
 * - ckpt_request is written by signal handlers and read by polls;
 *   ckpt_unwinding is written in poll context only and read by the tests
 *   after calls.  They are two words so that a second signal cannot disturb
 *   an unwinding.
 * - While ckpt_unwinding is set, every instrumented frame, innermost first,
 *   calls ckpt_save once and returns; the raw stack was parked before.
 * - A frame is resumed by its slow clone: ckpt_resume_next calls the thunk
 *   of the next frame with ckpt_resuming set; the slow clone's entry calls
 *   ckpt_restore, which clears it.
 */
#ifndef CKPT_ABI_H
#define CKPT_ABI_H

#define CKPT_ABI_VERSION 1

enum ckpt_kind {
	CKPT_VOID,
	CKPT_CHAR, /* plain char: its signedness is the target's */
	CKPT_INT, /* signed integers and enums of signed type */
	CKPT_UINT, /* unsigned integers, _Bool, unsigned enums */
	CKPT_FLOAT, /* float, double, long double, by size */
	CKPT_COMPLEX, /* two of elem */
	CKPT_PTR, /* elem: pointee; NULL where it is incomplete */
	CKPT_FUNC, /* only as pointee */
	CKPT_ARRAY, /* count of elem; count 0: flexible */
	CKPT_STRUCT,
	CKPT_UNION,
	CKPT_OPAQUE, /* a system type that has no portable value */
};

enum ckpt_type_flags {
	CKPT_T_SYSTEM = 1, /* fields of one side only may differ */
	CKPT_T_BOOL = 2,
	CKPT_T_ENUM = 4,
	CKPT_T_INCOMPLETE = 8,
	CKPT_T_LEFT_OUT = 16, /* ckptlib's own: contents stay out of images */
};

struct ckpt_type {
	const char *name; /* "int", "struct node", "struct <f.c:12:3>" */
	const char *where; /* "f.c:12" of a struct or union, else NULL */
	unsigned char kind;
	unsigned char flags;
	unsigned short align; /* bytes */
	unsigned nfields;
	unsigned long size; /* bytes */
	unsigned long count;
	const struct ckpt_type *elem;
	const struct ckpt_field *fields;
};

struct ckpt_field {
	const char *name; /* "" for an anonymous struct or union */
	const struct ckpt_type *type;
	unsigned long offset; /* bytes; 0 for a bit-field */
	unsigned width; /* bits; 0: not a bit-field */
	/* a bit-field's value, sign- or zero-extended; NULL otherwise */
	long long (*get)(const void *object);
	void (*set)(void *object, long long value);
};

/* How ckpt_save receives a variable. */
enum ckpt_pass {
	CKPT_P_INT, /* va_arg int: all that promotes to int, unsigned too */
	CKPT_P_LONG, /* va_arg long */
	CKPT_P_LLONG, /* va_arg long long */
	CKPT_P_DOUBLE, /* va_arg double: float and double */
	CKPT_P_LDOUBLE, /* va_arg long double */
	CKPT_P_PTR, /* va_arg void *: the variable is this pointer */
	CKPT_P_COPY, /* va_arg void *: points to a copy of the value */
	CKPT_P_MEM, /* va_arg void *: the variable's own address; it is an
			 * object that pointers may point into */
	CKPT_P_ARRAY, /* the same for an array whose length is known at run
			 * time only: its address, then va_arg unsigned long,
			 * the number of its elements, which have var.type */
};

enum ckpt_var_flags {
	CKPT_V_MAYBE = 1, /* perhaps never assigned: verbatim, no root */
	CKPT_V_TEMP = 2, /* made by lowering an expression */
};

struct ckpt_var {
	const char *name; /* "x", "x@14" (declared in line 14) if shadowed */
	const struct ckpt_type *type;
	unsigned char pass;
	unsigned char flags;
	unsigned line; /* of its declaration */
};

struct ckpt_function;

/* A resume point.  Stable name: unit, function, what, line:col, copy. */
struct ckpt_point {
	const struct ckpt_function *fn;
	unsigned id; /* of this build: the slow clone's switch */
	const char *what; /* "call g", "call (*)", "loop", "entry" */
	const char *file; /* as in the user's #line */
	unsigned line, col;
	unsigned copy; /* n-th with this name in the function, from 0 */
	unsigned nvars;
	const struct ckpt_var *vars;
};

struct ckpt_function {
	const char *name;
	const char *file;
	unsigned line;
	/* calls the slow clone with any arguments and stores what it returns
	 * at ret, unless ret is NULL or the function returns nothing */
	void (*resume)(void *ret);
	const struct ckpt_point *const *points;
	unsigned npoints;
};

enum ckpt_global_flags {
	CKPT_G_STATIC = 1, /* file scope, internal linkage */
	CKPT_G_LOCAL = 2, /* static local: name is "function.variable" */
	CKPT_G_CONST = 4, /* never written: contents are not captured */
};

struct ckpt_global {
	const char *name;
	const struct ckpt_type *type;
	void *addr;
	unsigned flags;
	unsigned line;
};

/* A function whose address the program takes, its own or libc's. */
struct ckpt_funcaddr {
	const char *name;
	void (*addr)(void);
	unsigned is_static;
};

struct ckpt_string {
	const void *addr;
	unsigned long size; /* bytes, with the terminator */
	unsigned width; /* bytes a character: 1, 2, 4 */
};

/* ckpt_union: which member of a union is meant, by its name. */
struct ckpt_active {
	const struct ckpt_type *type; /* of what `active` looks at */
	const char *member; /* the union's name in it; NULL: it is the union */
	const char *(*active)(const void *object);
};

enum ckpt_class {
	CKPT_ANY_MACHINE,
	CKPT_SAME_BYTE_ORDER,
	CKPT_SAME_WORD_SIZE,
	CKPT_SAME_LAYOUT, /* implies same byte order and word size */
	CKPT_SAME_ADDRESSES,
	CKPT_NOWHERE, /* checkpoints are refused */
};

/* Why images of this program are not for any machine, from the source. */
struct ckpt_reason {
	unsigned limit; /* enum ckpt_class; byte order and word size
				 * are independent of each other */
	const char *text; /* "sizeof(struct x) is stored in 'cap'" */
	const char *file;
	unsigned line;
};

struct ckpt_unit {
	unsigned abi; /* CKPT_ABI_VERSION */
	const char *name; /* base name of the source file */
	const struct ckpt_function *const *functions;
	const struct ckpt_type *const *types;
	const struct ckpt_global *globals;
	const struct ckpt_funcaddr *funcaddrs;
	const struct ckpt_string *strings;
	const struct ckpt_reason *reasons;
	const struct ckpt_active *actives;
	unsigned nfunctions, ntypes, nglobals, nfuncaddrs, nstrings, nreasons,
		nactives;
};
/* Each unit puts a `const struct ckpt_unit *` into the section ckpt_units;
 * __start_ckpt_units and __stop_ckpt_units bound it, in link order. */

extern volatile int ckpt_request;
extern int ckpt_unwinding;
extern int ckpt_resuming;
extern int ckpt_mask; /* > 0: polls do nothing */
extern const void *ckpt_token; /* callee of an indirect call */
/* The type of the next allocation. volatile: compilers know that malloc reads
 * no variable of the program, and would drop or move the store. */
extern const struct ckpt_type *volatile ckpt_hint;
/* Of a block that is no whole number of any type, whatever its size. */
extern const struct ckpt_type ckpt_mixed;

/* The slow path of a poll, taken when ckpt_request is set.  Returns 0 to go
 * on, 1 when a capture has begun: the caller saves its frame and returns. */
int ckpt_poll(const struct ckpt_point *point);

/* Adds the caller's frame to the capture; the variables of point->vars
 * follow, passed as enum ckpt_pass says. */
void ckpt_save(const struct ckpt_point *point, ...);

/* In a slow clone's entry while ckpt_resuming: clears it, stores the id of
 * the point to go to, and returns one pointer per variable of that point:
 * to its value, or for CKPT_P_MEM and CKPT_P_ARRAY its address for the rest
 * of its life. */
void *const *ckpt_restore(const struct ckpt_function *fn, unsigned *ret_id);

/* At a call's resume point, after ckpt_restore: runs the next frame of the
 * image; its result goes to ret (may be NULL).  Test ckpt_unwinding after. */
void ckpt_resume_next(void *ret);

/*
 * A function that calls setjmp numbers its activations (__ckpt_j, saved with
 * its frame) and its calls (from 0). ckpt_arm notes both in the buffer after
 * setjmp has returned 0. In a slow clone, when a point's variables are
 * restored, setjmp(ckpt_rearm(frame)) returns 0, and again n + 1 for a longjmp
 * to what the frame's call n armed before the restart; its value is
 * ckpt_jump_value.
 */
extern unsigned long long ckpt_frames;
extern int ckpt_jump_value;
extern const struct ckpt_type ckpt_frame_type; /* of __ckpt_j */
void ckpt_arm(void *env, unsigned long long frame, unsigned site);
void *ckpt_rearm(unsigned long long frame);
void ckpt_rearmed(void); /* after the setjmp has returned 0 */

/* All of a jmp_buf that an image holds are its last bytes. */
#define CKPT_TAG_BYTES 48
extern const struct ckpt_type ckpt_tag_type;

/* alloca in a function that can be resumed: a block of the captured heap, in
 * the chain that the frame's variable leads to; at the function's end, unless
 * it is unwound, the chain is freed. */
extern const struct ckpt_type ckpt_chain_type;
void *ckpt_alloca(void *frame, unsigned long size);
void ckpt_alloca_end(void *frame);

/* A sigset_t: what signals there are, in words of 32 on all machines. */
extern const struct ckpt_type ckpt_word_type;
extern const struct ckpt_field ckpt_sigset_fields[2];

/* Runs the program: start calls main's fast clone.  Returns main's value. */
int ckpt_main(int argc, char **argv, char **envp,
	      int (*start)(int argc, char **argv, char **envp),
	      const struct ckpt_function *main_fn);

#endif
