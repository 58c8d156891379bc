/* SPDX-License-Identifier: MIT */
/* Ads as text: the long form, a line `Name = expression` per attribute. */
#include "common/ad/ad.h"
#include "common/ad/ad_priv.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ad_unparse_long(const struct ad *ad, struct strbuf *out)
{
	struct ad *flat = ad_flatten(ad);

	for (uint32_t i = 0; i < flat->count; i++) {
		strbuf_addf(out, "%s = ", attr_spelling(&flat->attrs[i]));
		attr_unparse(&flat->attrs[i], out);
		strbuf_addch(out, '\n');
	}
	ad_free(flat);
}

/* The end of the line; strings and quoted names may span line breaks. */
static const char *line_end(const char *p)
{
	char quote = '\0';

	for (; *p && (quote || *p != '\n'); p++) {
		if (quote && *p == '\\' && (p[1] == quote || p[1] == '\\'))
			p++;
		else if (quote && *p == quote)
			quote = '\0';
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
	}
	return p;
}

/* One line, not blank: sets the attribute. */
static int parse_line(struct ad *ad, const char *line, size_t len,
		      struct err *err)
{
	const char *equals = memchr(line, '=', len);
	char *name, *text;
	size_t name_len;
	int rc;

	if (!equals)
		return err_set(err, -EINVAL, "no '=' in '%.*s'",
			       (int)(len > 60 ? 60 : len), line);
	name_len = (size_t)(equals - line);
	while (name_len > 0 && isspace((unsigned char)line[name_len - 1]))
		name_len--;
	name = xstrndup(line, name_len);
	text = xstrndup(equals + 1, len - (size_t)(equals + 1 - line));
	rc = ad_set_text(ad, name, text, err);
	free(name);
	free(text);
	return rc;
}

int ad_parse_long(const char *text, struct ad **ret_ad, struct err *err)
{
	struct ad *ad = ad_new();
	int line = 1;
	int rc = 0;

	while (*text && !rc) {
		const char *end;

		while (*text == ' ' || *text == '\t' || *text == '\r')
			text++;
		/* a quote in a comment opens no string */
		end = *text == '#' ? text + strcspn(text, "\n")
				   : line_end(text);
		if (end > text && *text != '#')
			rc = parse_line(ad, text, (size_t)(end - text), err);
		if (rc)
			err_prefix(err, "line %d", line);
		for (; text < end; text++)
			line += *text == '\n';
		line++;
		text = *end ? end + 1 : end;
	}
	if (rc)
		ad_free(ad);
	else
		*ret_ad = ad;
	return rc;
}
