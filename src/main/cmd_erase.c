/* main/cmd_erase.c - ariane erase: a customer, or an event, is gone. */
#include "base/json.h"
#include "engine/erase.h"
#include "identity/identifier.h"
#include "main/store.h"

struct asked {
	const struct request *request;
	struct erasure_result *result;
};

static err erase(struct engine *engine, void *context, struct why *why)
{
	const struct request *request = ((struct asked *)context)->request;
	struct erasure_result *result = ((struct asked *)context)->result;
	struct identifier_rules rules = store_identifier_rules(request);
	struct arena *arena = request_arena(request);
	struct record_identifier id;

	if (request_has(request, "message-id"))
		return engine_erase_event(engine, request_text(request, "source"),
			request_text(request, "message-id"), result, why);
	if (request_argument_count(request) == 0)
		return request_has(request, "now") ? OK : fail(why, MSG_ERASE_WHAT);
	err e = identifier_parse(&rules, request_argument(request, 0), arena, &id, why);
	if (e != OK)
		return e;
	str text = identifier_text(id.type, id.value, arena);
	return text.ptr == NULL ? fail(why, MSG_NO_ROOM, arg_str(id.type), arg_int(0))
				: engine_erase_customer(engine, text, result, why);
}

static void answer(const struct request *request, struct sink *sink,
	const struct erasure_result *result, const struct erasing_result *gone)
{
	struct strbuf out = strbuf_in(request_arena(request), 4096);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	bool now = request_has(request, "now");

	if (!sink->json) {
		if (result->seq > 0)
			sink_say(sink, TEXT_ERASE_DONE, arg_int((int64_t)result->events),
				arg_int((int64_t)result->records));
		if (now)
			sink_say(sink, TEXT_ERASE_BYTES, arg_int((int64_t)gone->rewritten));
		else
			sink_remark(sink, TEXT_ERASE_LATER,
				arg_str(setting_text(
					request_settings(request), SETTING_ERASE_WITHIN)));
		if (gone->rejects > 0)
			sink_say(sink, TEXT_ERASE_REJECTS, arg_int((int64_t)gone->rejects));
		return;
	}
	json_put_object(&w);
	json_put_key(&w, STR("events"));
	json_put_uint(&w, result->events);
	json_put_key(&w, STR("records"));
	json_put_uint(&w, result->records);
	json_put_key(&w, STR("rewritten"));
	json_put_uint(&w, gone->rewritten);
	json_put_key(&w, STR("rejects_removed"));
	json_put_uint(&w, gone->rejects);
	json_put_key(&w, STR("bytes_gone"));
	json_put_bool(&w, now);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct erasure_result result = { 0 };
	struct erasing_result gone = { 0 };
	struct asked erasing = { request, &result };
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	e = store_call(request, engine, erase, &erasing, why);
	if (e == OK && request_has(request, "now"))
		e = store_erase_bytes(request, sink, engine, &gone, why);
	if (e == OK)
		answer(request, sink, &result, &gone);
	store_close(request, engine);
	return e;
}

const struct command cmd_erase = {
	.name = STR_INIT("erase"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("erase a customer, or one event, for ever",
		"effacer un client, ou un événement, pour toujours"),
	.about = WORDS(
		"Every event, entity and decision that carries one of the customer's "
		"identifiers is invisible at once. The stored bytes are rewritten within the "
		"setting erase_within (1h; 24h at most) by the next command that writes, or with "
		"--now at once. Files of rejected rows go with them if they are older than the "
		"erasure: nobody can tell whom a row names that could not be read; import "
		"mended rows first. What remains are keyed hashes, so that a redelivery brings "
		"nobody back. There is no undo; back-ups keep what they have.",
		"Tout événement, entité et décision portant un identifiant du client disparaît "
		"aussitôt. Les octets conservés sont réécrits dans le délai du réglage "
		"erase_within (1h ; 24h au plus) par la prochaine commande qui écrit, ou tout de "
		"suite avec --now. Les fichiers de lignes rejetées plus anciens que l'effacement "
		"partent avec eux : nul ne peut dire qui nomme une ligne illisible ; importez "
		"d'abord les lignes corrigées. Il reste des empreintes à clé, pour qu'une "
		"relivraison ne ramène personne. C'est irréversible ; les sauvegardes "
		"gardent ce qu'elles ont."),
	.arguments = { 0, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("of the customer: type:value", "celui du client : type:valeur") },
	.options = { { STR_INIT("source"), IS_TEXT, false, WORDS("NAME", "NOM"),
			     WORDS("of the one event to erase", "du seul événement à effacer"),
			     STR_INIT("import") },
		{ STR_INIT("message-id"), IS_TEXT, false, WORDS("ID", "ID"),
			WORDS("of the one event to erase", "du seul événement à effacer"),
			STR_INIT("") },
		{ STR_INIT("now"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("rewrite the stored bytes now",
				"réécrire maintenant les octets conservés"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane erase email:jeanne@exemple.fr --now"),
			      WORDS("her, and every byte", "elle, et chaque octet") },
		{ STR_INIT("ariane erase --source crm --message-id m-17"),
			WORDS("one event", "un événement") } },
	.schema = STR_INIT("erase"),
	.in_house = true,
	.run = run,
};
