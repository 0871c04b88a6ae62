/* tests/engine_prepare_test.c - ids, keys and checks of prepared records, against the words of
 * prepare.h.
 */
#include "base/crc32c.h"
#include "engine/prepare.h"
#include "event/codec.h"
#include "support/random_record.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS = 70, ROUNDS = 40, ARENA_BYTES = 64 << 20 };

static const uint8_t secret[DEDUP_SECRET_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static str encoded(const struct record *record, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, RECORD_BYTES_MAX);

	record_encode(record, &out);
	return strbuf_str(&out);
}

/* "h:" + the digest of the bytes without an id + "#1" */
static str expected_id(const struct record *record, struct arena *arena)
{
	struct record without = *record;
	struct strbuf id = strbuf_in(arena, 100);

	without.message_id = STR("");
	struct digest128 digest = digest128(NULL, encoded(&without, arena));
	strbuf_add_c(&id, "h:");
	for (size_t i = 0; i < sizeof(digest.bytes); i++)
		strbuf_printf(&id, "%02x", digest.bytes[i]);
	strbuf_add_c(&id, "#1");
	return strbuf_str(&id);
}

static void check_item(const struct engine_item *item, bool had_id, struct numbering *numbering,
	struct arena *arena)
{
	const struct record *r = item->record;
	bool guessed = engine_is_keyed(r->kind) && !had_id;
	struct dedup_key key = dedup_key_of(secret, r->source, r->message_id);

	CHECK("bytes", str_equal(item->bytes, encoded(r, arena)));
	CHECK("check", item->check == crc32c(0, item->bytes));
	CHECK("keyed", item->has_key == engine_is_keyed(r->kind));
	CHECK("key", !item->has_key || memcmp(&key, &item->key, sizeof(key)) == 0);
	CHECK("numbering", item->numbering == (guessed ? numbering : NULL));
	CHECK("id", !guessed || str_equal(r->message_id, expected_id(r, arena)));
	CHECK("no id where none belongs",
		had_id || engine_is_keyed(r->kind) || r->message_id.len == 0);
	CHECK("accepted", record_check(r, NULL) == OK);
}

/* Any number at once; with ids and without, of every kind, short and long. */
TEST(items_begun_and_finished_together)
{
	struct random random = random_of(3);
	static struct prepared prepared[RECORDS];

	for (size_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		AUTO_ARENA kept = arena_create(ARENA_BYTES);
		struct numbering *nobody =
			(struct numbering *)(void *)&random; /* not looked into */
		struct preparation p = { .default_source = STR("import"),
			.secret = secret,
			.numbering = nobody,
			.is_checked = round % 2 == 0 };
		bool had_id[RECORDS];
		size_t count = 0;
		while (count < RECORDS - round % 37) {
			struct record record = random_record(&random, arena);
			if (random_below(&random, 3) > 0)
				record.message_id = STR("");
			if (record_check(&record, NULL) != OK)
				continue;
			had_id[count] = record.message_id.len > 0;
			struct why why = { 0 };
			if (item_begin(&p, &record, kept, &prepared[count], &why) == OK)
				count++;
		}
		items_finish(&p, prepared, count);
		for (size_t i = 0; i < count; i++)
			check_item(&prepared[i].item, had_id[i], nobody, arena);
	}
}

/* Rows of one form become the same items as their records do: normal identifiers and others, ids
 * from the content and of their own. */
TEST(items_of_a_form_are_those_of_their_records)
{
	static const size_t strings[] = { offsetof(struct record, activity),
		offsetof(struct record, channel), offsetof(struct record, message_id) };
	static const str values[] = { STR_INIT("a@b.fr"), STR_INIT("A@B.fr"), STR_INIT("a at b"),
		STR_INIT("c@d.example") };
	struct record_identifier types[] = { { .type = STR("email") }, { .type = STR("shop") } };
	const struct record pattern = { .kind = RECORD_EVENT,
		.source = STR("till"),
		.identifiers = types,
		.identifier_count = 2 };

	for (size_t i = 0; i < 16; i++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		struct preparation p = { .secret = secret, .is_checked = true };
		struct record_form form;
		struct formed formed = { .time = { 1000 + (int64_t)i, 0, INSTANT_NO_OFFSET },
			.texts = { STR("a"), STR("web") } };
		struct record_identifier room[2];
		struct prepared direct, told;
		struct record record;
		size_t count = i % 8 < 4 ? 2 : 3;
		CHECK("form", record_form_init(&form, &pattern, strings, count));
		if (i >= 8)
			preparation_form(&p, &form); /* or not */
		formed.is_clean = i >= 8;
		formed.texts[2] = STR("m-1"); /* or the first identifier, written next */
		formed.texts[count] = values[i % 4];
		formed.texts[count + 1] = STR("17");
		CHECK("taken", record_form_takes(&form, &formed));
		record_of_form(&form, &formed, room, &record);
		CHECK("direct", item_begin_formed(&p, &form, &formed, arena, &direct, NULL) == OK);
		CHECK("told", item_begin(&p, &record, arena, &told, NULL) == OK);
		items_finish(&p, &direct, 1);
		items_finish(&p, &told, 1);
		CHECK("same bytes", str_equal(direct.item.bytes, told.item.bytes));
		CHECK("same key",
			memcmp(&direct.item.key, &told.item.key, sizeof(direct.item.key)) == 0);
		struct record_identifier ids[FORM_IDENTIFIERS_MAX];
		item_record(&direct.item, ids, &record);
		direct.item.record = &record;
		check_item(&direct.item, count == 3, NULL, arena);
		if (count == 3)
			continue;
		struct engine_item row = direct.item;
		CHECK("numbered", item_number(secret, &row, 2, arena, NULL) == OK);
		CHECK("its own", row.row == NULL && str_ends(row.record->message_id, STR("#2")));
		check_item(&row, true, NULL, arena);
	}
}

TEST(item_number_makes_another_of_the_same)
{
	static const uint64_t numbers[] = { 2, 9, 10, 123456, UINT64_C(1) << 47 };
	struct random random = random_of(4);

	for (size_t i = 0; i < 200; i++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		struct preparation p = { .default_source = STR("import"), .secret = secret };
		struct record record = random_record(&random, arena);
		struct prepared prepared;
		struct why why = { 0 };
		char ending[32];
		record.message_id = STR("");
		if (!engine_is_keyed(record.kind) || record_check(&record, NULL) != OK ||
			item_prepare(&p, &record, arena, &prepared, &why) != OK)
			continue;
		struct engine_item item = prepared.item;
		uint64_t n = numbers[i % ARRAY_LEN(numbers)];
		(void)snprintf(ending, sizeof(ending), "#%llu", (unsigned long long)n);
		CHECK("first", item_is_first(&item));
		CHECK("numbered", item_number(secret, &item, n, arena, &why) == OK);
		CHECK("ending", str_ends(item.record->message_id, str_of(ending)));
		CHECK("the rest", str_starts(item.record->message_id,
					  str_upto(prepared.item.record->message_id, 34)));
		CHECK("not first", !item_is_first(&item));
		struct digest128 before = item_digest(&prepared.item), after = item_digest(&item);
		CHECK("digest", memcmp(&before, &after, sizeof(before)) == 0);
		check_item(&item, true, NULL, arena);
	}
}
