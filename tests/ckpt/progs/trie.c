/* tests: a trie of arrays of pointers, words found again while it is pruned */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct trie {
	struct trie *child[26];
	struct trie *parent;
	unsigned short words, below;
};

static struct trie root;

static struct trie *reach(const char *word, int make)
{
	struct trie *t = &root;

	for (; *word && t; word++) {
		struct trie **c = &t->child[tolower(*word) - 'a'];

		if (!*c && make) {
			*c = calloc(1, sizeof(**c));
			(*c)->parent = t;
		}
		t = *c;
	}
	return t;
}

static void add(const char *word)
{
	struct trie *t = reach(word, 1);

	t->words++;
	for (; t; t = t->parent)
		t->below++;
}

static int prune(struct trie *t)
{
	int freed = 0;

	for (int i = 0; i < 26; i++) {
		if (!t->child[i])
			continue;
		freed += prune(t->child[i]);
		if (t->child[i]->below < 2) {
			t->below -= t->child[i]->below;
			free(t->child[i]);
			t->child[i] = NULL;
			freed++;
		}
	}
	return freed;
}

static void list(const struct trie *t, char *word, int n)
{
	word[n] = 0;
	if (t->words) {
		check_mix(t->words);
		for (char *p = word; *p; p++)
			check_mix((unsigned char)*p);
	}
	for (int i = 0; i < 26; i++)
		if (t->child[i]) {
			word[n] = (char)('a' + i);
			list(t->child[i], word, n + 1);
		}
}

int main(void)
{
	static const char *const words[] = {
		"harrier", "harry",  "hare", "hawk", "Hawks", "kite",
		"kites",   "kestrel", "owl",  "owls", "osprey"
	};
	char word[32];
	int freed = 0;

	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if ((i * 7 + round) % 3)
				add(words[i]);
		list(&root, word, 0);
		if (round % 6 == 5)
			freed += prune(&root);
		check_mix(reach("kite", 0) != NULL);
	}
	printf("%d nodes freed\n", freed);
	return check_done();
}
