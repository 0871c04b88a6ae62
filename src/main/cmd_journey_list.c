/* main/cmd_journey_list.c - ariane journey list: whose journeys they are. */
#include "main/journey_list_view.h"
#include "main/person_names.h"

#define NAMES_BYTES_MAX ((size_t)1 << 30)

static err read_order(const struct request *request, enum journey_order *out, struct why *why)
{
	static const str words[JOURNEY_ORDERS] = { [JOURNEYS_LATEST] = STR_INIT("latest"),
		[JOURNEYS_EARLIEST] = STR_INIT("earliest"),
		[JOURNEYS_LONGEST] = STR_INIT("longest"),
		[JOURNEYS_SHORTEST] = STR_INIT("shortest"),
		[JOURNEYS_MOST_STEPS] = STR_INIT("most-steps"),
		[JOURNEYS_FEWEST_STEPS] = STR_INIT("fewest-steps") };
	str word = request_text(request, "order");

	for (int i = 0; i < JOURNEY_ORDERS; i++)
		if (str_equal(word, words[i])) {
			*out = (enum journey_order)i;
			return OK;
		}
	return fail(why, MSG_JOURNEY_ORDER, arg_str(word));
}

/* Of each journey's customer, as far as one is told. */
static err names_of(const struct journey_question *q, const struct journey_list *list,
	struct arena *arena, str **out, struct why *why)
{
	struct person_names *names = NULL;
	str *all = arena_array(arena, list->count + 1, sizeof(*all));
	err e = all == NULL ? fail(why, MSG_NO_ROOM, arg_c("names"), arg_int(0)) : OK;

	if (e == OK)
		e = person_names_open(q->engine, q->snapshot, arena, &names, why);
	for (size_t i = 0; e == OK && i < list->count; i++) {
		e = limits_check(journey_plan_limits(q->plan), why);
		if (e == OK)
			e = person_name(names, list->items[i].customer, &all[i], why);
	}
	person_names_close(names);
	if (e == OK)
		*out = all;
	return e;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct journey_list list, page;
	struct journey_choice choice = { .wants = NULL };
	size_t skip = (size_t)request_number(q->request, "skip");
	size_t limit = (size_t)request_number(q->request, "limit");
	err e = read_order(q->request, &choice.order, why);

	if (e == OK)
		e = journey_list_make(q->plan, limit > SIZE_MAX - skip ? SIZE_MAX : skip + limit,
			&choice, &list, why);
	if (e != OK)
		return e;
	page = list;
	page.items += MIN_OF(skip, list.count);
	page.count -= MIN_OF(skip, list.count);
	AUTO_ARENA arena = arena_create(NAMES_BYTES_MAX);
	str *names = NULL;
	if (request_has(q->request, "names"))
		e = names_of(q, &page, arena, &names, why);
	if (e == OK && !sink->json && request_has(q->request, "csv"))
		journey_list_csv(q, sink, &page, names);
	else if (e == OK)
		journey_list_tell(q, sink, &page, names, !request_has(q->request, "no-steps"));
	journey_list_done(q->plan, &list);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask_of(request, sink, answer, why);
}

const struct command cmd_journey_list = {
	.name = STR_INIT("journey list"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("list the customers behind a number, with their journeys",
		"lister les clients derrière un nombre, avec leurs parcours"),
	.arguments = JOURNEY_OF_ONE,
	.about = WORDS(
		"The journeys that the filters leave, the latest first or as --order says. Each "
		"number of the other "
		"journey commands has its filter: --part-edge-from and --part-edge-to for an edge, "
		"--at 1=STEP for a start, --at -1=STEP for an end, --part-passed for a step, an "
		"--at for each step of a variant and one without a step behind them, --outcome. "
		"They hold of what --from-step and --to-step leave, which is what is counted; "
		"--edge-from, --edge-to, --begins, --ends, --way and --passed of the whole "
		"journey: without those two it is the same.",
		"Les parcours que laissent les filtres, les derniers d'abord ou comme --order le "
		"dit. Chaque nombre des "
		"autres commandes de parcours a son filtre : --part-edge-from et --part-edge-to "
		"pour une arête, --at 1=ÉTAPE pour un début, --at -1=ÉTAPE pour une fin, "
		"--part-passed pour une étape, un --at par étape d'une variante et un dernier sans "
		"étape, --outcome. Ils valent pour ce que laissent --from-step et --to-step, qui "
		"est ce que l'on compte ; --edge-from, --edge-to, --begins, --ends, --way et "
		"--passed valent pour le parcours entier : sans ces deux-là, c'est la même chose."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("at most so many journeys; the totals are of all",
				"au plus ce nombre de parcours ; les totaux sont ceux de tous"),
			STR_INIT("50") },
		{ STR_INIT("skip"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("not the first N: the next page (of the same epoch)",
				"sans les N premiers : la page suivante (de la même époque)"),
			STR_INIT("0") },
		{ STR_INIT("no-steps"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("in JSON, only how many steps each has",
				"en JSON, seulement combien d'étapes a chacun"),
			STR_INIT("") },
		{ STR_INIT("names"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("what each customer is called, where it is known",
				"comment chaque client s'appelle, là où on le sait"),
			STR_INIT("") },
		{ STR_INIT("order"), IS_TEXT, false,
			SAME_WORDS("latest|earliest|longest|shortest|most-steps|fewest-steps"),
			WORDS("which come first", "lesquels viennent d'abord"),
			STR_INIT("latest") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey list --edge-from cart --edge-to call"),
			      WORDS("who called right after the cart",
				      "qui a appelé juste après le panier") },
		{ STR_INIT("ariane journey list --order longest --limit 20 --skip 20"),
			WORDS("the second twenty of those that took longest",
				"les vingt suivants de ceux qui ont duré le plus") } },
	.schema = STR_INIT("journey-list"),
	.read_only = true,
	.run = run,
};
