/* main/cmd_identity.c - ariane identity link, unlink, forget: what people decide. */
#include "base/random.h"
#include "engine/prepare.h"
#include "main/store.h"
#include "main/summary.h"

enum { ID_BYTES = 16, RECORD_ARENA_BYTES = 1 << 20 };

/* Each decision is a message of its own. */
static str random_id(struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, 2 * ID_BYTES + 2);
	uint8_t bytes[ID_BYTES];

	secret_bytes(bytes, sizeof(bytes));
	strbuf_add_c(&text, "d:");
	for (size_t i = 0; i < sizeof(bytes); i++)
		strbuf_printf(&text, "%02x", bytes[i]);
	return strbuf_str(&text);
}

static str actor_of(const struct request *request)
{
	return request_has(request, "by") ? request_text(request, "by") : request_actor(request);
}

static err decide(const struct request *request, struct engine *engine, str what,
	struct engine_item *item, struct arena *arena, struct why *why)
{
	struct identifier_rules rules = store_identifier_rules(request);
	struct preparation preparation = {
		.rules = rules, .default_source = STR("people"), .secret = engine_secret(engine)
	};
	struct record_identifier *pair = arena_array(arena, 2, sizeof(*pair));
	struct record record = { .kind = RECORD_IDENTITY,
		.activity = what,
		.message_id = random_id(arena),
		.actor = actor_of(request),
		.text = request_text(request, "because"),
		.identifiers = pair,
		.identifier_count = 2 };
	struct prepared prepared;
	err e = OK;

	for (size_t i = 0; e == OK && i < 2; i++)
		e = identifier_parse(&rules, request_argument(request, i), arena, &pair[i], why);
	if (e == OK)
		e = item_prepare(&preparation, &record, arena, &prepared, why);
	if (e == OK)
		e = store_write(request, engine, &prepared.item, 1, why);
	if (e == OK)
		*item = prepared.item;
	return e;
}

static err run(const struct request *request, struct sink *sink, str what, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct engine_item item;
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	e = decide(request, engine, what, &item, arena, why);
	if (e == OK)
		summary_of_record(request, sink, TEXT_DECIDE_DONE, item.seq, false);
	store_close(request, engine);
	return e;
}

static err run_link(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STR("link"), why);
}

static err run_unlink(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STR("unlink"), why);
}

static err run_forget(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STR("forget"), why);
}

#define BOTH \
	{ \
		2, 2, WORDS("IDENTIFIER IDENTIFIER", "IDENTIFIANT IDENTIFIANT"), \
			WORDS("both as type:value", "tous deux en type:valeur") \
	}
#define WHO_AND_WHY \
	{ \
		{ STR_INIT("by"), IS_TEXT, false, WORDS("WHO", "QUI"), \
			WORDS("who decides; otherwise the user of this process", \
				"qui décide ; sinon l'utilisateur de ce processus"), \
			STR_INIT("") }, \
		{ \
			STR_INIT("because"), IS_TEXT, false, WORDS("TEXT", "TEXTE"), \
				WORDS("why, kept with the decision", \
					"pourquoi, gardé avec la décision"), \
				STR_INIT("") \
		} \
	}

const struct command cmd_identity_link = {
	.name = STR_INIT("identity link"),
	.group = GROUP_CUSTOMERS,
	.summary =
		WORDS("two identifiers are one customer", "deux identifiants sont un seul client"),
	.arguments = BOTH,
	.options = WHO_AND_WHY,
	.examples = { { STR_INIT("ariane identity link email:j@exemple.fr loyalty_card:4711"),
		WORDS("one person", "une seule personne") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_link,
};

const struct command cmd_identity_unlink = {
	.name = STR_INIT("identity unlink"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("two identifiers are not one customer: the next query shows it",
		"deux identifiants ne sont pas un seul client : la requête suivante le montre"),
	.arguments = BOTH,
	.options = WHO_AND_WHY,
	.examples = { { STR_INIT("ariane identity unlink email:j@exemple.fr phone:0612345678 "
				 "--because shared"),
		WORDS("a phone of two people", "un téléphone pour deux personnes") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_unlink,
};

const struct command cmd_identity_forget = {
	.name = STR_INIT("identity forget"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("take back what was decided on two identifiers",
		"revenir sur ce qui a été décidé pour deux identifiants"),
	.arguments = BOTH,
	.options = WHO_AND_WHY,
	.examples = { { STR_INIT("ariane identity forget email:j@exemple.fr phone:0612345678"),
		WORDS("the undoing is undone", "l'annulation est annulée") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_forget,
};
