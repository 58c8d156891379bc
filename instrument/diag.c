/* SPDX-License-Identifier: MIT */
#include "instrument/diag.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

void diags_release(struct diags *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->v[i].file);
		free(d->v[i].text);
		free(d->v[i].option);
	}
	free(d->v);
	memset(d, 0, sizeof(*d));
}

void diag_add(struct diags *d, enum severity severity,
	      const struct place *where, const char *option, const char *fmt,
	      ...)
{
	struct diag *new;
	va_list ap;

	if (d->n == d->alloc) {
		d->alloc = d->alloc * 2 + 16;
		d->v = xreallocarray(d->v, d->alloc, sizeof(*d->v));
	}
	new = d->v + d->n++;
	memset(new, 0, sizeof(*new));
	new->severity = severity;
	if (where) {
		new->file = xstrdup(where->file);
		new->line = where->line;
		new->col = where->col;
	}
	new->option = xstrdup(option);
	va_start(ap, fmt);
	new->text = xvasprintf(fmt, ap);
	va_end(ap);
}

size_t diags_count(const struct diags *d, enum severity severity)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++)
		n += d->v[i].severity >= severity;
	return n;
}

/* The line without its end, to be freed; NULL if there is none. */
static char *read_line(const char *file, unsigned line)
{
	FILE *f = fopen(file, "re");
	char *text = NULL;
	size_t alloc = 0;
	ssize_t len = -1;

	if (!f)
		return NULL;
	while (line-- && (len = getline(&text, &alloc, f)) >= 0)
		;
	fclose(f);
	if (len < 0) {
		free(text);
		return NULL;
	}
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

/* As gcc: tabs shown as blanks of their width, so that the caret fits. */
static void print_source(const struct diag *d, FILE *out)
{
	char *text = read_line(d->file, d->line);
	unsigned i, width = 0, caret = 0;

	if (!text)
		return;
	fprintf(out, "%5u | ", d->line);
	for (i = 0; text[i]; i++) {
		if (i + 1 == d->col)
			caret = width;
		do {
			putc(text[i] == '\t' ? ' ' : text[i], out);
			width += ((unsigned char)text[i] & 0xc0) != 0x80;
		} while (text[i] == '\t' && width % 8);
	}
	putc('\n', out);
	if (d->col && d->col <= i)
		fprintf(out, "      | %*s^\n", (int)caret, "");
	free(text);
}

void diag_print(const struct diag *d, FILE *out)
{
	static const char *const names[] = { "note", "warning", "error" };

	if (!d->file)
		fputs("hcc: ", out);
	else if (d->col)
		fprintf(out, "%s:%u:%u: ", d->file, d->line, d->col);
	else
		fprintf(out, "%s:%u: ", d->file, d->line);
	fprintf(out, "%s: %s", names[d->severity], d->text);
	if (d->option)
		fprintf(out, " [-W%s]", d->option);
	putc('\n', out);
	if (d->file)
		print_source(d, out);
}

void diags_print(const struct diags *d, FILE *out)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		diag_print(d->v + i, out);
}
