/* main/cmd_attributes.c - ariane attributes: names and values that exist, for conditions. */
#include "main/attribute_tally.h"
#include "main/door_view.h"

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	const struct attribute_tally *rows = NULL;
	struct door_table table = door_table_of(request, sink);
	size_t count = 0;
	err e = attribute_tally(request, sink, &rows, &count, why);

	for (size_t i = 0; e == OK && i < count; i++) {
		const struct door_field fields[] = {
			{ "key", TEXT_ATTRIBUTE_KEY, FIELD_TEXT, rows[i].key, 0 },
			{ "has_value", TEXT_ATTRIBUTE_IS_VALUE, FIELD_YES, STR(""),
				rows[i].has_value },
			{ "value", TEXT_ATTRIBUTE_VALUE, FIELD_TEXT, rows[i].value, 0 },
			{ "count", TEXT_ATTRIBUTE_COUNT, FIELD_NUMBER, STR(""),
				(int64_t)rows[i].count },
		};
		door_row(&table, fields, ARRAY_LEN(fields));
	}
	if (e == OK)
		door_table_end(&table, TEXT_ATTRIBUTE_NONE);
	return e;
}

const struct command cmd_attributes = {
	.name = STR_INIT("attributes"),
	.group = GROUP_EVENTS,
	.summary = WORDS("tell the names and values of attributes that events have",
		"dire les noms et valeurs d'attributs que portent les événements"),
	.about = WORDS(
		"What may stand in --where, --with and --without. Of values only texts are told, "
		"the most frequent first; --like finds a piece of a name or of a value.",
		"Ce que l'on peut mettre dans --where, --with et --without. Des valeurs, seuls les "
		"textes sont dits, les plus fréquents d'abord ; --like trouve un morceau d'un nom "
		"ou "
		"d'une valeur."),
	.options = { { STR_INIT("key"), IS_TEXT, false, WORDS("NAME", "NOM"),
			     WORDS("the values of this attribute", "les valeurs de cet attribut"),
			     STR_INIT("") },
		{ STR_INIT("like"), IS_TEXT, false, WORDS("TEXT", "TEXTE"),
			WORDS("only what holds this, in small or capital letters",
				"seulement ce qui contient ceci, en minuscules ou majuscules"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, WORDS("N", "N"),
			WORDS("at most so many", "au plus ce nombre"), STR_INIT("20") } },
	.examples = { { STR_INIT("ariane attributes --like android"),
			      WORDS("where does a device say so?", "où un appareil le dit-il ?") },
		{ STR_INIT("ariane attributes --key context.os.name"),
			WORDS("its values, the most frequent first",
				"ses valeurs, les plus fréquentes d'abord") } },
	.schema = STR_INIT("attributes"),
	.json_lines = true,
	.in_house = true,
	.read_only = true,
	.run = run,
};
