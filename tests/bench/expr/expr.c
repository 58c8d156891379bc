/* SPDX-License-Identifier: MIT */
/*
 * What one pair costs: both Requirements and both Ranks of a job and a slot,
 * for expressions as hsubmit and hstartd write them. Prints rows of a
 * markdown table: nanoseconds (least of the rounds), allocations per pair.
 */
#include "common/ad/ad.h"
#include "common/ad/match.h"
#include "common/base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAIRS  200000
#define ROUNDS 5
#define SLOTS  64

static const char slot_text[] =
	"Name = \"slot1@host\"\nMachine = \"host\"\nArch = \"X86_64\"\n"
	"OpSys = \"LINUX\"\nOpSysAndVer = \"Debian12\"\nMemory = %d\n"
	"Cpus = 4\nDisk = 1000000\nLoadAvg = 0.1\nKeyboardIdle = 4000\n"
	"HasFileTransfer = true\nHasSelfCheckpointTransfers = true\n"
	"Start = true\nState = \"Unclaimed\"\nActivity = \"Idle\"\n"
	"Mips = 20000\nKFlops = 1500000\nRank = 0.0\n"
	"Requirements = START && (TARGET.RequestMemory <= MY.Memory)\n";

static const char job_head[] =
	"ClusterId = 12\nProcId = 3\nOwner = \"ann\"\nCmd = \"/home/ann/a\"\n"
	"RequestCpus = 1\nRequestMemory = 1024\nRequestDisk = 50000\n"
	"JobPrio = 0\nNumJobStarts = 0\nExecutableArchs = \"X86_64,S390X\"\n";

static const struct {
	const char *name, *text;
} jobs[] = {
	{ "hsubmit's default",
	  "Rank = 0.0\n"
	  "Requirements = (TARGET.Arch == \"X86_64\") && "
	  "(TARGET.OpSys == \"LINUX\") && (TARGET.Disk >= RequestDisk) && "
	  "(TARGET.Memory >= RequestMemory) && (TARGET.Cpus >= RequestCpus) "
	  "&& (TARGET.HasFileTransfer)\n" },
	{ "refused by the first clause",
	  "Rank = 0.0\n"
	  "Requirements = (TARGET.Arch == \"S390X\") && "
	  "(TARGET.Memory >= RequestMemory)\n" },
	{ "with a Rank", "Rank = KFlops + 1000 * Memory\n"
			 "Requirements = (TARGET.Memory >= RequestMemory) && "
			 "(TARGET.Cpus >= RequestCpus)\n" },
	{ "versions and patterns",
	  "Rank = 0.0\n"
	  "Requirements = regexp(\"^Debian\", TARGET.OpSysAndVer) && "
	  "versionGE(\"12.0\", \"9.1\") && "
	  "stringListMember(TARGET.Arch, ExecutableArchs)\n" },
};

static struct ad *parse(const char *text)
{
	struct err err = ERR_INIT;
	struct ad *ad;

	if (!ad_parse_long(text, &ad, &err))
		return ad;
	fprintf(stderr, "%s\n", err_text(&err));
	exit(1);
}

extern void *__libc_malloc(size_t size);
static long allocations;

/* The C library's, counted. */
void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

/* Of this thread: others on the machine do not count. */
static int64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static double once(struct ad *job, struct ad *const *slots, long *ret_matched)
{
	int64_t start = cpu_ns();
	double rank = 0;

	for (int i = 0; i < PAIRS; i++) {
		struct ad *slot = slots[i % SLOTS];

		if (ad_match(job, slot)) {
			rank += ad_rank(job, slot) + ad_rank(slot, job);
			++*ret_matched;
		}
	}
	if (rank < 0)
		abort();
	return (double)(cpu_ns() - start) / PAIRS;
}

int main(void)
{
	struct ad *slots[SLOTS];

	for (int i = 0; i < SLOTS; i++) {
		char text[2048];

		snprintf(text, sizeof(text), slot_text, 512 + 64 * i);
		slots[i] = parse(text);
	}
	puts("| job's expressions | ns a pair | allocations a pair | matched |");
	puts("| --- | ---: | ---: | ---: |");
	for (size_t j = 0; j < sizeof(jobs) / sizeof(jobs[0]); j++) {
		char text[2048];
		struct ad *job;
		double best = 1e18;
		long matched = 0;
		long before;

		snprintf(text, sizeof(text), "%s%s", job_head, jobs[j].text);
		job = parse(text);
		before = allocations;
		for (int r = 0; r < ROUNDS; r++) {
			double ns;

			matched = 0;
			ns = once(job, slots, &matched);
			if (ns < best)
				best = ns;
		}
		printf("| %s | %.0f | %.1f | %ld %% |\n", jobs[j].name, best,
		       (double)(allocations - before) / ROUNDS / PAIRS,
		       100 * matched / PAIRS);
		ad_free(job);
	}
	for (int i = 0; i < SLOTS; i++)
		ad_free(slots[i]);
	return 0;
}
