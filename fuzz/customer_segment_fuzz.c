/* fuzz/customer_segment_fuzz.c - any bytes as a segment: what is accepted keeps the limits, and
 * each of its conditions asks one thing. */
#include "fuzz.h"
#include "journey/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct segment segment;
	struct why why = { 0 };

	if (segment_parse((str){ (const char *)data, size }, zone_utc(), arena, &segment, &why) !=
		OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	ASSERT(segment.count > 0 && segment.count <= FILTER_CROWDS_MAX);
	for (size_t i = 0; i < segment.count; i++) {
		const struct segment_condition *c = &segment.conditions[i];
		bool is_nested = c->segment.len > 0;
		ASSERT(is_nested == (c->crowd.any.count == 0));
		ASSERT(!is_nested || (segment_name_is_valid(c->segment) && c->crowd.within == 0));
		ASSERT(c->crowd.within >= 0);
	}
	return 0;
}
