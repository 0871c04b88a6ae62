/* tests/engine_attributes_test.c - columns follow corrections, retractions and erasures, and are
 * the same live, from a checkpoint with what came after it, and replayed. */
#include "engine/erase.h"
#include "engine/erasing.h"
#include "engine/prepare.h"
#include "support/sim_disk.h"
#include "test.h"
#include "thread/where.h"

#include <stdio.h>
#include <string.h>

struct house {
	struct sim_disk *sim;
	struct engine *engine;
	struct arena *arena;
	struct engine_opening opening;
};

static void house_open(struct house *h, bool ignore_checkpoint, bool skip)
{
	const struct engine_options options = { .disk = sim_disk_of(h->sim),
		.folder = "/data",
		.ignore_checkpoint = ignore_checkpoint,
		.skip_attributes = skip };
	struct why why = { 0 };

	engine_close(h->engine);
	h->engine = NULL;
	CHECK("opens", engine_open(&options, &h->engine, &h->opening, &why) == OK);
}

static struct record event(struct house *h, const char *who, const char *id, const char *colour)
{
	struct record_identifier *ids = arena_array(h->arena, 1, sizeof(*ids));
	struct attribute *list = arena_array(h->arena, 1, sizeof(*list));

	*ids = (struct record_identifier){ .type = STR("account"), .value = str_of(who) };
	*list = (struct attribute){ STR("colour"),
		{ .kind = VALUE_STRING, .string = str_of(colour) } };
	return (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1000, .offset_min = INSTANT_NO_OFFSET },
		.source = STR("test"),
		.channel = STR("web"),
		.activity = STR("paint"),
		.message_id = str_of(id),
		.identifiers = ids,
		.identifier_count = 1,
		.attributes = list,
		.attribute_count = 1 };
}

static void put(struct house *h, const char *who, const char *id, const char *colour)
{
	struct record record = event(h, who, id, colour);
	struct preparation p = { .rules = { .phone_country = STR("33") },
		.default_source = STR("test"),
		.secret = engine_secret(h->engine) };
	struct prepared prepared;
	struct why why = { 0 };

	CHECK(id, item_prepare(&p, &record, h->arena, &prepared, &why) == OK);
	CHECK(id, engine_write(h->engine, &prepared.item, 1, &why) == OK);
}

/* How many visible rows have this colour. */
static size_t count_of(struct house *h, const char *colour)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(h->engine);
	const struct threads_view *view = snapshot_threads(snapshot);
	struct where where = { .key = STR("colour"), .is = WHERE_EQUAL, .text = str_of(colour) };
	struct where_rows found;
	struct why why = { 0 };
	size_t count = 0;

	CHECK(colour, where_select(threads_view_attributes(view), &where, 1,
			      threads_view_rows(view), h->arena, &found, &why) == OK);
	for (uint32_t row = 0; row < found.rows; row++) {
		struct row at = threads_view_row(view, row);
		struct record record;
		if ((at.flags & ROW_HIDDEN) != 0 || !where_bit(found.may, row))
			continue;
		if (where_bit(found.ask, row)) {
			CHECK(colour,
				engine_read(h->engine, at.seq, h->arena, &record, &why) == OK);
			count += where_record(&where, &record);
		} else {
			count++;
		}
	}
	return count;
}

static void check_counts(struct house *h, const char *row)
{
	CHECK(row, count_of(h, "zinzolin") == 1);
	CHECK(row, count_of(h, "blue") == 1); /* corrected from green */
	CHECK(row, count_of(h, "green") == 0);
	CHECK(row, count_of(h, "black") == 0); /* retracted */
	CHECK(row, count_of(h, "white") == 1);
}

static bool dictionary_has(struct house *h, const char *text)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(h->engine);
	const struct attributes_view *view = threads_view_attributes(snapshot_threads(snapshot));
	uint32_t key = attributes_find_key(view, STR("colour"));

	return attribute_code(attributes_column(view, key, ATTRIBUTE_STRING), str_of(text)) !=
	       STRINGS_NONE;
}

TEST(engine_columns_follow_what_happens_to_events)
{
	struct house h = { .sim = sim_disk_create(1, NULL), .arena = arena_create(64 << 20) };
	struct record other;
	struct erasure_result result;
	struct erasing_result erasing;
	uint64_t seq;
	struct why why = { 0 };

	house_open(&h, false, false);
	put(&h, "a", "1", "zinzolin");
	put(&h, "a", "2", "green");
	put(&h, "b", "3", "black");
	CHECK("checkpoint", engine_checkpoint(h.engine, &why) == OK);
	other = event(&h, "a", "2", "blue");
	CHECK("correct", engine_correct(h.engine, &other, &seq, &why) == OK);
	CHECK("retract", engine_retract(h.engine, STR("test"), STR("3"), &seq, &why) == OK);
	put(&h, "c", "4", "white");
	check_counts(&h, "live");
	house_open(&h, false, false);
	CHECK("checkpoint and tail", h.opening.checkpoint_seq == 4 && h.opening.replayed == 3);
	check_counts(&h, "checkpoint and tail");
	house_open(&h, true, false);
	check_counts(&h, "replayed");
	house_open(&h, false, true);
	check_counts(&h, "without columns");
	CHECK("checkpoint", engine_checkpoint(h.engine, &why) == OK);
	house_open(&h, false, false);
	CHECK("built again", h.opening.checkpoint_seq == 4 && h.opening.checkpoints_damaged == 0);
	check_counts(&h, "columns wanted again");
	CHECK("checkpoint", engine_checkpoint(h.engine, &why) == OK);
	CHECK("there", dictionary_has(&h, "zinzolin") && sim_disk_holds(h.sim, STR("zinzolin")));
	CHECK("erased", engine_erase_event(h.engine, STR("test"), STR("1"), &result, &why) == OK);
	CHECK("hidden", count_of(&h, "zinzolin") == 0 && dictionary_has(&h, "zinzolin"));
	CHECK("gone", engine_erase_bytes(h.engine, &erasing, NULL, NULL, &why) == OK);
	CHECK("no code", !dictionary_has(&h, "zinzolin") && dictionary_has(&h, "white"));
	CHECK("no byte", !sim_disk_holds(h.sim, STR("zinzolin")));
	engine_close(h.engine);
	sim_disk_free(h.sim);
	arena_free(h.arena);
}
