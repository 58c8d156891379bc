/* SPDX-License-Identifier: MIT */
#include "common/ad/ad.h"

#include "common/ad/ad_priv.h"
#include "common/ad/expr_fn.h"
#include "common/ad/name.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

#define PARENTS_MAX 8

struct ad *ad_new(void)
{
	struct ad *ad = xcalloc(1, sizeof(*ad));

	atomic_init(&ad->refs, 1);
	return ad;
}

struct ad *ad_ref(struct ad *ad)
{
	atomic_fetch_add_explicit(&ad->refs, 1, memory_order_relaxed);
	return ad;
}

static void release_value(struct attr *attr)
{
	if (attr->kind == ATTR_EXPR)
		expr_free(attr->expr);
	else if (attr->lit.type == VALUE_STRING)
		free((char *)attr->lit.u.s);
}

void ad_clear(struct ad *ad)
{
	for (uint32_t i = 0; i < ad->count; i++) {
		release_value(&ad->attrs[i]);
		free(ad->attrs[i].name);
	}
	free(ad->attrs);
	free(ad->index);
	ad->attrs = NULL;
	ad->index = NULL;
	ad->count = ad->room = ad->index_mask = 0;
}

void ad_free(struct ad *ad)
{
	while (ad && atomic_fetch_sub_explicit(&ad->refs, 1,
					       memory_order_acq_rel) == 1) {
		struct ad *parent = ad->parent;

		ad_clear(ad);
		free(ad);
		ad = parent;
	}
}

void ad_set_parent(struct ad *ad, struct ad *parent)
{
	struct ad *old = ad->parent;

	ad->parent = parent ? ad_ref(parent) : NULL;
	ad_free(old);
}

struct ad *ad_parent(const struct ad *ad)
{
	return ad->parent;
}

/* ---- the table ------------------------------------------------------------ */

/* Where the name stands in `index`, or the free place where it belongs. */
static inline uint32_t probe(const struct ad *ad, const char *folded,
			     size_t len, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & ad->index_mask;

	for (; ad->index[at]; at = (at + 1) & ad->index_mask) {
		const struct attr *attr;

		if (ad->index[at] >> 16 != hash >> 48)
			continue;
		attr = &ad->attrs[index_place(ad->index[at])];
		if (attr->hash == hash && attr->name_len == len &&
		    name_same(attr->name, folded, len))
			break;
	}
	return at;
}

const struct attr *ad_find(const struct ad *ad, const char *folded, size_t len,
			   uint64_t hash)
{
	for (int i = 0; ad && i < PARENTS_MAX; ad = ad->parent, i++) {
		uint32_t entry;

		if (ad->count == 0)
			continue;
		entry = ad->index[probe(ad, folded, len, hash)];
		if (entry)
			return &ad->attrs[index_place(entry)];
	}
	return NULL;
}

const struct attr *ad_find_name(const struct ad *ad, const char *name)
{
	char folded[AD_NAME_MAX + 1];
	size_t len = strlen(name);

	if (len > AD_NAME_MAX)
		return NULL;
	name_fold(folded, name, len);
	return ad_find(ad, folded, len, name_hash(name, len));
}

/* Builds the index anew for at least `count` attributes. */
static void reindex(struct ad *ad, uint32_t count)
{
	uint32_t size = 8;

	while (size / 2 < count)
		size *= 2;
	free(ad->index);
	ad->index = xcalloc(size, sizeof(*ad->index));
	ad->index_mask = size - 1;
	for (uint32_t i = 0; i < ad->count; i++) {
		const struct attr *attr = &ad->attrs[i];

		ad->index[probe(ad, attr->name, attr->name_len, attr->hash)] =
			index_entry(i, attr->hash);
	}
}

bool ad_name_valid(const char *name)
{
	size_t len = 0;

	if (!name_first(name[0]))
		return false;
	while (name_char(name[len]))
		len++;
	return name[len] == '\0' && len <= AD_NAME_MAX;
}

/* The attribute's place, its old value released; NULL with *ret_rc. */
static struct attr *place(struct ad *ad, const char *name, int *ret_rc)
{
	char folded[AD_NAME_MAX + 1];
	struct attr *attr;
	size_t len = strlen(name);
	uint64_t hash = name_hash(name, len);
	uint32_t at;

	*ret_rc = 0;
	if (!ad_name_valid(name)) {
		*ret_rc = -EINVAL;
		return NULL;
	}
	if (!ad->index || (ad->index_mask + 1) / 2 < ad->count + 1)
		reindex(ad, ad->count + 1);
	name_fold(folded, name, len);
	at = probe(ad, folded, len, hash);
	if (ad->index[at]) {
		attr = &ad->attrs[index_place(ad->index[at])];
		release_value(attr);
		return attr;
	}
	if (ad->count >= AD_ATTRS_MAX) {
		*ret_rc = -E2BIG;
		return NULL;
	}
	if (ad->count == ad->room) {
		ad->room = ad->room ? 2 * ad->room : 4;
		ad->attrs =
			xreallocarray(ad->attrs, ad->room, sizeof(*ad->attrs));
	}
	attr = &ad->attrs[ad->count++];
	ad->index[at] = index_entry(ad->count - 1, hash);
	attr->hash = hash;
	attr->name_len = (uint16_t)len;
	attr->name = xmalloc(2 * len + 2);
	memcpy(attr->name, folded, len + 1);
	memcpy(attr->name + len + 1, name, len + 1);
	return attr;
}

static int set_literal(struct ad *ad, const char *name, struct value value)
{
	struct attr *attr;
	int rc;

	/* copied before the old value, which may be its source, goes */
	if (value.type == VALUE_STRING)
		value.u.s = xmemdup(value.u.s, (size_t)value.len + 1);
	attr = place(ad, name, &rc);
	if (!attr) {
		if (value.type == VALUE_STRING)
			free((char *)value.u.s);
		return rc;
	}
	attr->kind = ATTR_LITERAL;
	attr->lit = value;
	return 0;
}

int ad_set_int(struct ad *ad, const char *name, int64_t value)
{
	return set_literal(ad, name, value_int(value));
}

int ad_set_real(struct ad *ad, const char *name, double value)
{
	return set_literal(ad, name, value_real(value));
}

int ad_set_bool(struct ad *ad, const char *name, bool value)
{
	return set_literal(ad, name, value_bool(value));
}

int ad_set_undefined(struct ad *ad, const char *name)
{
	return set_literal(ad, name, value_of(VALUE_UNDEFINED));
}

int ad_set_string(struct ad *ad, const char *name, const char *value)
{
	size_t len = strlen(value);

	if (len > EXPR_TEXT_MAX)
		return -E2BIG;
	return set_literal(ad, name,
			   (struct value){ .type = VALUE_STRING,
					   .len = (uint32_t)len,
					   .u.s = value });
}

int ad_set_expr(struct ad *ad, const char *name, struct expr *expr)
{
	struct value v;
	struct attr *attr;
	int rc;

	if (expr_literal(expr, &v)) {
		rc = set_literal(ad, name, v);
		expr_free(expr);
		return rc;
	}
	attr = place(ad, name, &rc);
	if (!attr) {
		expr_free(expr);
		return rc;
	}
	attr->kind = ATTR_EXPR;
	attr->expr = expr;
	return 0;
}

int ad_set_text(struct ad *ad, const char *name, const char *expr_text,
		struct err *err)
{
	struct expr *expr;
	int rc;

	if (!ad_name_valid(name))
		return err_set(err, -EINVAL, "bad attribute name '%.100s'",
			       name);
	rc = expr_parse(expr_text, &expr, err);
	if (rc) {
		err_prefix(err, "%s", name);
		return rc;
	}
	rc = ad_set_expr(ad, name, expr);
	return rc ? err_set(err, rc, "too many attributes") : 0;
}

int ad_set_value(struct ad *ad, const char *name, const struct value *value)
{
	struct strbuf text = STRBUF_INIT;
	int rc;

	if (value->type < VALUE_LIST)
		return set_literal(ad, name, *value);
	value_unparse(value, &text);
	rc = ad_set_text(ad, name, text.data, NULL);
	strbuf_release(&text);
	return rc;
}

int ad_update(struct ad *ad, const struct ad *from)
{
	int rc = 0;

	for (uint32_t i = 0; i < from->count && !rc; i++) {
		const struct attr *attr = &from->attrs[i];

		if (attr->kind == ATTR_EXPR)
			rc = ad_set_expr(ad, attr_spelling(attr),
					 expr_ref(attr->expr));
		else
			rc = set_literal(ad, attr_spelling(attr), attr->lit);
	}
	return rc;
}

bool ad_delete(struct ad *ad, const char *name)
{
	const struct attr *found;
	uint32_t at;

	found = ad->count ? ad_find_name(ad, name) : NULL;
	if (!found || found < ad->attrs || found >= ad->attrs + ad->count)
		return false;
	at = (uint32_t)(found - ad->attrs);
	release_value(&ad->attrs[at]);
	free(ad->attrs[at].name);
	ad->count--;
	memmove(ad->attrs + at, ad->attrs + at + 1,
		(ad->count - at) * sizeof(*ad->attrs));
	reindex(ad, ad->count);
	return true;
}

struct ad *ad_copy(const struct ad *ad)
{
	struct ad *copy = ad_new();

	ad_update(copy, ad);
	ad_set_parent(copy, ad->parent);
	return copy;
}

struct ad *ad_flatten(const struct ad *ad)
{
	const struct ad *chain[PARENTS_MAX];
	struct ad *flat = ad_new();
	int n = 0;

	for (; ad && n < PARENTS_MAX; ad = ad->parent)
		chain[n++] = ad;
	while (n > 0)
		ad_update(flat, chain[--n]);
	return flat;
}

/* ---- reading -------------------------------------------------------------- */

bool ad_has(const struct ad *ad, const char *name)
{
	return ad_find_name(ad, name) != NULL;
}

size_t ad_count(const struct ad *ad)
{
	return ad->count;
}

const char *ad_name_at(const struct ad *ad, size_t i)
{
	return attr_spelling(&ad->attrs[i]);
}

void attr_unparse(const struct attr *attr, struct strbuf *out)
{
	if (attr->kind == ATTR_EXPR)
		expr_unparse(attr->expr, out);
	else
		value_unparse(&attr->lit, out);
}

bool ad_unparse_attr(const struct ad *ad, const char *name, struct strbuf *out)
{
	const struct attr *attr = ad_find_name(ad, name);

	if (attr)
		attr_unparse(attr, out);
	return attr != NULL;
}

struct expr *ad_get_expr(const struct ad *ad, const char *name)
{
	const struct attr *attr = ad_find_name(ad, name);
	struct strbuf text = STRBUF_INIT;
	struct expr *expr = NULL;

	if (attr && attr->kind == ATTR_EXPR)
		return expr_ref(attr->expr);
	if (attr) {
		attr_unparse(attr, &text);
		if (expr_parse(text.data, &expr, NULL) < 0)
			expr = NULL;
		strbuf_release(&text);
	}
	return expr;
}

/* The attribute evaluated in this ad alone; strings die with the call. */
static struct value number_of(const struct ad *ad, const char *name)
{
	const struct attr *attr = ad_find_name(ad, name);
	struct value v = value_of(VALUE_UNDEFINED);
	struct eval ev;

	if (attr && attr->kind == ATTR_LITERAL)
		return attr->lit;
	if (attr) {
		eval_init(&ev, ad, NULL);
		v = eval_expr(&ev, attr->expr);
		eval_release(&ev);
	}
	return v;
}

bool ad_get_int(const struct ad *ad, const char *name, int64_t *ret)
{
	struct value v = number_of(ad, name);

	if (v.type == VALUE_INT)
		*ret = v.u.i;
	else if (v.type == VALUE_BOOL)
		*ret = v.u.b;
	else if (v.type == VALUE_REAL && v.u.r >= -0x1p63 && v.u.r < 0x1p63 &&
		 v.u.r == (double)(int64_t)v.u.r)
		*ret = (int64_t)v.u.r;
	else
		return false;
	return true;
}

bool ad_get_real(const struct ad *ad, const char *name, double *ret)
{
	return value_number(number_of(ad, name), ret);
}

bool ad_get_bool(const struct ad *ad, const char *name, bool *ret)
{
	struct value v = number_of(ad, name);
	int truth = value_truth(&v);

	if (truth >= 0)
		*ret = truth;
	return truth >= 0;
}

int64_t ad_int(const struct ad *ad, const char *name, int64_t missing)
{
	ad_get_int(ad, name, &missing);
	return missing;
}

double ad_real(const struct ad *ad, const char *name, double missing)
{
	ad_get_real(ad, name, &missing);
	return missing;
}

bool ad_bool(const struct ad *ad, const char *name, bool missing)
{
	ad_get_bool(ad, name, &missing);
	return missing;
}

const char *ad_str(const struct ad *ad, const char *name)
{
	const struct attr *attr = ad_find_name(ad, name);

	if (!attr || attr->kind != ATTR_LITERAL ||
	    attr->lit.type != VALUE_STRING)
		return NULL;
	return attr->lit.u.s;
}

char *ad_eval_string(const struct ad *my, const struct ad *target,
		     const char *name)
{
	struct eval ev;
	struct value v;
	char *copy = NULL;

	eval_init(&ev, my, target);
	v = eval_attr(&ev, name);
	if (v.type == VALUE_STRING)
		copy = xmemdup(v.u.s, (size_t)v.len + 1);
	eval_release(&ev);
	return copy;
}

static bool attr_same(const struct attr *a, const struct attr *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == ATTR_EXPR ? expr_equal(a->expr, b->expr)
				    : value_same(&a->lit, &b->lit);
}

bool ad_equal(const struct ad *a, const struct ad *b)
{
	struct ad *x = ad_flatten(a);
	struct ad *y = ad_flatten(b);
	bool same = x->count == y->count;

	for (uint32_t i = 0; i < x->count && same; i++) {
		const struct attr *attr = &x->attrs[i];
		const struct attr *other =
			ad_find(y, attr->name, attr->name_len, attr->hash);

		same = other && attr_same(attr, other);
	}
	ad_free(x);
	ad_free(y);
	return same;
}
