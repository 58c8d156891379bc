/* SPDX-License-Identifier: MIT */
/* parse: from sections to the structures of img.h, and their checks. */
#ifndef CKPTLIB_IMAGE_PARSE_H
#define CKPTLIB_IMAGE_PARSE_H

#include "ckptlib/image/cursor.h"
#include "ckptlib/image/img.h"

/* Zeroed memory that lives as long as the image; NULL without any. */
void *ckpti_img_alloc(struct img *img, uint64_t n, size_t size);

/*
 * Each reads one section; 0, -ENOMEM, or -EBADMSG. Called in the order of the
 * sections, as later ones refer to earlier ones.
 */
int ckpti_img_parse_head(struct img *img, struct img_cursor *c);
int ckpti_img_parse_reasons(struct img *img, struct img_cursor *c);
int ckpti_img_parse_units(struct img *img, struct img_cursor *c);
int ckpti_img_parse_types(struct img *img, struct img_cursor *c);
int ckpti_img_parse_funcs(struct img *img, struct img_cursor *c);
int ckpti_img_parse_strings(struct img *img, struct img_cursor *c);
int ckpti_img_parse_globals(struct img *img, struct img_cursor *c);
int ckpti_img_parse_points(struct img *img, struct img_cursor *c);
int ckpti_img_parse_frames(struct img *img, struct img_cursor *c);
int ckpti_img_parse_heap(struct img *img, struct img_cursor *c);
int ckpti_img_parse_files(struct img *img, struct img_cursor *c);

/* No type holds itself, and parts lie within their wholes. */
int ckpti_img_check_types(const struct img *img);

#endif
