/* main/cmd_identity.c - ariane identity link, confirm, unlink, forbid, forget: what people decide.
 */
#include "main/decision.h"
#include "main/store.h"
#include "main/summary.h"

enum { DECISION_ARENA_BYTES = 1 << 20 };

/* It may be told of later; or it was mistyped. */
static void remark_unknown(const struct request *request, struct sink *sink, struct engine *engine,
	const struct record_identifier *pair, struct arena *arena)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);

	for (size_t i = 0; i < 2; i++) {
		str text = identifier_text(pair[i].type, pair[i].value, arena);
		if (text.ptr != NULL &&
			identity_find(snapshot_identity(snapshot), text) == IDENTITY_NO_CODE)
			sink_remark(sink, TEXT_DECIDE_UNKNOWN, arg_str(text));
	}
}

static err run(const struct request *request, struct sink *sink, str what, struct why *why)
{
	AUTO_ARENA arena = arena_create(DECISION_ARENA_BYTES);
	struct identifier_rules rules = store_identifier_rules(request);
	struct record_identifier *pair = arena_array(arena, 2, sizeof(*pair));
	const struct decision decision = { .activity = what, .identifiers = pair, .count = 2 };
	struct engine *engine;
	uint64_t seq = 0;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	for (size_t i = 0; e == OK && i < 2; i++)
		e = why_usage(why, identifier_parse(&rules, request_argument(request, i), arena,
					   &pair[i], why));
	if (e == OK)
		remark_unknown(request, sink, engine, pair, arena);
	if (e == OK)
		e = decision_write(request, engine, &decision, 1, arena, &seq, why);
	if (e == OK)
		summary_of_record(request, sink, TEXT_DECIDE_DONE, seq, false);
	store_close(request, engine);
	return e;
}

static err run_link(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STR("link"), why);
}

static err run_confirm(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STR("confirm"), why);
}

static err run_forbid(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STR("forbid"), why);
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
const struct command cmd_identity_link = {
	.name = STR_INIT("identity link"),
	.group = GROUP_CUSTOMERS,
	.summary =
		WORDS("two identifiers are one customer", "deux identifiants sont un seul client"),
	.arguments = BOTH,
	.options = { DECISION_OPTIONS },
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
	.options = { DECISION_OPTIONS },
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
	.options = { DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity forget email:j@exemple.fr phone:0612345678"),
		WORDS("the undoing is undone", "l'annulation est annulée") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_forget,
};

const struct command cmd_identity_confirm = {
	.name = STR_INIT("identity confirm"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("two identifiers are one customer, as is thought: somebody has checked it",
		"deux identifiants sont un seul client, comme on le pense : quelqu'un l'a vérifié"),
	.arguments = BOTH,
	.options = { DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity confirm email:j@exemple.fr phone:0612345678 "
				 "--because called"),
		WORDS("she was asked", "on le lui a demandé") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_confirm,
};

const struct command cmd_identity_forbid = {
	.name = STR_INIT("identity forbid"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("two identifiers are never one customer, whatever comes",
		"deux identifiants ne sont jamais un seul client, quoi qu'il arrive"),
	.arguments = BOTH,
	.options = { DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity forbid customer:4711 customer:4712 --because "
				 "twins"),
		WORDS("two people of one name", "deux personnes du même nom") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_forbid,
};
