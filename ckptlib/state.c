/* SPDX-License-Identifier: MIT */
#include "ckptlib/state.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

#include "ckptlib/jump.h"
#include "ckptlib/os.h"
#include "ckptlib/own.h"
#include "ckptlib/poll.h"
#include "ckptlib/sigstate.h"
#include "ckptlib/wrap_signal.h"
#include "ckptlib/wrap_state.h"
#include "ckptlib/wrap_time.h"

/* ---- locale ------------------------------------------------------------------------- */

char *ckpt_setlocale(int category, const char *name)
{
	char *r = setlocale(category, name);
	const char *now;
	int i;

	if (!r || !name)
		return r;
	for (i = 0; i < CKPTI_NLOCALE; i++) {
		now = i == LC_ALL ? "" : setlocale(i, NULL);
		if (!now || strlen(now) >= sizeof(ckpti_own.locale[i]))
			now = "";
		strcpy(ckpti_own.locale[i], now);
	}
	return setlocale(category, NULL);
}

void ckpti_state_locale(void)
{
	int i;

	for (i = 0; i < CKPTI_NLOCALE; i++) {
		if (i == LC_ALL || !ckpti_own.locale[i][0])
			continue;
		if (!setlocale(i, ckpti_own.locale[i]))
			ckpti_say("this machine has no locale '%s', which the "
				  "program uses; it goes on with '%s'",
				  ckpti_own.locale[i], setlocale(i, NULL));
	}
}

void ckpti_state_resume(void)
{
	ckpti_jump_process++;
	ckpti_sigstate_resume();
	ckpti_clocks_resume();
	ckpti_process_resume();
}
