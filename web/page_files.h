/* SPDX-License-Identifier: MIT */
/* page_files: the table that web/embed generates of web/static. */
#ifndef HARRIER_WEB_PAGE_FILES_H
#define HARRIER_WEB_PAGE_FILES_H

#include <stddef.h>

struct page_file {
	const char *name; /* NULL ends the table */
	const unsigned char *data;
	size_t len;
	const char *etag; /* with its quotes */
};

extern const struct page_file page_files[];

#endif
