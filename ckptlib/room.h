/* SPDX-License-Identifier: MIT */
/* room: whether a second copy of this process's memory would fit. */
#ifndef CKPTLIB_ROOM_H
#define CKPTLIB_ROOM_H

/*
 * Whether the limits of this process, those of its control groups and the
 * machine's free memory leave room for a copy of every page it has written.
 * What cannot be read limits nothing.
 */
int ckpti_room_for_copy(void);

#endif
