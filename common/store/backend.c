/* SPDX-License-Identifier: MIT */
#include "common/store/backend.h"

#include "common/base/err.h"

#include <errno.h>
#include <string.h>

bool backend_name_ok(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return len > 0 && len < 200 && name[len] == '\0' && name[0] != '.';
}

static int name_check(const char *name, struct err *err)
{
	if (backend_name_ok(name))
		return 0;
	return err_set(err, -EINVAL, "bad object name '%s'", name);
}

int backend_put_begin(struct backend *b, const char *name,
		      struct backend_put **ret_put, struct err *err)
{
	int r = name_check(name, err);

	return r < 0 ? r : b->ops->put_begin(b, name, ret_put, err);
}

int backend_put_write(struct backend_put *put, const void *data, size_t len,
		      struct err *err)
{
	return put->backend->ops->put_write(put, data, len, err);
}

int backend_put_commit(struct backend_put *put, struct err *err)
{
	return put->backend->ops->put_commit(put, err);
}

void backend_put_abort(struct backend_put *put)
{
	if (put)
		put->backend->ops->put_abort(put);
}

int backend_get(struct backend *b, const char *name, uint64_t offset, void *buf,
		size_t len, struct err *err)
{
	int r = name_check(name, err);

	return r < 0 ? r : b->ops->get(b, name, offset, buf, len, err);
}

int backend_stat(struct backend *b, const char *name, uint64_t *ret_bytes,
		 struct err *err)
{
	int r = name_check(name, err);

	return r < 0 ? r : b->ops->stat(b, name, ret_bytes, err);
}

int backend_delete(struct backend *b, const char *name, struct err *err)
{
	int r = name_check(name, err);

	return r < 0 ? r : b->ops->delete (b, name, err);
}

int backend_list(struct backend *b, backend_list_fn *fn, void *arg,
		 struct err *err)
{
	return b->ops->list(b, fn, arg, err);
}

void backend_free(struct backend *b)
{
	if (b)
		b->ops->free(b);
}
