/* tests/engine_engine_test.c - what comes in is there, once, after every way of opening again. */
#include "engine/checkpoint.h"
#include "engine/digest.h"
#include "engine/erase.h"
#include "engine/erasing.h"
#include "engine/prepare.h"
#include "engine/verify.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

struct house {
	struct sim_disk *sim;
	struct engine *engine;
	struct arena *arena;
	struct engine_opening opening;
};

static void house_open(struct house *h, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(h->sim),
		.folder = "/data",
		.segment_bytes_max = 4096,
		.dedup_entries_max = 16,
		.ignore_checkpoint = replay };
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &h->engine, &h->opening, &why) == OK);
}

static struct house house_make(void)
{
	struct house h = { .sim = sim_disk_create(1, NULL), .arena = arena_create(64 << 20) };

	house_open(&h, false);
	return h;
}

static void house_reopen(struct house *h, bool replay)
{
	engine_close(h->engine);
	house_open(h, replay);
}

static void house_done(struct house *h)
{
	engine_close(h->engine);
	sim_disk_free(h->sim);
	arena_free(h->arena);
}

/* "email:a@x phone:+33600000001" */
static struct record event(struct house *h, const char *identifiers, const char *activity,
	int64_t time_ms, const char *message_id)
{
	struct record_identifier *ids = arena_array(h->arena, 8, sizeof(*ids));
	str rest = str_of(identifiers), one;
	size_t count = 0;

	while (rest.len > 0) {
		if (!str_split(rest, ' ', &one, &rest)) {
			one = rest;
			rest = STR("");
		}
		ASSERT(str_split(one, ':', &ids[count].type, &ids[count].value));
		count++;
	}
	return (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = time_ms, .offset_min = INSTANT_NO_OFFSET },
		.channel = STR("web"),
		.activity = str_of(activity),
		.message_id = str_of(message_id),
		.identifiers = ids,
		.identifier_count = count };
}

static struct engine_item put(struct house *h, const struct record *record)
{
	struct preparation p = { .rules = { .phone_country = STR("33") },
		.default_source = STR("test"),
		.secret = engine_secret(h->engine) };
	struct prepared prepared;
	struct why why = { 0 };

	CHECK("prepared", item_prepare(&p, record, h->arena, &prepared, &why) == OK);
	CHECK("written", engine_write(h->engine, &prepared.item, 1, &why) == OK);
	return prepared.item;
}

static struct engine_item put_event(struct house *h, const char *identifiers, const char *activity,
	int64_t time_ms, const char *message_id)
{
	struct record record = event(h, identifiers, activity, time_ms, message_id);

	return put(h, &record);
}

/* The activities of a customer's thread, joined by spaces; "-" if there is no such customer. */
static str thread_text(struct house *h, const char *identifier)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(h->engine);
	const struct threads_view *view = snapshot_threads(snapshot);
	uint32_t customer = snapshot_customer_of(snapshot, str_of(identifier));
	struct strbuf text = strbuf_in(h->arena, 10000);
	struct thread thread;
	struct why why = { 0 };

	if (customer == CUSTOMER_NONE)
		return STR("-");
	CHECK("thread", thread_of(view, customer, h->arena, &thread, &why) == OK);
	for (size_t i = 0; i < thread.count; i++) {
		struct what what = threads_view_what(view, thread.what[i]);
		strbuf_add(&text, i > 0 ? STR(" ") : STR(""));
		strbuf_add(&text, threads_view_name(view, what.activity));
	}
	return strbuf_str(&text);
}

#define THREAD_IS(h, identifier, text) \
	CHECK(identifier, str_equal(thread_text(h, identifier), STR(text)))

static struct state_digest digest_now(struct house *h)
{
	struct state_digest digest = { 0 };
	struct why why = { 0 };

	CHECK("digest", engine_digest(h->engine, &digest, &why) == OK);
	return digest;
}

static bool same_digest(const struct state_digest *a, const struct state_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Live, after a checkpoint and reopening, and after replaying everything: always the same. */
static void check_digests(struct house *h, const char *row)
{
	struct state_digest live = digest_now(h), loaded, replayed;
	struct why why = { 0 };

	CHECK(row, engine_checkpoint(h->engine, &why) == OK);
	house_reopen(h, false);
	CHECK(row, h->opening.checkpoint_seq > 0 && h->opening.replayed == 0);
	loaded = digest_now(h);
	CHECK(row, same_digest(&live, &loaded));
	house_reopen(h, true);
	CHECK(row, h->opening.checkpoint_seq == 0);
	replayed = digest_now(h);
	CHECK(row, same_digest(&live, &replayed));
	CHECK(row, live.events == replayed.events && live.customers == replayed.customers);
}

TEST(engine_keeps_threads_in_time_order)
{
	struct house h = house_make();

	(void)put_event(&h, "email:a@x.fr", "second", 2000, "m2");
	(void)put_event(&h, "email:b@x.fr", "other", 1500, "m0");
	(void)put_event(&h, "email:a@x.fr", "first", 1000, "m1");
	(void)put_event(&h, "email:a@x.fr", "also-second", 2000, "m3");
	THREAD_IS(&h, "email:a@x.fr", "first second also-second");
	THREAD_IS(&h, "email:b@x.fr", "other");
	THREAD_IS(&h, "email:c@x.fr", "-");
	check_digests(&h, "threads");
	THREAD_IS(&h, "email:a@x.fr", "first second also-second");
	house_done(&h);
}

TEST(engine_joins_customers_by_their_identifiers)
{
	struct house h = house_make();

	(void)put_event(&h, "anonymous_id:1", "visit", 1000, "m1");
	(void)put_event(&h, "email:A@X.fr", "mail", 2000, "m2");
	THREAD_IS(&h, "email:a@x.fr", "mail");
	(void)put_event(&h, "anonymous_id:1 email:a@x.FR", "login", 3000, "m3");
	THREAD_IS(&h, "email:a@x.fr", "visit mail login");
	THREAD_IS(&h, "anonymous_id:1", "visit mail login");
	check_digests(&h, "joined");
	house_done(&h);
}

TEST(engine_counts_nothing_twice)
{
	struct house h = house_make();
	struct record first = event(&h, "email:a@x.fr", "buy", 1000, "m1");
	struct record other = event(&h, "email:a@x.fr", "return", 1000, "m1");
	struct engine_item item = put(&h, &first);
	uint64_t seq = item.seq;

	CHECK("new", item.status == ITEM_NEW && seq == 1);
	item = put(&h, &first);
	CHECK("same again", item.status == ITEM_DUPLICATE && item.seq == seq);
	item = put(&h, &other);
	CHECK("other content", item.status == ITEM_CONFLICT && item.seq == seq);
	other.source = STR("elsewhere");
	item = put(&h, &other);
	CHECK("other source", item.status == ITEM_NEW && item.seq == 2);
	house_reopen(&h, false);
	item = put(&h, &first);
	CHECK("after reopening", item.status == ITEM_DUPLICATE && item.seq == seq);
	THREAD_IS(&h, "email:a@x.fr", "buy return");
	house_done(&h);
}

TEST(engine_finds_twins_within_a_batch)
{
	struct house h = house_make();
	struct preparation p = { .default_source = STR("test"), .secret = engine_secret(h.engine) };
	struct record records[] = { event(&h, "email:a@x.fr", "one", 1, "m1"),
		event(&h, "email:a@x.fr", "one", 1, "m1"),
		event(&h, "email:a@x.fr", "two", 1, "m1"),
		event(&h, "email:a@x.fr", "three", 1, "m2") };
	struct engine_item items[ARRAY_LEN(records)];
	struct why why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		struct prepared prepared;
		CHECK("prepared", item_prepare(&p, &records[i], h.arena, &prepared, &why) == OK);
		items[i] = prepared.item;
	}
	CHECK("written", engine_write(h.engine, items, ARRAY_LEN(items), &why) == OK);
	CHECK("new", items[0].status == ITEM_NEW && items[0].seq == 1);
	CHECK("twin", items[1].status == ITEM_DUPLICATE && items[1].seq == 1);
	CHECK("conflict", items[2].status == ITEM_CONFLICT && items[2].seq == 1);
	CHECK("next", items[3].status == ITEM_NEW && items[3].seq == 2);
	THREAD_IS(&h, "email:a@x.fr", "one three");
	house_done(&h);
}

TEST(engine_corrects_and_retracts)
{
	struct house h = house_make();
	struct why why = { 0 };
	uint64_t seq;

	(void)put_event(&h, "email:a@x.fr", "one", 1000, "m1");
	(void)put_event(&h, "email:a@x.fr", "two", 1000, "m2");
	(void)put_event(&h, "email:a@x.fr", "three", 1000, "m3");
	struct record fixed = event(&h, "email:a@x.fr", "ONE", 1000, "m1");
	fixed.source = STR("test");
	CHECK("corrected", engine_correct(h.engine, &fixed, &seq, &why) == OK && seq == 4);
	THREAD_IS(&h, "email:a@x.fr", "ONE two three"); /* keeps its place among equal times */
	fixed.activity = STR("Uno");
	CHECK("again", engine_correct(h.engine, &fixed, &seq, &why) == OK && seq == 5);
	THREAD_IS(&h, "email:a@x.fr", "Uno two three");
	check_digests(&h, "corrected");
	CHECK("retracted", engine_retract(h.engine, STR("test"), STR("m2"), &seq, &why) == OK);
	THREAD_IS(&h, "email:a@x.fr", "Uno three");
	CHECK("once",
		engine_retract(h.engine, STR("test"), STR("m2"), &seq, &why) == ERR_NOT_FOUND);
	CHECK("retract the corrected",
		engine_retract(h.engine, STR("test"), STR("m1"), &seq, &why) == OK);
	THREAD_IS(&h, "email:a@x.fr", "three");
	CHECK("unknown",
		engine_retract(h.engine, STR("test"), STR("m9"), &seq, &why) == ERR_NOT_FOUND);
	check_digests(&h, "retracted");
	struct engine_item again = put_event(&h, "email:a@x.fr", "two", 1000, "m2");
	CHECK("stays known", again.status == ITEM_DUPLICATE);
	CHECK("retract the last",
		engine_retract(h.engine, STR("test"), STR("m3"), &seq, &why) == OK);
	THREAD_IS(&h, "email:a@x.fr", "-");
	house_done(&h);
}

static struct record decision(struct house *h, const char *what, const char *pair, const char *id)
{
	struct record record = event(h, pair, what, 0, id);

	record.kind = RECORD_IDENTITY;
	record.has_time = false;
	record.channel = STR("");
	record.actor = STR("user:marie");
	return record;
}

TEST(engine_unlinks_and_links_again)
{
	struct house h = house_make();
	struct state_digest before, after;

	(void)put_event(&h, "email:a@x.fr phone:0612345678", "call", 1000, "m1");
	(void)put_event(&h, "email:a@x.fr", "mail", 2000, "m2");
	(void)put_event(&h, "phone:+33612345678", "sms", 3000, "m3");
	before = digest_now(&h);
	THREAD_IS(&h, "email:a@x.fr", "call mail sms");
	struct record unlink = decision(&h, "unlink", "email:a@x.fr phone:+33612345678", "d1");
	(void)put(&h, &unlink);
	THREAD_IS(&h, "email:a@x.fr", "call mail");
	THREAD_IS(&h, "phone:+33612345678", "sms");
	check_digests(&h, "unlinked");
	(void)put_event(&h, "phone:0612345678", "sms-again", 4000, "m4");
	THREAD_IS(&h, "phone:+33612345678", "sms sms-again");
	struct record forget = decision(&h, "forget", "phone:+33612345678 email:a@x.fr", "d2");
	(void)put(&h, &forget);
	THREAD_IS(&h, "email:a@x.fr", "call mail sms sms-again");
	struct why why = { 0 };
	uint64_t seq;
	CHECK("gone", engine_retract(h.engine, STR("test"), STR("m4"), &seq, &why) == OK);
	after = digest_now(&h);
	CHECK("restored", same_digest(&before, &after));
	check_digests(&h, "linked again");
	house_done(&h);
}

TEST(engine_erases_a_customer_and_every_byte)
{
	struct house h = house_make();
	struct erasure_result result;
	struct why why = { 0 };
	struct erasing_result erasing;
	uint64_t seq;

	(void)put_event(&h, "email:keep@x.fr", "stays", 1000, "m0");
	(void)put_event(&h, "email:zorglub@x.fr phone:0612345678", "call", 1000, "secret-id-1");
	struct record fixed = event(&h, "email:zorglub@x.fr", "Hapax", 1500, "secret-id-1");
	fixed.source = STR("test");
	CHECK("corrected", engine_correct(h.engine, &fixed, &seq, &why) == OK);
	struct record unlink = decision(&h, "unlink", "email:zorglub@x.fr email:keep@x.fr", "d1");
	(void)put(&h, &unlink);
	CHECK("checkpoint", engine_checkpoint(h.engine, &why) == OK);
	(void)put_event(&h, "email:zorglub@x.fr", "mail", 2000, "secret-id-2");
	CHECK("there", sim_disk_holds(h.sim, STR("zorglub")));
	CHECK("erased",
		engine_erase_customer(h.engine, STR("email:zorglub@x.fr"), &result, &why) == OK);
	CHECK("counts", result.events == 2 && result.records == 4);
	THREAD_IS(&h, "email:zorglub@x.fr", "-");
	THREAD_IS(&h, "email:keep@x.fr", "stays");
	check_digests(&h, "invisible");
	CHECK("bytes", engine_erase_bytes(h.engine, &erasing, NULL, NULL, &why) == OK &&
			       erasing.rewritten == 4);
	CHECK("no name", !sim_disk_holds(h.sim, STR("zorglub")));
	CHECK("no phone", !sim_disk_holds(h.sim, STR("612345678")));
	CHECK("no id", !sim_disk_holds(h.sim, STR("secret-id")));
	CHECK("no activity", !sim_disk_holds(h.sim, STR("Hapax")));
	check_digests(&h, "gone");
	struct engine_item again = put_event(&h, "email:zorglub@x.fr", "mail", 2000, "secret-id-2");
	CHECK("redelivery", again.status == ITEM_ERASED);
	THREAD_IS(&h, "email:zorglub@x.fr", "-");
	again = put_event(&h, "email:zorglub@x.fr", "new", 9000, "m9");
	CHECK("new activity", again.status == ITEM_NEW);
	THREAD_IS(&h, "email:zorglub@x.fr", "new");
	CHECK("twice", engine_erase_bytes(h.engine, &erasing, NULL, NULL, &why) == OK &&
			       erasing.rewritten == 0);
	THREAD_IS(&h, "email:keep@x.fr", "stays");
	house_done(&h);
}

static void count_fault(void *context, const struct why *fault)
{
	(void)fault;
	(*(unsigned *)context)++;
}

TEST(engine_verifies)
{
	struct house h = house_make();
	struct verification v;
	struct why why = { 0 };
	unsigned faults = 0;
	bool did;

	for (int i = 0; i < 300; i++) {
		char id[16];
		(void)snprintf(id, sizeof(id), "m%d", i);
		(void)put_event(&h, i % 3 ? "email:a@x.fr" : "email:b@x.fr", "step", i, id);
	}
	CHECK("sealed", engine_seal_one(h.engine, 3, &did, &why) == OK && did);
	CHECK("verifies", engine_verify(h.engine, count_fault, &faults, &v, &why) == OK);
	CHECK("sound", v.faults == 0 && faults == 0 && v.same && v.records == 300);
	house_done(&h);
}

TEST(engine_refuses_after_a_failed_write)
{
	struct house h = house_make();
	struct record record = event(&h, "email:a@x.fr", "one", 1, "m1");
	struct preparation p = { .default_source = STR("test"), .secret = engine_secret(h.engine) };
	struct prepared prepared;
	struct why why = { 0 };

	(void)put_event(&h, "email:a@x.fr", "zero", 0, "m0");
	CHECK("prepared", item_prepare(&p, &record, h.arena, &prepared, &why) == OK);
	struct engine_item item = prepared.item;
	sim_disk_faults(h.sim)->fail_at = sim_disk_operations(h.sim) + 1;
	sim_disk_faults(h.sim)->fail_with = ERR_FULL;
	CHECK("fails", engine_write(h.engine, &item, 1, &why) == ERR_FULL);
	CHECK("refused", item.status == ITEM_REFUSED);
	CHECK("refuses", engine_write(h.engine, &item, 1, &why) == ERR_IO);
	THREAD_IS(&h, "email:a@x.fr", "zero");
	house_reopen(&h, false);
	CHECK("again", engine_write(h.engine, &item, 1, &why) == OK && item.status == ITEM_NEW);
	THREAD_IS(&h, "email:a@x.fr", "zero one");
	house_done(&h);
}

TEST(engine_holds_its_folder_alone)
{
	struct house h = house_make();
	const struct engine_options options = { .disk = sim_disk_of(h.sim), .folder = "/data" };
	const struct engine_options absent = {
		.disk = sim_disk_of(h.sim), .folder = "/nothing", .must_exist = true
	};
	struct engine_opening opening;
	struct engine *second = NULL;
	struct why why = { 0 };

	CHECK("busy", engine_open(&options, &second, &opening, &why) == ERR_BUSY);
	CHECK("words", why.message == MSG_FOLDER_BUSY);
	CHECK("absent", engine_open(&absent, &second, &opening, &why) == ERR_NOT_FOUND);
	CHECK("words", why.message == MSG_FOLDER_MISSING);
	house_done(&h);
}

/* Beside the writer: what came after the beginning is not in it, and comes by replay. */
TEST(engine_writes_a_checkpoint_beside_the_writer)
{
	struct house h = house_make();
	struct why why = { 0 };
	char id[16];
	bool done = false;
	uint64_t seq;

	for (int i = 0; i < 40; i++) {
		(void)snprintf(id, sizeof(id), "m%d", i);
		(void)put_event(&h, i % 2 ? "email:a@x.fr" : "phone:0612345678", "e", i, id);
	}
	CHECK("begun", engine_checkpoint_begin(h.engine, &why) == OK);
	for (int i = 40; !done; i++) {
		(void)snprintf(id, sizeof(id), "m%d", i);
		(void)put_event(&h, "email:a@x.fr phone:0612345678", "late", i, id);
		CHECK("step", engine_checkpoint_step(h.engine, &done, &why) == OK);
	}
	CHECK("retracted", engine_retract(h.engine, STR("test"), STR("m3"), &seq, &why) == OK);
	struct state_digest live = digest_now(&h);
	house_reopen(&h, false);
	CHECK("of its beginning", h.opening.checkpoint_seq == 41);
	CHECK("the rest replayed",
		h.opening.replayed + 41 == journal_end(engine_journal(h.engine)));
	CHECK("index", h.opening.index_from >= 41);
	struct state_digest loaded = digest_now(&h);
	CHECK("same", same_digest(&live, &loaded));
	CHECK("known", put_event(&h, "email:a@x.fr", "e", 1, "m1").status == ITEM_DUPLICATE);
	check_digests(&h, "beside");
	house_done(&h);
}

/* What nothing is mapped from is closed: its bytes would stay on the disk as long as the server. */
TEST(engine_keeps_no_former_checkpoint_open)
{
	struct house h = house_make();
	struct why why = { 0 };
	size_t open = 0;

	(void)put_event(&h, "email:a@x.fr", "e", 1, "m1");
	for (int i = 0; i < 6; i++) {
		bool done = false;
		CHECK("begun", checkpoint_begin_anew(h.engine, &why) == OK);
		while (!done)
			CHECK("step", engine_checkpoint_step(h.engine, &done, &why) == OK);
		if (i == 2)
			open = sim_disk_open_files(h.sim);
	}
	CHECK("no more than before", open > 0 && sim_disk_open_files(h.sim) == open);
	house_reopen(&h, false);
	check_digests(&h, "after many");
	house_done(&h);
}

TEST(engine_gives_up_a_checkpoint_for_the_next)
{
	struct house h = house_make();
	struct why why = { 0 };
	bool done = true;

	(void)put_event(&h, "email:a@x.fr", "one", 1, "m1");
	CHECK("begun", engine_checkpoint_begin(h.engine, &why) == OK);
	CHECK("one step", engine_checkpoint_step(h.engine, &done, &why) == OK && !done);
	(void)put_event(&h, "email:a@x.fr", "two", 2, "m2");
	CHECK("another", engine_checkpoint(h.engine, &why) == OK);
	CHECK("nothing left", engine_checkpoint_step(h.engine, &done, &why) == OK && done);
	CHECK("begun, and left", engine_checkpoint_begin(h.engine, &why) == OK);
	house_reopen(&h, false);
	CHECK("the whole one", h.opening.checkpoint_seq == 3 && h.opening.replayed == 0);
	check_digests(&h, "given up");
	house_done(&h);
}
