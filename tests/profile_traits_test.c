/* tests/profile_traits_test.c - which telling of a trait holds: by each rule, in any order of
 * arrival. */
#include "base/random.h"
#include "profile/traits.h"
#include "test.h"

#include <string.h>

enum { TELLINGS_MAX = 6, SHUFFLES = 20 };

struct told {
	const char *value; /* NULL: null; "[a b]": a list of two */
	const char *source;
	uint8_t trust;
	int64_t ms;
};

static const struct {
	const char *row, *rule;
	struct told told[TELLINGS_MAX];
	const char *holds, *from;
	size_t different;
} rows[] = {
	{ "the newest", "most_recent", { { "a", "crm", 90, 1 }, { "b", "web", 10, 2 } }, "b", "web",
		2 },
	{ "of one moment the more trusted", "most_recent",
		{ { "a", "web", 10, 5 }, { "b", "crm", 90, 5 } }, "b", "crm", 2 },
	{ "then the first by text", "most_recent", { { "b", "crm", 50, 5 }, { "a", "crm", 50, 5 } },
		"a", "crm", 2 },
	{ "nothing is known any more", "most_recent",
		{ { "a", "crm", 50, 1 }, { NULL, "crm", 50, 2 } }, NULL, "crm", 2 },
	{ "the earliest", "earliest",
		{ { "b", "web", 50, 2 }, { "a", "crm", 50, 1 }, { "c", "crm", 50, 9 } }, "a", "crm",
		3 },
	{ "a null is no earliest", "earliest", { { NULL, "crm", 50, 1 }, { "a", "crm", 50, 2 } },
		"a", "crm", 2 },
	{ "the most trusted, though older", "most_trusted",
		{ { "a", "crm", 90, 1 }, { "b", "web", 10, 2 } }, "a", "crm", 2 },
	{ "equally trusted: the newest", "most_trusted",
		{ { "a", "crm", 90, 1 }, { "b", "erp", 90, 2 }, { "c", "web", 10, 3 } }, "b", "erp",
		3 },
	{ "the most frequent, though older", "most_frequent",
		{ { "a", "crm", 50, 1 }, { "a", "web", 50, 2 }, { "b", "crm", 50, 3 } }, "a", "web",
		2 },
	{ "equally often: the newest", "most_frequent",
		{ { "a", "crm", 50, 1 }, { "b", "web", 50, 2 }, { "a", "crm", 50, 3 },
			{ "b", "web", 50, 4 } },
		"b", "web", 2 },
	{ "nulls do not count", "most_frequent",
		{ { NULL, "crm", 50, 1 }, { NULL, "crm", 50, 2 }, { "a", "crm", 50, 0 } }, "a",
		"crm", 2 },
	{ "nothing but nulls", "most_frequent", { { NULL, "crm", 50, 1 } }, NULL, "crm", 1 },
	{ "all, in their order", "set",
		{ { "b", "crm", 50, 1 }, { "a", "web", 50, 2 }, { "b", "web", 50, 3 } }, "b a",
		"web", 2 },
	{ "lists are told member by member", "set",
		{ { "[a b]", "crm", 50, 1 }, { "c", "web", 50, 2 }, { NULL, "web", 50, 3 } },
		"a b c", "web", 3 },
};

static struct value text_value(str text)
{
	return (struct value){ .kind = VALUE_STRING, .string = text };
}

static struct value value_of(const char *told, struct value *pair)
{
	if (told == NULL)
		return (struct value){ .kind = VALUE_NULL };
	if (told[0] != '[')
		return text_value(str_of(told));
	pair[0] = text_value((str){ told + 1, 1 });
	pair[1] = text_value((str){ told + 3, 1 });
	return (struct value){ .kind = VALUE_LIST, .list = { pair, 2 } };
}

static bool holds(const struct value *value, const char *expected)
{
	char text[64] = "";
	struct strbuf out = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	if (expected == NULL)
		return value->kind == VALUE_NULL;
	if (value->kind == VALUE_STRING)
		return str_equal(value->string, str_of(expected));
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->list.count; i++) {
		strbuf_add_c(&out, i > 0 ? " " : "");
		strbuf_add(&out, value->list.items[i].string);
	}
	return str_equal(strbuf_str(&out), str_of(expected));
}

static struct profile_rules *rules_of(const char *rule)
{
	char text[100];
	struct strbuf document = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct profile_rules *rules = NULL;

	strbuf_printf(
		&document, "{\"version\":1,\"traits\":[{\"trait\":\"t*\",\"rule\":\"%s\"}]}", rule);
	CHECK(rule, profile_rules_parse(strbuf_str(&document), &rules, NULL) == OK);
	return rules;
}

static void tell_shuffled(size_t row, struct random *random, struct arena *arena)
{
	AUTO_PROFILE_RULES rules = rules_of(rows[row].rule);
	size_t order[TELLINGS_MAX], count = 0;
	struct value pair[2];
	struct traits traits;

	while (count < TELLINGS_MAX && rows[row].told[count].source != NULL) {
		order[count] = count;
		count++;
	}
	for (size_t i = count; i > 1; i--) {
		size_t k = (size_t)random_below(random, i), kept = order[i - 1];
		order[i - 1] = order[k];
		order[k] = kept;
	}
	CHECK(rows[row].row, traits_begin(&traits, arena, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		const struct told *told = &rows[row].told[order[i]];
		const struct trait_telling telling = { .value = value_of(told->value, pair),
			.source = str_of(told->source),
			.trust = told->trust,
			.ms = told->ms,
			.seq = i + 1 };
		CHECK(rows[row].row, traits_tell(&traits, STR("tone"), &telling, NULL) == OK);
	}
	CHECK(rows[row].row, traits_decide(&traits, rules, NULL) == OK && traits.count == 1);
	CHECK(rows[row].row, holds(&traits.items[0].value, rows[row].holds));
	CHECK(rows[row].row, str_equal(traits.items[0].from.source, str_of(rows[row].from)));
	CHECK(rows[row].row,
		traits.items[0].different == rows[row].different && traits.items[0].count == count);
	for (size_t i = 1; i < count; i++)
		CHECK(rows[row].row,
			traits.items[0].tellings[i - 1].ms >= traits.items[0].tellings[i].ms);
}

TEST(profile_one_telling_holds_in_any_order)
{
	struct random random = random_of(5);

	for (size_t row = 0; row < ARRAY_LEN(rows); row++)
		for (int i = 0; i < SHUFFLES; i++) {
			AUTO_ARENA arena = arena_create(4 << 20);
			tell_shuffled(row, &random, arena);
		}
}

/* Patterns, the first that fits; what none fits. */
TEST(profile_rules_name_traits)
{
	AUTO_PROFILE_RULES rules = NULL;
	const char *document = "{\"version\":1,\"otherwise\":\"earliest\",\"traits\":["
			       "{\"trait\":\"email*\",\"rule\":\"most_trusted\"},{\"trait\":\"*\","
			       "\"rule\":\"set\"}]}";

	CHECK("read", profile_rules_parse(str_of(document), &rules, NULL) == OK);
	CHECK("email", profile_rules_of(rules, STR("email_pro")) == TRAIT_MOST_TRUSTED);
	CHECK("others", profile_rules_of(rules, STR("city")) == TRAIT_SET);
	AUTO_PROFILE_RULES usual = profile_rules_default();
	CHECK("usual", profile_rules_of(usual, STR("city")) == TRAIT_MOST_RECENT);
}

#define V "{\"version\": 1, "
static const struct {
	const char *row, *document;
	enum message refused; /* MSG_NONE: it is read */
} documents[] = {
	{ "least", "{\"version\": 1}", MSG_NONE },
	{ "no version", "{}", MSG_FIELD_VALUE },
	{ "another version", "{\"version\": 2}", MSG_DOCUMENT_VERSION },
	{ "unknown key", V "\"trait\": []}", MSG_FIELD_NEAR },
	{ "unknown rule", V "\"otherwise\": \"newest\"}", MSG_FIELD_VALUE },
	{ "rule without a trait", V "\"traits\": [{\"rule\": \"set\"}]}", MSG_FIELD_VALUE },
	{ "sum of nothing", V "\"computed\": [{\"trait\": \"a\", \"as\": \"sum\"}]}",
		MSG_FIELD_VALUE },
	{ "a field that there is not",
		V
		"\"computed\": [{\"trait\": \"a\", \"as\": \"set\", \"attribute\": \"@chanel\"}]}",
		MSG_FIELD_VALUE },
	{ "twice", V "\"computed\": [{\"trait\": \"a\"}, {\"trait\": \"a\"}]}", MSG_FIELD_VALUE },
	{ "a window that is none", V "\"computed\": [{\"trait\": \"a\", \"within\": \"soon\"}]}",
		MSG_DURATION_FORMAT },
	{ "counted by a field",
		V "\"computed\": [{\"trait\": \"a\", \"by\": \"@channel\", \"within\": \"7d\"}]}",
		MSG_NONE },
};

TEST(profile_rules_are_read_or_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		AUTO_PROFILE_RULES rules = NULL;
		struct why why = { 0 };
		err e = profile_rules_parse(str_of(documents[i].document), &rules, &why);
		bool read = documents[i].refused == MSG_NONE;
		CHECK(documents[i].row, (e == OK) == read && (rules != NULL) == read);
		CHECK(documents[i].row, read || why.message == documents[i].refused);
	}
}

TEST(profile_traits_without_memory)
{
	AUTO_PROFILE_RULES rules = rules_of("set");
	err e = ERR_LIMIT;

	for (unsigned n = 1; e != OK && n < 100; n++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		struct trait_telling telling = { .value = text_value(STR("a")),
			.source = STR("crm") };
		struct traits traits;
		struct why why = { 0 };
		arena_fail_at(arena, n);
		e = traits_begin(&traits, arena, &why);
		for (int i = 0; e == OK && i < 9; i++) {
			telling.ms = i;
			e = traits_tell(&traits, STR("tone"), &telling, &why);
		}
		if (e == OK)
			e = traits_decide(&traits, rules, &why);
		CHECK("nth allocation", e == OK || (e == ERR_LIMIT && why.message == MSG_NO_ROOM));
	}
	CHECK("enough in the end", e == OK);
}
