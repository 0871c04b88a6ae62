/* tests/support/random_record.c - see random_record.h */
#include "support/random_record.h"

#include "base/arena.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int64_t time_ms_least = -62135596800000, time_ms_most = 253402300799999;

static bool chance(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

static void *some(struct arena *arena, size_t count, size_t bytes)
{
	void *p = arena_array(arena, count, bytes);

	ASSERT(p != NULL);
	return p;
}

static str copy(struct arena *arena, str text)
{
	str kept = arena_str(arena, text);

	ASSERT(kept.ptr != NULL);
	return kept;
}

static str printed(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static str printed(struct arena *arena, const char *fmt, ...)
{
	char text[80];
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ASSERT(len >= 0 && (size_t)len < sizeof(text));
	return copy(arena, (str){ text, (size_t)len });
}

/* ---- words */

static const str odd_words[] = {
	STR_INIT("\xc3\xa9t\xc3\xa9"), /* e acute: 2 bytes */
	STR_INIT("e\xcc\x81"), /* the same, decomposed */
	STR_INIT("\xe2\x82\xac"), /* 3 bytes */
	STR_INIT("\xf0\x9f\x98\x80"), /* 4 bytes */
	STR_INIT("\xf4\x8f\xbf\xbf"), /* the last character */
	STR_INIT("\xef\xbf\xbd"), /* the replacement character */
	STR_INIT("\xe2\x80\xae"), /* right to left from here */
	STR_INIT("\xef\xbb\xbf"), /* a byte order mark */
	STR_INIT("0"), STR_INIT("-0"), STR_INIT("007"), STR_INIT("999999999999999999"),
	STR_INIT("1000000000000000000"), STR_INIT("18446744073709551616"), STR_INIT("1.50"),
	STR_INIT("true"), STR_INIT("null"), STR_INIT("\"quoted\\\""), STR_INIT("a,b;c"),
	STR_INIT("<a href='x'>&amp;</a>"),
	STR_INIT("2026-02-30T00:00:00Z"), /* there is no such day */
	STR_INIT("2026-02-28T23:59:60Z"), STR_INIT("0000-01-01T00:00:00.000Z"),
	STR_INIT("9999-12-31T23:59:59.999Z"), STR_INIT("2026-03-14T15:09:26+01:00"),
	STR_INIT("550E8400-E29B-41D4-A716-446655440000"), /* capitals */
	STR_INIT("550e8400-e29b-41d4-a716-44665544000"), /* one short */
};

static str random_word(struct random *random, struct arena *arena)
{
	uint64_t a = random_next(random), b = random_next(random);

	switch (random_below(random, 8)) {
	case 0:
		return odd_words[random_below(random, ARRAY_LEN(odd_words))];
	case 1:
		return printed(arena, "%" PRIu64, a >> random_below(random, 64));
	case 2:
		return printed(arena, "%016" PRIx64 "%016" PRIx64, a, b);
	case 3:
		return printed(arena, "h:%016" PRIx64 "%016" PRIx64 "#1", a, b);
	case 4:
		return printed(arena, "user_%" PRIu64 "@exemple-%" PRIu64 ".fr", a % 10000, b % 10);
	case 5:
		return printed(arena, "2026-03-%02" PRIu64 "T15:09:%02" PRIu64 ".500Z", a % 28 + 1,
			b % 60);
	default:
		return printed(arena, "w%" PRIx64, a % 1000);
	}
}

/* Words, up to `most` bytes of them, at least one byte. */
static str random_name(struct random *random, struct arena *arena, size_t most)
{
	str text = random_word(random, arena);

	if (chance(random, 10)) {
		size_t len = random_below(random, most) + 1;
		char *long_text = some(arena, len, 1);
		memset(long_text, 'a' + (char)random_below(random, 26), len);
		return (str){ long_text, len };
	}
	str cut = str_cut(text, most);
	return cut.len > 0 ? cut : STR("x");
}

static str maybe_name(struct random *random, struct arena *arena, size_t most, unsigned percent)
{
	return chance(random, percent) ? random_name(random, arena, most) : STR("");
}

/* What only values and the text may hold: control characters, and length. */
static str random_text(struct random *random, struct arena *arena)
{
	static const str lines = STR_INIT("a\0b\ttab\r\nline \x7f\xc2\x80 end\n");

	if (chance(random, 80))
		return maybe_name(random, arena, 60, 80);
	size_t times = random_below(random, 40);
	char *text = some(arena, times * lines.len + 1, 1);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * lines.len, lines.ptr, lines.len);
	return (str){ text, times * lines.len };
}

/* ---- values */

static int64_t random_integer(struct random *random)
{
	static const int64_t edges[] = { 0, 1, -1, INT64_MAX, INT64_MIN, INT32_MAX, 127, 128, -64,
		-65, 1LL << 53, (1LL << 53) + 1 };

	if (chance(random, 30))
		return edges[random_below(random, ARRAY_LEN(edges))];
	return (int64_t)random_next(random) >> random_below(random, 64);
}

static double random_number(struct random *random)
{
	static const double edges[] = { 0.0, -0.0, 1.0, -1.5, 0.1, 1e-300, 5e-324,
		1.7976931348623157e308, 9007199254740993.0, 123456.78, 19.99, 0.1 + 0.2 };
	double number;

	if (chance(random, 40))
		return edges[random_below(random, ARRAY_LEN(edges))];
	if (chance(random, 60))
		return (double)random_below(random, 100000) / 100;
	uint64_t bits = random_next(random);
	memcpy(&number, &bits, sizeof(number));
	return isfinite(number) ? number : 0.5;
}

static struct instant random_instant(struct random *random)
{
	struct instant t = { .ms = 1773500966535, .offset_min = INSTANT_NO_OFFSET };

	if (chance(random, 5))
		t.ms = chance(random, 50) ? time_ms_least : time_ms_most;
	else if (chance(random, 90))
		t.ms += (int64_t)random_below(random, 86400000);
	else
		t.ms = time_ms_least +
		       (int64_t)random_below(random, (uint64_t)(time_ms_most - time_ms_least));
	if (chance(random, 20))
		t.sub_ns = (int32_t)random_below(random, 1000000);
	if (chance(random, 30))
		t.offset_min = (int16_t)((int)random_below(random, 2161) - 1080);
	return t;
}

static const struct attribute *random_attributes(
	struct random *random, struct arena *arena, size_t *count, int depth);

static struct value random_value(struct random *random, struct arena *arena, int depth)
{
	struct value v = { .kind = (enum value_kind)random_below(random, VALUE_KIND_COUNT_) };

	if (depth > 4 && (v.kind == VALUE_LIST || v.kind == VALUE_MAP))
		v.kind = VALUE_STRING;
	switch (v.kind) {
	case VALUE_NULL:
	case VALUE_KIND_COUNT_:
		break;
	case VALUE_STRING:
		v.string = random_text(random, arena);
		break;
	case VALUE_INTEGER:
		v.integer = random_integer(random);
		break;
	case VALUE_FLOAT:
		v.number = random_number(random);
		break;
	case VALUE_BOOLEAN:
		v.boolean = chance(random, 50);
		break;
	case VALUE_TIME:
		v.time = random_instant(random);
		break;
	case VALUE_LIST: {
		v.list.count = random_below(random, 5);
		struct value *items = some(arena, v.list.count, sizeof(*items));
		for (size_t i = 0; i < v.list.count; i++)
			items[i] = random_value(random, arena, depth + 1);
		v.list.items = v.list.count == 0 ? NULL : items;
		break;
	}
	case VALUE_MAP:
		v.map.items = random_attributes(random, arena, &v.map.count, depth + 1);
		break;
	}
	return v;
}

static const struct attribute *random_attributes(
	struct random *random, struct arena *arena, size_t *count, int depth)
{
	size_t n = random_below(random, depth == 0 ? 8 : 4);
	struct attribute *items = some(arena, n, sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		bool again = i > 0 && chance(random, 10);
		bool empty = depth > 0 && chance(random, 10);
		items[i].key = again   ? items[0].key
			       : empty ? STR("")
				       : random_name(random, arena, 40);
		items[i].value = random_value(random, arena, depth);
	}
	*count = n;
	return n == 0 ? NULL : items;
}

/* ---- the record */

static void add_identifiers(struct random *random, struct arena *arena, struct record *r)
{
	static const str types[] = { STR_INIT("email"), STR_INIT("phone"), STR_INIT("user_id"),
		STR_INIT("x"), STR_INIT("abcdefghijklmnopqrstuvwxyz_01234") };
	bool event = r->kind == RECORD_EVENT || r->kind == RECORD_CORRECTION;
	size_t n = chance(random, 1) ? RECORD_IDENTIFIERS_MAX : random_below(random, 4) + event;
	struct record_identifier *items = some(arena, n, sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		items[i].type = types[random_below(random, ARRAY_LEN(types))];
		items[i].value = random_name(random, arena, IDENTIFIER_VALUE_BYTES_MAX);
		items[i].raw = maybe_name(random, arena, 40, 20);
		items[i].verified = chance(random, 20);
	}
	r->identifiers = n == 0 ? NULL : items;
	r->identifier_count = n;
}

static void add_objects(struct random *random, struct arena *arena, struct record *r)
{
	size_t n = chance(random, 70) ? 0 : random_below(random, 5);
	struct object_ref *items = some(arena, n, sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		items[i].type = random_name(random, arena, 20);
		items[i].id = random_name(random, arena, 40);
		items[i].qualifier = maybe_name(random, arena, 20, 50);
	}
	r->objects = n == 0 ? NULL : items;
	r->object_count = n;
}

static void add_names(struct random *random, struct arena *arena, struct record *r)
{
	static const str channels[] = { STR_INIT("web"), STR_INIT("phone"), STR_INIT("a"),
		STR_INIT("abcdefghijklmnop_0123456789-xyz-") };
	bool event = r->kind == RECORD_EVENT || r->kind == RECORD_CORRECTION;
	unsigned usual = event ? 100 : 50;

	r->source = maybe_name(random, arena, 60, usual);
	r->activity = maybe_name(random, arena, RECORD_NAME_BYTES_MAX, usual);
	if (chance(random, usual))
		r->channel = channels[random_below(random, ARRAY_LEN(channels))];
	r->message_id = maybe_name(random, arena, RECORD_MESSAGE_ID_BYTES_MAX, 80);
	r->interaction = maybe_name(random, arena, 60, 20);
	r->case_id = maybe_name(random, arena, 60, 20);
	r->actor = maybe_name(random, arena, 60, 20);
	if (chance(random, 20)) {
		r->text = random_text(random, arena);
		r->text_language = chance(random, 50) ? STR("fr") : STR("");
	}
	if (r->kind == RECORD_ERASURE)
		r->payload = random_text(random, arena);
}

struct record random_record(struct random *random, struct arena *arena)
{
	struct record r = { .kind = chance(random, 60)
					    ? RECORD_EVENT
					    : (enum record_kind)(
						      random_below(random, RECORD_KIND_COUNT_ - 1) +
						      1) };
	bool event = r.kind == RECORD_EVENT || r.kind == RECORD_CORRECTION;

	r.has_time = event || chance(random, 50);
	if (r.has_time)
		r.time = random_instant(random);
	if (r.kind == RECORD_CORRECTION || r.kind == RECORD_RETRACTION)
		r.target = (random_next(random) >> random_below(random, 64)) | 1;
	add_names(random, arena, &r);
	add_identifiers(random, arena, &r);
	r.attributes = random_attributes(random, arena, &r.attribute_count, 0);
	add_objects(random, arena, &r);
	if (chance(random, 30))
		r.traits = random_attributes(random, arena, &r.trait_count, 0);
	return r;
}

struct record random_plain_event(struct random *random, struct arena *arena)
{
	static const str activities[] = { STR_INIT("Page Viewed"), STR_INIT("Order Completed"),
		STR_INIT("call.answered"), STR_INIT("Mail r\xc3\xa9pondu") };
	static const str channels[] = { STR_INIT("web"), STR_INIT("phone"), STR_INIT("email") };
	struct record_identifier *id = some(arena, 1, sizeof(*id));
	struct attribute *attributes = some(arena, 2, sizeof(*attributes));
	uint64_t a = random_next(random), b = random_next(random);

	id->type = STR("user_id");
	id->value = printed(arena, "user_%" PRIu64, random_below(random, 1000));
	attributes[0] = (struct attribute){ .key = STR("amount"),
		.value = {
			.kind = VALUE_FLOAT, .number = (double)random_below(random, 9999) / 100 } };
	attributes[1] = (struct attribute){ .key = STR("path"),
		.value = { .kind = VALUE_STRING,
			.string = printed(arena, "/produit/%" PRIu64, random_below(random, 50)) } };
	return (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1773500966535 + (int64_t)random_below(random, 3600000),
			.offset_min = INSTANT_NO_OFFSET },
		.source = STR("test"),
		.message_id = printed(arena, "h:%016" PRIx64 "%016" PRIx64 "#1", a, b),
		.channel = channels[random_below(random, ARRAY_LEN(channels))],
		.activity = activities[random_below(random, ARRAY_LEN(activities))],
		.identifiers = id,
		.identifier_count = 1,
		.attributes = attributes,
		.attribute_count = random_below(random, 3) };
}
