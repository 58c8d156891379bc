/* SPDX-License-Identifier: MIT */
/*
 * evidence: types for blocks whose allocation gave none, from the typed
 * pointers that lead to their start. A pointer to a first member does not
 * shrink a type; two that contradict each other leave the block without one.
 */
#ifndef CKPTLIB_EVIDENCE_H
#define CKPTLIB_EVIDENCE_H

/* Marks the words of blocks (CKPTI_INFERRED). 0 or -ENOMEM. */
int ckpti_evidence_run(void);

#endif
