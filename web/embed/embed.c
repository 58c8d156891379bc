/* SPDX-License-Identifier: MIT */
/*
 * Build tool: prints C that holds the files named on the command line, as
 * the table that web/page.c declares.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* FNV-1a, 64 bits: enough to tell two versions of a file apart. */
static uint64_t hash_add(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * 0x100000001b3u;
}

/* Prints the file's bytes; answers how many, or -1. */
static long print_bytes(const char *path, int number, uint64_t *ret_hash)
{
	FILE *in = fopen(path, "rb");
	uint64_t hash = 0xcbf29ce484222325u;
	long n = 0;
	int c;

	if (!in) {
		perror(path);
		return -1;
	}
	printf("static const unsigned char file_%d[] = {", number);
	while ((c = getc(in)) != EOF) {
		printf(n++ % 16 ? "%d," : "\n\t%d,", c);
		hash = hash_add(hash, (unsigned char)c);
	}
	fclose(in);
	/* An empty array is not C. */
	puts(n ? "\n};" : "\n\t0,\n};");
	*ret_hash = hash;
	return n;
}

int main(int argc, char **argv)
{
	long bytes[64];
	uint64_t hashes[64];

	if (argc < 2 || argc > 64) {
		fputs("usage: embed FILE...\n", stderr);
		return 2;
	}
	puts("#include \"web/page_files.h\"\n");
	for (int i = 1; i < argc; i++) {
		bytes[i] = print_bytes(argv[i], i, &hashes[i]);
		if (bytes[i] < 0)
			return 1;
	}
	puts("const struct page_file page_files[] = {");
	for (int i = 1; i < argc; i++)
		printf("\t{ \"%s\", file_%d, %ld, \"\\\"%016" PRIx64
		       "\\\"\" },\n",
		       base_name(argv[i]), i, bytes[i], hashes[i]);
	puts("\t{ 0, 0, 0, 0 },\n};");
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
