/* SPDX-License-Identifier: MIT */
/* driver: what the command hcc does. */
#ifndef INSTRUMENT_DRIVER_H
#define INSTRUMENT_DRIVER_H

/* Returns the exit status; messages go to stderr. */
int driver_run(int argc, char *const *argv);

#endif
