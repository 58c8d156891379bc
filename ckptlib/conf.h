/* SPDX-License-Identifier: MIT */
/* conf: what the environment asks for (CKPT_*). */
#ifndef CKPTLIB_CONF_H
#define CKPTLIB_CONF_H

#define CKPTI_EXIT_CHECKPOINTED 85
#define CKPTI_EXIT_REFUSED	86

/* Whether images are written by a child while the program goes on. */
enum ckpti_fork {
	CKPTI_FORK_AUTO, /* large ones, where memory allows */
	CKPTI_FORK_ALWAYS,
	CKPTI_FORK_NEVER,
};

struct ckpti_conf {
	const char *image; /* NULL: checkpoints are off */
	const char *stats;
	int exit_code; /* after a checkpoint that ends the process */
	double interval; /* seconds; 0: none */
	unsigned long long after_polls; /* 0: none */
	unsigned long long every_polls; /* 0: none */
	unsigned long long kill_at_poll; /* 0: none */
	enum ckpti_fork fork;
};

extern struct ckpti_conf ckpti_conf;

/* Reads the variables. Values that make no sense are told and ignored. */
void ckpti_conf_read(char **envp);

/* The program changes its directory: relative paths become absolute. */
void ckpti_conf_chdir(void);

/* Whether "NAME=value" is one of ours, which the program does not see. */
int ckpti_conf_owns(const char *entry);

#endif
