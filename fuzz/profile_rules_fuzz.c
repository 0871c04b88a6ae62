/* fuzz/profile_rules_fuzz.c - any bytes as rules of profiles: what is accepted says the same when
 * it is read again, and computes without asking for more than its limits. */
#include "fuzz.h"
#include "profile/computed.h"

static void use(const struct profile_rules *rules)
{
	static const struct attribute attributes[] = {
		{ STR_INIT("revenue"), { .kind = VALUE_FLOAT, .number = 1e308 } },
		{ STR_INIT("n"), { .kind = VALUE_INTEGER, .integer = INT64_MAX } },
	};
	const struct record record = { .kind = RECORD_EVENT,
		.channel = STR("web"),
		.activity = STR("Order Completed"),
		.source = STR("shop"),
		.attributes = attributes,
		.attribute_count = ARRAY_LEN(attributes) };
	AUTO_ARENA arena = arena_create(16 << 20);
	struct computed *computed = computed_begin(rules, 1000, arena);
	const struct computed_trait *out;
	size_t count = 0;

	ASSERT(computed != NULL);
	for (int i = 0; i < 3; i++)
		ASSERT(computed_event(computed, &record, i, NULL) == OK);
	ASSERT(computed_end(computed, &out, &count, NULL) == OK && count <= PROFILE_COMPUTED_MAX);
	for (size_t i = 0; i < count; i++)
		ASSERT(out[i].events <= 3 && out[i].rule->trait.len > 0 &&
			out[i].rule->within_ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile_rules *rules, *again;
	struct why why = { 0 };

	if (profile_rules_parse((str){ (const char *)data, size }, &rules, &why) != OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	use(rules);
	ASSERT(profile_rules_parse(profile_rules_document(rules), &again, NULL) == OK);
	ASSERT(profile_rules_of(rules, STR("email")) == profile_rules_of(again, STR("email")));
	profile_rules_free(again);
	profile_rules_free(rules);
	return 0;
}
