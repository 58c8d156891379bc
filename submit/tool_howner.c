/* SPDX-License-Identifier: MIT */
/* howner: what the owner of this machine says of himself. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "common/svc/pooldir.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/fmt.h"

enum { OPT_HOST = 1, OPT_JSON };

static const struct opt_def defs[] = {
	{ OPT_HOST, 0, "host", "NAME",
	  "which host, where several run on this machine" },
	{ OPT_JSON, 0, "json", NULL, "the answer as JSON" },
	{ 0 },
};

/* The host whose directory is the only one; NULL and an error otherwise. */
static char *only_host(const struct pooldir *pd, struct err *err)
{
	DIR *dir = opendir(pd->hosts);
	struct strbuf names = STRBUF_INIT;
	struct dirent *de;
	char *only = NULL;
	int n = 0;

	while (dir && (de = readdir(dir))) {
		if (pooldir_check_host(de->d_name, NULL) < 0)
			continue;
		if (n++ == 0)
			only = xstrdup(de->d_name);
		strbuf_addf(&names, "%s%s", names.len ? ", " : "", de->d_name);
	}
	if (dir)
		closedir(dir);
	if (n != 1) {
		free(only);
		only = NULL;
		if (n == 0)
			err_set(err, -ENOENT,
				"no host runs here; 'harrier up' starts one");
		else
			err_set(err, -EINVAL,
				"several hosts run here; say which by -host: "
				"%s",
				names.data);
	}
	strbuf_release(&names);
	return only;
}

static int host_client(const char *host, struct client **ret_client,
		       struct err *err)
{
	struct pooldir pd;
	char *name = NULL, *socket = NULL, *url = NULL;
	int r = pooldir_init(&pd, NULL, err);

	if (r < 0)
		return r;
	name = host ? xstrdup(host) : only_host(&pd, err);
	if (!name)
		r = -ENOENT;
	if (r == 0)
		r = pooldir_check_host(name, err);
	if (r == 0) {
		socket = pooldir_host_socket(&pd, name);
		url = xasprintf("unix:%s", socket);
		r = client_new(url, ret_client, err);
		if (r == 0)
			client_set_peer(*ret_client, "the host's hstartd");
	}
	free(name);
	free(socket);
	free(url);
	pooldir_release(&pd);
	return r;
}

static void print_state(const json_t *json)
{
	const char *host = "?", *state = "unknown", *set = "auto";
	const char *text = NULL, *cure = NULL;

	json_opt_str(json, "host", &host, NULL);
	json_opt_str(json, "state", &state, NULL);
	json_opt_str(json, "set", &set, NULL);
	json_opt_str(json, "text", &text, NULL);
	json_opt_str(json, "cure", &cure, NULL);
	printf("%s: the owner is %s", host, state);
	if (strcmp(set, "auto") != 0)
		printf(" (told so by howner %s)", set);
	else if (text && *text)
		printf(" (%s)", text);
	putchar('\n');
	if (cure && *cure)
		printf("  %s\n", cure);
}

static int ask(struct client *c, const char *word, bool as_json,
	       struct err *err)
{
	json_t *json = NULL, *body = NULL;
	bool changes = strcmp(word, "status") != 0;
	int r;

	if (changes) {
		body = json_object();
		json_set_str(body, "set", word);
	}
	r = client_call(c, changes ? "POST" : "GET", "/api/v1/owner", body,
			&json, err);
	if (r == 0 && as_json) {
		struct strbuf text = STRBUF_INIT;

		json_write(json, &text);
		puts(text.data);
		strbuf_release(&text);
	} else if (r == 0) {
		print_state(json);
	}
	json_decref(json);
	return r;
}

static int parse(struct opt *opt, const char **ret_word, const char **ret_host,
		 bool *ret_json, int *ret_code)
{
	struct err err = ERR_INIT;
	int id;

	while ((id = opt_next(opt, &err)) != OPT_END) {
		if (cli_common(opt, id, &err, ret_code))
			return -ECANCELED;
		if (id == OPT_HOST)
			*ret_host = opt->value;
		else if (id == OPT_JSON)
			*ret_json = true;
		else if (!*ret_word)
			*ret_word = opt->value;
		else
			*ret_word = "";
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const words[] = { "back", "away", "auto", "status" };
	const char *word = NULL, *host = NULL;
	struct client *c = NULL;
	struct err err = ERR_INIT;
	bool known = false, json = false;
	struct opt opt;
	int code, r;

	cli_init(argv);
	opt_init(
		&opt, "[OPTION]... back | away | auto | status",
		"Says that the owner of this machine is back or away, or leaves "
		"it to what is seen (auto).",
		defs, argc, argv);
	if (parse(&opt, &word, &host, &json, &code) < 0)
		return code;
	if (!word)
		word = "status";
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		known |= strcmp(word, words[i]) == 0;
	if (!known)
		return cli_complain("say one of: back, away, auto, status");
	r = host_client(host, &c, &err);
	if (r == 0)
		r = ask(c, word, json, &err);
	if (r < 0)
		cli_fail(&err);
	client_free(c);
	return cli_end(r < 0);
}
