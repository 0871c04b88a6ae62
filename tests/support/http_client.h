/* tests/support/http_client.h - a small client that sends exactly the bytes it is told, good or
 * bad. */
#pragma once

#include "base/arena.h"

struct http_client {
	int fd; /* -1: the connection is closed */
	struct strbuf in; /* received and not taken yet */
};

/* To "http://127.0.0.1:PORT" or "unix:PATH". */
void client_connect(struct http_client *client, const char *url);
void client_close(struct http_client *client);
void client_send(struct http_client *client, str bytes); /* all; a closed connection is fine */

struct http_reply {
	int status; /* 0: the connection ended before a whole answer */
	str head, body; /* in the client's memory until the next reply */
};
/* Waits for a whole answer: by Content-Length, by chunks (joined), or without a body. */
struct http_reply client_receive(struct http_client *client);
/* A header's value; "" if there is none. */
str reply_header(const struct http_reply *reply, const char *name);
/* All in one, on a connection of its own; the body is copied to `arena`. */
struct http_reply client_ask(const char *url, str request, struct arena *arena);
bool client_at_end(struct http_client *client); /* waits: does the other end close? */
