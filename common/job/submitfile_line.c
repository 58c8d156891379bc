/* SPDX-License-Identifier: MIT */
/* Files being read, included ones on top, and their lines. */
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/submitfile_priv.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

void submit_push_source(struct submitfile *sf, const char *name,
			const char *text)
{
	struct source *src = &sf->sources[sf->source_count++];

	*src = (struct source){ .name = xstrdup(name),
				.text = xstrdup(text),
				.if_depth = sf->if_count };
	src->next = src->text;
}

void submit_pop_source(struct submitfile *sf)
{
	struct source *src = &sf->sources[--sf->source_count];

	free(src->name);
	free(src->text);
}

struct source *submit_top(struct submitfile *sf)
{
	return &sf->sources[sf->source_count - 1];
}

const char *submit_physical_line(struct source *src, size_t *ret_len)
{
	const char *line = src->next;
	size_t len;

	if (*line == '\0')
		return NULL;
	len = strcspn(line, "\n");
	src->next += len + (line[len] == '\n');
	src->lines_read++;
	while (len > 0 && strchr(BLANKS, line[len - 1]))
		len--;
	*ret_len = len;
	return line;
}

bool submit_logical_line(struct source *src, struct strbuf *out)
{
	const char *line;
	size_t len;
	bool more = false;

	strbuf_reset(out);
	while ((line = submit_physical_line(src, &len))) {
		size_t lead = 0;
		bool comment;

		while (lead < len && strchr(BLANKS, line[lead]))
			lead++;
		comment = lead < len && line[lead] == '#';
		if (!more) {
			src->line = src->lines_read;
			if (comment)
				return true;
		} else if (comment) {
			continue;
		}
		more = len > lead && line[len - 1] == '\\';
		strbuf_add(out, line + lead, len - lead - more);
		if (!more)
			return true;
	}
	return more;
}
