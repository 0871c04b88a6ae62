/* tests/engine_verify_test.c - verify finds every planted difference between state and journal, and
 * finds none where there is none. */
#include "engine/verify.h"

#include "base/random.h"
#include "engine/engine_internal.h"
#include "engine/erase.h"
#include "engine/erasing.h"
#include "engine/prepare.h"
#include "identity/hashed.h"
#include "identity/identity_internal.h"
#include "support/sim_disk.h"
#include "test.h"
#include "thread/attribute_internal.h"
#include "thread/thread_index_internal.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS = 60, CORRECTED = 5, HIDDEN = 7, FAULTS_MAX = 200 };

struct town {
	struct sim_disk *sim;
	struct engine *engine;
	struct arena *arena;
	enum message found[FAULTS_MAX];
	size_t count;
};

static void town_open(struct town *t, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(t->sim),
		.folder = "/data",
		.segment_bytes_max = 4096,
		.ignore_checkpoint = replay };
	struct engine_opening opening;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &t->engine, &opening, &why) == OK);
}

static str named(struct town *t, const char *format, int n)
{
	struct strbuf text = strbuf_in(t->arena, 64);

	strbuf_printf(&text, "%s%d", format, n);
	return strbuf_str(&text);
}

static void put(struct town *t, const struct record *record)
{
	struct preparation p = { .default_source = STR("test"),
		.secret = engine_secret(t->engine) };
	struct prepared prepared;
	struct why why = { 0 };

	CHECK("prepared", item_prepare(&p, record, t->arena, &prepared, &why) == OK);
	CHECK("written", engine_write(t->engine, &prepared.item, 1, &why) == OK);
}

/* Every second one has two identifiers, so that customers of several arise. */
static struct record event(struct town *t, int n)
{
	struct record_identifier *ids = arena_array(t->arena, 2, sizeof(*ids));
	struct attribute *attributes = arena_array(t->arena, 3, sizeof(*attributes));

	ids[0] = (struct record_identifier){ .type = STR("email"), .value = named(t, "p", n % 9) };
	ids[0].value = named(t, n % 9 < 5 ? "ann@x.fr" : "bob@x.fr", n % 9);
	ids[1] = (struct record_identifier){ .type = STR("cookie"), .value = named(t, "c", n % 4) };
	attributes[0] = (struct attribute){ STR("page"),
		{ .kind = VALUE_STRING, .string = named(t, "page", n % 6) } };
	attributes[1] = (struct attribute){ STR("price"), { .kind = VALUE_INTEGER, .integer = n } };
	attributes[2] =
		(struct attribute){ STR("late"), { .kind = VALUE_BOOLEAN, .boolean = n % 2 == 0 } };
	return (struct record){ .kind = n % 10 == 9 ? RECORD_ENTITY : RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1000 + (n * 7) % 50, .offset_min = INSTANT_NO_OFFSET },
		.channel = n % 3 ? STR("web") : STR("phone"),
		.activity = named(t, "step", n % 5),
		.message_id = named(t, "m", n),
		.case_id = named(t, "case", n % 8),
		.identifiers = ids,
		.identifier_count = n % 10 == 0 ? 2 : 1,
		.attributes = attributes,
		.attribute_count = 3,
		.traits = attributes,
		.trait_count = n % 7 == 6 ? 1 : 0 };
}

static void decide(struct town *t, str what, str a, str b, const char *id)
{
	struct record_identifier ids[2] = { { .type = STR("email"), .value = a },
		{ .type = STR("email"), .value = b } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.activity = what,
		.actor = STR("user:marie"),
		.message_id = str_of(id),
		.identifiers = ids,
		.identifier_count = 2 };

	put(t, &record);
}

static struct town town_make(void)
{
	struct town t = { .sim = sim_disk_create(1, NULL), .arena = arena_create(64 << 20) };
	struct erasure_result erased;
	struct why why = { 0 };
	uint64_t seq;

	town_open(&t, false);
	for (int n = 0; n < EVENTS; n++) {
		struct record record = event(&t, n);
		put(&t, &record);
	}
	decide(&t, STR("link"), STR("ann@x.fr1"), STR("bob@x.fr7"), "d1");
	decide(&t, STR("unlink"), STR("ann@x.fr0"), STR("ann@x.fr2"), "d2");
	decide(&t, STR("unlink"), STR("ann@x.fr3"), STR("bob@x.fr8"), "d3");
	struct record fixed = event(&t, CORRECTED);
	fixed.source = STR("test");
	fixed.activity = STR("mended");
	CHECK("corrected", engine_correct(t.engine, &fixed, &seq, &why) == OK);
	CHECK("retracted",
		engine_retract(t.engine, STR("test"), named(&t, "m", HIDDEN), &seq, &why) == OK);
	CHECK("erased", engine_erase_event(t.engine, STR("test"), STR("m11"), &erased, &why) == OK);
	return t;
}

static void town_done(struct town *t)
{
	engine_close(t->engine);
	sim_disk_free(t->sim);
	arena_free(t->arena);
}

static void note(void *context, const struct why *fault)
{
	struct town *t = context;

	if (t->count < FAULTS_MAX)
		t->found[t->count++] = fault->message;
}

static bool has_found(const struct town *t, enum message message)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->found[i] == message)
			return true;
	return false;
}

static struct verification verify(struct town *t)
{
	struct verification v;
	struct why why = { 0 };

	t->count = 0;
	CHECK("goes through", engine_verify(t->engine, note, t, &v, &why) == OK);
	CHECK("counts", v.faults >= t->count);
	return v;
}

/* ---- differences, planted in the live state */

static void other_time(struct engine *e)
{
	++*(int64_t *)table_change(e->threads->time, 20);
}

static void other_name(struct engine *e)
{
	uint32_t *what = table_change(e->threads->kind, 20);

	*what = *what == 0 ? 1 : 0;
}

static void other_set(struct engine *e)
{
	uint32_t *set = table_change(e->threads->set, 20);

	*set = *(const uint32_t *)table_at(e->threads->set, 21);
}

static void other_sequence(struct engine *e)
{
	struct table *runs = e->threads->sequences;

	((struct sequence_run *)table_change(runs, table_count(runs) - 1))->seq++;
}

static void other_origin(struct engine *e)
{
	((struct origin *)table_change(e->threads->origins, 0))->seq++;
}

static void shown_again(struct engine *e)
{
	*(uint8_t *)table_change(e->threads->flags, HIDDEN) &= (uint8_t)~ROW_HIDDEN;
}

static void hidden_wrongly(struct engine *e)
{
	*(uint8_t *)table_change(e->threads->flags, 20) |= ROW_HIDDEN;
}

static void says_nothing(struct engine *e)
{
	*(uint8_t *)table_change(e->threads->flags, 20) &= (uint8_t)~ROW_TELLS;
}

static void verified_wrongly(struct engine *e)
{
	*(uint8_t *)table_change(e->threads->flags, 20) |= ROW_VERIFIED;
}

static void other_telling(struct engine *e)
{
	const struct attribute trait = { STR("page"),
		{ .kind = VALUE_STRING, .string = STR("elsewhere") } };
	const struct record record = { .has_time = true, .traits = &trait, .trait_count = 1 };

	told_free(e->threads->told);
	e->threads->told = told_create();
	CHECK("told", told_add(e->threads->told, 20, &record));
}

static void other_kind(struct engine *e)
{
	*(uint8_t *)table_change(e->threads->flags, 20) |= ROW_ENTITY;
}

static void one_event_more(struct engine *e)
{
	e->threads->events++;
}

static void other_bounds(struct engine *e)
{
	e->threads->last++;
}

static struct evidence *some_evidence(struct engine *e)
{
	return table_change(e->identity->evidence, 3);
}

static void more_evidence(struct engine *e)
{
	some_evidence(e)->live++;
}

static void later_evidence(struct engine *e)
{
	some_evidence(e)->first_seq++;
}

static void earlier_evidence(struct engine *e)
{
	some_evidence(e)->first_seq--;
}

static void longer_evidence(struct engine *e)
{
	some_evidence(e)->last_seq += 1000;
}

static void longer_life(struct engine *e)
{
	((struct member *)table_change(e->identity->members, 2))->live++;
}

static void other_decision(struct engine *e)
{
	((struct identity_decision *)table_change(e->identity->decisions, 1))->kind = DECISION_NONE;
}

static void other_decision_seq(struct engine *e)
{
	((struct identity_decision *)table_change(e->identity->decisions, 0))->seq++;
}

static uint32_t customer_of(struct engine *e, uint32_t identifier)
{
	return member_at(e->identity, identifier)->customer;
}

static void joined_wrongly(struct engine *e)
{
	uint32_t other = 1;

	while (customer_of(e, other) == customer_of(e, 0) || customer_of(e, other) == CUSTOMER_NONE)
		other++;
	rings_join(e->identity, 0, other);
}

/* Out of a ring of several, into one of its own. */
static void split_wrongly(struct engine *e)
{
	uint32_t out = 0, before;

	while (member_at(e->identity, out)->next == out)
		out++;
	for (before = out; member_at(e->identity, before)->next != out;)
		before = member_at(e->identity, before)->next;
	uint32_t customer = customer_of(e, out);
	struct customer *c = table_change(e->identity->customers, customer);
	c->members--;
	c->head = before;
	member_change(e->identity, before)->next = member_at(e->identity, out)->next;
	(void)customer_new(e->identity, out);
}

static struct column *column_of(struct engine *e, const char *key, enum attribute_type type)
{
	struct attributes *a = e->threads->attributes;
	struct column *column = a->columns[slot_of_key(strings_find(a->keys, str_of(key)), type)];

	attributes_view_unref(a->current); /* what was published is not the present any more */
	a->current = NULL;
	attribute_column_unref(column->current);
	column->current = NULL;
	return column;
}

static void other_value(struct engine *e)
{
	((struct pair *)table_change(column_of(e, "price", ATTRIBUTE_INTEGER)->tail, 9))->value++;
}

static void other_text(struct engine *e)
{
	struct pair *pair = table_change(column_of(e, "page", ATTRIBUTE_STRING)->tail, 9);

	pair->value = (pair->value + 1) % 6;
}

static void value_gone(struct engine *e)
{
	struct table *tail = column_of(e, "late", ATTRIBUTE_BOOLEAN)->tail;

	table_resize(tail, table_count(tail) - 1);
}

static void value_more(struct engine *e)
{
	struct table *tail = column_of(e, "late", ATTRIBUTE_BOOLEAN)->tail;
	struct pair *last = table_change(tail, table_count(tail) - 1);

	*(struct pair *)table_push(tail) = *last;
}

static void index_out_of_order(struct engine *e)
{
	struct slices *s = &e->threads->base->events;
	size_t i = 0;

	while (s->start[i + 1] - s->start[i] < 2)
		i++;
	uint32_t row = s->row[s->start[i]];
	s->row[s->start[i]] = s->row[s->start[i] + 1];
	s->row[s->start[i] + 1] = row;
}

static void index_lacks_one(struct engine *e)
{
	struct slices *s = &e->threads->base->events;
	size_t i = 0;

	while (s->start[i + 1] - s->start[i] < 2)
		i++;
	s->row[s->start[i]] = s->row[s->start[i] + 1];
}

/* So that there is a base. */
static void index_all(struct engine *e)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(e);
	const struct threads_view *view = snapshot_threads(snapshot);

	threads_set_base(e->threads, thread_index_build_base(view, threads_view_rows(view), 1));
}

static const struct {
	const char *name;
	void (*plant)(struct engine *engine);
	enum message expected;
} rows[] = {
	{ "another time", other_time, MSG_VERIFY_ROW_DIFFERS },
	{ "another name", other_name, MSG_VERIFY_ROW_DIFFERS },
	{ "another kind", other_kind, MSG_VERIFY_ROW_DIFFERS },
	{ "traits denied", says_nothing, MSG_VERIFY_ROW_DIFFERS },
	{ "verified by nobody", verified_wrongly, MSG_VERIFY_ROW_DIFFERS },
	{ "another trait", other_telling, MSG_VERIFY_COLUMNS },
	{ "another origin", other_origin, MSG_VERIFY_ROW_DIFFERS },
	{ "another sequence: missing", other_sequence, MSG_VERIFY_ROW_MISSING },
	{ "another sequence: too much", other_sequence, MSG_VERIFY_ROW_EXTRA },
	{ "another set", other_set, MSG_VERIFY_SET },
	{ "shown again", shown_again, MSG_VERIFY_HIDDEN },
	{ "hidden wrongly", hidden_wrongly, MSG_VERIFY_HIDDEN },
	{ "one event more", one_event_more, MSG_VERIFY_COUNTS },
	{ "other bounds", other_bounds, MSG_VERIFY_COUNTS },
	{ "evidence counted twice", more_evidence, MSG_VERIFY_EVIDENCE },
	{ "evidence from later on", later_evidence, MSG_VERIFY_SET },
	{ "evidence from before", earlier_evidence, MSG_VERIFY_EVIDENCE },
	{ "evidence until later", longer_evidence, MSG_VERIFY_EVIDENCE },
	{ "a life too long", longer_life, MSG_VERIFY_EVIDENCE },
	{ "a decision forgotten", other_decision, MSG_VERIFY_DECISION },
	{ "a decision of another record", other_decision_seq, MSG_VERIFY_DECISION },
	{ "customers joined", joined_wrongly, MSG_VERIFY_CUSTOMER },
	{ "a customer split", split_wrongly, MSG_VERIFY_CUSTOMER },
	{ "another value", other_value, MSG_VERIFY_COLUMNS },
	{ "another text", other_text, MSG_VERIFY_COLUMNS },
	{ "a value gone", value_gone, MSG_VERIFY_COLUMNS },
	{ "a value more", value_more, MSG_VERIFY_COLUMNS },
	{ "a thread out of order", index_out_of_order, MSG_VERIFY_THREAD },
	{ "a thread without an event", index_lacks_one, MSG_VERIFY_THREAD },
};

TEST(engine_verify_finds_planted_differences)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct town t = town_make();
		index_all(t.engine);
		rows[i].plant(t.engine);
		t.engine->dirty = true;
		struct verification v = verify(&t);
		CHECK(rows[i].name, !v.same && v.faults > 0 && has_found(&t, rows[i].expected));
		town_done(&t);
	}
}

/* ---- given up, and told of */

struct impatient {
	struct town *town;
	unsigned looks, last_look; /* at which it is given up */
	enum verify_part part;
	bool in_order;
	atomic_bool stop;
};

static err call_town(void *context, err (*call)(struct engine *engine, void *with, struct why *why),
	void *with, struct why *why)
{
	struct impatient *who = context;

	return call(who->town->engine, with, why);
}

static void look_at_part(void *context, enum verify_part part, uint64_t done, uint64_t of)
{
	struct impatient *who = context;

	who->in_order = who->in_order && part >= who->part && done <= of;
	who->part = part;
	if (++who->looks == who->last_look)
		atomic_store(&who->stop, true);
}

TEST(engine_verify_is_told_of_and_given_up)
{
	struct town t = town_make();
	struct verification v;
	struct why why = { 0 };
	unsigned last = 0;
	err e;

	do {
		struct impatient who = { .town = &t, .last_look = last, .in_order = true };
		const struct verify_place place = { .call = call_town,
			.tell = look_at_part,
			.context = &who,
			.stop = &who.stop,
			.is_alone = true };
		atomic_store(&who.stop, last == 0);
		e = engine_verify_at(t.engine, &place, note, &t, &v, &why);
		CHECK("given up, or done", e == OK || e == ERR_CANCELLED);
		CHECK("before anything", last > 0 || (e == ERR_CANCELLED && who.looks == 0));
		CHECK("at the next look", e == OK || who.looks == last);
		CHECK("part by part", who.in_order);
		CHECK("all parts", e != OK || who.part == VERIFY_DIGEST);
		last++;
	} while (e != OK && last < 1000);
	CHECK("one look a part at least", last > VERIFY_DIGEST + 1);
	town_done(&t);
}

/* What says which files the index has is gone, while they are open. */
TEST(engine_verify_misses_the_list_of_known_messages)
{
	struct town t = town_make();
	struct why why = { 0 };

	CHECK("on the disk", engine_checkpoint(t.engine, &why) == OK);
	CHECK("sound", verify(&t).faults == 0);
	CHECK("gone", disk_remove(sim_disk_of(t.sim), "/data/dedup/manifest", &why) == OK);
	CHECK("told", verify(&t).faults == 1);
	town_done(&t);
}

/* As it is, from a checkpoint, by replay, after bytes were erased; and when bytes went that the
 * state still has rows for. */
TEST(engine_verify_finds_nothing_in_a_sound_state)
{
	struct town t = town_make();
	struct state_digest digests[4];
	struct why why = { 0 };
	struct erasing_result erasing;
	uint64_t gone = 12; /* m11 */

	for (int i = 0; i < 4; i++) {
		struct verification v = verify(&t);
		CHECK("sound", v.same && v.faults == 0 && v.live.events > 0);
		digests[i] = v.live;
		CHECK("the same digest",
			memcmp(digests[0].bytes, v.live.bytes, sizeof(v.live.bytes)) == 0);
		if (i == 2)
			CHECK("erased",
				engine_erase_bytes(t.engine, &erasing, NULL, NULL, &why) == OK);
		if (i == 1)
			CHECK("emptied behind its back",
				journal_rewrite(t.engine->journal, &gone, 1, &why) == OK);
		if (i == 2)
			continue;
		CHECK("checkpoint", engine_checkpoint(t.engine, &why) == OK);
		engine_close(t.engine);
		town_open(&t, i == 0);
	}
	town_done(&t);
}

/* ---- addresses and their hashes */

enum { TWIN_PEOPLE = 7, TWIN_EVENTS = 120 };

/* An address, one of its hashes, a number or a browser of one of few people. */
static struct record_identifier random_identifier(struct town *t, struct random *random)
{
	static const enum identifier_hash hashes[] = { HASH_SHA256, HASH_MD5 };
	int person = (int)random_below(random, TWIN_PEOPLE);
	size_t hash = random_below(random, ARRAY_LEN(hashes));
	struct strbuf address = strbuf_in(t->arena, 64);
	char digits[HASH_DIGITS_MAX];

	strbuf_printf(&address, "u%d@%s", person, person == 0 ? "noreply" : "x.fr");
	switch (random_below(random, 4)) {
	case 0:
		return (struct record_identifier){ .type = STR("email"),
			.value = strbuf_str(&address) };
	case 1:
		return (struct record_identifier){ .type = hash_type_name(0, hashes[hash]),
			.value = arena_str(
				t->arena, hash_of(hashes[hash], strbuf_str(&address), digits)) };
	case 2:
		return (struct record_identifier){ .type = STR("customer"),
			.value = named(t, "", person) };
	default:
		return (struct record_identifier){ .type = STR("cookie"),
			.value = named(t, "c", person) };
	}
}

static void put_twin_rules(struct town *t)
{
	static const char document[] =
		"{\"version\": 1, \"types\": [{\"type\": \"customer\", \"unique\": true},"
		"{\"type\": \"email\", \"owners\": 2, \"limit\": 2, \"within\": \"20s\","
		"\"blocked\": \"*@noreply\", \"hashes\": [\"sha256\", \"md5\"]}]}";
	const struct attribute rules = { STR("rules"),
		{ .kind = VALUE_STRING, .string = str_of(document) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.activity = STR("rules"),
		.actor = STR("user:marie"),
		.message_id = STR("rules"),
		.attributes = &rules,
		.attribute_count = 1 };

	put(t, &record);
}

/* Found out in two ways, in whatever order they came; from a checkpoint and by replay. */
TEST(engine_verify_knows_addresses_by_their_hashes)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct town t = { .sim = sim_disk_create(seed, NULL),
			.arena = arena_create(64 << 20) };
		struct random random = random_of(seed);
		struct state_digest digest;
		struct why why = { 0 };
		town_open(&t, false);
		if (seed % 2 == 0)
			put_twin_rules(&t);
		for (int n = 0; n < TWIN_EVENTS; n++) {
			struct record record = event(&t, n);
			struct record_identifier ids[2] = { random_identifier(&t, &random),
				random_identifier(&t, &random) };
			record.time.ms = 1000 * (int64_t)random_below(&random, 200);
			record.identifiers = ids;
			record.identifier_count = 1 + random_below(&random, 2);
			put(&t, &record);
		}
		struct verification v = verify(&t);
		CHECK("sound", v.same && v.faults == 0);
		digest = v.live;
		for (int replay = 0; replay < 2; replay++) {
			CHECK("checkpoint", engine_checkpoint(t.engine, &why) == OK);
			engine_close(t.engine);
			town_open(&t, replay == 1);
			v = verify(&t);
			CHECK("sound again", v.same && v.faults == 0);
			CHECK("the same digest",
				memcmp(digest.bytes, v.live.bytes, sizeof(digest.bytes)) == 0);
		}
		CHECK("there are some", table_count(t.engine->identity->twins) > 3);
		town_done(&t);
	}
}
