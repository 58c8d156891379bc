/* SPDX-License-Identifier: MIT */
#include "instrument/linemap.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/arena.h"

/* From physical line `first` (from 0) on: lines of `file` from `line`. */
struct segment {
	uint32_t first;
	unsigned line;
	const char *file;
	bool is_system;
};

struct linemap {
	uint32_t *starts; /* offset of each physical line */
	size_t nlines, lines_alloc;
	struct segment *segments;
	size_t nsegments, segments_alloc;
	struct arena *arena;
	struct hash *files; /* each name once */
	size_t len;
};

static const char *intern(struct linemap *map, const char *name)
{
	char *s = hash_get(map->files, name);

	if (!s) {
		s = arena_strdup(map->arena, name);
		hash_set(map->files, name, s);
	}
	return s;
}

static void add_segment(struct linemap *map, uint32_t first, unsigned line,
			const char *file, bool is_system)
{
	if (map->nsegments == map->segments_alloc) {
		map->segments_alloc = map->segments_alloc * 2 + 64;
		map->segments = xreallocarray(map->segments,
					      map->segments_alloc,
					      sizeof(*map->segments));
	}
	map->segments[map->nsegments++] =
		(struct segment){ first, line, file, is_system };
}

/* A quoted file name with gcc's escapes (backslash, quote, octal). */
static const char *read_name(struct linemap *map, const char **p,
			     const char *end)
{
	struct strbuf name = STRBUF_INIT;
	const char *s = *p + 1, *file;

	while (s < end && *s != '"') {
		if (*s == '\\' && end - s > 3 && s[1] >= '0' && s[1] <= '3' &&
		    isdigit((unsigned char)s[2]) &&
		    isdigit((unsigned char)s[3])) {
			strbuf_addch(&name, (s[1] - '0') * 64 +
						    (s[2] - '0') * 8 + s[3] -
						    '0');
			s += 4;
			continue;
		}
		if (*s == '\\' && s + 1 < end)
			s++;
		strbuf_addch(&name, *s++);
	}
	*p = s < end ? s + 1 : s;
	file = intern(map, name.data);
	strbuf_release(&name);
	return file;
}

/* One line from its # on; lines that are no linemarker change nothing. */
static void read_marker(struct linemap *map, const char *p, const char *end,
			uint32_t next_line)
{
	const struct segment *last =
		map->nsegments ? map->segments + map->nsegments - 1 : NULL;
	const char *file = last ? last->file : "";
	bool is_system = false;
	unsigned long line;
	char *after;

	p++;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (end - p > 4 && !memcmp(p, "line", 4)) {
		is_system = last && last->is_system;
		for (p += 4; p < end && (*p == ' ' || *p == '\t'); p++)
			;
	}
	if (p == end || !isdigit((unsigned char)*p))
		return;
	line = strtoul(p, &after, 10);
	for (p = after; p < end && (*p == ' ' || *p == '\t'); p++)
		;
	if (p < end && *p == '"')
		file = read_name(map, &p, end);
	for (; p < end; p++)
		is_system |= *p == '3';
	add_segment(map, next_line, (unsigned)line, file, is_system);
}

static void add_line(struct linemap *map, size_t offset)
{
	if (map->nlines == map->lines_alloc) {
		map->lines_alloc = map->lines_alloc * 2 + 1024;
		map->starts = xreallocarray(map->starts, map->lines_alloc,
					    sizeof(*map->starts));
	}
	map->starts[map->nlines++] = (uint32_t)offset;
}

struct linemap *linemap_new(const char *text, size_t len)
{
	struct linemap *map = xcalloc(1, sizeof(*map));
	size_t pos = 0;

	map->arena = arena_new();
	map->files = hash_new(NULL);
	map->len = len;
	add_segment(map, 0, 1, intern(map, "<stdin>"), false);
	while (pos < len) {
		const char *nl = memchr(text + pos, '\n', len - pos);
		const char *end = nl ? nl : text + len;
		const char *p = text + pos;

		add_line(map, pos);
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p < end && *p == '#')
			read_marker(map, p, end, (uint32_t)map->nlines);
		pos = (size_t)(end - text) + 1;
	}
	if (!map->nlines)
		add_line(map, 0);
	return map;
}

void linemap_free(struct linemap *map)
{
	if (!map)
		return;
	hash_free(map->files);
	arena_free(map->arena);
	free(map->starts);
	free(map->segments);
	free(map);
}

struct place linemap_place(const struct linemap *map, size_t offset)
{
	size_t lo = 0, hi = map->nlines, mid;
	const struct segment *seg;
	uint32_t line;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (map->starts[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	line = (uint32_t)lo;
	lo = 0;
	hi = map->nsegments;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (map->segments[mid].first <= line)
			lo = mid;
		else
			hi = mid;
	}
	seg = map->segments + lo;
	return (struct place){
		.file = seg->file,
		.line = seg->line + (line - seg->first),
		.col = (unsigned)(offset - map->starts[line]) + 1,
		.is_system = seg->is_system,
	};
}

const char *linemap_main_file(const struct linemap *map)
{
	return map->segments[map->nsegments > 1].file;
}
