/* SPDX-License-Identifier: MIT */
/* machine: the facts about this machine, and the ad of a slot. */
#ifndef HARRIER_STARTD_MACHINE_H
#define HARRIER_STARTD_MACHINE_H

#include <stddef.h>
#include <stdint.h>

struct ad;
struct arch;
struct err;
struct settings;

struct machine {
	const struct arch *native;
	const struct arch *arch; /* as advertised; differs where emulated */
	char *emulator; /* for `arch`; NULL where it is the native one */
	char *emulated; /* other architectures: "S390X,ARMHF"; "" */
	char *hostname;
	char *kernel;
	char *os_name; /* "Debian" */
	char *os_version; /* "12" */
	char *cpu_model;
	char *microarch; /* "x86_64-v3", "" where not known */
	int64_t memory_mb;
	int cpus;
};

/*
 * -EINVAL for an unknown architecture, -ENOENT where it has no emulator here;
 * the message says which package brings it.
 */
int machine_init(struct machine *m, const struct settings *s, struct err *err);
void machine_release(struct machine *m);

/* The part of slot `number` (from 1, of `slots`) that does not change. */
struct ad *machine_slot_ad(const struct machine *m, const struct settings *s,
			   int number, int slots, const char *cg_text);

/* Free space in the file system of `dir`, less what is reserved, in KiB. */
int64_t machine_disk_kb(const char *dir, int64_t reserve_bytes);

#endif
