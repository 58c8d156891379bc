/* SPDX-License-Identifier: MIT */
/* capture: what happens once all frames have returned. */
#ifndef CKPTLIB_CAPTURE_H
#define CKPTLIB_CAPTURE_H

/*
 * Writes the image; then ends the process or goes on at the poll. A failure
 * is told, and the program goes on.
 */
void ckpti_capture_finish(void) __attribute__((noreturn));

#endif
