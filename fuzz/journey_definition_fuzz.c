/* fuzz/journey_definition_fuzz.c - any bytes as a journey definition: what is refused is told, and
 * what is accepted keeps its limits and can be planned and passed by.
 */
#include "fuzz.h"
#include "journey/pass.h"

#include <string.h>

/* A few events, made once. */
static struct threads_view *some_events(void)
{
	static struct threads_view *view;
	static const char *const activities[] = { "call", "view", "pay", "view" };
	struct record_identifier id = { .type = STR("user_id"), .value = STR("a") };

	if (view != NULL)
		return view;
	struct identity *identity = identity_create();
	struct threads *threads = threads_create();
	for (uint64_t seq = 1; seq <= ARRAY_LEN(activities); seq++) {
		const struct attribute total = { STR("total"),
			{ .kind = VALUE_INTEGER, .integer = (int64_t)seq } };
		const struct record record = { .kind = RECORD_EVENT,
			.seq = seq,
			.has_time = true,
			.time = { .ms = (int64_t)seq * 60000 },
			.source = STR("fuzz"),
			.channel = seq % 2 ? STR("web") : STR("phone"),
			.activity = str_of(activities[seq - 1]),
			.identifiers = &id,
			.identifier_count = 1,
			.attributes = &total,
			.attribute_count = 1 };
		uint32_t set = identity_set(identity, &record);
		(void)threads_add(threads, &record, seq, set);
		identity_add(identity, set, seq, 0, record.time.ms);
	}
	struct identity_view *people = identity_publish(identity);
	view = threads_publish(threads, people);
	identity_view_unref(people);
	threads_free(threads);
	identity_free(identity);
	return view;
}

static err read_nothing(
	void *context, uint64_t seq, struct arena *arena, struct record *out, struct why *why)
{
	(void)context, (void)arena, (void)why;
	*out = (struct record){ .kind = RECORD_EVENT, .seq = seq };
	return OK;
}

static err take(void *part, const struct journey *journey, struct why *why)
{
	size_t *events = part;

	(void)why;
	ASSERT(journey->count > 0);
	for (size_t i = 1; i < journey->count; i++)
		ASSERT(journey->time[i - 1] <= journey->time[i]);
	*events += journey->count;
	ASSERT(*events <= 4); /* an event is in one journey */
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(32 << 20);
	struct journey_definition d;
	struct why why = { 0 };

	if (journey_definition_parse(
		    (str){ (const char *)data, size }, zone_utc(), arena, &d, &why) != OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	ASSERT(d.step_count <= DEFINITION_STEPS_MAX && d.gap_ms >= 0 && d.window_ms >= 0);
	const struct journey_filter filter = journey_filter_none();
	const struct journey_journal journal = { read_nothing, NULL };
	struct journey_limits limits = { .bytes_max = 64 << 20, .threads = 1 };
	struct journey_plan *plan;
	size_t events = 0;
	void *part = &events;

	if (journey_plan_make(some_events(), &d, &filter, &journal, &limits, &plan, &why) == OK) {
		ASSERT(journey_pass(plan, take, &part, 1, &why) == OK);
		journey_plan_free(plan);
	}
	ASSERT(atomic_load(&limits.bytes) == 0);
	return 0;
}
