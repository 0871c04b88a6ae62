/* tests/api_http_stop_test.c - a server stopped while clients come in, and how many it lets in. */
#include "api/http.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/waiting.h"
#include "main/render.h"
#include "support/http_client.h"
#include "test.h"

#define REQUEST STR("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")

static void hello(struct http_exchange *x, void *context)
{
	(void)context;
	http_answer(x, 200, "text/plain", STR("hello"));
}

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .pattern = "/hello", .handle = hello },
};
static const struct http_routes table = { routes, ARRAY_LEN(routes), NULL };

static struct http_server *start_at(
	str address, size_t connections_max, size_t each_max, char url[static HTTP_URL_BYTES])
{
	const struct http_options options = { .tables = &table,
		.table_count = 1,
		.workers = 4,
		.connections_max = connections_max,
		.connections_each_max = each_max,
		.status_of = err_http_status,
		.problem = render_problem };
	const struct http_listener listener = { .address = address };
	struct http_server *server = http_server_create(&options);
	struct why why = { 0 };

	CHECK("listens", http_server_listen(server, &listener, url, &why) == OK);
	return server;
}

static struct http_server *start(size_t connections_max, char url[static HTTP_URL_BYTES])
{
	return start_at(STR("127.0.0.1:0"), connections_max, 0, url);
}

/* -1: nobody listens there any more. */
static int come_in_at(const char *url, struct in_addr address)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtol(strrchr(url, ':') + 1, NULL, 10)),
		.sin_addr = address };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int come_in(const char *url)
{
	return come_in_at(url, (struct in_addr){ htonl(INADDR_LOOPBACK) });
}

struct crowd {
	const char *url;
	atomic_uint served;
};

/* Ask, each time anew, until nobody listens; a connection that was cut is fine. */
static void *keep_coming(void *context)
{
	struct crowd *crowd = context;
	char answer[1000];
	int fd;

	while ((fd = come_in(crowd->url)) >= 0) {
		if (send(fd, REQUEST.ptr, REQUEST.len, MSG_NOSIGNAL) > 0 &&
			recv(fd, answer, sizeof(answer), 0) > 0)
			crowd->served++;
		(void)close(fd);
	}
	return NULL;
}

/* The end of listening and the coming of connections meet in every order. */
TEST(http_stops_while_clients_come_in)
{
	enum { ROUNDS = 30, CLIENTS = 4 };

	for (int round = 0; round < ROUNDS; round++) {
		char url[HTTP_URL_BYTES];
		struct http_server *server = start(0, url);
		struct crowd crowd = { .url = url };
		pthread_t clients[CLIENTS];

		for (size_t i = 0; i < CLIENTS; i++)
			CHECK("client",
				pthread_create(&clients[i], NULL, keep_coming, &crowd) == 0);
		while (crowd.served < (unsigned)round) /* at another moment each time */
			(void)sched_yield();
		http_server_stop(server, 5000);
		for (size_t i = 0; i < CLIENTS; i++)
			CHECK("ends", pthread_join(clients[i], NULL) == 0);
	}
}

/* An address of this machine that is none of its loop: as another machine's. */
static bool find_other_address(struct in_addr *out)
{
	struct ifaddrs *all = NULL;
	bool found = false;

	CHECK("interfaces", getifaddrs(&all) == 0);
	for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next) {
		if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET)
			continue;
		*out = ((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr;
		found = ntohl(out->s_addr) >> 24 != IN_LOOPBACKNET;
	}
	freeifaddrs(all);
	return found;
}

static bool is_served(int fd)
{
	char answer[1000];

	return send(fd, REQUEST.ptr, REQUEST.len, MSG_NOSIGNAL) > 0 &&
	       recv(fd, answer, sizeof(answer), 0) > 0;
}

/* Who holds connections open from one address shuts out no other. */
TEST(http_lets_in_some_from_each_address)
{
	enum { EACH = 3, NEAR = 8 };
	char url[HTTP_URL_BYTES];
	int fds[EACH + NEAR];
	struct in_addr other;

	if (!find_other_address(&other)) {
		test_skip("no address but of the loop");
		return;
	}
	struct http_server *server = start_at(STR("0.0.0.0:0"), 0, EACH, url);
	for (size_t i = 0; i < EACH; i++) {
		fds[i] = come_in_at(url, other);
		CHECK("served", is_served(fds[i]));
	}
	int more = come_in_at(url, other); /* the kernel takes it */
	CHECK("one too many", !is_served(more));
	(void)close(more);
	for (size_t i = EACH; i < ARRAY_LEN(fds); i++) {
		fds[i] = come_in(url);
		CHECK("this machine's own are not counted", is_served(fds[i]));
	}
	(void)close(fds[0]);
	bool again = false;
	while (!again) { /* the server sees a moment later that he left */
		more = come_in_at(url, other);
		again = is_served(more);
		(void)close(more);
	}
	for (size_t i = 1; i < ARRAY_LEN(fds); i++)
		(void)close(fds[i]);
	http_server_stop(server, 5000);
}

/* Whoever is one too many is served when another leaves. */
TEST(http_lets_in_as_many_as_it_may)
{
	enum { MOST = 4 };
	char url[HTTP_URL_BYTES];
	struct http_server *server = start(MOST, url);
	struct http_client clients[MOST], late;

	for (size_t i = 0; i < MOST; i++) {
		client_connect(&clients[i], url);
		client_send(&clients[i], REQUEST);
		CHECK("served", client_receive(&clients[i]).status == 200);
	}
	client_connect(&late, url); /* the kernel takes it */
	client_send(&late, REQUEST);
	CHECK("not yet", http_counters(server).connections_open == MOST);
	client_close(&clients[0]);
	CHECK("in the end", client_receive(&late).status == 200);
	client_close(&late);
	for (size_t i = 1; i < MOST; i++)
		client_close(&clients[i]);
	http_server_stop(server, 5000);
}
