/* SPDX-License-Identifier: MIT */
#include "instrument/ar.h"

#include <ar.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

#define THIN_MAGIC "!<thin>\n"

struct reader {
	const char *data;
	size_t len, at;
	bool thin;
	const char *names; /* the table of long names */
	size_t names_len;
	const char *dir; /* of the archive's path */
	int dir_len;
};

/* A name in a header: "x.o/", "/123" into the long names, "/", "//". */
static char *member_name(const struct reader *r, const struct ar_hdr *h)
{
	size_t max = sizeof(h->ar_name), at, len;

	if (h->ar_name[0] == '/' && h->ar_name[1] >= '0' &&
	    h->ar_name[1] <= '9') {
		at = strtoul(h->ar_name + 1, NULL, 10);
		for (len = 0;
		     at + len < r->names_len && r->names[at + len] != '\n';)
			len++;
		if (at >= r->names_len)
			return xstrdup("");
		if (len && r->names[at + len - 1] == '/')
			len--;
		return xstrndup(r->names + at, len);
	}
	for (len = max; len && (h->ar_name[len - 1] == ' '); len--)
		;
	if (len > 1 && h->ar_name[len - 1] == '/' && h->ar_name[0] != '/')
		len--;
	return xstrndup(h->ar_name, len);
}

static bool is_index(const char *name)
{
	return !strcmp(name, "/") || !strcmp(name, "/SYM64/") ||
	       !strncmp(name, "__.SYMDEF", 9);
}

static void add(const struct reader *r, struct ar *ar, char *name,
		const char *data, size_t len)
{
	struct ar_member *m;

	ar->v = xreallocarray(ar->v, ar->n + 1, sizeof(*ar->v));
	m = ar->v + ar->n++;
	memset(m, 0, sizeof(*m));
	m->len = len;
	m->data = r->thin ? NULL : data;
	if (r->thin && name[0] == '/')
		m->path = xstrdup(name);
	else if (r->thin)
		m->path = xasprintf("%.*s%s", r->dir_len, r->dir, name);
	if (r->thin && strrchr(name, '/')) {
		m->name = xstrdup(strrchr(name, '/') + 1);
		free(name);
	} else {
		m->name = name;
	}
}

static int read_member(struct reader *r, struct ar *ar, struct err *err)
{
	const struct ar_hdr *h = (const void *)(r->data + r->at);
	const char *data = r->data + r->at + sizeof(*h);
	bool stored;
	char size[sizeof(h->ar_size) + 1] = "";
	size_t len;
	char *name;

	if (r->len - r->at < sizeof(*h) || memcmp(h->ar_fmag, ARFMAG, 2) != 0)
		return err_set(err, -EINVAL, "damaged archive");
	memcpy(size, h->ar_size, sizeof(h->ar_size));
	len = strtoul(size, NULL, 10);
	name = member_name(r, h);
	stored = !r->thin || is_index(name) || !strcmp(name, "//");
	if (stored && len > r->len - r->at - sizeof(*h)) {
		free(name);
		return err_set(err, -EINVAL, "damaged archive");
	}
	r->at += sizeof(*h) + (stored ? len + len % 2 : 0);
	if (!strcmp(name, "//")) {
		r->names = data;
		r->names_len = len;
		free(name);
	} else if (is_index(name)) {
		free(name);
	} else {
		add(r, ar, name, data, len);
	}
	return 0;
}

int ar_read(const char *data, size_t len, const char *path, struct ar *ret,
	    struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct reader r = { .data = data, .len = len, .dir = path };
	struct ar ar = { 0 };
	int rc = 0;

	if (len < SARMAG || (memcmp(data, ARMAG, SARMAG) != 0 &&
			     memcmp(data, THIN_MAGIC, SARMAG) != 0))
		return -ENOEXEC;
	r.thin = data[2] == 't';
	r.dir_len = slash ? (int)(slash - path) + 1 : 0;
	r.at = SARMAG;
	while (!rc && r.at < len)
		rc = read_member(&r, &ar, err);
	if (rc)
		ar_release(&ar);
	else
		*ret = ar;
	return rc;
}

void ar_release(struct ar *ar)
{
	size_t i;

	for (i = 0; i < ar->n; i++) {
		free(ar->v[i].name);
		free(ar->v[i].path);
	}
	free(ar->v);
	memset(ar, 0, sizeof(*ar));
}
