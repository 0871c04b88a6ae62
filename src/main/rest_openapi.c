/* main/rest_openapi.c - see rest_openapi.h */
#include "main/rest_openapi.h"

#include <stdlib.h>

#include "base/embedded.h"
#include "base/json.h"
#include "main/rest.h"
#include "main/rest_once.h"
#include "main/rest_special.h"
#include "main/version.h"

EMBEDDED(answer_schemas);

enum { DOCUMENT_BYTES_MAX = 8 << 20 };

static void open_object(struct json_writer *w, const char *key)
{
	json_put_key(w, str_of(key));
	json_put_object(w);
}

static void put_ref(struct json_writer *w, const char *folder, str name)
{
	struct strbuf ref = strbuf_heap(256);

	strbuf_add_c(&ref, folder);
	strbuf_add(&ref, name);
	json_member_string(w, "$ref", (str){ ref.ptr, ref.len });
	strbuf_done(&ref);
}

static str summary_of(const struct rest_route *route)
{
	return route->command != NULL ? route->command->summary.in[0] : route->says.in[0];
}

/* ---- parameters */

static const char *type_of(const struct option *o)
{
	return o->is == IS_FLAG ? "boolean" : o->is == IS_NUMBER ? "integer" : "string";
}

static void put_simple_schema(struct json_writer *w, const struct option *o)
{
	int64_t number;

	json_member_string(w, "type", str_of(type_of(o)));
	if (o->is == IS_NUMBER) {
		json_member_int(w, "minimum", 0);
	}
	if (o->preset.len > 0) {
		json_put_key(w, STR("default"));
		if (o->is == IS_NUMBER && str_to_int64(o->preset, &number))
			json_put_int(w, number);
		else
			json_put_string(w, o->preset);
	}
}

static void put_option_schema(struct json_writer *w, const struct option *o)
{
	open_object(w, "schema");
	if (o->repeats) {
		json_member_string(w, "type", STR("array"));
		open_object(w, "items");
		put_simple_schema(w, o);
		json_put_end(w);
	} else {
		put_simple_schema(w, o);
	}
	json_put_end(w);
}

static void put_parameter(
	struct json_writer *w, str name, const char *in, str description, bool required)
{
	json_put_object(w);
	json_member_string(w, "name", name);
	json_member_string(w, "in", str_of(in));
	json_member_string(w, "description", description);
	if (required) {
		json_put_key(w, STR("required"));
		json_put_bool(w, true);
	}
}

/* Each "{name}" of the pattern. */
static void put_path_parameters(struct json_writer *w, const char *pattern)
{
	str rest = str_of(pattern), before, name;

	while (str_split(rest, '{', &before, &rest) && str_split(rest, '}', &name, &rest)) {
		put_parameter(w, name, "path", name, true);
		open_object(w, "schema");
		json_member_string(w, "type", STR("string"));
		json_put_end(w);
		json_put_end(w);
	}
}

/* A file of this machine is nothing that a stranger may name. */
static bool is_offered(const struct option *o)
{
	return o->is != IS_PATH && !str_equal(o->name, STR("stdin"));
}

/* Options of every command that a stranger may give too: rest_words.c. */
static const struct option *shared_option(const char *name)
{
	const struct option *o = global_options;

	while (!str_equal(o->name, str_of(name)))
		o++;
	return o;
}
static const char *const shared_options[] = { "lang", "zone" };

/* What its query may name; NULL: nothing. */
static const struct option *query_of(const struct rest_route *route)
{
	if (route->command == NULL)
		return route->options_of;
	return route->body_bytes_max == 0 || route->takes_file ? route->command->options : NULL;
}

static void put_header(struct json_writer *w, const char *name, const char *description)
{
	put_parameter(w, str_of(name), "header", str_of(description), false);
	open_object(w, "schema");
	json_member_string(w, "type", STR("string"));
	json_member_int(w, "maxLength", REST_ONCE_BYTES_MAX);
	json_put_end(w);
	json_put_end(w);
}

static void put_headers(struct json_writer *w, const struct rest_route *route)
{
	put_header(w, "Idempotency-Key",
		"the request is done once, however often it comes with this key within a day");
	if (route->guard != NULL)
		put_header(w, "If-Match",
			"only if GET of what it changes still has this ETag; else 412");
}

static void put_option(struct json_writer *w, const struct option *o)
{
	put_parameter(w, o->name, "query", o->help.in[0], false);
	put_option_schema(w, o);
	json_put_end(w);
}

static void put_parameters(struct json_writer *w, const struct rest_route *route)
{
	json_put_key(w, STR("parameters"));
	json_put_array(w);
	put_path_parameters(w, route->pattern);
	for (const struct option *o = query_of(route); o != NULL && o->name.len > 0; o++)
		if (is_offered(o))
			put_option(w, o);
	for (size_t i = 0; route->command != NULL && i < ARRAY_LEN(shared_options); i++)
		put_option(w, shared_option(shared_options[i]));
	if (route->method == HTTP_GET && route->command != NULL) {
		put_parameter(w, STR("at_least"), "query",
			STR("answer from a state that holds this sequence"), false);
		open_object(w, "schema");
		json_member_string(w, "type", STR("integer"));
		json_member_int(w, "minimum", 0);
		json_put_end(w);
		json_put_end(w);
		put_parameter(w, STR("fields"), "query",
			STR("only these members of the answer, with commas between"), false);
		open_object(w, "schema");
		json_member_string(w, "type", STR("string"));
		json_put_end(w);
		json_put_end(w);
	}
	if (route->method != HTTP_GET && route->command != NULL && !route->asks)
		put_headers(w, route);
	json_put_end(w);
}

/* ---- bodies */

/* The name of a ready-made one, or the document. */
static void put_document_schema(struct json_writer *w)
{
	json_put_key(w, STR("type"));
	json_put_array(w);
	json_put_string(w, STR("string"));
	json_put_string(w, STR("object"));
	json_put_end(w);
}

static void put_property(struct json_writer *w, const struct option *o)
{
	json_put_key(w, o->name);
	json_put_object(w);
	json_member_string(w, "description", o->help.in[0]);
	if (o->is == IS_DOCUMENT) {
		put_document_schema(w);
	} else if (o->repeats) {
		json_member_string(w, "type", STR("array"));
		open_object(w, "items");
		put_simple_schema(w, o);
		json_put_end(w);
	} else {
		put_simple_schema(w, o);
	}
	json_put_end(w);
}

/* What the path does not name already: "arguments" of the body. */
static struct arguments arguments_of(const struct rest_route *route)
{
	struct arguments left = route->command->arguments;

	for (size_t i = 0; i < ARRAY_LEN(route->arguments); i++)
		if (route->arguments[i] != NULL) {
			left.min -= left.min > 0;
			left.max -= left.max > 0;
		}
	return left;
}

static void put_arguments(struct json_writer *w, const struct arguments *left, bool is_rest)
{
	open_object(w, "arguments");
	struct strbuf text = strbuf_heap(1 << 12);
	if (is_rest) { /* the help tells all of them */
		strbuf_add(&text, left->placeholder.in[0]);
		strbuf_add_c(&text, " without what the path names: ");
	}
	strbuf_add(&text, left->help.in[0]);
	json_member_string(w, "description", (str){ text.ptr, text.len });
	strbuf_done(&text);
	json_member_string(w, "type", STR("array"));
	json_member_uint(w, "minItems", left->min);
	json_member_uint(w, "maxItems", left->max);
	open_object(w, "items");
	json_member_string(w, "type", STR("string"));
	json_put_end(w);
	json_put_end(w);
}

static void put_command_body(struct json_writer *w, const struct rest_route *route)
{
	struct arguments left = arguments_of(route);

	json_member_string(w, "type", STR("object"));
	if (left.min > 0) {
		json_put_key(w, STR("required"));
		json_put_array(w);
		json_put_string(w, STR("arguments"));
		json_put_end(w);
	}
	json_put_key(w, STR("additionalProperties"));
	json_put_bool(w, false);
	open_object(w, "properties");
	for (const struct option *o = route->command->options; o->name.len > 0; o++)
		if (is_offered(o))
			put_property(w, o);
	if (left.max > 0)
		put_arguments(w, &left, route->arguments[0] != NULL);
	json_put_end(w);
}

/* name, password and what else of a special route: those that are wanted first. */
static void put_texts(struct json_writer *w, const char *const *names, size_t count, size_t wanted)
{
	json_member_string(w, "type", STR("object"));
	json_put_key(w, STR("required"));
	json_put_array(w);
	for (size_t i = 0; i < wanted; i++)
		json_put_string(w, str_of(names[i]));
	json_put_end(w);
	open_object(w, "properties");
	for (size_t i = 0; i < count; i++) {
		open_object(w, names[i]);
		json_member_string(w, "type", STR("string"));
		json_member_int(w, "minLength", i < wanted);
		json_put_end(w);
	}
	json_put_end(w);
}

/* The texts that a special route takes, those first that it wants. */
static const struct special_body {
	err (*special)(struct rest_call *call, struct why *why);
	const char *names[3];
	size_t count, wanted;
} special_bodies[] = {
	{ rest_sign_in, { "name", "password", "code" }, 3, 2 },
	{ rest_setup, { "link", "name", "password" }, 3, 3 },
	{ rest_own_password, { "password", "new_password" }, 2, 2 },
	{ rest_own_totp, { "password" }, 1, 1 },
	{ rest_own_totp_confirm, { "code" }, 1, 1 },
	{ rest_own_totp_remove, { "password", "code" }, 2, 0 },
};

static void put_body_schema(struct json_writer *w, const struct rest_route *route)
{
	size_t i = 0;

	if (route->command != NULL) {
		put_command_body(w, route);
		return;
	}
	while (i < ARRAY_LEN(special_bodies) && special_bodies[i].special != route->special)
		i++;
	ASSERT(i < ARRAY_LEN(special_bodies)); /* a test writes the whole document */
	put_texts(w, special_bodies[i].names, special_bodies[i].count, special_bodies[i].wanted);
}

static bool needs_body(const struct rest_route *route)
{
	return route->command == NULL || route->takes_file || arguments_of(route).min > 0;
}

static void put_body(struct json_writer *w, const struct rest_route *route)
{
	if (route->body_bytes_max == 0)
		return;
	open_object(w, "requestBody");
	json_put_key(w, STR("required"));
	json_put_bool(w, needs_body(route));
	open_object(w, "content");
	open_object(w, route->takes_file ? "application/octet-stream" : "application/json");
	open_object(w, "schema");
	if (!route->takes_file)
		put_body_schema(w, route);
	json_put_end(w);
	json_put_end(w);
	json_put_end(w);
	json_put_end(w);
}

/* ---- answers */

static str schema_of(const struct rest_route *route)
{
	return route->command != NULL ? route->command->schema
				      : str_of(route->schema != NULL ? route->schema : "");
}

static void put_answer_schema(
	struct json_writer *w, const char *key, const struct rest_route *route)
{
	str name = schema_of(route);

	open_object(w, key);
	if (name.len > 0)
		put_ref(w, "#/components/schemas/", name);
	else /* the document itself */
		json_member_string(w, "type", STR("object"));
	json_put_end(w);
}

static void put_done(struct json_writer *w, const struct rest_route *route)
{
	bool lines = route->command != NULL &&
		     (route->command->json_lines || route->command == &cmd_export);

	json_member_string(
		w, "description", lines ? STR("lines of JSON, each of this schema") : STR("done"));
	open_object(w, "content");
	if (route->special == rest_live) {
		open_object(w, "text/event-stream");
		json_put_end(w);
	} else if (route->special == rest_rejects) {
		open_object(w, "text/plain");
		json_put_end(w);
	} else if (lines) {
		open_object(w, "application/x-ndjson");
		if (route->command != &cmd_export)
			put_answer_schema(w, "schema", route);
		json_put_end(w);
		open_object(w, "application/json");
		open_object(w, "schema");
		json_member_string(w, "type", STR("array"));
		if (route->command != &cmd_export)
			put_answer_schema(w, "items", route);
		json_put_end(w);
		json_put_end(w);
	} else {
		open_object(w, "application/json");
		put_answer_schema(w, "schema", route);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_responses(struct json_writer *w, const struct rest_route *route)
{
	static const struct {
		err (*special)(struct rest_call *call, struct why *why);
		const char *status;
		str says;
	} bare[] = { { rest_sign_out, "204", STR_INIT("signed out") },
		{ rest_own_password, "204", STR_INIT("changed") },
		{ rest_own_totp_confirm, "204", STR_INIT("asked for from now on") },
		{ rest_own_totp_remove, "204", STR_INIT("taken away") },
		{ rest_own_session_end, "204", STR_INIT("ended") },
		{ rest_own_sessions_end, "204", STR_INIT("ended") },
		{ rest_oidc_begin, "302", STR_INIT("to the provider") },
		{ rest_oidc_callback, "303", STR_INIT("signed in: to the application") } };
	size_t i = 0;

	while (i < ARRAY_LEN(bare) && route->special != bare[i].special)
		i++;
	open_object(w, "responses");
	if (i < ARRAY_LEN(bare)) { /* without a body */
		open_object(w, bare[i].status);
		json_member_string(w, "description", bare[i].says);
	} else {
		open_object(w, "200");
		put_done(w, route);
	}
	json_put_end(w);
	if (route->method == HTTP_GET && route->command != NULL) {
		open_object(w, "304");
		json_member_string(w, "description", STR("as the client has it (If-None-Match)"));
		json_put_end(w);
	}
	open_object(w, "431"); /* the HTTP library says so by itself, and not in JSON */
	json_member_string(
		w, "description", STR("the head of the request is too large, or is none"));
	json_put_end(w);
	open_object(w, "default");
	json_member_string(w, "description", STR("a problem (RFC 9457)"));
	open_object(w, "content");
	open_object(w, "application/problem+json");
	open_object(w, "schema");
	json_member_string(w, "$ref", STR("#/components/schemas/problem"));
	json_put_end(w);
	json_put_end(w);
	json_put_end(w);
	json_put_end(w);
	json_put_end(w);
}

/* "GET /api/v1/journey/map" -> "get_journey_map" */
static void put_operation_id(struct json_writer *w, const struct rest_route *route)
{
	struct strbuf id = strbuf_heap(256);
	str rest = str_of(route->pattern);

	strbuf_add_lower(&id, http_method_name(route->method));
	(void)str_skip_prefix(&rest, STR("/api/v1"));
	for (size_t i = 0; i < rest.len; i++)
		if (!str_has(STR("{}"), rest.ptr[i]))
			strbuf_add_byte(&id, str_has(STR("/-."), rest.ptr[i]) ? '_' : rest.ptr[i]);
	json_member_string(w, "operationId", (str){ id.ptr, id.len });
	strbuf_done(&id);
}

static void put_scheme(struct json_writer *w, const char *name)
{
	json_put_key(w, str_of(name));
	json_put_array(w);
	json_put_end(w);
}

/* A token, but not for one's own account; or a session, and for a change by one its X-CSRF-Token
 * too. */
static void put_needs(struct json_writer *w, const struct rest_route *route)
{
	json_put_key(w, STR("security"));
	json_put_array(w);
	if (!route->open && !route->own) {
		json_put_object(w);
		put_scheme(w, "token");
		json_put_end(w);
	}
	if (!route->open) {
		json_put_object(w);
		put_scheme(w, "session");
		if (route->method != HTTP_GET)
			put_scheme(w, "csrf");
		json_put_end(w);
	}
	json_put_end(w);
	json_put_key(w, STR("x-rights"));
	json_put_array(w);
	for (size_t i = 0; i < RIGHT_COUNT_; i++)
		if (route->needs >> i & 1)
			json_put_string(w, right_name((enum right)i));
	json_put_end(w);
}

static void put_operation(struct json_writer *w, const struct rest_route *route)
{
	struct strbuf method = strbuf_heap(16);

	strbuf_add_lower(&method, http_method_name(route->method));
	json_put_key(w, strbuf_str(&method));
	strbuf_done(&method);
	json_put_object(w);
	put_operation_id(w, route);
	json_member_string(w, "summary", summary_of(route));
	if (route->command != NULL && route->command->about.in[0].len > 0)
		json_member_string(w, "description", route->command->about.in[0]);
	put_needs(w, route);
	put_parameters(w, route);
	put_body(w, route);
	put_responses(w, route);
	json_put_end(w);
}

static bool same_path(const struct rest_route *a, const struct rest_route *b)
{
	return str_equal(str_of(a->pattern), str_of(b->pattern));
}

static void put_paths(struct json_writer *w, const struct rest_route *routes, size_t count)
{
	open_object(w, "paths");
	for (size_t i = 0; i < count; i++) {
		bool told = !str_starts(str_of(routes[i].pattern), STR("/api/"));
		for (size_t k = 0; k < i && !told; k++)
			told = same_path(&routes[k], &routes[i]);
		if (told)
			continue;
		open_object(w, routes[i].pattern);
		for (size_t k = i; k < count; k++)
			if (same_path(&routes[k], &routes[i]))
				put_operation(w, &routes[k]);
		json_put_end(w);
	}
	json_put_end(w);
}

/* ---- components: the published schemas as they are */

static bool is_used(const struct rest_route *routes, size_t count, str schema)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(schema_of(&routes[i]), schema))
			return true;
	return false;
}

/* "#/$defs/x" of the document of that name is a schema beside it: "name.x". */
static void put_moved_ref(struct json_writer *w, str pointer, str name)
{
	struct strbuf ref = strbuf_heap(256);
	str within = pointer;

	strbuf_add_c(&ref, "#/components/schemas/");
	strbuf_add(&ref, name);
	if (str_skip_prefix(&within, STR("/$defs/")))
		strbuf_add_byte(&ref, '.');
	strbuf_add(&ref, within);
	json_put_string(w, (str){ ref.ptr, ref.len });
	strbuf_done(&ref);
}

/* What has no meaning, or another one, where the schema is a part of this document. */
static bool is_of_its_file(str key)
{
	return str_equal(key, STR("$schema")) || str_equal(key, STR("$id")) ||
	       str_equal(key, STR("$defs"));
}

static void put_moved(struct json_writer *w, const struct json *tree, str name)
{
	if (tree->kind == JSON_ARRAY) {
		json_put_array(w);
		for (size_t i = 0; i < tree->array.count; i++)
			put_moved(w, &tree->array.items[i], name);
		json_put_end(w);
		return;
	}
	if (tree->kind != JSON_OBJECT) {
		json_put_tree(w, tree);
		return;
	}
	json_put_object(w);
	for (size_t i = 0; i < tree->object.count; i++) {
		const struct json_member *m = &tree->object.items[i];
		str pointer = m->value.kind == JSON_STRING ? m->value.string : STR("");
		if (is_of_its_file(m->key))
			continue;
		json_put_key(w, m->key);
		if (str_equal(m->key, STR("$ref")) && str_skip_prefix(&pointer, STR("#"))) {
			put_moved_ref(w, pointer, name);
		} else {
			put_moved(w, &m->value, name);
		}
	}
	json_put_end(w);
}

/* Each of "$defs": clients that make types of the document find them by name. */
static void put_parts(struct json_writer *w, const struct json *parts, str name)
{
	for (size_t i = 0; parts != NULL && i < parts->object.count; i++) {
		const struct json_member *part = &parts->object.items[i];
		struct strbuf key = strbuf_heap(256);
		strbuf_add(&key, name);
		strbuf_add_byte(&key, '.');
		strbuf_add(&key, part->key);
		json_put_key(w, (str){ key.ptr, key.len });
		put_moved(w, &part->value, name);
		strbuf_done(&key);
	}
}

static void put_schema(struct json_writer *w, const struct embedded_file *file, str name)
{
	AUTO_ARENA arena = arena_create(DOCUMENT_BYTES_MAX);
	struct json_parser *parser = json_parser_create(NULL);
	struct json tree;
	err e = json_parse(parser, file->text, arena, &tree, NULL);

	ASSERT(e == OK); /* our own, checked by a test */
	json_put_key(w, name);
	put_moved(w, &tree, name);
	put_parts(w, json_get(&tree, STR("$defs")), name);
	json_parser_free(parser);
}

static const char problem[] = "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\","
			      "\"code\"],\"properties\":{"
			      "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
			      "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
			      "\"code\":{\"type\":\"string\"},\"hint\":{\"type\":\"string\"},"
			      "\"where\":{\"type\":\"object\"}}}";

static void put_components(struct json_writer *w, const struct rest_route *routes, size_t count)
{
	open_object(w, "components");
	open_object(w, "securitySchemes");
	open_object(w, "token");
	json_member_string(w, "type", STR("http"));
	json_member_string(w, "scheme", STR("bearer"));
	json_put_end(w);
	open_object(w, "session");
	json_member_string(w, "type", STR("apiKey"));
	json_member_string(w, "in", STR("cookie"));
	json_member_string(w, "name", STR("__Host-ariane"));
	json_member_string(
		w, "description", STR("of POST /api/v1/session; without TLS it is called ariane"));
	json_put_end(w);
	open_object(w, "csrf");
	json_member_string(w, "type", STR("apiKey"));
	json_member_string(w, "in", STR("header"));
	json_member_string(w, "name", STR("X-CSRF-Token"));
	json_member_string(
		w, "description", STR("the member csrf of that answer, and of GET /api/v1/me"));
	json_put_end(w);
	json_put_end(w);
	open_object(w, "schemas");
	json_put_key(w, STR("problem"));
	json_put_raw(w, str_of(problem));
	for (size_t i = 0; i < answer_schemas_count; i++) {
		str name = str_upto(
			answer_schemas[i].name, answer_schemas[i].name.len - strlen(".json"));
		if (is_used(routes, count, name))
			put_schema(w, &answer_schemas[i], name);
	}
	json_put_end(w);
	json_put_end(w);
}

void rest_openapi_add(const struct command_list *list, struct strbuf *out)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct json_writer w = json_writer_of(out, JSON_PRETTY);
	size_t count;
	const struct rest_route *routes = rest_routes(list, arena, &count);

	json_put_object(&w);
	json_member_string(&w, "openapi", STR("3.1.0"));
	open_object(&w, "info");
	json_member_string(&w, "title", STR("Ariane"));
	json_member_string(&w, "version", STR(ARIANE_VERSION));
	json_member_string(&w, "description",
		STR("The command line's questions and changes over HTTP: the same options, the "
		    "same "
		    "JSON. Made from the program's own tables."));
	json_put_end(&w);
	put_paths(&w, routes, count);
	put_components(&w, routes, count);
	json_put_end(&w);
	strbuf_add_byte(out, '\n');
}

err rest_openapi(struct rest_call *call, struct why *why)
{
	struct strbuf out = strbuf_heap(DOCUMENT_BYTES_MAX);

	rest_openapi_add(rest_options_of(call->rest)->commands, &out);
	if (!strbuf_ok(&out)) {
		strbuf_done(&out);
		return fail(why, MSG_NO_ROOM, arg_c("openapi"), arg_int(DOCUMENT_BYTES_MAX));
	}
	rest_settled(call);
	http_answer_built(call->x, 200, "application/json", &out);
	return OK;
}
