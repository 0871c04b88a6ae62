/* main/cmd_retention.c - ariane retention add, list, remove: the rules on how long events are kept.
 */
#include "main/door_view.h"
#include "main/retention_view.h"

enum { FIELDS = 8, KEEP_BYTES = 32, DAY = 24 * 3600 * 1000 };

/* "365d", as it is typed */
static str keep_text(int64_t keep_ms, char text[static KEEP_BYTES])
{
	struct strbuf out = { .ptr = text, .cap = KEEP_BYTES, .cap_max = KEEP_BYTES };
	bool days = keep_ms % DAY == 0;

	strbuf_add_int(&out, days ? keep_ms / DAY : keep_ms / 1000);
	strbuf_add_c(&out, days ? "d" : "s");
	return strbuf_str(&out);
}

static void tell(struct door_table *table, const struct retention_rule *rule)
{
	char text[KEEP_BYTES];
	const struct door_field fields[FIELDS] = {
		{ "id", TEXT_DOOR_ID, FIELD_NUMBER, STR(""), rule->id },
		{ "source", TEXT_DEMO_SOURCE, FIELD_TEXT, rule->source, 0 },
		{ "channel", TEXT_RETENTION_CHANNEL, FIELD_TEXT, rule->channel, 0 },
		{ "activity", TEXT_RETENTION_ACTIVITY, FIELD_TEXT, rule->activity, 0 },
		{ "keep", TEXT_RETENTION_KEEPS, FIELD_TEXT, keep_text(rule->keep_ms, text), 0 },
		{ "created", TEXT_DOOR_CREATED, FIELD_TIME, STR(""), rule->created_ms },
		{ "run", TEXT_RETENTION_LAST_RUN, FIELD_TIME, STR(""), rule->run_ms },
		{ "gone", TEXT_RETENTION_EVENTS, FIELD_NUMBER, STR(""), rule->gone },
	};

	door_row(table, fields, FIELDS);
}

static err tell_rules(const struct request *request, struct sink *sink, struct desk *desk,
	int64_t id, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	struct retention_rule *rules;
	size_t count = 0;
	err e = retention_list(desk, request_arena(request), &rules, &count, why);

	for (size_t i = 0; e == OK && i < count; i++)
		if (id == 0 || rules[i].id == id)
			tell(&table, &rules[i]);
	if (e == OK)
		door_table_end(&table, TEXT_RETENTION_NONE);
	return e;
}

static err list(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	return tell_rules(request, sink, desk, 0, why);
}

err retention_asked(const struct request *request, struct retention_rule *out, struct why *why)
{
	bool names = request_text(request, "source").len > 0 ||
		     request_text(request, "channel").len > 0 ||
		     request_text(request, "activity").len > 0;

	*out = (struct retention_rule){ .source = request_text(request, "source"),
		.channel = request_text(request, "channel"),
		.activity = request_text(request, "activity"),
		.keep_ms = request_duration_ms(request, "keep") };
	return names || request_has(request, "all") ? OK : fail(why, MSG_RETENTION_ALL);
}

static err add(const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	struct retention_rule rule;
	int64_t id;
	err e = retention_asked(request, &rule, why);

	if (e == OK)
		e = retention_add(desk, &rule, &id, why);
	if (e == OK)
		e = door_note(request, desk, "retention add", STR(""), why);
	return e == OK ? tell_rules(request, sink, desk, id, why) : e;
}

static err take_away(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	int64_t id;
	err e = door_id(request_argument(request, 0), &id, why);

	if (e == OK)
		e = retention_remove(desk, id, why);
	if (e == OK)
		e = door_note(request, desk, "retention remove", request_argument(request, 0), why);
	if (e == OK && !sink->json)
		sink_say(sink, TEXT_RETENTION_REMOVED, arg_int(id));
	return e;
}

void retention_tell(const struct request *request, struct sink *sink,
	const struct retention_account *accounts, size_t count)
{
	struct door_table table = door_table_of(request, sink);

	for (size_t i = 0; i < count; i++) {
		const struct door_field fields[] = {
			{ "id", TEXT_DOOR_ID, FIELD_NUMBER, STR(""), accounts[i].id },
			{ "events", TEXT_RETENTION_EVENTS, FIELD_NUMBER, STR(""),
				(int64_t)accounts[i].events },
			{ "oldest", TEXT_RETENTION_OLDEST, FIELD_TIME, STR(""),
				accounts[i].oldest_ms },
		};
		door_row(&table, fields, ARRAY_LEN(fields));
	}
	door_table_end(&table, TEXT_RETENTION_NONE);
}

/* ---- rows of the table of commands */

#define RUN(what, make) \
	static err run_##what(const struct request *request, struct sink *sink, struct why *why) \
	{ \
		return door_run(request, sink, (make), what, why); \
	}
RUN(list, false)
RUN(add, true)
RUN(take_away, false)

const struct command cmd_retention_add = {
	.name = STR_INIT("retention add"),
	.group = GROUP_STORE,
	.summary = WORDS("keep events of a kind only so long",
		"ne garder qu'un temps les événements d'une sorte"),
	.about = WORDS(
		"A server applies all rules when it starts and every hour. What is older goes as "
		"by "
		"ariane erase: out of sight at once, its bytes within the setting erase_within, "
		"and "
		"sending it again brings nothing back. See first what would go: ariane retention "
		"preview.",
		"Un serveur applique toutes les règles à son démarrage et chaque heure. Ce qui est "
		"plus "
		"vieux part comme par ariane erase : invisible aussitôt, ses octets dans le délai "
		"du "
		"réglage erase_within, et le renvoyer ne ramène rien. Voyez d'abord ce qui "
		"partirait : "
		"ariane retention preview."),
	.options = { RETENTION_RULE_OPTIONS,
		{ STR_INIT("keep"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("how long, by the time of the event: a day at least",
				"combien de temps, d'après la date de l'événement : un jour au "
				"moins"),
			STR_INIT("365d") } },
	.examples = { { STR_INIT("ariane retention add --channel web --activity 'page.*' --keep "
				 "90d"),
		WORDS("page views, for three months", "les pages vues, pendant trois mois") } },
	.schema = STR_INIT("retention"),
	.json_lines = true,
	.run = run_add,
};

const struct command cmd_retention_list = {
	.name = STR_INIT("retention list"),
	.group = GROUP_STORE,
	.summary = WORDS("list the rules on how long events are kept",
		"lister les règles de durée de conservation"),
	.examples = { { STR_INIT("ariane retention list"),
		WORDS("and what each has removed", "et ce que chacune a retiré") } },
	.schema = STR_INIT("retention"),
	.json_lines = true,
	.read_only = true,
	.run = run_list,
};

const struct command cmd_retention_remove = {
	.name = STR_INIT("retention remove"),
	.group = GROUP_STORE,
	.summary = WORDS("remove a rule; what it removed stays gone",
		"retirer une règle ; ce qu'elle a retiré ne revient pas"),
	.arguments = { 1, 1, SAME_WORDS("ID"), WORDS("of the rule", "de la règle") },
	.examples = { { STR_INIT("ariane retention remove 2"),
		WORDS("the second", "la deuxième") } },
	.schema = STR_INIT("retention"),
	.json_lines = true,
	.run = run_take_away,
};
