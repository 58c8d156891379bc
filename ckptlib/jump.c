/* SPDX-License-Identifier: MIT */
/* A handler may jump below its frame's callers: glibc's check must not object. */
#undef _FORTIFY_SOURCE
#include "ckptlib/jump.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/os.h"
#include "ckptlib/sigbits.h"

unsigned long long ckpt_frames;
int ckpt_jump_value;
unsigned ckpti_jump_process;

/* Numbers in bytes, lowest first. */
struct tag {
	unsigned char magic[8];
	unsigned char frame[8];
	unsigned char process[4];
	unsigned char site[4];
	unsigned char mask[8]; /* as ckpti_sigbits_get */
	unsigned char has_mask;
	unsigned char unused[CKPT_TAG_BYTES - 33];
};
_Static_assert(sizeof(struct tag) == CKPT_TAG_BYTES, "tag");
_Static_assert(sizeof(((struct __jmp_buf_tag *)0)->__saved_mask) >=
		       CKPT_TAG_BYTES + 32,
	       "room for libc's own use of the signal set");

static const unsigned char magic[8] = "\177ckptj1";

/* The buffers of ours, the innermost resumed frame's first. */
struct side {
	unsigned long long frame;
	struct side *outer;
	jmp_buf env;
};
static struct side *sides;

static struct tag *tag_of(void *env)
{
	struct __jmp_buf_tag *b = env;

	return (struct tag *)((char *)(&b->__saved_mask + 1) -
			      sizeof(struct tag));
}

static void put(unsigned char *at, int n, unsigned long long value)
{
	for (; n--; value >>= 8)
		*at++ = (unsigned char)value;
}

static unsigned long long get(const unsigned char *at, int n)
{
	unsigned long long value = 0;

	while (n--)
		value = value << 8 | at[n];
	return value;
}

void ckpt_arm(void *env, unsigned long long frame, unsigned site)
{
	const struct __jmp_buf_tag *b = env;
	struct tag *t = tag_of(env);

	memset(t, 0, sizeof(*t));
	memcpy(t->magic, magic, sizeof(magic));
	put(t->frame, sizeof(t->frame), frame);
	put(t->process, sizeof(t->process), ckpti_jump_process);
	put(t->site, sizeof(t->site), site);
	t->has_mask = b->__mask_was_saved != 0;
	if (t->has_mask)
		ckpti_sigbits_get(&b->__saved_mask, t->mask);
}

/* Frames are numbered as they begin: what is no older has ended. */
static void drop_ended(unsigned long long frame)
{
	struct side *s;

	while (sides && sides->frame >= frame) {
		s = sides;
		sides = s->outer;
		free(s);
	}
}

void *ckpt_rearm(unsigned long long frame)
{
	struct side *s = malloc(sizeof(*s));

	if (!s) {
		ckpti_say("cannot resume: no memory");
		_exit(CKPTI_EXIT_REFUSED);
	}
	drop_ended(frame);
	s->frame = frame;
	s->outer = sides;
	sides = s;
	return s->env;
}

static void __attribute__((noreturn)) jump_aside(const struct tag *t, int value)
{
	unsigned long long frame = get(t->frame, sizeof(t->frame));
	unsigned site = (unsigned)get(t->site, sizeof(t->site));
	struct side *s = sides;
	sigset_t mask;

	while (s && s->frame != frame)
		s = s->outer;
	if (!s) {
		ckpti_say("longjmp to a function that has returned");
		abort();
	}
	if (t->has_mask) {
		ckpti_sigbits_set(t->mask, &mask);
		sigprocmask(SIG_SETMASK, &mask, NULL);
	}
	ckpt_jump_value = value ? value : 1;
	_longjmp(s->env, (int)site + 1);
}

void ckpt_longjmp(struct __jmp_buf_tag *env, int value)
{
	const struct tag *t = tag_of(env);

	if (memcmp(t->magic, magic, sizeof(magic)) == 0 &&
	    get(t->process, sizeof(t->process)) != ckpti_jump_process)
		jump_aside(t, value);
	siglongjmp(env, value);
}

void ckpt__longjmp(struct __jmp_buf_tag *env, int value)
{
	ckpt_longjmp(env, value);
}

void ckpt_siglongjmp(struct __jmp_buf_tag *env, int value)
{
	ckpt_longjmp(env, value);
}

void ckpt___longjmp_chk(struct __jmp_buf_tag *env, int value)
{
	ckpt_longjmp(env, value);
}
