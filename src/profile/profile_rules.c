/* profile/profile_rules.c - see profile_rules.h */
#include "profile/profile_rules.h"

#include "base/embedded.h"
#include "base/glob.h"
#include "base/timestamp.h"

#include <stdlib.h>

EMBEDDED(ready_profile_rules);

enum { RULES_ARENA_BYTES = 32 << 20 };

struct trait_entry {
	str trait;
	enum trait_rule rule;
};

struct profile_rules {
	struct arena *arena;
	str document, name;
	struct trait_entry *traits;
	size_t trait_count;
	enum trait_rule otherwise;
	struct profile_computed *computed;
	size_t computed_count;
};

/* The fields first, so that a reader of a value gets at the rest. */
struct reading {
	struct fields fields;
	struct profile_rules *rules;
	bool has_version;
};

static struct profile_rules *rules_of(struct fields *f)
{
	return ((struct reading *)f)->rules;
}

/* ---- words */

static const str rule_words[TRAIT_RULES] = { [TRAIT_MOST_RECENT] = STR_INIT("most_recent"),
	[TRAIT_EARLIEST] = STR_INIT("earliest"),
	[TRAIT_MOST_TRUSTED] = STR_INIT("most_trusted"),
	[TRAIT_MOST_FREQUENT] = STR_INIT("most_frequent"),
	[TRAIT_SET] = STR_INIT("set") };

static const str as_words[COMPUTED_AS] = { [COMPUTED_COUNT] = STR_INIT("count"),
	[COMPUTED_SUM] = STR_INIT("sum"),
	[COMPUTED_AVERAGE] = STR_INIT("average"),
	[COMPUTED_LEAST] = STR_INIT("least"),
	[COMPUTED_MOST] = STR_INIT("most"),
	[COMPUTED_EARLIEST] = STR_INIT("earliest"),
	[COMPUTED_LATEST] = STR_INIT("latest"),
	[COMPUTED_MOST_FREQUENT] = STR_INIT("most_frequent"),
	[COMPUTED_DISTINCT] = STR_INIT("distinct"),
	[COMPUTED_SET] = STR_INIT("set"),
	[COMPUTED_FIRST_TIME] = STR_INIT("first_time"),
	[COMPUTED_LAST_TIME] = STR_INIT("last_time") };

str trait_rule_word(enum trait_rule rule)
{
	return rule_words[rule];
}

str computed_word(enum computed_as as)
{
	return as_words[as];
}

/* One of a few words; *out is its place among them. */
static err one_word(
	struct fields *f, str key, const struct json *value, const str *words, int count, int *out)
{
	for (int i = 0; value->kind == JSON_STRING && i < count; i++)
		if (str_equal(words[i], value->string)) {
			*out = i;
			return OK;
		}
	return fields_bad(f, key);
}

/* ---- traits */

static err trait_name(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &((struct trait_entry *)target)->trait);
}

static err read_rule(struct fields *f, str key, const struct json *value, enum trait_rule *out)
{
	int rule = 0;
	err e = one_word(f, key, value, rule_words, TRAIT_RULES, &rule);

	*out = (enum trait_rule)rule;
	return e;
}

static err trait_rule(struct fields *f, str key, const struct json *value, void *target)
{
	return read_rule(f, key, value, &((struct trait_entry *)target)->rule);
}

static err array_of(struct fields *f, str key, const struct json *value, size_t most,
	size_t item_bytes, void **out)
{
	if (value->kind != JSON_ARRAY)
		return fields_bad(f, key);
	if (value->array.count > most)
		return fields_placed(
			f, fail(f->why, MSG_RULES_MANY, arg_str(key), arg_int((int64_t)most)));
	*out = arena_array(f->arena, value->array.count, item_bytes);
	return *out == NULL ? fields_room(f) : OK;
}

static err read_traits(struct fields *f, str key, const struct json *value, void *target)
{
	static const struct field keys[] = { { "trait", trait_name }, { "rule", trait_rule },
		{ "comment", fields_ignore } };
	struct profile_rules *rules = rules_of(f);
	void *items = NULL;
	err e = array_of(f, key, value, PROFILE_RULES_MAX, sizeof(*rules->traits), &items);

	(void)target;
	if (e != OK)
		return e;
	ASSERT(items != NULL);
	rules->traits = items;
	for (size_t i = 0; e == OK && i < value->array.count; i++) {
		struct trait_entry *entry = &rules->traits[i];
		*entry = (struct trait_entry){ .trait = STR("") };
		e = fields_read(f, key, &value->array.items[i], keys, ARRAY_LEN(keys), entry);
		if (e == OK && entry->trait.len == 0)
			e = fields_bad(f, STR("trait"));
		rules->trait_count += e == OK;
	}
	return e;
}

/* ---- computed */

static struct profile_computed *computed_of(void *target)
{
	return target;
}

static err computed_trait(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &computed_of(target)->trait);
}

static err computed_as_word(struct fields *f, str key, const struct json *value, void *target)
{
	int as = 0;
	err e = one_word(f, key, value, as_words, COMPUTED_AS, &as);

	computed_of(target)->as = (enum computed_as)as;
	return e;
}

/* A field of the event that there is not would be silently empty for ever. */
static err field_or_key(struct fields *f, str key, const struct json *value, str *out)
{
	static const str known[] = { STR_INIT("@channel"), STR_INIT("@activity"),
		STR_INIT("@source"), STR_INIT("@interaction"), STR_INIT("@case") };
	err e = fields_string(f, key, value, out);

	if (e != OK || !str_starts(*out, STR("@")))
		return e;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_equal(known[i], *out))
			return OK;
	return fields_bad(f, key);
}

static err computed_attribute(struct fields *f, str key, const struct json *value, void *target)
{
	return field_or_key(f, key, value, &computed_of(target)->attribute);
}

static err computed_by(struct fields *f, str key, const struct json *value, void *target)
{
	return field_or_key(f, key, value, &computed_of(target)->by);
}

static err computed_channel(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &computed_of(target)->channels);
}

static err computed_activity(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &computed_of(target)->activities);
}

static err computed_within(struct fields *f, str key, const struct json *value, void *target)
{
	int64_t *out = &computed_of(target)->within_ms;

	if (value->kind != JSON_STRING)
		return fields_bad(f, key);
	err e = duration_parse(value->string, out, f->why);
	return e == OK && *out <= 0 ? fields_bad(f, key) : fields_placed(f, e);
}

static bool needs_attribute(enum computed_as as)
{
	return as != COMPUTED_COUNT && as != COMPUTED_FIRST_TIME && as != COMPUTED_LAST_TIME;
}

static err check_computed(struct fields *f, const struct profile_computed *all, size_t i)
{
	if (all[i].trait.len == 0)
		return fields_bad(f, STR("trait"));
	if (needs_attribute(all[i].as) && all[i].attribute.len == 0)
		return fields_bad(f, STR("attribute"));
	for (size_t k = 0; k < i; k++)
		if (str_equal(all[k].trait, all[i].trait))
			return fields_bad(f, STR("trait"));
	return OK;
}

static err read_computed(struct fields *f, str key, const struct json *value, void *target)
{
	static const struct field keys[] = { { "trait", computed_trait },
		{ "as", computed_as_word }, { "attribute", computed_attribute },
		{ "by", computed_by }, { "channel", computed_channel },
		{ "activity", computed_activity }, { "within", computed_within },
		{ "comment", fields_ignore } };
	struct profile_rules *rules = rules_of(f);
	void *items = NULL;
	err e = array_of(f, key, value, PROFILE_COMPUTED_MAX, sizeof(*rules->computed), &items);

	(void)target;
	if (e != OK)
		return e;
	ASSERT(items != NULL);
	rules->computed = items;
	for (size_t i = 0; e == OK && i < value->array.count; i++) {
		rules->computed[i] = (struct profile_computed){ .trait = STR("") };
		e = fields_read(
			f, key, &value->array.items[i], keys, ARRAY_LEN(keys), &rules->computed[i]);
		if (e == OK)
			e = check_computed(f, rules->computed, i);
		rules->computed_count += e == OK;
	}
	return e;
}

/* ---- the document */

static err read_version(struct fields *f, str key, const struct json *value, void *target)
{
	((struct reading *)target)->has_version = true;
	if (value->kind != JSON_INTEGER)
		return fields_bad(f, key);
	return value->integer == PROFILE_RULES_VERSION
		       ? OK
		       : fields_placed(
				 f, fail(f->why, MSG_DOCUMENT_VERSION, arg_int(value->integer),
					    arg_int(PROFILE_RULES_VERSION)));
}

static err read_name(struct fields *f, str key, const struct json *value, void *target)
{
	(void)target;
	return fields_string(f, key, value, &rules_of(f)->name);
}

static err read_otherwise(struct fields *f, str key, const struct json *value, void *target)
{
	(void)target;
	return read_rule(f, key, value, &rules_of(f)->otherwise);
}

static err read_document(struct profile_rules *rules, struct why *why)
{
	static const struct field keys[] = { { "version", read_version }, { "name", read_name },
		{ "description", fields_ignore }, { "traits", read_traits },
		{ "otherwise", read_otherwise }, { "computed", read_computed } };
	struct reading reading = {
		.fields = { .text = rules->document, .arena = rules->arena, .why = why },
		.rules = rules
	};
	struct json_parser *parser = json_parser_create(NULL);
	struct json tree;
	err e = json_parse(parser, rules->document, rules->arena, &tree, why);

	if (e == OK)
		e = fields_read(
			&reading.fields, STR("profile"), &tree, keys, ARRAY_LEN(keys), &reading);
	if (e == OK && !reading.has_version)
		e = fields_bad(&reading.fields, STR("version"));
	json_parser_free(parser);
	return e;
}

err profile_rules_parse(str document, struct profile_rules **out, struct why *why)
{
	if (document.len > PROFILE_RULES_BYTES_MAX)
		return fail(why, MSG_DOCUMENT_LARGE, arg_int((int64_t)document.len),
			arg_int(PROFILE_RULES_BYTES_MAX));
	struct profile_rules *rules = memory_alloc(sizeof(*rules));
	rules->arena = arena_create(RULES_ARENA_BYTES);
	rules->document = arena_str(rules->arena, document);
	err e = rules->document.ptr == NULL ? ERR_LIMIT : read_document(rules, why);
	if (e != OK) {
		profile_rules_free(rules);
		return e;
	}
	*out = rules;
	return OK;
}

struct profile_rules *profile_rules_default(void)
{
	struct profile_rules *rules = NULL;

	for (size_t i = 0; i < ready_profile_rules_count; i++)
		if (str_equal(ready_profile_rules[i].name, STR("default.json")))
			ASSERT(profile_rules_parse(ready_profile_rules[i].text, &rules, NULL) ==
				OK);
	ASSERT(rules != NULL);
	return rules;
}

void profile_rules_free(struct profile_rules *rules)
{
	if (rules == NULL)
		return;
	arena_free(rules->arena);
	free(rules);
}

str profile_rules_document(const struct profile_rules *rules)
{
	return rules->document;
}

str profile_rules_name(const struct profile_rules *rules)
{
	return rules->name;
}

enum trait_rule profile_rules_of(const struct profile_rules *rules, str trait)
{
	for (size_t i = 0; i < rules->trait_count; i++)
		if (glob_fits(rules->traits[i].trait, trait))
			return rules->traits[i].rule;
	return rules->otherwise;
}

size_t profile_rules_computed(
	const struct profile_rules *rules, const struct profile_computed **out)
{
	*out = rules->computed;
	return rules->computed_count;
}
