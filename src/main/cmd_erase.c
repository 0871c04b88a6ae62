/* main/cmd_erase.c - ariane erase: a customer, or an event, is gone. */
#include "base/json.h"
#include "desk/audit.h"
#include "engine/erase.h"
#include "identity/identifier.h"
#include "main/store.h"

struct asked {
	const struct request *request;
	struct erasure_result *result;
	str customer; /* in normal form */
	const struct snapshot *snapshot;
	bool has_decision;
	struct erasure_plan *plan;
};

static err ask_decision(struct engine *engine, void *context, struct why *why)
{
	struct asked *a = context;

	(void)why;
	a->has_decision = engine_has_decision(engine, a->snapshot, a->customer);
	return OK;
}

static err erase_planned(struct engine *engine, void *context, struct why *why)
{
	struct asked *a = context;

	return engine_erase_planned(engine, a->plan, a->result, why);
}

static err erase_event(struct engine *engine, void *context, struct why *why)
{
	struct asked *a = context;

	return engine_erase_event(engine, request_text(a->request, "source"),
		request_text(a->request, "message-id"), a->result, why);
}

/* The long part beside the writer: everything is looked through. */
static err erase_customer(struct asked *a, struct engine *engine, struct why *why)
{
	struct identifier_rules rules = store_identifier_rules(a->request);
	struct arena *arena = request_arena(a->request);
	struct record_identifier id;
	err e = why_usage(
		why, identifier_parse(&rules, request_argument(a->request, 0), arena, &id, why));

	if (e != OK)
		return e;
	a->customer = identifier_text(id.type, id.value, arena);
	if (a->customer.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_str(id.type), arg_int(0));
	AUTO_SNAPSHOT snapshot = store_snapshot(a->request, engine);
	a->snapshot = snapshot;
	e = store_ask(a->request, engine, ask_decision, a, why);
	if (e == OK)
		e = engine_plan_customer(
			engine, snapshot, a->customer, a->has_decision, &a->plan, why);
	if (e == OK)
		e = store_call(a->request, engine, erase_planned, a, why);
	erasure_plan_free(a->plan);
	return e;
}

static err erase(struct asked *a, struct engine *engine, struct why *why)
{
	if (request_has(a->request, "message-id"))
		return store_call(a->request, engine, erase_event, a, why);
	if (request_argument_count(a->request) > 0)
		return erase_customer(a, engine, why);
	return request_has(a->request, "now") ? OK : fail(why, MSG_ERASE_WHAT);
}

/* ---- the audit keeps what was done, and not the name */

struct names {
	str *items;
	size_t count;
};

/* All identifiers of the customer, before he is gone. */
static err names_of(
	const struct request *request, struct engine *engine, struct names *out, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	const struct identity_view *identity = snapshot_identity(snapshot);
	struct arena *arena = request_arena(request);
	uint32_t customer;
	str text;

	if (request_has(request, "message-id") || request_argument_count(request) == 0)
		return OK;
	err e = store_customer(
		request, snapshot, request_argument(request, 0), &text, &customer, why);
	if (e != OK)
		return e;
	const struct customer *c = identity_customer(identity, customer);
	out->items = arena_array(arena, c->members, sizeof(*out->items));
	uint32_t member = c->head;
	for (; out->items != NULL && out->count < c->members; out->count++) {
		out->items[out->count] = arena_str(arena, identity_text(identity, member));
		member = identity_next_member(identity, member);
	}
	return OK;
}

/* Over HTTP it is noted with the request; here by who has the machine. */
static err note(const struct request *request, struct desk *desk, str subject, struct why *why)
{
	str actor = request_actor(request);

	return !str_starts(actor, STR("uid:")) ? OK
					       : audit_add(desk,
							 &(const struct audit_row){ .who = actor,
								 .action = STR("erase"),
								 .subject = subject,
								 .outcome = STR("done"),
								 .hides_subject = true },
							 why);
}

static err note_and_forget(
	const struct request *request, const struct names *names, str customer, struct why *why)
{
	struct desk *desk;

	if (names->count == 0 && !request_has(request, "message-id"))
		return OK;
	err e = desk_open(request_data(request).ptr, true, NULL, &desk, why);
	if (e != OK)
		return e;
	e = note(request, desk, customer, why);
	if (e == OK)
		e = audit_forget(desk, names->items, names->count, why);
	desk_close(desk);
	return e;
}

/* ---- is it so? */

struct looking {
	const struct request *request;
	bool is_gone;
};

static err find_event(struct engine *engine, void *context, struct why *why)
{
	struct looking *l = context;
	uint64_t seq;

	(void)why;
	l->is_gone = engine_find(engine, request_text(l->request, "source"),
			     request_text(l->request, "message-id"), &seq, NULL) == ERR_DENIED;
	return OK;
}

/* Asked again, of the state as it is now: none of his names is anybody's.  Where one is, somebody
 * sent something new of him meanwhile. */
static err verify(const struct request *request, struct engine *engine, const struct names *names,
	bool *out, struct why *why)
{
	struct looking looking = { .request = request };

	if (request_has(request, "message-id")) {
		err e = store_ask(request, engine, find_event, &looking, why);
		*out = looking.is_gone;
		return e;
	}
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	*out = true;
	for (size_t i = 0; i < names->count; i++)
		*out = *out && snapshot_customer_of(snapshot, names->items[i]) == CUSTOMER_NONE;
	return OK;
}

static void answer(const struct request *request, struct sink *sink,
	const struct erasure_result *result, const struct erasing_result *gone, bool verified)
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
	json_member_uint(&w, "events", result->events);
	json_member_uint(&w, "records", result->records);
	json_member_uint(&w, "rewritten", gone->rewritten);
	json_member_uint(&w, "rejects_removed", gone->rejects);
	json_put_key(&w, STR("verified"));
	json_put_bool(&w, verified);
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
	struct asked erasing = { .request = request, .result = &result };
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	struct names names = { 0 };
	bool verified = true;
	e = names_of(request, engine, &names, why);
	if (e == OK)
		e = erase(&erasing, engine, why);
	if (e == OK)
		e = note_and_forget(request, &names, erasing.customer, why);
	if (e == OK)
		e = verify(request, engine, &names, &verified, why);
	if (e == OK && request_has(request, "now"))
		e = store_erase_bytes(request, sink, engine, &gone, why);
	if (e == OK)
		answer(request, sink, &result, &gone, verified);
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
