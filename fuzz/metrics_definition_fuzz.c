/* fuzz/metrics_definition_fuzz.c - any bytes as a definition of figures: what is refused is told,
 * and what is accepted keeps its limits.
 */
#include "fuzz.h"
#include "journey/metrics_definition.h"

static void check_selectors(const struct journey_selectors *selectors)
{
	ASSERT(selectors->count <= DEFINITION_SELECTORS_MAX);
	for (size_t i = 0; i < selectors->count; i++)
		ASSERT(selectors->items[i].test_count <= DEFINITION_TESTS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(16 << 20);
	struct metrics_definition d;
	struct why why = { 0 };
	err e = metrics_definition_parse(
		(str){ (const char *)data, size }, zone_utc(), arena, &d, &why);

	if (e != OK) {
		ASSERT(why.message != MSG_NONE && message_code(why.message) == e);
		return 0;
	}
	const struct journey_selectors *all[] = { &d.ignored, &d.self_service, &d.human,
		&d.transfer, &d.escalation, &d.abandon, &d.unsolvable };
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		check_selectors(all[i]);
	ASSERT(d.reason.len > 0 && d.gap_ms > 0 && d.repeat_ms > 0 && d.resolution_ms > 0);
	ASSERT(d.leakage_ms > 0 && d.containment_ms > 0 && d.switch_ms > 0);
	return 0;
}
