/* tests/engine_apply_items_test.c - rows of a file, taken in without becoming records, make the
 * state that their records make: verify, which reads the journal, finds nothing; and an engine that
 * was told the records has the same digest and the same rows.
 */
#include "base/random.h"
#include "engine/prepare.h"
#include "engine/verify.h"
#include "support/sim_disk.h"
#include "test.h"

#include <string.h>

enum { BATCHES = 90, BATCH_MAX = 200, TEXT_BYTES = 120, ARENA_BYTES = 8 << 20, FORMS = 7 };

struct house {
	struct sim_disk *sim;
	struct engine *engine;
	struct arena *arena; /* of a batch */
};

static struct house house_make(void)
{
	struct house h = { .sim = sim_disk_create(1, NULL), .arena = arena_create(ARENA_BYTES) };
	const struct engine_options options = { .disk = sim_disk_of(h.sim), .folder = "/data" };
	struct engine_opening opening;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &h.engine, &opening, &why) == OK);
	return h;
}

static void house_done(struct house *h)
{
	engine_close(h->engine);
	sim_disk_free(h->sim);
	arena_free(h->arena);
}

/* ---- forms: which are plain, and why others are not */

struct form_case {
	const char *row;
	struct record_identifier ids[2];
	size_t id_count;
	str channel, actor, case_id;
	size_t strings[3], string_count;
	bool is_plain;
};

#define TIMES_TOLD offsetof(struct record, channel), offsetof(struct record, activity)

static const struct form_case forms[FORMS] = {
	{ "both names differ", { { .type = STR_INIT("id") } }, 1, STR_INIT(""), STR_INIT(""),
		STR_INIT(""), { TIMES_TOLD }, 2, true },
	{ "verified, ids of their own", { { .type = STR_INIT("email"), .verified = true } }, 1,
		STR_INIT(""), STR_INIT(""), STR_INIT(""),
		{ TIMES_TOLD, offsetof(struct record, message_id) }, 3, true },
	{ "one channel for all", { { .type = STR_INIT("cookie") } }, 1, STR_INIT("web"),
		STR_INIT(""), STR_INIT(""), { offsetof(struct record, activity) }, 1, true },
	{ "two identifiers", { { .type = STR_INIT("id") }, { .type = STR_INIT("cookie") } }, 2,
		STR_INIT("web"), STR_INIT(""), STR_INIT(""), { offsetof(struct record, activity) },
		1, false },
	{ "an actor", { { .type = STR_INIT("id") } }, 1, STR_INIT("web"), STR_INIT("bob"),
		STR_INIT(""), { offsetof(struct record, activity) }, 1, false },
	{ "a case", { { .type = STR_INIT("id") } }, 1, STR_INIT("web"), STR_INIT(""),
		STR_INIT("17"), { offsetof(struct record, activity) }, 1, false },
	{ "the source differs", { { .type = STR_INIT("id") } }, 1, STR_INIT("web"), STR_INIT(""),
		STR_INIT(""),
		{ offsetof(struct record, activity), offsetof(struct record, source) }, 2, false },
};

static struct record_form *make_form(size_t which, struct arena *arena)
{
	const struct form_case *c = &forms[which];
	const struct record pattern = { .kind = RECORD_EVENT,
		.source = STR("file"),
		.channel = c->channel,
		.actor = c->actor,
		.case_id = c->case_id,
		.identifiers = c->ids,
		.identifier_count = c->id_count };
	struct record_form *form = arena_alloc(arena, sizeof(*form));

	CHECK(c->row, form != NULL);
	CHECK(c->row, record_form_init(form, &pattern, c->strings, c->string_count));
	CHECK(c->row, record_form_is_plain(form) == c->is_plain);
	return form;
}

/* ---- rows */

static str text(struct arena *arena, const char *front, uint64_t n, size_t least)
{
	struct strbuf out = strbuf_in(arena, TEXT_BYTES);

	strbuf_printf(&out, "%s%llu", front, (unsigned long long)n);
	while (out.len < least)
		strbuf_add_byte(&out, 'x');
	return strbuf_str(&out);
}

/* Names of up to eight bytes, and longer ones; values that come again, new ones, long ones. */
static struct formed make_formed(
	struct random *random, size_t which, uint64_t number, struct arena *arena)
{
	const struct form_case *c = &forms[which];
	struct formed formed = { .time = { (int64_t)random_below(random, 3000) - 1000,
					 (int32_t)random_below(random, 3) * 250000,
					 INSTANT_NO_OFFSET } };

	for (size_t i = 0; i < c->string_count; i++)
		formed.texts[i] = c->strings[i] == offsetof(struct record, message_id)
					  ? text(arena, "m", number, 0)
					  : text(arena, "", random_below(random, 40),
						    random_below(random, 8) == 0 ? 9 : 0);
	for (size_t i = 0; i < c->id_count; i++) {
		bool is_long = random_below(random, 30) == 0;
		formed.texts[c->string_count + i] =
			text(arena, "u", random_below(random, 500), is_long ? 70 : 0);
		if (str_equal(c->ids[i].type, STR("email")))
			formed.texts[c->string_count + i] =
				text(arena, "a@b", random_below(random, 90), 0);
	}
	return formed;
}

/* The same item for both: as a row, and as its record. */
static void add_item(struct random *random, size_t which, uint64_t number, struct house *rows,
	struct house *records, const struct record_form *form, struct prepared *row,
	struct prepared *record)
{
	const struct formed formed = make_formed(random, which, number, rows->arena);
	struct record_identifier *ids =
		arena_array(records->arena, FORM_IDENTIFIERS_MAX, sizeof(*ids));
	struct preparation a = { .default_source = STR("file"),
		.secret = engine_secret(rows->engine) };
	struct preparation b = { .default_source = STR("file"),
		.secret = engine_secret(records->engine) };
	struct record told;
	struct why why = { 0 };

	CHECK("room", ids != NULL);
	CHECK("taken", record_form_takes(form, &formed));
	record_of_form(form, &formed, ids, &told);
	CHECK("a row", item_begin_formed(&a, form, &formed, rows->arena, row, &why) == OK);
	CHECK("a record", item_begin(&b, &told, records->arena, record, &why) == OK);
	items_finish(&a, row, 1);
	items_finish(&b, record, 1);
}

/* Runs of one form, now and then as records among rows. */
static size_t make_batch(struct random *random, uint64_t *number, struct house *rows,
	struct house *records, struct engine_item *as_rows, struct engine_item *as_records)
{
	size_t count = 1 + random_below(random, BATCH_MAX), which = 0;
	const struct record_form *form = NULL;

	for (size_t i = 0; i < count; i++) {
		struct prepared row, record;
		if (form == NULL || random_below(random, 60) == 0) {
			which = random_below(random, FORMS);
			form = make_form(which, rows->arena);
		}
		add_item(random, which, ++*number, rows, records, form, &row, &record);
		as_rows[i] = row.item;
		as_records[i] = record.item;
		if (random_below(random, 50) == 0 && row.item.row != NULL) {
			as_rows[i].record = record.item.record;
			as_rows[i].row = NULL;
		}
	}
	return count;
}

/* ---- the two states */

static void count_fault(void *context, const struct why *fault)
{
	(void)fault;
	++*(size_t *)context;
}

static void check_sound(struct house *h)
{
	struct verification v;
	struct why why = { 0 };
	size_t faults = 0;

	CHECK("verifies", engine_verify(h->engine, count_fault, &faults, &v, &why) == OK);
	CHECK("nothing differs from the journal", faults == 0 && v.same);
}

static str name_of(const struct threads_view *view, uint32_t row, bool of_channel)
{
	struct what what = threads_view_what(view, threads_view_row(view, row).what);

	return threads_view_name(view, of_channel ? what.channel : what.activity);
}

static void compare(struct house *a, struct house *b)
{
	struct state_digest one, other;
	struct why why = { 0 };

	CHECK("digest", engine_digest(a->engine, &one, &why) == OK);
	CHECK("digest", engine_digest(b->engine, &other, &why) == OK);
	CHECK("the same", memcmp(&one, &other, sizeof(one)) == 0);
	AUTO_SNAPSHOT first = engine_snapshot(a->engine);
	AUTO_SNAPSHOT second = engine_snapshot(b->engine);
	const struct threads_view *x = snapshot_threads(first), *y = snapshot_threads(second);
	CHECK("as many rows", threads_view_rows(x) == threads_view_rows(y));
	for (uint32_t row = 0; row < threads_view_rows(x); row++) {
		struct row p = threads_view_row(x, row), q = threads_view_row(y, row);
		CHECK("the row", p.seq == q.seq && p.origin == q.origin && p.time == q.time &&
					 p.set == q.set && p.flags == q.flags);
		CHECK("its channel", str_equal(name_of(x, row, true), name_of(y, row, true)));
		CHECK("its activity", str_equal(name_of(x, row, false), name_of(y, row, false)));
	}
}

TEST(rows_taken_in_are_their_records)
{
	struct house rows = house_make(), records = house_make();
	static struct engine_item as_rows[BATCH_MAX], as_records[BATCH_MAX];
	struct random random = random_of(5);
	struct why why = { 0 };
	uint64_t number = 0;

	for (size_t batch = 0; batch < BATCHES; batch++) {
		size_t count = make_batch(&random, &number, &rows, &records, as_rows, as_records);
		if (batch == BATCHES / 3) /* an import remembers what it sought lately */
			identity_remember(engine_identity(rows.engine), 1000);
		CHECK("rows", engine_write(rows.engine, as_rows, count, &why) == OK);
		CHECK("records", engine_write(records.engine, as_records, count, &why) == OK);
		if (batch % 30 == 29) {
			engine_publish(rows.engine);
			engine_publish(records.engine);
		}
		arena_reset(rows.arena);
		arena_reset(records.arena);
	}
	check_sound(&rows);
	check_sound(&records);
	compare(&rows, &records);
	house_done(&rows);
	house_done(&records);
}
