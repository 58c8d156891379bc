/* SPDX-License-Identifier: MIT */
/* autocluster: which idle jobs match alike (queue.h has the rest). */
#ifndef HARRIER_SCHEDULER_AUTOCLUSTER_H
#define HARRIER_SCHEDULER_AUTOCLUSTER_H

/* Of a struct autocluster, with its buckets. */
void autocluster_free(void *ac);

#endif
