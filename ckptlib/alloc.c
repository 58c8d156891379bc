/* SPDX-License-Identifier: MIT */
#include "ckptlib/alloc.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>

#include "ckptlib/os.h"

#define NCLASSES   36
#define SMALL_MAX  (CKPTI_SLOT_MAX - 1) /* one spare byte */
#define ALIGN	   16
#define SPAN_SLOTS 8 /* at least so many in a span */

/* The last (hint, size) of a class and the word that they make. */
struct size_class {
	struct ckpti_span *cur;
	struct ckpti_span *partial;
	const struct ckpt_type *hint;
	size_t hint_size;
	uint32_t hint_word;
	uint32_t slot;
};

struct arena {
	struct ckpti_space space;
	struct size_class classes[NCLASSES];
	int ready;
	int lock;
};

#if UINTPTR_MAX > 0xffffffffu
#define PROGRAM_BASE ((uintptr_t)0x1000000000)
#define PROGRAM_STEP ((size_t)64 << 20)
#define FOREIGN_STEP ((size_t)4 << 20)
#else
#define PROGRAM_BASE 0
#define PROGRAM_STEP ((size_t)4 << 20)
#define FOREIGN_STEP ((size_t)1 << 20)
#endif

static struct arena arenas[CKPTI_NARENAS];

/* ---- locks: only once the process has threads ------------------------------- */

static void lock_slow(struct arena *a)
{
	while (__atomic_exchange_n(&a->lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

static inline void arena_lock(struct arena *a)
{
	if (CKPTI_UNLIKELY(!__libc_single_threaded))
		lock_slow(a);
}

static inline void arena_unlock(struct arena *a)
{
	if (CKPTI_UNLIKELY(a->lock))
		__atomic_store_n(&a->lock, 0, __ATOMIC_RELEASE);
}

/* ---- size classes ---------------------------------------------------------------- */

/*
 * Sizes of slots: 16 to 128 by 16, then four to each doubling, up to
 * CKPTI_SLOT_MAX. The argument counts 16 bytes, at least 1.
 */
static inline unsigned class_of_lines(uint32_t lines)
{
	unsigned log;

	if (lines <= 8)
		return lines - 1;
	log = 31 - (unsigned)__builtin_clz(lines - 1);
	return 8 + (log - 3) * 4 + ((lines - 1) >> (log - 2)) - 4;
}

static inline unsigned class_of_size(size_t size)
{
	return class_of_lines((uint32_t)(size >> 4) + 1);
}

static uint32_t class_slot(unsigned c)
{
	unsigned log;

	if (c < 8)
		return (c + 1) * 16;
	log = 3 + (c - 8) / 4;
	return ((5 + (c - 8) % 4) << (log - 2)) * 16;
}

static void arena_init(enum ckpti_arena_id id)
{
	struct arena *a = &arenas[id];
	unsigned c;

	a->space.id = (uint8_t)id;
	a->space.base = id == CKPTI_PROGRAM ? PROGRAM_BASE : 0;
	a->space.step = id == CKPTI_PROGRAM ? PROGRAM_STEP : FOREIGN_STEP;
	for (c = 0; c < NCLASSES; c++)
		a->classes[c].slot = class_slot(c);
	a->ready = 1;
}

static inline struct arena *arena_get(enum ckpti_arena_id id)
{
	if (CKPTI_UNLIKELY(!arenas[id].ready))
		arena_init(id);
	return &arenas[id];
}

struct ckpti_space *ckpti_arena_space(enum ckpti_arena_id id)
{
	return &arena_get(id)->space;
}

/* ---- types ----------------------------------------------------------------------- */

int ckpti_size_fits(const struct ckpt_type *t, size_t size)
{
	const struct ckpt_field *last;

	if (t->kind == CKPT_VOID || t->kind == CKPT_FUNC ||
	    (t->flags & CKPT_T_INCOMPLETE) || t->size == 0)
		return 0;
	if (size % t->size == 0)
		return 1;
	if (t->kind != CKPT_STRUCT || t->nfields == 0 || size < t->size)
		return 0;
	last = &t->fields[t->nfields - 1];
	if (last->type->kind != CKPT_ARRAY || last->type->count != 0 ||
	    last->type->elem == NULL || last->type->elem->size == 0)
		return 0;
	return (size - last->offset) % last->type->elem->size == 0 ||
	       (size - t->size) % last->type->elem->size == 0;
}

/* The word for a block of the class's slots. */
static uint32_t make_word(uint32_t slot, size_t size,
			  const struct ckpt_type *type)
{
	uint32_t id = 0;

	if (type && ckpti_size_fits(type, size))
		id = ckpti_type_id(type);
	return CKPTI_LIVE | id << CKPTI_TYPE_SHIFT | (slot - (uint32_t)size);
}

/* ---- small blocks ---------------------------------------------------------------- */

static void list_add(struct size_class *c, struct ckpti_span *s)
{
	s->prev = NULL;
	s->next = c->partial;
	if (c->partial)
		c->partial->prev = s;
	c->partial = s;
	s->listed = true;
}

static void list_remove(struct size_class *c, struct ckpti_span *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		c->partial = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->listed = false;
}

/* A span of the class with a free slot becomes the current one. */
static struct ckpti_span *class_refill(struct arena *a, unsigned cls)
{
	struct size_class *c = &a->classes[cls];
	struct ckpti_span *s = c->partial;
	size_t units, nslots;

	if (s) {
		list_remove(c, s);
		c->cur = s;
		return s;
	}
	units = ((size_t)c->slot * SPAN_SLOTS + CKPTI_UNIT - 1) >>
		CKPTI_UNIT_SHIFT;
	nslots = (units << CKPTI_UNIT_SHIFT) / c->slot;
	s = ckpti_span_take(&a->space, units, CKPTI_UNIT);
	if (!s)
		return NULL;
	if (ckpti_span_make_small(s, c->slot, (uint32_t)nslots, (uint8_t)cls)) {
		ckpti_span_drop(&a->space, s);
		return NULL;
	}
	c->cur = s;
	return s;
}

/* Takes a slot and marks it; *ret_fresh: its bytes are still zero. */
static inline char *slot_take(struct arena *a, unsigned cls, uint32_t word,
			      bool *ret_fresh)
{
	struct ckpti_span *s = a->classes[cls].cur;
	uint32_t i;

	if (CKPTI_UNLIKELY(!s || (!s->free && s->bump == s->nslots))) {
		s = class_refill(a, cls);
		if (!s)
			return NULL;
	}
	if (s->free) {
		i = s->free - 1;
		s->free = s->words[i];
		*ret_fresh = false;
	} else {
		i = s->bump++;
		*ret_fresh = s->zero;
	}
	s->words[i] = word;
	s->live++;
	return ckpti_slot_addr(s, i);
}

static inline char *small_alloc(struct arena *a, size_t size,
				const struct ckpt_type *type, bool *ret_fresh)
{
	unsigned cls = class_of_size(size);
	struct size_class *c = &a->classes[cls];

	if (CKPTI_UNLIKELY(c->hint_size != size || c->hint != type ||
			   !c->hint_word)) {
		c->hint_word = make_word(c->slot, size, type);
		c->hint_size = size;
		c->hint = type;
	}
	return slot_take(a, cls, c->hint_word, ret_fresh);
}

/* A span that has become empty goes, one whose slots were all taken returns. */
static void small_emptied(struct arena *a, struct ckpti_span *s)
{
	struct size_class *c = &a->classes[s->cls];

	if (s == c->cur)
		return;
	if (s->live == 0 && (c->partial != s || s->next)) {
		if (s->listed)
			list_remove(c, s);
		ckpti_span_drop(&a->space, s);
	} else if (!s->listed) {
		list_add(c, s);
	}
}

static void bad_pointer(const char *what, const void *p)
{
	ckpti_say("%s(%p): not the start of a block in use", what, p);
	abort();
}

/* The span of a block in use, or the end of the program: its own fault. */
static inline struct ckpti_span *block_span(const char *what, const void *p,
					    uint32_t *ret_i)
{
	struct ckpti_span *s = ckpti_span_at(p);

	if (CKPTI_UNLIKELY(!s || s->state == CKPTI_RUN_FREE))
		bad_pointer(what, p);
	*ret_i = ckpti_slot_of(s, p);
	if (CKPTI_UNLIKELY(*ret_i >= s->nslots ||
			   ckpti_slot_addr(s, *ret_i) != p ||
			   !(s->words[*ret_i] & CKPTI_LIVE)))
		bad_pointer(what, p);
	return s;
}

void ckpti_free(void *block)
{
	struct ckpti_span *s;
	struct arena *a;
	uint32_t i;

	if (!block)
		return;
	s = block_span("free", block, &i);
	a = &arenas[s->arena];
	arena_lock(a);
	if (CKPTI_LIKELY(s->state == CKPTI_SMALL)) {
		s->words[i] = s->free;
		s->free = i + 1;
		s->live--;
		if (CKPTI_UNLIKELY(s->live == 0 ||
				   (!s->listed && s != a->classes[s->cls].cur)))
			small_emptied(a, s);
	} else {
		ckpti_span_drop(&a->space, s);
	}
	arena_unlock(a);
}

/* ---- large blocks ---------------------------------------------------------------- */

static size_t units_for(size_t size)
{
	return (size + CKPTI_UNIT) >> CKPTI_UNIT_SHIFT;
}

static void large_mark(struct ckpti_span *s, size_t size,
		       const struct ckpt_type *type)
{
	uint32_t id = 0;

	if (type && ckpti_size_fits(type, size))
		id = ckpti_type_id(type);
	s->size = size;
	s->word = CKPTI_LIVE | id << CKPTI_TYPE_SHIFT;
	s->live = 1;
}

static char *large_alloc(struct arena *a, size_t size, size_t align,
			 const struct ckpt_type *type, bool *ret_fresh)
{
	struct ckpti_span *s;

	if (size > PTRDIFF_MAX - CKPTI_UNIT)
		return NULL;
	if (align < CKPTI_UNIT)
		align = CKPTI_UNIT;
	s = ckpti_span_take(&a->space, units_for(size), align);
	if (!s)
		return NULL;
	large_mark(s, size, type);
	*ret_fresh = s->zero;
	s->zero = false;
	return s->base;
}

/* ---- what the wrappers call ------------------------------------------------------ */

static inline void *alloc_any(enum ckpti_arena_id id, size_t size,
			      const struct ckpt_type *type, bool *ret_fresh)
{
	struct arena *a = arena_get(id);
	void *p;

	arena_lock(a);
	if (CKPTI_LIKELY(size <= SMALL_MAX))
		p = small_alloc(a, size, type, ret_fresh);
	else
		p = large_alloc(a, size, 0, type, ret_fresh);
	arena_unlock(a);
	if (CKPTI_UNLIKELY(!p))
		errno = ENOMEM;
	return p;
}

void *ckpti_alloc(enum ckpti_arena_id id, size_t size,
		  const struct ckpt_type *type)
{
	bool fresh;

	return alloc_any(id, size, type, &fresh);
}

void *ckpti_alloc_zero(enum ckpti_arena_id id, size_t size,
		       const struct ckpt_type *type)
{
	bool fresh;
	void *p = alloc_any(id, size, type, &fresh);

	if (p && !fresh)
		memset(p, 0, size);
	return p;
}

void *ckpti_alloc_aligned(enum ckpti_arena_id id, size_t align, size_t size,
			  const struct ckpt_type *type)
{
	struct arena *a = arena_get(id);
	size_t slot = align;
	unsigned cls;
	bool fresh;
	void *p;

	if (align <= ALIGN)
		return ckpti_alloc(id, size, type);
	/* A slot whose size is a power of two is aligned to it. */
	while (slot <= size && slot < 2 * (size_t)CKPTI_SLOT_MAX)
		slot *= 2;
	arena_lock(a);
	if (slot <= CKPTI_SLOT_MAX / 2) {
		cls = class_of_size(slot - 1);
		p = slot_take(a, cls, make_word((uint32_t)slot, size, type),
			      &fresh);
	} else {
		p = large_alloc(a, size, align, type, &fresh);
	}
	arena_unlock(a);
	if (!p)
		errno = ENOMEM;
	return p;
}

/* The size changes within the same slot or units; false if it cannot. */
static bool resize_in_place(struct arena *a, struct ckpti_span *s, uint32_t i,
			    size_t size, const struct ckpt_type *type)
{
	size_t units;

	if (s->state == CKPTI_SMALL) {
		if (size >= s->slot || size > SMALL_MAX ||
		    class_of_size(size) != s->cls)
			return false;
		s->words[i] = make_word(s->slot, size, type);
		return true;
	}
	if (size <= SMALL_MAX || size > PTRDIFF_MAX - CKPTI_UNIT)
		return false;
	units = units_for(size);
	if (units < s->units && units > s->units / 2)
		units = s->units;
	if (units < s->units ||
	    (units > s->units && !ckpti_span_extend(&a->space, s, units)))
		return false;
	large_mark(s, size, type);
	return true;
}

/* The type of a block that grows: what is left out of images stays so. */
static const struct ckpt_type *type_after(uint32_t word,
					  const struct ckpt_type *type)
{
	const struct ckpt_type *old = ckpti_type_of_id(CKPTI_TYPE_OF(word));

	if (old && (old->flags & CKPT_T_LEFT_OUT))
		return type ? ckpti_left_out(type) : old;
	return type || (word & CKPTI_INFERRED) ? type : old;
}

void *ckpti_realloc(enum ckpti_arena_id id, void *block, size_t size,
		    const struct ckpt_type *type)
{
	struct ckpti_span *s;
	struct arena *a;
	uint32_t i;
	size_t old;
	bool done;
	void *p;

	if (!block)
		return ckpti_alloc(id, size, type);
	s = block_span("realloc", block, &i);
	a = &arenas[s->arena];
	type = type_after(s->words[i], type);
	old = ckpti_slot_size(s, i);
	arena_lock(a);
	done = resize_in_place(a, s, i, size, type);
	arena_unlock(a);
	if (done)
		return block;
	p = ckpti_alloc((enum ckpti_arena_id)s->arena, size, type);
	if (!p)
		return NULL;
	memcpy(p, block, old < size ? old : size);
	ckpti_free(block);
	return p;
}

size_t ckpti_usable(const void *block)
{
	struct ckpti_span *s;
	uint32_t i;

	if (!block)
		return 0;
	s = block_span("malloc_usable_size", block, &i);
	return ckpti_slot_size(s, i);
}

/* ---- an arena rebuilt from an image ---------------------------------------------- */

void ckpti_arena_clear(void)
{
	struct arena *a = arena_get(CKPTI_PROGRAM);

	ckpti_space_clear(&a->space);
	memset(a->classes, 0, sizeof(a->classes));
	arena_init(CKPTI_PROGRAM);
}

struct ckpti_span *ckpti_arena_place(void *base, size_t units, uint32_t slot)
{
	struct arena *a = arena_get(CKPTI_PROGRAM);
	struct ckpti_span *s;
	unsigned cls = 0;
	size_t nslots;

	if (slot) {
		if (slot < 16 || slot > CKPTI_SLOT_MAX || slot % 16)
			return NULL;
		cls = class_of_lines(slot / 16);
		nslots = (units << CKPTI_UNIT_SHIFT) / slot;
		if (class_slot(cls) != slot || nslots == 0 ||
		    units > 2 * CKPTI_SLOT_MAX * SPAN_SLOTS / CKPTI_UNIT)
			return NULL;
	}
	s = ckpti_span_place(&a->space, base, units);
	if (!s || !slot)
		return s;
	if (ckpti_span_make_small(s, slot, (uint32_t)nslots, (uint8_t)cls))
		return NULL;
	return s;
}

void ckpti_arena_place_slot(struct ckpti_span *s, uint32_t i, uint32_t word)
{
	s->words[i] = word;
	s->live++;
	if (i >= s->bump)
		s->bump = i + 1;
}

void ckpti_arena_placed(struct ckpti_span *s)
{
	struct size_class *c = &arenas[CKPTI_PROGRAM].classes[s->cls];
	uint32_t i = s->bump;

	if (s->state != CKPTI_SMALL)
		return;
	while (i-- > 0) {
		if (s->words[i] & CKPTI_LIVE)
			continue;
		s->words[i] = s->free;
		s->free = i + 1;
	}
	if (s->free || s->bump < s->nslots)
		list_add(c, s);
}
