/* SPDX-License-Identifier: MIT */
/* upload: brings checkpoints and outputs to the scheduler's store. */
#ifndef HARRIER_STARTD_UPLOAD_H
#define HARRIER_STARTD_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct remote;
struct scratch_list;
struct wire_offer;
struct wire_start;

/* The files that go: names below a scratch directory. */
struct upload_set {
	char **names;
	size_t count;
};

void upload_set_add(struct upload_set *set, const char *name);
void upload_set_release(struct upload_set *set);

/*
 * The files of a checkpoint. Of a program that hcc built: all that are new or
 * modified against `base`, but for what lies in _harrier/ beside the image.
 * Of another: those that transfer_checkpoint_files names, else the named
 * outputs, else all that are new or modified; and the standard streams.
 * -ENOENT for a named one that is missing, -ENODATA where none has a byte.
 */
typedef int upload_select_fn(int dir_fd, const struct scratch_list *base,
			     const struct wire_start *start,
			     struct upload_set *set, struct err *err);
upload_select_fn upload_select_checkpoint;

/*
 * What an evicted job with ON_EXIT_OR_EVICT leaves: its outputs as far as
 * they are there. -ENODATA where there is nothing.
 */
upload_select_fn upload_select_evicted;

/* Standard output and error. */
void upload_select_streams(int dir_fd, const struct wire_start *start,
			   struct upload_set *set);

/* Bytes of the set's files, but for the standard streams. */
int64_t upload_set_bytes(int dir_fd, const struct wire_start *start,
			 const struct upload_set *set);

/*
 * The outputs: those the start names (directories with all they hold), or all
 * new and modified files at the top; stdout and stderr always. -ENOENT, with
 * a message that names it, for a named one that is missing; the others are in
 * the set then.
 */
int upload_select_outputs(int dir_fd, const struct scratch_list *base,
			  const struct wire_start *start,
			  struct upload_set *set, struct err *err);

/* What is uploaded. All borrowed; nobody writes the files meanwhile. */
struct upload {
	const struct wire_start *start;
	const char *scratch;
	const char *spool; /* a directory for the pack on its way */
	const struct upload_set *set;
	/* image, class, why, arch, signature and figures; files are filled
	 * in. NULL: outputs. */
	struct wire_offer *offer;
};

/*
 * Offers, sends what is missing and commits, until it is done or the
 * scheduler says superseded (-ESTALE), the thread is told to give up
 * (-ECANCELED) or the files cannot be read. *ret_id is the checkpoint's or
 * the upload's id and freed by the caller; *ret_ms how long it took.
 */
int upload_run(struct remote *rm, const struct upload *up, char **ret_id,
	       int64_t *ret_ms, struct err *err);

#endif
