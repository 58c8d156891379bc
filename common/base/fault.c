/* SPDX-License-Identifier: MIT */
#include "common/base/fault.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULT_MAX      16
#define FAULT_NAME_MAX 64

struct fault {
	char name[FAULT_NAME_MAX];
	long at; /* the visit that fails; 0: each */
	int code; /* -errno, or 0 to kill */
	long visits;
};

static struct fault faults[FAULT_MAX];
static int fault_count;
static _Atomic bool armed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A test that misspells its fault must not pass: end here. */
static void refuse(const char *item)
{
	fprintf(stderr,
		"bad HARRIER_FAULT '%s': use name[:n][=kill|eio|enospc]\n",
		item);
	exit(2);
}

static int parse_action(const char *item, const char *action)
{
	if (!strcmp(action, "kill"))
		return 0;
	if (!strcmp(action, "eio"))
		return -EIO;
	if (!strcmp(action, "enospc"))
		return -ENOSPC;
	refuse(item);
	return 0;
}

static void parse_item(const char *item)
{
	struct fault *f = &faults[fault_count];
	size_t len = strcspn(item, ":=");
	const char *rest = item + len;
	char *end;

	if (!len || len >= FAULT_NAME_MAX || fault_count == FAULT_MAX)
		refuse(item);
	*f = (struct fault){ .at = 1 };
	memcpy(f->name, item, len);
	if (!strncmp(rest, ":*", 2)) {
		f->at = 0;
		rest += 2;
	} else if (*rest == ':') {
		f->at = strtol(rest + 1, &end, 10);
		if (end == rest + 1 || f->at < 1)
			refuse(item);
		rest = end;
	}
	if (*rest == '=')
		f->code = parse_action(item, rest + 1);
	else if (*rest)
		refuse(item);
	fault_count++;
}

static void parse(const char *spec)
{
	char *copy = strdup(spec), *save = NULL;

	if (!copy)
		abort();
	for (char *item = strtok_r(copy, ",", &save); item;
	     item = strtok_r(NULL, ",", &save))
		parse_item(item);
	free(copy);
	atomic_store(&armed, fault_count > 0);
}

static void read_environment(void)
{
	const char *spec = getenv("HARRIER_FAULT");

	if (spec)
		parse(spec);
}

void fault_arm(const char *spec)
{
	pthread_once(&once, read_environment);
	pthread_mutex_lock(&lock);
	fault_count = 0;
	atomic_store(&armed, false);
	if (spec)
		parse(spec);
	pthread_mutex_unlock(&lock);
}

int fault_hit(const char *name)
{
	int ret = 0;

	pthread_once(&once, read_environment);
	if (!atomic_load(&armed))
		return 0;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < fault_count; i++) {
		struct fault *f = &faults[i];

		if (strcmp(f->name, name))
			continue;
		f->visits++;
		if (f->at && f->visits != f->at)
			continue;
		if (!f->code)
			kill(getpid(), SIGKILL);
		ret = f->code;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}
