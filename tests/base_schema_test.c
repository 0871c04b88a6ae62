/* tests/base_schema_test.c - JSON Schema: what keeps to it, what breaks which rule where. */
#include "base/schema.h"
#include "test.h"

#define OBJECT_SCHEMA \
	"{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"integer\"}," \
	"\"list/s\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/small\"}}}," \
	"\"additionalProperties\":false,\"$defs\":{\"small\":{\"maximum\":9}}}"

static const struct {
	const char *row;
	str schema, value;
	str pointer,
		keyword; /* both empty: it keeps to it; keyword "!x": the schema is wrong at x */
} rows[] = {
#define R(row, schema, value, pointer, keyword) \
	{ \
		row, STR_INIT(schema), STR_INIT(value), STR_INIT(pointer), STR_INIT(keyword) \
	}
	/* clang-format off */
	R("anything", "{}", "[1]", "", ""), R("true", "true", "1", "", ""), R("false", "false", "1", "", "false"),
	R("type", "{\"type\":\"string\"}", "\"x\"", "", ""), R("not the type", "{\"type\":\"string\"}", "1", "", "type"),
	R("one of two types", "{\"type\":[\"null\",\"string\"]}", "null", "", ""),
	R("none of two types", "{\"type\":[\"null\",\"string\"]}", "1", "", "type"),
	R("integer", "{\"type\":\"integer\"}", "3", "", ""), R("1.0 is an integer", "{\"type\":\"integer\"}", "1.0", "", ""),
	R("1.5 is none", "{\"type\":\"integer\"}", "1.5", "", "type"), R("big", "{\"type\":\"integer\"}", "99999999999999999999", "", ""),
	R("number", "{\"type\":\"number\"}", "3", "", ""), R("boolean no number", "{\"type\":\"number\"}", "true", "", "type"),
	R("object", OBJECT_SCHEMA, "{\"a\":1,\"list/s\":[1,2]}", "", ""),
	R("missing", OBJECT_SCHEMA, "{}", "", "required"), R("additional", OBJECT_SCHEMA, "{\"a\":1,\"b\":2}", "/b", "false"),
	R("deep", OBJECT_SCHEMA, "{\"a\":1,\"list/s\":[1,10]}", "/list~1s/1", "maximum"),
	R("duplicate member", OBJECT_SCHEMA, "{\"a\":1,\"a\":\"x\"}", "/a", "type"),
	R("enum", "{\"enum\":[1,\"x\",null]}", "null", "", ""), R("not in enum", "{\"enum\":[1,\"x\"]}", "2", "", "enum"),
	R("const", "{\"const\":{\"a\":[]}}", "{\"a\":[]}", "", ""), R("not const", "{\"const\":1}", "2", "", "const"),
	R("pattern", "{\"pattern\":\"^[a-z]+$\"}", "\"abc\"", "", ""), R("no match", "{\"pattern\":\"^[a-z]+$\"}", "\"aBc\"", "", "pattern"),
	R("pattern on number", "{\"pattern\":\"x\"}", "1", "", ""), R("pattern broken", "{\"pattern\":\"(\"}", "\"x\"", "", "!pattern"),
	R("minimum", "{\"minimum\":2}", "2", "", ""), R("below", "{\"minimum\":2}", "1.9", "", "minimum"),
	R("exclusive", "{\"exclusiveMinimum\":2}", "2", "", "exclusiveMinimum"), R("exclusive most", "{\"exclusiveMaximum\":2}", "2", "", "exclusiveMaximum"),
	R("maximum big", "{\"maximum\":9}", "99999999999999999999", "", "maximum"), R("big integers apart", "{\"maximum\":9007199254740992}", "9007199254740993", "", "maximum"),
	R("lengths", "{\"minLength\":2,\"maxLength\":2}", "\"\xc3\xa9\xc3\xa9\"", "", ""), R("too short", "{\"minLength\":2}", "\"\xc3\xa9\"", "", "minLength"),
	R("items", "{\"minItems\":1,\"maxItems\":1}", "[1,2]", "", "maxItems"),
	R("oneOf", "{\"oneOf\":[{\"type\":\"string\"},{\"minimum\":2}]}", "3", "", ""),
	R("oneOf none", "{\"oneOf\":[{\"type\":\"string\"},{\"minimum\":2}]}", "1", "", "oneOf"),
	R("oneOf both", "{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":2}]}", "3", "", "oneOf"),
	R("anyOf both", "{\"anyOf\":[{\"type\":\"integer\"},{\"minimum\":2}]}", "3", "", ""),
	R("allOf", "{\"allOf\":[{\"type\":\"integer\"},{\"minimum\":2}]}", "1", "", "minimum"),
	R("not", "{\"not\":{\"type\":\"integer\"}}", "1", "", "not"), R("not not", "{\"not\":{\"type\":\"integer\"}}", "null", "", ""),
	R("names", "{\"propertyNames\":{\"pattern\":\"^[a-z]$\"}}", "{\"a\":1,\"B\":2}", "/B", "pattern"),
	R("time", "{\"format\":\"date-time\"}", "\"2026-03-14T15:09:26.535Z\"", "", ""),
	R("no such day", "{\"format\":\"date-time\"}", "\"2026-02-30T15:09:26Z\"", "", "format"),
	R("no zone", "{\"format\":\"date-time\"}", "\"2026-03-14T15:09:26\"", "", "format"),
	R("other format", "{\"format\":\"email\"}", "\"x\"", "", ""),
	R("recursive", "{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"v\"]}", "{\"v\":1,\"next\":{\"v\":2,\"next\":{}}}", "/next/next", "required"),
	R("endless", "{\"$ref\":\"#\"}", "1", "", "!$ref"), R("ref nowhere", "{\"$ref\":\"#/x\"}", "1", "", "!$ref"),
	R("ref outside", "{\"$ref\":\"http://x\"}", "1", "", "!$ref"), R("unknown keyword", "{\"minimun\":1}", "1", "", "!minimun"),
	R("wrong in an alternative", "{\"anyOf\":[{\"minimun\":1},true]}", "1", "", "!minimun"),
/* clang-format on */
#undef R
};

static str argument(const struct why *why, size_t i)
{
	return (str){ why->text + why->args[i].number, why->args[i].len };
}

TEST(schema_check_rows)
{
	struct json_parser *parser = json_parser_create(NULL);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct json schema, value;
		struct why why = { 0 };
		str keyword = rows[i].keyword;
		err read = json_parse(parser, rows[i].schema, arena, &schema, &why);
		CHECK(rows[i].row, read == OK);
		read = json_parse(parser, rows[i].value, arena, &value, &why);
		CHECK(rows[i].row, read == OK);
		err e = schema_check(&schema, &value, &why);
		CHECK(rows[i].row, e == (keyword.len == 0 ? OK : ERR_SYNTAX));
		if (e == OK)
			continue;
		bool wrong = str_skip_prefix(&keyword, STR("!"));
		CHECK(rows[i].row, why.message == (wrong ? MSG_SCHEMA_WRONG : MSG_SCHEMA_BROKEN));
		CHECK(rows[i].row, str_equal(argument(&why, 0), rows[i].pointer));
		CHECK(rows[i].row, str_equal(argument(&why, 1), keyword));
	}
	json_parser_free(parser);
}
