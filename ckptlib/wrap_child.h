/* SPDX-License-Identifier: MIT */
/* wrap_child: child processes and pipes to them; requests wait for their end. */
#ifndef CKPTLIB_WRAP_CHILD_H
#define CKPTLIB_WRAP_CHILD_H

#include <spawn.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>

struct rusage;

pid_t ckpt_fork(void);
pid_t ckpt_vfork(void);
int ckpt_posix_spawn(pid_t *ret_pid, const char *path,
		     const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attr, char *const argv[],
		     char *const envp[]);
int ckpt_posix_spawnp(pid_t *ret_pid, const char *file,
		      const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[],
		      char *const envp[]);
pid_t ckpt_wait(int *ret_status);
pid_t ckpt_waitpid(pid_t pid, int *ret_status, int options);
pid_t ckpt_wait3(int *ret_status, int options, struct rusage *ret_usage);
pid_t ckpt_wait4(pid_t pid, int *ret_status, int options,
		 struct rusage *ret_usage);
int ckpt_waitid(idtype_t type, id_t id, siginfo_t *ret_info, int options);
FILE *ckpt_popen(const char *command, const char *mode);
int ckpt_pclose(FILE *f);

#endif
