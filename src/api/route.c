/* api/route.c - see route.h */
#include "api/route.h"

static const str method_names[HTTP_METHOD_COUNT_ + 1] = { STR_INIT("GET"), STR_INIT("POST"),
	STR_INIT("PUT"), STR_INIT("PATCH"), STR_INIT("DELETE"), STR_INIT("") };

str http_method_name(enum http_method method)
{
	return method_names[method];
}

bool http_method_named(str name, enum http_method *method)
{
	if (str_equal(name, STR("HEAD"))) {
		*method = HTTP_GET;
		return true;
	}
	for (size_t i = 0; i < HTTP_METHOD_COUNT_; i++)
		if (str_equal(name, method_names[i])) {
			*method = (enum http_method)i;
			return true;
		}
	return false;
}

/* The parts from `at` on with their slashes between them; .ptr NULL when the arena is full. */
static str join_rest(const struct target *target, size_t at, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, TARGET_BYTES_MAX);

	for (size_t i = at; i < target->part_count; i++) {
		if (i > at)
			strbuf_add_byte(&out, '/');
		strbuf_add(&out, target->parts[i]);
	}
	return strbuf_ok(&out) ? strbuf_str(&out) : (str){ NULL, 0 };
}

bool route_fits(const char *pattern, const struct target *target, struct arena *arena,
	struct target_pair parameters[static ROUTE_PARAMETERS_MAX], size_t *count)
{
	str rest = str_of(pattern), part;
	size_t n = 0;

	(void)str_skip_prefix(&rest, STR("/"));
	for (size_t i = 0; i < target->part_count; i++) {
		bool more = str_split(rest, '/', &part, &rest);
		if (!more)
			part = rest;
		if (str_starts(part, STR("{"))) {
			str name = { part.ptr + 1, part.len - 2 };
			bool takes_rest = str_ends(name, STR("..."));
			ASSERT(n < ROUTE_PARAMETERS_MAX && (!takes_rest || !more));
			if (takes_rest)
				name.len -= 3;
			str value = takes_rest ? join_rest(target, i, arena) : target->parts[i];
			parameters[n++] = (struct target_pair){ name, value };
			if (takes_rest || value.len == 0) {
				*count = n;
				return value.len > 0;
			}
		} else if (!str_equal(part, target->parts[i])) {
			return false;
		}
		if (more != (i + 1 < target->part_count))
			return false;
	}
	*count = n;
	return true;
}

struct route_match route_find(const struct http_routes *tables, size_t table_count,
	enum http_method method, const struct target *target, struct arena *arena)
{
	struct route_match match = { 0 };

	for (size_t t = 0; t < table_count; t++)
		for (size_t i = 0; i < tables[t].count; i++) {
			const struct http_route *route = &tables[t].items[i];
			struct target_pair parameters[ROUTE_PARAMETERS_MAX];
			size_t count = 0;
			if (!route_fits(route->pattern, target, arena, parameters, &count))
				continue;
			match.methods |= 1U << route->method;
			match.flags |= route->flags;
			if (match.route != NULL || route->method != method)
				continue;
			match.route = route;
			match.context = tables[t].context;
			match.parameter_count = count;
			for (size_t p = 0; p < count; p++)
				match.parameters[p] = parameters[p];
		}
	return match;
}
