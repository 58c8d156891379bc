/* SPDX-License-Identifier: MIT */
/*
 * send URL COUNT PROCS UID AD: submits COUNT clusters of PROCS jobs each over
 * one connection, the next when the one before was acknowledged. AD is JSON.
 * Prints the seconds it took and the acknowledged clusters' numbers.
 */
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static void new_uuid(char out[37])
{
	uint8_t b[16] = { 0 };
	int n = 0;

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		exit(1);
	for (int i = 0; i < 16; i++)
		n += snprintf(out + n, (size_t)(37 - n), "%s%02x",
			      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      b[i]);
}

static int submit(struct httpu *http, const char *ad, const char *procs,
		  int64_t *ret_cluster, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct strbuf body = STRBUF_INIT;
	json_t *json = NULL;
	char uuid[37];
	int r;

	new_uuid(uuid);
	strbuf_addf(&body, "{\"uuid\":\"%s\",\"count\":%s,\"cluster_ad\":%s}",
		    uuid, procs, ad);
	req.method = "POST";
	req.path = "/api/v1/clusters";
	req.body = body.data;
	req.body_len = body.len;
	r = httpu_call(http, &req, &resp, err);
	if (!r && resp.status != 201)
		r = err_set(err, -EIO, "HTTP %d: %s", resp.status,
			    resp.body.data);
	if (!r)
		r = json_parse_object(resp.body.data, resp.body.len, &json,
				      err);
	if (!r)
		r = json_get_int(json, "cluster", ret_cluster, err);
	json_decref(json);
	httpu_response_release(&resp);
	strbuf_release(&body);
	return r;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct httpu *http = NULL;
	int64_t begin_ns, *clusters;
	int r, i, count;

	if (argc != 6) {
		fprintf(stderr, "usage: send URL COUNT PROCS UID AD\n");
		return 2;
	}
	count = atoi(argv[2]);
	if (setuid((uid_t)atoi(argv[4])) < 0) {
		perror("setuid");
		return 1;
	}
	clusters = calloc((size_t)count + 1, sizeof(*clusters));
	r = clusters ? httpu_new(argv[1], NULL, &http, &err) : -ENOMEM;
	begin_ns = clock_mono_ns();
	for (i = 0; !r && i < count; i++)
		r = submit(http, argv[5], argv[3], &clusters[i], &err);
	if (r)
		fprintf(stderr, "send: %s\n", err_text(&err));
	else
		printf("%.6f\n", (double)(clock_mono_ns() - begin_ns) / 1e9);
	for (i = 0; !r && i < count; i++)
		printf("%lld\n", (long long)clusters[i]);
	httpu_free(http);
	free(clusters);
	return r != 0;
}
