/* SPDX-License-Identifier: MIT */
#undef _FORTIFY_SOURCE
#include "ckptlib/wrap_map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/abi.h"
#include "ckptlib/alloc.h"
#include "ckptlib/filetab.h"
#include "ckptlib/heap.h"
#include "ckptlib/hold.h"
#include "ckptlib/wrap_heap.h"

/* A larger mapping is mostly room that is never used, or a file better left
 * where it is: it would be written out with every image. */
#define LARGEST ((size_t)256 << 20)

/* ---- in the program arena --------------------------------------------------------- */

/* The start of the arena's block at addr and its size; 0 if there is none. */
static size_t block_at(const void *addr, char **ret_start)
{
	struct ckpti_span *s;
	uint32_t slot;

	s = ckpti_heap_block((uintptr_t)addr, &slot);
	if (!s)
		return 0;
	*ret_start = ckpti_slot_addr(s, slot);
	return ckpti_slot_size(s, slot);
}

static bool fits_arena(const void *addr, size_t size, int prot, int flags)
{
	return ckpti_filetab.active && !addr && size && size <= LARGEST &&
	       (prot & PROT_READ) && !(prot & PROT_EXEC) &&
	       (flags & MAP_PRIVATE) &&
	       !(flags & (MAP_FIXED | MAP_GROWSDOWN | MAP_HUGETLB |
			  MAP_FIXED_NOREPLACE));
}

static void *arena_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const struct ckpt_type *hint = ckpt_hint;
	void *p;

	ckpt_hint = NULL;
	p = ckpti_alloc_aligned(CKPTI_PROGRAM, page, size, hint);
	if (p)
		memset(p, 0, size);
	return p;
}

/* A private mapping shows the file's bytes; written ones stay its own. */
static void *arena_file(size_t size, int fd, off64_t offset)
{
	size_t done = 0;
	char *p = arena_pages(size);
	ssize_t n;

	while (p && done < size) {
		n = pread64(fd, p + done, size - done, offset + (off64_t)done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return p;
}

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- mappings ------------------------------------------------------------------- */

static const char *what_of(int prot, int flags)
{
	return (flags & MAP_SHARED) ? "shared memory"
	       : (prot & PROT_EXEC) ? "memory with code of its own"
				    : "memory mapped by itself";
}

void *ckpt_mmap64(void *addr, size_t size, int prot, int flags, int fd,
		  off64_t offset)
{
	bool anonymous = flags & MAP_ANONYMOUS;
	void *p = NULL;

	if (fits_arena(addr, size, prot, flags)) {
		if (anonymous)
			p = arena_pages(size);
		else if (is_regular(fd))
			p = arena_file(size, fd, offset);
		if (p)
			return p;
	}
	ckpt_hint = NULL;
	p = mmap64(addr, size, prot, flags, fd, offset);
	if (p != MAP_FAILED)
		ckpti_hold(CKPTI_HOLD_MEMORY, (uintptr_t)p,
			   what_of(prot, flags), "mmap");
	return p;
}

void *ckpt_mmap(void *addr, size_t size, int prot, int flags, int fd,
		off_t offset)
{
	return ckpt_mmap64(addr, size, prot, flags, fd, offset);
}

/* A part that goes is only emptied; its pages go back to the kernel. */
static int unmap_block(char *addr, size_t size, char *start, size_t block)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	size = (size + page - 1) & ~(page - 1);
	if (addr == start && size >= block)
		ckpti_free(start);
	else
		madvise(addr, size, MADV_DONTNEED);
	return 0;
}

int ckpt_munmap(void *addr, size_t size)
{
	char *start;
	size_t block = block_at(addr, &start);
	int r;

	if (block)
		return unmap_block(addr, size, start, block);
	r = munmap(addr, size);
	if (!r)
		ckpti_hold_end(CKPTI_HOLD_MEMORY, (uintptr_t)addr);
	return r;
}

static void *remap_block(char *start, size_t block, size_t size, int flags)
{
	char *p;

	if (size <= block)
		return start;
	if (!(flags & MREMAP_MAYMOVE)) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	p = arena_pages(size);
	if (!p)
		return MAP_FAILED;
	memcpy(p, start, block);
	ckpti_free(start);
	return p;
}

void *ckpt_mremap(void *old, size_t old_size, size_t size, int flags, ...)
{
	void *where = NULL, *p;
	char *start;
	size_t block = block_at(old, &start);
	va_list ap;

	if (block && start == old && !(flags & MREMAP_FIXED))
		return remap_block(start, block, size, flags);
	if (flags & MREMAP_FIXED) {
		va_start(ap, flags);
		where = va_arg(ap, void *);
		va_end(ap);
	}
	p = mremap(old, old_size, size, flags, where);
	if (p != MAP_FAILED && p != old) {
		ckpti_hold(CKPTI_HOLD_MEMORY, (uintptr_t)p,
			   "memory mapped by itself", "mremap");
		ckpti_hold_end(CKPTI_HOLD_MEMORY, (uintptr_t)old);
	}
	return p;
}

/* Guards within the arena would outlive the block: they are not set. */
int ckpt_mprotect(void *addr, size_t size, int prot)
{
	char *start;

	if (!block_at(addr, &start))
		return mprotect(addr, size, prot);
	if (prot & PROT_EXEC) {
		ckpti_hold(CKPTI_HOLD_MEMORY, (uintptr_t)addr,
			   "memory with code of its own", "mprotect");
		return mprotect(addr, size, prot | PROT_READ | PROT_WRITE);
	}
	return 0;
}

/* ---- System V, semaphores ----------------------------------------------------------- */

void *ckpt_shmat(int id, const void *addr, int flags)
{
	void *p = shmat(id, addr, flags);

	if (p != MAP_FAILED)
		ckpti_hold(CKPTI_HOLD_SHM, (uintptr_t)p, "shared memory",
			   "shmat");
	return p;
}

int ckpt_shmdt(const void *addr)
{
	int r = shmdt(addr);

	if (!r)
		ckpti_hold_end(CKPTI_HOLD_SHM, (uintptr_t)addr);
	return r;
}

/* These stay in the kernel: nothing tells when the program is done. */
int ckpt_semget(key_t key, int n, int flags)
{
	int id = semget(key, n, flags);

	if (id >= 0)
		ckpti_hold(CKPTI_HOLD_SEMAPHORE, 1, "System V semaphores",
			   "semget");
	return id;
}

int ckpt_msgget(key_t key, int flags)
{
	int id = msgget(key, flags);

	if (id >= 0)
		ckpti_hold(CKPTI_HOLD_SEMAPHORE, 2, "a System V queue",
			   "msgget");
	return id;
}

sem_t *ckpt_sem_open(const char *name, int flags, ...)
{
	unsigned value = 0;
	mode_t mode = 0;
	sem_t *sem;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		value = va_arg(ap, unsigned);
		va_end(ap);
	}
	sem = sem_open(name, flags, mode, value);
	if (sem != SEM_FAILED)
		ckpti_hold(CKPTI_HOLD_SEMAPHORE, (uintptr_t)sem,
			   "a semaphore with a name", "sem_open");
	return sem;
}

int ckpt_sem_close(sem_t *sem)
{
	int r = sem_close(sem);

	ckpti_hold_end(CKPTI_HOLD_SEMAPHORE, (uintptr_t)sem);
	return r;
}
