/* SPDX-License-Identifier: MIT */
#include "instrument/wrapped.h"

#include <stddef.h>
#include <string.h>

struct wrapped {
	const char *name, *symbol; /* of libckpt's, without ckpt_ */
	bool polls;
};

static const struct wrapped functions[] = {
#define CKPT_WRAP(name)		   { #name, #name, false },
#define CKPT_WRAP_AS(name, symbol) { #name, #symbol, false },
#define CKPT_WRAP_POLLS(name)	   { #name, #name, true },
#include "ckptlib/wrapped.def"
#undef CKPT_WRAP
#undef CKPT_WRAP_AS
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

const char *wrapped_symbol(const char *name)
{
	const struct wrapped *w = find(name);

	return w ? w->symbol : name;
}

bool wrapped_polls(const char *name)
{
	const struct wrapped *w = find(name);

	return w && w->polls;
}
