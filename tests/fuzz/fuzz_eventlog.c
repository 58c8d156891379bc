/* SPDX-License-Identifier: MIT */
/* What was read as an event is written as one, and reading gets on. */
#include "tests/fuzz/fuzz.h"

#include "common/base/strbuf.h"
#include "common/job/eventlog.h"

#include <string.h>

#define HEAD " (012.003.000) 2026-08-06 13:25:00 "

const char *const fuzz_seeds[] = {
	"000" HEAD "Job submitted from host: <1:2>\n    DAG Node: A\n...\n",
	"001" HEAD "Job executing on host: <1:2>\n\tSlotName: s@h\n\tArch = "
	"\"X\\\"\"\n\tCpus = 1\n...\n",
	"004" HEAD "Job was evicted. Code 3 Subcode 0\n\t(1) Job was "
	"checkpointed.\n\t\tUsr 1 01:01:01, Sys 0 00:00:00  -  Run Remote "
	"Usage\n\t0  -  Run Bytes Sent By Job\n\tReason: x\n\tCheckpointId: 7"
	"\n\t4  -  Seconds Of Work Lost\n...\n",
	"005" HEAD "Job terminated.\n\t(0) Abnormal termination (signal 11)\n"
	"\t(1) Corefile in: /c\n\tPartitionable Resources :    Usage  Request "
	"Allocated \n\t   Cpus                 :     0.50        1         1 "
	"\n\t   Disk (KB)            :       40       30 123456789012 \n...\n",
	"012" HEAD "Job was held.\n\tReason unspecified\n\tCode 12 Subcode 2\n"
	"...\n022 (1.2.3) 08/06 13:25:00 Job disconnected, attempting to "
	"reconnect\n    lost\n    Trying to reconnect to s <1>\n...\n",
	NULL
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at = 0;

	while (at < size) {
		struct strbuf out = STRBUF_INIT;
		struct event ev, again;
		size_t skip;
		int64_t n = eventlog_parse((const char *)data + at, size - at,
					   &ev, &skip);

		if (n == 0)
			break;
		FUZZ_CHECK(skip > 0 && skip <= size - at);
		if (n > 0) {
			FUZZ_CHECK((size_t)n <= size - at);
			eventlog_format(&ev, EVENTLOG_ISO, &out);
			if (ev.cluster >= 0 && ev.proc >= 0 &&
			    eventlog_parse(out.data, out.len, &again, &skip) >
				    0) {
				FUZZ_CHECK(again.cluster == ev.cluster);
				event_release(&again);
			}
			event_release(&ev);
		}
		strbuf_release(&out);
		at += n > 0 ? (size_t)n : skip;
	}
	return 0;
}
