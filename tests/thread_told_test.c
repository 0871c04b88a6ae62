/* tests/thread_told_test.c - what records tell of customers is found again by row: as told, after a
 * checkpoint, and where it does not fit. */
#include "event/codec.h"
#include "event/value.h"
#include "support/memory_file.h"
#include "support/random_record.h"
#include "test.h"
#include "thread/told.h"

#include <stdlib.h>

enum { ROWS = 300, ARENA_BYTES = 64 << 20, INDEX_BYTES = 1 << 20 };

static bool same_traits(const struct record *a, const struct record *b)
{
	bool same = a->trait_count == b->trait_count && str_equal(a->source, b->source);

	for (size_t i = 0; same && i < a->trait_count; i++)
		same = str_equal(a->traits[i].key, b->traits[i].key) &&
		       value_compare(&a->traits[i].value, &b->traits[i].value) == 0;
	return same;
}

static bool tells(const struct told_view *view, uint32_t row, const struct record *record)
{
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct record told;
	str bytes = STR("");

	if (!told_is(view, row, record))
		return false;
	switch (told_of(view, row, &bytes)) {
	case TOLD_NOTHING:
		return record->trait_count == 0;
	case TOLD_IN_JOURNAL:
		return false; /* these are short */
	case TOLD_HERE:
		break;
	}
	return record_decode(bytes, arena, &told, NULL) == OK && same_traits(&told, record) &&
	       told.has_time == !record->has_time &&
	       (record->has_time || told.time.ms == record->received_ms);
}

static struct told *save_and_load(struct told *told, struct memory_file *file)
{
	struct strbuf index = strbuf_heap(INDEX_BYTES);
	struct saving *saving = saving_create();
	struct told *loaded = NULL;
	struct why why = { 0 };
	struct table_store store = { .file = &file->file, .index = &index };

	told_save(told, saving);
	CHECK("saves", saving_write(saving, &store, &why) == OK);
	saving_free(saving);
	str entry = strbuf_str(&index);
	CHECK("loads", told_load(&file->file, &entry, &loaded, &why) == OK && entry.len == 0);
	strbuf_done(&index);
	return loaded;
}

TEST(told_is_what_records_say)
{
	struct random random = random_of(5);
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct record *records = memory_alloc(ROWS * sizeof(*records));
	struct memory_file *file = memory_file_create();
	struct told *told = told_create();
	size_t telling = 0;

	for (uint32_t row = 0; row < ROWS; row++) {
		records[row] = random_record(&random, arena);
		records[row].received_ms = row;
		bool said = told_add(told, row, &records[row]);
		CHECK("some say something", said == (records[row].trait_count > 0));
		telling += said;
	}
	struct told *loaded = save_and_load(told, file);
	struct told *const both[] = { told, loaded };
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		struct told_view *view = told_publish(both[i]);
		CHECK("rows that tell", told_rows(view) == telling && telling > 20);
		for (uint32_t row = 0; row < ROWS; row++)
			CHECK(i == 0 ? "live" : "loaded", tells(view, row, &records[row]));
		told_view_unref(view);
		told_free(both[i]);
	}
	memory_file_free(file);
	free(records);
}

static struct record telling_of(const struct attribute *trait)
{
	return (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.source = STR("crm"),
		.traits = trait,
		.trait_count = 1 };
}

TEST(told_again_is_kept_once)
{
	struct told *told = told_create();
	struct attribute city = { STR("city"), { .kind = VALUE_STRING, .string = STR("Nantes") } };
	struct record record = telling_of(&city);
	str first, again, other;

	for (uint32_t row = 0; row < 2; row++)
		CHECK("said", told_add(told, row * 7, &record));
	city.value.string = STR("Paris");
	CHECK("said", told_add(told, 9, &record));
	struct told_view *view = told_publish(told);
	CHECK("the first", told_of(view, 0, &first) == TOLD_HERE);
	CHECK("the same", told_of(view, 7, &again) == TOLD_HERE && again.ptr == first.ptr);
	CHECK("another", told_of(view, 9, &other) == TOLD_HERE && !str_equal(first, other));
	CHECK("a row between", told_of(view, 8, &other) == TOLD_NOTHING);
	CHECK("is not", !told_is(view, 0, &record) && !told_is(view, 8, &record));
	uint32_t rows[3], codes[3];
	for (size_t i = 0; i < 3; i++)
		codes[i] = told_at(view, i, &rows[i]);
	CHECK("one after the other", rows[0] == 0 && rows[1] == 7 && rows[2] == 9);
	CHECK("each text once", told_texts(view) == 2 && codes[0] == codes[1]);
	CHECK("that text", str_equal(told_text(view, codes[0]), first));
	told_view_unref(view);
	told_free(told);
}

TEST(told_at_too_great_length_stays_in_the_journal)
{
	struct told *told = told_create();
	struct strbuf text = strbuf_heap(1 << 20);
	str bytes;

	while (text.len <= STRINGS_TEXT_BYTES_MAX)
		strbuf_add_c(&text, "and so on ");
	struct attribute life = { STR("life"),
		{ .kind = VALUE_STRING, .string = strbuf_str(&text) } };
	struct record record = telling_of(&life);
	CHECK("said", told_add(told, 3, &record));
	life.value.string = STR("short");
	CHECK("said", told_add(told, 4, &record));
	struct told_view *view = told_publish(told);
	CHECK("long", told_of(view, 3, &bytes) == TOLD_IN_JOURNAL);
	CHECK("the next", told_of(view, 4, &bytes) == TOLD_HERE);
	CHECK("is what it is", told_is(view, 3, &record) && told_is(view, 4, &record));
	told_view_unref(view);
	told_free(told);
	strbuf_done(&text);
}

TEST(told_of_a_damaged_checkpoint)
{
	static const struct {
		const char *row, *bytes;
		size_t count;
		enum message message;
	} rows[] = {
		{ "nothing", "", 0, MSG_STATE_DAMAGED },
		{ "cut", "\1\0\0\0\0\0\0", 7, MSG_STATE_DAMAGED },
		{ "of a newer program", "\2\0\0\0\0\0\0\0\0\0\0\0", 12, MSG_STATE_VERSION },
		{ "no texts", "\1\0\0\0\0\0\0\0\0\0\0\0", 12, MSG_STATE_DAMAGED },
	};
	struct memory_file *file = memory_file_create();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct told *told = NULL;
		struct why why = { 0 };
		str entry = { rows[i].bytes, rows[i].count };
		CHECK(rows[i].row,
			told_load(&file->file, &entry, &told, &why) != OK && told == NULL);
		CHECK(rows[i].row, rows[i].count == 12 || why.message == rows[i].message);
	}
	memory_file_free(file);
}
