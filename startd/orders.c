/* SPDX-License-Identifier: MIT */
#include "startd/orders.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "startd/arch.h"
#include "startd/attempt.h"
#include "startd/host.h"
#include "startd/policy.h"
#include "startd/starter/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define NICE_VALUE   19

/* What is executed, and through what. */
struct program {
	char *path;
	const char *name; /* argv[0] */
	const struct arch *arch; /* NULL: runs natively */
	char *emulator;
};

static void program_release(struct program *p)
{
	free(p->path);
	free(p->emulator);
}

static int find_program(struct attempt *att, struct program *p, struct err *err)
{
	const char *cmd = ad_str(att->start.ad, "Cmd");

	if (att->start.executable) {
		p->name = att->start.executable->name;
		p->path = xasprintf("%s/%s", att->scratch, p->name);
		return 0;
	}
	if (!cmd || cmd[0] != '/')
		return err_set(err, -ENOEXEC,
			       "executable '%s' is not transferred and is no "
			       "absolute path on this host",
			       cmd ? cmd : "");
	p->name = cmd;
	p->path = xstrdup(cmd);
	if (access(cmd, X_OK) < 0)
		return err_sys(err, -errno, "cannot execute '%s' on this host",
			       cmd);
	return 0;
}

/* An emulated host is of its architecture only. */
static int check_elf(struct attempt *att, struct program *p,
		     const struct arch *arch, struct err *err)
{
	const struct machine *m = &att->host->machine;

	if (!arch)
		return err_set(err, -ENOEXEC,
			       "executable '%s' is for an architecture that "
			       "is not known here",
			       p->name);
	if (arch == m->arch && arch == m->native)
		return 0;
	if (arch == m->arch) {
		p->emulator = xstrdup(m->emulator);
	} else if (m->arch == m->native) {
		p->emulator = arch_find_emulator(arch, getenv("PATH"));
	} else {
		return err_set(err, -ENOEXEC,
			       "executable '%s' is for %s, this host is %s",
			       p->name, arch->name, m->arch->name);
	}
	if (!p->emulator)
		return err_set(err, -ENOEXEC,
			       "executable '%s' is for %s, this host is %s "
			       "and has no emulator 'qemu-%s'",
			       p->name, arch->name, m->arch->name, arch->qemu);
	p->arch = arch;
	return 0;
}

static int check_program(struct attempt *att, struct program *p,
			 struct err *err)
{
	const struct arch *arch;
	enum arch_kind kind;
	int r;

	r = arch_of_file(p->path, &kind, &arch, err);
	if (r < 0)
		return r;
	switch (kind) {
	case ARCH_KIND_ELF:
		return check_elf(att, p, arch, err);
	case ARCH_KIND_SCRIPT:
		return 0;
	case ARCH_KIND_OTHER:
		break;
	}
	return err_set(err, -ENOEXEC,
		       "executable '%s' is no program: neither ELF nor '#!'",
		       p->name);
}

static void put_args(struct attempt *att, const struct program *p,
		     struct record *rec)
{
	int i;

	record_add(rec, "exec", p->emulator ? p->emulator : p->path);
	if (p->emulator) {
		char *prefix = arch_ld_prefix(p->arch, "");

		record_add(rec, "arg", p->emulator);
		if (prefix) {
			record_add(rec, "arg", "-L");
			record_add(rec, "arg", prefix);
		}
		record_add(rec, "arg", "-0");
		record_add(rec, "arg", p->name);
		record_add(rec, "arg", p->path);
		free(prefix);
	} else {
		record_add(rec, "arg", p->name);
	}
	for (i = 0; att->start.argv && att->start.argv[i]; i++)
		record_add(rec, "arg", att->start.argv[i]);
}

static bool has_env(const struct attempt *att, const char *name)
{
	size_t len = strlen(name);
	int i;

	for (i = 0; att->start.env && att->start.env[i]; i++) {
		if (!strncmp(att->start.env[i], name, len) &&
		    att->start.env[i][len] == '=')
			return true;
	}
	return false;
}

static void put_env(struct record *rec, const char *name, const char *value)
{
	char *text = xasprintf("%s=%s", name, value);

	record_add(rec, "env", text);
	free(text);
}

/* What the user sets himself wins, but for where the image is. */
static void put_envs(struct attempt *att, struct record *rec)
{
	const struct {
		const char *name, *value;
	} ours[] = {
		{ "PATH", DEFAULT_PATH },
		{ "TMPDIR", att->scratch },
		{ "BATCH_SYSTEM", "Harrier" },
		{ "_CONDOR_SCRATCH_DIR", att->scratch },
		{ "_CONDOR_SLOT", att->start.slot },
	};
	size_t i;

	for (i = 0; att->start.env && att->start.env[i]; i++) {
		if (!att->start.checkpoints ||
		    (strncmp(att->start.env[i], "CKPT_IMAGE=", 11) &&
		     strncmp(att->start.env[i], "CKPT_STATS=", 11)))
			record_add(rec, "env", att->start.env[i]);
	}
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (!has_env(att, ours[i].name))
			put_env(rec, ours[i].name, ours[i].value);
	}
	if (att->start.checkpoints) {
		char *image = xasprintf("%s/" SCRATCH_IMAGE, att->scratch);
		char *stats = xasprintf("%s/" SCRATCH_STATS, att->scratch);

		put_env(rec, "CKPT_IMAGE", image);
		put_env(rec, "CKPT_STATS", stats);
		free(image);
		free(stats);
	}
}

static int put_stream(struct attempt *att, int dir_fd, const char *key,
		      const char *name, struct record *rec, struct err *err)
{
	char *path;
	int r;

	if (!name)
		return 0;
	r = scratch_make_parents(dir_fd, name);
	if (r < 0)
		return err_sys(err, r, "cannot make the directory of '%s'",
			       name);
	path = xasprintf("%s/%s", att->scratch, name);
	record_add(rec, key, path);
	free(path);
	return 0;
}

static int put_streams(struct attempt *att, struct record *rec, struct err *err)
{
	const struct wire_start *s = &att->start;
	int fd, r;

	fd = open(att->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", att->scratch);
	r = s->checkpoints ? scratch_make_parents(fd, SCRATCH_IMAGE) : 0;
	if (r < 0)
		err_sys(err, r, "cannot make '%s'", SCRATCH_PRIVATE);
	if (!r)
		r = put_stream(att, fd, "stdin", s->stdin_name, rec, err);
	if (!r)
		r = put_stream(att, fd, "stdout", s->stdout_name, rec, err);
	if (!r)
		r = put_stream(att, fd, "stderr", s->stderr_name, rec, err);
	close(fd);
	return r;
}

int orders_make(struct attempt *att, struct record *rec, struct err *err)
{
	struct program p = { 0 };
	int r;

	r = find_program(att, &p, err);
	if (!r)
		r = check_program(att, &p, err);
	if (!r)
		r = put_streams(att, rec, err);
	if (!r) {
		record_add(rec, "nonce", att->start.nonce);
		record_add(rec, "scratch", att->scratch);
		put_args(att, &p, rec);
		put_envs(att, rec);
		/* hcc's programs find their place in the output themselves. */
		if ((att->start.checkpoint || att->again.runs) &&
		    !att->start.checkpoints)
			record_add_int(rec, "append", 1);
		if (policy_is_idle_class(att->host->policy)) {
			record_add_int(rec, "idle", 1);
			record_add_int(rec, "nice", NICE_VALUE);
		}
	}
	program_release(&p);
	return r;
}
