/* SPDX-License-Identifier: MIT */
/* page: the files of web/static, built into the program. */
#ifndef HARRIER_WEB_PAGE_H
#define HARRIER_WEB_PAGE_H

#include <stdbool.h>

struct httpd_req;

/*
 * Answers GET and HEAD of "/" and of a file of the page, with an ETag and
 * headers that keep it to itself (CSP: nothing from elsewhere, no frames).
 * False, without a reply, for any other path. The files hold no data of the
 * pool, so no session is asked for; the page says how to get one.
 */
bool page_reply(struct httpd_req *req);

#endif
