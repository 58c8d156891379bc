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
 * The files of a checkpoint: all that are new or modified against `base`, but
 * for what lies in _harrier/ beside the image.
 */
int upload_select_checkpoint(int dir_fd, const struct scratch_list *base,
			     struct upload_set *set, struct err *err);

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
