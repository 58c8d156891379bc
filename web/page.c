/* SPDX-License-Identifier: MIT */
#include "web/page.h"

#include "common/svc/httpd.h"
#include "web/page_files.h"

#include <string.h>

static const char *type_of(const char *name)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(dot, types[i].suffix) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

static const struct page_file *find(const char *path)
{
	const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;

	if (path[0] != '/')
		return NULL;
	for (const struct page_file *f = page_files; f->name; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

bool page_reply(struct httpd_req *req)
{
	const char *method = httpd_req_method(req);
	const struct page_file *f = find(httpd_req_path(req));
	const char *seen = httpd_req_header(req, "If-None-Match");

	if (!f)
		return false;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		httpd_req_set_header(req, "Allow", "GET, HEAD");
		httpd_reply(req, 405, NULL, "", 0);
		return true;
	}
	httpd_req_set_header(req, "ETag", f->etag);
	httpd_req_set_header(req, "Cache-Control", "no-cache");
	httpd_req_set_header(req, "Content-Security-Policy",
			     "default-src 'self'; frame-ancestors 'none'; "
			     "base-uri 'none'; form-action 'none'");
	httpd_req_set_header(req, "X-Content-Type-Options", "nosniff");
	httpd_req_set_header(req, "Referrer-Policy", "no-referrer");
	if (seen && strcmp(seen, f->etag) == 0)
		httpd_reply(req, 304, NULL, "", 0);
	else
		httpd_reply(req, 200, type_of(f->name), f->data, f->len);
	return true;
}
