/* main/cmd_audit.c - ariane audit: who did what. */
#include "main/door_view.h"

enum { FIELDS = 7 };

struct telling {
	struct door_table table;
};

static err take(void *context, const struct audit_row *row, struct why *why)
{
	struct telling *t = context;
	const struct door_field fields[FIELDS] = {
		{ "id", TEXT_DOOR_ID, FIELD_NUMBER, STR(""), row->id },
		{ "time", TEXT_DOOR_TIME, FIELD_TIME, STR(""), row->at_ms },
		{ "who", TEXT_DOOR_WHO, FIELD_TEXT, row->who, 0 },
		{ "action", TEXT_DOOR_ACTION, FIELD_TEXT, row->action, 0 },
		{ "subject", TEXT_DOOR_SUBJECT, FIELD_TEXT, row->subject, 0 },
		{ "outcome", TEXT_DOOR_OUTCOME, FIELD_TEXT, row->outcome, 0 },
		{ "trace", TEXT_DOOR_TRACE, FIELD_TEXT, row->trace, 0 },
	};

	(void)why;
	door_row(&t->table, fields, FIELDS);
	return OK;
}

static err search(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	struct telling telling = { door_table_of(request, sink) };
	struct audit_search search = { .who = request_text(request, "who"),
		.action = request_text(request, "action"),
		.subject = request_text(request, "subject"),
		.before_id = request_number(request, "before"),
		.limit = request_number(request, "limit") };

	if (request_has(request, "since"))
		search.since_ms = request_time_ms(request, "since");
	if (request_has(request, "until"))
		search.until_ms = request_time_ms(request, "until");
	err e = audit_each(desk, &search, take, &telling, why);
	if (e == OK)
		door_table_end(&telling.table, TEXT_DOOR_NONE);
	return e;
}

static err check(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	int64_t rows = 0;
	err e = audit_check(desk, &rows, why);

	(void)request;
	if (e == OK && !sink->json)
		sink_say(sink, TEXT_DOOR_AUDIT_WHOLE, arg_int(rows));
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, request_has(request, "check") ? check : search, why);
}

const struct command cmd_audit = {
	.name = STR_INIT("audit"),
	.group = GROUP_DOORS,
	.summary = WORDS("tell who read and changed what, the newest first",
		"dire qui a lu et changé quoi, du plus récent au plus ancien"),
	.about = WORDS(
		"Every reading of personal data through a server, and every change, is a row that "
		"is "
		"never changed. Rows are chained by a keyed hash: --check says whether one was "
		"changed or cut out. The name of an erased customer goes, what was done stays.",
		"Chaque lecture de données personnelles par un serveur, et chaque modification, "
		"est "
		"une ligne qui ne change jamais. Les lignes sont chaînées par une empreinte à clé "
		": "
		"--check dit si l'une a été modifiée ou retirée. Le nom d'un client effacé "
		"disparaît, ce qui a été fait reste."),
	.options = { { STR_INIT("who"), IS_TEXT, false, WORDS("WHO", "QUI"),
			     WORDS("only this one, as in user:jeanne or token:3",
				     "seulement celui-ci, comme user:jeanne ou token:3"),
			     STR_INIT("") },
		{ STR_INIT("action"), IS_TEXT, false, SAME_WORDS("ACTION"),
			WORDS("only this action", "seulement cette action"), STR_INIT("") },
		{ STR_INIT("subject"), IS_TEXT, false, WORDS("IDENTIFIER", "IDENTIFIANT"),
			WORDS("only what was done to this customer or key; also after an erasure",
				"seulement ce qui touche ce client ou cette clé ; même après un "
				"effacement"),
			STR_INIT("") },
		{ STR_INIT("since"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("from this time on", "à partir de cette date"), STR_INIT("") },
		{ STR_INIT("until"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("before this time", "avant cette date"), STR_INIT("") },
		{ STR_INIT("before"), IS_NUMBER, false, SAME_WORDS("ID"),
			WORDS("only rows before this one: the next page",
				"seulement les lignes avant celle-ci : la page suivante"),
			STR_INIT("0") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("at most so many rows", "au plus ce nombre de lignes"),
			STR_INIT("100") },
		{ STR_INIT("check"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("walk the chain, and tell no rows",
				"vérifier la chaîne, sans lister de lignes"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane audit --subject email:jeanne@exemple.fr"),
			      WORDS("who looked at her", "qui l'a consultée") },
		{ STR_INIT("ariane audit --check"),
			WORDS("was it tampered with?", "a-t-il été altéré ?") } },
	.schema = STR_INIT("audit"),
	.json_lines = true,
	.read_only = true,
	.run = run,
};
