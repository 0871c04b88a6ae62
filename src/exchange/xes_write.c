/* exchange/xes_write.c - see xes_write.h
 *
 * A trace is held back, as canonical bytes, until its customer ends: what all its events say in
 * attributes "case:..." at the same places is then said once, by the trace.
 */
#include "exchange/xes_write.h"

#include "event/codec.h"
#include "exchange/xes_head.h"

#include "base/varint.h"

#include <stdlib.h>
#include <string.h>

enum {
	FLUSH_BYTES = 1 << 16,
	/* What one record may become: its bytes are limited, and none takes 500. */
	BUFFER_BYTES_MAX = 512 << 20,
	RECORD_MEMORY_MAX = 256 << 20,
};

enum section { SECTION_TRACES, SECTION_EMPTY, SECTION_REST, SECTION_COUNT_ };

struct writer {
	struct record_source *source;
	struct output *output;
	struct why *why;
	struct strbuf text; /* not yet given out */
	struct arena *record_arena, *trace_arena;
	uint64_t counts[SECTION_COUNT_];
	uint64_t at, log_at; /* the record that is at hand; the log's, or UINT64_MAX */

	/* The trace at hand. */
	bool open; /* its first event was seen */
	bool written; /* its head is out: events follow at once */
	struct strbuf customer;
	struct strbuf held; /* each varint length, canonical bytes */
	struct attribute *common; /* as in the events */
	size_t *positions;
	size_t common_count;
	struct record_identifier identifier; /* what the reader takes from the trace's name */
	size_t identifier_count;
};

static const str name_key = STR_INIT("concept:name"), time_key = STR_INIT("time:timestamp"),
		 escape = STR_INIT(XES_KEY_ESCAPE), case_prefix = STR_INIT("case:");

static err flush(struct writer *w, size_t least)
{
	if (!strbuf_ok(&w->text))
		return fail(w->why, MSG_NO_ROOM, arg_c("XES"), arg_int(BUFFER_BYTES_MAX));
	if (w->text.len < least || w->text.len == 0)
		return OK;
	err e = w->output->write(w->output, strbuf_str(&w->text), w->why);
	strbuf_clear(&w->text);
	return e;
}

static err no_room(struct writer *w)
{
	return fail(w->why, MSG_NO_ROOM, arg_c("XES"), arg_int(RECORD_MEMORY_MAX));
}

static str key_prefix(str key)
{
	return str_starts(key, STR("ariane:")) ? escape : STR("");
}

static err put_fields(
	struct writer *w, int indent, const struct record *r, const struct record *plain)
{
	struct attribute *fields;
	size_t count;

	if (!xes_make_fields(r, plain, w->record_arena, &fields, &count))
		return no_room(w);
	for (size_t i = 0; i < count; i++)
		xes_put_attribute(&w->text, indent, STR(""), fields[i].key, &fields[i].value);
	return OK;
}

/* ---- events */

/* Does this attribute say what the record's activity or time is, and more than they can? */
static bool is_native_name(const struct record *r, const struct attribute *a)
{
	char room[XES_TEXT_BYTES];

	if (!str_equal(a->key, name_key) || a->value.kind == VALUE_STRING)
		return false;
	struct xes_element e = xes_element_of(&a->value, room);
	return e.type != XES_LIST && e.type != XES_CONTAINER && e.text.len > 0 &&
	       str_equal(e.text, r->activity);
}

static bool is_native_time(const struct record *r, const struct attribute *a)
{
	char room[XES_TEXT_BYTES];
	struct instant t;
	bool exact;

	if (!r->has_time || !str_equal(a->key, time_key) || a->value.kind == VALUE_TIME)
		return false;
	struct xes_element e = xes_element_of(&a->value, room);
	return e.type != XES_LIST && e.type != XES_CONTAINER &&
	       xes_date_of(e.text, NULL, &t, &exact) && t.ms == r->time.ms &&
	       t.sub_ns == r->time.sub_ns && t.offset_min == r->time.offset_min;
}

/* Which of the record's attributes the trace has said already. */
static bool is_common(const struct writer *w, size_t i, size_t *next)
{
	if (*next >= w->common_count || w->positions[*next] != i)
		return false;
	(*next)++;
	return true;
}

static size_t native_at(const struct writer *w, const struct record *r,
	bool (*is_native)(const struct record *, const struct attribute *))
{
	size_t next = 0;

	for (size_t i = 0; i < r->attribute_count; i++)
		if (!is_common(w, i, &next) && is_native(r, &r->attributes[i]))
			return i;
	return SIZE_MAX;
}

static err put_event(struct writer *w, int indent, const struct record *r)
{
	char room[XES_TEXT_BYTES];
	const struct value activity = { .kind = VALUE_STRING, .string = r->activity };
	const struct value time = { .kind = VALUE_TIME, .time = r->time };
	size_t name = native_at(w, r, is_native_name), timestamp = native_at(w, r, is_native_time);
	size_t next = 0;

	strbuf_add(&w->text, indent == 2 ? STR("\t\t<event>\n") : STR("\t<event>\n"));
	if (r->activity.len > 0 && name == SIZE_MAX)
		xes_put_attribute(&w->text, indent + 1, STR(""), name_key, &activity);
	if (r->has_time && timestamp == SIZE_MAX)
		xes_put_attribute(&w->text, indent + 1, STR(""), time_key, &time);
	for (size_t i = 0; i < r->attribute_count; i++) {
		const struct attribute *a = &r->attributes[i];
		bool taken = str_equal(a->key, name_key) || str_equal(a->key, time_key);
		if (is_common(w, i, &next))
			continue;
		str prefix = key_prefix(a->key);
		if (taken && i != name && i != timestamp)
			prefix = escape;
		xes_put_attribute(&w->text, indent + 1, prefix, a->key, &a->value);
	}
	const struct record plain = { .kind = RECORD_EVENT,
		.channel = r->kind == RECORD_EVENT ? STR("backoffice") : STR(""),
		.actor = xes_actor_of(r->attributes, r->attribute_count, room),
		.identifiers = &w->identifier,
		.identifier_count = w->identifier_count };
	err e = put_fields(w, indent + 1, r, &plain);
	strbuf_add(&w->text, indent == 2 ? STR("\t\t</event>\n") : STR("\t</event>\n"));
	return e == OK ? flush(w, FLUSH_BYTES) : e;
}

/* ---- traces */

static err decode(struct writer *w, struct reader *held, struct arena *arena, struct record *out)
{
	str bytes = reader_sized(held);

	arena_reset(w->record_arena);
	return record_decode(bytes, arena, out, w->why);
}

/* Finds the attributes that every event held has at the same place. */
static err find_common(struct writer *w)
{
	struct reader held = reader_of(strbuf_str(&w->held));
	struct record first, r;
	err e = decode(w, &held, w->trace_arena, &first);

	if (e != OK)
		return e;
	w->common = arena_array(w->trace_arena, first.attribute_count, sizeof(*w->common));
	w->positions = arena_array(w->trace_arena, first.attribute_count, sizeof(*w->positions));
	if (w->common == NULL || w->positions == NULL)
		return no_room(w);
	for (size_t i = 0; i < first.attribute_count; i++)
		if (str_starts(first.attributes[i].key, case_prefix)) {
			w->common[w->common_count] = first.attributes[i];
			w->positions[w->common_count++] = i;
		}
	while (reader_left(&held) > 0 && w->common_count > 0) {
		size_t kept = 0;
		e = decode(w, &held, w->record_arena, &r);
		if (e != OK)
			return e;
		for (size_t c = 0; c < w->common_count; c++) {
			size_t at = w->positions[c];
			if (at >= r.attribute_count ||
				!str_equal(r.attributes[at].key, w->common[c].key) ||
				!value_equal(&r.attributes[at].value, &w->common[c].value))
				continue;
			w->common[kept] = w->common[c];
			w->positions[kept++] = at;
		}
		w->common_count = kept;
	}
	return OK;
}

static err put_positions(struct writer *w)
{
	bool leading =
		w->common_count == 0 || w->positions[w->common_count - 1] == w->common_count - 1;

	if (leading)
		return OK;
	struct value *items = arena_array(w->trace_arena, w->common_count, sizeof(*items));
	if (items == NULL)
		return no_room(w);
	for (size_t i = 0; i < w->common_count; i++)
		items[i] = (struct value){ .kind = VALUE_INTEGER,
			.integer = (int64_t)w->positions[i] };
	const struct value list = { .kind = VALUE_LIST, .list = { items, w->common_count } };
	xes_put_attribute(&w->text, 2, STR(""), STR("ariane:positions"), &list);
	return OK;
}

static void put_added_name(struct writer *w)
{
	strbuf_add(&w->text, STR("\t\t<string key=\"concept:name\" value=\""));
	xes_put_escaped(&w->text, strbuf_str(&w->customer));
	strbuf_add(&w->text,
		STR("\">\n\t\t\t<boolean key=\"" XES_ADDED "\" value=\"true\"/>\n\t\t</string>\n"));
}

/* The trace's own text of concept:name becomes the identifier that the reader gives its events. */
static err take_name(struct writer *w, const struct attribute *a)
{
	char room[XES_TEXT_BYTES];
	str text = xes_text_of(&a->value, room);

	if (text.ptr == room)
		text = arena_str(w->trace_arena, text);
	if (text.len > 0 && text.ptr == NULL)
		return no_room(w);
	w->identifier = (struct record_identifier){ .type = STR("case"), .value = text };
	w->identifier_count = text.len > 0 ? 1 : 0;
	return OK;
}

static err put_trace_head(struct writer *w)
{
	bool named = false;
	err e = OK;

	strbuf_add(&w->text, STR("\t<trace>\n"));
	for (size_t i = 0; e == OK && i < w->common_count; i++) {
		struct attribute a = w->common[i];
		a.key = str_from(a.key, case_prefix.len);
		str prefix = xes_is_added(&a) ? escape : key_prefix(a.key);
		xes_put_attribute(&w->text, 2, prefix, a.key, &a.value);
		if (!named && prefix.len == 0 && str_equal(a.key, name_key)) {
			named = true;
			e = take_name(w, &a);
		}
	}
	if (e == OK)
		e = put_positions(w);
	if (!named)
		put_added_name(w);
	w->written = true;
	return e;
}

/* Puts the trace's head and all events held. */
static err release(struct writer *w, bool with_common)
{
	err e = with_common ? find_common(w) : OK;

	if (e == OK)
		e = put_trace_head(w);
	struct reader held = reader_of(strbuf_str(&w->held));
	while (e == OK && reader_left(&held) > 0) {
		struct record r;
		e = decode(w, &held, w->record_arena, &r);
		if (e == OK)
			e = put_event(w, 2, &r);
	}
	strbuf_clear(&w->held);
	return e;
}

static err close_trace(struct writer *w)
{
	err e = w->open && !w->written ? release(w, true) : OK;

	if (e == OK && w->open)
		strbuf_add(&w->text, STR("\t</trace>\n"));
	w->open = w->written = false;
	w->common_count = w->identifier_count = 0;
	arena_reset(w->trace_arena);
	return e;
}

static err add_event(struct writer *w, const struct record *r, str customer)
{
	err e = OK;

	if (w->open && !str_equal(strbuf_str(&w->customer), customer))
		e = close_trace(w);
	if (e == OK && !w->open) {
		strbuf_clear(&w->customer);
		strbuf_add(&w->customer, customer);
		w->open = true;
	}
	if (e != OK || w->written)
		return e == OK ? put_event(w, 2, r) : e;
	struct strbuf bytes = strbuf_in(w->record_arena, BUFFER_BYTES_MAX);
	record_encode(r, &bytes);
	if (!strbuf_ok(&bytes))
		return no_room(w);
	if (w->held.len + bytes.len + VARINT_BYTES_MAX > XES_TRACE_BYTES_MAX) {
		e = release(w, false);
		return e == OK ? put_event(w, 2, r) : e;
	}
	strbuf_add_sized(&w->held, strbuf_str(&bytes));
	return OK;
}

/* ---- traces without events */

static str first_name(const struct record *r, char room[static XES_TEXT_BYTES])
{
	const struct attribute *a =
		xes_find(r->attributes, r->attribute_count, STR("case:concept:name"));

	return a == NULL ? STR("") : xes_text_of(&a->value, room);
}

/* The reader makes such an entity of a trace without events. */
static bool is_empty_trace(const struct record *r)
{
	char room[XES_TEXT_BYTES];
	str id = xes_object_id(first_name(r, room), STR("trace"));

	if (r->kind != RECORD_ENTITY || r->has_time || r->activity.len > 0 ||
		r->object_count != 1 || !str_equal(r->objects[0].type, STR(XES_TRACE_TYPE)) ||
		!str_equal(r->objects[0].id, id) || r->objects[0].qualifier.len > 0)
		return false;
	for (size_t i = 0; i < r->attribute_count; i++)
		if (!str_starts(r->attributes[i].key, case_prefix))
			return false;
	return true;
}

static err put_empty_trace(struct writer *w, const struct record *r)
{
	char room[XES_TEXT_BYTES];
	const struct record_identifier id = { .type = STR("case"), .value = first_name(r, room) };
	const struct record plain = { .kind = RECORD_ENTITY,
		.objects = r->objects,
		.object_count = 1,
		.identifiers = &id,
		.identifier_count = id.value.len > 0 ? 1 : 0 };

	strbuf_add(&w->text, STR("\t<trace>\n"));
	for (size_t i = 0; i < r->attribute_count; i++) {
		str key = str_from(r->attributes[i].key, case_prefix.len);
		xes_put_attribute(&w->text, 2, key_prefix(key), key, &r->attributes[i].value);
	}
	err e = put_fields(w, 2, r, &plain);
	strbuf_add(&w->text, STR("\t</trace>\n"));
	return e == OK ? flush(w, FLUSH_BYTES) : e;
}

/* ---- passes over the source */

static enum section section_of(const struct record *r, str customer)
{
	if (r->kind == RECORD_EVENT && customer.len > 0)
		return SECTION_TRACES;
	return is_empty_trace(r) ? SECTION_EMPTY : SECTION_REST;
}

/* Counts what there is, and finds the log. */
static err survey(struct writer *w, const struct record *r, str customer)
{
	if (w->log_at == UINT64_MAX && xes_is_log(r)) {
		w->log_at = w->at;
		const struct record plain = { .kind = RECORD_ENTITY,
			.objects = r->objects,
			.object_count = r->object_count };
		xes_put_head(&w->text, r);
		return put_fields(w, 1, r, &plain);
	}
	w->counts[section_of(r, customer)]++;
	return OK;
}

static err put_record(struct writer *w, enum section section, const struct record *r, str customer)
{
	if (w->at == w->log_at || section_of(r, customer) != section)
		return OK;
	switch (section) {
	case SECTION_TRACES:
		return add_event(w, r, customer);
	case SECTION_EMPTY:
		return put_empty_trace(w, r);
	case SECTION_REST:
		return put_event(w, 1, r);
	case SECTION_COUNT_:
		break;
	}
	return OK;
}

/* One pass; SECTION_COUNT_ is the survey. */
static err pass(struct writer *w, enum section section)
{
	err e = w->source->rewind(w->source, w->why);

	for (w->at = 0; e == OK; w->at++) {
		struct record r = { 0 };
		str customer = { NULL, 0 };
		bool more = false;
		e = w->source->next(w->source, &more, &r, &customer, w->why);
		if (e != OK || !more)
			break;
		arena_reset(w->record_arena);
		e = section == SECTION_COUNT_ ? survey(w, &r, customer)
					      : put_record(w, section, &r, customer);
	}
	return e == OK && section == SECTION_TRACES ? close_trace(w) : e;
}

static err write_all(struct writer *w)
{
	err e = pass(w, SECTION_COUNT_);

	if (e == OK && w->log_at == UINT64_MAX)
		xes_put_head(&w->text, NULL);
	for (int s = 0; e == OK && s < SECTION_COUNT_; s++)
		if (w->counts[s] > 0)
			e = pass(w, (enum section)s);
	strbuf_add(&w->text, STR("</log>\n"));
	return e == OK ? flush(w, 0) : e;
}

err xes_write(struct record_source *source, struct output *output, struct why *why)
{
	struct writer *w = memory_alloc(sizeof(*w));

	w->source = source;
	w->output = output;
	w->why = why;
	w->text = strbuf_heap(BUFFER_BYTES_MAX);
	w->customer = strbuf_heap(1 << 20);
	w->held = strbuf_heap(XES_TRACE_BYTES_MAX);
	w->record_arena = arena_create(RECORD_MEMORY_MAX);
	w->trace_arena = arena_create(RECORD_MEMORY_MAX);
	w->log_at = UINT64_MAX;
	err e = write_all(w);
	arena_free(w->record_arena);
	arena_free(w->trace_arena);
	strbuf_done(&w->text);
	strbuf_done(&w->customer);
	strbuf_done(&w->held);
	free(w);
	return e;
}
