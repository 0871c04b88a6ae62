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
#include "base/json.h"
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

/* ---- the document says what is read (rest_words.c) */

static const struct json *operation(const struct json *document, const struct rest_route *route)
{
	static const char *const methods[] = {
		[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_DELETE] = "delete"
	};
	const struct json *at = json_get(json_get(document, STR("paths")), str_of(route->pattern));

	return json_get(at, str_of(methods[route->method]));
}

static const struct json *body_schema(const struct json *operation)
{
	const struct json *content =
		json_get(json_get(operation, STR("requestBody")), STR("content"));

	return json_get(json_get(content, STR("application/json")), STR("schema"));
}

/* How many parameters of the path there are, or whether the query has this one. */
static size_t parameters(const struct json *operation, str in, str name)
{
	const struct json *list = json_get(operation, STR("parameters"));
	size_t count = 0;

	for (size_t i = 0; list != NULL && i < list->array.count; i++) {
		const struct json *p = &list->array.items[i];
		count += str_equal(json_get_string(p, STR("in"), STR("")), in) &&
			 (name.len == 0 ||
				 str_equal(json_get_string(p, STR("name"), STR("")), name));
	}
	return count;
}

static size_t named_by_path(const struct rest_route *route)
{
	return (size_t)(route->arguments[0] != NULL) + (route->arguments[1] != NULL);
}

static void check_arguments(const struct rest_route *route, const struct json *properties)
{
	const struct arguments *all = &route->command->arguments;
	const struct json *rest = json_get(properties, STR("arguments"));
	size_t named = named_by_path(route);

	if (all->max <= named) {
		CHECK(route->pattern, rest == NULL);
		return;
	}
	int64_t least = (int64_t)all->min - (int64_t)named;
	CHECK(route->pattern, json_get_int(rest, STR("minItems"), -1) == MAX_OF(least, 0));
	CHECK(route->pattern,
		json_get_int(rest, STR("maxItems"), -1) == (int64_t)(all->max - named));
}

static bool is_read(const struct option *o)
{
	return !str_equal(o->name, STR("stdin")) &&
	       (o->is != IS_PATH || str_equal(o->name, STR("definition")) ||
		       str_equal(o->name, STR("mapping")));
}

static void check_options(
	const struct rest_route *route, const struct json *operation, const struct json *properties)
{
	bool in_path = route->options[0] != NULL;

	for (const struct option *o = route->command->options; o->name.len > 0; o++) {
		bool there = properties != NULL ? json_get(properties, o->name) != NULL
						: parameters(operation, STR("query"), o->name) == 1;
		CHECK(o->name.ptr, there == is_read(o) || in_path);
	}
}

static void check_operation(const struct rest_route *route, const struct json *operation)
{
	const struct json *properties = json_get(body_schema(operation), STR("properties"));

	CHECK(route->pattern, operation != NULL);
	CHECK(route->pattern, parameters(operation, STR("path"), STR("")) >= named_by_path(route));
	if (route->command == NULL)
		return;
	check_options(route, operation, properties);
	if (properties != NULL)
		check_arguments(route, properties);
	else
		CHECK(route->pattern,
			route->command->arguments.min <= named_by_path(route) || route->takes_file);
	CHECK(route->pattern, parameters(operation, STR("query"), STR("lang")) == 1 &&
				      parameters(operation, STR("query"), STR("zone")) == 1);
}

TEST(the_document_says_what_is_read)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct strbuf text = strbuf_heap(16 << 20);
	struct json_parser *parser = json_parser_create(NULL);
	struct json document;
	size_t count;
	const struct rest_route *routes = rest_routes(commands_all(), arena, &count);

	rest_openapi_add(commands_all(), &text);
	CHECK("parses", json_parse(parser, strbuf_str(&text), arena, &document, NULL) == OK);
	for (size_t i = 0; i < count; i++)
		if (strcmp(routes[i].pattern, "/docs") != 0) /* for people */
			check_operation(&routes[i], operation(&document, &routes[i]));
	json_parser_free(parser);
	strbuf_done(&text);
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
