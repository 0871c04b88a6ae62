/* main/cmd_access.c - ariane access: all that is kept of a customer, for him.
 *
 * What is told is what an erasure would empty (engine/places.h): every event that carries one of
 * his identifiers with all its versions, entities, decisions on who he is; then who read it.  The
 * last line counts what came before and has its digest: without it the document is not whole.
 */
#include <sodium.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "desk/audit.h"
#include "engine/places.h"
#include "exchange/native.h"
#include "identity/identifier.h"
#include "main/store.h"

enum { LINE_BYTES_MAX = 64 << 20, DIGEST_BYTES = 32, READINGS_MAX = 100000 };

struct telling {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	const struct snapshot *snapshot;
	str subject;
	uint8_t *wanted;
	bool has_decision;
	struct places places, waiting;
	struct strbuf line;
	crypto_generichash_state digest;
	uint64_t records, readings;
};

/* ---- lines */

static struct json_writer begin_line(struct telling *t, const char *is)
{
	struct json_writer w = json_writer_of(&t->line, JSON_COMPACT);

	strbuf_clear(&t->line);
	json_put_object(&w);
	json_member_string(&w, "is", str_of(is));
	return w;
}

static void end_line(struct telling *t, struct json_writer *w)
{
	json_put_end(w);
	strbuf_add_byte(&t->line, '\n');
	if (strbuf_ok(&t->line))
		(void)crypto_generichash_update(
			&t->digest, (const uint8_t *)t->line.ptr, t->line.len); /* cannot fail */
	sink_built(t->sink, &t->line);
}

static void put_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_member_string(w, key, instant_utc(text, ms));
}

static void tell_subject(struct telling *t)
{
	const struct identity_view *identity = snapshot_identity(t->snapshot);
	struct json_writer w = begin_line(t, "subject");

	json_member_string(&w, "subject", t->subject);
	put_time(&w, "made", request_now_ms(t->request));
	json_member_string(&w, "by", request_actor(t->request));
	json_member_uint(&w, "sequence", snapshot_end_seq(t->snapshot) - 1);
	json_put_key(&w, STR("identifiers"));
	json_put_array(&w);
	for (uint32_t i = 0; i < identity_identifier_count(identity); i++)
		if (t->wanted[i])
			json_put_string(&w, identity_text(identity, i));
	json_put_end(&w);
	end_line(t, &w);
}

/* ---- records */

/* Rows stand in the order of their sequences; a record without one is a decision. */
static const char *state_of(const struct telling *t, uint64_t seq)
{
	const struct threads_view *view = snapshot_threads(t->snapshot);
	size_t low = 0, high = threads_view_rows(view);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (threads_view_seq(view, (uint32_t)middle) < seq)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == threads_view_rows(view) || threads_view_seq(view, (uint32_t)low) != seq)
		return "decision";
	return (threads_view_row(view, (uint32_t)low).flags & ROW_HIDDEN) != 0 ? "former"
									       : "present";
}

static err tell_record(struct telling *t, uint64_t seq, struct arena *arena, struct why *why)
{
	struct record record;
	err e = engine_read(t->engine, seq, arena, &record, why);

	if (e != OK || record.kind == RECORD_TOMBSTONE) /* emptied meanwhile */
		return e;
	struct json_writer w = begin_line(t, "record");
	json_member_uint(&w, "sequence", seq);
	json_member_string(&w, "state", str_of(state_of(t, seq)));
	put_time(&w, "received", record.received_ms);
	json_put_key(&w, STR("record"));
	record.target = 0;
	native_write(&w, &record);
	end_line(t, &w);
	t->records++;
	return OK;
}

static err tell_records(struct telling *t, struct why *why)
{
	AUTO_ARENA arena = arena_create((size_t)64 << 20);
	err e = OK;

	for (size_t i = 0; e == OK && i < t->places.count && sink_ok(t->sink); i++) {
		arena_reset(arena);
		e = tell_record(t, t->places.items[i].seq, arena, why);
		if (e == OK && request_cancelled(t->request))
			e = fail(why, MSG_CANCELLED);
	}
	return e;
}

/* ---- who read it */

static err tell_reading(void *context, const struct audit_row *row, struct why *why)
{
	struct telling *t = context;
	struct json_writer w = begin_line(t, "reading");

	(void)why;
	put_time(&w, "time", row->at_ms);
	json_member_string(&w, "who", row->who);
	json_member_string(&w, "action", row->action);
	json_member_string(&w, "outcome", row->outcome);
	end_line(t, &w);
	t->readings++;
	return OK;
}

static err tell_readings(struct telling *t, struct desk *desk, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(t->snapshot);
	err e = OK;

	for (uint32_t i = 0; e == OK && i < identity_identifier_count(identity); i++) {
		const struct audit_search search = { .subject = identity_text(identity, i),
			.limit = READINGS_MAX };
		if (t->wanted[i])
			e = audit_each(desk, &search, tell_reading, t, why);
	}
	return e;
}

/* Over HTTP it is noted with the request; here by who has the machine. */
static err note(const struct telling *t, struct desk *desk, struct why *why)
{
	str actor = request_actor(t->request);

	return !str_starts(actor, STR("uid:")) ? OK
					       : audit_add(desk,
							 &(const struct audit_row){ .who = actor,
								 .action = STR("access"),
								 .subject = t->subject,
								 .outcome = STR("read") },
							 why);
}

static err tell_desk(struct telling *t, struct why *why)
{
	struct desk *desk;
	err e = desk_open(request_data(t->request).ptr, true, NULL, &desk, why);

	if (e != OK)
		return e;
	e = note(t, desk, why);
	if (e == OK)
		e = tell_readings(t, desk, why);
	desk_close(desk);
	return e;
}

static void tell_end(struct telling *t)
{
	uint8_t bytes[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];
	(void)crypto_generichash_final(&t->digest, bytes, sizeof(bytes)); /* of its own state */
	(void)sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
	struct json_writer w = begin_line(t, "end");

	json_member_uint(&w, "records", t->records);
	json_member_uint(&w, "readings", t->readings);
	json_member_string(&w, "blake2b_256", str_of(hex));
	json_put_end(&w);
	strbuf_add_byte(&t->line, '\n');
	sink_built(t->sink, &t->line);
}

/* ---- finding all of it */

static err ask_writer(struct engine *engine, void *context, struct why *why)
{
	struct telling *t = context;

	(void)why;
	places_waiting(engine, &t->waiting);
	t->has_decision = places_has_decision(engine, t->wanted);
	return OK;
}

static err find(struct telling *t, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(t->snapshot);
	struct identifier_rules rules = store_identifier_rules(t->request);
	struct arena *arena = request_arena(t->request);
	struct record_identifier id;
	err e = why_usage(
		why, identifier_parse(&rules, request_argument(t->request, 0), arena, &id, why));

	if (e != OK)
		return e;
	t->subject = identifier_text(id.type, id.value, arena);
	uint32_t code =
		t->subject.ptr == NULL ? IDENTITY_NO_CODE : identity_find(identity, t->subject);
	if (code == IDENTITY_NO_CODE)
		return fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(t->subject));
	t->wanted = places_wanted(identity, code);
	places_find_rows(snapshot_threads(t->snapshot), t->wanted, &t->places);
	e = store_ask(t->request, t->engine, ask_writer, t, why);
	if (e == OK && t->has_decision)
		e = places_find_decisions(t->engine, identity, t->wanted, 1, &t->places, why);
	places_sort(&t->places);
	if (e == OK)
		e = places_drop_erased(t->engine, &t->waiting, &t->places, why);
	if (e == OK && t->places.count == 0) /* known once, and erased since */
		e = fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(t->subject));
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct telling t = {
		.request = request, .sink = sink, .line = strbuf_heap(LINE_BYTES_MAX)
	};
	err e = store_open(request, sink, STORE_READ, &t.engine, why);

	if (e != OK)
		return e;
	(void)crypto_generichash_init(&t.digest, NULL, 0, DIGEST_BYTES); /* its sizes are right */
	{
		AUTO_SNAPSHOT snapshot = store_snapshot(request, t.engine);
		t.snapshot = snapshot;
		e = find(&t, why);
		if (e == OK) {
			tell_subject(&t);
			e = tell_records(&t, why);
		}
		if (e == OK)
			e = tell_desk(&t, why);
		if (e == OK)
			tell_end(&t);
	}
	places_done(&t.places);
	places_done(&t.waiting);
	free(t.wanted);
	strbuf_done(&t.line);
	store_close(request, t.engine);
	return e;
}

const struct command cmd_access = {
	.name = STR_INIT("access"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("give all that is kept of a customer, for him to have",
		"remettre tout ce qui est conservé d'un client, pour lui"),
	.about = WORDS(
		"Lines of JSON: his identifiers; every event, entity and decision that an erasure "
		"would remove, former versions too, each as it came; who read them; at last how "
		"many "
		"there were, and their digest (BLAKE2b-256 of all lines before): without that line "
		"the "
		"document is not whole. That it was given is noted in the audit. An event that "
		"names "
		"others too shows them: look before it is handed out.",
		"Des lignes JSON : ses identifiants ; chaque événement, entité et décision qu'un "
		"effacement supprimerait, versions antérieures comprises, tels que reçus ; qui les "
		"a "
		"lus ; enfin leur nombre et leur empreinte (BLAKE2b-256 de toutes les lignes "
		"précédentes) : sans cette ligne le document est incomplet. La remise est notée "
		"dans "
		"l'audit. Un événement qui nomme d'autres personnes les montre : relisez avant de "
		"remettre."),
	.arguments = { 1, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("type:value, as in email:jeanne@exemple.fr",
			"type:valeur, comme email:jeanne@exemple.fr") },
	.examples = { { STR_INIT("ariane access email:jeanne@exemple.fr > jeanne.jsonl"),
		WORDS("what she asked for", "ce qu'elle a demandé") } },
	.schema = STR_INIT("access"),
	.json_lines = true,
	.read_only = true,
	.in_house = true,
	.run = run,
};
