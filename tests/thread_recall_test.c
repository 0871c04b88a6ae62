/* tests/thread_recall_test.c - what columns recall of a row is what the record says, or it is not
 * recalled and there is a reason. */
#include "thread/recall.h"

#include "event/value.h"
#include "support/random_record.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 3000, VALUES_MAX = 2000, ARENA_BYTES = 256 << 20 };
static const unsigned all_fields = (1u << FIELD_COUNT) - 1;

/* The values of one record, laid flat. */
struct flat {
	struct arena *arena;
	str keys[VALUES_MAX];
	struct value values[VALUES_MAX];
	size_t count, left_out;
};

static void note(void *context, str key, const struct value *value)
{
	struct flat *flat = context;

	ASSERT(flat->count < VALUES_MAX);
	flat->keys[flat->count] = arena_str(flat->arena, key);
	flat->values[flat->count++] = *value;
}

static void lay_flat(const struct record *record, struct flat *flat)
{
	flat->count = 0;
	flat->left_out = attribute_walk(record, note, flat);
}

/* One value under the key, the one of the record; or none on both sides. */
static bool key_agrees(const struct flat *flat, str key, const struct record *recalled)
{
	const struct value *said = NULL, *is = NULL;
	size_t count = 0;

	for (size_t i = 0; i < flat->count; i++)
		if (str_equal(flat->keys[i], key)) {
			said = &flat->values[i];
			count++;
		}
	for (size_t i = 0; i < recalled->attribute_count; i++)
		if (str_equal(recalled->attributes[i].key, key))
			is = &recalled->attributes[i].value;
	if (is == NULL)
		return count == 0;
	return count == 1 && value_compare(said, is) == 0;
}

static bool agrees(const struct flat *flat, const struct recall_wanted *wanted,
	const struct record *record, const struct record *recalled)
{
	bool same = str_equal(record->channel, recalled->channel) &&
		    str_equal(record->activity, recalled->activity) &&
		    str_equal(record->source, recalled->source) &&
		    str_equal(record->actor, recalled->actor) &&
		    str_equal(record->interaction, recalled->interaction) &&
		    str_equal(record->case_id, recalled->case_id) && record->seq == recalled->seq &&
		    record->has_time == recalled->has_time && record->kind == recalled->kind &&
		    (!record->has_time || ticks_of(record->time) == ticks_of(recalled->time));

	for (size_t i = 0; same && i < wanted->key_count; i++)
		same = key_agrees(flat, wanted->keys[i], recalled);
	return same;
}

/* Why it may not be recalled: columns do not have all of it. */
static bool has_reason(const struct flat *flat, const struct recall_wanted *wanted)
{
	if (flat->left_out > 0)
		return true;
	for (size_t k = 0; k < wanted->key_count; k++) {
		size_t count = 0;
		for (size_t i = 0; i < flat->count; i++) {
			if (!str_equal(flat->keys[i], wanted->keys[k]))
				continue;
			const struct value *value = &flat->values[i];
			bool is_long = value->kind == VALUE_STRING &&
				       value->string.len > ATTRIBUTE_TEXT_BYTES_MAX;
			if (value->kind == VALUE_TIME || is_long || ++count > 1)
				return true;
		}
	}
	return false;
}

static struct record row_record(struct random *random, struct arena *arena, uint32_t row)
{
	struct record record = random_below(random, 4) == 0 ? random_plain_event(random, arena)
							    : random_record(random, arena);

	record.kind = record.has_time ? RECORD_EVENT : RECORD_ENTITY;
	record.seq = row + 1;
	return record;
}

static struct threads_view *view_of(struct threads *threads)
{
	struct identity *identity = identity_create();
	struct identity_view *people = identity_publish(identity);
	struct threads_view *view = threads_publish(threads, people);

	identity_view_unref(people);
	identity_free(identity);
	return view;
}

static size_t some_keys(const struct threads_view *view, str keys[static RECALL_KEYS_MAX])
{
	const struct attributes_view *columns = threads_view_attributes(view);
	size_t count = 0;

	for (uint32_t i = 0; i < attributes_key_count(columns) && count < RECALL_KEYS_MAX - 1; i++)
		keys[count++] = attributes_key(columns, i);
	keys[count++] = STR("no such key");
	return count;
}

TEST(recall_says_what_records_say_or_nothing)
{
	struct random random = random_of(11);
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct record *records = memory_alloc(ROWS * sizeof(*records));
	struct flat *flat = memory_alloc(sizeof(*flat));
	struct threads *threads = threads_create();
	str keys[RECALL_KEYS_MAX];
	size_t recalled = 0;

	flat->arena = arena;
	for (uint32_t row = 0; row < ROWS; row++) {
		records[row] = row_record(&random, arena, row);
		(void)threads_add(threads, &records[row], row + 1, IDENTITY_NO_CODE);
	}
	struct threads_view *view = view_of(threads);
	const struct recall_wanted wanted = {
		.fields = all_fields, .keys = keys, .key_count = some_keys(view, keys)
	};
	struct recall *recall = recall_create(view, &wanted, arena);
	for (size_t i = 0; i < 2 * (size_t)ROWS; i++) { /* in order, then anyhow */
		uint32_t row = i < ROWS ? (uint32_t)i : (uint32_t)random_below(&random, ROWS);
		struct record is;
		lay_flat(&records[row], flat);
		if (recall_row(recall, row, &is)) {
			recalled++;
			CHECK("as the record", agrees(flat, &wanted, &records[row], &is));
		} else {
			CHECK("a reason", has_reason(flat, &wanted));
		}
		CHECK("a verbatim", recall_has_text(recall, row) == (records[row].text.len > 0));
	}
	CHECK("most are", recalled > ROWS / 2 && recalled < 2 * ROWS);
	threads_view_unref(view);
	threads_free(threads);
	free(flat);
	free(records);
}

/* A text that is too long for a dictionary: only told apart. */
TEST(recall_tells_apart_what_only_a_hash_is_left_of)
{
	char texts[2][ATTRIBUTE_TEXT_BYTES_MAX + 1];
	AUTO_ARENA arena = arena_create(1 << 20);
	struct threads *threads = threads_create();
	struct record is, other, again;

	for (uint32_t row = 0; row < 3; row++) {
		memset(texts[row % 2], 'a' + (int)(row % 2), sizeof(texts[0]));
		const struct record record = { .kind = RECORD_EVENT,
			.seq = row + 1,
			.has_time = true,
			.time = { .ms = -1, .sub_ns = 700 },
			.interaction = { texts[row % 2], sizeof(texts[0]) } };
		(void)threads_add(threads, &record, row + 1, IDENTITY_NO_CODE);
	}
	struct threads_view *view = view_of(threads);
	struct recall_wanted wanted = { .fields = 1u << FIELD_INTERACTION };
	struct recall *recall = recall_create(view, &wanted, arena);
	CHECK("the text is not there", !recall_row(recall, 0, &is));
	wanted.fields = 0;
	recall = recall_create(view, &wanted, arena);
	CHECK("not asked for", recall_row(recall, 0, &is) && is.interaction.len == 0);
	CHECK("before 1970", is.time.ms == -1 && is.time.sub_ns == 700);
	wanted.fields = wanted.told_apart = 1u << FIELD_INTERACTION;
	recall = recall_create(view, &wanted, arena);
	CHECK("told apart", recall_row(recall, 0, &is));
	str first = arena_str(arena, is.interaction);
	CHECK("another", recall_row(recall, 1, &other) && !str_equal(first, other.interaction));
	CHECK("the same", recall_row(recall, 2, &again) && str_equal(first, again.interaction));
	threads_view_unref(view);
	threads_skip_attributes(threads);
	view = view_of(threads);
	recall = recall_create(view, &wanted, arena);
	CHECK("without columns", !recall_row(recall, 0, &is) && !recall_has_text(recall, 0));
	threads_view_unref(view);
	threads_free(threads);
}

TEST(recall_without_memory)
{
	struct threads *threads = threads_create();
	const struct record record = { .kind = RECORD_EVENT,
		.seq = 1,
		.has_time = true,
		.source = STR("s"),
		.actor = STR("a") };
	bool made = false;

	(void)threads_add(threads, &record, 1, IDENTITY_NO_CODE);
	struct threads_view *view = view_of(threads);
	const struct recall_wanted wanted = { .fields = all_fields };
	for (unsigned n = 1; !made && n < 50; n++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		arena_fail_at(arena, n);
		made = recall_create(view, &wanted, arena) != NULL;
		CHECK("not at once", n > 2 || !made);
	}
	CHECK("enough in the end", made);
	threads_view_unref(view);
	threads_free(threads);
}
