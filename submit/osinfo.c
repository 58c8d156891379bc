/* SPDX-License-Identifier: MIT */
#include "submit/osinfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fd.h"
#include "common/base/strbuf.h"

#define FILE_MAX (64 << 10)

/* The value behind NAME= at the start of a line, quotes removed. */
static void find(const char *text, const char *name, char *ret, size_t size)
{
	size_t len = strlen(name);

	*ret = '\0';
	while (*text) {
		size_t line = strcspn(text, "\n");

		if (line > len && strncmp(text, name, len) == 0 &&
		    text[len] == '=') {
			const char *p = text + len + 1;
			size_t n = line - len - 1;

			if (n >= 2 && (*p == '"' || *p == '\'')) {
				p++;
				n -= 2;
			}
			snprintf(ret, size, "%.*s", (int)n, p);
			return;
		}
		text += line + (text[line] == '\n');
	}
}

void osinfo_parse(const char *text, struct osinfo *ret)
{
	char name[128];

	find(text, "NAME", name, sizeof(name));
	find(text, "VERSION_ID", ret->ver, sizeof(ret->ver));
	snprintf(ret->major_ver, sizeof(ret->major_ver), "%.*s",
		 (int)strspn(ret->ver, "0123456789"), ret->ver);
	snprintf(ret->and_ver, sizeof(ret->and_ver), "%.*s%s",
		 (int)strcspn(name, " "), name, ret->major_ver);
}

void osinfo_read(struct osinfo *ret)
{
	struct strbuf text = STRBUF_INIT;

	fd_read_file("/etc/os-release", FILE_MAX, &text, NULL);
	osinfo_parse(text.data, ret);
	strbuf_release(&text);
}
