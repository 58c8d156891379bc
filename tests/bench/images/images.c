/* SPDX-License-Identifier: MIT */
/*
 * What is written and read back: an array of doubles, or a tree.
 *
 *   images flat BYTES | tree NODES    one checkpoint, between making and
 *                                     summing; with "fork" SIGUSR2 instead;
 *                                     with "hold" it stops itself there
 *   images raw BYTES                  seconds that as many bytes take: memcpy,
 *                                     write, fsync, read into new memory
 *   images malloc|realloc|turn|mixed N   seconds of the allocator
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <harrier/ckpt.h>

struct node {
	struct node *left, *right;
	uint64_t key;
};

static uint64_t seed = 1;

static uint64_t next(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 11;
}

static double *make_flat(size_t n)
{
	double *v = malloc(n * sizeof *v);
	size_t i;

	if (!v)
		exit(1);
	for (i = 0; i < n; i++)
		v[i] = (double)next();
	return v;
}

static double sum_flat(const double *v, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += v[i];
	return sum;
}

static struct node *make_tree(size_t n)
{
	struct node *root = NULL, **at, *p;
	uint64_t key;

	while (n-- > 0) {
		key = next();
		for (at = &root; *at;)
			at = key < (*at)->key ? &(*at)->left : &(*at)->right;
		p = malloc(sizeof *p);
		if (!p)
			exit(1);
		p->left = p->right = NULL;
		p->key = key;
		*at = p;
	}
	return root;
}

static uint64_t sum_tree(const struct node *p)
{
	return p ? p->key + 3 * sum_tree(p->left) + 5 * sum_tree(p->right) : 0;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int raw(size_t n)
{
	char *a = malloc(n), *b = malloc(n), *fresh;
	double t[5];
	size_t done;
	int fd;

	if (!a || !b)
		return 1;
	memset(a, 1, n);
	memset(b, 2, n);
	t[0] = now();
	memcpy(b, a, n);
	t[1] = now();
	fd = open("raw.part", O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (done = 0; done < n;)
		done += (size_t)write(fd, b + done, n - done);
	t[2] = now();
	fsync(fd);
	t[3] = now();
	free(a);
	free(b);
	fresh = malloc(n);
	lseek(fd, 0, SEEK_SET);
	for (done = 0; fresh && done < n;)
		done += (size_t)read(fd, fresh + done, n - done);
	t[4] = now();
	close(fd);
	unlink("raw.part");
	printf("%.6f %.6f %.6f %.6f\n", t[1] - t[0], t[2] - t[1], t[3] - t[2],
	       t[4] - t[3]);
	return !fresh || fresh[n - 1] != 1;
}

/* ---- the allocator ------------------------------------------------------------- */

#define SLOTS 100000

/* Small objects, freed in another order than made. */
static void small_objects(size_t n)
{
	void **slots = calloc(SLOTS, sizeof *slots);
	size_t i, k;

	for (i = 0; slots && i < n; i++) {
		k = next() % SLOTS;
		free(slots[k]);
		slots[k] = malloc(16 + next() % 64);
		*(char *)slots[k] = 1;
	}
	for (i = 0; slots && i < SLOTS; i++)
		free(slots[i]);
	free(slots);
}

/* Arrays that grow by a half. */
static void growing(size_t n)
{
	size_t i, size;
	char *p;

	for (i = 0; i < n; i++) {
		p = NULL;
		for (size = 16; size < 1 << 20; size += size / 2) {
			p = realloc(p, size);
			p[size - 1] = 1;
		}
		free(p);
	}
}

/* The same with two in turn: neither has room behind it. */
static void in_turn(size_t n)
{
	size_t i, size;
	char *p, *q;

	for (i = 0; i < n; i++) {
		p = q = NULL;
		for (size = 16; size < 1 << 20; size += size / 2) {
			p = realloc(p, size);
			q = realloc(q, size);
			p[size - 1] = q[size - 1] = 1;
		}
		free(p);
		free(q);
	}
}

/* Sizes from a few bytes to some hundred thousand, most of them small. */
static void mixed(size_t n)
{
	static void *slots[1000];
	size_t i, k;

	for (i = 0; i < n; i++) {
		k = next() % 1000;
		free(slots[k]);
		slots[k] = malloc((size_t)1 << (3 + next() % 6 + next() % 6 +
						next() % 4));
		*(char *)slots[k] = 1;
	}
	for (i = 0; i < 1000; i++)
		free(slots[i]);
}

static int allocate(const char *how, size_t n)
{
	double start = now();

	if (how[0] == 'r')
		growing(n);
	else if (how[0] == 't')
		in_turn(n);
	else if (how[1] == 'i')
		mixed(n);
	else
		small_objects(n);
	printf("%.6f\n", now() - start);
	return 0;
}

/* ---- the images ----------------------------------------------------------------- */

static void checkpoint(const char *how)
{
	volatile int i;

	if (how[0] == 'h') {
		raise(SIGSTOP);
		return;
	}
	if (how[0] != 'f') {
		ckpt_now();
		return;
	}
	/* The second one waits for the first child, whose figures count. */
	for (i = 0; i < 2; i++) {
		raise(SIGUSR2);
		ckpt_poll();
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "flat";
	size_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 1 << 20;
	struct node *tree = NULL;
	double *flat = NULL;

	if (strcmp(what, "raw") == 0)
		return raw(n);
	if (strcmp(what, "tree") == 0)
		tree = make_tree(n);
	else if (strcmp(what, "flat") == 0)
		flat = make_flat(n / sizeof *flat);
	else
		return allocate(what, n);
	checkpoint(argc > 3 ? argv[3] : "now");
	if (tree)
		printf("%llu\n", (unsigned long long)sum_tree(tree));
	else
		printf("%.0f\n", sum_flat(flat, n / sizeof *flat));
	return 0;
}
