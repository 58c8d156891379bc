/* SPDX-License-Identifier: MIT */
/* osinfo: the operating system's name and release, as slots say them. */
#ifndef HARRIER_SUBMIT_OSINFO_H
#define HARRIER_SUBMIT_OSINFO_H

struct osinfo {
	char ver[64]; /* 12 */
	char major_ver[16]; /* 12 */
	char and_ver[160]; /* Debian12 */
};

/* From /etc/os-release; empty texts where that says nothing. */
void osinfo_read(struct osinfo *ret);

/* The same from a text of that form. */
void osinfo_parse(const char *text, struct osinfo *ret);

#endif
