/* tests/engine_numbering_test.c - equal records of several inputs against plain counters.
 *
 * Inputs bring a few contents in random order, several at once and in batches of their own or
 * shared; among them come records that have such an id already, erasures, batches that are refused,
 * and inputs that are broken off and begun anew.  The oracle counts each content of each input, and
 * knows which ids were ever written.
 */
#include "base/random.h"
#include "engine/erase.h"
#include "engine/numbering.h"
#include "engine/prepare.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { CONTENTS = 12, INPUTS = 3, NTH_MAX = 400, BATCH_MAX = 24, ROUNDS = 60, TABLE_ENTRIES = 16 };

enum fate { UNKNOWN, WRITTEN, ERASED };

struct input {
	struct numbering *numbering;
	size_t count[CONTENTS];
};

struct told { /* one item, as the oracle sees it */
	size_t content, n;
};

struct lab {
	struct sim_disk *sim;
	struct engine *engine;
	struct arena *arena;
	struct random random;
	struct input inputs[INPUTS];
	enum fate fate[CONTENTS][NTH_MAX];
	struct engine_item items[BATCH_MAX];
	struct told told[BATCH_MAX];
	size_t count;
};

static void open_input(struct lab *lab, size_t i)
{
	char folder[64];
	struct why why = { 0 };

	numbering_free(lab->inputs[i].numbering);
	lab->inputs[i] = (struct input){ 0 };
	(void)snprintf(folder, sizeof(folder), "/data/counting-%zu", i);
	CHECK("opens", numbering_create(sim_disk_of(lab->sim), folder, engine_secret(lab->engine),
			       &lab->inputs[i].numbering, &why) == OK);
}

static void open_all(struct lab *lab)
{
	const struct engine_options options = {
		.disk = sim_disk_of(lab->sim), .folder = "/data", .dedup_entries_max = TABLE_ENTRIES
	};
	struct engine_opening opening;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &lab->engine, &opening, &why) == OK);
	for (size_t i = 0; i < INPUTS; i++)
		open_input(lab, i);
}

static void close_all(struct lab *lab)
{
	for (size_t i = 0; i < INPUTS; i++) {
		numbering_free(lab->inputs[i].numbering);
		lab->inputs[i].numbering = NULL;
	}
	engine_close(lab->engine);
}

static const str activities[CONTENTS] = { STR_INIT("a"), STR_INIT("b"), STR_INIT("c"),
	STR_INIT("d"), STR_INIT("e"), STR_INIT("f"), STR_INIT("g"), STR_INIT("h"), STR_INIT("i"),
	STR_INIT("j"), STR_INIT("k"), STR_INIT("l") };
static const struct record_identifier customer = { .type = STR_INIT("id"), .value = STR_INIT("7") };

static struct record content(size_t c)
{
	return (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1000, .offset_min = INSTANT_NO_OFFSET },
		.source = STR("log"),
		.channel = STR("web"),
		.activity = activities[c],
		.identifiers = &customer,
		.identifier_count = 1 };
}

static struct engine_item prepare(struct lab *lab, const struct record *r, struct numbering *n)
{
	struct preparation p = {
		.default_source = STR("log"), .secret = engine_secret(lab->engine), .numbering = n
	};
	struct prepared prepared;
	struct why why = { 0 };

	CHECK("prepared", item_prepare(&p, r, lab->arena, &prepared, &why) == OK);
	return prepared.item;
}

static str nth_id(struct lab *lab, size_t c, size_t n)
{
	struct record record = content(c);
	struct engine_item item = prepare(lab, &record, NULL);
	struct strbuf id = strbuf_in(lab->arena, 64);

	strbuf_add(&id, str_upto(item.record->message_id, 35)); /* h: 32 digits # */
	strbuf_add_int(&id, (int64_t)n);
	return strbuf_str(&id);
}

static void add_item(struct lab *lab, struct engine_item item, size_t c, size_t n)
{
	lab->items[lab->count] = item;
	lab->told[lab->count++] = (struct told){ c, n };
}

static void make_batch(struct lab *lab)
{
	size_t size = 1 + random_below(&lab->random, BATCH_MAX);

	lab->count = 0;
	arena_reset(lab->arena);
	while (lab->count < size) {
		size_t c = random_below(&lab->random, 1 + random_below(&lab->random, CONTENTS));
		struct record record = content(c);
		if (random_below(&lab->random, 8) == 0) { /* exported before, with its id */
			size_t n = 1 + random_below(&lab->random, 4);
			record.message_id = nth_id(lab, c, n);
			add_item(lab, prepare(lab, &record, lab->inputs[0].numbering), c, n);
			continue;
		}
		struct input *input = &lab->inputs[random_below(&lab->random, INPUTS)];
		add_item(lab, prepare(lab, &record, input->numbering), c, ++input->count[c]);
	}
}

/* Who wrote it carries its id; whoever repeats it within the batch points there. */
static void check_item(struct lab *lab, size_t i, size_t *new_ones)
{
	const struct told *t = &lab->told[i];
	const struct engine_item *item = &lab->items[i];
	struct record written;
	struct why why = { 0 };

	CHECK("id", str_equal(item->record->message_id, nth_id(lab, t->content, t->n)));
	CHECK("bytes carry it", item->bytes.len > 0);
	if (lab->fate[t->content][t->n] == ERASED) {
		CHECK("erased", item->status == ITEM_ERASED);
		return;
	}
	CHECK("read", engine_read(lab->engine, item->seq, lab->arena, &written, &why) == OK &&
			      str_equal(written.message_id, item->record->message_id) &&
			      str_equal(written.activity, activities[t->content]));
	if (lab->fate[t->content][t->n] == WRITTEN)
		CHECK("known", item->status == ITEM_DUPLICATE);
	else
		CHECK("new or its twin",
			item->status == ITEM_NEW || item->status == ITEM_DUPLICATE);
	*new_ones += item->status == ITEM_NEW;
}

static void check_items(struct lab *lab, size_t from, size_t end)
{
	size_t new_ones = 0, expected = 0;

	for (size_t i = from; i < end; i++)
		check_item(lab, i, &new_ones);
	for (size_t i = from; i < end; i++) {
		enum fate *fate = &lab->fate[lab->told[i].content][lab->told[i].n];
		expected += *fate == UNKNOWN;
		*fate = *fate == UNKNOWN ? WRITTEN : *fate;
	}
	CHECK("each new one once", new_ones == expected);
}

/* What is refused for its size comes again in halves, as it was. */
static void write_items(struct lab *lab, size_t from, size_t end)
{
	struct why why = { 0 };
	err e = engine_write(lab->engine, lab->items + from, end - from, &why);

	if (e == ERR_LIMIT && end - from > 1) {
		size_t middle = (from + end) / 2;
		write_items(lab, from, middle);
		write_items(lab, middle, end);
		return;
	}
	CHECK("written", e == OK);
	check_items(lab, from, end);
}

static void erase_one(struct lab *lab)
{
	size_t c = random_below(&lab->random, CONTENTS), n = 1 + random_below(&lab->random, 3);
	struct erasure_result result;
	struct why why = { 0 };

	if (lab->fate[c][n] != WRITTEN)
		return;
	CHECK("erased", engine_erase_event(
				lab->engine, STR("log"), nth_id(lab, c, n), &result, &why) == OK);
	lab->fate[c][n] = ERASED;
}

static void break_off(struct lab *lab)
{
	if (random_below(&lab->random, 3) == 0) {
		close_all(lab);
		open_all(lab);
	} else {
		open_input(lab, random_below(&lab->random, INPUTS));
	}
}

TEST(numbering_against_oracle)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct lab lab = { .sim = sim_disk_create(seed, NULL),
			.arena = arena_create(64 << 20),
			.random = random_of(seed) };
		open_all(&lab);
		for (int i = 0; i < ROUNDS; i++) {
			make_batch(&lab);
			write_items(&lab, 0, lab.count);
			if (random_below(&lab.random, 6) == 0)
				erase_one(&lab);
			if (random_below(&lab.random, 10) == 0)
				break_off(&lab);
		}
		close_all(&lab);
		sim_disk_free(lab.sim);
		arena_free(lab.arena);
	}
}

/* The counter fails: what is written stays right, what needs a count is told. */
TEST(numbering_tells_a_counter_that_fails)
{
	struct lab lab = { .sim = sim_disk_create(1, NULL), .arena = arena_create(64 << 20) };
	struct record record = content(0);
	struct why why = { 0 };
	bool refused = false;

	open_all(&lab);
	for (unsigned n = 1; n <= 40; n++) {
		struct engine_item items[] = {
			prepare(&lab, &record, lab.inputs[0].numbering),
			prepare(&lab, &record, lab.inputs[0].numbering),
		};
		sim_disk_faults(lab.sim)->fail_at = sim_disk_operations(lab.sim) + n;
		err e = engine_write(lab.engine, items, ARRAY_LEN(items), &why);
		sim_disk_faults(lab.sim)->fail_at = 0;
		CHECK("says so", e == OK || e == ERR_IO);
		struct engine_item third = prepare(&lab, &record, lab.inputs[0].numbering);
		if (e == OK) {
			e = engine_write(lab.engine, &third, 1, &why);
			refused = refused || e != OK;
			CHECK("third or told", e == ERR_IO || !item_is_first(&third));
		}
		close_all(&lab);
		open_all(&lab);
	}
	CHECK("was told", refused);
	close_all(&lab);
	sim_disk_free(lab.sim);
	arena_free(lab.arena);
}

static bool is_numbered(struct engine_item item, uint64_t known_seq)
{
	struct doubt doubt = { .item = &item, .known_seq = known_seq };
	struct why why = { 0 };

	CHECK("settled", numbering_settle(&doubt, 1, &why) == OK && doubt.settled);
	numbering_forget(&item, 1);
	return doubt.changed;
}

/* Sequences with holes between, more than ranges may hold: the first occurrences that no range
 * holds are counted instead. */
TEST(numbering_goes_on_when_its_ranges_are_full)
{
	struct lab lab = { .sim = sim_disk_create(1, NULL), .arena = arena_create(64 << 20) };
	struct record a = content(0), b = content(1), c = content(2);

	open_all(&lab);
	struct numbering *n = lab.inputs[0].numbering;
	struct engine_item item = prepare(&lab, &a, n);
	item.status = ITEM_NEW;
	for (uint64_t i = 0; i < NUMBERING_RANGES_MAX; i++) {
		item.seq = 1000 + 2 * i;
		numbering_commit(&item, 1);
	}
	uint64_t last = item.seq;
	item = prepare(&lab, &b, n);
	item.status = ITEM_NEW;
	item.seq = last + 2;
	numbering_commit(&item, 1);
	CHECK("in a range", is_numbered(prepare(&lab, &a, n), 1000));
	CHECK("in the last", is_numbered(prepare(&lab, &a, n), last));
	CHECK("between", !is_numbered(prepare(&lab, &c, n), 1001));
	CHECK("counted", is_numbered(prepare(&lab, &b, n), last + 2));
	CHECK("not its own", !is_numbered(prepare(&lab, &c, n), last + 3));
	close_all(&lab);
	sim_disk_free(lab.sim);
	arena_free(lab.arena);
}
