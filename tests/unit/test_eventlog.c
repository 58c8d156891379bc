/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/strbuf.h"
#include "common/job/eventlog.h"

#include <errno.h>
#include <time.h>

#define AT 1786022700 /* 2026-08-06 13:25:00 UTC */

/* Writes the event, compares, reads it back and writes that. */
static void assert_event(const struct event *ev, const char *want)
{
	struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
	struct event back;
	size_t skip;

	eventlog_format(ev, EVENTLOG_ISO, &text);
	assert_string_equal(text.data, want);
	assert_int_equal(eventlog_parse(text.data, text.len, &back, &skip),
			 (int64_t)text.len);
	assert_int_equal(back.time_s, ev->time_s);
	eventlog_format(&back, EVENTLOG_ISO, &again);
	assert_string_equal(again.data, want);
	event_release(&back);
	for (size_t i = 0; i < text.len; i++)
		assert_int_equal(eventlog_parse(text.data, i, &back, &skip), 0);
	strbuf_release(&text);
	strbuf_release(&again);
}

static struct event event(enum event_type type)
{
	struct event ev;

	event_init(&ev, type, 12, 3, AT);
	return ev;
}

#define HEAD(number) number " (012.003.000) 2026-08-06 13:25:00 "

static void test_start(void **state)
{
	struct event ev = event(EVENT_SUBMIT);

	(void)state;
	ev.host = (char *)"<127.0.0.1:9618?x>";
	assert_event(&ev, HEAD("000") "Job submitted from host: "
				      "<127.0.0.1:9618?x>\n...\n");
	ev.notes = (char *)"DAG Node: A\n...\nB";
	assert_event(&ev, HEAD("000") "Job submitted from host: "
				      "<127.0.0.1:9618?x>\n"
				      "    DAG Node: A ... B\n...\n");
	ev = event(EVENT_EXECUTE);
	ev.host = (char *)"<10.0.0.1:1>";
	ev.slot = (char *)"slot1@pc";
	ev.arch = (char *)"S390X";
	ev.scratch_dir = (char *)"/s/\"x\"";
	ev.has_resources = true;
	ev.cpus.allocated = 1;
	ev.disk_kb.allocated = 123456789;
	ev.memory_mb.allocated = 2048;
	assert_event(&ev, HEAD("001") "Job executing on host: <10.0.0.1:1>\n"
				      "\tSlotName: slot1@pc\n"
				      "\tArch = \"S390X\"\n"
				      "\tCondorScratchDir = \"/s/\\\"x\\\"\"\n"
				      "\tCpus = 1\n"
				      "\tDisk = 123456789\n"
				      "\tMemory = 2048\n...\n");
	ev = event(EVENT_EXECUTABLE_ERROR);
	ev.reason = (char *)"Exec format error";
	assert_event(&ev, HEAD("002") "(0) Job file not executable.\n"
				      "\tExec format error\n...\n");
}

static void test_checkpoints(void **state)
{
	struct event ev = event(EVENT_CHECKPOINTED);

	(void)state;
	ev.run_remote.user_s = 90061;
	ev.sent_bytes = 5000000000.0;
	ev.ckpt_id = (char *)"7";
	ev.ckpt_bytes = 5000000000;
	ev.ckpt_seconds = 0.25;
	assert_event(&ev,
		     HEAD("003") "Job was checkpointed.\n"
				 "\t\tUsr 1 01:01:01, Sys 0 00:00:00  -  Run "
				 "Remote Usage\n"
				 "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run "
				 "Local Usage\n"
				 "\t5000000000  -  Run Bytes Sent By Job For "
				 "Checkpoint\n"
				 "\tCheckpointId: 7\n"
				 "\tCheckpointBytes: 5000000000\n"
				 "\tCheckpointSeconds: 0.250\n...\n");
	ev = event(EVENT_EVICTED);
	ev.checkpointed = true;
	ev.reason = (char *)"owner is back";
	ev.lost_seconds = 4;
	ev.has_code = true;
	ev.code = 3;
	assert_event(&ev,
		     HEAD("004") "Job was evicted. Code 3 Subcode 0\n"
				 "\t(1) Job was checkpointed.\n"
				 "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run "
				 "Remote Usage\n"
				 "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run "
				 "Local Usage\n"
				 "\t0  -  Run Bytes Sent By Job\n"
				 "\t0  -  Run Bytes Received By Job\n"
				 "\tReason: owner is back\n"
				 "\t4  -  Seconds Of Work Lost\n...\n");
	ev = event(EVENT_EVICTED);
	ev.requeued = true;
	ev.normal = true;
	ev.status = 1;
	assert_event(&ev,
		     HEAD("004") "Job was evicted.\n"
				 "\t(0) Job terminated and was requeued\n"
				 "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run "
				 "Remote Usage\n"
				 "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run "
				 "Local Usage\n"
				 "\t0  -  Run Bytes Sent By Job\n"
				 "\t0  -  Run Bytes Received By Job\n"
				 "\t(1) Normal termination (return value 1)\n"
				 "...\n");
}

static void test_terminated(void **state)
{
	struct event ev = event(EVENT_TERMINATED);

	(void)state;
	ev.normal = false;
	ev.status = 11;
	ev.total_remote.sys_s = 59;
	ev.sent_bytes = 17;
	ev.total_received_bytes = 18;
	ev.has_resources = true;
	ev.cpus = (struct event_resource){ 0.5, 1, 1 };
	ev.disk_kb = (struct event_resource){ 40, 30, 123456789012 };
	ev.memory_mb = (struct event_resource){ -1, 1, 128 };
	ev.execute_s.usage = 7;
	assert_event(
		&ev,
		HEAD("005") "Job terminated.\n"
			    "\t(0) Abnormal termination (signal 11)\n"
			    "\t(0) No core file\n"
			    "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run Remote "
			    "Usage\n"
			    "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Run Local "
			    "Usage\n"
			    "\t\tUsr 0 00:00:00, Sys 0 00:00:59  -  Total "
			    "Remote Usage\n"
			    "\t\tUsr 0 00:00:00, Sys 0 00:00:00  -  Total "
			    "Local Usage\n"
			    "\t17  -  Run Bytes Sent By Job\n"
			    "\t0  -  Run Bytes Received By Job\n"
			    "\t0  -  Total Bytes Sent By Job\n"
			    "\t18  -  Total Bytes Received By Job\n"
			    "\tPartitionable Resources :    Usage  Request "
			    "   Allocated \n"
			    "\t   Cpus                 :     0.50        1  "
			    "          1 \n"
			    "\t   Disk (KB)            :    40          30 "
			    "123456789012 \n"
			    "\t   Memory (MB)          :                 1  "
			    "        128 \n"
			    "\t   TimeExecute (s)      :     7    "
			    "                      \n"
			    "...\n");
}

static void test_reasons(void **state)
{
	struct event ev = event(EVENT_IMAGE_SIZE);

	(void)state;
	ev.image_kb = 5;
	ev.memory_usage_mb = 6;
	ev.resident_kb = 7;
	assert_event(&ev, HEAD("006") "Image size of job updated: 5\n"
				      "\t6  -  MemoryUsage of job (MB)\n"
				      "\t7  -  ResidentSetSize of job (KB)\n"
				      "...\n");
	ev = event(EVENT_SHADOW_EXCEPTION);
	ev.reason = (char *)"5  -  odd";
	assert_event(&ev, HEAD("007") "Shadow exception!\n\t5  -  odd\n"
				      "\t0  -  Run Bytes Sent By Job\n"
				      "\t0  -  Run Bytes Received By Job\n"
				      "...\n");
	ev = event(EVENT_GENERIC);
	ev.reason = (char *)"hello";
	assert_event(&ev, HEAD("008") "hello\n...\n");
	ev = event(EVENT_ABORTED);
	ev.reason = (char *)"via hrm (by user me)";
	assert_event(&ev, HEAD("009") "Job was aborted.\n\tvia hrm (by user "
				      "me)\n...\n");
	ev = event(EVENT_SUSPENDED);
	ev.suspended_procs = 2;
	assert_event(&ev, HEAD("010") "Job was suspended.\n\tNumber of "
				      "processes actually suspended: 2\n...\n");
	ev = event(EVENT_UNSUSPENDED);
	assert_event(&ev, HEAD("011") "Job was unsuspended.\n...\n");
	ev = event(EVENT_HELD);
	ev.code = 12;
	ev.subcode = 2;
	assert_event(&ev, HEAD("012") "Job was held.\n\tReason unspecified\n"
				      "\tCode 12 Subcode 2\n...\n");
	ev = event(EVENT_RELEASED);
	assert_event(&ev, HEAD("013") "Job was released.\n...\n");
	ev = event(EVENT_REMOTE_ERROR);
	ev.host = (char *)"slot1@pc";
	ev.reason = (char *)"no space";
	ev.code = 1;
	assert_event(&ev, HEAD("021") "Error from starter on slot1@pc:\n"
				      "\tno space\n\tCode 1 Subcode 0\n...\n");
}

static void test_connection(void **state)
{
	struct event ev = event(EVENT_DISCONNECTED);

	(void)state;
	ev.reason = (char *)"lost";
	ev.host = (char *)"slot1@pc";
	ev.address = (char *)"<1.2.3.4:5>";
	assert_event(&ev, HEAD("022") "Job disconnected, attempting to "
				      "reconnect\n    lost\n    Trying to "
				      "reconnect to slot1@pc <1.2.3.4:5>\n"
				      "...\n");
	ev.type = EVENT_RECONNECTED;
	ev.reason = NULL;
	ev.starter_address = (char *)"<1.2.3.4:6>";
	assert_event(&ev, HEAD("023") "Job reconnected to slot1@pc\n"
				      "    startd address: <1.2.3.4:5>\n"
				      "    starter address: <1.2.3.4:6>\n"
				      "...\n");
	ev.type = EVENT_RECONNECT_FAILED;
	ev.reason = (char *)"gone";
	assert_event(&ev, HEAD("024") "Job reconnection failed\n    gone\n"
				      "    Can not reconnect to slot1@pc, "
				      "rescheduling job\n...\n");
	ev = event(EVENT_FILE_TRANSFER);
	ev.transfer = EVENT_IN_STARTED;
	ev.queued_seconds = 3;
	ev.host = (char *)"<1.2.3.4:5>";
	assert_event(&ev, HEAD("040") "Started transferring input files\n"
				      "\tSeconds spent in queue: 3\n"
				      "\tTransferring to host: <1.2.3.4:5>\n"
				      "...\n");
}

/* Events of clusters, of attributes, and what is added to others. */
static void test_more(void **state)
{
	struct event ev = event(EVENT_CLUSTER_SUBMIT);

	(void)state;
	ev.proc = -1;
	ev.host = (char *)"<1.2.3.4:5>";
	ev.user_notes = (char *)"mine";
	ev.notes = (char *)"DAG Node: B";
	assert_event(&ev, "035 (012.-01.000) 2026-08-06 13:25:00 Cluster "
			  "submitted from host: <1.2.3.4:5>\n"
			  "    DAG Node: B\n    mine\n...\n");
	ev = event(EVENT_CLUSTER_REMOVE);
	ev.proc = -1;
	ev.next_proc = 20;
	ev.next_row = 10;
	ev.completion = EVENT_CLUSTER_COMPLETE;
	assert_event(&ev, "036 (012.-01.000) 2026-08-06 13:25:00 Cluster "
			  "removed\n\tMaterialized 20 jobs from 10 items."
			  "\tComplete\n...\n");
	ev = event(EVENT_FACTORY_PAUSED);
	ev.reason = (char *)"bad row";
	ev.code = 2;
	ev.subcode = 1;
	assert_event(&ev, HEAD("037") "Job Materialization Paused\n\tbad row\n"
				      "\tPauseCode 2\n\tHoldCode 1\n...\n");
	ev = event(EVENT_AD_INFORMATION);
	ev.attrs = (char *)"JobStatus = 2\nOwner = \"ann\"\n";
	assert_event(&ev, HEAD("028") "Job ad information event triggered.\n"
				      "JobStatus = 2\nOwner = \"ann\"\n"
				      "...\n");
	ev = event(EVENT_ATTRIBUTE_UPDATE);
	ev.attr_name = (char *)"JobPrio";
	ev.attr_value = (char *)"5";
	assert_event(&ev,
		     HEAD("033") "Setting job attribute JobPrio to 5\n...\n");
	ev.attr_old = (char *)"0";
	assert_event(&ev, HEAD("033") "Changing job attribute JobPrio from 0 "
				      "to 5\n...\n");
	ev = event(EVENT_EXECUTE);
	ev.host = (char *)"<1.2.3.4:5>";
	ev.scratch_dir = (char *)"/s";
	ev.attrs = (char *)"Zone = 1\nBogo = 3.5\ncondorscratchdir = 1\n";
	assert_event(&ev, HEAD("001") "Job executing on host: <1.2.3.4:5>\n"
				      "\tBogo = 3.5\n"
				      "\tCondorScratchDir = \"/s\"\n"
				      "\tZone = 1\n...\n");
	ev = event(EVENT_HELD);
	ev.reason = (char *)"two\nlines";
	assert_event(&ev, HEAD("012") "Job was held.\n\ttwo|lines\n"
				      "\tCode 0 Subcode 0\n...\n");
}

static void test_json(void **state)
{
	struct event ev = event(EVENT_EXECUTE);
	struct strbuf text = STRBUF_INIT;
	enum eventlog_style style;

	(void)state;
	ev.host = (char *)"<1.2.3.4:5>";
	ev.attrs = (char *)"Zone = 1\nIt = \"x\"\n";
	assert_int_equal(eventlog_style_parse("JSON", &style), 0);
	eventlog_format(&ev, style, &text);
	assert_string_equal(
		text.data,
		"{\"MyType\":\"ExecuteEvent\",\"EventTypeNumber\":1,"
		"\"EventTime\":\"2026-08-06T13:25:00\",\"Cluster\":12,"
		"\"Proc\":3,\"Subproc\":0,\"ExecuteHost\":\"<1.2.3.4:5>\","
		"\"ExecuteProps\":{\"Zone\":1,\"It\":\"x\"}}\n");
	strbuf_release(&text);
	assert_int_equal(eventlog_style_parse("xml", &style), -EINVAL);
	assert_int_equal(eventlog_style_parse("Legacy", &style), 0);
	assert_int_equal(style, EVENTLOG_LEGACY);
}

static void test_dates(void **state)
{
	struct event ev = event(EVENT_UNSUSPENDED), back;
	struct strbuf text = STRBUF_INIT;
	static const char odd[] = "011 (1.2.3) 2026-08-06 13:25:00.250 Job was "
				  "unsuspended.\n...\n";
	size_t skip;

	(void)state;
	eventlog_format(&ev, EVENTLOG_LEGACY, &text);
	assert_string_equal(text.data, "011 (012.003.000) 08/06 13:25:00 Job "
				       "was unsuspended.\n...\n");
	assert_true(eventlog_parse(text.data, text.len, &back, &skip) > 0);
	strbuf_reset(&text);
	eventlog_format(&ev, EVENTLOG_ISO_UTC, &text);
	assert_string_equal(text.data, "011 (012.003.000) 2026-08-06 13:25:00Z "
				       "Job was unsuspended.\n...\n");
	assert_true(eventlog_parse(text.data, text.len, &back, &skip) > 0);
	assert_int_equal(back.time_s, AT);
	assert_true(eventlog_parse(odd, strlen(odd), &back, &skip) > 0);
	assert_int_equal(back.time_s, AT);
	assert_int_equal(back.cluster, 1);
	strbuf_release(&text);
}

/* Reading goes on behind what is no event. */
static void test_garbage(void **state)
{
	static const char text[] = "rubbish\n...\n099 (1.0.0) 2026-08-06 "
				   "13:25:00 New\n\tthings\n...\n";
	struct event ev;
	size_t skip;

	(void)state;
	assert_int_equal(eventlog_parse(text, strlen(text), &ev, &skip),
			 -EINVAL);
	assert_int_equal(skip, 12);
	assert_true(eventlog_parse(text + skip, strlen(text) - skip, &ev,
				   &skip) > 0);
	assert_int_equal(ev.type, 99);
	event_release(&ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_checkpoints),
		cmocka_unit_test(test_terminated),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_garbage),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
