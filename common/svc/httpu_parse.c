/* SPDX-License-Identifier: MIT */
#include "common/svc/httpu_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTTPU_LINE_MAX 16384
#define HTTPU_HEAD_MAX 65536

void httpu_parse_init(struct httpu_parse *parse, bool no_body)
{
	memset(parse, 0, sizeof(*parse));
	strbuf_init(&parse->line);
	strbuf_init(&parse->head);
	parse->no_body = no_body;
	parse->content_length = -1;
}

void httpu_parse_release(struct httpu_parse *parse)
{
	strbuf_release(&parse->line);
	strbuf_release(&parse->head);
}

const char *httpu_parse_find(const struct strbuf *head, const char *name)
{
	size_t len = strlen(name);
	const char *line = head->data, *end = head->data + head->len;

	for (; line < end; line += strlen(line) + 1) {
		if (strncasecmp(line, name, len) || line[len] != ':')
			continue;
		line += len + 1;
		return line + strspn(line, " \t");
	}
	return NULL;
}

static int bad(struct err *err, const char *what)
{
	return err_set(err, -EPROTO, "the server's answer is not HTTP: %s",
		       what);
}

static int parse_status(struct httpu_parse *parse, struct err *err)
{
	const char *s = parse->line.data;

	if (strncmp(s, "HTTP/1.", 7) || !isdigit((unsigned char)s[7]) ||
	    s[8] != ' ' || !isdigit((unsigned char)s[9]) ||
	    !isdigit((unsigned char)s[10]) || !isdigit((unsigned char)s[11]) ||
	    (s[12] && s[12] != ' '))
		return bad(err, "bad status line");
	parse->status = atoi(s + 9);
	parse->keep_alive = s[7] != '0';
	if (parse->status < 100)
		return bad(err, "bad status");
	parse->state = HTTPU_PARSE_HEADER;
	return 0;
}

static int parse_length(struct httpu_parse *parse, const char *text,
			struct err *err)
{
	char *end;

	errno = 0;
	parse->content_length = strtoll(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno)
		return bad(err, "bad Content-Length");
	return 0;
}

/* What follows the head: RFC 9112, section 6.3. */
static int end_of_head(struct httpu_parse *parse, struct err *err)
{
	const char *value = httpu_parse_find(&parse->head, "Connection");
	int ret = 0;

	if (parse->status < 200) {
		if (parse->status == 101)
			return bad(err, "it switches the protocol");
		parse->seen_continue = true;
		parse->status = 0;
		strbuf_reset(&parse->head);
		parse->state = HTTPU_PARSE_STATUS;
		return 0;
	}
	if (value && !strcasecmp(value, "close"))
		parse->keep_alive = false;
	value = httpu_parse_find(&parse->head, "Transfer-Encoding");
	if (value && strcasecmp(value, "chunked"))
		return bad(err, "unknown Transfer-Encoding");
	parse->chunked = value != NULL;
	value = httpu_parse_find(&parse->head, "Content-Length");
	if (value)
		ret = parse_length(parse, value, err);
	if (ret)
		return ret;
	if (parse->no_body || parse->status == 204 || parse->status == 304) {
		parse->state = HTTPU_PARSE_DONE;
	} else if (parse->chunked) {
		parse->state = HTTPU_PARSE_CHUNK_SIZE;
	} else if (parse->content_length >= 0) {
		parse->left = (uint64_t)parse->content_length;
		parse->state = parse->left ? HTTPU_PARSE_LENGTH
					   : HTTPU_PARSE_DONE;
	} else {
		parse->keep_alive = false;
		parse->state = HTTPU_PARSE_TO_END;
	}
	return 0;
}

static int parse_header(struct httpu_parse *parse, struct err *err)
{
	const char *line = parse->line.data;
	size_t len = parse->line.len;

	if (!len)
		return end_of_head(parse, err);
	parse->head_bytes += len;
	if (parse->head_bytes > HTTPU_HEAD_MAX)
		return bad(err, "too many headers");
	if (!strchr(line, ':') || strlen(line) != len)
		return bad(err, "bad header");
	while (line[len - 1] == ' ' || line[len - 1] == '\t')
		len--;
	strbuf_add(&parse->head, line, len);
	strbuf_addch(&parse->head, '\0');
	return 0;
}

static int parse_chunk_size(struct httpu_parse *parse, struct err *err)
{
	const char *s = parse->line.data;
	char *end;

	errno = 0;
	parse->left = strtoull(s, &end, 16);
	if (!isxdigit((unsigned char)*s) || errno || parse->left >> 62 ||
	    (*end && *end != ';' && *end != ' ' && *end != '\t'))
		return bad(err, "bad size of a chunk");
	parse->state = parse->left ? HTTPU_PARSE_CHUNK : HTTPU_PARSE_TRAILER;
	return 0;
}

static int parse_line(struct httpu_parse *parse, struct err *err)
{
	switch (parse->state) {
	case HTTPU_PARSE_STATUS:
		return parse_status(parse, err);
	case HTTPU_PARSE_HEADER:
		return parse_header(parse, err);
	case HTTPU_PARSE_CHUNK_SIZE:
		return parse_chunk_size(parse, err);
	case HTTPU_PARSE_CHUNK_END:
		if (parse->line.len)
			return bad(err, "bad end of a chunk");
		parse->state = HTTPU_PARSE_CHUNK_SIZE;
		return 0;
	default: /* HTTPU_PARSE_TRAILER */
		if (!parse->line.len)
			parse->state = HTTPU_PARSE_DONE;
		return 0;
	}
}

/* Collects up to the line's end; gives how many bytes it took. */
static int feed_line(struct httpu_parse *parse, const char *data, size_t len,
		     size_t *ret_used, struct err *err)
{
	const char *nl = memchr(data, '\n', len);
	size_t used = nl ? (size_t)(nl - data) : len;
	int ret;

	strbuf_add(&parse->line, data, used);
	if (parse->line.len > HTTPU_LINE_MAX)
		return bad(err, "a line is too long");
	*ret_used = nl ? used + 1 : used;
	if (!nl)
		return 0;
	if (parse->line.len && parse->line.data[parse->line.len - 1] == '\r')
		strbuf_setlen(&parse->line, parse->line.len - 1);
	ret = parse_line(parse, err);
	strbuf_reset(&parse->line);
	return ret;
}

static int feed_body(struct httpu_parse *parse, const char *data, size_t len,
		     httpu_parse_body_fn *body, void *arg, size_t *ret_used)
{
	bool endless = parse->state == HTTPU_PARSE_TO_END;
	int ret;

	if (!endless && len > parse->left)
		len = (size_t)parse->left;
	ret = body(arg, data, len);
	if (ret)
		return ret;
	*ret_used = len;
	if (endless)
		return 0;
	parse->left -= len;
	if (!parse->left)
		parse->state = parse->state == HTTPU_PARSE_CHUNK
				       ? HTTPU_PARSE_CHUNK_END
				       : HTTPU_PARSE_DONE;
	return 0;
}

int httpu_parse_feed(struct httpu_parse *parse, const char *data, size_t len,
		     httpu_parse_body_fn *body, void *arg, struct err *err)
{
	size_t used = 0;
	int ret = 0;

	while (len && !ret) {
		switch (parse->state) {
		case HTTPU_PARSE_DONE:
			return bad(err, "bytes after its end");
		case HTTPU_PARSE_LENGTH:
		case HTTPU_PARSE_CHUNK:
		case HTTPU_PARSE_TO_END:
			ret = feed_body(parse, data, len, body, arg, &used);
			break;
		default:
			ret = feed_line(parse, data, len, &used, err);
			break;
		}
		data += used;
		len -= used;
	}
	return ret;
}

int httpu_parse_end(struct httpu_parse *parse, struct err *err)
{
	if (parse->state == HTTPU_PARSE_TO_END)
		parse->state = HTTPU_PARSE_DONE;
	if (parse->state == HTTPU_PARSE_DONE)
		return 0;
	return err_set(
		err, -ECONNRESET,
		"the server closed the connection before its answer was complete");
}
