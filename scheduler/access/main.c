/* SPDX-License-Identifier: MIT */
/* harrier-access: touches one user's files for hscheduler, as that user. */
#include "common/base/log.h"
#include "scheduler/access/channel.h"
#include "scheduler/access/verbs.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCK_FD 3

/* From here on nothing but this user's rights; never goes on without. */
static int become(uid_t uid)
{
	struct passwd *pw;

	if (geteuid() == uid)
		return 0;
	pw = getpwuid(uid);
	if (!pw)
		return -ENOENT;
	if (initgroups(pw->pw_name, pw->pw_gid) < 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return -errno;
	if (setuid(0) == 0 && uid != 0)
		return -EPERM;
	return 0;
}

static int serve(void)
{
	struct access_call call;
	struct access_reply reply;
	int rc;

	while ((rc = channel_receive(SOCK_FD, &call)) > 0) {
		verbs_do(&call, &reply);
		channel_call_release(&call);
		if (send(SOCK_FD, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			return errno == EPIPE ? 0 : -errno;
	}
	return rc;
}

int main(int argc, char **argv)
{
	char *end;
	long uid;
	int rc;

	if (argc != 2 || (uid = strtol(argv[1], &end, 10)) < 0 || *end ||
	    !*argv[1]) {
		fprintf(stderr, "usage: harrier-access UID (started by "
				"hscheduler, with a socket as descriptor "
				"3)\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(022);
	rc = become((uid_t)uid);
	if (!rc)
		rc = serve();
	if (rc) {
		log_error("helper of user %ld ends: %s", uid, strerror(-rc));
		return 1;
	}
	return 0;
}
