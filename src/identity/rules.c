/* identity/rules.c - see rules.h */
#include "identity/rules.h"

#include "base/embedded.h"
#include "base/glob.h"
#include "base/timestamp.h"
#include "event/codec.h"
#include "identity/identifier.h"

#include <stdlib.h>

EMBEDDED(ready_identity_rules);

enum { RULES_ARENA_BYTES = 32 << 20 };
enum { HASHES_USUAL = 1 << HASH_SHA256 }; /* where a document does not say */

/* As written; types are named, not numbered, for they may come later in the document. */
struct source_entry {
	str source;
	int64_t trust;
	bool has_asserts, has_verifies;
	struct field_names asserts, verifies;
};

struct identity_rules {
	struct arena *arena;
	str document, name;
	struct rules_type types[RULES_ROWS_MAX], other;
	unsigned type_count, limited_count;
	struct field_names blocked;
	uint64_t blocked_firsts[4]; /* a bit for each byte with which something blocked may begin */
	struct source_entry *sources;
	size_t source_count;
	bool has_windows;
};

/* The fields first, so that a reader of a value gets at the rest. */
struct reading {
	struct fields fields;
	struct identity_rules *rules;
	bool has_version;
};

static struct identity_rules *rules_of(struct fields *f)
{
	return ((struct reading *)f)->rules;
}

static err whole_number(struct fields *f, str key, const struct json *value, int64_t least,
	int64_t most, int64_t *out)
{
	if (value->kind != JSON_INTEGER || value->integer < least || value->integer > most)
		return fields_placed(f,
			fail(f->why, MSG_RULES_RANGE, arg_str(key), arg_int(least), arg_int(most)));
	*out = value->integer;
	return OK;
}

/* One of a few words; *out is its place among them. */
static err one_word(struct fields *f, str key, const struct json *value, const str *words,
	size_t count, size_t *out)
{
	for (size_t i = 0; value->kind == JSON_STRING && i < count; i++)
		if (str_equal(words[i], value->string)) {
			*out = i;
			return OK;
		}
	return fields_bad(f, key);
}

/* ---- types */

/* A type as it is read: numbers wide enough to be told out of range. */
struct type_entry {
	struct rules_type type;
	bool has_priority, has_hashes;
};

static struct type_entry *entry_of(void *target)
{
	return target;
}

static err type_name(struct fields *f, str key, const struct json *value, void *target)
{
	err e = fields_string(f, key, value, &entry_of(target)->type.type);

	if (e == OK && !identifier_type_is_valid(entry_of(target)->type.type))
		e = fields_placed(
			f, fail(f->why, MSG_IDENTIFIER_TYPE, arg_str(entry_of(target)->type.type)));
	return e;
}

static err type_use(struct fields *f, str key, const struct json *value, void *target)
{
	static const str words[] = { STR_INIT("identifies"), STR_INIT("shared"),
		STR_INIT("context") };
	size_t use = 0;
	err e = one_word(f, key, value, words, ARRAY_LEN(words), &use);

	if (e == OK)
		entry_of(target)->type.use = (enum rules_use)use;
	return e;
}

static err type_priority(struct fields *f, str key, const struct json *value, void *target)
{
	int64_t n = 0;
	err e = whole_number(f, key, value, 0, RULES_PRIORITY_MAX, &n);

	entry_of(target)->type.priority = (uint8_t)n;
	entry_of(target)->has_priority = true;
	return e;
}

static err type_limit(struct fields *f, str key, const struct json *value, void *target)
{
	int64_t n = 0;
	err e = whole_number(f, key, value, 1, RULES_LIMIT_MAX, &n);

	entry_of(target)->type.limit = (uint8_t)n;
	return e;
}

static err type_owners(struct fields *f, str key, const struct json *value, void *target)
{
	int64_t n = 0;
	err e = whole_number(f, key, value, 1, RULES_OWNERS_MAX, &n);

	entry_of(target)->type.owners = (uint8_t)n;
	return e;
}

static err type_unique(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_bool(f, key, value, &entry_of(target)->type.unique);
}

static err type_within(struct fields *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_STRING)
		return fields_bad(f, key);
	err e = duration_parse(value->string, &entry_of(target)->type.within_ms, f->why);
	if (e == OK && entry_of(target)->type.within_ms <= 0)
		return fields_bad(f, key);
	return fields_placed(f, e);
}

/* Patterns of values, in small letters: "NULL" says as little as "null". */
static err value_patterns(
	struct fields *f, str key, const struct json *value, struct field_names *out)
{
	struct field_names told;
	err e = fields_names(f, key, value, &told);

	if (e != OK)
		return e;
	str *small = arena_array(f->arena, told.count, sizeof(*small));
	for (size_t i = 0; small != NULL && i < told.count; i++) {
		struct strbuf text = strbuf_in(f->arena, told.items[i].len);
		strbuf_add_lower(&text, told.items[i]);
		if (!strbuf_ok(&text))
			return fields_room(f);
		small[i] = strbuf_str(&text);
	}
	*out = (struct field_names){ small, told.count };
	return small == NULL ? fields_room(f) : OK;
}

static err type_blocked(struct fields *f, str key, const struct json *value, void *target)
{
	return value_patterns(f, key, value, &entry_of(target)->type.blocked);
}

static err type_shared(struct fields *f, str key, const struct json *value, void *target)
{
	return value_patterns(f, key, value, &entry_of(target)->type.shared);
}

/* An empty list switches them off. */
static err type_hashes(struct fields *f, str key, const struct json *value, void *target)
{
	struct type_entry *entry = entry_of(target);
	struct field_names named = { .count = 0 };
	bool is_empty = value->kind == JSON_ARRAY && value->array.count == 0;
	err e = is_empty ? OK : fields_names(f, key, value, &named);

	entry->has_hashes = true;
	for (size_t i = 0; e == OK && i < named.count; i++) {
		enum identifier_hash hash;
		if (!hash_named(named.items[i], &hash))
			return fields_bad(f, key);
		entry->type.hashes |= (uint8_t)(1u << hash);
	}
	return e;
}

static err take_hashes(struct fields *f, struct type_entry *entry)
{
	size_t place;
	bool is_plain = hash_plain_type(entry->type.type, &place);

	if (entry->has_hashes && !is_plain)
		return fields_placed(f, fail(f->why, MSG_RULES_HASHES, arg_str(entry->type.type)));
	if (!entry->has_hashes && is_plain)
		entry->type.hashes = HASHES_USUAL;
	return OK;
}

static err take_limit(struct fields *f, struct rules_type *type)
{
	struct identity_rules *rules = rules_of(f);

	if (type->unique)
		type->limit = 1;
	if (type->limit == 0)
		return type->within_ms == 0 ? OK : fields_bad(f, STR("within"));
	if (rules->limited_count == RULES_LIMITED_MAX)
		return fields_placed(
			f, fail(f->why, MSG_RULES_LIMITED, arg_int(RULES_LIMITED_MAX)));
	type->slot = (uint8_t)rules->limited_count++;
	rules->has_windows |= type->within_ms > 0;
	return OK;
}

static err take_type(struct fields *f, str key, struct type_entry *entry)
{
	struct identity_rules *rules = rules_of(f);
	struct rules_type *type = &entry->type;

	if (type->type.len == 0)
		return fields_bad(f, key);
	if (rules_row(rules, type->type) != RULES_TYPE_OTHER)
		return fields_placed(f, fail(f->why, MSG_RULES_TWICE, arg_str(type->type)));
	if (type->unique && (type->within_ms > 0 || type->limit > 1 || type->owners > 0))
		return fields_bad(f, STR("unique"));
	if (!entry->has_priority)
		type->priority = (uint8_t)identifier_rank(type->type);
	err e = take_hashes(f, entry);
	if (e == OK)
		e = take_limit(f, type);
	if (e == OK)
		rules->types[rules->type_count++] = *type;
	return e;
}

static err read_types(struct fields *f, str key, const struct json *value, void *target)
{
	static const struct field keys[] = { { "type", type_name }, { "use", type_use },
		{ "priority", type_priority }, { "limit", type_limit }, { "within", type_within },
		{ "unique", type_unique }, { "owners", type_owners }, { "blocked", type_blocked },
		{ "shared", type_shared }, { "hashes", type_hashes },
		{ "comment", fields_ignore } };
	err e = OK;

	(void)target;
	if (value->kind != JSON_ARRAY)
		return fields_bad(f, key);
	if (value->array.count > RULES_TYPES_MAX)
		return fields_placed(
			f, fail(f->why, MSG_RULES_MANY, arg_str(key), arg_int(RULES_TYPES_MAX)));
	for (size_t i = 0; e == OK && i < value->array.count; i++) {
		struct type_entry entry = { .type = { .slot = RULES_LIMITED_MAX,
						    .hash_of = RULES_TYPE_OTHER } };
		e = fields_read(f, key, &value->array.items[i], keys, ARRAY_LEN(keys), &entry);
		if (e == OK)
			e = take_type(f, key, &entry);
	}
	return e;
}

/* ---- sources */

static err source_name(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &((struct source_entry *)target)->source);
}

static err source_trust(struct fields *f, str key, const struct json *value, void *target)
{
	return whole_number(
		f, key, value, 0, RULES_TRUST_MAX, &((struct source_entry *)target)->trust);
}

/* An empty list is a list: such a source may assert nothing. */
static err type_names(
	struct fields *f, str key, const struct json *value, bool *has, struct field_names *out)
{
	*has = true;
	if (value->kind == JSON_ARRAY && value->array.count == 0)
		return OK;
	return fields_names(f, key, value, out);
}

static err source_asserts(struct fields *f, str key, const struct json *value, void *target)
{
	struct source_entry *s = target;

	return type_names(f, key, value, &s->has_asserts, &s->asserts);
}

static err source_verifies(struct fields *f, str key, const struct json *value, void *target)
{
	struct source_entry *s = target;

	return type_names(f, key, value, &s->has_verifies, &s->verifies);
}

static err read_sources(struct fields *f, str key, const struct json *value, void *target)
{
	static const struct field keys[] = { { "source", source_name }, { "trust", source_trust },
		{ "asserts", source_asserts }, { "verifies", source_verifies },
		{ "comment", fields_ignore } };
	struct identity_rules *rules = rules_of(f);
	err e = OK;

	(void)target;
	if (value->kind != JSON_ARRAY)
		return fields_bad(f, key);
	if (value->array.count > RULES_SOURCES_MAX)
		return fields_placed(
			f, fail(f->why, MSG_RULES_MANY, arg_str(key), arg_int(RULES_SOURCES_MAX)));
	rules->sources = arena_array(f->arena, value->array.count, sizeof(*rules->sources));
	if (rules->sources == NULL)
		return fields_room(f);
	for (size_t i = 0; e == OK && i < value->array.count; i++) {
		struct source_entry *entry = &rules->sources[i];
		*entry = (struct source_entry){ .trust = RULES_TRUST_USUAL };
		e = fields_read(f, key, &value->array.items[i], keys, ARRAY_LEN(keys), entry);
		if (e == OK && entry->source.len == 0)
			e = fields_bad(f, key);
		rules->source_count += e == OK;
	}
	return e;
}

/* ---- the document */

static err read_version(struct fields *f, str key, const struct json *value, void *target)
{
	((struct reading *)target)->has_version = true;
	if (value->kind != JSON_INTEGER)
		return fields_bad(f, key);
	return value->integer == RULES_VERSION
		       ? OK
		       : fields_placed(f, fail(f->why, MSG_RULES_VERSION, arg_int(value->integer),
						  arg_int(RULES_VERSION)));
}

static err read_name(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &((struct reading *)target)->rules->name);
}

static err read_blocked(struct fields *f, str key, const struct json *value, void *target)
{
	return value_patterns(f, key, value, &((struct reading *)target)->rules->blocked);
}

/* Types that have a rank of their own, and those that only sources name, get a row too. */
static err add_usual(struct identity_rules *rules, str type, struct why *why)
{
	if (rules_row(rules, type) != RULES_TYPE_OTHER)
		return OK;
	if (rules->type_count == RULES_TYPES_MAX)
		return fail(why, MSG_RULES_MANY, arg_c("types"), arg_int(RULES_TYPES_MAX));
	size_t place;
	rules->types[rules->type_count++] = (struct rules_type){ .type = type,
		.priority = (uint8_t)identifier_rank(type),
		.slot = RULES_LIMITED_MAX,
		.hash_of = RULES_TYPE_OTHER,
		.hashes = hash_plain_type(type, &place) ? HASHES_USUAL : 0 };
	return OK;
}

static err add_named(struct identity_rules *rules, struct field_names names, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < names.count; i++)
		e = identifier_type_is_valid(names.items[i])
			    ? add_usual(rules, names.items[i], why)
			    : fail(why, MSG_IDENTIFIER_TYPE, arg_str(names.items[i]));
	return e;
}

/* ---- digests */

struct digests {
	struct arena *arena;
	str *items;
	size_t count, room;
	enum identifier_hash hash;
};

static void add_digest(struct digests *d, str text)
{
	char digits[HASH_DIGITS_MAX];

	if (d->count < d->room)
		d->items[d->count++] = arena_str(d->arena, hash_of(d->hash, text, digits));
}

/* What stands there without a star can be hashed; of the rest the plain value must be known. */
static void add_digests(struct digests *d, struct field_names patterns, str plain_type)
{
	str forms[HASH_FORMS_MAX];

	for (size_t i = 0; i < patterns.count; i++) {
		size_t count = str_has(patterns.items[i], '*')
				       ? 0
				       : hash_forms(plain_type, patterns.items[i], forms);
		for (size_t k = 0; k < count; k++)
			add_digest(d, forms[k]);
	}
}

/* A site without an address hashes what it has: nothing, or "null". */
static err block_digests(struct identity_rules *rules, const struct rules_type *plain,
	enum identifier_hash hash, struct rules_type *row, struct why *why)
{
	struct digests d = { .arena = rules->arena,
		.room = (plain->blocked.count + plain->shared.count + rules->blocked.count) *
				HASH_FORMS_MAX +
			row->blocked.count + 1,
		.hash = hash };

	d.items = arena_array(rules->arena, d.room, sizeof(*d.items));
	if (d.items == NULL)
		return fail(why, MSG_RULES_LARGE, arg_int((int64_t)rules->document.len),
			arg_int(RULES_BYTES_MAX));
	for (size_t i = 0; i < row->blocked.count; i++)
		d.items[d.count++] = row->blocked.items[i];
	add_digest(&d, STR(""));
	add_digests(&d, plain->blocked, plain->type);
	add_digests(&d, plain->shared, plain->type);
	add_digests(&d, rules->blocked, plain->type);
	row->blocked = (struct field_names){ d.items, d.count };
	return OK;
}

/* The row that people wrote for these digests, or one like that of what they are made of. */
static err add_hash_row(struct identity_rules *rules, unsigned plain, size_t place,
	enum identifier_hash hash, struct why *why)
{
	str name = hash_type_name(place, hash);
	unsigned row = rules_row(rules, name);

	if (row == RULES_TYPE_OTHER) {
		if (rules->type_count == RULES_ROWS_MAX)
			return fail(why, MSG_RULES_MANY, arg_c("types"), arg_int(RULES_TYPES_MAX));
		row = rules->type_count++;
		rules->types[row] = rules->types[plain];
		rules->types[row].type = name;
		rules->types[row].hashes = 0;
		rules->types[row].blocked = rules->types[row].shared =
			(struct field_names){ NULL, 0 };
	}
	rules->types[row].hash_of = (uint8_t)plain;
	return block_digests(rules, &rules->types[plain], hash, &rules->types[row], why);
}

static err add_hash_rows(struct identity_rules *rules, struct why *why)
{
	unsigned count = rules->type_count;
	size_t place;
	err e = OK;

	for (unsigned row = 0; row < count; row++)
		for (unsigned hash = 0; e == OK && hash < HASH_KINDS; hash++)
			if ((rules->types[row].hashes >> hash & 1) != 0 &&
				hash_plain_type(rules->types[row].type, &place))
				e = add_hash_row(
					rules, row, place, (enum identifier_hash)hash, why);
	return e;
}

static err complete_types(struct identity_rules *rules, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && identifier_ranked(i).len > 0; i++)
		e = add_usual(rules, identifier_ranked(i), why);
	if (e == OK)
		e = add_hash_rows(rules, why);
	for (size_t i = 0; e == OK && i < rules->source_count; i++) {
		e = add_named(rules, rules->sources[i].asserts, why);
		if (e == OK)
			e = add_named(rules, rules->sources[i].verifies, why);
	}
	return e;
}

static err read_document(struct identity_rules *rules, struct why *why)
{
	static const struct field keys[] = { { "version", read_version }, { "name", read_name },
		{ "description", fields_ignore }, { "types", read_types },
		{ "blocked", read_blocked }, { "sources", read_sources } };
	struct reading reading = {
		.fields = { .text = rules->document, .arena = rules->arena, .why = why },
		.rules = rules
	};
	struct json_parser *parser = json_parser_create(NULL);
	struct json tree;
	err e = json_parse(parser, rules->document, rules->arena, &tree, why);

	if (e == OK)
		e = fields_read(
			&reading.fields, STR("rules"), &tree, keys, ARRAY_LEN(keys), &reading);
	if (e == OK && !reading.has_version)
		e = fields_bad(&reading.fields, STR("version"));
	if (e == OK)
		e = complete_types(rules, why);
	json_parser_free(parser);
	return e;
}

/* A pattern that begins with * may begin with anything. */
static void note_firsts(struct identity_rules *rules)
{
	for (size_t i = 0; i < rules->blocked.count; i++) {
		str pattern = rules->blocked.items[i];
		if (pattern.len > 0 && pattern.ptr[0] != '*') {
			uint8_t first = (uint8_t)pattern.ptr[0];
			rules->blocked_firsts[first / 64] |= UINT64_C(1) << first % 64;
		} else {
			memset(rules->blocked_firsts, 0xff, sizeof(rules->blocked_firsts));
		}
	}
}

err rules_parse(str document, struct identity_rules **out, struct why *why)
{
	if (document.len > RULES_BYTES_MAX)
		return fail(why, MSG_RULES_LARGE, arg_int((int64_t)document.len),
			arg_int(RULES_BYTES_MAX));
	struct identity_rules *rules = memory_alloc(sizeof(*rules));
	rules->arena = arena_create(RULES_ARENA_BYTES);
	rules->document = arena_str(rules->arena, document);
	rules->other = (struct rules_type){ .type = STR(""),
		.priority = (uint8_t)identifier_rank(STR("")),
		.slot = RULES_LIMITED_MAX,
		.hash_of = RULES_TYPE_OTHER };
	err e = rules->document.ptr == NULL ? ERR_LIMIT : read_document(rules, why);
	if (e != OK) {
		rules_free(rules);
		return e;
	}
	note_firsts(rules);
	*out = rules;
	return OK;
}

struct identity_rules *rules_default(void)
{
	struct identity_rules *rules = NULL;

	for (size_t i = 0; i < ready_identity_rules_count; i++)
		if (str_equal(ready_identity_rules[i].name, STR("default.json")))
			ASSERT(rules_parse(ready_identity_rules[i].text, &rules, NULL) == OK);
	ASSERT(rules != NULL);
	return rules;
}

void rules_free(struct identity_rules *rules)
{
	if (rules == NULL)
		return;
	arena_free(rules->arena);
	free(rules);
}

str rules_document(const struct identity_rules *rules)
{
	return rules->document;
}

str rules_name(const struct identity_rules *rules)
{
	return rules->name;
}

/* ---- what the joining asks */

unsigned rules_row(const struct identity_rules *rules, str type)
{
	for (unsigned i = 0; i < rules->type_count; i++)
		if (str_equal(rules->types[i].type, type))
			return i;
	return RULES_TYPE_OTHER;
}

const struct rules_type *rules_type(const struct identity_rules *rules, unsigned row)
{
	return row < rules->type_count ? &rules->types[row] : &rules->other;
}

unsigned rules_type_count(const struct identity_rules *rules)
{
	return rules->type_count;
}

bool rules_have_windows(const struct identity_rules *rules)
{
	return rules->has_windows;
}

static str small(str text, char *room)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		room[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (str){ room, text.len };
}

/* Asked of each new identifier, for each pattern: nearly always this is enough. */
static bool begins_otherwise(str pattern, str value)
{
	return pattern.len > 0 && value.len > 0 && pattern.ptr[0] != '*' &&
	       pattern.ptr[0] != value.ptr[0];
}

static bool may_be_blocked(const struct identity_rules *rules, str value)
{
	uint8_t first = value.len > 0 ? (uint8_t)value.ptr[0] : 0;

	return value.len == 0 || (rules->blocked_firsts[first / 64] >> first % 64 & 1) != 0;
}

/* Most patterns that begin alike have no * and another length. */
static bool fits_one(const struct field_names *patterns, str value)
{
	for (size_t i = 0; i < patterns->count; i++) {
		str pattern = patterns->items[i];
		if (begins_otherwise(pattern, value) ||
			(pattern.len != value.len && !str_has(pattern, '*')))
			continue;
		if (glob_fits(pattern, value))
			return true;
	}
	return false;
}

enum rules_bar rules_bar(const struct identity_rules *rules, unsigned row, str value)
{
	const struct rules_type *type = rules_type(rules, row);
	char room[IDENTIFIER_VALUE_BYTES_MAX];
	str told = small(value, room);

	if (type->use == USE_CONTEXT)
		return BAR_CONTEXT;
	if (type->use == USE_SHARED || fits_one(&type->shared, told))
		return BAR_SHARED;
	if (fits_one(&type->blocked, told) ||
		(may_be_blocked(rules, told) && fits_one(&rules->blocked, told)))
		return BAR_BLOCKED;
	return BAR_NONE;
}

/* Types without a row share one bit: a source that may assert only some may not assert these. */
static uint64_t bits_of(const struct identity_rules *rules, bool has, struct field_names names)
{
	uint64_t bits = 0;

	if (!has)
		return UINT64_MAX;
	for (size_t i = 0; i < names.count; i++) {
		unsigned row = rules_row(rules, names.items[i]);
		bits |= row == RULES_TYPE_OTHER ? 0 : UINT64_C(1) << row;
	}
	/* who may say an address may say its hash, which is no more */
	for (unsigned row = 0; row < rules->type_count; row++) {
		unsigned plain = rules->types[row].hash_of;
		if (plain != RULES_TYPE_OTHER && (bits >> plain & 1) != 0)
			bits |= UINT64_C(1) << row;
	}
	return bits;
}

/* The first that fits, as in every list of this kind. */
struct rules_source rules_source(const struct identity_rules *rules, str source)
{
	for (size_t i = 0; i < rules->source_count; i++) {
		const struct source_entry *s = &rules->sources[i];
		if (!glob_fits(s->source, source))
			continue;
		uint64_t asserts = bits_of(rules, s->has_asserts, s->asserts);
		return (struct rules_source){ .asserts = asserts,
			.verifies = s->has_verifies ? bits_of(rules, true, s->verifies) : asserts,
			.trust = (uint8_t)s->trust };
	}
	return (struct rules_source){ UINT64_MAX, UINT64_MAX, RULES_TRUST_USUAL };
}
