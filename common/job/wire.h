/* SPDX-License-Identifier: MIT */
/*
 * The protocol between scheduler and startd, as structs: docs/protocol.md,
 * sections "Hosts" and "Files", encoded and decoded here and nowhere else.
 *
 * Decoders check types, lengths, nonces and file names. On failure they
 * answer -EINVAL with a message that names the member, and have changed
 * nothing: what they filled so far is released. Encoders give a new
 * reference. Structs start zeroed; x_release frees what they own.
 */
#ifndef HARRIER_JOB_WIRE_H
#define HARRIER_JOB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct ad;
struct err;

#define WIRE_NONCE_SIZE 33 /* 128 bits as hex, with the NUL */
#define WIRE_HASH_SIZE	65 /* 256 bits as hex, with the NUL */
#define WIRE_HOST_MAX	64 /* bytes of a host's name */
#define WIRE_SLOTS_MAX	1024
#define WIRE_FILES_MAX	10000
#define WIRE_ARGS_MAX	65536

/* A figure that is not known (JSON null). */
#define WIRE_UNKNOWN (-1)

/* 32 lower case hex digits? */
bool wire_nonce_ok(const char *s);
/* Letters, digits, '.', '-', '_'; not empty, no leading dot. */
bool wire_host_ok(const char *s);

/* (pool, epoch, commit sequence): what a peer has seen. */
struct wire_seen {
	char pool[WIRE_NONCE_SIZE]; /* "" when nothing was seen */
	int64_t epoch;
	int64_t seq;
};

/* Optional member "seen" of @root; absent leaves @ret_seen zeroed. */
int wire_seen_decode(const json_t *root, struct wire_seen *ret_seen,
		     struct err *err);
/* Sets "pool", "epoch", "seq" in @root. */
void wire_seen_put(json_t *root, const struct wire_seen *seen);

/* -- sync, up ------------------------------------------------------------ */

enum wire_owner { WIRE_OWNER_UNKNOWN, WIRE_OWNER_AWAY, WIRE_OWNER_PRESENT };

/* What an attempt does on its host. */
enum wire_run {
	WIRE_RUN_STARTING,
	WIRE_RUN_RUNNING,
	WIRE_RUN_SUSPENDED,
	WIRE_RUN_VACATING,
	WIRE_RUN_FINISHING,
};

/* What the scheduler wants of an attempt. */
enum wire_want {
	WIRE_WANT_RUN,
	WIRE_WANT_SUSPEND,
	WIRE_WANT_VACATE,
	WIRE_WANT_KILL,
	WIRE_WANT_DISCARD,
};

enum wire_how {
	WIRE_HOW_EXITED,
	WIRE_HOW_SIGNALED,
	WIRE_HOW_CHECKPOINTED,
	WIRE_HOW_UNRESTARTABLE,
	WIRE_HOW_EVICTED,
	WIRE_HOW_REFUSED,
	WIRE_HOW_FAILED,
	WIRE_HOW_DAMAGED,
	WIRE_HOW_LOST,
};

/* The words of the protocol; parsers answer -EINVAL for another word. */
const char *wire_owner_name(enum wire_owner owner);
const char *wire_run_name(enum wire_run run);
const char *wire_want_name(enum wire_want want);
const char *wire_how_name(enum wire_how how);
int wire_owner_parse(const char *name, enum wire_owner *ret_owner);
int wire_run_parse(const char *name, enum wire_run *ret_run);
int wire_want_parse(const char *name, enum wire_want *ret_want);
int wire_how_parse(const char *name, enum wire_how *ret_how);

/* Figures of an attempt; WIRE_UNKNOWN where nothing was measured. */
struct wire_figures {
	int64_t freeze_ms; /* owner's event to frozen */
	int64_t ckpt_ms; /* SIGTERM to exit 85 */
	int64_t upload_ms;
	int64_t resume_ms; /* exec to first poll after a restart */
	int64_t image_bytes;
	int64_t memory_kb; /* largest resident set */
	int64_t disk_kb; /* scratch directory */
	int64_t sent_bytes; /* by the job's host to the scheduler */
	int64_t received_bytes;
	int64_t suspended_s;
	int64_t processes; /* of the job, when it was frozen last */
	double user_cpu_s;
	double sys_cpu_s;
};

void wire_figures_init(struct wire_figures *f); /* all unknown, CPU 0 */
/* What is known in @from replaces what is in @f. */
void wire_figures_merge(struct wire_figures *f,
			const struct wire_figures *from);
/* Members that are absent or null stay as they are. */
int wire_figures_decode(const json_t *root, struct wire_figures *f,
			struct err *err);
void wire_figures_put(json_t *root, const struct wire_figures *f);

/* What a slot has of its machine. */
struct wire_provision {
	int64_t cpus;
	int64_t memory_mb;
	int64_t disk_kb;
};

struct wire_slot {
	char *slot; /* "slot1" */
	bool accepts;
	struct ad *ad; /* a reference */
};

struct wire_attempt {
	char nonce[WIRE_NONCE_SIZE];
	char *slot;
	enum wire_run state;
	enum wire_want told; /* the last order acted upon */
	int checkpoint; /* the last checkpoint order acted upon */
	struct wire_figures figures;
	char *address; /* member "host": where it runs, for event 001 */
	char *scratch;
};

struct wire_end {
	char nonce[WIRE_NONCE_SIZE];
	enum wire_how how;
	int code; /* exit code or signal */
	int hold; /* WIRE_HOW_FAILED: HoldReasonCode, 0: that of a start */
	char *message;
	int64_t checkpoint; /* id, 0: none */
	char *outputs; /* upload, or NULL */
	int64_t started; /* Unix seconds, 0: never */
	int64_t ended;
	struct wire_figures figures;
};

struct wire_sync {
	char boot[WIRE_NONCE_SIZE];
	int64_t sync;
	int wait_s;
	bool leaving;
	struct wire_seen seen;
	enum wire_owner owner;
	int64_t owner_since;
	char *owner_text;
	struct wire_slot *slots;
	size_t slot_count;
	struct wire_attempt *attempts;
	size_t attempt_count;
	struct wire_end *ends;
	size_t end_count;
};

int wire_sync_decode(const json_t *root, struct wire_sync *ret_sync,
		     struct err *err);
json_t *wire_sync_encode(const struct wire_sync *sync);
void wire_sync_release(struct wire_sync *sync);

json_t *wire_end_encode(const struct wire_end *end);
int wire_end_decode(const json_t *root, struct wire_end *ret_end,
		    struct err *err);
void wire_end_release(struct wire_end *end);

/* -- sync, down ---------------------------------------------------------- */

/* An input file of a start. */
struct wire_input {
	char *name; /* relative to the scratch directory */
	int64_t size;
	char sha256[WIRE_HASH_SIZE];
	unsigned int mode;
	char *url; /* path below the scheduler */
};

/* A file of a checkpoint or of the outputs. */
struct wire_file {
	char *name;
	uint64_t size;
	unsigned int mode;
	uint8_t (*chunks)[32];
	size_t chunk_count;
};

struct wire_restore {
	int64_t id; /* the checkpoint */
	char *class;
	char *image; /* name among the files; "" when there is none */
	char *url; /* of the pack */
	struct wire_file *files;
	size_t file_count;
};

struct wire_start {
	int cluster, proc;
	int attempt;
	char nonce[WIRE_NONCE_SIZE];
	char *slot;
	/* A dynamic slot "slotN_M" is to be carved from slotN; cpus 0: no. */
	struct wire_provision provision;
	char *user;
	int64_t uid;
	struct ad *ad;
	struct wire_input *executable; /* NULL: not transferred */
	struct wire_input *inputs;
	size_t input_count;
	char **argv; /* without argv[0]; NULL at the end */
	char **env; /* "A=1"; NULL at the end */
	char *stdin_name, *stdout_name, *stderr_name; /* NULL: /dev/null */
	char **outputs; /* NULL: what is new or modified */
	struct wire_restore *checkpoint; /* NULL: from the start */
	bool checkpoints; /* built by hcc */
	int checkpoint_exit_code; /* WIRE_UNKNOWN: none */
	int kill_sig;
	int64_t vacate_s;
	int64_t lease_s;
	char store_key[WIRE_HASH_SIZE];
};

struct wire_order {
	char nonce[WIRE_NONCE_SIZE];
	enum wire_want want;
	int checkpoint;
	char *reason;
};

/* Send a part of a job's output as it is now; answered by a PUT. */
struct wire_tail {
	char nonce[WIRE_NONCE_SIZE];
	int64_t id;
	int stream; /* 1: stdout, 2: stderr, 0: `file` */
	char *file; /* name in the scratch directory, or NULL */
	int64_t offset; /* below 0: the last `max` bytes */
	int64_t max;
};

#define WIRE_TAIL_MAX (1 << 20) /* bytes of an answer */

struct wire_reply {
	struct wire_seen state;
	int64_t lease_s;
	/*
	 * Starts in their encoded form: the scheduler keeps them so.
	 * wire_start_decode reads one.
	 */
	json_t *starts; /* array */
	struct wire_order *orders;
	size_t order_count;
	char (*acks)[WIRE_NONCE_SIZE];
	size_t ack_count;
	struct wire_tail *tails;
	size_t tail_count;
};

int wire_reply_decode(const json_t *root, struct wire_reply *ret_reply,
		      struct err *err);
json_t *wire_reply_encode(const struct wire_reply *reply);
void wire_reply_release(struct wire_reply *reply);

int wire_start_decode(const json_t *root, struct wire_start *ret_start,
		      struct err *err);
json_t *wire_start_encode(const struct wire_start *start);
void wire_start_release(struct wire_start *start);

/* -- uploads ------------------------------------------------------------- */

/* POST /attempts/NONCE/checkpoints, and .../outputs (files alone). */
struct wire_offer {
	struct wire_file *files;
	size_t file_count;
	char *image;
	char *class;
	char *why; /* JSON text of the array, "[]" */
	char *arch;
	char **archs; /* NULL: those of the job */
	char *signature;
	char *fault; /* NULL, or why there is none: nothing is uploaded */
	struct wire_figures figures;
};

int wire_offer_decode(const json_t *root, bool outputs,
		      struct wire_offer *ret_offer, struct err *err);
json_t *wire_offer_encode(const struct wire_offer *offer, bool outputs);
void wire_offer_release(struct wire_offer *offer);

/* The answer: the upload's name and the chunks that are to be sent. */
struct wire_missing {
	char *upload; /* "" when it is refused */
	char *refused; /* NULL, or why the checkpoint is not taken */
	uint8_t (*chunks)[32];
	size_t chunk_count;
};

int wire_missing_decode(const json_t *root, struct wire_missing *ret_missing,
			struct err *err);
json_t *wire_missing_encode(const struct wire_missing *missing);
void wire_missing_release(struct wire_missing *missing);

/* "files" as in an offer, a restore and GET /checkpoints/ID/manifest. */
int wire_files_decode(const json_t *root, struct wire_file **ret_files,
		      size_t *ret_count, struct err *err);
json_t *wire_files_encode(const struct wire_file *files, size_t count);
void wire_files_free(struct wire_file *files, size_t count);

#endif
