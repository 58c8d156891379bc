/* SPDX-License-Identifier: MIT */
#include "submit/archs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"
#include "submit/elfsec.h"

static void add_word(struct strbuf *list, const char *word)
{
	if (archs_meet(list->data, word))
		return;
	if (list->len)
		strbuf_addch(list, ',');
	strbuf_addstr(list, word);
}

bool archs_meet(const char *a, const char *b)
{
	while (*a) {
		size_t len;

		a += strspn(a, ", ");
		len = strcspn(a, ", ");
		for (const char *p = b; len && *p;) {
			size_t n;

			p += strspn(p, ", ");
			n = strcspn(p, ", ");
			if (n == len && strncasecmp(a, p, len) == 0)
				return true;
			p += n;
		}
		a += len;
	}
	return false;
}

/* `cmd` for one architecture, as an absolute path; NULL if it has no such. */
static char *path_for(const char *cmd, const char *iwd, const char *arch)
{
	struct ad *machine = ad_new();
	char *name = NULL, *path;

	ad_set_string(machine, "Arch", arch);
	ad_set_string(machine, "OpSys", "LINUX");
	if (jobdesc_expand_machine(cmd, NULL, machine, &name, NULL) < 0)
		name = NULL;
	ad_free(machine);
	if (!name || name[0] == '/' || !iwd)
		return name;
	path = xasprintf("%s/%s", iwd, name);
	free(name);
	return path;
}

/* Adds the architectures for which the file is there. */
static void find_binaries(const char *cmd, const char *iwd,
			  struct strbuf *found, bool *ret_checkpoints)
{
	for (size_t i = 0; jobdesc_archs[i]; i++) {
		char *path = path_for(cmd, iwd, jobdesc_archs[i]);

		if (path && access(path, R_OK) == 0) {
			add_word(found, jobdesc_archs[i]);
			if (elfsec_has(path, ELFSEC_HARRIER))
				*ret_checkpoints = true;
		}
		free(path);
	}
}

int archs_of_program(struct ad *ad, struct err *err)
{
	const char *cmd = ad_str(ad, "Cmd"), *iwd = ad_str(ad, "Iwd");
	struct strbuf found = STRBUF_INIT;
	bool checkpoints = false;
	int r = 0;

	if (!cmd || !ad_bool(ad, "TransferExecutable", true))
		return 0;
	if (jobdesc_has_machine_macro(cmd, "Arch")) {
		find_binaries(cmd, iwd, &found, &checkpoints);
		if (found.len == 0)
			r = err_set(err, -ENOENT,
				    "executable '%s' exists for no "
				    "architecture; build it with: hcc "
				    "--targets=X86_64,... -o '%s' ...",
				    cmd, cmd);
		else
			ad_set_string(ad, "ExecutableArchs", found.data);
	} else if (!jobdesc_has_machine_macro(cmd, NULL)) {
		char *path = path_for(cmd, iwd, "");

		checkpoints = path && elfsec_has(path, ELFSEC_HARRIER);
		free(path);
	}
	if (r == 0 && checkpoints && !ad_has(ad, "JobCheckpoints"))
		ad_set_bool(ad, "JobCheckpoints", true);
	strbuf_release(&found);
	return r;
}

int archs_of_pool(struct client *c, struct strbuf *out, struct err *err)
{
	json_t *json = NULL, *archs, *arch;
	size_t i;
	int r = client_get(c, "/api/v1/pool", &json, err);

	if (r == 0)
		r = json_get_array(json, "archs", &archs, err);
	if (r == 0) {
		json_array_foreach(archs, i, arch)
			if (json_is_string(arch))
				add_word(out, json_string_value(arch));
	}
	json_decref(json);
	return r;
}

int archs_check(const struct ad *ad, const char *pool, struct err *err)
{
	const char *archs = ad_str(ad, "ExecutableArchs");
	const char *cmd = ad_str(ad, "Cmd");

	if (!archs || !*pool || archs_meet(archs, pool))
		return 0;
	return err_set(err, -ENOEXEC,
		       "no binary for any architecture in the pool: '%s' "
		       "exists for %s, the pool has %s; build it with: hcc "
		       "--targets=%s -o '%s' ...",
		       cmd, archs, pool, pool, cmd);
}

const char *archs_native(void)
{
#if defined(__x86_64__)
	return "X86_64";
#elif defined(__aarch64__)
	return "AARCH64";
#elif defined(__s390x__)
	return "S390X";
#elif defined(__riscv)
	return "RISCV64";
#elif defined(__i386__)
	return "I686";
#elif defined(__arm__)
	return "ARMHF";
#elif defined(__powerpc64__)
	return "PPC64";
#elif defined(__powerpc__)
	return "PPC";
#else
#error "name this architecture here"
#endif
}
