/* demo/telling.c - rows of systems as Segment calls; see telling.h */
#include "demo/telling.h"

#include "base/hash.h"
#include "base/json.h"
#include "demo/writers.h"
#include "exchange/catalogue.h"
#include "exchange/csv.h"
#include "exchange/log.h"
#include "exchange/native.h"

#include <stdlib.h>
#include <string.h>

enum {
	FORMS_MAX = 64, /* kinds of files */
	CATALOGUE_BYTES_MAX = 8 << 20,
	CALLS_BYTES_MAX =
		16 << 20, /* of one happening: an outage ends for one customer at a time */
};

/* How the rows of a kind of file are read; found at its first row. */
struct reading {
	const struct sheet_form *form;
	const struct catalogue_entry *entry; /* NULL: nobody reads them */
};

struct telling {
	struct listener listener;
	struct sheet_tap tap;
	struct record_sink records;
	const struct company_plan *plan;
	struct call_sink *sink;
	struct writers *writers;
	struct arena *arena;
	struct catalogue catalogue;
	struct reading readings[FORMS_MAX];
	size_t reading_count;
	struct strbuf text; /* header and row */
	struct strbuf calls; /* of the happening at hand, each ended by '\n' */
	uint64_t skip, told, mark;
	uint64_t serial;
	unsigned rows; /* of the happening at hand */
	bool mute;
	err failed;
	struct why why;
};

uint64_t company_plan_mark(const struct company_plan *plan)
{
	const struct people people = company_people(plan);
	struct digest_state state;
	union {
		uint8_t bytes[32];
		uint64_t first;
	} out;
	const uint64_t sizes[] = { plan->seed, plan->customers, plan->days,
		(uint64_t)plan->first_day, plan->clean, (uint64_t)people.start_ms };

	digest_begin(&state);
	digest_add(&state, (str){ (const char *)sizes, sizeof(sizes) });
	digest_add(&state,
		(str){ (const char *)plan->parameters.value, sizeof(plan->parameters.value) });
	digest_end(&state, out.bytes);
	return out.first;
}

/* ---- a record as a call */

static void put_text(struct json_writer *w, const char *key, str text)
{
	if (text.len == 0)
		return;
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static const char *member_of(str type)
{
	return str_equal(type, STR("user_id"))        ? "userId"
	       : str_equal(type, STR("anonymous_id")) ? "anonymousId"
						      : NULL;
}

static void put_external(struct json_writer *w, const struct record_identifier *id)
{
	json_put_object(w);
	put_text(w, "type", id->type);
	put_text(w, "id", id->value);
	put_text(w, "collection", STR("users"));
	put_text(w, "encoding", STR("none"));
	json_put_end(w);
}

static void put_identifiers(struct json_writer *w, const struct record *r)
{
	for (size_t i = 0; i < r->identifier_count; i++) {
		const char *member = member_of(r->identifiers[i].type);
		if (member != NULL)
			put_text(w, member, r->identifiers[i].value);
	}
	json_put_key(w, STR("context"));
	json_put_object(w);
	json_put_key(w, STR("library"));
	json_put_object(w);
	put_text(w, "name", STR("ariane-demo"));
	json_put_end(w);
	json_put_key(w, STR("externalIds"));
	json_put_array(w);
	for (size_t i = 0; i < r->identifier_count; i++)
		if (member_of(r->identifiers[i].type) == NULL)
			put_external(w, &r->identifiers[i]);
	json_put_end(w);
	json_put_end(w);
}

static void put_properties(struct json_writer *w, const struct record *r)
{
	json_put_key(w, STR("properties"));
	json_put_object(w);
	for (size_t i = 0; i < r->attribute_count; i++) {
		const struct value *value = &r->attributes[i].value;
		if (value->kind == VALUE_NULL)
			continue;
		json_put_key(w, r->attributes[i].key);
		native_value_write(w, value);
	}
	put_text(w, "source", r->source);
	put_text(w, "case", r->case_id);
	put_text(w, "interaction", r->interaction);
	put_text(w, "actor", r->actor);
	put_text(w, "text", r->text);
	json_put_end(w);
}

static void put_message_id(struct telling *t, struct json_writer *w)
{
	char bytes[80];
	struct strbuf id = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	strbuf_printf(&id, "demo-%016llx-%llu-%u", (unsigned long long)t->mark,
		(unsigned long long)t->serial, t->rows);
	put_text(w, "messageId", strbuf_str(&id));
}

static err tell_record(struct record_sink *sink, const struct record *r, const struct place *place,
	struct why *why)
{
	struct telling *t = (struct telling *)((char *)sink - offsetof(struct telling, records));
	struct json_writer w = json_writer_of(&t->calls, JSON_COMPACT);
	char time[INSTANT_TEXT_BYTES];

	(void)place;
	(void)why;
	if (r->kind != RECORD_EVENT || r->identifier_count == 0)
		return OK;
	json_put_object(&w);
	put_text(&w, "type", STR("track"));
	put_text(&w, "event", r->activity);
	put_text(&w, "channel", r->channel);
	put_message_id(t, &w);
	put_text(&w, "timestamp", instant_utc(time, r->time.ms));
	put_identifiers(&w, r);
	put_properties(&w, r);
	json_put_end(&w);
	strbuf_add_byte(&t->calls, '\n');
	return OK;
}

static err no_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)sink;
	(void)raw;
	*why = *reason; /* what the company writes is read by its mapping, or there is a bug */
	return ERR_SYNTAX;
}

/* ---- rows */

struct text_input {
	struct input input;
	str rest;
};

static err read_text(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct text_input *text = (struct text_input *)input;
	size_t n = MIN_OF(bytes, text->rest.len);

	(void)why;
	memcpy(to, text->rest.ptr, n);
	text->rest = str_from(text->rest, n);
	*got = n;
	return OK;
}

static const struct reading *reading_of(struct telling *t, const struct sheet_form *form)
{
	for (size_t i = 0; i < t->reading_count; i++)
		if (t->readings[i].form == form)
			return &t->readings[i];
	ASSERT(t->reading_count < FORMS_MAX);
	struct reading *reading = &t->readings[t->reading_count++];
	char bytes[128];
	struct strbuf name = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	strbuf_add_c(&name, form->stem);
	strbuf_add_c(&name, form->ending);
	*reading = (struct reading){ .form = form };
	t->failed = catalogue_recognise(
		&t->catalogue, strbuf_str(&name), strbuf_str(&t->text), &reading->entry, &t->why);
	return reading;
}

static void read_row(struct telling *t, const struct reading *reading)
{
	struct text_input text = { .input = { .read = read_text,
					   .name = str_of(reading->form->stem) },
		.rest = strbuf_str(&t->text) };
	struct why why = { 0 };
	err e = reading->entry->mapping.format == MAPPING_LOG
			? log_read(&text.input, &reading->entry->mapping, &t->records, NULL, &why)
			: csv_read(&text.input, &reading->entry->mapping, &t->records, NULL, &why);

	if (e != OK) {
		t->failed = e;
		t->why = why;
	}
}

static void take_row(struct sheet_tap *tap, const struct sheet_form *form, str row)
{
	struct telling *t = (struct telling *)((char *)tap - offsetof(struct telling, tap));

	t->rows++;
	if (t->mute || t->failed != OK)
		return;
	if (form->delimiter == 0 && str_starts(row, STR("{"))) { /* a call already */
		strbuf_add(&t->calls, row);
		return;
	}
	strbuf_clear(&t->text);
	if (form->header != NULL) {
		strbuf_add_c(&t->text, form->header);
		strbuf_add_byte(&t->text, '\n');
	}
	strbuf_add(&t->text, row);
	const struct reading *reading = reading_of(t, form);
	if (t->failed == OK && reading->entry != NULL)
		read_row(t, reading);
}

/* ---- hearing */

static err tell_calls(struct telling *t, const struct happening *h, struct why *why)
{
	str rest = strbuf_str(&t->calls);
	err e = strbuf_ok(&t->calls)
			? OK
			: fail(why, MSG_NO_ROOM, arg_c("--live"), arg_int(CALLS_BYTES_MAX));

	while (e == OK && rest.len > 0) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t len = (size_t)(end - rest.ptr);
		e = t->sink->call(t->sink, h->time_ms, h->serial, str_upto(rest, len), why);
		rest = str_from(rest, len + 1);
		t->told++;
	}
	return e;
}

static err hear(struct listener *listener, const struct happening *h, struct why *why)
{
	struct telling *t = (struct telling *)listener;
	struct listener *writing = writers_listener(t->writers);

	strbuf_clear(&t->calls);
	t->serial = h->serial;
	t->rows = 0;
	t->mute = h->serial <= t->skip;
	err e = writing->hear(writing, h, why);
	if (e == OK && t->failed != OK) {
		*why = t->why;
		e = t->failed;
	}
	return e == OK ? tell_calls(t, h, why) : e;
}

/* ---- life */

static err begin(struct telling *t, const struct people *people, struct why *why)
{
	const struct writers_options options = {
		.disk = disk_real(), .people = people, .folder = "", .tidy = true, .tap = &t->tap
	};
	err e = catalogue_read(t->arena, &t->catalogue, why);

	return e == OK ? writers_create(&options, &t->writers, why) : e;
}

err telling_create(const struct company_plan *plan, const struct people *people,
	struct call_sink *sink, struct telling **out, struct why *why)
{
	struct telling *t = memory_alloc(sizeof(*t));

	t->listener.hear = hear;
	t->tap.row = take_row;
	t->records = (struct record_sink){ .record = tell_record, .reject = no_reject };
	t->plan = plan;
	t->sink = sink;
	t->mark = company_plan_mark(plan);
	t->arena = arena_create(CATALOGUE_BYTES_MAX);
	t->text = strbuf_heap(2 * SHEET_ROW_BYTES_MAX);
	t->calls = strbuf_heap(CALLS_BYTES_MAX);
	err e = begin(t, people, why);
	if (e != OK) {
		telling_free(t);
		return e;
	}
	*out = t;
	return OK;
}

void telling_skip(struct telling *telling, uint64_t serial)
{
	telling->skip = serial;
}

struct listener *telling_listener(struct telling *telling)
{
	return &telling->listener;
}

uint64_t telling_calls(const struct telling *telling)
{
	return telling->told;
}

void telling_free(struct telling *telling)
{
	if (telling == NULL)
		return;
	writers_free(telling->writers);
	arena_free(telling->arena);
	strbuf_done(&telling->text);
	strbuf_done(&telling->calls);
	free(telling);
}
