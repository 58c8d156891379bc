/* SPDX-License-Identifier: MIT */
#include "ckptlib/span.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "ckptlib/os.h"

/* A freed run of this many units goes back to the kernel at once. */
#define TRIM_UNITS 512

#if UINTPTR_MAX > 0xffffffffu
struct ckpti_span **ckpti_map_root[1 << 16];
#else
struct ckpti_span *ckpti_map_leaf[1 << 16];
#endif

/* ---- descriptors ---------------------------------------------------------- */

static char *meta_next, *meta_end;
static struct ckpti_span *free_spans;

/* Freed arrays of words, by log2 of their length. */
static uint32_t *free_words[32];

static void *meta_alloc(size_t size)
{
	size_t block = 1 << 20;
	void *p;

	size = (size + 15) & ~(size_t)15;
	if ((size_t)(meta_end - meta_next) < size) {
		meta_next = ckpti_map(NULL, block);
		meta_end = meta_next ? meta_next + block : NULL;
		if (!meta_next)
			return NULL;
	}
	p = meta_next;
	meta_next += size;
	return p;
}

static struct ckpti_span *span_new(void)
{
	struct ckpti_span *s = free_spans;

	if (!s)
		return meta_alloc(sizeof(*s));
	free_spans = s->next;
	memset(s, 0, sizeof(*s));
	return s;
}

static void span_recycle(struct ckpti_span *s)
{
	s->next = free_spans;
	free_spans = s;
}

static unsigned log2_up(uint32_t n)
{
	return n <= 1 ? 0 : 32 - (unsigned)__builtin_clz(n - 1);
}

static uint32_t *words_new(uint32_t n)
{
	unsigned bin = log2_up(n < 4 ? 4 : n);
	uint32_t *w = free_words[bin];

	if (w) {
		memcpy(&free_words[bin], w, sizeof(w));
		return w;
	}
	return meta_alloc(sizeof(*w) << bin);
}

static void words_recycle(uint32_t *w, uint32_t n)
{
	unsigned bin = log2_up(n < 4 ? 4 : n);

	memcpy(w, &free_words[bin], sizeof(w));
	free_words[bin] = w;
}

/* ---- the page map ----------------------------------------------------------- */

/* Makes the page map able to hold [base, base + size). */
static int map_prepare(const char *base, size_t size)
{
#if UINTPTR_MAX > 0xffffffffu
	uintptr_t top = (uintptr_t)base >> 32;
	uintptr_t last = ((uintptr_t)base + size - 1) >> 32;

	if (last >> 16)
		return -ENOMEM;
	for (; top <= last; top++) {
		if (ckpti_map_root[top])
			continue;
		ckpti_map_root[top] = ckpti_map(NULL, sizeof(void *) << 16);
		if (!ckpti_map_root[top])
			return -ENOMEM;
	}
#else
	(void)base;
	(void)size;
#endif
	return 0;
}

static void map_set(const char *addr, struct ckpti_span *s)
{
	uintptr_t unit = (uintptr_t)addr >> CKPTI_UNIT_SHIFT;
#if UINTPTR_MAX > 0xffffffffu
	ckpti_map_root[unit >> 16][unit & 0xffff] = s;
#else
	ckpti_map_leaf[unit] = s;
#endif
}

static void map_fill(const struct ckpti_span *s, struct ckpti_span *value)
{
	size_t i;

	for (i = 0; i < s->units; i++)
		map_set(s->base + (i << CKPTI_UNIT_SHIFT), value);
}

static char *span_end(const struct ckpti_span *s)
{
	return s->base + ((size_t)s->units << CKPTI_UNIT_SHIFT);
}

/* ---- free runs ---------------------------------------------------------------- */

static unsigned run_bin(size_t units)
{
	unsigned bin = 31 - (unsigned)__builtin_clz((uint32_t)units);

	return bin < CKPTI_RUN_BINS ? bin : CKPTI_RUN_BINS - 1;
}

static void run_link(struct ckpti_space *space, struct ckpti_span *s)
{
	struct ckpti_span **head = &space->runs[run_bin(s->units)];

	s->state = CKPTI_RUN_FREE;
	s->arena = space->id;
	s->slot = 0;
	s->prev = NULL;
	s->next = *head;
	if (*head)
		(*head)->prev = s;
	*head = s;
	map_set(s->base, s);
	map_set(span_end(s) - CKPTI_UNIT, s);
}

static void run_unlink(struct ckpti_space *space, struct ckpti_span *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		space->runs[run_bin(s->units)] = s->next;
	if (s->next)
		s->next->prev = s->prev;
	map_set(s->base, NULL);
	map_set(span_end(s) - CKPTI_UNIT, NULL);
}

/* Whether `addr` starts a chunk: runs do not join across chunks. */
static bool chunk_starts(const struct ckpti_space *space, const char *addr)
{
	size_t i;

	for (i = 0; i < space->nchunks; i++) {
		if (space->chunks[i].base == addr)
			return true;
	}
	return false;
}

static void run_insert(struct ckpti_space *space, struct ckpti_span *s)
{
	struct ckpti_span *other;

	other = ckpti_span_at(span_end(s));
	if (other && other->state == CKPTI_RUN_FREE &&
	    other->arena == space->id && !chunk_starts(space, other->base)) {
		run_unlink(space, other);
		s->units += other->units;
		s->zero = s->zero && other->zero;
		span_recycle(other);
	}
	other = chunk_starts(space, s->base)
			? NULL
			: ckpti_span_at(s->base - CKPTI_UNIT);
	if (other && other->state == CKPTI_RUN_FREE &&
	    other->arena == space->id) {
		run_unlink(space, other);
		other->units += s->units;
		other->zero = s->zero && other->zero;
		span_recycle(s);
		s = other;
	}
	run_link(space, s);
}

/* Cuts `s` (not linked) to its first `units` and frees the rest. */
static int run_split(struct ckpti_space *space, struct ckpti_span *s,
		     size_t units)
{
	struct ckpti_span *rest;

	if (s->units == units)
		return 0;
	rest = span_new();
	if (!rest)
		return -ENOMEM;
	rest->base = s->base + (units << CKPTI_UNIT_SHIFT);
	rest->units = s->units - (uint32_t)units;
	rest->zero = s->zero;
	s->units = (uint32_t)units;
	run_insert(space, rest);
	return 0;
}

static size_t align_gap(const char *base, size_t align)
{
	return (size_t)(-(uintptr_t)base & (align - 1));
}

/* Takes `units` out of a free run at its first aligned place. */
static struct ckpti_span *run_carve(struct ckpti_space *space,
				    struct ckpti_span *s, size_t units,
				    size_t align)
{
	size_t gap = align_gap(s->base, align) >> CKPTI_UNIT_SHIFT;
	struct ckpti_span *front;

	run_unlink(space, s);
	if (gap) {
		front = span_new();
		if (!front) {
			run_link(space, s);
			return NULL;
		}
		front->base = s->base;
		front->units = (uint32_t)gap;
		front->zero = s->zero;
		s->base += gap << CKPTI_UNIT_SHIFT;
		s->units -= (uint32_t)gap;
		run_link(space, front);
	}
	if (run_split(space, s, units)) {
		run_insert(space, s);
		return NULL;
	}
	return s;
}

static struct ckpti_span *run_find(struct ckpti_space *space, size_t units,
				   size_t align)
{
	struct ckpti_span *s;
	unsigned bin;
	size_t gap;

	for (bin = run_bin(units); bin < CKPTI_RUN_BINS; bin++) {
		for (s = space->runs[bin]; s; s = s->next) {
			gap = align_gap(s->base, align) >> CKPTI_UNIT_SHIFT;
			if (s->units >= units + gap)
				return run_carve(space, s, units, align);
		}
	}
	return NULL;
}

/* ---- chunks ------------------------------------------------------------------- */

static struct ckpti_chunk *last_chunk(struct ckpti_space *space)
{
	return space->nchunks ? &space->chunks[space->nchunks - 1] : NULL;
}

static int chunk_add(struct ckpti_space *space, char *base, size_t size)
{
	struct ckpti_chunk *c;
	size_t cap = space->cap_chunks ? space->cap_chunks * 2 : 256;

	if (map_prepare(base, size))
		return -ENOMEM;
	if (space->nchunks == space->cap_chunks) {
		c = ckpti_map(NULL, cap * sizeof(*c));
		if (!c)
			return -ENOMEM;
		if (space->nchunks)
			memcpy(c, space->chunks, space->nchunks * sizeof(*c));
		space->chunks = c; /* the old array is small: left */
		space->cap_chunks = cap;
	}
	c = &space->chunks[space->nchunks++];
	c->base = c->fresh = base;
	c->size = size;
	if (!space->low || (uintptr_t)base < space->low)
		space->low = (uintptr_t)base;
	if ((uintptr_t)base + size > space->high)
		space->high = (uintptr_t)base + size;
	return 0;
}

/* Memory anywhere, aligned to a unit. */
static char *map_anywhere(size_t size)
{
	char *p = ckpti_map(NULL, size + CKPTI_UNIT);
	size_t gap;

	if (!p)
		return NULL;
	gap = align_gap(p, CKPTI_UNIT);
	if (gap)
		ckpti_unmap(p, gap);
	if (gap < CKPTI_UNIT)
		ckpti_unmap(p + gap + size, CKPTI_UNIT - gap);
	return p + gap;
}

/* The units of the last chunk that were never handed out become a run. */
static void chunk_close(struct ckpti_space *space)
{
	struct ckpti_chunk *c = last_chunk(space);
	struct ckpti_span *s;

	if (!c || c->fresh == c->base + c->size)
		return;
	s = span_new();
	if (!s)
		return;
	s->base = c->fresh;
	s->units =
		(uint32_t)((c->base + c->size - c->fresh) >> CKPTI_UNIT_SHIFT);
	s->zero = true;
	c->fresh = c->base + c->size;
	run_insert(space, s);
}

/* Makes the last chunk hold `bytes` more. */
static int space_grow(struct ckpti_space *space, size_t bytes)
{
	struct ckpti_chunk *c = last_chunk(space);
	size_t left = c ? (size_t)(c->base + c->size - c->fresh) : 0;
	size_t more;
	char *p;

	if (bytes > SIZE_MAX / 2)
		return -ENOMEM;
	more = (bytes - left + space->step - 1) / space->step * space->step;
	p = c ? c->base + c->size : (char *)space->base;
	if (p && ckpti_map_at(p, more)) {
		if (!c)
			return chunk_add(space, p, more);
		if (map_prepare(p, more))
			return -ENOMEM;
		c->size += more;
		if ((uintptr_t)p + more > space->high)
			space->high = (uintptr_t)p + more;
		return 0;
	}
	more = (bytes + space->step - 1) / space->step * space->step;
	p = map_anywhere(more);
	if (!p) {
		more = (bytes + CKPTI_UNIT - 1) & ~(CKPTI_UNIT - 1);
		p = map_anywhere(more);
	}
	if (!p)
		return -ENOMEM;
	chunk_close(space);
	return chunk_add(space, p, more);
}

/* Units that were never handed out, from the last chunk. */
static struct ckpti_span *fresh_take(struct ckpti_space *space, size_t units,
				     size_t align)
{
	struct ckpti_chunk *c = last_chunk(space);
	size_t bytes = units << CKPTI_UNIT_SHIFT;
	size_t gap = c ? align_gap(c->fresh, align) : 0;
	struct ckpti_span *s, *front;

	if (bytes >> CKPTI_UNIT_SHIFT != units || bytes > SIZE_MAX - 2 * align)
		return NULL;
	if (!c || (size_t)(c->base + c->size - c->fresh) < gap + bytes) {
		if (space_grow(space, bytes + align))
			return NULL;
		c = last_chunk(space);
		gap = align_gap(c->fresh, align);
	}
	s = span_new();
	if (!s)
		return NULL;
	if (gap) {
		front = span_new();
		if (!front)
			return NULL;
		front->base = c->fresh;
		front->units = (uint32_t)(gap >> CKPTI_UNIT_SHIFT);
		front->zero = true;
		c->fresh += gap;
		run_insert(space, front);
	}
	s->base = c->fresh;
	s->units = (uint32_t)units;
	s->zero = true;
	c->fresh += bytes;
	return s;
}

/* ---- what the allocator calls ------------------------------------------------- */

struct ckpti_span *ckpti_span_take(struct ckpti_space *space, size_t units,
				   size_t align)
{
	struct ckpti_span *s;

	if (units == 0 || units > UINT32_MAX / 2)
		return NULL;
	s = run_find(space, units, align);
	if (!s)
		s = fresh_take(space, units, align);
	if (!s)
		return NULL;
	s->arena = space->id;
	s->state = CKPTI_LARGE;
	s->words = &s->word;
	s->word = 0;
	s->nslots = 1;
	s->live = s->free = s->bump = 0;
	s->listed = false;
	map_fill(s, s);
	return s;
}

int ckpti_span_make_small(struct ckpti_span *s, uint32_t slot, uint32_t nslots,
			  uint8_t cls)
{
	uint32_t *words = words_new(nslots);

	if (!words)
		return -ENOMEM;
	memset(words, 0, nslots * sizeof(*words));
	s->words = words;
	s->state = CKPTI_SMALL;
	s->slot = slot;
	s->inverse = (uint32_t)((((uint64_t)1 << 32) + slot - 1) / slot);
	s->nslots = nslots;
	s->cls = cls;
	return 0;
}

void ckpti_span_drop(struct ckpti_space *space, struct ckpti_span *s)
{
	if (s->state == CKPTI_SMALL)
		words_recycle(s->words, s->nslots);
	s->words = NULL;
	s->zero = false;
	if (s->units >= TRIM_UNITS &&
	    madvise(s->base, (size_t)s->units << CKPTI_UNIT_SHIFT,
		    MADV_DONTNEED) == 0)
		s->zero = true;
	map_fill(s, NULL);
	run_insert(space, s);
}

bool ckpti_span_extend(struct ckpti_space *space, struct ckpti_span *s,
		       size_t units)
{
	size_t more = units - s->units;
	struct ckpti_chunk *c = last_chunk(space);
	struct ckpti_span *next;
	char *end = span_end(s);

	if (units > UINT32_MAX / 2)
		return false;
	if (end == c->fresh) {
		if ((size_t)(c->base + c->size - c->fresh) <
		    more << CKPTI_UNIT_SHIFT)
			return false;
		c->fresh += more << CKPTI_UNIT_SHIFT;
	} else {
		next = chunk_starts(space, end) ? NULL : ckpti_span_at(end);
		if (!next || next->state != CKPTI_RUN_FREE ||
		    next->arena != space->id || next->units < more)
			return false;
		next = run_carve(space, next, more, CKPTI_UNIT);
		if (!next)
			return false;
		span_recycle(next);
	}
	s->units = (uint32_t)units;
	s->zero = false;
	map_fill(s, s);
	return true;
}

/* ---- a space rebuilt from an image --------------------------------------------- */

void ckpti_space_clear(struct ckpti_space *space)
{
	struct ckpti_span *s;
	size_t i;
	char *p;

	for (i = 0; i < space->nchunks; i++) {
		struct ckpti_chunk *c = &space->chunks[i];

		for (p = c->base; p < c->base + c->size; p += CKPTI_UNIT) {
			s = ckpti_span_at(p);
			map_set(p, NULL);
			if (s && s->state == CKPTI_SMALL && s->base == p)
				words_recycle(s->words, s->nslots);
		}
		ckpti_unmap(c->base, c->size);
	}
	memset(space->runs, 0, sizeof(space->runs));
	space->nchunks = 0;
	space->low = space->high = 0;
}

int ckpti_space_place(struct ckpti_space *space, void *base, size_t size)
{
	chunk_close(space);
	if (!ckpti_map_at(base, size))
		return -EEXIST;
	return chunk_add(space, base, size);
}

struct ckpti_span *ckpti_span_place(struct ckpti_space *space, void *base,
				    size_t units)
{
	struct ckpti_chunk *c = last_chunk(space);
	size_t bytes = units << CKPTI_UNIT_SHIFT;
	struct ckpti_span *front, *s;

	if (!c || (char *)base < c->fresh ||
	    bytes > (size_t)(c->base + c->size - (char *)base))
		return NULL;
	if ((char *)base > c->fresh) {
		front = span_new();
		if (!front)
			return NULL;
		front->base = c->fresh;
		front->units = (uint32_t)(((char *)base - c->fresh) >>
					  CKPTI_UNIT_SHIFT);
		front->zero = true;
		c->fresh = base;
		run_insert(space, front);
	}
	s = fresh_take(space, units, CKPTI_UNIT);
	if (!s)
		return NULL;
	s->arena = space->id;
	s->state = CKPTI_LARGE;
	s->words = &s->word;
	s->nslots = 1;
	map_fill(s, s);
	return s;
}
