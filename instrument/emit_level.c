/* SPDX-License-Identifier: MIT */
/*
 * Recursion that does little but call: compilers inline such a function into
 * itself, or turn one of its calls into a loop, until there are tests behind
 * the calls. So the fast clone comes with levels,
 *
 *	__ckpt_i1_f	calls __ckpt_f_f
 *	__ckpt_i2_f	calls __ckpt_i1_f
 *	__ckpt_f_f	calls __ckpt_i2_f
 *
 * all but the last inlined by force and without a poll at the entry. The test
 * behind an inlined call falls away: nothing was called since the one in it.
 */
#include "instrument/emit.h"

/*
 * Operations of all levels together, and levels. Calls in a loop take one
 * level only: the compiler unrolls the loop besides.
 */
enum { LEVEL_OPS = 250, MAX_LEVELS = 3 };

static bool can_have_levels(const struct fn *fn)
{
	const struct decl *d = fn->decl;

	return !fn->nsites && !fn->rest && !fn->dispatch && !fn->alloca &&
	       !fn->nvms && !d->is_weak && (d->is_static || !d->is_extern);
}

int levels_of(struct emit *e, const struct fn *fn)
{
	struct recursion r;
	long long total, each;
	int levels = 0, most;

	if (!can_have_levels(fn) ||
	    !plan_recursion(e->plan, e->unit, fn->decl->name, &r))
		return 0;
	most = r.in_loop ? 1 : MAX_LEVELS;
	total = each = r.ops;
	while (levels < most) {
		each *= r.calls;
		total += each;
		if (total > LEVEL_OPS)
			break;
		levels++;
	}
	return levels;
}

void level_prefix(const struct emit *e, const struct decl *d,
		  struct strbuf *out)
{
	int level = e->level ? e->level - 1 : e->levels;

	if (level && e->variant == FAST && d == e->fn->decl)
		strbuf_addf(out, "__ckpt_i%d_", level);
	else
		strbuf_addstr(out, "__ckpt_f_");
}
