/* SPDX-License-Identifier: MIT */
/* wire.h: starts, and the reply to a sync. */
#include "common/job/wire.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire_get.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORDERS_MAX 10000

static int input_decode(const json_t *v, struct wire_input *in, struct err *err)
{
	int64_t mode = 0600;
	int rc = wire_get_object(v, "a file", err);

	if (!rc)
		rc = wire_get_str(v, "name", WIRE_MUST, &in->name, err);
	if (!rc && !wire_path_ok(in->name))
		rc = err_set(err, -EINVAL, "bad file name '%s'", in->name);
	if (!rc)
		rc = wire_get_int(v, "size", WIRE_MUST, 0, INT64_MAX, &in->size,
				  err);
	if (!rc)
		rc = wire_get_hex(v, "sha256", WIRE_MUST, in->sha256,
				  sizeof(in->sha256), err);
	if (!rc)
		rc = wire_get_int(v, "mode", WIRE_MAY, 0, 07777, &mode, err);
	if (!rc)
		rc = wire_get_str(v, "url", WIRE_MUST, &in->url, err);
	in->mode = (unsigned int)mode;
	return rc;
}

static json_t *input_encode(const struct wire_input *in)
{
	return json_pack("{s:o,s:I,s:s,s:i,s:s}", "name",
			 wire_put_str(in->name), "size", (json_int_t)in->size,
			 "sha256", in->sha256, "mode", (int)in->mode, "url",
			 in->url);
}

static void input_release(struct wire_input *in)
{
	free(in->name);
	free(in->url);
}

static void restore_free(struct wire_restore *r)
{
	if (!r)
		return;
	free(r->class);
	free(r->image);
	free(r->url);
	wire_files_free(r->files, r->file_count);
	free(r);
}

static int restore_decode(const json_t *v, struct wire_restore **ret,
			  struct err *err)
{
	struct wire_restore *r;
	int rc;

	if (!v || json_is_null(v))
		return 0;
	rc = wire_get_object(v, "member 'checkpoint'", err);
	if (rc)
		return rc;
	r = xcalloc(1, sizeof(*r));
	rc = wire_get_id(v, "id", &r->id, err);
	if (!rc)
		rc = wire_get_str(v, "class", WIRE_MUST, &r->class, err);
	if (!rc)
		rc = wire_get_str(v, "image", WIRE_MUST, &r->image, err);
	if (!rc)
		rc = wire_get_str(v, "url", WIRE_MUST, &r->url, err);
	if (!rc)
		rc = wire_files_decode(v, &r->files, &r->file_count, err);
	if (rc)
		restore_free(r);
	else
		*ret = r;
	return rc;
}

static json_t *restore_encode(const struct wire_restore *r)
{
	if (!r)
		return json_null();
	return json_pack("{s:o,s:s,s:s,s:s,s:o}", "id",
			 json_sprintf("%lld", (long long)r->id), "class",
			 r->class, "image", r->image, "url", r->url, "files",
			 wire_files_encode(r->files, r->file_count));
}

static int start_files(const json_t *root, struct wire_start *s,
		       struct err *err)
{
	const json_t *exe = json_object_get(root, "executable");
	const json_t *list = NULL;
	int rc = wire_get_array(root, "inputs", WIRE_MUST, WIRE_FILES_MAX,
				&list, err);

	if (!rc && exe && !json_is_null(exe)) {
		s->executable = xcalloc(1, sizeof(*s->executable));
		rc = input_decode(exe, s->executable, err);
	}
	if (rc)
		return rc;
	s->input_count = json_array_size(list);
	s->inputs = xcalloc(s->input_count + 1, sizeof(*s->inputs));
	for (size_t i = 0; !rc && i < s->input_count; i++)
		rc = input_decode(json_array_get(list, i), &s->inputs[i], err);
	return rc;
}

static int start_streams(const json_t *root, struct wire_start *s,
			 struct err *err)
{
	char **const names[] = { &s->stdin_name, &s->stdout_name,
				 &s->stderr_name };
	static const char *const keys[] = { "stdin", "stdout", "stderr" };
	int rc = 0;

	for (size_t i = 0; !rc && i < 3; i++) {
		rc = wire_get_str(root, keys[i], WIRE_MAY, names[i], err);
		if (!rc && *names[i] && !wire_path_ok(*names[i]))
			rc = err_set(err, -EINVAL, "bad file name '%s'",
				     *names[i]);
	}
	for (size_t i = 0; !rc && s->outputs && s->outputs[i]; i++)
		if (!wire_path_ok(s->outputs[i]))
			rc = err_set(err, -EINVAL, "bad file name '%s'",
				     s->outputs[i]);
	return rc;
}

static int start_job(const json_t *root, struct wire_start *s, struct err *err)
{
	const char *job = NULL;
	char end;
	int rc = wire_get_text(root, "job", WIRE_MUST, &job, err);

	if (!rc && (sscanf(job, "%d.%d%c", &s->cluster, &s->proc, &end) != 2 ||
		    s->cluster < 1 || s->proc < 0))
		rc = err_set(err, -EINVAL, "bad job id '%s'", job);
	if (!rc)
		rc = wire_get_small(root, "attempt", WIRE_MUST, 1, INT32_MAX,
				    &s->attempt, err);
	if (!rc)
		rc = wire_get_hex(root, "nonce", WIRE_MUST, s->nonce,
				  sizeof(s->nonce), err);
	if (!rc)
		rc = wire_get_str(root, "slot", WIRE_MUST, &s->slot, err);
	if (!rc)
		rc = wire_get_str(root, "user", WIRE_MUST, &s->user, err);
	if (!rc)
		rc = wire_get_int(root, "uid", WIRE_MUST, 0, UINT32_MAX,
				  &s->uid, err);
	if (!rc)
		rc = ad_from_json(json_object_get(root, "ad"), &s->ad, err);
	return rc;
}

static int start_provision(const json_t *root, struct wire_provision *p,
			   struct err *err)
{
	const json_t *v = json_object_get(root, "provision");
	int rc;

	if (!v || json_is_null(v))
		return 0;
	rc = wire_get_object(v, "a provision", err);
	if (!rc)
		rc = wire_get_int(v, "cpus", WIRE_MUST, 1, INT32_MAX, &p->cpus,
				  err);
	if (!rc)
		rc = wire_get_int(v, "memory_mb", WIRE_MUST, 0, INT64_MAX >> 20,
				  &p->memory_mb, err);
	if (!rc)
		rc = wire_get_int(v, "disk_kb", WIRE_MUST, 0, INT64_MAX >> 10,
				  &p->disk_kb, err);
	return rc;
}

static json_t *provision_encode(const struct wire_provision *p)
{
	if (!p->cpus)
		return json_null();
	return json_pack("{s:I,s:I,s:I}", "cpus", (json_int_t)p->cpus,
			 "memory_mb", (json_int_t)p->memory_mb, "disk_kb",
			 (json_int_t)p->disk_kb);
}

static int start_limits(const json_t *root, struct wire_start *s,
			struct err *err)
{
	int rc = wire_get_bool(root, "checkpoints", WIRE_MAY, &s->checkpoints,
			       err);

	s->checkpoint_exit_code = WIRE_UNKNOWN;
	if (!rc)
		rc = wire_get_small(root, "checkpoint_exit_code", WIRE_MAY, 0,
				    255, &s->checkpoint_exit_code, err);
	if (!rc)
		rc = wire_get_small(root, "kill_sig", WIRE_MUST, 1, 64,
				    &s->kill_sig, err);
	if (!rc)
		rc = wire_get_int(root, "vacate_s", WIRE_MUST, 0, INT32_MAX,
				  &s->vacate_s, err);
	if (!rc)
		rc = wire_get_int(root, "lease_s", WIRE_MUST, 1, INT32_MAX,
				  &s->lease_s, err);
	if (!rc)
		rc = wire_get_hex(root, "store_key", WIRE_MUST, s->store_key,
				  sizeof(s->store_key), err);
	return rc;
}

int wire_start_decode(const json_t *root, struct wire_start *ret_start,
		      struct err *err)
{
	struct wire_start s = { 0 };
	int rc = wire_get_object(root, "a start", err);

	if (!rc)
		rc = start_job(root, &s, err);
	if (!rc)
		rc = start_files(root, &s, err);
	if (!rc)
		rc = wire_get_strv(root, "argv", WIRE_MUST, WIRE_ARGS_MAX,
				   &s.argv, err);
	if (!rc)
		rc = wire_get_strv(root, "env", WIRE_MUST, WIRE_ARGS_MAX,
				   &s.env, err);
	if (!rc)
		rc = wire_get_strv(root, "outputs", WIRE_MAY, WIRE_FILES_MAX,
				   &s.outputs, err);
	if (!rc)
		rc = start_streams(root, &s, err);
	if (!rc)
		rc = restore_decode(json_object_get(root, "checkpoint"),
				    &s.checkpoint, err);
	if (!rc)
		rc = start_limits(root, &s, err);
	if (!rc)
		rc = start_provision(root, &s.provision, err);
	if (rc) {
		wire_start_release(&s);
		return rc;
	}
	*ret_start = s;
	return 0;
}

json_t *wire_start_encode(const struct wire_start *s)
{
	json_t *inputs = json_array(), *root;

	for (size_t i = 0; i < s->input_count; i++)
		json_array_append_new(inputs, input_encode(&s->inputs[i]));
	root = json_pack("{s:o,s:i,s:s,s:s,s:s,s:I,s:o,s:o,s:o,s:o,s:o}", "job",
			 json_sprintf("%d.%d", s->cluster, s->proc), "attempt",
			 s->attempt, "nonce", s->nonce, "slot", s->slot, "user",
			 s->user, "uid", (json_int_t)s->uid, "ad",
			 ad_to_json(s->ad, true), "executable",
			 s->executable ? input_encode(s->executable)
				       : json_null(),
			 "inputs", inputs, "argv", wire_put_strv(s->argv),
			 "env", wire_put_strv(s->env));
	json_object_set_new(root, "stdin", wire_put_str(s->stdin_name));
	json_object_set_new(root, "stdout", wire_put_str(s->stdout_name));
	json_object_set_new(root, "stderr", wire_put_str(s->stderr_name));
	json_object_set_new(root, "outputs", wire_put_strv(s->outputs));
	json_object_set_new(root, "checkpoint", restore_encode(s->checkpoint));
	json_object_set_new(root, "checkpoints", json_boolean(s->checkpoints));
	json_object_set_new(root, "checkpoint_exit_code",
			    s->checkpoint_exit_code < 0
				    ? json_null()
				    : json_integer(s->checkpoint_exit_code));
	json_object_set_new(root, "provision", provision_encode(&s->provision));
	json_object_set_new(root, "kill_sig", json_integer(s->kill_sig));
	json_object_set_new(root, "vacate_s", json_integer(s->vacate_s));
	json_object_set_new(root, "lease_s", json_integer(s->lease_s));
	json_object_set_new(root, "store_key", json_string(s->store_key));
	return root;
}

void wire_start_release(struct wire_start *s)
{
	if (s->executable)
		input_release(s->executable);
	free(s->executable);
	for (size_t i = 0; i < s->input_count; i++)
		input_release(&s->inputs[i]);
	free(s->inputs);
	free(s->slot);
	free(s->user);
	ad_free(s->ad);
	wire_strv_free(s->argv);
	wire_strv_free(s->env);
	wire_strv_free(s->outputs);
	free(s->stdin_name);
	free(s->stdout_name);
	free(s->stderr_name);
	restore_free(s->checkpoint);
	memset(s, 0, sizeof(*s));
}

/* -- the reply ----------------------------------------------------------- */

static int order_decode(const json_t *v, struct wire_order *o, struct err *err)
{
	const char *want = NULL;
	int rc = wire_get_object(v, "an order", err);

	if (!rc)
		rc = wire_get_hex(v, "nonce", WIRE_MUST, o->nonce,
				  sizeof(o->nonce), err);
	if (!rc)
		rc = wire_get_text(v, "want", WIRE_MUST, &want, err);
	if (!rc && wire_want_parse(want, &o->want))
		rc = err_set(err, -EINVAL, "unknown order '%s'", want);
	if (!rc)
		rc = wire_get_small(v, "checkpoint", WIRE_MAY, 0, INT32_MAX,
				    &o->checkpoint, err);
	if (!rc)
		rc = wire_get_str(v, "reason", WIRE_MAY, &o->reason, err);
	return rc;
}

static int reply_orders(const json_t *root, struct wire_reply *r,
			struct err *err)
{
	const json_t *list = NULL;
	int rc = wire_get_array(root, "orders", WIRE_MUST, ORDERS_MAX, &list,
				err);

	if (rc)
		return rc;
	r->order_count = json_array_size(list);
	r->orders = xcalloc(r->order_count + 1, sizeof(*r->orders));
	for (size_t i = 0; !rc && i < r->order_count; i++)
		rc = order_decode(json_array_get(list, i), &r->orders[i], err);
	return rc;
}

static int reply_acks(const json_t *root, struct wire_reply *r, struct err *err)
{
	const json_t *list = NULL;
	int rc =
		wire_get_array(root, "acks", WIRE_MUST, ORDERS_MAX, &list, err);

	if (rc)
		return rc;
	r->ack_count = json_array_size(list);
	r->acks = xcalloc(r->ack_count + 1, sizeof(*r->acks));
	for (size_t i = 0; i < r->ack_count; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (!s || !wire_nonce_ok(s))
			return err_set(err, -EINVAL,
				       "member 'acks' must hold nonces");
		memcpy(r->acks[i], s, WIRE_NONCE_SIZE);
	}
	return 0;
}

static int tail_decode(const json_t *v, struct wire_tail *t, struct err *err)
{
	int rc = wire_get_object(v, "a tail", err);

	if (!rc)
		rc = wire_get_hex(v, "nonce", WIRE_MUST, t->nonce,
				  sizeof(t->nonce), err);
	if (!rc)
		rc = wire_get_int(v, "id", WIRE_MUST, 0, INT64_MAX, &t->id,
				  err);
	if (!rc)
		rc = wire_get_small(v, "stream", WIRE_MUST, 0, 2, &t->stream,
				    err);
	if (!rc)
		rc = wire_get_str(v, "file", WIRE_MAY, &t->file, err);
	if (!rc)
		rc = wire_get_int(v, "offset", WIRE_MUST, -1, INT64_MAX,
				  &t->offset, err);
	if (!rc)
		rc = wire_get_int(v, "max", WIRE_MUST, 0, WIRE_TAIL_MAX,
				  &t->max, err);
	return rc;
}

static int reply_tails(const json_t *root, struct wire_reply *r,
		       struct err *err)
{
	const json_t *list = NULL;
	int rc =
		wire_get_array(root, "tails", WIRE_MAY, ORDERS_MAX, &list, err);

	if (rc || !list)
		return rc;
	r->tail_count = json_array_size(list);
	r->tails = xcalloc(r->tail_count + 1, sizeof(*r->tails));
	for (size_t i = 0; !rc && i < r->tail_count; i++)
		rc = tail_decode(json_array_get(list, i), &r->tails[i], err);
	return rc;
}

static json_t *tails_encode(const struct wire_reply *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->tail_count; i++) {
		const struct wire_tail *t = &r->tails[i];

		json_array_append_new(
			list,
			json_pack("{s:s,s:I,s:i,s:o,s:I,s:I}", "nonce",
				  t->nonce, "id", (json_int_t)t->id, "stream",
				  t->stream, "file", wire_put_str(t->file),
				  "offset", (json_int_t)t->offset, "max",
				  (json_int_t)t->max));
	}
	return list;
}

int wire_reply_decode(const json_t *root, struct wire_reply *ret_reply,
		      struct err *err)
{
	struct wire_reply r = { .lease_s = 0 };
	const json_t *starts = NULL;
	int rc = wire_get_object(root, "the reply", err);

	if (!rc)
		rc = wire_get_hex(root, "pool", WIRE_MUST, r.state.pool,
				  sizeof(r.state.pool), err);
	if (!rc)
		rc = wire_get_int(root, "epoch", WIRE_MUST, 0, INT64_MAX,
				  &r.state.epoch, err);
	if (!rc)
		rc = wire_get_int(root, "seq", WIRE_MUST, 0, INT64_MAX,
				  &r.state.seq, err);
	if (!rc)
		rc = wire_get_int(root, "lease_s", WIRE_MUST, 1, INT32_MAX,
				  &r.lease_s, err);
	if (!rc)
		rc = wire_get_array(root, "starts", WIRE_MUST, ORDERS_MAX,
				    &starts, err);
	if (!rc)
		rc = reply_orders(root, &r, err);
	if (!rc)
		rc = reply_acks(root, &r, err);
	if (!rc)
		rc = reply_tails(root, &r, err);
	if (rc) {
		wire_reply_release(&r);
		return rc;
	}
	r.starts = json_incref((json_t *)starts);
	*ret_reply = r;
	return 0;
}

json_t *wire_reply_encode(const struct wire_reply *r)
{
	json_t *orders = json_array(), *acks = json_array();
	json_t *root = json_object();

	for (size_t i = 0; i < r->order_count; i++) {
		const struct wire_order *o = &r->orders[i];

		json_array_append_new(
			orders,
			json_pack("{s:s,s:s,s:i,s:o}", "nonce", o->nonce,
				  "want", wire_want_name(o->want), "checkpoint",
				  o->checkpoint, "reason",
				  wire_put_str(o->reason)));
	}
	for (size_t i = 0; i < r->ack_count; i++)
		json_array_append_new(acks, json_string(r->acks[i]));
	wire_seen_put(root, &r->state);
	json_object_set_new(root, "lease_s", json_integer(r->lease_s));
	json_object_set_new(root, "starts",
			    r->starts ? json_incref(r->starts) : json_array());
	json_object_set_new(root, "orders", orders);
	json_object_set_new(root, "acks", acks);
	if (r->tail_count)
		json_object_set_new(root, "tails", tails_encode(r));
	return root;
}

void wire_reply_release(struct wire_reply *r)
{
	json_decref(r->starts);
	for (size_t i = 0; i < r->order_count; i++)
		free(r->orders[i].reason);
	free(r->orders);
	free(r->acks);
	for (size_t i = 0; i < r->tail_count; i++)
		free(r->tails[i].file);
	free(r->tails);
	memset(r, 0, sizeof(*r));
}
