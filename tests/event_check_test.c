/* tests/event_check_test.c - each thing a source may not send, and what it is told. */
#include "event/codec.h"

#include "base/arena.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* A good event; the rows spoil one thing each. */
struct event {
	struct record record;
	struct record_identifier ids[RECORD_IDENTIFIERS_MAX + 1];
	struct attribute attributes[2], trait;
	struct object_ref object;
};

static char long_name[RECORD_NAME_BYTES_MAX + 1];
static char long_text[RECORD_BYTES_MAX];

static void make_good(struct event *e)
{
	memset(e, 0, sizeof(*e));
	for (size_t i = 0; i < ARRAY_LEN(e->ids); i++)
		e->ids[i] =
			(struct record_identifier){ .type = STR("email"), .value = STR("a@b.fr") };
	e->attributes[0] =
		(struct attribute){ STR("colour"), { .kind = VALUE_STRING, .string = STR("red") } };
	e->attributes[1] = (struct attribute){ STR("inner"), { .kind = VALUE_NULL } };
	e->trait = e->attributes[0];
	e->object = (struct object_ref){ STR("order"), STR("o-1"), STR("") };
	e->record = (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { 0, 0, INSTANT_NO_OFFSET },
		.source = STR("shop"),
		.message_id = STR("m-1"),
		.channel = STR("web"),
		.activity = STR("Order Completed"),
		.identifiers = e->ids,
		.identifier_count = 1,
		.attributes = e->attributes,
		.attribute_count = 1,
		.objects = &e->object,
		.object_count = 1,
		.traits = &e->trait,
		.trait_count = 1 };
}

static const str too_long = { long_name, sizeof(long_name) };
static char long_key[RECORD_KEY_BYTES_MAX + 1];
static const str key_too_long = { long_key, sizeof(long_key) };
#define NOT_UTF8 STR("\xc3(")
#define CONTROL STR("a\nb")

static void spoil_time(struct event *e, int64_t ms, int32_t sub_ns, int16_t offset_min)
{
	e->record.time = (struct instant){ ms, sub_ns, offset_min };
}

static void put_inside(struct event *e, struct attribute inner)
{
	e->attributes[1] = inner;
	e->attributes[0].value =
		(struct value){ .kind = VALUE_MAP, .map = { &e->attributes[1], 1 } };
}

#define ROW(name, message, words, ...) \
	static void name(struct event *e) \
	{ \
		__VA_ARGS__; \
	}
#define ROWS(ROW) \
	ROW(good, NONE, "", (void)e) \
	ROW(text_may_have_lines, NONE, "", e->record.text = CONTROL) \
	ROW(values_may_have_lines, NONE, "", e->attributes[0].value.string = CONTROL) \
	ROW(keys_within_maps_may_be_empty, NONE, "", put_inside(e, (struct attribute){ 0 })) \
	ROW(first_instant, NONE, "", spoil_time(e, -62135596800000, 0, -1080)) \
	ROW(last_instant, NONE, "", spoil_time(e, 253402300799999, 999999, 1080)) \
	ROW(entity_needs_little, NONE, "", e->record = (struct record){ .kind = RECORD_ENTITY }) \
	ROW(tombstone_needs_nothing, NONE, "", \
		e->record = (struct record){ .kind = RECORD_TOMBSTONE }) \
	ROW(most_identifiers, NONE, "", e->record.identifier_count = RECORD_IDENTIFIERS_MAX) \
	ROW(longest_name, NONE, "", e->record.activity = str_upto(too_long, 512)) \
	ROW(large, NONE, "", e->record.text = (str){ long_text, RECORD_BYTES_MAX - 200 }) \
	ROW(no_time, RECORD_NO_TIME, "", e->record.has_time = false) \
	ROW(no_activity, RECORD_NO_ACTIVITY, "", e->record.activity = STR("")) \
	ROW(no_identifier, RECORD_NO_IDENTIFIER, "", e->record.identifier_count = 0) \
	ROW(no_source, RECORD_EMPTY_NAME, "source", e->record.source = STR("")) \
	ROW(no_channel, RECORD_EMPTY_NAME, "channel", e->record.channel = STR("")) \
	ROW(correction_is_an_event, RECORD_NO_TIME, "", e->record.kind = RECORD_CORRECTION; \
		e->record.has_time = false) \
	ROW(time_early, RECORD_TIME_RANGE, "time", spoil_time(e, -62135596800001, 0, 0)) \
	ROW(time_late, RECORD_TIME_RANGE, "time", spoil_time(e, 253402300800000, 0, 0)) \
	ROW(sub_negative, RECORD_TIME_RANGE, "time", spoil_time(e, 0, -1, 0)) \
	ROW(sub_large, RECORD_TIME_RANGE, "time", spoil_time(e, 0, 1000000, 0)) \
	ROW(offset_small, RECORD_TIME_RANGE, "time", spoil_time(e, 0, 0, -1081)) \
	ROW(offset_large, RECORD_TIME_RANGE, "time", spoil_time(e, 0, 0, 1081)) \
	ROW(attribute_time, RECORD_TIME_RANGE, "colour", \
		e->attributes[0].value = \
			(struct value){ .kind = VALUE_TIME, .time = { INT64_MAX, 0, 0 } }) \
	ROW(source_long, RECORD_NAME_LONG, "source", e->record.source = too_long) \
	ROW(message_id_long, RECORD_NAME_LONG, "message_id", e->record.message_id = too_long) \
	ROW(activity_long, RECORD_NAME_LONG, "activity", e->record.activity = too_long) \
	ROW(interaction_long, RECORD_NAME_LONG, "interaction", e->record.interaction = too_long) \
	ROW(case_long, RECORD_NAME_LONG, "case", e->record.case_id = too_long) \
	ROW(actor_long, RECORD_NAME_LONG, "actor", e->record.actor = too_long) \
	ROW(language_long, RECORD_NAME_LONG, "text_language", e->record.text_language = too_long) \
	ROW(source_control, RECORD_NOT_UTF8, "source", e->record.source = CONTROL) \
	ROW(message_id_control, RECORD_NOT_UTF8, "message_id", e->record.message_id = CONTROL) \
	ROW(activity_not_utf8, RECORD_NOT_UTF8, "activity", e->record.activity = NOT_UTF8) \
	ROW(text_not_utf8, RECORD_NOT_UTF8, "text", e->record.text = NOT_UTF8) \
	ROW(channel_capital, CHANNEL_NAME, "Web", e->record.channel = STR("Web")) \
	ROW(channel_long, CHANNEL_NAME, "abcdefghijklmnopqrstuvwxyz0123456", \
		e->record.channel = STR("abcdefghijklmnopqrstuvwxyz0123456")) \
	ROW(type_empty, IDENTIFIER_FORM, "", e->ids[0].type = STR("")) \
	ROW(type_capital, IDENTIFIER_FORM, "Email", e->ids[0].type = STR("Email")) \
	ROW(type_digit_first, IDENTIFIER_FORM, "1a", e->ids[0].type = STR("1a")) \
	ROW(value_empty, RECORD_EMPTY_NAME, "identifiers.value", e->ids[0].value = STR("")) \
	ROW(value_long, RECORD_NAME_LONG, "identifiers.value", e->ids[0].value = too_long) \
	ROW(value_control, RECORD_NOT_UTF8, "identifiers.value", e->ids[0].value = CONTROL) \
	ROW(raw_control, RECORD_NOT_UTF8, "identifiers.raw", e->ids[0].raw = CONTROL) \
	ROW(raw_not_utf8, RECORD_NOT_UTF8, "identifiers.raw", e->ids[0].raw = NOT_UTF8) \
	ROW(too_many_identifiers, RECORD_TOO_MANY_IDENTIFIERS, "", \
		e->record.identifier_count = RECORD_IDENTIFIERS_MAX + 1) \
	ROW(key_empty, RECORD_EMPTY_NAME, "key", e->attributes[0].key = STR("")) \
	ROW(key_long, RECORD_NAME_LONG, "key", e->attributes[0].key = key_too_long) \
	ROW(key_control, RECORD_NOT_UTF8, "key", e->attributes[0].key = CONTROL) \
	ROW(inner_key_control, RECORD_NOT_UTF8, "key", \
		put_inside(e, (struct attribute){ .key = CONTROL })) \
	ROW(value_not_utf8, RECORD_NOT_UTF8, "colour", e->attributes[0].value.string = NOT_UTF8) \
	ROW(inner_value_not_utf8, RECORD_NOT_UTF8, "size", \
		put_inside(e, (struct attribute){ STR("size"), \
				      { .kind = VALUE_STRING, .string = NOT_UTF8 } })) \
	ROW(trait_not_utf8, RECORD_NOT_UTF8, "colour", e->trait.value.string = NOT_UTF8) \
	ROW(not_a_number, RECORD_NUMBER, "colour", \
		e->attributes[0].value = (struct value){ .kind = VALUE_FLOAT, .number = NAN }) \
	ROW(infinite, RECORD_NUMBER, "colour", \
		e->attributes[0].value = \
			(struct value){ .kind = VALUE_FLOAT, .number = -INFINITY }) \
	ROW(object_type_empty, RECORD_EMPTY_NAME, "objects.type", e->object.type = STR("")) \
	ROW(object_id_long, RECORD_NAME_LONG, "objects.id", e->object.id = too_long) \
	ROW(qualifier_control, RECORD_NOT_UTF8, "objects.qualifier", \
		e->object.qualifier = CONTROL) \
	ROW(too_large, RECORD_TOO_LARGE, "", e->record.text = (str){ long_text, RECORD_BYTES_MAX })
ROWS(ROW)

static const struct row {
	const char *name;
	enum message message;
	const char *words; /* the first argument */
	void (*spoil)(struct event *e);
} rows[] = {
#define ENTRY(name, message, words, ...) { #name, MSG_##message, words, name },
	ROWS(ENTRY)
};

static str first_text(const struct why *why)
{
	if (why->args[0].kind != ARG_TEXT)
		return STR("");
	return (str){ why->text + why->args[0].number, why->args[0].len };
}

TEST(check_refuses_with_the_right_words)
{
	memset(long_name, 'n', sizeof(long_name));
	memset(long_key, 'k', sizeof(long_key));
	memset(long_text, 't', sizeof(long_text));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct event event;
		struct why why = { 0 };
		make_good(&event);
		rows[i].spoil(&event);
		err e = record_check(&event.record, &why);
		CHECK(rows[i].name, why.message == rows[i].message);
		CHECK(rows[i].name, e == message_code(rows[i].message));
		CHECK(rows[i].name, str_equal(first_text(&why), str_of(rows[i].words)));
		CHECK(rows[i].name, record_check(&event.record, NULL) == e);
	}
}

/* The limit counts canonical bytes exactly, not what the quick sum fears. */
TEST(check_counts_the_bytes_exactly)
{
	struct event event;
	struct strbuf out = strbuf_heap((size_t)RECORD_BYTES_MAX * 2);

	make_good(&event);
	memset(long_text, 't', sizeof(long_text));
	for (size_t less = 150; less > 0; less--) {
		strbuf_clear(&out);
		event.record.text = (str){ long_text, RECORD_BYTES_MAX - less };
		record_encode(&event.record, &out);
		bool fits = out.len <= RECORD_BYTES_MAX;
		CHECK("as encoded", (record_check(&event.record, NULL) == OK) == fits);
	}
	strbuf_done(&out);
}

TEST(names_that_are_valid)
{
	static const struct {
		str text;
		bool type, channel;
	} names[] = {
		{ STR_INIT("email"), true, true },
		{ STR_INIT("user_id2"), true, true },
		{ STR_INIT("x"), true, true },
		{ STR_INIT(""), false, false },
		{ STR_INIT("2x"), false, true },
		{ STR_INIT("_x"), false, true },
		{ STR_INIT("in-store"), false, true },
		{ STR_INIT("Web"), false, false },
		{ STR_INIT("\xc3\xa9"), false, false },
		{ STR_INIT("a b"), false, false },
		{ STR_INIT("abcdefghijklmnopqrstuvwxyz012345"), true, true },
		{ STR_INIT("abcdefghijklmnopqrstuvwxyz0123456"), false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CHECK(names[i].text.ptr, identifier_type_is_valid(names[i].text) == names[i].type);
		CHECK(names[i].text.ptr, channel_is_valid(names[i].text) == names[i].channel);
	}
}
