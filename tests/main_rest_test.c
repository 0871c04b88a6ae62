/* tests/main_rest_test.c - the table of routes: whole, and none without its rights; the wire
 * between a command line and a house. */
#include "main/rest_route.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "main/house_wire.h"
#include "main/rest_openapi.h"
#include "test.h"

static bool has_route(const struct rest_route *routes, size_t count, const struct command *command)
{
	for (size_t i = 0; i < count; i++)
		if (routes[i].command == command)
			return true;
	return false;
}

TEST(every_command_of_the_house_has_a_route)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	const struct command_list *all = commands_all();
	size_t count;
	const struct rest_route *routes = rest_routes(all, arena, &count);

	for (size_t i = 0; i < all->count; i++)
		if (command_in_house(all->items[i]) && all->items[i] != &cmd_backup)
			CHECK(all->items[i]->name.ptr, has_route(routes, count, all->items[i]));
	CHECK("a back-up goes where its caller says: not for strangers",
		!has_route(routes, count, &cmd_backup));
}

TEST(every_route_says_who_may)
{
	const rights people = RIGHT(CUSTOMERS) | RIGHT(LISTS) | RIGHT(EXPORT) | RIGHT(TEXT);
	AUTO_ARENA arena = arena_create(1 << 20);
	size_t count;
	const struct rest_route *routes = rest_routes(commands_all(), arena, &count);

	for (size_t i = 0; i < count; i++) {
		const struct rest_route *r = &routes[i];
		CHECK(r->pattern, (r->command == NULL) != (r->special == NULL));
		CHECK(r->pattern, r->command == NULL || r->needs != 0);
		CHECK(r->pattern, !r->open || (r->needs == 0 && r->command == NULL));
		CHECK(r->pattern,
			r->method != HTTP_GET || r->command == NULL || r->command->read_only);
		CHECK(r->pattern, r->method == HTTP_GET || r->command == NULL ||
					  r->asks == r->command->read_only);
		if (r->method == HTTP_GET && (r->needs & people) != 0)
			CHECK(r->pattern, r->personal);
		for (size_t k = 0; k < i; k++)
			CHECK(r->pattern, r->method != routes[k].method ||
						  strcmp(r->pattern, routes[k].pattern) != 0);
	}
}

TEST(frames_pass_the_wire_and_nonsense_does_not)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct why why = { 0 };
	char kind;
	str bytes;
	int ends[2], fds[WIRE_FDS] = { -1, -1 };

	CHECK("pair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	CHECK("sent", wire_send(ends[0], 'o', STR("hello"), &why) == OK);
	CHECK("empty", wire_send(ends[0], 'C', STR(""), &why) == OK);
	CHECK("came", wire_receive(ends[1], 100, arena, &kind, &bytes, NULL, &why) == OK &&
			      kind == 'o' && str_equal(bytes, STR("hello")));
	CHECK("came too", wire_receive(ends[1], 100, arena, &kind, &bytes, NULL, &why) == OK &&
				  kind == 'C' && bytes.len == 0);
	const int given[WIRE_FDS] = { ends[0], ends[1] };
	CHECK("asked", wire_send_ask(ends[0], STR("ask"), given, &why) == OK);
	CHECK("with descriptors",
		wire_receive(ends[1], 100, arena, &kind, &bytes, fds, &why) == OK && kind == 'A' &&
			fds[0] >= 0 && fds[1] >= 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
	CHECK("too long",
		wire_send(ends[0], 'o', STR("hello"), &why) == OK &&
			wire_receive(ends[1], 4, arena, &kind, &bytes, NULL, &why) == ERR_IO);
	(void)close(ends[0]);
	CHECK("gone", wire_receive(ends[1], 4, arena, &kind, &bytes, NULL, &why) != OK);
	(void)close(ends[1]);
	CHECK("nobody", wire_connect(test_folder(), &ends[0], &why) == ERR_NOT_FOUND);
}

TEST(a_house_is_found_by_its_folder)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct why why = { 0 };
	char path[PATH_BYTES_MAX], kind;
	str bytes;
	int listening = -1, asking = -1;
	struct stat st = { 0 };

	CHECK("listens", wire_listen(test_folder(), &listening, &why) == OK);
	CHECK("is at its place", path_join(path, test_folder(), WIRE_NAME, NULL) == OK &&
					 stat(path, &st) == 0 && S_ISSOCK(st.st_mode));
	CHECK("for its owner alone", (st.st_mode & 0777) == 0600);
	CHECK("is found", wire_connect(test_folder(), &asking, &why) == OK);
	int answering = accept(listening, NULL, NULL);
	CHECK("hears",
		wire_send(asking, 'C', STR("stop"), &why) == OK &&
			wire_receive(answering, 100, arena, &kind, &bytes, NULL, &why) == OK &&
			kind == 'C' && str_equal(bytes, STR("stop")));
	(void)close(answering);
	(void)close(asking);
	(void)close(listening);
	CHECK("what was left there is in nobody's way",
		wire_connect(test_folder(), &asking, &why) == ERR_NOT_FOUND &&
			wire_listen(test_folder(), &listening, &why) == OK);
	(void)close(listening);
	wire_remove(test_folder());
	CHECK("is gone", stat(path, &st) != 0);
	CHECK("no folder", wire_listen(path, &listening, &why) == ERR_NOT_FOUND &&
				   wire_connect(path, &asking, &why) == ERR_NOT_FOUND);
}

static size_t open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* One byte, with so many descriptors. */
static void send_descriptors(int to, int what, size_t count)
{
	union {
		char bytes[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	char byte = 'A';
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (size_t i = 0; i < count; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &what, sizeof(int));
	CHECK("sent", sendmsg(to, &message, 0) == 1);
}

TEST(descriptors_that_nobody_wants_are_closed)
{
	static const struct {
		const char *name;
		size_t counts[WIRE_HEAD_BYTES]; /* with each byte of a head */
		size_t kept;
	} rows[] = {
		{ "one", { 1 }, 0 },
		{ "as many as wanted", { 2 }, 2 },
		{ "twice", { 2, 2 }, 2 },
		{ "one, then two, then more than there is room for", { 1, 2, 4 }, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		int ends[2], fds[WIRE_FDS] = { -1, -1 };
		char kind;
		str bytes;

		CHECK("pair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
		size_t before = open_descriptors(), kept = 0;
		for (size_t k = 0; k < WIRE_HEAD_BYTES; k++)
			if (rows[i].counts[k] > 0)
				send_descriptors(ends[0], ends[0], rows[i].counts[k]);
			else
				CHECK("sent", send(ends[0], "", 1, 0) == 1);
		(void)shutdown(ends[0], SHUT_WR);
		(void)wire_receive(ends[1], 100, arena, &kind, &bytes, fds, NULL);
		for (size_t k = 0; k < WIRE_FDS; k++)
			kept += fds[k] >= 0;
		CHECK(rows[i].name, kept == rows[i].kept && open_descriptors() == before + kept);
		for (size_t k = 0; k < WIRE_FDS; k++)
			if (fds[k] >= 0)
				(void)close(fds[k]);
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
}
