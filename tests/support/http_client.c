/* tests/support/http_client.c - see http_client.h */
#include "support/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENT_BYTES_MAX ((size_t)64 << 20)
enum { PATIENCE_S = 60 };

static int connect_unix(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ASSERT(fd >= 0 && strlen(path) < sizeof(at.sun_path));
	memcpy(at.sun_path, path, strlen(path));
	ASSERT(connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

static int connect_tcp(const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtol(port, NULL, 10)),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ASSERT(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

void client_connect(struct http_client *client, const char *url)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	bool is_unix = strncmp(url, "unix:", 5) == 0;

	client->fd = is_unix ? connect_unix(url + 5) : connect_tcp(strrchr(url, ':') + 1);
	client->in = strbuf_heap(CLIENT_BYTES_MAX);
	ASSERT(setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
}

void client_close(struct http_client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	client->fd = -1;
	strbuf_done(&client->in);
}

void client_send(struct http_client *client, str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(client->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes = str_from(bytes, (size_t)n);
	}
}

/* False: nothing more comes. */
static bool more(struct http_client *client)
{
	char *room = strbuf_room(&client->in, 65536);
	ssize_t n;

	ASSERT(room != NULL);
	errno = 0; /* at the end nothing sets it, and client_at_end() asks */
	do
		n = recv(client->fd, room, 65536, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		client->in.len += (size_t)n;
	return n > 0;
}

static bool find(str text, const char *what, size_t *at)
{
	const char *found = text.len == 0 ? NULL : memmem(text.ptr, text.len, what, strlen(what));

	if (found != NULL)
		*at = (size_t)(found - text.ptr);
	return found != NULL;
}

str reply_header(const struct http_reply *reply, const char *name)
{
	str rest = reply->head, line, key, value;

	while (str_split(rest, '\n', &line, &rest))
		if (str_split(line, ':', &key, &value) && key.len == strlen(name) &&
			strncasecmp(key.ptr, name, key.len) == 0)
			return str_trim(value);
	return STR("");
}

/* Takes the chunks that lie behind `at` together, in place; false: not all is there yet. */
static bool join_chunks(struct http_client *client, size_t at, size_t *len)
{
	size_t from = at, to = at, line;

	for (;;) {
		str rest = { client->in.ptr + from, client->in.len - from };
		if (!find(rest, "\r\n", &line))
			return false;
		size_t chunk = (size_t)strtoul(rest.ptr, NULL, 16);
		if (rest.len < line + 2 + chunk + 2)
			return false;
		if (chunk == 0)
			break;
		from += line + 2 + chunk + 2;
		to += chunk;
	}
	from = to = at;
	for (;;) {
		str rest = { client->in.ptr + from, client->in.len - from };
		ASSERT(find(rest, "\r\n", &line));
		size_t chunk = (size_t)strtoul(rest.ptr, NULL, 16);
		memmove(client->in.ptr + to, rest.ptr + line + 2, chunk);
		from += line + 2 + chunk + 2;
		to += chunk;
		if (chunk == 0)
			break;
	}
	*len = to - at;
	return true;
}

/* What was taken before is forgotten: one answer at a time. */
struct http_reply client_receive(struct http_client *client)
{
	struct http_reply reply = { 0 };
	size_t head, len = 0;

	client->in.len = 0;
	while (!find(strbuf_str(&client->in), "\r\n\r\n", &head))
		if (!more(client))
			return (struct http_reply){ 0 };
	head += 4;
	reply.head = (str){ client->in.ptr, head };
	bool chunked = str_equal(reply_header(&reply, "Transfer-Encoding"), STR("chunked"));
	int64_t told = 0;
	if (str_to_int64(reply_header(&reply, "Content-Length"), &told))
		len = (size_t)told;
	while (chunked ? !join_chunks(client, head, &len) : client->in.len < head + len)
		if (!more(client))
			return (struct http_reply){ 0 };
	reply.head = (str){ client->in.ptr, head };
	reply.body = (str){ client->in.ptr + head, len };
	reply.status = (int)strtol(client->in.ptr + 9, NULL, 10);
	return reply;
}

struct http_reply client_ask(const char *url, str request, struct arena *arena)
{
	struct http_client client;

	client_connect(&client, url);
	client_send(&client, request);
	struct http_reply reply = client_receive(&client);
	reply.head = arena_str(arena, reply.head);
	reply.body = arena_str(arena, reply.body);
	client_close(&client);
	return reply;
}

bool client_at_end(struct http_client *client)
{
	while (more(client)) {
	}
	return errno != EAGAIN && errno != EWOULDBLOCK;
}
