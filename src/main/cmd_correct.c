/* main/cmd_correct.c - ariane correct: an event was otherwise. */
#include "main/store.h"
#include "main/summary.h"

#include "base/zone.h"
#include "exchange/typed_value.h"

#include <string.h>

enum { RECORD_ARENA_BYTES = 64 << 20 };

static const struct {
	str name;
	size_t offset; /* of a str in struct record */
} fields[] = {
	{ STR_INIT("activity"), offsetof(struct record, activity) },
	{ STR_INIT("channel"), offsetof(struct record, channel) },
	{ STR_INIT("interaction"), offsetof(struct record, interaction) },
	{ STR_INIT("case"), offsetof(struct record, case_id) },
	{ STR_INIT("actor"), offsetof(struct record, actor) },
	{ STR_INIT("text"), offsetof(struct record, text) },
	{ STR_INIT("language"), offsetof(struct record, text_language) },
};

/* attribute:KEY=VALUE: the first of that key is replaced, an empty value takes it away. */
static err set_attribute(struct record *record, str key, str text, const struct zone *zone,
	struct arena *arena, struct why *why)
{
	size_t count = record->attribute_count, at = 0;
	struct attribute *items = arena_array(arena, count + 1, sizeof(*items));

	if (items == NULL)
		return fail(why, MSG_NO_ROOM, arg_str(key), arg_int((int64_t)arena_taken(arena)));
	if (count > 0)
		memcpy(items, record->attributes, count * sizeof(*items));
	while (at < count && !str_equal(items[at].key, key))
		at++;
	if (text.len == 0 && at < count) {
		memmove(items + at, items + at + 1, (count - at - 1) * sizeof(*items));
		count--;
	} else if (text.len > 0) {
		items[at].key = key;
		(void)typed_value(TYPE_AUTO, text, zone, &items[at].value); /* never fails */
		count = MAX_OF(count, at + 1);
	}
	record->attributes = items;
	record->attribute_count = count;
	return OK;
}

static err set_time(struct record *record, str text, const struct zone *zone, struct why *why)
{
	struct timestamp told;

	if (!timestamp_parse(text, &told) || !zone_instant(zone, &told, &record->time))
		return fail(why, MSG_TIME_FORMAT, arg_str(text));
	record->has_time = true;
	return OK;
}

static err set_one(struct record *record, str set, const struct zone *zone, struct arena *arena,
	struct why *why)
{
	str key, value;

	if (!str_split(set, '=', &key, &value))
		return fail(why, MSG_SET_FORM, arg_str(set));
	if (str_skip_prefix(&key, STR("attribute:")) && key.len > 0)
		return set_attribute(record, key, value, zone, arena, why);
	if (str_equal(key, STR("time")))
		return set_time(record, value, zone, why);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_equal(fields[i].name, key)) {
			*(str *)((char *)record + fields[i].offset) = value;
			return OK;
		}
	return fail(why, MSG_SET_FORM, arg_str(set));
}

/* What the event is now: the newest version. */
static err read_present(const struct request *request, struct engine *engine, struct arena *arena,
	struct record *record, struct why *why)
{
	uint64_t seq;
	err e = engine_find(
		engine, request_argument(request, 0), request_argument(request, 1), &seq, why);

	if (e == OK)
		e = engine_present(engine, seq, &seq, why);
	return e != OK ? e : engine_read(engine, seq, arena, record, why);
}

struct correcting {
	const struct request *request;
	struct arena *arena;
	uint64_t seq;
};

/* Read, changed, written in one place: nobody else corrects it meanwhile. */
static err correct(struct engine *engine, void *context, struct why *why)
{
	struct correcting *c = context;
	const struct zone *zone = request_locale(c->request)->zone;
	struct record record;
	err e = read_present(c->request, engine, c->arena, &record, why);

	for (size_t i = 0; e == OK && i < request_times(c->request, "set"); i++)
		e = set_one(&record, request_nth(c->request, "set", i),
			zone == NULL ? zone_utc() : zone, c->arena, why);
	return e == OK ? engine_correct(engine, &record, &c->seq, why) : e;
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct correcting correcting = { .request = request, .arena = arena };
	err e = store_call(request, engine, correct, &correcting, why);

	if (e == OK)
		summary_of_record(request, sink, TEXT_CORRECT_DONE, correcting.seq, false);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_CHANGE, answer, why);
}

const struct command cmd_correct = {
	.name = STR_INIT("correct"),
	.group = GROUP_EVENTS,
	.summary = WORDS("correct an event; the former version stays in its history",
		"corriger un événement ; la version précédente reste dans son historique"),
	.arguments = { 2, 2, WORDS("SOURCE MESSAGE_ID", "SOURCE ID_MESSAGE"),
		WORDS("which event: ariane events --json shows both",
			"quel événement : ariane events --json montre les deux") },
	.options = { { STR_INIT("set"), IS_TEXT, true, WORDS("KEY=VALUE", "CLÉ=VALEUR"),
		WORDS("time, activity, channel, interaction, case, actor, text, language, or "
		      "attribute:KEY; an empty value takes it away",
			"time, activity, channel, interaction, case, actor, text, language, ou "
			"attribute:CLÉ ; une valeur vide l'enlève"),
		STR_INIT("") } },
	.examples = { { STR_INIT("ariane correct crm m-17 --set channel=phone --set "
				 "attribute:wait_s=42"),
		WORDS("two things at once", "deux choses à la fois") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run,
};
