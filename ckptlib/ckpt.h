/* SPDX-License-Identifier: MIT */
/*
 * <harrier/ckpt.h>: what a program may tell hcc and libckpt by its own hand.
 *
 * Nothing of it is needed for a program to be checkpointed. Compiled by
 * anything but hcc all of it does nothing and needs no library; so a program
 * may keep it for good. C89, C++ too. The manual page is ckpt(7).
 */
#ifndef HARRIER_CKPT_H
#define HARRIER_CKPT_H

/* What ckpt_now returns. */
#define CKPT_FAILED  (-1) /* no image was written; a message said why */
#define CKPT_OFF     0 /* no checkpoints are taken in this process */
#define CKPT_WRITTEN 1 /* the image is on the disk, and the program goes on */
#define CKPT_RESUMED 2 /* a restarted process goes on from that image */

#ifdef __cplusplus
extern "C" {
#endif

typedef void ckpt_hook(void *arg);

#if defined(__GNUC__)
#define CKPT_UNUSED_ __attribute__((__unused__))
#define CKPT_INLINE_ static __inline__ CKPT_UNUSED_
#elif defined(__cplusplus) || \
	(defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#define CKPT_UNUSED_
#define CKPT_INLINE_ static inline
#else
#define CKPT_UNUSED_
#define CKPT_INLINE_ static
#endif

#ifdef __HARRIER__
#define CKPT_FUNCTION_(declaration, value) extern declaration;
#define CKPT_ACTION_(declaration)	   extern declaration;
#else
#define CKPT_FUNCTION_(declaration, value) \
	CKPT_INLINE_ declaration           \
	{                                  \
		return value;              \
	}
#define CKPT_ACTION_(declaration) \
	CKPT_INLINE_ declaration  \
	{                         \
	}
#endif
/* Parameters have names only where they are used: nobody does here. */
#if defined(__HARRIER__) || defined(__cplusplus)
#define CKPT_ARG_(name)
#else
#define CKPT_ARG_(name) name CKPT_UNUSED_
#endif

/* ---- when ------------------------------------------------------------------ */

/*
 * Writes an image here and now and goes on: CKPT_WRITTEN, CKPT_FAILED or
 * CKPT_OFF. A process restarted from that image returns CKPT_RESUMED here.
 */
CKPT_FUNCTION_(int ckpt_now(void), CKPT_OFF)

/*
 * ckpt_poll(): a checkpoint that was asked for may be taken here. For long
 * waits and loops where hcc has put no poll.
 */
#ifdef __HARRIER__
extern volatile int ckpt_request;
extern int ckpt_here(void);
#define ckpt_poll() ((void)(ckpt_request && ckpt_here()))
#else
#define ckpt_poll() ((void)0)
#endif

/* Between the two no checkpoint is taken; they nest. */
CKPT_ACTION_(void ckpt_nopoll_begin(void))
CKPT_ACTION_(void ckpt_nopoll_end(void))

/* ---- hooks ------------------------------------------------------------------ */

/*
 * Functions to call before an image is written (in the order in which they
 * were given), when the program goes on behind that, and after a restart (both
 * in reverse order). No checkpoint is taken while they run. They stay across
 * restarts. Each returns 0, or -1 without memory.
 */
CKPT_FUNCTION_(int ckpt_on_capture(ckpt_hook *CKPT_ARG_(fn),
				   void *CKPT_ARG_(arg)),
	       0)
CKPT_FUNCTION_(int ckpt_on_continue(ckpt_hook *CKPT_ARG_(fn),
				    void *CKPT_ARG_(arg)),
	       0)
CKPT_FUNCTION_(int ckpt_on_restart(ckpt_hook *CKPT_ARG_(fn),
				   void *CKPT_ARG_(arg)),
	       0)
/* Takes all hooks with this function and argument away again. */
CKPT_ACTION_(void ckpt_unhook(ckpt_hook *CKPT_ARG_(fn), void *CKPT_ARG_(arg)))

/* ---- memory ------------------------------------------------------------------ */

/*
 * ckpt_type(p, T): the block of malloc's that starts at p holds one or more
 * of the type T.
 */
CKPT_FUNCTION_(void *ckpt_type_(void *CKPT_ARG_(p),
				unsigned long CKPT_ARG_(size)),
	       0)
#define ckpt_type(p, T) ((void)ckpt_type_((p), sizeof(T)))

/*
 * Leaves the contents of a block of malloc's, or of a global or static
 * variable, out of images: it is all zeros after a restart. A hook of
 * ckpt_on_restart may rebuild it. Returns 0, or -1 where p is the start of no
 * such object.
 */
CKPT_FUNCTION_(int ckpt_leave_out(void *CKPT_ARG_(p)), 0)
/* Takes that back. */
CKPT_FUNCTION_(int ckpt_keep(void *CKPT_ARG_(p)), 0)

/*
 * Which member of a union is meant, by its name; outside of functions:
 *
 *	ckpt_union(struct value, u, self->tag == INT ? "i" : "p");
 *
 * says it of the member u of each struct value, which `self` points to (of a
 * union without a name, u is any of its members), and
 *
 *	ckpt_union_self(union event, self->any.type == KEY ? "key" : "any");
 *
 * of a union that holds its own tag, in its first member too. The expression
 * may look at what `self` points to, and at nothing else that changes. 0 or ""
 * say that it is not known.
 */
#define CKPT_JOIN2_(a, b, c) a##_##b##_##c
#define CKPT_JOIN_(a, b, c)  CKPT_JOIN2_(a, b, c)
#ifdef __COUNTER__
#define CKPT_NUMBER_ __COUNTER__
#else
#define CKPT_NUMBER_ __LINE__
#endif
#define CKPT_UNION_(T, name, expression)             \
	CKPT_INLINE_ const char *name(const T *self) \
	{                                            \
		return (expression);                 \
	}                                            \
	struct ckpt_declared_
#define ckpt_union(T, member, expression)                             \
	CKPT_UNION_(T, CKPT_JOIN_(ckpt_active, CKPT_NUMBER_, member), \
		    expression)
#define ckpt_union_self(T, expression) \
	CKPT_UNION_(T, CKPT_JOIN_(ckpt_whole, CKPT_NUMBER_, self), expression)

/* ---- questions ----------------------------------------------------------------- */

/* Whether this process can take checkpoints at all. */
CKPT_FUNCTION_(int ckpt_is_on(void), 0)
/* How often this computation was restarted so far. */
CKPT_FUNCTION_(unsigned long ckpt_restarts(void), 0)
/* How many images were written of it so far. */
CKPT_FUNCTION_(unsigned long ckpt_images(void), 0)
/* The architecture that the last restart came from ("S390X"), "" for none. */
CKPT_FUNCTION_(const char *ckpt_origin(void), "")

#ifdef __cplusplus
}
#endif

#endif
