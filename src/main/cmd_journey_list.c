/* main/cmd_journey_list.c - ariane journey list: whose journeys they are. */
#include "main/journey_list_view.h"

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct journey_list list;
	err e = journey_list_make(
		q->plan, (size_t)request_number(q->request, "limit"), NULL, &list, why);

	if (e != OK)
		return e;
	journey_list_tell(q, sink, &list);
	journey_list_done(q->plan, &list);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_list = {
	.name = STR_INIT("journey list"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("list the customers behind a number, with their journeys",
		"lister les clients derrière un nombre, avec leurs parcours"),
	.about = WORDS(
		"The journeys that the filters leave, the latest first. Each number of the other "
		"journey commands has its filter: --edge-from and --edge-to for an edge, --begins "
		"and --ends, --way for a variant, --passed for a step, --outcome.",
		"Les parcours que laissent les filtres, les derniers d'abord. Chaque nombre des "
		"autres commandes de parcours a son filtre : --edge-from et --edge-to pour une "
		"arête, --begins et --ends, --way pour une variante, --passed pour une étape, "
		"--outcome."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("at most so many journeys; the totals are of all",
				"au plus ce nombre de parcours ; les totaux sont ceux de tous"),
			STR_INIT("50") } },
	.examples = { { STR_INIT("ariane journey list --edge-from cart --edge-to call"),
		WORDS("who called right after the cart", "qui a appelé juste après le panier") } },
	.schema = STR_INIT("journey-list"),
	.read_only = true,
	.run = run,
};
