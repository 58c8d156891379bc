/* SPDX-License-Identifier: MIT */
/*
 * Reads line by line, as far as the next queue statement: what an if sees is
 * what was set above it. Values stay as written and are expanded when they
 * are asked for.
 */
#include "common/job/submitfile.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BLANKS " \t\r"

static void macro_free(void *value)
{
	struct macro *macro = value;

	free(macro->raw);
	free(macro->where);
	free(macro->line);
	free(macro);
}

static char *where(struct submitfile *sf)
{
	return xasprintf("%s:%d", submit_top(sf)->name, submit_top(sf)->line);
}

/* Puts file:line before the message. */
static int located(struct submitfile *sf, int rc, struct err *err)
{
	if (rc < 0)
		err_prefix(err, "%s:%d", submit_top(sf)->name,
			   submit_top(sf)->line);
	return rc;
}

/* ---- statements ------------------------------------------------------------------ */

static char *trimmed(const char *p, size_t len)
{
	while (len > 0 && strchr(BLANKS, *p)) {
		p++;
		len--;
	}
	while (len > 0 && strchr(BLANKS, p[len - 1]))
		len--;
	return xstrndup(p, len);
}

/* Behind the word if the line starts with it and no '=' follows. */
static const char *keyword(const char *line, const char *word)
{
	size_t len = strlen(word);
	const char *p = line + len;

	if (strncasecmp(line, word, len) != 0 ||
	    (*p && !strchr(BLANKS ":(!", *p)))
		return NULL;
	p += strspn(p, BLANKS);
	return *p == '=' ? NULL : p;
}

/* The lines up to @tag, joined. */
static int read_block(struct submitfile *sf, const char *tag,
		      struct strbuf *out, struct err *err)
{
	struct source *src = submit_top(sf);
	const char *line;
	size_t len, lead;
	bool first = true;

	while ((line = submit_physical_line(src, &len))) {
		for (lead = 0; lead < len && strchr(BLANKS, line[lead]);)
			lead++;
		if (len - lead == strlen(tag) + 1 && line[lead] == '@' &&
		    strncmp(line + lead + 1, tag, len - lead - 1) == 0)
			return 0;
		if (!first)
			strbuf_addch(out, '\n');
		strbuf_add(out, line, len);
		first = false;
	}
	return err_set(err, -EINVAL, "no line '@%s' ends the value", tag);
}

/* A macro or an attribute from its name as written. */
static int assign(struct submitfile *sf, const char *name, const char *raw,
		  const char *at, struct err *err)
{
	struct hash *table = sf->macros;

	if (*name == '+') {
		table = sf->attrs;
		name += 1 + strspn(name + 1, BLANKS);
	} else if (strncasecmp(name, "MY.", 3) == 0) {
		table = sf->attrs;
		name += 3;
	}
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_.")] != '\0')
		return err_set(err, -EINVAL, "bad name '%s'", name);
	return submit_assign(sf, table, name, raw, at, err);
}

static int assignment(struct submitfile *sf, const char *line, const char *at,
		      struct err *err)
{
	const char *equals = strchr(line, '=');
	struct strbuf block = STRBUF_INIT;
	char *name, *value;
	bool multi;
	int rc = 0;

	if (!equals || equals == line)
		return err_set(err, -EINVAL,
			       "'%.80s' is no statement: expected `name = "
			       "value` or `queue`",
			       line);
	multi = equals[-1] == '@' && sf->source_count > 0;
	name = trimmed(line, (size_t)(equals - line) - multi);
	value = trimmed(equals + 1, strlen(equals + 1));
	if (multi)
		rc = read_block(sf, value, &block, err);
	if (!rc && submit_reading(sf))
		rc = assign(sf, name, multi ? block.data : value, at, err);
	strbuf_release(&block);
	free(name);
	free(value);
	return rc;
}

/* include : file, include : command |, include command : line */
static int include(struct submitfile *sf, const char *p, struct err *err)
{
	struct strbuf text = STRBUF_INIT, expanded = STRBUF_INIT;
	bool command = false, optional = false;
	char *what = NULL;
	size_t len;
	int rc;

	if (strncasecmp(p, "command", 7) == 0) {
		command = true;
		p += 7;
	} else if (strncasecmp(p, "ifexist", 7) == 0) {
		optional = true;
		p += 7;
	}
	p += strspn(p, BLANKS);
	if (*p != ':')
		return err_set(err, -EINVAL,
			       "expected `include : file` or `include : "
			       "command |`");
	if (sf->source_count > SUBMIT_INCLUDE_MAX)
		return err_set(err, -ELOOP,
			       "more than %d includes in each other",
			       SUBMIT_INCLUDE_MAX);
	rc = submit_expand(sf, p + 1, 0, &expanded, err);
	if (!rc) {
		what = trimmed(expanded.data, expanded.len);
		len = strlen(what);
		if (len > 0 && what[len - 1] == '|') {
			command = true;
			what[len - 1] = '\0';
		}
		if (command)
			rc = sf->io->run(sf->io->ctx, what, &text, err);
		else if (optional &&
			 sf->io->stat(sf->io->ctx, what, NULL, NULL) < 0)
			rc = 1;
		else
			rc = sf->io->read_file(sf->io->ctx, what, &text, err);
	}
	if (!rc)
		submit_push_source(sf, what, text.data);
	free(what);
	strbuf_release(&text);
	strbuf_release(&expanded);
	return rc < 0 ? rc : 0;
}

/* Hands the lines of an open list to the statement. */
static int read_items(struct submitfile *sf, struct queuestmt *stmt,
		      struct err *err)
{
	struct source *src = submit_top(sf);
	struct strbuf copy = STRBUF_INIT;
	const char *line;
	size_t len;
	int rc = 0;

	while (rc == 0 && (line = submit_physical_line(src, &len))) {
		strbuf_reset(&copy);
		strbuf_add(&copy, line, len);
		rc = queuestmt_line(stmt, copy.data, err);
	}
	strbuf_release(&copy);
	if (rc == 0)
		return err_set(err, -EINVAL, "no line ')' ends the list");
	return rc < 0 ? rc : 0;
}

/* A queue in a branch that is not read: only its list has to be skipped. */
static int skip_queue(struct submitfile *sf, const char *args, struct err *err)
{
	struct queuestmt stmt;
	int rc = 0;

	if (queuestmt_parse(args, &stmt, NULL) < 0)
		return 0;
	if (stmt.want_lines)
		rc = read_items(sf, &stmt, err);
	queuestmt_release(&stmt);
	return rc;
}

static int append_lines(struct submitfile *sf, struct err *err)
{
	for (size_t i = 0; i < sf->append_count; i++) {
		const char *line = sf->appended[i];
		int rc = keyword(line, "queue")
				 ? err_set(err, -EINVAL,
					   "'%s': the queue statement is "
					   "given with -queue",
					   line)
				 : assignment(sf, line, "-append", err);

		if (rc) {
			err_prefix(err, "-append");
			return rc;
		}
	}
	return 0;
}

/* Parses and loads. Returns 1 (a queue is ready) or -errno. */
static int start_queue(struct submitfile *sf, const char *args, bool in_file,
		       struct err *err)
{
	struct strbuf expanded = STRBUF_INIT;
	int rc = submit_expand(sf, args, 0, &expanded, err);

	if (!rc)
		rc = queuestmt_parse(expanded.data, &sf->queue, err);
	strbuf_release(&expanded);
	if (rc)
		return rc;
	sf->has_queue = true;
	if (sf->queue.want_lines)
		rc = in_file ? read_items(sf, &sf->queue, err)
			     : err_set(err, -EINVAL, "list without ')'");
	if (!rc)
		rc = queuestmt_load(&sf->queue, sf->io, err);
	if (rc)
		return rc;
	sf->queue_count++;
	return 1;
}

static int queue(struct submitfile *sf, const char *args, struct err *err)
{
	int rc;

	if (!submit_reading(sf))
		return skip_queue(sf, args, err);
	if (sf->queue_override) { /* -queue: the file's own are not read */
		rc = skip_queue(sf, args, err);
		if (rc || sf->queue_count > 0)
			return rc;
		rc = append_lines(sf, err);
		return rc ? rc
			  : start_queue(sf, sf->queue_override, false, err);
	}
	rc = append_lines(sf, err);
	return rc ? rc : start_queue(sf, args, true, err);
}

/* Returns 1 when a queue statement is ready, 0 to read on. */
static int statement(struct submitfile *sf, const char *line, struct err *err)
{
	const char *p;
	char *at;
	int rc;

	if ((p = keyword(line, "if")))
		return submit_open_if(sf, p, err);
	if ((p = keyword(line, "elif")))
		return submit_next_branch(sf, p, err);
	if ((p = keyword(line, "else")) && !*p)
		return submit_next_branch(sf, NULL, err);
	if ((p = keyword(line, "endif")) && !*p)
		return submit_close_if(sf, err);
	if ((p = keyword(line, "queue")))
		return queue(sf, p, err);
	if (submit_reading(sf) && (p = keyword(line, "include")))
		return include(sf, p, err);
	if (submit_reading(sf) && keyword(line, "use"))
		return err_set(err, -EINVAL,
			       "'use' is not supported: write the commands of "
			       "the template instead");
	if (!submit_reading(sf) && !strstr(line, "@="))
		return 0;
	at = where(sf);
	rc = assignment(sf, line, at, err);
	free(at);
	return rc;
}

static int end_source(struct submitfile *sf, struct err *err)
{
	int rc = 0;

	if (sf->if_count > submit_top(sf)->if_depth)
		rc = err_set(err, -EINVAL, "%s: an 'if' has no 'endif'",
			     submit_top(sf)->name);
	submit_pop_source(sf);
	return rc;
}

int submitfile_next_queue(struct submitfile *sf,
			  const struct queuestmt **ret_queue, struct err *err)
{
	struct strbuf line = STRBUF_INIT;
	int rc = 0;

	submit_check_vars(sf);
	if (sf->has_queue)
		queuestmt_release(&sf->queue);
	sf->has_queue = false;
	hash_clear(sf->used);
	while (rc == 0 && sf->source_count > 0) {
		if (!submit_logical_line(submit_top(sf), &line))
			rc = end_source(sf, err);
		else if (line.len > 0)
			rc = located(sf, statement(sf, line.data, err), err);
	}
	strbuf_release(&line);
	if (rc == 0 && sf->queue_override && sf->queue_count == 0) {
		rc = append_lines(sf, err);
		if (!rc)
			rc = start_queue(sf, sf->queue_override, false, err);
	}
	if (rc == 1)
		*ret_queue = &sf->queue;
	return rc;
}

/* ---- making and asking --------------------------------------------------------------- */

struct submitfile *submitfile_new(const char *name, const char *text,
				  const struct submit_io *io)
{
	struct submitfile *sf = xcalloc(1, sizeof(*sf));
	time_t now = io->now(io->ctx);
	char stamp[32];
	struct tm tm;

	sf->io = io;
	sf->cwd = getcwd(NULL, 0);
	sf->macros = hash_new_nocase(macro_free);
	sf->attrs = hash_new_nocase(macro_free);
	sf->live = hash_new_nocase(free);
	sf->undefined = hash_new_nocase(NULL);
	sf->used = hash_new_nocase(NULL);
	strbuf_init(&sf->warnings);
	submit_push_source(sf, name, text);
	submitfile_builtin(sf, "SUBMIT_FILE", name);
	snprintf(stamp, sizeof(stamp), "%lld", (long long)now);
	submitfile_builtin(sf, "SUBMIT_TIME", stamp);
	if (localtime_r(&now, &tm)) {
		strftime(stamp, sizeof(stamp), "%Y", &tm);
		submitfile_builtin(sf, "YEAR", stamp);
		strftime(stamp, sizeof(stamp), "%m", &tm);
		submitfile_builtin(sf, "MONTH", stamp);
		strftime(stamp, sizeof(stamp), "%d", &tm);
		submitfile_builtin(sf, "DAY", stamp);
	}
	return sf;
}

void submitfile_free(struct submitfile *sf)
{
	if (!sf)
		return;
	while (sf->source_count > 0)
		submit_pop_source(sf);
	if (sf->has_queue)
		queuestmt_release(&sf->queue);
	for (size_t i = 0; i < sf->append_count; i++)
		free(sf->appended[i]);
	free(sf->appended);
	free(sf->queue_override);
	hash_free(sf->macros);
	hash_free(sf->attrs);
	hash_free(sf->live);
	hash_free(sf->undefined);
	hash_free(sf->used);
	strbuf_release(&sf->warnings);
	free(sf->cwd);
	free(sf);
}

void submitfile_set_cwd(struct submitfile *sf, const char *cwd)
{
	free(sf->cwd);
	sf->cwd = xstrdup(cwd);
}

int submitfile_define(struct submitfile *sf, const char *line, struct err *err)
{
	const char *equals = strchr(line, '=');
	char *name, *value;
	int rc;

	if (!equals)
		return err_set(err, -EINVAL, "no '=' in '%s'", line);
	name = trimmed(line, (size_t)(equals - line));
	value = trimmed(equals + 1, strlen(equals + 1));
	rc = assign(sf, name, value, "command line", err);
	free(name);
	free(value);
	return rc;
}

void submitfile_append(struct submitfile *sf, const char *line)
{
	sf->appended = xreallocarray(sf->appended, sf->append_count + 1,
				     sizeof(*sf->appended));
	sf->appended[sf->append_count++] = trimmed(line, strlen(line));
}

void submitfile_queue_args(struct submitfile *sf, const char *text)
{
	free(sf->queue_override);
	sf->queue_override = xstrdup(text);
}

void submitfile_builtin(struct submitfile *sf, const char *name,
			const char *value)
{
	struct macro *macro = hash_get(sf->macros, name);

	if (macro && !macro->builtin)
		return;
	macro = xcalloc(1, sizeof(*macro));
	macro->raw = xstrdup(value);
	macro->where = xstrdup("built in");
	macro->line = xstrdup("");
	macro->builtin = true;
	hash_set(sf->macros, name, macro);
}

unsigned submitfile_queue_count(const struct submitfile *sf)
{
	return sf->queue_count;
}

static void set_live_int(struct submitfile *sf, const char *name, int64_t value)
{
	hash_set(sf->live, name, xasprintf("%" PRId64, value));
}

void submitfile_set_job(struct submitfile *sf, int64_t cluster, int64_t proc,
			int64_t step, size_t row)
{
	const struct queuestmt *stmt = &sf->queue;
	char id[32];

	if (cluster > 0)
		snprintf(id, sizeof(id), "%" PRId64, cluster);
	else
		strcpy(id, SUBMIT_CLUSTER_LATER);
	sf->cluster_later = cluster <= 0;
	submitfile_builtin(sf, "Cluster", id);
	submitfile_builtin(sf, "ClusterId", id);
	hash_clear(sf->live);
	sf->proc_later = proc < 0;
	if (proc < 0) {
		hash_set(sf->live, "Process", xstrdup(SUBMIT_PROC_LATER));
		hash_set(sf->live, "ProcId", xstrdup(SUBMIT_PROC_LATER));
		hash_set(sf->live, "Step", xstrdup(SUBMIT_PROC_LATER));
	} else {
		set_live_int(sf, "Process", proc);
		set_live_int(sf, "ProcId", proc);
		set_live_int(sf, "Step", step);
	}
	if (sf->has_queue) {
		set_live_int(sf, "Row", queuestmt_row(stmt, row));
		set_live_int(sf, "ItemIndex", queuestmt_row(stmt, row));
	}
	set_live_int(sf, "Node", 0);
	hash_set(sf->live, "JobId",
		 xasprintf("%s.%s", id, (char *)hash_get(sf->live, "Process")));
	if (sf->has_queue && stmt->form != QUEUE_PLAIN && stmt->nvars > 0) {
		char **values = xcalloc(stmt->nvars, sizeof(*values));

		queuestmt_split(stmt, row, values);
		for (size_t i = 0; i < stmt->nvars; i++)
			hash_set(sf->live, stmt->vars[i], values[i]);
		free(values);
	}
}

bool submitfile_has(const struct submitfile *sf, const char *name)
{
	const struct macro *macro = hash_get(sf->macros, name);
	const char *live = hash_get(sf->live, name);

	if (live)
		return *live != '\0';
	return macro && macro->raw[strspn(macro->raw, BLANKS "\n")] != '\0';
}

int submitfile_expand(struct submitfile *sf, const char *text, char **ret_text,
		      struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	int rc = submit_expand(sf, text, 0, &out, err);

	if (!rc)
		*ret_text = trimmed(out.data, out.len);
	strbuf_release(&out);
	return rc;
}

int submitfile_get(struct submitfile *sf, const char *const *aliases,
		   char **ret_text, struct err *err)
{
	*ret_text = NULL;
	for (; *aliases; aliases++) {
		const struct macro *macro = hash_get(sf->macros, *aliases);
		const char *raw = submit_lookup(sf, *aliases);
		int rc;

		if (!raw)
			continue;
		rc = submitfile_expand(sf, raw, ret_text, err);
		if (rc) {
			err_prefix(err, "%s: %s",
				   macro ? macro->where : "queue", *aliases);
			return rc;
		}
		if (**ret_text)
			return 0;
		free(*ret_text); /* set to nothing counts as not set */
		*ret_text = NULL;
	}
	return 0;
}

bool submitfile_took_live(struct submitfile *sf)
{
	bool took = sf->took_live;

	sf->took_live = false;
	return took;
}

bool submitfile_wanted_proc(struct submitfile *sf)
{
	bool wanted = sf->want_proc;

	sf->want_proc = false;
	return wanted;
}

void submitfile_want_proc(struct submitfile *sf)
{
	sf->want_proc |= sf->proc_later;
}

void submitfile_where(const struct submitfile *sf, const char *name,
		      struct strbuf *out)
{
	const struct macro *macro = hash_get(sf->macros, name);

	if (!macro)
		macro = hash_get(sf->attrs, name);
	strbuf_addstr(out, macro ? macro->where : "submit file");
}

int submitfile_each_attr(struct submitfile *sf,
			 int (*visit)(void *ctx, const char *name,
				      const char *raw_text, struct err *err),
			 void *ctx, struct err *err)
{
	struct hash_iter it = { 0 };
	int rc = 0;

	while (!rc && hash_next(sf->attrs, &it))
		rc = visit(ctx, it.key, ((struct macro *)it.value)->raw, err);
	return rc;
}

int submitfile_each(struct submitfile *sf,
		    int (*visit)(void *ctx, const char *name,
				 const char *raw_text, struct err *err),
		    void *ctx, struct err *err)
{
	struct hash_iter it = { 0 };
	int rc = 0;

	while (!rc && hash_next(sf->macros, &it)) {
		const struct macro *macro = it.value;

		if (!macro->builtin)
			rc = visit(ctx, it.key, macro->raw, err);
	}
	return rc;
}
