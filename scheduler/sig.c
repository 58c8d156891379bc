/* SPDX-License-Identifier: MIT */
#include "scheduler/sig.h"

#include "common/ad/ad.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <stdlib.h>
#include <strings.h>

struct sig {
	struct hash *names; /* set; values are the sig itself */
	unsigned int generation;
};

static void add(struct sig *sig, const char *name)
{
	if (hash_has(sig->names, name))
		return;
	hash_set(sig->names, name, sig);
	sig->generation++;
}

struct sig *sig_new(const char *const *first)
{
	struct sig *sig = xcalloc(1, sizeof(*sig));

	sig->names = hash_new_nocase(NULL);
	for (; *first; first++)
		add(sig, *first);
	return sig;
}

void sig_free(struct sig *sig)
{
	if (!sig)
		return;
	hash_free(sig->names);
	free(sig);
}

bool sig_has(const struct sig *sig, const char *name)
{
	return hash_has(sig->names, name);
}

unsigned int sig_generation(const struct sig *sig)
{
	return sig->generation;
}

struct visit {
	struct sig *mine, *theirs;
	const struct ad *ad;
};

static bool reference(void *ctx, const char *scope, const char *name)
{
	struct visit *v = ctx;

	if (!strcasecmp(scope, "TARGET"))
		add(v->theirs, name);
	else
		add(v->mine, name);
	/* An unscoped name that this side lacks falls through to the other. */
	if (!*scope && !ad_has(v->ad, name))
		add(v->theirs, name);
	return true;
}

void sig_collect(struct sig *mine, struct sig *theirs, const struct ad *ad)
{
	struct visit v = { mine, theirs, ad };
	unsigned int before;

	do {
		struct hash_iter it = { 0 };
		struct hash *names = hash_new_nocase(NULL);

		/* The set grows in the walk, which iteration forbids. */
		while (hash_next(mine->names, &it))
			hash_set(names, it.key, mine);
		before = mine->generation;
		it = (struct hash_iter){ 0 };
		while (hash_next(names, &it)) {
			struct expr *e = ad_get_expr(ad, it.key);

			if (e)
				expr_each_attr(e, reference, &v);
			expr_free(e);
		}
		hash_free(names);
	} while (mine->generation != before);
}

void sig_key(const struct sig *sig, const struct ad *ad, struct strbuf *out)
{
	struct hash_iter it = { 0 };

	while (hash_next(sig->names, &it)) {
		ad_unparse_attr(ad, it.key, out);
		strbuf_addch(out, '\n');
	}
}
