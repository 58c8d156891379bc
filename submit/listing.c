/* SPDX-License-Identifier: MIT */
#include "submit/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/ad/expr_eval.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"

void listing_init(struct listing *l)
{
	memset(l, 0, sizeof(*l));
}

void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->field_count; i++) {
		free(l->fields[i].text);
		expr_free(l->fields[i].expr);
	}
	free(l->fields);
	free(l->flags);
	free(l->attributes);
	listing_init(l);
}

int listing_split_flags(struct listing *l, int argc, char **argv,
			struct err *err)
{
	static const char letters[] = "jlhVrtng,";

	for (int i = 1; i < argc; i++) {
		char *word = argv[i], *colon;

		if (strncmp(word, "-af:", 4) != 0 &&
		    strncmp(word, "-autoformat:", 12) != 0)
			continue;
		colon = strchr(word, ':');
		if (colon[1 + strspn(colon + 1, letters)] != '\0')
			return err_set(err, -EINVAL,
				       "unknown letter in '%s'; there are: "
				       "%s",
				       word, letters);
		free(l->flags);
		l->flags = xstrdup(colon + 1);
		*colon = '\0';
	}
	return 0;
}

static int add_field(struct listing *l, const char *text, struct err *err)
{
	struct expr *expr;
	int r = expr_parse(text, &expr, err);

	if (r < 0) {
		err_prefix(err, "cannot read '%s'", text);
		return r;
	}
	l->fields = xreallocarray(l->fields, l->field_count + 1,
				  sizeof(*l->fields));
	l->fields[l->field_count].text = xstrdup(text);
	l->fields[l->field_count++].expr = expr;
	return 0;
}

int listing_take_fields(struct listing *l, struct opt *opt, struct err *err)
{
	const char *word;
	int r = 0;

	l->mode = LISTING_AF;
	while (r == 0 && (word = opt_peek(opt)) && word[0] != '-')
		r = add_field(l, opt_take(opt), err);
	if (r == 0 && l->field_count == 0)
		r = err_set(err, -EINVAL, "-af wants at least one attribute");
	return r;
}

static bool add_name(void *ctx, const char *scope, const char *name)
{
	struct strbuf *out = ctx;

	(void)scope;
	if (out->len)
		strbuf_addch(out, ',');
	strbuf_addstr(out, name);
	return true;
}

char *listing_needs(const struct listing *l)
{
	struct strbuf out = STRBUF_INIT;

	if (l->mode != LISTING_AF)
		return xstrdup(l->attributes);
	for (size_t i = 0; i < l->field_count; i++)
		expr_each_attr(l->fields[i].expr, add_name, &out);
	return strbuf_detach(&out);
}

static bool has_flag(const struct listing *l, char letter)
{
	return l->flags && strchr(l->flags, letter);
}

static const char *separator(const struct listing *l)
{
	if (has_flag(l, 'n'))
		return "\n";
	if (has_flag(l, ','))
		return ",";
	return has_flag(l, 't') ? "\t" : " ";
}

/* What comes before the first ad. */
static void begin(const struct listing *l, FILE *out)
{
	if (l->mode == LISTING_JSON) {
		fputs("[", out);
	} else if (l->mode == LISTING_AF && has_flag(l, 'h')) {
		if (has_flag(l, 'j'))
			fprintf(out, "ID%s", separator(l));
		for (size_t i = 0; i < l->field_count; i++)
			fprintf(out, "%s%s", i ? separator(l) : "",
				l->fields[i].text);
		fputc('\n', out);
	}
}

void listing_end(struct listing *l, FILE *out)
{
	if (l->printed == 0)
		begin(l, out);
	if (l->mode == LISTING_JSON)
		fputs(l->printed ? "\n]\n" : "]\n", out);
}

/* A value as -af writes it: strings without quotes, unless V asks. */
static void field_value(const struct listing *l, struct eval *ev,
			const struct listing_field *f, const struct ad *ad,
			struct strbuf *out)
{
	struct value v;

	if (has_flag(l, 'r')) {
		if (ad_name_valid(f->text) && ad_unparse_attr(ad, f->text, out))
			return;
		expr_unparse(f->expr, out);
		return;
	}
	v = eval_expr(ev, f->expr);
	if (v.type == VALUE_STRING && !has_flag(l, 'V'))
		strbuf_add(out, v.u.s, v.len);
	else
		value_unparse(&v, out);
}

static void print_fields(struct listing *l, const struct ad *ad, const char *id,
			 FILE *out)
{
	struct strbuf line = STRBUF_INIT;
	struct eval ev;

	eval_init(&ev, ad, NULL);
	if (has_flag(l, 'j'))
		strbuf_addf(&line, "%s%s", id, separator(l));
	for (size_t i = 0; i < l->field_count; i++) {
		if (i)
			strbuf_addstr(&line, separator(l));
		if (has_flag(l, 'l'))
			strbuf_addf(&line, "%s = ", l->fields[i].text);
		field_value(l, &ev, &l->fields[i], ad, &line);
	}
	eval_release(&ev);
	strbuf_addch(&line, '\n');
	if (has_flag(l, 'g'))
		strbuf_addch(&line, '\n');
	fwrite(line.data, 1, line.len, out);
	strbuf_release(&line);
}

static void print_json(struct listing *l, const struct ad *ad, FILE *out)
{
	json_t *json = ad_to_json(ad, true);
	char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);

	fprintf(out, "%s\n%s", l->printed ? "," : "", text ? text : "{}");
	free(text);
	json_decref(json);
}

void listing_print(struct listing *l, const struct ad *ad, const char *id,
		   FILE *out)
{
	struct strbuf text = STRBUF_INIT;

	if (l->printed == 0)
		begin(l, out);
	if (l->mode == LISTING_AF) {
		print_fields(l, ad, id, out);
	} else if (l->mode == LISTING_JSON) {
		print_json(l, ad, out);
	} else {
		ad_unparse_long(ad, &text);
		fwrite(text.data, 1, text.len, out);
		fputc('\n', out);
	}
	l->printed++;
	strbuf_release(&text);
}
