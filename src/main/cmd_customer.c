/* main/cmd_customer.c - ariane customer: what is known of somebody, and from where. */
#include "base/json.h"
#include "base/timestamp.h"
#include "exchange/native.h"
#include "main/profile_view.h"
#include "main/store.h"

#include <stdlib.h>
#include <string.h>

enum { OUTPUT_BYTES_MAX = 64 << 20, TRAITS_MAX = 10000, CHANNELS_MAX = 1000 };
#define PROFILE_BYTES_MAX ((size_t)1 << 30)

struct gathering {
	struct engine *engine;
	const struct threads_view *view;
	const struct identity_view *identity;
	struct arena *arena; /* of the profile */
	struct profile_identifier *identifiers;
	uint32_t *codes; /* of the identifiers */
	struct profile_trait *traits;
	struct profile_channel *channels;
	struct profile profile;
};

static err no_room(const struct gathering *g, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("profile"), arg_int((int64_t)arena_taken(g->arena)));
}

static err list_identifiers(struct gathering *g, uint32_t customer, struct why *why)
{
	const struct customer *c = identity_customer(g->identity, customer);
	uint32_t member = c->head;

	g->identifiers = arena_array(g->arena, c->members, sizeof(*g->identifiers));
	g->codes = arena_array(g->arena, c->members, sizeof(*g->codes));
	g->traits = arena_array(g->arena, TRAITS_MAX, sizeof(*g->traits));
	g->channels = arena_array(g->arena, CHANNELS_MAX, sizeof(*g->channels));
	if (g->identifiers == NULL || g->codes == NULL || g->traits == NULL || g->channels == NULL)
		return no_room(g, why);
	for (uint32_t i = 0; i < c->members; i++) {
		str text = identity_text(g->identity, member);
		struct profile_identifier *id = &g->identifiers[i];
		ASSERT(str_split(text, ':', &id->type, &id->value));
		g->codes[i] = member;
		member = identity_next_member(g->identity, member);
	}
	g->profile.identifiers = g->identifiers;
	g->profile.identifier_count = c->members;
	return OK;
}

static void widen(uint64_t *events, int64_t *first, int64_t *last, int64_t ms)
{
	*first = *events == 0 ? ms : MIN_OF(*first, ms);
	*last = *events == 0 ? ms : MAX_OF(*last, ms);
	(*events)++;
}

static void note_identifiers(struct gathering *g, const struct row *row, int64_t ms)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	size_t count = identity_set_members(g->identity, row->set, members);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < g->profile.identifier_count; k++)
			if (g->codes[k] == members[i]) {
				struct profile_identifier *id = &g->identifiers[k];
				widen(&id->events, &id->first_ms, &id->last_ms, ms);
			}
}

static void note_channel(struct gathering *g, str name, int64_t ms)
{
	size_t i = 0;

	while (i < g->profile.channel_count && !str_equal(g->channels[i].name, name))
		i++;
	if (i == CHANNELS_MAX)
		return; /* counted in the whole, not by itself */
	if (i == g->profile.channel_count)
		g->channels[g->profile.channel_count++].name = name;
	widen(&g->channels[i].events, &g->channels[i].first_ms, &g->channels[i].last_ms, ms);
}

/* The newest telling of a trait holds: records come in the order of time. */
static err note_trait(struct gathering *g, const struct record *record,
	const struct attribute *told, struct why *why)
{
	size_t i = 0;
	int64_t ms = record->has_time ? record->time.ms : record->received_ms;

	while (i < g->profile.trait_count && !str_equal(g->traits[i].key, told->key))
		i++;
	if (i == TRAITS_MAX)
		return no_room(g, why);
	if (i < g->profile.trait_count && g->traits[i].since_ms > ms)
		return OK;
	g->profile.trait_count = MAX_OF(g->profile.trait_count, i + 1);
	g->traits[i] = (struct profile_trait){
		.key = told->key, .value = told->value, .source = record->source, .since_ms = ms
	};
	return OK;
}

static err note_verified(struct gathering *g, const struct record *record)
{
	for (size_t i = 0; i < record->identifier_count; i++)
		for (size_t k = 0; k < g->profile.identifier_count; k++) {
			struct profile_identifier *id = &g->identifiers[k];
			if (str_equal(id->type, record->identifiers[i].type) &&
				str_equal(id->value, record->identifiers[i].value))
				id->verified |= record->identifiers[i].verified;
		}
	return OK;
}

/* Traits stay in the arena with their record; records without are forgotten at once. */
static err read_traits(struct gathering *g, uint64_t seq, struct arena *one, struct why *why)
{
	struct record record;

	arena_reset(one);
	err e = engine_read(g->engine, seq, one, &record, why);
	if (e != OK)
		return e;
	(void)note_verified(g, &record); /* always OK */
	if (record.trait_count == 0)
		return OK;
	e = engine_read(g->engine, seq, g->arena, &record, why);
	for (size_t i = 0; e == OK && i < record.trait_count; i++)
		e = note_trait(g, &record, &record.traits[i], why);
	return e;
}

static err gather_rows(
	struct gathering *g, const uint32_t *rows, size_t count, bool entities, struct why *why)
{
	AUTO_ARENA one = arena_create(64 << 20);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		struct row row = threads_view_row(g->view, rows[i]);
		if (!entities) {
			int64_t ms = ms_of_ticks(row.time);
			struct what what = threads_view_what(g->view, row.what);
			note_identifiers(g, &row, ms);
			note_channel(g, threads_view_name(g->view, what.channel), ms);
			widen(&g->profile.events, &g->profile.first_ms, &g->profile.last_ms, ms);
		}
		e = read_traits(g, row.seq, one, why);
	}
	return e;
}

static err gather(struct gathering *g, uint32_t customer, struct why *why)
{
	struct thread thread;
	const uint32_t *rows;
	size_t count;
	err e = list_identifiers(g, customer, why);

	g->profile.traits = g->traits;
	g->profile.channels = g->channels;
	if (e == OK)
		e = entities_of(g->view, customer, g->arena, &rows, &count, why);
	if (e == OK)
		e = gather_rows(g, rows, count, true, why);
	if (e == OK)
		e = thread_of(g->view, customer, g->arena, &thread, why);
	if (e == OK)
		e = gather_rows(g, thread.row, thread.count, false, why);
	return e;
}

/* ---- for programs */

static void put_time(struct json_writer *w, const char *key, bool known, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	if (known)
		json_put_string(w, instant_utc(text, ms));
	else
		json_put_null(w);
}

static void put_span(struct json_writer *w, uint64_t events, int64_t first, int64_t last)
{
	json_put_key(w, STR("events"));
	json_put_uint(w, events);
	put_time(w, "first_time", events > 0, first);
	put_time(w, "last_time", events > 0, last);
}

static void put_identifiers(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("identifiers"));
	json_put_array(w);
	for (size_t i = 0; i < p->identifier_count; i++) {
		const struct profile_identifier *id = &p->identifiers[i];
		json_put_object(w);
		json_put_key(w, STR("type"));
		json_put_string(w, id->type);
		json_put_key(w, STR("value"));
		json_put_string(w, id->value);
		json_put_key(w, STR("verified"));
		json_put_bool(w, id->verified);
		put_span(w, id->events, id->first_ms, id->last_ms);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_traits(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("traits"));
	json_put_array(w);
	for (size_t i = 0; i < p->trait_count; i++) {
		json_put_object(w);
		json_put_key(w, STR("key"));
		json_put_string(w, p->traits[i].key);
		json_put_key(w, STR("value"));
		native_value_write(w, &p->traits[i].value);
		json_put_key(w, STR("source"));
		json_put_string(w, p->traits[i].source);
		put_time(w, "since", true, p->traits[i].since_ms);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_channels(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("channels"));
	json_put_array(w);
	for (size_t i = 0; i < p->channel_count; i++) {
		json_put_object(w);
		json_put_key(w, STR("channel"));
		json_put_string(w, p->channels[i].name);
		put_span(w, p->channels[i].events, p->channels[i].first_ms, p->channels[i].last_ms);
		json_put_end(w);
	}
	json_put_end(w);
}

static void answer_program(const struct gathering *g, const struct snapshot *snapshot,
	uint32_t customer, struct sink *sink)
{
	const struct profile *p = &g->profile;
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_put_key(&w, STR("volatile_id"));
	json_put_uint(&w, customer);
	json_put_key(&w, STR("epoch"));
	json_put_uint(&w, snapshot_epoch(snapshot));
	put_time(&w, "as_of", true, snapshot_as_of_ms(snapshot));
	put_span(&w, p->events, p->first_ms, p->last_ms);
	put_identifiers(&w, p);
	put_channels(&w, p);
	put_traits(&w, p);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	AUTO_ARENA arena = arena_create(PROFILE_BYTES_MAX);
	struct gathering g = { .engine = engine,
		.view = snapshot_threads(snapshot),
		.identity = snapshot_identity(snapshot),
		.arena = arena };
	uint32_t customer;
	str text;
	err e = store_customer(
		request, snapshot, request_argument(request, 0), &text, &customer, why);

	if (e == OK)
		e = gather(&g, customer, why);
	if (e != OK)
		return e;
	if (sink->json)
		answer_program(&g, snapshot, customer, sink);
	else
		profile_view(&g.profile, arena, sink);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct engine *engine;
	err e = store_open(request, sink, STORE_READ, &engine, why);

	if (e != OK)
		return e;
	e = answer(request, sink, engine, why);
	store_close(request, engine);
	return e;
}

const struct command cmd_customer = {
	.name = STR_INIT("customer"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("show what is known of a customer, and where it came from",
		"montrer ce qu'on sait d'un client, et d'où cela vient"),
	.arguments = { 1, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("type:value, as in email:jeanne@exemple.fr",
			"type:valeur, comme email:jeanne@exemple.fr") },
	.examples = { { STR_INIT("ariane customer email:jeanne@exemple.fr"),
			      WORDS("her identifiers, channels and traits",
				      "ses identifiants, ses canaux et ses traits") },
		{ STR_INIT("ariane customer phone:0612345678 --json"),
			WORDS("found by any identifier, as one types it",
				"trouvé par n'importe quel identifiant, tel qu'on le tape") } },
	.schema = STR_INIT("customer"),
	.read_only = true,
	.in_house = true,
	.run = run,
};
