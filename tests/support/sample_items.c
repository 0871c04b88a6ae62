/* tests/support/sample_items.c - see sample_items.h */
#include "support/sample_items.h"

#include "base/random.h"
#include "engine/prepare.h"

enum { PEOPLE = 60, TIMES = 500 };

static str number_text(struct arena *arena, const char *prefix, uint64_t n, const char *ending)
{
	struct strbuf text = strbuf_in(arena, 64);

	strbuf_printf(&text, "%s%llu%s", prefix, (unsigned long long)n, ending);
	ASSERT(strbuf_ok(&text));
	return strbuf_str(&text);
}

static struct record_identifier identifier(struct random *random, struct arena *arena)
{
	uint64_t who = random_below(random, PEOPLE);

	if (who % 2 == 0)
		return (struct record_identifier){ .type = STR("user_id"),
			.value = number_text(arena, "u", who, "") };
	return (struct record_identifier){ .type = STR("email"),
		.value = number_text(arena, "p", who, "@x.fr") };
}

static struct engine_item item_of(
	const uint8_t *secret, uint64_t n, str activity, struct arena *arena)
{
	static const size_t counts[] = { 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2 };
	struct random random = random_of(n);
	struct preparation p = { .default_source = STR("test"), .secret = secret };
	struct record_identifier *ids = arena_array(arena, 2, sizeof(*ids));
	struct prepared prepared;
	struct why why = { 0 };

	ASSERT(ids != NULL);
	struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = (int64_t)random_below(&random, TIMES),
			.offset_min = INSTANT_NO_OFFSET },
		.channel = STR("web"),
		.activity = activity,
		.message_id = number_text(arena, "m", n, ""),
		.identifiers = ids };
	record.identifier_count = counts[random_below(&random, ARRAY_LEN(counts))];
	for (size_t i = 0; i < record.identifier_count; i++)
		ids[i] = identifier(&random, arena);
	if (record.identifier_count == 0 || random_below(&random, 20) == 0)
		record.kind = RECORD_ENTITY;
	ASSERT(item_prepare(&p, &record, arena, &prepared, &why) == OK);
	return prepared.item;
}

struct engine_item sample_item(const uint8_t *secret, uint64_t n, struct arena *arena)
{
	static const str activities[] = { STR_INIT("visit"), STR_INIT("call"), STR_INIT("mail") };

	return item_of(secret, n, activities[n % ARRAY_LEN(activities)], arena);
}

struct engine_item sample_item_changed(const uint8_t *secret, uint64_t n, struct arena *arena)
{
	return item_of(secret, n, STR("changed"), arena);
}
