/* SPDX-License-Identifier: MIT */
/* wire.h: manifests, offers and their answers. */
#include "common/job/wire.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire_get.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A file of 256 GiB in chunks of 256 KiB. */
#define CHUNKS_MAX (1u << 20)
#define WHY_MAX	   100

static const char hex_digits[] = "0123456789abcdef";

static json_t *chunk_put(const uint8_t id[32])
{
	char hex[WIRE_HASH_SIZE];

	for (size_t i = 0; i < 32; i++) {
		hex[2 * i] = hex_digits[id[i] >> 4];
		hex[2 * i + 1] = hex_digits[id[i] & 15];
	}
	return json_stringn(hex, 64);
}

static bool chunk_get(const json_t *v, uint8_t id[32])
{
	const char *s = json_string_value(v);

	if (!s || json_string_length(v) != 64)
		return false;
	for (size_t i = 0; i < 32; i++) {
		const char *hi = memchr(hex_digits, s[2 * i], 16);
		const char *lo = memchr(hex_digits, s[2 * i + 1], 16);

		if (!hi || !lo)
			return false;
		id[i] = (uint8_t)((hi - hex_digits) << 4 | (lo - hex_digits));
	}
	return true;
}

static int chunks_decode(const json_t *root, const char *key,
			 uint8_t (**ret)[32], size_t *ret_count,
			 struct err *err)
{
	const json_t *list = NULL;
	uint8_t(*ids)[32];
	size_t count;
	int rc = wire_get_array(root, key, WIRE_MUST, CHUNKS_MAX, &list, err);

	if (rc)
		return rc;
	count = json_array_size(list);
	ids = xcalloc(count ? count : 1, sizeof(*ids));
	for (size_t i = 0; i < count; i++) {
		if (!chunk_get(json_array_get(list, i), ids[i])) {
			free(ids);
			return err_set(err, -EINVAL,
				       "member '%s' must hold chunk ids of "
				       "64 hex digits",
				       key);
		}
	}
	*ret = ids;
	*ret_count = count;
	return 0;
}

static json_t *chunks_encode(uint8_t (*ids)[32], size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, chunk_put(ids[i]));
	return list;
}

static int file_decode(const json_t *v, struct wire_file *f, struct err *err)
{
	int64_t size = 0, mode = 0600;
	int rc = wire_get_object(v, "a file", err);

	if (!rc)
		rc = wire_get_str(v, "name", WIRE_MUST, &f->name, err);
	if (!rc && !wire_path_ok(f->name))
		rc = err_set(err, -EINVAL, "bad file name '%s'", f->name);
	if (!rc)
		rc = wire_get_int(v, "size", WIRE_MUST, 0, INT64_MAX, &size,
				  err);
	if (!rc)
		rc = wire_get_int(v, "mode", WIRE_MAY, 0, 07777, &mode, err);
	if (!rc)
		rc = chunks_decode(v, "chunks", &f->chunks, &f->chunk_count,
				   err);
	f->size = (uint64_t)size;
	f->mode = (unsigned int)mode;
	return rc;
}

int wire_files_decode(const json_t *root, struct wire_file **ret_files,
		      size_t *ret_count, struct err *err)
{
	const json_t *list = NULL;
	struct wire_file *files;
	size_t count;
	int rc = wire_get_array(root, "files", WIRE_MUST, WIRE_FILES_MAX, &list,
				err);

	if (rc)
		return rc;
	count = json_array_size(list);
	files = xcalloc(count ? count : 1, sizeof(*files));
	for (size_t i = 0; !rc && i < count; i++)
		rc = file_decode(json_array_get(list, i), &files[i], err);
	if (rc) {
		wire_files_free(files, count);
		return rc;
	}
	*ret_files = files;
	*ret_count = count;
	return 0;
}

json_t *wire_files_encode(const struct wire_file *files, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct wire_file *f = &files[i];

		json_array_append_new(
			list,
			json_pack("{s:o,s:I,s:i,s:o}", "name",
				  wire_put_str(f->name), "size",
				  (json_int_t)f->size, "mode", (int)f->mode,
				  "chunks",
				  chunks_encode(f->chunks, f->chunk_count)));
	}
	return list;
}

void wire_files_free(struct wire_file *files, size_t count)
{
	for (size_t i = 0; files && i < count; i++) {
		free(files[i].name);
		free(files[i].chunks);
	}
	free(files);
}

static int why_decode(const json_t *root, char **ret, struct err *err)
{
	const json_t *list = NULL;
	int rc = wire_get_array(root, "why", WIRE_MAY, WHY_MAX, &list, err);

	if (!rc)
		*ret = list ? json_dumps(list, JSON_COMPACT) : xstrdup("[]");
	return rc;
}

static int offer_decode_checkpoint(const json_t *root, struct wire_offer *o,
				   struct err *err)
{
	int rc = wire_get_str(root, "image", WIRE_MAY, &o->image, err);

	if (!rc)
		rc = wire_get_str(root, "class", WIRE_MAY, &o->class, err);
	if (!rc)
		rc = why_decode(root, &o->why, err);
	if (!rc)
		rc = wire_get_str(root, "arch", WIRE_MUST, &o->arch, err);
	if (!rc)
		rc = wire_get_strv(root, "archs", WIRE_MAY, 64, &o->archs, err);
	if (!rc)
		rc = wire_get_str(root, "signature", WIRE_MAY, &o->signature,
				  err);
	if (!rc)
		rc = wire_get_str(root, "fault", WIRE_MAY, &o->fault, err);
	if (!rc)
		rc = wire_figures_decode(root, &o->figures, err);
	if (!rc && !o->file_count && !o->fault)
		rc = err_set(err, -EINVAL, "a checkpoint without files");
	return rc;
}

int wire_offer_decode(const json_t *root, bool outputs,
		      struct wire_offer *ret_offer, struct err *err)
{
	struct wire_offer o = { 0 };
	int rc = wire_get_object(root, "the body", err);

	wire_figures_init(&o.figures);
	if (!rc)
		rc = wire_files_decode(root, &o.files, &o.file_count, err);
	if (!rc && !outputs)
		rc = offer_decode_checkpoint(root, &o, err);
	if (rc) {
		wire_offer_release(&o);
		return rc;
	}
	*ret_offer = o;
	return 0;
}

json_t *wire_offer_encode(const struct wire_offer *o, bool outputs)
{
	json_t *root = json_object(), *why;

	json_object_set_new(root, "files",
			    wire_files_encode(o->files, o->file_count));
	if (outputs)
		return root;
	why = o->why ? json_loads(o->why, 0, NULL) : NULL;
	json_object_set_new(root, "image", wire_put_str(o->image));
	json_object_set_new(root, "class", wire_put_str(o->class));
	json_object_set_new(root, "why", why ? why : json_array());
	json_object_set_new(root, "arch", wire_put_str(o->arch));
	json_object_set_new(root, "archs", wire_put_strv(o->archs));
	json_object_set_new(root, "signature", wire_put_str(o->signature));
	if (o->fault)
		json_object_set_new(root, "fault", wire_put_str(o->fault));
	wire_figures_put(root, &o->figures);
	return root;
}

void wire_offer_release(struct wire_offer *o)
{
	wire_files_free(o->files, o->file_count);
	free(o->image);
	free(o->class);
	free(o->why);
	free(o->arch);
	wire_strv_free(o->archs);
	free(o->signature);
	free(o->fault);
	memset(o, 0, sizeof(*o));
}

int wire_missing_decode(const json_t *root, struct wire_missing *ret_missing,
			struct err *err)
{
	struct wire_missing m = { 0 };
	int rc = wire_get_object(root, "the reply", err);

	if (!rc)
		rc = wire_get_str(root, "upload", WIRE_MUST, &m.upload, err);
	if (!rc)
		rc = chunks_decode(root, "missing", &m.chunks, &m.chunk_count,
				   err);
	if (!rc)
		rc = wire_get_str(root, "refused", WIRE_MAY, &m.refused, err);
	if (rc) {
		wire_missing_release(&m);
		return rc;
	}
	*ret_missing = m;
	return 0;
}

json_t *wire_missing_encode(const struct wire_missing *m)
{
	json_t *root = json_pack("{s:s,s:o}", "upload", m->upload, "missing",
				 chunks_encode(m->chunks, m->chunk_count));

	if (m->refused)
		json_object_set_new(root, "refused", wire_put_str(m->refused));
	return root;
}

void wire_missing_release(struct wire_missing *m)
{
	free(m->upload);
	free(m->refused);
	free(m->chunks);
	memset(m, 0, sizeof(*m));
}
