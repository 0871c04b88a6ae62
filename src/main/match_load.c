/* main/match_load.c - see match_load.h
 *
 * Records are read in the order in which they lie in the journal, for many share a block that is
 * unpacked at once; what they tell is noted, and put together by owner afterwards.
 */
#include "main/match_load.h"

#include "base/varint.h"
#include "identity/identifier.h"
#include "main/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FIELDS_MAX = MATCHING_FIELDS_MAX - 2, /* a full name adds two */
	SAMPLE_RECORDS = 4000, /* that are asked which traits there are */
	RECORD_ARENA_BYTES = 64 << 20,
	VALUE_BYTES_MAX = 1 << 12, /* of a field */
	NAMES_BYTES_MAX = 1 << 20,
	TOLD_BYTES_MAX = 16 << 20, /* of a record */
	WEIGHT_LIMIT = 100, /* bits that a person may ask for */
};
#define VALUES_BYTES_MAX ((size_t)16 << 30)
#define WORK_BYTES_MAX ((size_t)16 << 30)

/* A record of the journal, and whose. */
struct telling {
	uint32_t owner, row; /* identifier code */
	uint64_t seq;
	str told; /* of each comparable trait: u8 field, varint length, bytes */
};

struct loading {
	const struct request *request;
	struct engine *engine;
	const struct snapshot *snapshot;
	const struct identity_view *identity;
	struct telling *tellings;
	size_t count;
	str names[FIELDS_MAX]; /* of fields */
	size_t name_count;
	struct arena *names_arena, *record_arena, *told_arena;
	struct strbuf values[FIELDS_MAX];
	uint64_t since; /* records from here on are fresh; 0: nobody asks */
	struct match_load *out;
};

/* ---- which records tell something of people */

static bool tells(const struct threads_view *view, const struct row *row, uint32_t identify)
{
	if ((row->flags & ROW_HIDDEN) != 0 || row->set == IDENTITY_NO_CODE)
		return false;
	return (row->flags & ROW_ENTITY) != 0 ||
	       (identify != IDENTITY_NO_CODE &&
		       threads_view_what(view, row->what).activity == identify);
}

static int by_owner(const void *a, const void *b)
{
	const struct telling *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static void list_tellings(struct loading *l)
{
	const struct threads_view *view = snapshot_threads(l->snapshot);
	uint32_t identify = threads_view_find_name(view, STR("Identify"));
	size_t rows = threads_view_rows(view), room = 1024;

	l->tellings = memory_alloc(room * sizeof(*l->tellings));
	for (uint32_t i = 0; i < rows; i++) {
		struct row row = threads_view_row(view, i);
		if (!tells(view, &row, identify))
			continue;
		if (l->count == room) {
			room *= 2;
			l->tellings = memory_resize(l->tellings, room * sizeof(*l->tellings));
		}
		l->tellings[l->count++] = (struct telling){
			.owner = identity_set_owner(l->identity, row.set), .row = i, .seq = row.seq
		};
	}
}

/* ---- fields */

/* Other names of what field.h knows. */
static str field_name(str key)
{
	static const struct {
		str other, name;
	} table[] = {
		{ STR_INIT("first_name"), STR_INIT("given_name") },
		{ STR_INIT("firstname"), STR_INIT("given_name") },
		{ STR_INIT("firstName"), STR_INIT("given_name") },
		{ STR_INIT("last_name"), STR_INIT("surname") },
		{ STR_INIT("lastname"), STR_INIT("surname") },
		{ STR_INIT("lastName"), STR_INIT("surname") },
		{ STR_INIT("name"), STR_INIT("full_name") },
		{ STR_INIT("birthday"), STR_INIT("birth_date") },
		{ STR_INIT("date_of_birth"), STR_INIT("birth_date") },
		{ STR_INIT("dob"), STR_INIT("birth_date") },
		{ STR_INIT("zip"), STR_INIT("postcode") },
		{ STR_INIT("postal_code"), STR_INIT("postcode") },
		{ STR_INIT("postalCode"), STR_INIT("postcode") },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_equal(table[i].other, key))
			return table[i].name;
	return key;
}

static size_t find_name(const struct loading *l, str name)
{
	size_t i = 0;

	while (i < l->name_count && !str_equal(l->names[i], name))
		i++;
	return i;
}

static bool is_comparable(const struct value *value)
{
	return value->kind == VALUE_STRING || value->kind == VALUE_INTEGER;
}

struct names {
	str items[FIELDS_MAX];
	size_t count;
};

static bool has_name(const struct names *names, str name)
{
	for (size_t i = 0; i < names->count; i++)
		if (str_equal(names->items[i], name))
			return true;
	return false;
}

static void note_name(struct loading *l, str name)
{
	str kept = { NULL, 0 };

	if (l->name_count < FIELDS_MAX && find_name(l, name) == l->name_count)
		kept = arena_str(l->names_arena, name);
	if (kept.ptr != NULL)
		l->names[l->name_count++] = kept;
}

static void note_other(struct loading *l, struct names *others, str name)
{
	str kept = arena_str(l->names_arena, name);

	if (kept.ptr != NULL)
		others->items[others->count++] = kept;
}

/* What an identifier says of somebody besides who it is: how to reach him.  The field's name; ""
 * if nothing. */
static str field_of_identifier(str type)
{
	static const struct {
		str type, name;
	} table[] = {
		{ STR_INIT("email"), STR_INIT("email") },
		{ STR_INIT("phone"), STR_INIT("phone") },
		{ STR_INIT("whatsapp"), STR_INIT("phone") },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_equal(table[i].type, type))
			return table[i].name;
	return STR("");
}

/* Known names at once; of others those that come first, in case there is room. */
static void note_names(struct loading *l, const struct record *record, struct names *others)
{
	for (size_t i = 0; i < record->identifier_count; i++) {
		str name = field_of_identifier(record->identifiers[i].type);
		if (name.len > 0)
			note_name(l, name);
	}
	for (size_t i = 0; i < record->trait_count; i++) {
		str name = field_name(record->traits[i].key);
		if (!is_comparable(&record->traits[i].value))
			continue;
		if (field_kind_named(name) != KIND_TEXT)
			note_name(l, name);
		else if (others->count < FIELDS_MAX && !has_name(others, name))
			note_other(l, others, name);
	}
}

static err read_telling(
	struct loading *l, const struct telling *t, struct record *record, struct why *why)
{
	arena_reset(l->record_arena);
	return engine_read(l->engine, t->seq, l->record_arena, record, why);
}

static int by_name(const void *a, const void *b)
{
	return str_compare(*(const str *)a, *(const str *)b);
}

/* In the order of their names, whatever came first. */
static err list_names(struct loading *l, struct why *why)
{
	size_t step = l->count / SAMPLE_RECORDS + 1;
	struct names others = { .count = 0 };
	struct record record;

	for (size_t i = 0; i < l->count; i += step) {
		err e = read_telling(l, &l->tellings[i], &record, why);
		if (e != OK)
			return e;
		note_names(l, &record, &others);
	}
	for (size_t i = 0; i < others.count; i++)
		note_name(l, others.items[i]);
	qsort(l->names, l->name_count, sizeof(*l->names), by_name);
	return l->name_count > 0 ? OK : fail(why, MSG_MATCH_NO_TRAITS);
}

/* ---- values */

static void add_value(struct strbuf *out, size_t field, const struct value *value)
{
	char digits[24], length[VARINT_BYTES_MAX];
	struct strbuf number = { .ptr = digits, .cap = sizeof(digits), .cap_max = sizeof(digits) };

	if (value->kind == VALUE_INTEGER)
		strbuf_add_int(&number, value->integer);
	str text = value->kind == VALUE_INTEGER ? strbuf_str(&number)
						: str_cut(value->string, VALUE_BYTES_MAX / 8);
	strbuf_add_byte(out, (char)field);
	strbuf_add(out, (str){ length, varint_put(length, text.len) });
	strbuf_add(out, text);
}

/* The first of a field, unless a trait says the same thing in its own words. */
static void add_identifiers(
	struct loading *l, const struct record *record, uint32_t fields, struct strbuf *told)
{
	for (size_t i = 0; i < record->identifier_count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		size_t field = find_name(l, field_of_identifier(id->type));
		if (field == l->name_count || (fields >> field & 1) != 0)
			continue;
		fields |= UINT32_C(1) << field;
		add_value(
			told, field, &(struct value){ .kind = VALUE_STRING, .string = id->value });
	}
}

static err note_told(struct loading *l, struct telling *t, struct strbuf *told, struct why *why)
{
	struct record record;
	uint32_t fields = 0; /* bits */
	err e = read_telling(l, t, &record, why);

	strbuf_clear(told);
	for (size_t i = 0; e == OK && i < record.trait_count; i++) {
		size_t field = find_name(l, field_name(record.traits[i].key));
		if (field == l->name_count || !is_comparable(&record.traits[i].value))
			continue;
		fields |= UINT32_C(1) << field;
		add_value(told, field, &record.traits[i].value);
	}
	if (e == OK && told->len > 0)
		add_identifiers(l, &record, fields, told);
	if (e == OK && told->len > 0)
		t->told = arena_str(l->told_arena, strbuf_str(told));
	if (e == OK && told->len > 0 && (!strbuf_ok(told) || t->told.ptr == NULL))
		e = fail(why, MSG_MATCH_ROOM, arg_int((int64_t)VALUES_BYTES_MAX));
	return e;
}

static err note_all_told(struct loading *l, struct why *why)
{
	struct strbuf told = strbuf_heap(TOLD_BYTES_MAX);
	err e = OK;

	for (size_t i = 0; e == OK && i < l->count; i++)
		e = i % 1024 == 0 && request_cancelled(l->request)
			    ? fail(why, MSG_CANCELLED)
			    : note_told(l, &l->tellings[i], &told, why);
	strbuf_done(&told);
	return e;
}

/* What an older record told is overwritten field by field. */
static void take_values(struct loading *l, str noted)
{
	struct reader in = reader_of(noted);
	bool told[FIELDS_MAX] = { false };

	while (reader_left(&in) > 0) {
		size_t field = reader_u8(&in);
		str text = reader_bytes(&in, (size_t)reader_varint(&in));
		struct strbuf *value = &l->values[field];
		if (!told[field])
			strbuf_clear(value);
		told[field] = true;
		if (value->len > 0)
			strbuf_add_byte(value, ' ');
		strbuf_add(value, text);
	}
}

static err add_record(struct loading *l, uint32_t owner, struct why *why)
{
	str values[FIELDS_MAX];
	bool any = false;

	for (size_t f = 0; f < l->name_count; f++) {
		values[f] = (str){ l->values[f].ptr, l->values[f].len };
		any |= values[f].len > 0;
	}
	err e = any ? match_records_add(
			      l->out->records, identity_text(l->identity, owner), values, why)
		    : OK;
	for (size_t f = 0; f < l->name_count; f++)
		strbuf_clear(&l->values[f]);
	return e;
}

static err add_records(struct loading *l, struct why *why)
{
	err e = note_all_told(l, why);

	qsort(l->tellings, l->count, sizeof(*l->tellings), by_owner);
	for (size_t i = 0; e == OK && i < l->count; i++) {
		take_values(l, l->tellings[i].told);
		if (i + 1 == l->count || l->tellings[i + 1].owner != l->tellings[i].owner)
			e = add_record(l, l->tellings[i].owner, why);
	}
	if (e == OK)
		match_records_settle(l->out->records);
	return e;
}

/* By owner, once the rows have their order. */
static void mark_fresh(struct loading *l)
{
	struct match_load *out = l->out;
	uint32_t row;

	if (l->since == 0)
		return;
	out->fresh = memory_alloc(match_records_count(out->records) + 1);
	for (size_t i = 0; i < l->count; i++)
		if (l->tellings[i].seq >= l->since && l->tellings[i].told.len > 0 &&
			match_records_find(out->records,
				identity_text(l->identity, l->tellings[i].owner), &row)) {
			out->fresh_count += out->fresh[row] == 0;
			out->fresh[row] = 1;
		}
}

/* ---- all of it */

static err load(struct loading *l, struct why *why)
{
	list_tellings(l);
	if (l->count == 0)
		return fail(why, MSG_MATCH_NO_TRAITS);
	err e = list_names(l, why);
	if (e == OK)
		e = match_records_create(
			l->names, l->name_count, VALUES_BYTES_MAX, &l->out->records, why);
	if (e == OK)
		e = add_records(l, why);
	if (e != OK)
		return e;
	mark_fresh(l);
	return match_known_find(
		l->request, l->engine, l->snapshot, l->out->records, &l->out->known, why);
}

err match_load(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, uint64_t since, struct match_load *out, struct why *why)
{
	struct match_load loaded = { .records = NULL };
	struct loading l = { .request = request,
		.engine = engine,
		.snapshot = snapshot,
		.identity = snapshot_identity(snapshot),
		.names_arena = arena_create(NAMES_BYTES_MAX),
		.record_arena = arena_create(RECORD_ARENA_BYTES),
		.told_arena = arena_create(VALUES_BYTES_MAX),
		.since = since,
		.out = &loaded };

	for (size_t f = 0; f < FIELDS_MAX; f++)
		l.values[f] = strbuf_heap(VALUE_BYTES_MAX);
	err e = load(&l, why);
	for (size_t f = 0; f < FIELDS_MAX; f++)
		strbuf_done(&l.values[f]);
	arena_free(l.names_arena);
	arena_free(l.record_arena);
	arena_free(l.told_arena);
	free(l.tellings);
	if (e == OK)
		*out = loaded;
	else
		match_load_done(&loaded);
	return e;
}

void match_load_done(struct match_load *load)
{
	match_records_free(load->records);
	match_known_done(&load->known);
	free(load->fresh);
	*load = (struct match_load){ .records = NULL };
}

/* ---- what a person asks for */

static err read_weight(
	const struct request *request, const char *name, double *out, struct why *why)
{
	str text = request_text(request, name);
	char *end = NULL;

	if (text.len == 0)
		return OK;
	double weight = strtod(text.ptr, &end);
	if (end != text.ptr + text.len || !(weight >= -WEIGHT_LIMIT && weight <= WEIGHT_LIMIT))
		return fail(why, MSG_MATCH_WEIGHT, arg_str(text));
	*out = weight;
	return OK;
}

err match_options(const struct request *request, const struct match_load *load,
	struct matching_options *out, struct why *why)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct matching_options o = { .link = MATCHING_LINK_WEIGHT,
		.review = MATCHING_REVIEW_WEIGHT,
		.threads = (unsigned)MIN_OF(MAX_OF(processors, 1L), (long)MATCHING_THREADS_MAX),
		.bytes_max = WORK_BYTES_MAX,
		.known = match_known_pairs(&load->known),
		.stop = request_stop(request) };
	err e = read_weight(request, "threshold", &o.link, why);

	if (e == OK)
		e = read_weight(request, "review", &o.review, why);
	o.review = MIN_OF(o.review, o.link);
	if (e == OK)
		*out = o;
	return e;
}

err match_row(const struct request *request, const struct match_load *load, str typed,
	uint32_t *row, struct why *why)
{
	struct identifier_rules rules = store_identifier_rules(request);
	struct arena *arena = request_arena(request);
	struct record_identifier id;
	str before, behind;
	err e = str_split(typed, ':', &before, &behind)
			? identifier_parse(&rules, typed, arena, &id, why)
			: identifier_normalise(&rules, STR("record"), typed, arena, &id, why);

	if (e != OK)
		return why_usage(why, e);
	str text = identifier_text(id.type, id.value, arena);
	if (text.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("identifier"), arg_int(0));
	return match_records_find(load->records, text, row)
		       ? OK
		       : fail(why, MSG_MATCH_NO_RECORD, arg_str(text));
}
