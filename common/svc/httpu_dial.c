/* SPDX-License-Identifier: MIT */
#include "common/svc/httpu_dial.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"

static int bad_address(const char *url, struct err *err)
{
	return err_set(err, -EINVAL,
		       "bad address '%s': use unix:PATH or http://HOST:PORT",
		       url);
}

/* "host", "host:port", "[v6]:port"; what follows a slash is not looked at. */
static int parse_authority(struct httpu_addr *addr, const char *text)
{
	bool brackets = *text == '[';
	size_t host_len = strcspn(text + brackets, brackets ? "]" : ":/");
	const char *rest = text + brackets + host_len;

	if (!host_len || (brackets && *rest != ']'))
		return -EINVAL;
	addr->host = xstrndup(text + brackets, host_len);
	rest += brackets;
	if (*rest == ':') {
		size_t len = strspn(rest + 1, "0123456789");

		if (!len || (rest[len + 1] && rest[len + 1] != '/'))
			return -EINVAL;
		addr->port = xstrndup(rest + 1, len);
	} else if (*rest && *rest != '/') {
		return -EINVAL;
	} else {
		addr->port = xstrdup("80");
	}
	addr->text = xasprintf(brackets ? "[%s]:%s" : "%s:%s", addr->host,
			       addr->port);
	return 0;
}

int httpu_addr_parse(struct httpu_addr *ret_addr, const char *url,
		     struct err *err)
{
	struct httpu_addr addr = { 0 };
	struct sockaddr_un un;

	if (!strncmp(url, "unix:", 5)) {
		if (strlen(url + 5) >= sizeof(un.sun_path))
			return err_set(
				err, -ENAMETOOLONG,
				"the socket path '%s' is longer than %zu bytes",
				url + 5, sizeof(un.sun_path) - 1);
		addr.unix_path = xstrdup(url + 5);
		addr.text = xstrdup(url + 5);
	} else if (strncmp(url, "http://", 7) ||
		   parse_authority(&addr, url + 7)) {
		httpu_addr_release(&addr);
		return bad_address(url, err);
	}
	*ret_addr = addr;
	return 0;
}

void httpu_addr_release(struct httpu_addr *addr)
{
	free(addr->unix_path);
	free(addr->host);
	free(addr->port);
	free(addr->text);
	*addr = (struct httpu_addr){ 0 };
}

static int dial(const struct sockaddr *to, socklen_t len, int *ret_fd)
{
	int fd = socket(to->sa_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, to, len) && errno != EINPROGRESS)
		ret = errno == EAGAIN ? -EBUSY : -errno;
	if (ret)
		close(fd);
	else
		*ret_fd = fd;
	return ret;
}

static int dial_unix(const struct httpu_addr *addr, int *ret_fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(un.sun_path, addr->unix_path);
	return dial((struct sockaddr *)&un, sizeof(un), ret_fd);
}

static int dial_tcp(const struct httpu_addr *addr, int *ret_fd, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	int ret = getaddrinfo(addr->host, addr->port, &hints, &list);

	if (ret)
		return err_set(err, -EHOSTUNREACH,
			       "cannot find the host '%s': %s", addr->host,
			       gai_strerror(ret));
	ret = dial(list->ai_addr, list->ai_addrlen, ret_fd);
	freeaddrinfo(list);
	return ret;
}

int httpu_dial(const struct httpu_addr *addr, int *ret_fd, struct err *err)
{
	int ret = addr->unix_path ? dial_unix(addr, ret_fd)
				  : dial_tcp(addr, ret_fd, err);

	return ret ? err_sys(err, ret, "cannot connect to '%s'", addr->text)
		   : 0;
}

int httpu_dial_result(const struct httpu_addr *addr, int fd, struct err *err)
{
	socklen_t len = sizeof(int);
	int code = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len))
		code = errno;
	return code ? err_sys(err, -code, "cannot connect to '%s'", addr->text)
		    : 0;
}
