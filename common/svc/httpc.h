/* SPDX-License-Identifier: MIT */
/* httpc: one HTTP call through libcurl, for https; loads it when first used. */
#ifndef HARRIER_SVC_HTTPC_H
#define HARRIER_SVC_HTTPC_H

#include "common/base/err.h"
#include "common/svc/httpu.h"

/* libcurl's handle with its kept connections. */
struct httpc;

/*
 * -ENOSYS where the library is not installed. A program that only uses Unix
 * sockets never loads it: that costs 4 to 10 ms.
 */
int httpc_new(const char *url, const char *token, struct httpc **ret_client,
	      struct err *err);
void httpc_free(struct httpc *client);

/* As httpu_call, same errors; certificates are checked. */
int httpc_call(struct httpc *client, const struct httpu_request *request,
	       struct httpu_response *ret_response, struct err *err);

#endif
