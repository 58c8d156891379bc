/* SPDX-License-Identifier: MIT */
/*
 * api: who may call, which handler answers, and the forms replies have. The
 * handlers are in api_*.c, by subject.
 */
#ifndef HARRIER_SCHEDULER_API_H
#define HARRIER_SCHEDULER_API_H

#include "common/svc/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ad;
struct err;
struct httpd_ops;
struct httpd_req;
struct sched;

#define API_READ   1u
#define API_SUBMIT 2u
#define API_HOST   4u
#define API_ADMIN  8u
#define API_ALL	   15u

/* A request being handled. */
struct api_call {
	struct sched *s;
	struct httpd_req *req;
	const char *method;
	const char *path; /* below /api/v1 */
	unsigned int scopes;
	uid_t uid; /* of whom the call acts for */
	const char *user; /* its name */
	const json_t *body; /* NULL without one */
	/* parts of the path that the route left open */
	const char *args[2];
};

typedef void api_handler(struct api_call *c);

/* For httpd listeners; the argument is the struct sched. */
extern const struct httpd_ops api_ops;

void api_error(struct sched *s, struct httpd_req *req, const struct err *err);
/* Status and code by the name of errno in @code; a cure may be NULL. */
void api_fail(struct sched *s, struct httpd_req *req, int status,
	      const char *code, const char *message, const char *cure);
/* Replies now: for calls that wrote nothing. Takes @json. */
void api_reply(struct api_call *c, int status, json_t *json);
/* Sets the header Harrier-State. */
void api_state_header(struct sched *s, struct httpd_req *req);
/* Replies with a file, Range honoured; on failure nothing. Takes @fd. */
int api_send_fd(struct sched *s, struct httpd_req *req, int fd,
		struct err *err);
/* The same with one of the spool. */
int api_send_file(struct sched *s, struct httpd_req *req, const char *path,
		  struct err *err);

/* "12.0"; false for anything else. A cluster alone: *ret_proc is -1. */
bool api_parse_job(const char *text, int *ret_cluster, int *ret_proc);
/* May the caller act on jobs of @owner? */
bool api_may_act(const struct api_call *c, const char *owner);

/* -EACCES for an attribute that only the scheduler sets. */
int api_check_changes(const struct ad *changes, struct err *err);

/* api_jobs.c */
api_handler api_jobs_list, api_jobs_get, api_jobs_history, api_jobs_why,
	api_jobs_attrs, api_jobs_actions;
/* api_output.c */
api_handler api_jobs_output, api_attempt_output;
/* api_submit.c */
api_handler api_submit;
/* api_hosts.c */
api_handler api_hosts_list, api_hosts_get, api_hosts_sync, api_hosts_vacate,
	api_hosts_drain, api_hosts_undrain;
/* api_files.c */
api_handler api_attempt_file, api_offer_checkpoint, api_offer_outputs,
	api_upload_pack, api_upload_commit;
void api_upload_begin_pack(struct sched *s, struct httpd_req *req,
			   const char *upload);
/* api_ckpts.c */
api_handler api_ckpts_list, api_ckpts_get, api_ckpts_manifest, api_ckpts_pack,
	api_ckpts_chunk, api_ckpts_pin, api_ckpts_verify, api_ckpts_delete;
/* api_users.c */
api_handler api_users_list, api_users_set, api_users_delete;
/* api_pool.c */
api_handler api_pool, api_events, api_openapi, api_page_code;
void api_metrics(struct sched *s, struct httpd_req *req);

#endif
