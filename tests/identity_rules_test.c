/* tests/identity_rules_test.c - documents of rules: what is read, what is refused, what it means.
 */
#include "identity/rules.h"
#include "test.h"

#define V "{\"version\": 1, "

static const struct {
	const char *row, *document;
	enum message refused; /* MSG_NONE: it is read */
} documents[] = {
	{ "least", "{\"version\": 1}", MSG_NONE },
	{ "no version", "{}", MSG_FIELD_VALUE },
	{ "another version", "{\"version\": 2}", MSG_RULES_VERSION },
	{ "no object", "[]", MSG_FIELD_VALUE },
	{ "unknown key", V "\"typs\": []}", MSG_FIELD_NEAR },
	{ "type without a name", V "\"types\": [{\"limit\": 1}]}", MSG_FIELD_VALUE },
	{ "type that is none", V "\"types\": [{\"type\": \"A b\"}]}", MSG_IDENTIFIER_TYPE },
	{ "type twice", V "\"types\": [{\"type\": \"x\"}, {\"type\": \"x\"}]}", MSG_RULES_TWICE },
	{ "limit of none", V "\"types\": [{\"type\": \"x\", \"limit\": 0}]}", MSG_RULES_RANGE },
	{ "limit too high", V "\"types\": [{\"type\": \"x\", \"limit\": 255}]}", MSG_RULES_RANGE },
	{ "window without a limit", V "\"types\": [{\"type\": \"x\", \"within\": \"7d\"}]}",
		MSG_FIELD_VALUE },
	{ "window that is none",
		V "\"types\": [{\"type\": \"x\", \"limit\": 2, \"within\": \"soon\"}]}",
		MSG_DURATION_FORMAT },
	{ "unique and two", V "\"types\": [{\"type\": \"x\", \"unique\": true, \"limit\": 2}]}",
		MSG_FIELD_VALUE },
	{ "unknown use", V "\"types\": [{\"type\": \"x\", \"use\": \"joins\"}]}", MSG_FIELD_VALUE },
	{ "eight limits",
		V "\"types\": [{\"type\":\"a\",\"limit\":1},{\"type\":\"b\",\"limit\":1},"
		  "{\"type\":\"c\",\"limit\":1},{\"type\":\"d\",\"limit\":1},"
		  "{\"type\":\"e\",\"limit\":1},{\"type\":\"f\",\"limit\":1},"
		  "{\"type\":\"g\",\"limit\":1},{\"type\":\"h\",\"limit\":1}]}",
		MSG_RULES_LIMITED },
	{ "trust too high", V "\"sources\": [{\"source\": \"a\", \"trust\": 101}]}",
		MSG_RULES_RANGE },
	{ "source without a name", V "\"sources\": [{\"trust\": 1}]}", MSG_FIELD_VALUE },
	{ "asserts what is no type", V "\"sources\": [{\"source\": \"a\", \"asserts\": [\"A\"]}]}",
		MSG_IDENTIFIER_TYPE },
	{ "hashes of what nobody hashes",
		V "\"types\": [{\"type\": \"customer\", \"hashes\": \"md5\"}]}", MSG_RULES_HASHES },
	{ "hashes of another kind",
		V "\"types\": [{\"type\": \"email\", \"hashes\": [\"crc32\"]}]}", MSG_FIELD_VALUE },
	{ "hashes of an address",
		V "\"types\": [{\"type\": \"email\", \"hashes\": [\"md5\", \"sha1\"]}]}",
		MSG_NONE },
	{ "asserts nothing", V "\"sources\": [{\"source\": \"a\", \"asserts\": []}]}", MSG_NONE },
};

TEST(rules_are_read_or_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		struct identity_rules *rules = NULL;
		struct why why = { 0 };
		err e = rules_parse(str_of(documents[i].document), &rules, &why);
		bool read = documents[i].refused == MSG_NONE;
		CHECK(documents[i].row, (e == OK) == read && (rules != NULL) == read);
		CHECK(documents[i].row, read || why.message == documents[i].refused);
		rules_free(rules);
	}
}

static enum rules_bar bar(const struct identity_rules *rules, const char *type, const char *value)
{
	return rules_bar(rules, rules_row(rules, str_of(type)), str_of(value));
}

TEST(rules_say_what_joins_nobody)
{
	const char *document =
		V "\"blocked\": [\"NULL\", \"00*\"], \"types\": ["
		  "{\"type\": \"phone\", \"shared\": [\"+331*\"], \"blocked\": \"+336*0\"},"
		  "{\"type\": \"kiosk\", \"use\": \"shared\"},"
		  "{\"type\": \"shop\", \"use\": \"context\"}]}";
	struct identity_rules *rules = NULL;

	CHECK("read", rules_parse(str_of(document), &rules, NULL) == OK);
	const struct {
		const char *type, *value;
		enum rules_bar bar;
	} rows[] = {
		{ "email", "null", BAR_BLOCKED },
		{ "email", "Null", BAR_BLOCKED },
		{ "email", "nullify", BAR_NONE },
		{ "unheard", "0000", BAR_BLOCKED },
		{ "phone", "+33145", BAR_SHARED },
		{ "phone", "+336120", BAR_BLOCKED },
		{ "phone", "+336121", BAR_NONE },
		{ "kiosk", "a", BAR_SHARED },
		{ "shop", "a", BAR_CONTEXT },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].value, bar(rules, rows[i].type, rows[i].value) == rows[i].bar);
	rules_free(rules);
}

TEST(rules_know_sources)
{
	const char *document =
		V "\"types\": [{\"type\": \"user_id\", \"unique\": true}], \"sources\": ["
		  "{\"source\": \"crm\", \"trust\": 90},"
		  "{\"source\": \"w*\", \"trust\": 5, \"asserts\": \"cookie\"}]}";
	struct identity_rules *rules = NULL;

	CHECK("read", rules_parse(str_of(document), &rules, NULL) == OK);
	unsigned user = rules_row(rules, STR("user_id")), cookie = rules_row(rules, STR("cookie"));
	struct rules_source crm = rules_source(rules, STR("crm")),
			    web = rules_source(rules, STR("widget")),
			    other = rules_source(rules, STR("shop"));
	CHECK("all", crm.trust == 90 && (crm.asserts >> user & 1) != 0);
	CHECK("cookies alone", web.trust == 5 && (web.asserts >> user & 1) == 0 &&
				       (web.asserts >> cookie & 1) != 0);
	CHECK("types without a row", (web.asserts >> RULES_TYPE_OTHER & 1) == 0);
	CHECK("usual", other.trust == RULES_TRUST_USUAL && other.verifies == UINT64_MAX);
	rules_free(rules);
}

TEST(rules_that_are_in_force_without_any)
{
	struct identity_rules *rules = rules_default();

	CHECK("one account", rules_type(rules, rules_row(rules, STR("user_id")))->unique);
	CHECK("a phone of two", rules_type(rules, rules_row(rules, STR("phone")))->owners == 1);
	CHECK("nobody", bar(rules, "user_id", "anonymous") == BAR_BLOCKED);
	CHECK("somebody", bar(rules, "user_id", "anna") == BAR_NONE);
	rules_free(rules);
}
