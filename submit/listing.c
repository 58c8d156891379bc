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
		free(l->fields[i].before);
		free(l->fields[i].after);
		free(l->fields[i].spec);
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
	static const char letters[] = "jlhVroTY,tng";

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
	l->fields[l->field_count++] =
		(struct listing_field){ .text = xstrdup(text), .expr = expr };
	return 0;
}

int listing_take_fields(struct listing *l, struct opt *opt, struct err *err)
{
	const char *word;
	int r = 0;

	l->mode = LISTING_AF;
	while (r == 0 && (word = opt_peek(opt)) && word[0] != '-')
		r = add_field(l, opt_take(opt), err);
	/* A lonely dash ends the list, so that job ids can follow. */
	if (r == 0 && word && !word[1])
		opt_take(opt);
	if (r == 0 && l->field_count == 0)
		r = err_set(err, -EINVAL, "-af wants at least one attribute");
	return r;
}

/* -- -format ---------------------------------------------------------------- */

/* Text up to the next conversion; `%%` and C's escapes are resolved. */
static const char *take_text(const char *p, struct strbuf *out)
{
	static const char escapes[] = "n\nt\tr\r\\\\";

	while (*p && (*p != '%' || p[1] == '%')) {
		const char *e = NULL;

		if (*p == '%') {
			p++;
		} else if (*p == '\\' && p[1]) {
			for (e = escapes; *e && *e != p[1]; e += 2)
				;
			e = *e ? e : NULL;
		}
		strbuf_addch(out, e ? e[1] : *p);
		p += e ? 2 : 1;
	}
	return p;
}

static int split_format(struct listing_field *f, const char *format,
			struct err *err)
{
	struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	const char *p = take_text(format, &before), *start = p;
	int r = 0;

	if (*p) {
		p++;
		p += strspn(p, "-+ #0");
		p += strspn(p, "0123456789");
		p += strspn(p, ".");
		p += strspn(p, "0123456789");
		/* Widths have four digits at most: nobody prints more. */
		if (p - start > 12 || !*p || !strchr("diuxXocfFeEgGaAsvVr", *p))
			r = err_set(err, -EINVAL,
				    "bad conversion in '%s': use %%s, %%d, "
				    "%%f, %%v, %%V or %%r",
				    format);
		else
			f->letter = *p;
		f->spec = xstrndup(start, (size_t)(p - start));
		if (r == 0 && *take_text(p + 1, &after))
			r = err_set(err, -EINVAL,
				    "'%s' has two conversions: use -format "
				    "once for each attribute",
				    format);
	}
	f->before = strbuf_detach(&before);
	f->after = strbuf_detach(&after);
	return r;
}

static int take_format(struct listing *l, struct opt *opt, struct err *err)
{
	const char *format = opt->value, *attr = opt_take(opt);
	int r;

	if (!attr)
		return err_set(err, -EINVAL,
			       "-format wants a format and an attribute");
	l->mode = LISTING_FORMAT;
	r = add_field(l, attr, err);
	if (r == 0)
		r = split_format(&l->fields[l->field_count - 1], format, err);
	return r;
}

int listing_option(struct listing *l, struct opt *opt, int id, struct err *err)
{
	int r = 0;

	switch (id) {
	case LISTING_OPT_AF:
		r = listing_take_fields(l, opt, err);
		break;
	case LISTING_OPT_FORMAT:
		r = take_format(l, opt, err);
		break;
	case LISTING_OPT_JSON:
		l->mode = LISTING_JSON;
		break;
	case LISTING_OPT_JSONL:
		l->mode = LISTING_JSONL;
		break;
	case LISTING_OPT_LONG:
		l->mode = LISTING_LONG;
		break;
	case LISTING_OPT_ATTRIBUTES:
		free(l->attributes);
		l->attributes = xstrdup(opt->value);
		break;
	default:
		return 0;
	}
	return r < 0 ? r : 1;
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

	if (l->mode != LISTING_AF && l->mode != LISTING_FORMAT)
		return xstrdup(l->attributes);
	for (size_t i = 0; i < l->field_count; i++)
		expr_each_attr(l->fields[i].expr, add_name, &out);
	return strbuf_detach(&out);
}

static bool has_flag(const struct listing *l, char letter)
{
	return l->flags && strchr(l->flags, letter);
}

/*
 * HTCondor's: a comma or a line end behind each value, a blank or a tab
 * before it; with g none.
 */
static const char *separator(const struct listing *l)
{
	static const char *const all[3][3] = {
		{ " ", "\t", "" },
		{ ", ", ",\t", "," },
		{ "\n ", "\n\t", "\n" },
	};
	int behind = has_flag(l, 'n') ? 2 : has_flag(l, ',') ? 1 : 0;
	int before = has_flag(l, 'g') ? 2 : has_flag(l, 't') ? 1 : 0;

	return all[behind][before];
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

	if (has_flag(l, 'r') || has_flag(l, 'o')) {
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
	if (has_flag(l, 'g') && l->printed)
		strbuf_addch(&line, '\n');
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
	fwrite(line.data, 1, line.len, out);
	strbuf_release(&line);
}

static void add_number(const struct listing_field *f, const struct value *v,
		       struct strbuf *out)
{
	bool is_real = strchr("fFeEgGaA", f->letter);
	double real = v->type == VALUE_REAL  ? v->u.r
		      : v->type == VALUE_INT ? (double)v->u.i
					     : v->u.b;
	char spec[24];

	snprintf(spec, sizeof(spec), "%s%s%c", f->spec,
		 is_real || f->letter == 'c' ? "" : "ll", f->letter);
	if (is_real)
		strbuf_addf(out, spec, real);
	else if (f->letter == 'c')
		strbuf_addf(out, spec, (int)real);
	else
		strbuf_addf(out, spec,
			    v->type == VALUE_INT ? (long long)v->u.i
						 : (long long)real);
}

static void add_text(const struct listing_field *f, const struct value *v,
		     struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	char spec[24];

	if (v->type == VALUE_STRING && f->letter != 'V')
		strbuf_add(&text, v->u.s, v->len);
	else
		value_unparse(v, &text);
	snprintf(spec, sizeof(spec), "%ss", f->spec);
	strbuf_addf(out, spec, text.data);
	strbuf_release(&text);
}

/* Nothing at all where the value is missing or does not fit. */
static void print_format(const struct listing_field *f, struct eval *ev,
			 const struct ad *ad, struct strbuf *out)
{
	struct value v = eval_expr(ev, f->expr);
	bool number = v.type == VALUE_INT || v.type == VALUE_REAL ||
		      v.type == VALUE_BOOL;
	bool text = f->letter && strchr("svV", f->letter);

	if (!text && f->letter && f->letter != 'r' && !number)
		return;
	if (f->letter == 's' && v.type == VALUE_UNDEFINED)
		return;
	strbuf_addstr(out, f->before);
	if (text)
		add_text(f, &v, out);
	else if (f->letter == 'r' &&
		 !(ad_name_valid(f->text) && ad_unparse_attr(ad, f->text, out)))
		expr_unparse(f->expr, out);
	else if (f->letter && f->letter != 'r')
		add_number(f, &v, out);
	strbuf_addstr(out, f->after);
}

static void print_formats(struct listing *l, const struct ad *ad, FILE *out)
{
	struct strbuf text = STRBUF_INIT;
	struct eval ev;

	eval_init(&ev, ad, NULL);
	for (size_t i = 0; i < l->field_count; i++)
		if (l->fields[i].before)
			print_format(&l->fields[i], &ev, ad, &text);
	eval_release(&ev);
	fwrite(text.data, 1, text.len, out);
	strbuf_release(&text);
}

/* The attributes of -attributes; a new reference, to be freed. */
static struct ad *chosen(const struct listing *l, const struct ad *ad)
{
	struct ad *few = ad_new();
	char *names = xstrdup(l->attributes), *save = NULL;

	for (char *n = strtok_r(names, ", ", &save); n;
	     n = strtok_r(NULL, ", ", &save)) {
		struct expr *e = ad_get_expr(ad, n);

		if (e)
			ad_set_expr(few, n, e);
	}
	free(names);
	return few;
}

static void print_json(struct listing *l, const struct ad *ad, FILE *out)
{
	bool lines = l->mode == LISTING_JSONL;
	json_t *json = ad_to_json(ad, true);
	char *text =
		json_dumps(json, JSON_ENSURE_ASCII | (lines ? JSON_COMPACT
							    : JSON_INDENT(2)));

	if (lines)
		fprintf(out, "%s\n", text ? text : "{}");
	else
		fprintf(out, "%s\n%s", l->printed ? "," : "",
			text ? text : "{}");
	free(text);
	json_decref(json);
}

static void print_long(const struct ad *ad, FILE *out)
{
	struct strbuf text = STRBUF_INIT;

	ad_unparse_long(ad, &text);
	fwrite(text.data, 1, text.len, out);
	fputc('\n', out);
	strbuf_release(&text);
}

void listing_print(struct listing *l, const struct ad *ad, const char *id,
		   FILE *out)
{
	struct ad *few = NULL;

	if (l->printed == 0)
		begin(l, out);
	if (l->attributes && l->mode != LISTING_AF && l->mode != LISTING_FORMAT)
		few = chosen(l, ad);
	if (few)
		ad = few;
	if (l->mode == LISTING_AF)
		print_fields(l, ad, id, out);
	else if (l->mode == LISTING_FORMAT)
		print_formats(l, ad, out);
	else if (l->mode == LISTING_LONG)
		print_long(ad, out);
	else
		print_json(l, ad, out);
	l->printed++;
	ad_free(few);
}
