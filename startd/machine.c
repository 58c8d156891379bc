/* SPDX-License-Identifier: MIT */
#include "startd/machine.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "startd/arch.h"
#include "startd/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#define TEXT_MAX (1024 * 1024)

/* The value behind `key` and its separator in a file of such lines. */
static char *file_value(const char *path, const char *key, char separator)
{
	struct strbuf text = STRBUF_INIT;
	size_t len = strlen(key);
	char *p, *line, *found = NULL;

	if (fd_read_file(path, TEXT_MAX, &text, NULL) < 0)
		return xstrdup("");
	p = text.data;
	while (!found && (line = strsep(&p, "\n"))) {
		char *at = line + len;

		if (strncmp(line, key, len))
			continue;
		while (*at == ' ' || *at == '\t')
			at++;
		if (*at != separator)
			continue;
		for (at++; *at == ' ' || *at == '"'; at++)
			;
		found = xstrndup(at, strcspn(at, "\""));
	}
	strbuf_release(&text);
	return found ? found : xstrdup("");
}

#if defined(__x86_64__)
static const char *microarch(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl"))
		return "x86_64-v4";
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("fma"))
		return "x86_64-v3";
	if (__builtin_cpu_supports("sse4.2") &&
	    __builtin_cpu_supports("popcnt"))
		return "x86_64-v2";
	return "x86_64-v1";
}
#else
static const char *microarch(void)
{
	return "";
}
#endif

static char *host_name(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) < 0 || !*name)
		strcpy(name, "localhost");
	return xstrdup(name);
}

static int find_emulator(struct machine *m, const struct settings *s,
			 struct err *err)
{
	if (s->emulator) {
		if (access(s->emulator, X_OK) < 0)
			return err_sys(err, -errno, "cannot run emulator '%s'",
				       s->emulator);
		m->emulator = xstrdup(s->emulator);
		return 0;
	}
	m->emulator = arch_find_emulator(m->arch, getenv("PATH"));
	if (!m->emulator)
		return err_set(err, -ENOENT,
			       "no emulator for %s: 'qemu-%s' is not in PATH; "
			       "install qemu-user-static",
			       m->arch->name, m->arch->qemu);
	return 0;
}

static int find_arch(struct machine *m, const struct settings *s,
		     struct err *err)
{
	struct strbuf list = STRBUF_INIT;

	m->native = arch_native();
	m->arch = s->arch ? arch_by_name(s->arch) : m->native;
	if (!m->arch)
		return err_set(err, -EINVAL,
			       s->arch ? "unknown architecture '%s'"
				       : "unknown architecture%s",
			       s->arch ? s->arch : "");
	if (m->arch != m->native) {
		m->emulated = xstrdup("");
		return find_emulator(m, s, err);
	}
	arch_list_emulated(m->native, getenv("PATH"), &list);
	m->emulated = strbuf_detach(&list);
	if (!m->emulated)
		m->emulated = xstrdup("");
	return 0;
}

int machine_init(struct machine *m, const struct settings *s, struct err *err)
{
	struct utsname uts;
	struct sysinfo si;
	int r;

	*m = (struct machine){ 0 };
	r = find_arch(m, s, err);
	if (r < 0) {
		machine_release(m);
		return r;
	}
	m->hostname = host_name();
	uname(&uts);
	m->kernel = xstrdup(uts.release);
	m->os_name = file_value("/etc/os-release", "NAME", '=');
	m->os_version = file_value("/etc/os-release", "VERSION_ID", '=');
	m->cpu_model = file_value("/proc/cpuinfo", "model name", ':');
	m->microarch = xstrdup(m->arch == m->native ? microarch() : "");
	sysinfo(&si);
	m->memory_mb = s->memory_bytes
			       ? s->memory_bytes >> 20
			       : (int64_t)(si.totalram / 1048576 * si.mem_unit);
	m->cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (m->cpus < 1)
		m->cpus = 1;
	return 0;
}

void machine_release(struct machine *m)
{
	free(m->emulator);
	free(m->emulated);
	free(m->hostname);
	free(m->kernel);
	free(m->os_name);
	free(m->os_version);
	free(m->cpu_model);
	free(m->microarch);
	*m = (struct machine){ 0 };
}

static void set_system(struct ad *ad, const struct machine *m)
{
	char and_ver[160];

	ad_set_string(ad, "OpSys", "LINUX");
	ad_set_string(ad, "OpSysName", m->os_name);
	ad_set_string(ad, "OpSysVer", m->os_version);
	ad_set_int(ad, "OpSysMajorVer", atoi(m->os_version));
	snprintf(and_ver, sizeof(and_ver), "%.*s%d",
		 (int)strcspn(m->os_name, " "), m->os_name,
		 atoi(m->os_version));
	ad_set_string(ad, "OpSysAndVer", and_ver);
	ad_set_string(ad, "KernelVersion", m->kernel);
	ad_set_string(ad, "CpuModel", m->cpu_model);
	ad_set_string(ad, "Microarch", m->microarch);
	ad_set_string(ad, "HarrierVersion", HARRIER_VERSION);
}

static void set_arch(struct ad *ad, const struct machine *m)
{
	ad_set_string(ad, "Arch", m->arch->name);
	ad_set_string(ad, "EmulatedArchs", m->emulated);
	ad_set_bool(ad, "Emulated", m->arch != m->native);
	if (m->emulator)
		ad_set_string(ad, "Emulator", m->emulator);
}

struct ad *machine_slot_ad(const struct machine *m, const struct settings *s,
			   int number, int slots, const char *cg_text)
{
	struct ad *ad = ad_new();
	int cpus = m->cpus / slots;
	char text[320];

	ad_set_string(ad, "MyType", "Machine");
	snprintf(text, sizeof(text), "slot%d@%s", number, s->name);
	ad_set_string(ad, "Name", text);
	ad_set_string(ad, "Machine", s->name);
	ad_set_string(ad, "HostName", m->hostname);
	ad_set_int(ad, "SlotID", number);
	ad_set_string(ad, "SlotType", "Static");
	ad_set_int(ad, "Cpus", cpus < 1 ? 1 : cpus);
	ad_set_int(ad, "Memory", m->memory_mb / slots);
	ad_set_int(ad, "TotalSlots", slots);
	ad_set_int(ad, "TotalCpus", m->cpus);
	ad_set_int(ad, "TotalMemory", m->memory_mb);
	ad_set_int(ad, "DetectedCpus", m->cpus);
	set_arch(ad, m);
	set_system(ad, m);
	ad_set_string(ad, "Policy", s->policy);
	ad_set_string(ad, "JobControl", cg_text);
	ad_set_bool(ad, "HasFileTransfer", true);
	ad_set_real(ad, "Rank", 0);
	return ad;
}

int64_t machine_disk_kb(const char *dir, int64_t reserve_bytes)
{
	struct statvfs vfs;
	int64_t free_bytes;

	if (statvfs(dir, &vfs) < 0)
		return 0;
	free_bytes =
		(int64_t)vfs.f_bavail * (int64_t)vfs.f_frsize - reserve_bytes;
	return free_bytes > 0 ? free_bytes / 1024 : 0;
}
