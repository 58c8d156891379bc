/* SPDX-License-Identifier: MIT */
#include "scheduler/access/channel.h"

#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PACKET_MAX \
	(sizeof(struct access_request) + ACCESS_PATH_MAX + ACCESS_TEXT_MAX)

int channel_send(int sock, const struct access_request *head, const char *path,
		 const void *text, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov[] = {
		{ (void *)head, sizeof(*head) },
		{ (void *)path, head->path_len },
		{ (void *)text, head->text_len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 3 };

	if (head->path_len > ACCESS_PATH_MAX ||
	    head->text_len > ACCESS_TEXT_MAX)
		return -EMSGSIZE;
	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int take_fd(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

static int split(struct access_call *call, const char *packet, size_t len)
{
	struct access_request *h = &call->head;

	if (len < sizeof(*h))
		return -EPROTO;
	memcpy(h, packet, sizeof(*h));
	if (h->path_len > ACCESS_PATH_MAX || h->text_len > ACCESS_TEXT_MAX ||
	    len != sizeof(*h) + h->path_len + h->text_len)
		return -EPROTO;
	packet += sizeof(*h);
	call->path = xmalloc(h->path_len + 1);
	memcpy(call->path, packet, h->path_len);
	call->path[h->path_len] = '\0';
	call->text = xmalloc(h->text_len + 1);
	memcpy(call->text, packet + h->path_len, h->text_len);
	call->text[h->text_len] = '\0';
	return 1;
}

int channel_receive(int sock, struct access_call *ret_call)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char *packet = xmalloc(PACKET_MAX);
	struct iovec iov = { packet, PACKET_MAX };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	struct access_call call = { .fd = -1 };
	ssize_t n;
	int rc;

	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		rc = n ? -errno : 0;
		free(packet);
		return rc;
	}
	call.fd = take_fd(&msg);
	rc = split(&call, packet, (size_t)n);
	free(packet);
	if (rc < 0) {
		channel_call_release(&call);
		return rc;
	}
	*ret_call = call;
	return rc;
}

void channel_call_release(struct access_call *call)
{
	free(call->path);
	free(call->text);
	if (call->fd >= 0)
		close(call->fd);
	call->path = call->text = NULL;
	call->fd = -1;
}
