/* SPDX-License-Identifier: MIT */
#include "ckptlib/stats.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/layout.h"
#include "ckptlib/os.h"

#define MAX_PHASES 8

struct phase {
	const char *name;
	uint64_t start;
};

static struct phase phases[MAX_PHASES];
static unsigned nphases;

/* One line, written at once so that lines of several processes stay whole. */
struct line {
	char text[4096];
	size_t n;
};

static void put(struct line *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->n, sizeof(l->text) - l->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->n += (size_t)n;
	if (l->n > sizeof(l->text) - 2)
		l->n = sizeof(l->text) - 2;
}

static void put_text(struct line *l, const char *name, const char *text)
{
	put(l, "\"%s\":\"", name);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			put(l, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			put(l, "\\u%04x", *text);
		else
			put(l, "%c", *text);
	}
	put(l, "\"");
}

static void write_line(struct line *l)
{
	int fd;

	if (!ckpti_conf.stats)
		return;
	l->text[l->n++] = '\n';
	fd = open(ckpti_conf.stats, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return;
	if (write(fd, l->text, l->n) < 0)
		ckpti_say("cannot write to CKPT_STATS '%s'", ckpti_conf.stats);
	close(fd);
}

void ckpti_stats_reset(void)
{
	nphases = 0;
}

void ckpti_stats_phase(const char *name)
{
	if (nphases < MAX_PHASES) {
		phases[nphases].name = name;
		phases[nphases++].start = ckpti_now_ns();
	}
}

/* Seconds. */
static double phases_total(void)
{
	return nphases ? (double)(phases[nphases - 1].start - phases[0].start) /
				 1e9
		       : 0.0;
}

static void put_phases(struct line *l)
{
	unsigned i;

	put(l, "\"seconds\":{");
	for (i = 0; i + 1 < nphases; i++)
		put(l, "\"%s\":%.6f,", phases[i].name,
		    (double)(phases[i + 1].start - phases[i].start) / 1e9);
	put(l, "\"total\":%.6f}", phases_total());
}

void ckpti_stats_checkpoint(const struct ckpti_stats_ckpt *c)
{
	struct line l = { .n = 0 };
	size_t i;

	put(&l, "{\"event\":\"checkpoint\",");
	put_text(&l, "arch", ckpti_arch);
	put(&l, ",");
	put_text(&l, "why", c->why);
	put(&l, ",\"ok\":%s,", c->error ? "false" : "true");
	if (c->error) {
		put_text(&l, "error", c->error);
		put(&l, ",");
	}
	put(&l,
	    "\"serial\":%llu,\"bytes\":%llu,\"objects\":%llu,\"frames\":%llu,"
	    "\"poll_latency\":%.6f,",
	    (unsigned long long)c->serial, (unsigned long long)c->bytes,
	    (unsigned long long)c->blocks, (unsigned long long)c->frames,
	    (double)c->wait_ns / 1e9);
	put_text(&l, "class", ckpti_img_class_name(c->reasons->limits));
	put(&l, ",\"reasons\":[");
	for (i = 0; i < c->reasons->n && l.n < sizeof(l.text) - 1024; i++) {
		put(&l, "%s{", i ? "," : "");
		put_text(&l, "text", c->reasons->list[i].text);
		put(&l, ",");
		put_text(&l, "file", c->reasons->list[i].file);
		put(&l, ",\"line\":%u}", c->reasons->list[i].line);
	}
	put(&l, "],");
	put(&l, "\"forked\":%s,\"pause_s\":%.6f,\"write_s\":%.6f,",
	    c->forked ? "true" : "false", (double)c->pause_ns / 1e9,
	    phases_total());
	put_phases(&l);
	put(&l, "}");
	write_line(&l);
}

static struct line restart;

void ckpti_stats_restart(const struct img *img, int in_place)
{
	restart.n = 0;
	put(&restart, "{\"event\":\"restart\",");
	put_text(&restart, "arch", ckpti_arch);
	put(&restart, ",");
	put_text(&restart, "from", img->arch);
	put(&restart,
	    ",\"serial\":%llu,\"bytes\":%llu,\"objects\":%llu,\"frames\":%lu,"
	    "\"in_place\":%s,",
	    (unsigned long long)img->serial, (unsigned long long)img->file_size,
	    (unsigned long long)img->nblocks, (unsigned long)img->nframes,
	    in_place ? "true" : "false");
}

void ckpti_stats_restarted(void)
{
	ckpti_stats_phase("");
	put_phases(&restart);
	put(&restart, "}");
	write_line(&restart);
}
