/* main/profile_gather.c - see profile_gather.h
 *
 * Answered while a customer waits at the counter: so from columns (thread/recall.h) and from what
 * is kept of tellings (thread/told.h); the journal is read only for what these do not have. */
#include "main/profile_gather.h"

#include "event/codec.h"
#include "identity/naming.h"
#include "identity/rules.h"
#include "thread/recall.h"

#include <stdlib.h>

enum { CHANNELS_MAX = 1000, RECORD_ARENA_BYTES = 64 << 20 };

struct gathering {
	struct engine *engine;
	const struct threads_view *view;
	const struct identity_view *identity;
	const struct identity_rules *identity_rules; /* whom to trust */
	struct arena *arena; /* of the profile */
	struct arena *one; /* of one record */
	struct recall *with_attributes, *without_attributes;
	struct profile_identifier *identifiers;
	uint32_t *codes; /* of the identifiers */
	struct profile_channel *channels;
	struct traits traits;
	struct computed *computed;
	struct profile *profile;
};

err profile_rules_in_force(
	const struct identity_view *identity, struct profile_rules **out, struct why *why)
{
	str document = identity_document(identity, STR("profile"), NULL);

	if (document.len > 0)
		return profile_rules_parse(document, out, why);
	*out = profile_rules_default();
	return OK;
}

static err no_room(const struct gathering *g, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("profile"), arg_int((int64_t)arena_taken(g->arena)));
}

struct named {
	str text;
	uint32_t code;
};

static int by_telling(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return identifier_tells_more(x->text, y->text) ? -1 : x->code != y->code;
}

/* The one by which he is told of first: rings have no order that lasts. */
static err list_identifiers(struct gathering *g, uint32_t customer, struct why *why)
{
	const struct customer *c = identity_customer(g->identity, customer);
	uint32_t member = c->head;

	g->identifiers = arena_array(g->arena, c->members, sizeof(*g->identifiers));
	g->codes = arena_array(g->arena, c->members, sizeof(*g->codes));
	g->channels = arena_array(g->arena, CHANNELS_MAX, sizeof(*g->channels));
	struct named *named = arena_array(g->arena, c->members, sizeof(*named));
	if (g->identifiers == NULL || g->codes == NULL || g->channels == NULL || named == NULL)
		return no_room(g, why);
	for (uint32_t i = 0; i < c->members; i++) {
		named[i] = (struct named){ identity_text(g->identity, member), member };
		member = identity_next_member(g->identity, member);
	}
	qsort(named, c->members, sizeof(*named), by_telling);
	for (uint32_t i = 0; i < c->members; i++) {
		struct profile_identifier *id = &g->identifiers[i];
		ASSERT(str_split(named[i].text, ':', &id->type, &id->value));
		g->codes[i] = named[i].code;
	}
	g->profile->identifiers = g->identifiers;
	g->profile->identifier_count = c->members;
	g->profile->channels = g->channels;
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
		for (size_t k = 0; k < g->profile->identifier_count; k++)
			if (g->codes[k] == members[i]) {
				struct profile_identifier *id = &g->identifiers[k];
				widen(&id->events, &id->first_ms, &id->last_ms, ms);
			}
}

static void note_channel(struct gathering *g, str name, int64_t ms)
{
	size_t i = 0;

	while (i < g->profile->channel_count && !str_equal(g->channels[i].name, name))
		i++;
	if (i == CHANNELS_MAX)
		return; /* counted in the whole, not by itself */
	if (i == g->profile->channel_count)
		g->channels[g->profile->channel_count++].name = name;
	widen(&g->channels[i].events, &g->channels[i].first_ms, &g->channels[i].last_ms, ms);
}

static void note_verified(struct gathering *g, const struct row *row)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	size_t count = identity_set_members(g->identity, row->set, members);
	/* Of a set of one only the row says it. */
	uint64_t verified = count > 1 ? identity_set_verified(g->identity, row->set)
			    : row->flags & ROW_VERIFIED ? 1
							: 0;

	for (size_t i = 0; verified != 0 && i < count; i++)
		for (size_t k = 0; k < g->profile->identifier_count; k++)
			if (g->codes[k] == members[i])
				g->identifiers[k].verified |= (verified >> i & 1) != 0;
}

/* ---- traits */

err profile_read_traits(struct engine *engine, const struct threads_view *view, uint32_t row,
	const struct row *at, struct arena *arena, struct record *out, struct why *why)
{
	str bytes;

	if (told_of(threads_view_told(view), row, &bytes) == TOLD_HERE)
		return record_decode(bytes, arena, out, why);
	return engine_read(engine, at->seq, arena, out, why);
}

int64_t profile_told_ms(const struct row *at, const struct record *record)
{
	if (at->time != INT64_MIN)
		return ms_of_ticks(at->time);
	return record->has_time ? record->time.ms : record->received_ms;
}

static err note_traits(struct gathering *g, uint32_t row, const struct row *at, struct why *why)
{
	struct record record;
	err e = profile_read_traits(g->engine, g->view, row, at, g->arena, &record, why);

	for (size_t i = 0; e == OK && i < record.trait_count; i++) {
		const struct trait_telling told = { .value = record.traits[i].value,
			.source = record.source,
			.trust = rules_source(g->identity_rules, record.source).trust,
			.ms = profile_told_ms(at, &record),
			.seq = at->seq };
		e = traits_tell(&g->traits, record.traits[i].key, &told, why);
	}
	return e;
}

/* ---- computed traits */

static err begin_recalling(struct gathering *g, const struct profile_rules *rules, struct why *why)
{
	struct computed_needs *needs = arena_alloc(g->arena, sizeof(*needs));
	struct recall_wanted wanted = { .fields = 0 };
	static const struct {
		unsigned need;
		enum attribute_field field;
	} fields[] = { { COMPUTED_SOURCE, FIELD_SOURCE },
		{ COMPUTED_INTERACTION, FIELD_INTERACTION }, { COMPUTED_CASE, FIELD_CASE } };

	if (needs == NULL)
		return no_room(g, why);
	computed_needs(rules, needs);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		wanted.fields |= needs->fields & fields[i].need ? 1u << fields[i].field : 0;
		wanted.told_apart |= needs->texts & fields[i].need ? 0 : 1u << fields[i].field;
	}
	g->without_attributes = recall_create(g->view, &wanted, g->arena);
	wanted.keys = needs->keys;
	wanted.key_count = needs->key_count;
	g->with_attributes = recall_create(g->view, &wanted, g->arena);
	return g->without_attributes != NULL && g->with_attributes != NULL ? OK : no_room(g, why);
}

/* Nothing of the record is kept. */
static err note_computed(struct gathering *g, uint32_t row, const struct row *at, str channel,
	str activity, struct why *why)
{
	bool asks = computed_asks(g->computed, channel, activity);
	struct record record;
	err e = OK;

	if (!recall_row(asks ? g->with_attributes : g->without_attributes, row, &record)) {
		arena_reset(g->one);
		e = engine_read(g->engine, at->seq, g->one, &record, why);
	}
	return e == OK ? computed_event(g->computed, &record, ms_of_ticks(at->time), why) : e;
}

/* ---- rows */

static err note_event(struct gathering *g, uint32_t row, const struct row *at, struct why *why)
{
	struct what what = threads_view_what(g->view, at->what);
	str channel = threads_view_name(g->view, what.channel);
	int64_t ms = ms_of_ticks(at->time);

	note_identifiers(g, at, ms);
	note_channel(g, channel, ms);
	widen(&g->profile->events, &g->profile->first_ms, &g->profile->last_ms, ms);
	return note_computed(g, row, at, channel, threads_view_name(g->view, what.activity), why);
}

static err gather_rows(
	struct gathering *g, const uint32_t *rows, size_t count, bool entities, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		struct row at = threads_view_row(g->view, rows[i]);
		note_verified(g, &at);
		if (!entities)
			e = note_event(g, rows[i], &at, why);
		if (e == OK && (at.flags & ROW_TELLS))
			e = note_traits(g, rows[i], &at, why);
	}
	return e;
}

static err gather(
	struct gathering *g, uint32_t customer, const struct profile_rules *rules, struct why *why)
{
	struct thread *thread = &g->profile->thread;
	const uint32_t *rows;
	size_t count;
	err e = list_identifiers(g, customer, why);

	if (e == OK)
		e = begin_recalling(g, rules, why);
	if (e == OK)
		e = entities_of(g->view, customer, g->arena, &rows, &count, why);
	if (e == OK)
		e = gather_rows(g, rows, count, true, why);
	if (e == OK)
		e = thread_of(g->view, customer, g->arena, thread, why);
	if (e == OK)
		e = gather_rows(g, thread->row, thread->count, false, why);
	if (e == OK)
		e = traits_decide(&g->traits, rules, why);
	return e == OK ? computed_end(g->computed, &g->profile->computed,
				 &g->profile->computed_count, why)
		       : e;
}

err profile_trust_in_force(
	const struct identity_view *identity, struct identity_rules **out, struct why *why)
{
	str document = identity_view_rules(identity);

	if (document.len > 0)
		return rules_parse(document, out, why);
	*out = rules_default();
	return OK;
}

err profile_gather(struct engine *engine, const struct snapshot *snapshot, uint32_t customer,
	const struct profile_rules *rules, struct arena *arena, struct profile *out,
	struct why *why)
{
	struct identity_rules *trust = NULL;
	AUTO_ARENA one = arena_create(RECORD_ARENA_BYTES);
	struct gathering g = { .engine = engine,
		.view = snapshot_threads(snapshot),
		.identity = snapshot_identity(snapshot),
		.arena = arena,
		.one = one,
		.profile = out };

	*out = (struct profile){ .events = 0 };
	err e = profile_trust_in_force(g.identity, &trust, why);
	g.identity_rules = trust;
	if (e == OK)
		e = traits_begin(&g.traits, arena, why);
	g.computed = computed_begin(rules, snapshot_as_of_ms(snapshot), arena);
	if (e == OK && g.computed == NULL)
		e = no_room(&g, why);
	if (e == OK)
		e = gather(&g, customer, rules, why);
	out->traits = g.traits.items;
	out->trait_count = g.traits.count;
	rules_free(trust);
	return e;
}
