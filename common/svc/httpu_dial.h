/* SPDX-License-Identifier: MIT */
/* httpu_dial: addresses of servers and non-blocking connections to them. */
#ifndef HARRIER_SVC_HTTPU_DIAL_H
#define HARRIER_SVC_HTTPU_DIAL_H

#include <stdbool.h>

#include "common/base/err.h"

/* Either the path or host and port; owned. */
struct httpu_addr {
	char *unix_path;
	char *host; /* without brackets */
	char *port;
	char *text; /* for messages: the path, or host:port */
};

/*
 * "unix:/path/to.sock", "http://host", "http://host:port", "http://[v6]:port";
 * -EINVAL for anything else, -ENAMETOOLONG for a path no socket can have.
 */
int httpu_addr_parse(struct httpu_addr *ret_addr, const char *url,
		     struct err *err);
void httpu_addr_release(struct httpu_addr *addr);

/*
 * Starts to connect. Wait until *ret_fd can be written, then ask
 * httpu_dial_result. -EBUSY where a Unix socket's backlog is full: there is
 * no event to wait for then. Names are looked up while the caller waits.
 */
int httpu_dial(const struct httpu_addr *addr, int *ret_fd, struct err *err);
int httpu_dial_result(const struct httpu_addr *addr, int fd, struct err *err);

#endif
