/* main/cmd_source_events.c - ariane source events: what each source has brought. */
#include "main/door_view.h"
#include "main/source_tally.h"

#include <stdio.h>

#include "base/timestamp.h"

enum { DAY_TEXT_BYTES = 40, FIELDS_MAX = 9 };

static err read_by(const struct request *request, enum source_tally_by *by, struct why *why)
{
	static const struct {
		str name;
		enum source_tally_by by;
	} names[] = {
		{ STR_INIT("source"), TALLY_BY_SOURCE },
		{ STR_INIT("activity"), TALLY_BY_ACTIVITY },
		{ STR_INIT("day"), TALLY_BY_DAY },
	};
	str typed = request_text(request, "by");

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(names[i].name, typed)) {
			*by = names[i].by;
			return OK;
		}
	return fail(why, MSG_REST_VALUE, arg_c("by"));
}

/* 2026-03-14 */
static str day_text(int64_t days, char out[static DAY_TEXT_BYTES])
{
	int64_t year;
	int month, day;

	date_of_days(days, &year, &month, &day);
	int n = snprintf(out, DAY_TEXT_BYTES, "%04lld-%02d-%02d", (long long)year, month, day);
	return (str){ out, (size_t)n };
}

static void tell(struct door_table *table, enum source_tally_by by, const struct source_tally *one)
{
	char day[DAY_TEXT_BYTES];
	struct door_field fields[FIELDS_MAX] = { { "source", TEXT_DEMO_SOURCE, FIELD_TEXT,
		one->source, 0 } };
	size_t n = 1;

	if (by == TALLY_BY_ACTIVITY) {
		fields[n++] = (struct door_field){ "channel", TEXT_EVENTS_CHANNEL, FIELD_TEXT,
			one->channel, 0 };
		fields[n++] = (struct door_field){ "activity", TEXT_EVENTS_ACTIVITY, FIELD_TEXT,
			one->activity, 0 };
	}
	if (by == TALLY_BY_DAY)
		fields[n++] = (struct door_field){ "day", TEXT_SOURCE_DAY, FIELD_TEXT,
			day_text(one->day, day), 0 };
	fields[n++] = (struct door_field){ "events", TEXT_STATUS_EVENTS, FIELD_NUMBER, STR(""),
		(int64_t)one->events };
	fields[n++] = (struct door_field){ "hidden", TEXT_SOURCE_HIDDEN, FIELD_NUMBER, STR(""),
		(int64_t)one->hidden };
	if (by != TALLY_BY_DAY) {
		fields[n++] = (struct door_field){ "last_day", TEXT_SOURCE_LAST_DAY, FIELD_NUMBER,
			STR(""), (int64_t)one->last_day };
		fields[n++] = (struct door_field){ "last_week", TEXT_SOURCE_LAST_WEEK, FIELD_NUMBER,
			STR(""), (int64_t)one->last_week };
	}
	fields[n++] = (struct door_field){ "first_time", TEXT_PROFILE_FIRST, FIELD_TIME, STR(""),
		one->first_ms };
	fields[n++] = (struct door_field){ "last_time", TEXT_SOURCE_LAST, FIELD_TIME, STR(""),
		one->last_ms };
	door_row(table, fields, n);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	const struct source_tally *rows = NULL;
	enum source_tally_by by = TALLY_BY_SOURCE;
	struct door_table table = door_table_of(request, sink);
	size_t count = 0;
	err e = read_by(request, &by, why);

	if (e == OK)
		e = source_tally(request, sink, by, &rows, &count, why);
	if (e != OK)
		return e;
	for (size_t i = 0; i < count; i++)
		tell(&table, by, &rows[i]);
	door_table_end(&table, TEXT_EVENTS_NONE);
	return OK;
}

const struct command cmd_source_events = {
	.name = STR_INIT("source events"),
	.group = GROUP_DOORS,
	.summary = WORDS("tell what each source has brought, of the events that are there",
		"dire ce que chaque source a apporté, parmi les événements présents"),
	.about = WORDS(
		"Counted over all events, imported or sent, whoever brought them: by source, by "
		"what happened, or by day. What was retracted, or is being erased, is told as "
		"hidden and counted in no other column.",
		"Compté sur tous les événements, importés ou envoyés : par source, par ce qui "
		"s'est "
		"passé, ou par jour. Ce qui a été retiré, ou est en cours d'effacement, est dit "
		"masqué "
		"et n'est compté dans aucune autre colonne."),
	.options = { { STR_INIT("by"), IS_TEXT, false, SAME_WORDS("source|activity|day"),
			     WORDS("a row for each source, each activity of it, or each day of it",
				     "une ligne par source, par activité de celle-ci, ou par jour"),
			     STR_INIT("source") },
		{ STR_INIT("source"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("only this one", "seulement celle-ci"), STR_INIT("") },
		{ STR_INIT("activity"), IS_TEXT, true, WORDS("PATTERN", "MOTIF"),
			WORDS("only these; * stands for anything, as in 'call.*'",
				"seulement celles-ci ; * vaut n'importe quoi, comme 'call.*'"),
			STR_INIT("") },
		{ STR_INIT("channel"), IS_TEXT, true, WORDS("PATTERN", "MOTIF"),
			WORDS("only on these channels", "seulement sur ces canaux"), STR_INIT("") },
		{ STR_INIT("since"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("from this time on, as in 2026-03-14 or 7d",
				"à partir de cette date, comme 2026-03-14 ou 7d"),
			STR_INIT("") },
		{ STR_INIT("until"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("before this time", "avant cette date"), STR_INIT("") } },
	.examples = { { STR_INIT("ariane source events"),
			      WORDS("what came from where", "ce qui est venu d'où") },
		{ STR_INIT("ariane source events --source pbx --by day --since 30d"),
			WORDS("to compare with what the exchange says it sent",
				"à comparer avec ce que l'autocommutateur dit avoir envoyé") } },
	.schema = STR_INIT("source-events"),
	.json_lines = true,
	.in_house = true,
	.read_only = true,
	.run = run,
};
