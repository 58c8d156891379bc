/* SPDX-License-Identifier: MIT */
#include "scheduler/limit.h"

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/archtab.h"

#include <stdlib.h>

void ckptref_free(struct ckptref *c)
{
	if (!c)
		return;
	free(c->arch);
	free(c->archs);
	free(c);
}

static struct ckptref *copy(const struct ckptref *c)
{
	struct ckptref *n;

	if (!c)
		return NULL;
	n = xmemdup(c, sizeof(*c));
	n->arch = xstrdup(c->arch);
	n->archs = xstrdup(c->archs);
	return n;
}

void limit_set(struct limit *l, char *built, const struct ckptref *ckpt,
	       char *excluded)
{
	l->built = built;
	l->ckpt = copy(ckpt);
	l->excluded = excluded;
}

void limit_release(struct limit *l)
{
	free(l->built);
	ckptref_free(l->ckpt);
	free(l->excluded);
	*l = (struct limit){ 0 };
}

bool limit_allows(const struct limit *l, const char *arch)
{
	if (l->built && !archtab_in_list(l->built, arch))
		return false;
	if (!l->ckpt)
		return true;
	if (l->excluded && archtab_in_list(l->excluded, arch))
		return false;
	if (l->ckpt->archs && !archtab_in_list(l->ckpt->archs, arch))
		return false;
	return archtab_reads(l->ckpt->class, l->ckpt->arch, arch);
}

void limit_key(const struct limit *l, struct strbuf *out)
{
	strbuf_addf(out, "built %s\n", l->built ? l->built : "*");
	if (!l->ckpt)
		return;
	strbuf_addf(out, "checkpoint %u %s %s not %s\n", l->ckpt->class,
		    l->ckpt->class ? l->ckpt->arch : "*",
		    l->ckpt->archs ? l->ckpt->archs : "*",
		    l->excluded ? l->excluded : "-");
}
