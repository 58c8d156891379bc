/* SPDX-License-Identifier: MIT */
#include "instrument/trace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/xalloc.h"

static void add(struct trace *t, char *path, char *member)
{
	if (t->n == t->alloc) {
		t->alloc = t->alloc * 2 + 64;
		t->v = xreallocarray(t->v, t->alloc, sizeof(*t->v));
	}
	t->v[t->n++] = (struct trace_entry){ path, member };
}

/* "(a)b" or "a(b)", by the linker's version. */
static bool split_member(const char *line, size_t len, char **ret_path,
			 char **ret_member)
{
	const char *end = line + len, *open, *close;

	if (len > 2 && line[0] == '(') {
		close = memrchr(line, ')', len);
		if (!close || close + 1 == end)
			return false;
		*ret_path = xstrndup(line + 1, (size_t)(close - line) - 1);
		*ret_member = xstrndup(close + 1, (size_t)(end - close) - 1);
		return true;
	}
	open = len > 2 && end[-1] == ')' ? memrchr(line, '(', len) : NULL;
	if (!open)
		return false;
	*ret_path = xstrndup(line, (size_t)(open - line));
	*ret_member = xstrndup(open + 1, (size_t)(end - open) - 2);
	return true;
}

static bool read_member(struct trace *t, const char *line, size_t len)
{
	char *path, *member, *slash;

	if (!split_member(line, len, &path, &member))
		return false;
	if (!*member || access(path, F_OK)) {
		free(path);
		free(member);
		return false;
	}
	slash = strrchr(member, '/'); /* a thin archive's */
	if (slash)
		memmove(member, slash + 1, strlen(slash));
	add(t, path, member);
	return true;
}

/* The compiler's own temporary objects, /tmp/ccXyz.o or clang's
 * /tmp/name-123abc.o, are gone by now. */
static bool is_compilers_temp(const char *path)
{
	size_t len = strlen(path);

	return path[0] == '/' && len > 2 && !strcmp(path + len - 2, ".o");
}

static void read_line(struct trace *t, const char *line, size_t len,
		      struct strbuf *rest)
{
	char *path;

	if (read_member(t, line, len))
		return;
	path = xstrndup(line, len);
	if (access(path, F_OK) == 0 || is_compilers_temp(path)) {
		add(t, path, NULL);
		return;
	}
	strbuf_addf(rest, "%s\n", path);
	free(path);
}

void trace_read(struct trace *t, const char *text, struct strbuf *rest)
{
	memset(t, 0, sizeof(*t));
	while (*text) {
		size_t len = strcspn(text, "\n");

		read_line(t, text, len, rest);
		text += len + (text[len] == '\n');
	}
}

void trace_release(struct trace *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->v[i].path);
		free(t->v[i].member);
	}
	free(t->v);
	memset(t, 0, sizeof(*t));
}

size_t trace_count(const struct trace *t, const char *path, const char *member)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++)
		n += t->v[i].member && !strcmp(t->v[i].path, path) &&
		     !strcmp(t->v[i].member, member);
	return n;
}

const char *trace_library(const struct trace *t, const char *name)
{
	char *file = name[0] == ':' ? xstrdup(name + 1)
				    : xasprintf("lib%s.a", name);
	const char *found = NULL;
	size_t i;

	for (i = 0; i < t->n && !found; i++) {
		const char *slash = strrchr(t->v[i].path, '/');
		const char *base = slash ? slash + 1 : t->v[i].path;

		if (t->v[i].member && !strcmp(base, file))
			found = t->v[i].path;
	}
	free(file);
	return found;
}
