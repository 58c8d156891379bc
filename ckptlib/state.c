/* SPDX-License-Identifier: MIT */
#include "ckptlib/state.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "ckptlib/jump.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"
#include "ckptlib/sigstate.h"
#include "ckptlib/wrap_heap.h"
#include "ckptlib/wrap_signal.h"
#include "ckptlib/wrap_state.h"
#include "ckptlib/wrap_time.h"

/* ---- locale ------------------------------------------------------------------------- */

/* The result in memory of the program's; one that is kept stays. */
static char *keep_name(char *name)
{
	char *p = ckpti_own.locale_name;

	if (!name || (p && strcmp(p, name) == 0))
		return name ? p : NULL;
	p = ckpt_strdup(name);
	if (p)
		ckpti_own.locale_name = p;
	return p ? p : name;
}

/* The decimal point's bytes, so that it can be compared. */
static int decimal_point(void)
{
	const char *p = localeconv()->decimal_point;
	int v = 0, i;

	for (i = 0; i < 3 && p[i]; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

char *ckpt_setlocale(int category, const char *name)
{
	char *r = setlocale(category, name);
	const char *now;
	int i;

	if (!r || !name)
		return keep_name(r);
	ckpti_own.decimal_point = decimal_point();
	for (i = 0; i < CKPTI_NLOCALE; i++) {
		now = i == LC_ALL ? "" : setlocale(i, NULL);
		if (!now || strlen(now) >= sizeof(ckpti_own.locale[i]))
			now = "";
		strcpy(ckpti_own.locale[i], now);
	}
	return keep_name(setlocale(category, NULL));
}

/* Before the frames are back nobody vouches for the image's environment. */
static char *set_locale(int category, const char *name)
{
	static char *none[1];
	char **saved = environ;
	char *set;

	environ = none;
	set = setlocale(category, name);
	environ = saved;
	return set;
}

int ckpti_state_locale(char *why, size_t size)
{
	int i;

	for (i = 0; i < CKPTI_NLOCALE; i++) {
		if (i == LC_ALL || !ckpti_own.locale[i][0])
			continue;
		ckpti_own.locale[i][sizeof(ckpti_own.locale[i]) - 1] = '\0';
		if (!set_locale(i, ckpti_own.locale[i]))
			ckpti_say("this machine has no locale '%s', which the "
				  "program uses; it goes on with '%s'",
				  ckpti_own.locale[i], setlocale(i, NULL));
	}
	if (!ckpti_own.locale[LC_NUMERIC][0] ||
	    decimal_point() == ckpti_own.decimal_point)
		return 0;
	/* Numbers would be read and written wrongly. */
	snprintf(why, size,
		 "this machine has no locale '%s', which the program uses and "
		 "which has another decimal point: install it",
		 ckpti_own.locale[LC_NUMERIC]);
	return -1;
}

void ckpti_state_resume(void)
{
	ckpti_jump_process++;
	ckpti_sigstate_resume();
	ckpti_clocks_resume();
	ckpti_process_resume();
}
