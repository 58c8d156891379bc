/* SPDX-License-Identifier: MIT */
/* Ads: attribute tables whose values are expressions. */
#ifndef HARRIER_AD_AD_H
#define HARRIER_AD_AD_H

#include "common/ad/expr.h"

/* jansson's; see common/svc/json.h */
typedef struct json_t json_t;

/*
 * Names are looked up without regard to case and keep the spelling and the
 * place of their first setting. An ad may have a parent (the cluster's ad
 * under a proc's): what it lacks is looked up there, nothing is copied.
 * An ad belongs to one thread at a time; its reference count is atomic.
 */
struct ad;

#define AD_NAME_MAX  255 /* bytes of a name */
#define AD_ATTRS_MAX 16384 /* attributes of one ad, without its parent's */

struct ad *ad_new(void);
struct ad *ad_ref(struct ad *ad);
void ad_free(struct ad *ad); /* drops one reference; NULL is fine */

/* The same attributes and the same parent; expressions are shared. */
struct ad *ad_copy(const struct ad *ad);

/* A copy with the parents' attributes in it, theirs first, and no parent. */
struct ad *ad_flatten(const struct ad *ad);

/* Takes a reference to parent; NULL removes it. Chains may be 8 long. */
void ad_set_parent(struct ad *ad, struct ad *parent);
struct ad *ad_parent(const struct ad *ad);

/*
 * Setters. Return 0, -EINVAL (name is no attribute name) or -E2BIG
 * (AD_ATTRS_MAX). Text is copied. ad_set_expr takes the caller's reference
 * (also when it fails).
 */
int ad_set_int(struct ad *ad, const char *name, int64_t value);
int ad_set_real(struct ad *ad, const char *name, double value);
int ad_set_bool(struct ad *ad, const char *name, bool value);
int ad_set_string(struct ad *ad, const char *name, const char *value);
int ad_set_undefined(struct ad *ad, const char *name);
int ad_set_expr(struct ad *ad, const char *name, struct expr *expr);
int ad_set_value(struct ad *ad, const char *name, const struct value *value);
int ad_set_text(struct ad *ad, const char *name, const char *expr_text,
		struct err *err); /* also -EINVAL: does not parse */

/* Sets all attributes that from has (not its parent's). */
int ad_update(struct ad *ad, const struct ad *from);

/* Was it there? (The parent's, if any, shows again.) */
bool ad_delete(struct ad *ad, const char *name);
void ad_clear(struct ad *ad); /* removes all; the parent stays */

bool ad_name_valid(const char *name);
bool ad_has(const struct ad *ad, const char *name); /* parents too */

/*
 * Own attributes in order: i from 0 to ad_count - 1. The name is borrowed
 * until the ad is changed.
 */
size_t ad_count(const struct ad *ad);
const char *ad_name_at(const struct ad *ad, size_t i);

/*
 * A new reference to the attribute's expression (parents too), NULL if it is
 * missing. The caller frees it.
 */
struct expr *ad_get_expr(const struct ad *ad, const char *name);

/* Appends the attribute's expression text. False if it is missing. */
bool ad_unparse_attr(const struct ad *ad, const char *name, struct strbuf *out);

/*
 * Evaluates in this ad alone. True if the attribute has a value of that type
 * (a real is taken for an integer only if it is whole; any number is a real;
 * a number is a truth); else *ret is untouched.
 */
bool ad_get_int(const struct ad *ad, const char *name, int64_t *ret);
bool ad_get_real(const struct ad *ad, const char *name, double *ret);
bool ad_get_bool(const struct ad *ad, const char *name, bool *ret);

/* The same with a default, for one line at the place of use. */
int64_t ad_int(const struct ad *ad, const char *name, int64_t missing);
double ad_real(const struct ad *ad, const char *name, double missing);
bool ad_bool(const struct ad *ad, const char *name, bool missing);

/*
 * A literal string, borrowed until the attribute is set again; NULL if the
 * attribute is missing or no literal string.
 */
const char *ad_str(const struct ad *ad, const char *name);

/*
 * The attribute evaluated to a string between two ads (target may be NULL):
 * allocated, or NULL if the value is no string.
 */
char *ad_eval_string(const struct ad *my, const struct ad *target,
		     const char *name);

/* Do both say the same for all attributes, parents included? */
bool ad_equal(const struct ad *a, const struct ad *b);

/*
 * Long form: a line `Name = expression` per attribute, parents' first.
 * Reading: blank lines and lines starting with # are skipped; a string may
 * run over several lines. Errors name the line.
 */
void ad_unparse_long(const struct ad *ad, struct strbuf *out);
int ad_parse_long(const char *text, struct ad **ret_ad, struct err *err);

/*
 * JSON: strings, numbers and booleans are themselves, all else is a string
 * "/Expr(text)/". Reading takes null for undefined, arrays for lists, objects
 * for nested ads. ad_to_json gives a new reference; flat adds the parents'.
 */
json_t *ad_to_json(const struct ad *ad, bool flat);
int ad_from_json(const json_t *json, struct ad **ret_ad, struct err *err);

/* The same as text, written directly (no jansson objects between). */
void ad_unparse_json(const struct ad *ad, bool flat, struct strbuf *out);

/* One attribute as a JSON value, for tables of chosen attributes. */
json_t *ad_attr_to_json(const struct ad *ad, const char *name);
int ad_set_json(struct ad *ad, const char *name, const json_t *json,
		struct err *err);

#endif
