/* journey/metrics_definition.c - see metrics_definition.h */
#include "journey/metrics_definition.h"

#include "journey/definition_internal.h"
#include "journey/metrics_definition_internal.h"

/* Read first: what a document does not say, this does. */
static const char defaults[] =
	"{\n"
	"  \"version\": 1,\n"
	"  \"ignore\": [\n"
	"    \"sent.*\", \"*.sent\", \"survey.*\",\n"
	"    { \"activity\": \"*\", \"where\": [\"direction=outbound\"] }\n"
	"  ],\n"
	"  \"self_service\": [\n"
	"    { \"channel\": [\"web\", \"app\", \"ivr\", \"bot\", \"atm\"] },\n"
	"    { \"channel\": \"chat\", \"activity\": [\"*.bot.*\", \"bot.*\"] }\n"
	"  ],\n"
	"  \"human\": { \"channel\": [\"phone\", \"chat\", \"email\", \"social\", \"store\", "
	"\"letter\", \"fax\"] },\n"
	"  \"transfer\": [\"*transfer*\", \"*Transfer*\", \"*TRANSFER*\"],\n"
	"  \"escalation\": [\"*escalat*\", \"*Escalat*\", \"*handed_over*\"],\n"
	"  \"abandon\": [\"*abandon*\", \"*Abandon*\", \"*ABANDON*\"],\n"
	"  \"unsolvable\": [],\n"
	"  \"gap\": \"30m\",\n"
	"  \"reason\": \"reason\",\n"
	"  \"same_reason\": true,\n"
	"  \"repeat_window\": \"7d\",\n"
	"  \"resolution_window\": \"7d\",\n"
	"  \"leakage_window\": \"24h\",\n"
	"  \"leakage_from\": [\"web\", \"app\"],\n"
	"  \"leakage_to\": [\"*\"],\n"
	"  \"containment_window\": \"24h\",\n"
	"  \"switch_window\": \"24h\"\n"
	"}\n";

str metrics_default_document(void)
{
	return (str){ defaults, sizeof(defaults) - 1 };
}

/* A key of the document, by the member that it is read into. */
#define INTO(name, reader) \
	static err read_##name(struct fields *f, str key, const struct json *value, void *target) \
	{ \
		return reader(f, key, value, &((struct metrics_definition *)target)->name); \
	}
INTO(name, fields_string)
INTO(ignored, definition_selectors)
INTO(self_service, definition_selectors)
INTO(human, definition_selectors)
INTO(transfer, definition_selectors)
INTO(escalation, definition_selectors)
INTO(abandon, definition_selectors)
INTO(unsolvable, definition_selectors)
INTO(gap_ms, definition_span)
INTO(reason, fields_string)
INTO(same_reason, fields_bool)
INTO(repeat_ms, definition_span)
INTO(resolution_ms, definition_span)
INTO(leakage_ms, definition_span)
INTO(containment_ms, definition_span)
INTO(switch_ms, definition_span)
INTO(leakage_from, fields_names)
INTO(leakage_to, fields_names)
#undef INTO

static err read_document(
	struct definition_reading *r, const struct json *tree, struct metrics_definition *into)
{
	static const struct field keys[] = { { "version", definition_version },
		{ "name", read_name }, { "description", fields_ignore }, { "ignore", read_ignored },
		{ "self_service", read_self_service }, { "human", read_human },
		{ "transfer", read_transfer }, { "escalation", read_escalation },
		{ "abandon", read_abandon }, { "unsolvable", read_unsolvable },
		{ "gap", read_gap_ms }, { "reason", read_reason },
		{ "same_reason", read_same_reason }, { "reasons", metrics_reasons },
		{ "repeat_window", read_repeat_ms }, { "resolution_window", read_resolution_ms },
		{ "leakage_window", read_leakage_ms }, { "leakage_from", read_leakage_from },
		{ "leakage_to", read_leakage_to }, { "containment_window", read_containment_ms },
		{ "switch_window", read_switch_ms } };
	struct fields *f = &r->fields;
	err e = fields_read(f, STR("version"), tree, keys, ARRAY_LEN(keys), into);

	if (e == OK && !r->has_version)
		return fail(f->why, MSG_JOURNEY_VERSION, arg_int(0), arg_int(METRICS_VERSION));
	return e == OK && into->reason.len == 0 ? fields_bad(f, STR("reason")) : e;
}

static err read_over(str json, const struct zone *zone, struct arena *arena,
	struct metrics_definition *into, struct why *why)
{
	const struct json_limits limits = { .bytes = DEFINITION_BYTES_MAX };
	struct json_parser *parser = json_parser_create(&limits);
	struct json tree;
	err e = json_parse(parser, json, arena, &tree, why);

	json_parser_free(parser);
	if (e != OK)
		return e;
	struct definition_reading r = { .fields = { .text = json, .arena = arena, .why = why },
		.zone = zone };
	return read_document(&r, &tree, into);
}

err metrics_definition_parse(str json, const struct zone *zone, struct arena *arena,
	struct metrics_definition *out, struct why *why)
{
	struct metrics_definition made = { .name = STR("") };
	err e = read_over(metrics_default_document(), zone, arena, &made, why);

	if (e == OK)
		e = read_over(json, zone, arena, &made, why);
	if (e == OK)
		*out = made;
	return e;
}
