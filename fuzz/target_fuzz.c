/* fuzz/target_fuzz.c - any bytes as the first line of a request.
 *
 * What is read is UTF-8 without NUL, has no part "." or "..", and fits a pattern of as many parts.
 */
#include "api/route.h"
#include "fuzz.h"

static void check_text(str text)
{
	ASSERT(str_is_utf8(text) && !str_has(text, '\0'));
}

static void check_routes(const struct target *target, struct arena *arena)
{
	struct target_pair parameters[ROUTE_PARAMETERS_MAX];
	size_t count = 0;

	if (!route_fits("/{all...}", target, arena, parameters, &count))
		return;
	ASSERT(count == 1);
	check_text(parameters[0].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 20);
	struct target target;
	struct why why = { 0 };

	err e = target_parse((str){ (const char *)data, size }, arena, &target, &why);
	if (e != OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	ASSERT(target.part_count > 0 && target.part_count <= TARGET_PARTS_MAX);
	for (size_t i = 0; i < target.part_count; i++) {
		check_text(target.parts[i]);
		ASSERT(!str_equal(target.parts[i], STR("..")));
		ASSERT(target.parts[i].len > 0 || i + 1 == target.part_count);
	}
	for (size_t i = 0; i < target.query_count; i++) {
		check_text(target.query[i].name);
		check_text(target.query[i].value);
	}
	check_routes(&target, arena);
	return 0;
}
