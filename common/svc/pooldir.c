/* SPDX-License-Identifier: MIT */
#include "common/svc/pooldir.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"

/* What is left for "/NAME.sock" behind `run`. */
#define SOCKET_NAME_MAX 46
#define RUN_MAX		(sizeof(((struct sockaddr_un *)0)->sun_path) - SOCKET_NAME_MAX)
/* Longer host names are hashed in the names of their sockets. */
#define SOCKET_HOST_MAX 38
#define HOST_MAX	64

static const char *env_path(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static char *home_dir(void)
{
	const char *home = env_path("HOME");
	struct passwd pw, *found = NULL;
	char buf[4096];

	if (home)
		return xstrdup(home);
	if (getpwuid_r(getuid(), &pw, buf, sizeof(buf), &found) == 0 && found)
		return xstrdup(found->pw_dir);
	return NULL;
}

static char *absolute(const char *path)
{
	char *cwd, *full;

	if (path[0] == '/')
		return xstrdup(path);
	cwd = getcwd(NULL, 0);
	full = cwd ? xasprintf("%s/%s", cwd, path) : xstrdup(path);
	free(cwd);
	return full;
}

static char *root_dir(const char *dir, struct err *err)
{
	char *home, *root;

	if (!dir)
		dir = env_path("HARRIER_DIR");
	if (dir) {
		root = absolute(dir);
		for (size_t n = strlen(root); n > 1 && root[n - 1] == '/'; n--)
			root[n - 1] = '\0';
		return root;
	}
	dir = env_path("XDG_DATA_HOME");
	if (dir && dir[0] == '/')
		return xasprintf("%s/harrier", dir);
	home = home_dir();
	if (!home) {
		err_set(err, -ENOENT,
			"no home directory for the pool; set HARRIER_DIR");
		return NULL;
	}
	root = xasprintf("%s/.local/share/harrier", home);
	free(home);
	return root;
}

static uint64_t path_hash(const char *text)
{
	static const uint8_t key[16] = "harrier pooldir";

	return hash_siphash(key, text, strlen(text));
}

/* Who owns the pool: D's owner, or we, who are about to make it. */
static uid_t pool_uid(const char *root)
{
	struct stat st;

	return stat(root, &st) == 0 ? st.st_uid : geteuid();
}

/* A directory of `uid` that nobody else may enter. */
static int check_private(const char *path, uid_t uid, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0
				       : err_sys(err, -errno,
						 "cannot look at '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, -ENOTDIR, "'%s' is not a directory", path);
	if (st.st_uid != uid || (st.st_mode & 077))
		return err_set(err, -EPERM,
			       "'%s' is not private to its owner; remove it, "
			       "or set HARRIER_DIR to a shorter path",
			       path);
	return 0;
}

/* D/run, or a short one below /tmp that everybody computes alike. */
static int run_dir(struct pooldir *pd, struct err *err)
{
	uid_t uid = pool_uid(pd->root);

	pd->run = xasprintf("%s/run", pd->root);
	if (strlen(pd->run) <= RUN_MAX)
		return 0;
	free(pd->run);
	pd->run = xasprintf("/tmp/harrier-%lu-%016llx", (unsigned long)uid,
			    (unsigned long long)path_hash(pd->root));
	return check_private(pd->run, uid, err);
}

int pooldir_init(struct pooldir *pd, const char *dir, struct err *err)
{
	struct pooldir new = { .root = root_dir(dir, err) };
	const char *socket = env_path("HARRIER_SOCKET");
	int r;

	if (!new.root)
		return -ENOENT;
	r = run_dir(&new, err);
	if (r < 0) {
		pooldir_release(&new);
		return r;
	}
	new.db = xasprintf("%s/scheduler.db", new.root);
	new.store = xasprintf("%s/store", new.root);
	new.spool = xasprintf("%s/spool", new.root);
	new.log = xasprintf("%s/log", new.root);
	new.hosts = xasprintf("%s/hosts", new.root);
	new.socket = socket ? absolute(socket)
			    : xasprintf("%s/scheduler.sock", new.run);
	new.port_file = xasprintf("%s/scheduler.port", new.run);
	*pd = new;
	return 0;
}

void pooldir_release(struct pooldir *pd)
{
	free(pd->root);
	free(pd->db);
	free(pd->store);
	free(pd->spool);
	free(pd->log);
	free(pd->hosts);
	free(pd->run);
	free(pd->socket);
	free(pd->port_file);
	memset(pd, 0, sizeof(*pd));
}

static int make_private(const char *path, struct err *err)
{
	struct stat st;
	int r = fd_mkdir_p(path, 0700, err);

	if (r < 0)
		return r;
	if (lstat(path, &st) < 0)
		return err_sys(err, -errno, "cannot look at '%s'", path);
	/* One that we own is made private; others' are not ours to change. */
	if (st.st_uid == geteuid() && S_ISDIR(st.st_mode) &&
	    (st.st_mode & 077) && chmod(path, 0700) < 0)
		return err_sys(err, -errno, "cannot make '%s' private", path);
	return check_private(path, geteuid(), err);
}

int pooldir_make(const struct pooldir *pd, struct err *err)
{
	const char *const dirs[] = { pd->root, pd->store, pd->spool,
				     pd->log,  pd->hosts, pd->run };
	int r = 0;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs) && r == 0; i++)
		r = make_private(dirs[i], err);
	return r;
}

int pooldir_check_host(const char *host, struct err *err)
{
	size_t len = strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789._-");

	if (len > 0 && len <= HOST_MAX && host[len] == '\0' && host[0] != '.') {
		if (strcmp(host, "scheduler") != 0)
			return 0;
		return err_set(err, -EINVAL,
			       "a host cannot be called 'scheduler'");
	}
	return err_set(err, -EINVAL,
		       "bad host name '%s': letters, digits, '.', '-' and '_' "
		       "only, at most %d",
		       host, HOST_MAX);
}

char *pooldir_host_dir(const struct pooldir *pd, const char *host)
{
	return xasprintf("%s/%s", pd->hosts, host);
}

char *pooldir_host_socket(const struct pooldir *pd, const char *host)
{
	if (strlen(host) <= SOCKET_HOST_MAX)
		return xasprintf("%s/%s.sock", pd->run, host);
	return xasprintf("%s/%.20s~%016llx.sock", pd->run, host,
			 (unsigned long long)path_hash(host));
}

char *pooldir_pid_file(const struct pooldir *pd, const char *daemon)
{
	return xasprintf("%s/%s.pid", pd->run, daemon);
}

char *pooldir_log_file(const struct pooldir *pd, const char *daemon)
{
	return xasprintf("%s/%s.log", pd->log, daemon);
}

char *pooldir_token_file(const struct pooldir *pd, const char *scope)
{
	return xasprintf("%s/token.%s", pd->root, scope);
}
