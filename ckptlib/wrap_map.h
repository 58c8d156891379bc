/* SPDX-License-Identifier: MIT */
/*
 * wrap_map: private memory of mmap lies in the program arena, so that it is
 * captured as malloc's; shared memory holds checkpoints off.
 */
#ifndef CKPTLIB_WRAP_MAP_H
#define CKPTLIB_WRAP_MAP_H

#include <fcntl.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/types.h>

void *ckpt_mmap(void *addr, size_t size, int prot, int flags, int fd,
		off_t offset);
void *ckpt_mmap64(void *addr, size_t size, int prot, int flags, int fd,
		  off64_t offset);
int ckpt_munmap(void *addr, size_t size);
void *ckpt_mremap(void *old, size_t old_size, size_t size, int flags, ...);
int ckpt_mprotect(void *addr, size_t size, int prot);
void *ckpt_shmat(int id, const void *addr, int flags);
int ckpt_shmdt(const void *addr);
int ckpt_semget(key_t key, int n, int flags);
int ckpt_msgget(key_t key, int flags);
sem_t *ckpt_sem_open(const char *name, int flags, ...);
int ckpt_sem_close(sem_t *sem);

#endif
