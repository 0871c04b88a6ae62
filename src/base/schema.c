/* base/schema.c - see schema.h
 *
 * The schema's own tree is interpreted: each keyword is a row of one table, and every value is
 * held to every keyword of its schema in the order written.
 */
#include "base/schema.h"

#include "base/timestamp.h"

#include <math.h>
#include <regex.h>
#include <string.h>

enum { POINTER_BYTES_MAX = 400, ASKED_BYTES_MAX = 120, PATTERN_BYTES_MAX = 1000 };

struct check {
	const struct json *root;
	struct why *why;
	char pointer_bytes[POINTER_BYTES_MAX];
	struct strbuf pointer; /* to the value at hand; a very long one is cut */
	int depth;
	bool quiet; /* trying an alternative: no words */
};

/* A keyword at work: its name, what the schema says there, the schema it stands in. */
struct rule {
	str keyword;
	const struct json *asks, *schema;
};

static err check_value(struct check *c, const struct json *schema, const struct json *value);

static str pointer_of(const struct check *c)
{
	return (str){ c->pointer.ptr, c->pointer.len };
}

static err broken(const struct check *c, const struct rule *rule)
{
	char bytes[ASKED_BYTES_MAX * 4];
	struct strbuf asked = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	struct json_writer w = json_writer_of(&asked, JSON_COMPACT);

	if (c->quiet)
		return ERR_SYNTAX;
	json_put_tree(&w, rule->asks);
	return fail(c->why, MSG_SCHEMA_BROKEN, arg_str(pointer_of(c)), arg_str(rule->keyword),
		arg_str(str_cut((str){ asked.ptr, asked.len }, ASKED_BYTES_MAX)));
}

/* The schema is at fault, whatever alternative is being tried: ERR_CONFLICT marks that until
 * schema_check() returns. */
static err wrong(const struct check *c, str keyword)
{
	(void)fail(c->why, MSG_SCHEMA_WRONG, arg_str(pointer_of(c)), arg_str(keyword));
	return ERR_CONFLICT;
}

/* ---- the place in the value */

static void add_escaped(struct strbuf *out, str key) /* RFC 6901 */
{
	for (size_t i = 0; i < key.len; i++) {
		if (key.ptr[i] == '~' || key.ptr[i] == '/')
			strbuf_add_c(out, key.ptr[i] == '~' ? "~0" : "~1");
		else
			strbuf_add_byte(out, key.ptr[i]);
	}
}

static err check_member(
	struct check *c, const struct json *schema, str key, const struct json *value)
{
	size_t len = c->pointer.len;

	strbuf_add_byte(&c->pointer, '/');
	add_escaped(&c->pointer, key);
	err e = check_value(c, schema, value);
	c->pointer.failed = false;
	c->pointer.len = len;
	return e;
}

static err check_item(
	struct check *c, const struct json *schema, size_t i, const struct json *value)
{
	char digits[24];
	struct strbuf number = { .ptr = digits, .cap = sizeof(digits), .cap_max = sizeof(digits) };

	strbuf_add_int(&number, (int64_t)i);
	return check_member(c, schema, strbuf_str(&number), value);
}

/* ---- single values */

static bool is_whole(const struct json *v)
{
	return v->kind == JSON_INTEGER ||
	       (v->kind == JSON_FLOAT && v->number == floor(v->number)) ||
	       (v->kind == JSON_BIG && !str_has(v->string, '.') && !str_has(v->string, 'e') &&
		       !str_has(v->string, 'E'));
}

static bool is_number(const struct json *v)
{
	return v->kind == JSON_INTEGER || v->kind == JSON_FLOAT || v->kind == JSON_BIG;
}

static long double number_of(const struct json *v)
{
	if (v->kind == JSON_BIG)
		return str_starts(v->string, STR("-")) ? -HUGE_VALL : HUGE_VALL;
	return v->kind == JSON_INTEGER ? (long double)v->integer : (long double)v->number;
}

static bool has_type(const struct json *v, str type)
{
	static const struct {
		str name;
		unsigned kinds;
	} types[] = {
		{ STR_INIT("null"), 1u << JSON_NULL },
		{ STR_INIT("boolean"), 1u << JSON_BOOLEAN },
		{ STR_INIT("string"), 1u << JSON_STRING },
		{ STR_INIT("array"), 1u << JSON_ARRAY },
		{ STR_INIT("object"), 1u << JSON_OBJECT },
		{ STR_INIT("number"), 1u << JSON_INTEGER | 1u << JSON_FLOAT | 1u << JSON_BIG },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_equal(types[i].name, type))
			return (types[i].kinds >> v->kind & 1) != 0;
	return str_equal(type, STR("integer")) && is_whole(v);
}

static err check_type(struct check *c, const struct rule *rule, const struct json *v)
{
	const struct json *asks = rule->asks;

	if (asks->kind == JSON_STRING)
		return has_type(v, asks->string) ? OK : broken(c, rule);
	if (asks->kind != JSON_ARRAY)
		return wrong(c, rule->keyword);
	for (size_t i = 0; i < asks->array.count; i++)
		if (asks->array.items[i].kind == JSON_STRING &&
			has_type(v, asks->array.items[i].string))
			return OK;
	return broken(c, rule);
}

static err check_const(struct check *c, const struct rule *rule, const struct json *v)
{
	return json_equal(rule->asks, v) ? OK : broken(c, rule);
}

static err check_enum(struct check *c, const struct rule *rule, const struct json *v)
{
	if (rule->asks->kind != JSON_ARRAY)
		return wrong(c, rule->keyword);
	for (size_t i = 0; i < rule->asks->array.count; i++)
		if (json_equal(&rule->asks->array.items[i], v))
			return OK;
	return broken(c, rule);
}

static err check_range(struct check *c, const struct rule *rule, const struct json *v)
{
	if (!is_number(rule->asks))
		return wrong(c, rule->keyword);
	if (!is_number(v))
		return OK;
	bool exclusive = str_starts(rule->keyword, STR("exclusive"));
	bool least = str_ends(rule->keyword, STR("inimum"));
	long double have = number_of(v), bound = number_of(rule->asks);
	bool fits = have == bound ? !exclusive : least ? have > bound : have < bound;
	return fits ? OK : broken(c, rule);
}

static int64_t characters(str text)
{
	int64_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
	return n;
}

/* minLength, maxLength of strings; minItems, maxItems of arrays. */
static err check_size(struct check *c, const struct rule *rule, const struct json *v)
{
	bool of_text = str_ends(rule->keyword, STR("Length"));

	if (rule->asks->kind != JSON_INTEGER)
		return wrong(c, rule->keyword);
	if (v->kind != (of_text ? JSON_STRING : JSON_ARRAY))
		return OK;
	int64_t size = of_text ? characters(v->string) : (int64_t)v->array.count;
	bool fits = str_starts(rule->keyword, STR("min")) ? size >= rule->asks->integer
							  : size <= rule->asks->integer;
	return fits ? OK : broken(c, rule);
}

static err check_pattern(struct check *c, const struct rule *rule, const struct json *v)
{
	char pattern[PATTERN_BYTES_MAX + 1];
	str asks = rule->asks->string;
	regex_t regex;

	if (rule->asks->kind != JSON_STRING || asks.len > PATTERN_BYTES_MAX || str_has(asks, '\0'))
		return wrong(c, rule->keyword);
	if (v->kind != JSON_STRING)
		return OK;
	memcpy(pattern, asks.len > 0 ? asks.ptr : "", asks.len);
	pattern[asks.len] = '\0';
	if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
		return wrong(c, rule->keyword);
	regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t)v->string.len };
	bool found = regexec(&regex, v->string.len > 0 ? v->string.ptr : "", 1, &range,
			     REG_STARTEND) == 0;
	regfree(&regex);
	return found ? OK : broken(c, rule);
}

static err check_format(struct check *c, const struct rule *rule, const struct json *v)
{
	struct instant instant;

	if (rule->asks->kind != JSON_STRING)
		return wrong(c, rule->keyword);
	if (!str_equal(rule->asks->string, STR("date-time")) || v->kind != JSON_STRING)
		return OK;
	bool has_t = v->string.len >= 20 && (v->string.ptr[10] | 0x20) == 't';
	return has_t && instant_parse(v->string, &instant, NULL) == OK ? OK : broken(c, rule);
}

/* ---- objects and arrays */

static err check_properties(struct check *c, const struct rule *rule, const struct json *v)
{
	err e = OK;

	if (rule->asks->kind != JSON_OBJECT)
		return wrong(c, rule->keyword);
	for (size_t i = 0; e == OK && v->kind == JSON_OBJECT && i < v->object.count; i++) {
		const struct json_member *m = &v->object.items[i];
		const struct json *schema = json_get(rule->asks, m->key);
		if (schema != NULL)
			e = check_member(c, schema, m->key, &m->value);
	}
	return e;
}

static err check_additional(struct check *c, const struct rule *rule, const struct json *v)
{
	const struct json *named = json_get(rule->schema, STR("properties"));
	err e = OK;

	for (size_t i = 0; e == OK && v->kind == JSON_OBJECT && i < v->object.count; i++) {
		const struct json_member *m = &v->object.items[i];
		if (json_get(named, m->key) == NULL)
			e = check_member(c, rule->asks, m->key, &m->value);
	}
	return e;
}

static err check_names(struct check *c, const struct rule *rule, const struct json *v)
{
	err e = OK;

	for (size_t i = 0; e == OK && v->kind == JSON_OBJECT && i < v->object.count; i++) {
		struct json name = { .kind = JSON_STRING, .string = v->object.items[i].key };
		e = check_member(c, rule->asks, name.string, &name);
	}
	return e;
}

static err check_required(struct check *c, const struct rule *rule, const struct json *v)
{
	if (rule->asks->kind != JSON_ARRAY)
		return wrong(c, rule->keyword);
	for (size_t i = 0; v->kind == JSON_OBJECT && i < rule->asks->array.count; i++) {
		const struct json *name = &rule->asks->array.items[i];
		if (name->kind != JSON_STRING)
			return wrong(c, rule->keyword);
		struct rule one = { rule->keyword, name, rule->schema };
		if (json_get(v, name->string) == NULL)
			return broken(c, &one);
	}
	return OK;
}

static err check_items(struct check *c, const struct rule *rule, const struct json *v)
{
	err e = OK;

	for (size_t i = 0; e == OK && v->kind == JSON_ARRAY && i < v->array.count; i++)
		e = check_item(c, rule->asks, i, &v->array.items[i]);
	return e;
}

/* ---- combinations */

/* How many of the alternatives hold; a wrong schema ends it. */
static err count_holding(
	struct check *c, const struct json *schemas, const struct json *v, size_t *holding)
{
	bool quiet = c->quiet;
	size_t n = 0;

	for (size_t i = 0; i < schemas->array.count; i++) {
		c->quiet = true;
		err e = check_value(c, &schemas->array.items[i], v);
		c->quiet = quiet;
		if (e != OK && e != ERR_SYNTAX)
			return e;
		n += e == OK;
	}
	*holding = n;
	return OK;
}

static err check_any(struct check *c, const struct rule *rule, const struct json *v)
{
	bool one = str_equal(rule->keyword, STR("oneOf"));
	size_t holding = 0;

	if (rule->asks->kind != JSON_ARRAY)
		return wrong(c, rule->keyword);
	err e = count_holding(c, rule->asks, v, &holding);
	if (e != OK)
		return e;
	return holding == 1 || (!one && holding > 1) ? OK : broken(c, rule);
}

static err check_all(struct check *c, const struct rule *rule, const struct json *v)
{
	err e = OK;

	if (rule->asks->kind != JSON_ARRAY)
		return wrong(c, rule->keyword);
	for (size_t i = 0; e == OK && i < rule->asks->array.count; i++)
		e = check_value(c, &rule->asks->array.items[i], v);
	return e;
}

static err check_not(struct check *c, const struct rule *rule, const struct json *v)
{
	const struct json one = { .kind = JSON_ARRAY, .array = { rule->asks, 1 } };
	size_t holding = 0;
	err e = count_holding(c, &one, v, &holding);

	if (e != OK)
		return e;
	return holding == 0 ? OK : broken(c, rule);
}

/* ---- references */

/* The member that the next piece of a JSON pointer names. */
static const struct json *step(const struct json *at, str name)
{
	char bytes[POINTER_BYTES_MAX];
	struct strbuf plain = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (c == '~' && i + 1 < name.len)
			c = name.ptr[++i] == '1' ? '/' : '~';
		strbuf_add_byte(&plain, c);
	}
	return strbuf_ok(&plain) ? json_get(at, strbuf_str(&plain)) : NULL;
}

static err check_ref(struct check *c, const struct rule *rule, const struct json *v)
{
	const struct json *at = c->root;
	str rest = rule->asks->string, name;

	if (rule->asks->kind != JSON_STRING || !str_skip_prefix(&rest, STR("#")) ||
		(rest.len > 0 && !str_skip_prefix(&rest, STR("/"))))
		return wrong(c, rule->keyword);
	while (rest.len > 0 && at != NULL) {
		if (!str_split(rest, '/', &name, &rest)) {
			name = rest;
			rest.len = 0;
		}
		at = step(at, name);
	}
	return at == NULL ? wrong(c, rule->keyword) : check_value(c, at, v);
}

/* ---- the table */

static err check_nothing(struct check *c, const struct rule *rule, const struct json *v)
{
	(void)c;
	(void)rule;
	(void)v;
	return OK;
}

static const struct {
	str keyword;
	err (*check)(struct check *c, const struct rule *rule, const struct json *v);
} keywords[] = {
	{ STR_INIT("type"), check_type },
	{ STR_INIT("properties"), check_properties },
	{ STR_INIT("required"), check_required },
	{ STR_INIT("additionalProperties"), check_additional },
	{ STR_INIT("propertyNames"), check_names },
	{ STR_INIT("items"), check_items },
	{ STR_INIT("enum"), check_enum },
	{ STR_INIT("const"), check_const },
	{ STR_INIT("minimum"), check_range },
	{ STR_INIT("maximum"), check_range },
	{ STR_INIT("exclusiveMinimum"), check_range },
	{ STR_INIT("exclusiveMaximum"), check_range },
	{ STR_INIT("minLength"), check_size },
	{ STR_INIT("maxLength"), check_size },
	{ STR_INIT("minItems"), check_size },
	{ STR_INIT("maxItems"), check_size },
	{ STR_INIT("pattern"), check_pattern },
	{ STR_INIT("format"), check_format },
	{ STR_INIT("oneOf"), check_any },
	{ STR_INIT("anyOf"), check_any },
	{ STR_INIT("allOf"), check_all },
	{ STR_INIT("not"), check_not },
	{ STR_INIT("$ref"), check_ref },
	{ STR_INIT("$schema"), check_nothing },
	{ STR_INIT("$id"), check_nothing },
	{ STR_INIT("$defs"), check_nothing },
	{ STR_INIT("definitions"), check_nothing },
	{ STR_INIT("$comment"), check_nothing },
	{ STR_INIT("title"), check_nothing },
	{ STR_INIT("description"), check_nothing },
	{ STR_INIT("default"), check_nothing },
	{ STR_INIT("examples"), check_nothing },
};

static err check_rule(struct check *c, const struct json *schema, const struct json_member *m,
	const struct json *v)
{
	struct rule rule = { m->key, &m->value, schema };

	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (str_equal(keywords[i].keyword, m->key))
			return keywords[i].check(c, &rule, v);
	return wrong(c, m->key);
}

static err check_value(struct check *c, const struct json *schema, const struct json *value)
{
	struct rule rule = { STR("false"), schema, schema };
	err e = OK;

	if (schema->kind == JSON_BOOLEAN)
		return schema->boolean ? OK : broken(c, &rule);
	if (schema->kind != JSON_OBJECT || c->depth >= SCHEMA_DEPTH_MAX)
		return wrong(c, STR("$ref"));
	c->depth++;
	for (size_t i = 0; e == OK && i < schema->object.count; i++)
		e = check_rule(c, schema, &schema->object.items[i], value);
	c->depth--;
	return e;
}

err schema_check(const struct json *schema, const struct json *value, struct why *why)
{
	struct check c = { .root = schema, .why = why };

	c.pointer = (struct strbuf){
		.ptr = c.pointer_bytes, .cap = POINTER_BYTES_MAX, .cap_max = POINTER_BYTES_MAX
	};
	err e = check_value(&c, schema, value);
	return e == OK ? OK : ERR_SYNTAX;
}
