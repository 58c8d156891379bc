/* SPDX-License-Identifier: MIT */
/*
 * Counts the words of a text with a hash table and prints the most frequent
 * ones, each with the words whose spelling is nearest to it.
 *
 *   wordcount [-n TOP] [-k NEAREST] [FILE]
 *
 * A word is a run of letters and inner apostrophes, in lower case; bytes above
 * 127 count as letters, so UTF-8 works.  Distance is Damerau's: insertions,
 * deletions, replacements and swaps of neighbours.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_WORD = 63, FIRST_BUCKETS = 64, MAX_NEAREST = 16 };

struct word {
	struct word *next; /* in the bucket */
	int64_t count;
	int64_t first; /* number of the first such word in the text */
	uint32_t hash;
	int length;
	char text[];
};

struct table {
	struct word **buckets;
	int nbuckets; /* a power of 2 */
	int nwords;
	int64_t total;
};

struct neighbour {
	const struct word *word;
	int distance;
};

static void *check(void *p)
{
	if (!p) {
		fputs("wordcount: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

/* ---- the table ---- */

static uint32_t hash_word(const char *s, int n)
{
	uint32_t h = UINT32_C(2166136261);

	for (int i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * UINT32_C(16777619);
	return h;
}

static void table_init(struct table *t)
{
	t->nbuckets = FIRST_BUCKETS;
	t->buckets = check(calloc(t->nbuckets, sizeof(struct word *)));
	t->nwords = 0;
	t->total = 0;
}

static void table_grow(struct table *t)
{
	int n = t->nbuckets * 2;
	struct word **buckets = check(calloc(n, sizeof(struct word *)));

	for (int i = 0; i < t->nbuckets; i++) {
		struct word *w = t->buckets[i], *next;
		for (; w; w = next) {
			struct word **home = &buckets[w->hash & (n - 1)];
			next = w->next;
			w->next = *home;
			*home = w;
		}
	}
	free(t->buckets);
	t->buckets = buckets;
	t->nbuckets = n;
}

static struct word *word_new(const char *s, int n, uint32_t hash)
{
	struct word *w = check(malloc(sizeof(struct word) + n + 1));

	w->next = NULL;
	w->count = 0;
	w->hash = hash;
	w->length = n;
	memcpy(w->text, s, n);
	w->text[n] = '\0';
	return w;
}

static void table_count(struct table *t, const char *s, int n)
{
	uint32_t hash = hash_word(s, n);
	struct word **link = &t->buckets[hash & (t->nbuckets - 1)];

	for (; *link; link = &(*link)->next)
		if ((*link)->hash == hash && (*link)->length == n &&
		    memcmp((*link)->text, s, n) == 0)
			break;
	if (!*link) {
		*link = word_new(s, n, hash);
		(*link)->first = t->total;
		t->nwords++;
	}
	(*link)->count++;
	t->total++;
	if (t->nwords > t->nbuckets)
		table_grow(t);
}

static void table_release(struct table *t)
{
	for (int i = 0; i < t->nbuckets; i++) {
		struct word *w = t->buckets[i], *next;
		for (; w; w = next) {
			next = w->next;
			free(w);
		}
	}
	free(t->buckets);
}

/* ---- reading ---- */

/* Plain C's isalpha depends on the locale. */
static int letter(int c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	return (c >= 'a' && c <= 'z') || c > 127 ? c : 0;
}

static void read_text(struct table *t, FILE *in)
{
	char word[MAX_WORD];
	int n = 0, c;
	bool apostrophe = false;

	while ((c = getc(in)) != EOF) {
		int l = letter(c);
		if (l) {
			if (apostrophe && n < MAX_WORD)
				word[n++] = '\'';
			if (n < MAX_WORD)
				word[n++] = (char)l;
			apostrophe = false;
		} else if (c == '\'' && n && !apostrophe) {
			apostrophe = true;
		} else {
			if (n)
				table_count(t, word, n);
			n = 0;
			apostrophe = false;
		}
	}
	if (n)
		table_count(t, word, n);
}

/* ---- ranking ---- */

static int compare_rank(const void *a, const void *b)
{
	const struct word *x = *(struct word *const *)a;
	const struct word *y = *(struct word *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->text, y->text);
}

static struct word **ranking(const struct table *t)
{
	struct word **list =
		check(malloc((t->nwords + 1) * sizeof(struct word *)));
	int n = 0;

	for (int i = 0; i < t->nbuckets; i++)
		for (struct word *w = t->buckets[i]; w; w = w->next)
			list[n++] = w;
	qsort(list, n, sizeof(struct word *), compare_rank);
	return list;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int distance(const struct word *a, const struct word *b)
{
	static int rows[3][MAX_WORD + 1];
	int *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (int k = 0; k <= b->length; k++)
		row[k] = k;
	for (int i = 1; i <= a->length; i++) {
		spare = before;
		before = last;
		last = row;
		row = spare;
		row[0] = i;
		for (int k = 1; k <= b->length; k++) {
			bool same = a->text[i - 1] == b->text[k - 1];
			int d = least(least(row[k - 1], last[k]) + 1,
				      last[k - 1] + !same);
			if (i > 1 && k > 1 &&
			    a->text[i - 1] == b->text[k - 2] &&
			    a->text[i - 2] == b->text[k - 1])
				d = least(d, before[k - 2] + 1);
			row[k] = d;
		}
	}
	return row[b->length];
}

/* Keeps the list sorted by distance; words come in order of rank, so among
 * equals the more frequent one stays first. */
static int keep_nearest(struct neighbour *list, int n, int max,
			struct neighbour x)
{
	int i = n < max ? n : max - 1;

	if (n == max && list[i].distance <= x.distance)
		return n;
	for (; i > 0 && list[i - 1].distance > x.distance; i--)
		list[i] = list[i - 1];
	list[i] = x;
	return n < max ? n + 1 : n;
}

static void print_word(struct word **list, int nwords, int rank, int k)
{
	const struct word *w = list[rank];
	struct neighbour near[MAX_NEAREST];
	int n = 0;

	printf("%10lld  %-20s", (long long)w->count, w->text);
	for (int i = 0; k && i < nwords; i++) {
		struct neighbour x = { list[i], 0 };
		if (i == rank)
			continue;
		x.distance = distance(w, x.word);
		n = keep_nearest(near, n, k, x);
	}
	for (int i = 0; i < n; i++)
		printf(" %s/%d", near[i].word->text, near[i].distance);
	putchar('\n');
}

static int number(const char *text, int max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0 || n > max) {
		fprintf(stderr,
			"wordcount: '%s' is not a number from 0 to %d\n", text,
			max);
		exit(1);
	}
	return (int)n;
}

static FILE *open_text(const char *name)
{
	FILE *in = fopen(name, "r");

	if (!in) {
		fprintf(stderr, "wordcount: cannot read '%s': %s\n", name,
			strerror(errno));
		exit(1);
	}
	return in;
}

int main(int argc, char **argv)
{
	struct table t;
	struct word **list;
	FILE *in = stdin;
	int top = 10, nearest = 0, opt;

	while ((opt = getopt(argc, argv, "n:k:")) != -1) {
		if (opt == 'n') {
			top = number(optarg, 1000000000);
		} else if (opt == 'k') {
			nearest = number(optarg, MAX_NEAREST);
		} else {
			fputs("usage: wordcount [-n TOP] [-k NEAREST] [FILE]\n",
			      stderr);
			return 1;
		}
	}
	if (optind < argc)
		in = open_text(argv[optind]);
	table_init(&t);
	read_text(&t, in);
	if (in != stdin)
		fclose(in);
	printf("%lld words, %d different\n", (long long)t.total, t.nwords);
	list = ranking(&t);
	for (int i = 0; i < top && i < t.nwords; i++)
		print_word(list, t.nwords, i, nearest);
	free(list);
	table_release(&t);
	return 0;
}
