/* SPDX-License-Identifier: MIT */
/*
 * Writes a SAT instance that asks for the factors of a number: an array
 * multiplier in clauses (Tseitin), its product set to the number, both factors
 * odd and larger than 1, the first not larger than the second in bits.
 *
 *   mkcnf NUMBER >number.cnf      satisfiable if NUMBER is odd and composite
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BITS = 64 };

struct cnf {
	int nvars, nclauses;
	int *lits; /* each clause ends with 0 */
	int n, cap;
};

static void put(struct cnf *f, int lit)
{
	if (f->n == f->cap) {
		f->cap = 2 * f->cap + 64;
		f->lits = realloc(f->lits, f->cap * sizeof *f->lits);
		if (!f->lits) {
			fputs("mkcnf: out of memory\n", stderr);
			exit(1);
		}
	}
	f->lits[f->n++] = lit;
	f->nclauses += lit == 0;
}

static void clause(struct cnf *f, int a, int b, int c, int d)
{
	const int lits[] = { a, b, c, d };

	for (int i = 0; i < 4; i++)
		if (lits[i])
			put(f, lits[i]);
	put(f, 0);
}

static int new_var(struct cnf *f)
{
	return ++f->nvars;
}

static int and2(struct cnf *f, int a, int b)
{
	int out = new_var(f);

	clause(f, -out, a, 0, 0);
	clause(f, -out, b, 0, 0);
	clause(f, out, -a, -b, 0);
	return out;
}

/* The sum bit of a full adder. */
static int xor3(struct cnf *f, int a, int b, int c)
{
	int out = new_var(f);

	for (int i = 0; i < 8; i++) {
		int x = i & 1, y = i >> 1 & 1, z = i >> 2;
		clause(f, x ? -a : a, y ? -b : b, z ? -c : c,
		       x ^ y ^ z ? out : -out);
	}
	return out;
}

/* The carry bit of a full adder. */
static int majority(struct cnf *f, int a, int b, int c)
{
	int out = new_var(f);

	clause(f, -a, -b, out, 0);
	clause(f, -a, -c, out, 0);
	clause(f, -b, -c, out, 0);
	clause(f, a, b, -out, 0);
	clause(f, a, c, -out, 0);
	clause(f, b, c, -out, 0);
	return out;
}

/* Adds row (shifted by `shift`) to the sum, bit by bit, and forbids what does
 * not fit; `zero` is a variable that is false. */
static void add_row(struct cnf *f, int *sum, int nsum, const int *row, int nrow,
		    int shift, int zero)
{
	int carry = zero;

	for (int i = shift; i < nsum; i++) {
		int bit = i - shift < nrow ? row[i - shift] : zero;
		int old = sum[i];
		if (bit == zero && carry == zero)
			break;
		sum[i] = xor3(f, old, bit, carry);
		carry = majority(f, old, bit, carry);
	}
	clause(f, -carry, 0, 0, 0);
	for (int i = nsum - shift; i < nrow; i++)
		clause(f, -row[i], 0, 0, 0);
}

static void multiply(struct cnf *f, const int *a, int na, const int *b, int nb,
		     int *sum, int nsum)
{
	int zero = new_var(f);
	int row[MAX_BITS];

	clause(f, -zero, 0, 0, 0);
	for (int i = 0; i < nsum; i++)
		sum[i] = zero;
	for (int k = 0; k < nb; k++) {
		for (int i = 0; i < na; i++)
			row[i] = and2(f, a[i], b[k]);
		add_row(f, sum, nsum, row, na, k, zero);
	}
}

static int bit_length(uint64_t x)
{
	int n = 0;

	for (; x; x >>= 1)
		n++;
	return n;
}

static void factor(struct cnf *f, uint64_t number)
{
	int nsum = bit_length(number), na = (nsum + 1) / 2, nb = nsum - 1;
	int a[MAX_BITS], b[MAX_BITS], sum[MAX_BITS];

	for (int i = 0; i < na; i++)
		a[i] = new_var(f);
	for (int i = 0; i < nb; i++)
		b[i] = new_var(f);
	multiply(f, a, na, b, nb, sum, nsum);
	for (int i = 0; i < nsum; i++)
		clause(f, number >> i & 1 ? sum[i] : -sum[i], 0, 0, 0);
	clause(f, a[0], 0, 0, 0);
	clause(f, b[0], 0, 0, 0);
	for (int i = 1; i < na; i++)
		put(f, a[i]);
	put(f, 0);
	printf("c the factors of %" PRIu64 ": bits, lowest first, in variables"
	       " 1-%d and %d-%d\n",
	       number, na, na + 1, na + nb);
}

int main(int argc, char **argv)
{
	struct cnf f = { 0 };
	char *end = "";
	uint64_t number = 0;

	errno = 0;
	if (argc == 2)
		number = strtoull(argv[1], &end, 10);
	if (argc != 2 || *end || errno || number < 9 || number % 2 == 0 ||
	    number >> (MAX_BITS - 1)) {
		fputs("usage: mkcnf NUMBER (odd, from 9 to 2^63)\n", stderr);
		return 1;
	}
	factor(&f, number);
	printf("p cnf %d %d\n", f.nvars, f.nclauses);
	for (int i = 0; i < f.n; i++)
		printf(f.lits[i] ? "%d " : "%d\n", f.lits[i]);
	free(f.lits);
	return fflush(stdout) || ferror(stdout);
}
