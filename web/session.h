/* SPDX-License-Identifier: MIT */
/* session: the browser's way in: a one-time code, then a cookie. */
#ifndef HARRIER_WEB_SESSION_H
#define HARRIER_WEB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct httpd_req;

/*
 * Codes live SESSION_CODE_S and work once; sessions live SESSION_IDLE_S after
 * their last use. Both are 128 random bits, kept as SHA-256 and compared in
 * constant time. They live in memory: a restart ends them, the page asks for
 * a new code then. Not for several threads.
 */
#define SESSION_CODE_S	  60
#define SESSION_IDLE_S	  (12 * 3600)
#define SESSION_CODES_MAX 64 /* the oldest goes */
#define SESSIONS_MAX	  256 /* the least lately used goes */
#define SESSION_ID_SIZE	  33 /* 32 hex digits and a NUL */

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *s);

/* A new one-time code. 0, or -EIO where there is no randomness. */
int sessions_code(struct sessions *s, char ret_code[SESSION_ID_SIZE],
		  struct err *err);

/*
 * Answers GET /login?code=: a good code sets the cookie (HttpOnly,
 * SameSite=Strict) and leads to "/"; a bad one is 403 with a page that says
 * what to do.
 */
void sessions_login(struct sessions *s, struct httpd_req *req);

/* Does the request carry the cookie of a live session? Marks it used. */
bool sessions_check(struct sessions *s, const struct httpd_req *req);

/*
 * Is the request's Host this machine, by name or number, with this port?
 * Anything else is a page of another site that had its name point here.
 */
bool session_host_ok(const struct httpd_req *req, uint16_t port);

/* Is Origin the request's own host? For requests that change something. */
bool session_origin_ok(const struct httpd_req *req);

/* The same two on texts (NULL where the header is missing). */
bool session_host_text_ok(const char *host, uint16_t port);
bool session_origin_text_ok(const char *origin, const char *host);

#endif
