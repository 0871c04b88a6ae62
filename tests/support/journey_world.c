/* tests/support/journey_world.c - see journey_world.h */
#include "support/journey_world.h"

#include "test.h"
#include "thread/thread_index.h"

#include <stdlib.h>

/* ---- events told in words */

static str take_word(str *rest)
{
	str word = *rest;

	*rest = str_trim(*rest);
	if (!str_split(*rest, ' ', &word, rest)) {
		word = *rest;
		*rest = STR("");
	}
	return word;
}

static struct value value_of(str text)
{
	int64_t n;

	if (str_to_int64(text, &n))
		return (struct value){ .kind = VALUE_INTEGER, .integer = n };
	return (struct value){ .kind = VALUE_STRING, .string = text };
}

static struct instant instant_of(str seconds)
{
	int64_t whole = 0, ticks = 0;
	str fraction;

	if (str_split(seconds, '.', &seconds, &fraction))
		CHECK("fraction", fraction.len == 7 && str_to_int64(fraction, &ticks));
	CHECK("seconds", str_to_int64(seconds, &whole));
	return (struct instant){ .ms = whole * 1000 + ticks / TICKS_PER_MS,
		.sub_ns = (int32_t)(ticks % TICKS_PER_MS) * 100 };
}

enum { WORLD_ATTRIBUTES = 8 };

static void read_event(struct journey_world *w, str text)
{
	struct record_identifier *ids = arena_array(w->arena, 2, sizeof(*ids));
	struct attribute *attributes = arena_array(w->arena, WORLD_ATTRIBUTES, sizeof(*attributes));
	struct record *r = &w->records[++w->count];
	str who = take_word(&text), second, key, value;

	ASSERT(w->count < JOURNEY_WORLD_EVENTS);
	*r = (struct record){ .kind = RECORD_EVENT, .seq = w->count, .has_time = true };
	r->time = instant_of(take_word(&text));
	r->source = STR("test");
	r->channel = take_word(&text);
	r->activity = take_word(&text);
	r->identifiers = ids;
	r->identifier_count = str_split(who, ':', &who, &second) ? 2 : 1;
	ids[0] = (struct record_identifier){ .type = STR("account"), .value = who };
	ids[1] = (struct record_identifier){ .type = STR("account"), .value = second };
	r->attributes = attributes;
	while (text.len > 0) {
		CHECK("key=value", str_split(take_word(&text), '=', &key, &value));
		if (str_equal(key, STR("@case")))
			r->case_id = value;
		else if (str_equal(key, STR("@interaction")))
			r->interaction = value;
		else
			attributes[r->attribute_count++] =
				(struct attribute){ key, value_of(value) };
	}
}

static void add_event(struct journey_world *w, const struct record *record)
{
	uint32_t set = identity_set(w->identity, record);

	(void)threads_add(w->threads, record, record->seq, set);
	identity_add(w->identity, set, record->seq, 0, record->time.ms);
}

static err read_record(
	void *context, uint64_t seq, struct arena *arena, struct record *out, struct why *why)
{
	const struct journey_world *w = context;

	(void)arena, (void)why;
	*out = w->records[seq];
	return OK;
}

static void publish(struct journey_world *w)
{
	struct identity_view *identity = identity_publish(w->identity);

	w->view = threads_publish(w->threads, identity);
	identity_view_unref(identity);
}

void journey_world_init(struct journey_world *w, const char *events, bool attributes)
{
	str rest = str_of(events), event;

	*w = (struct journey_world){ .arena = arena_create(64 << 20) };
	w->identity = identity_create();
	w->threads = threads_create();
	if (!attributes)
		threads_skip_attributes(w->threads);
	w->records = arena_array(w->arena, JOURNEY_WORLD_EVENTS + 1, sizeof(*w->records));
	while (str_trim(rest).len > 0) {
		if (!str_split(rest, ';', &event, &rest)) {
			event = rest;
			rest = STR("");
		}
		read_event(w, str_trim(event));
		add_event(w, &w->records[w->count]);
	}
	publish(w);
	w->definition = journey_definition_default();
	w->filter = journey_filter_none();
	w->journal = (struct journey_journal){ read_record, w };
	w->limits.bytes_max = 1 << 30;
	w->limits.threads = 3;
	w->limits.events_a_thread = 1;
}

void journey_world_done(struct journey_world *w)
{
	threads_view_unref(w->view);
	threads_free(w->threads);
	identity_free(w->identity);
	arena_free(w->arena);
}

void journey_world_base(struct journey_world *w, size_t rows)
{
	if (rows == 0)
		return;
	threads_set_base(w->threads, thread_index_build_base(w->view, (uint32_t)rows, 1));
	threads_view_unref(w->view);
	publish(w);
}

void journey_world_define(struct journey_world *w, const char *json)
{
	struct why why = { 0 };

	if (json == NULL)
		return;
	CHECK(json, journey_definition_parse(
			    str_of(json), zone_utc(), w->arena, &w->definition, &why) == OK);
}

/* ---- plans */

err journey_world_plan(struct journey_world *w, struct journey_plan **out, struct why *why)
{
	return journey_plan_make(
		w->view, &w->definition, &w->filter, &w->journal, &w->limits, out, why);
}

/* ---- journeys told in words */

struct telling {
	struct strbuf *out;
	const struct journey_plan *plan;
	uint32_t customer; /* + 1, of the last */
};

static str name_of(const struct telling *t, uint32_t customer)
{
	const struct identity_view *identity = threads_view_identity(journey_plan_view(t->plan));
	str type, value = identity_text(identity, identity_customer(identity, customer)->head);

	(void)str_split(value, ':', &type, &value);
	return value;
}

static err tell(void *part, const struct journey *j, struct why *why)
{
	static const char marks[JOURNEY_OUTCOMES] = { '?', '!', 'x', '.' };
	struct telling *t = part;

	(void)why;
	if (t->customer != j->customer + 1) {
		strbuf_add(t->out, t->customer == 0 ? STR("") : STR("; "));
		strbuf_add(t->out, name_of(t, j->customer));
	}
	t->customer = j->customer + 1;
	strbuf_add_byte(t->out, ' ');
	for (size_t i = 0; i < j->count; i++) {
		strbuf_add(t->out, i == 0 ? STR("") : STR(">"));
		strbuf_add(t->out, journey_plan_step_name(t->plan, j->step[i]));
	}
	strbuf_add_byte(t->out, marks[j->outcome]);
	return OK;
}

str journey_world_journeys(struct journey_world *w, struct strbuf *out)
{
	struct telling telling = { .out = out };
	struct journey_plan *plan;
	struct why why = { 0 };
	void *part = &telling;

	if (journey_world_plan(w, &plan, &why) != OK) {
		strbuf_add(out, STR("refused "));
		strbuf_add(out, message_kebab(why.message));
		return strbuf_str(out);
	}
	telling.plan = plan;
	CHECK("pass", journey_pass(plan, tell, &part, 1, &why) == OK);
	journey_plan_free(plan);
	return strbuf_str(out);
}
