/* SPDX-License-Identifier: MIT */
/* unit: one C source, from its text to its instrumented object. */
#ifndef INSTRUMENT_UNIT_H
#define INSTRUMENT_UNIT_H

#include "instrument/ast.h"
#include "instrument/back.h"
#include "instrument/blob.h"
#include "instrument/diag.h"
#include "instrument/job.h"

struct unit {
	struct blob blob;
	struct facts *facts;
};

struct unit *unit_new(void);
void unit_free(struct unit *u); /* NULL is fine */

/*
 * Preprocesses a C input of the job, parses it and collects its facts.
 * Returns 0 and the unit; -EINVAL with a warning in diags where it cannot be
 * followed; another -errno with err.
 */
int unit_of_source(struct job *job, const struct option *input,
		   struct unit **ret, struct diags *diags, struct err *err);

/* What hcc -c has put into an object: -ENOENT if nothing; a warning for what
 * cannot be used. `name` is for messages. */
int unit_of_object(const char *data, size_t len, const char *name,
		   struct unit **ret, struct diags *diags);

/* Parses the unit's text (again). */
int unit_parse(const struct unit *u, struct ast **ret, struct diags *diags,
	       struct err *err);

/* Puts the unit into an object file, as section .harrier. */
int unit_attach(struct job *job, const struct unit *u, const char *object,
		struct err *err);

/* Adds the back's messages about the unit as the options ask for them. */
void unit_notes(const struct unit *u, const struct options *o,
		struct diags *diags);

/* The preprocessed text of a C input, for --dump-ast too. */
int unit_preprocess(struct job *job, const struct option *input,
		    struct strbuf *out, struct err *err);

#endif
