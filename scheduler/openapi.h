/* SPDX-License-Identifier: MIT */
/* openapi: scheduler/openapi.json, built into the program. */
#ifndef HARRIER_SCHEDULER_OPENAPI_H
#define HARRIER_SCHEDULER_OPENAPI_H

#include <stddef.h>

/* Static text, not ended by NUL. */
const char *openapi_text(size_t *ret_len);

#endif
