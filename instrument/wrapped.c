/* SPDX-License-Identifier: MIT */
#include "instrument/wrapped.h"

#include <stddef.h>
#include <string.h>

struct wrapped {
	const char *name;
	bool polls;
};

static const struct wrapped functions[] = {
#define CKPT_WRAP(name)	      { #name, false },
#define CKPT_WRAP_POLLS(name) { #name, true },
#include "ckptlib/wrapped.def"
#undef CKPT_WRAP
#undef CKPT_WRAP_POLLS
};

static const struct wrapped *find(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (!strcmp(functions[i].name, name))
			return &functions[i];
	return NULL;
}

bool is_wrapped(const char *name)
{
	return find(name) != NULL;
}

bool wrapped_polls(const char *name)
{
	const struct wrapped *w = find(name);

	return w && w->polls;
}
