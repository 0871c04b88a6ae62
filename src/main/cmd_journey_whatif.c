/* main/cmd_journey_whatif.c - ariane journey whatif: what if some took another route? */
#include "journey/whatif.h"
#include "main/cause_ask.h"
#include "main/csv_out.h"
#include "main/trial_list.h"

#include <math.h>
#include <stdlib.h>

static const char *const measure_words[WHATIF_MEASURES] = { "cost", "contacts", "value" };

static void put_measure(struct json_writer *w, const struct whatif *a, int m)
{
	json_put_key(w, str_of(measure_words[m]));
	json_put_object(w);
	put_finite(w, "mean_from", a->of[m].mean[0]);
	put_finite(w, "mean_to", a->of[m].mean[1]);
	put_finite(w, "before", a->of[m].before);
	put_finite(w, "after", a->of[m].after);
	put_interval(w, "change", a->of[m].change);
	json_put_end(w);
}

static void answer_program(const struct journey_question *q, struct sink *sink,
	const struct whatif *a, const struct trial_list *list)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_standing(&w, q);
	json_member_uint(&w, "episodes_from", a->episodes[0]);
	json_member_uint(&w, "customers_from", a->customers[0]);
	json_member_uint(&w, "episodes_to", a->episodes[1]);
	json_member_uint(&w, "customers_to", a->customers[1]);
	json_member_float(&w, "moved", a->moved);
	for (int m = 0; m < WHATIF_MEASURES; m++)
		put_measure(&w, a, m);
	json_member_string(&w, "assumption",
		text_words(TEXT_WHATIF_ASSUMPTION, request_locale(q->request)->language));
	if (list != NULL)
		put_trial_list(&w, list, journey_top(q->request, 20));
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void cell_decimal(struct grid *grid, enum language language, double n, int digits)
{
	struct strbuf cell = strbuf_heap(1 << 10);

	if (isfinite(n))
		locale_decimal(language, n, digits, &cell);
	grid_add_cell(grid, strbuf_str(&cell));
	strbuf_done(&cell);
}

static void answer_people(const struct journey_question *q, struct sink *sink,
	const struct whatif *a, const struct trial_list *list)
{
	static const enum text names[WHATIF_MEASURES] = { TEXT_WHATIF_COST, TEXT_WHATIF_CONTACTS,
		TEXT_WHATIF_VALUE };
	static const enum text titles[] = { TEXT_WHATIF_WHAT, TEXT_WHATIF_FROM, TEXT_WHATIF_TO,
		TEXT_WHATIF_BEFORE, TEXT_WHATIF_AFTER, TEXT_WHATIF_CHANGE };
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_WHATIF_TOTALS, arg_int((int64_t)a->episodes[0]),
		arg_int((int64_t)a->customers[0]), arg_int((int64_t)a->episodes[1]),
		arg_int((int64_t)a->customers[1]));
	if (list != NULL) {
		show_trial_list(list, sink, journey_top(q->request, 20));
		return;
	}
	for (int route = 0; route < 2; route++)
		if (a->episodes[route] == 0)
			sink_say(sink, route == 0 ? TEXT_WHATIF_NONE_FROM : TEXT_WHATIF_NONE_TO);
	for (size_t i = 0; grid != NULL && i < ARRAY_LEN(titles); i++)
		grid_add_column(
			grid, text_words(titles[i], language), i == 0 ? GRID_TEXT : GRID_NUMBER);
	for (int m = 0; grid != NULL && m < WHATIF_MEASURES; m++) {
		grid_add_cell(grid, text_words(names[m], language));
		cell_decimal(grid, language, a->of[m].mean[0], 2);
		cell_decimal(grid, language, a->of[m].mean[1], 2);
		cell_decimal(grid, language, a->of[m].before, 0);
		cell_decimal(grid, language, a->of[m].after, 0);
		if (isfinite(a->of[m].change.value))
			cell_interval(grid, language, a->of[m].change, 0);
		else
			grid_add_cell(grid, STR(""));
	}
	sink_grid(sink, arena, grid);
	sink_line(sink, text_words(TEXT_WHATIF_ASSUMPTION, language));
}

static void answer_csv(const struct journey_question *q, struct sink *sink, const struct whatif *a,
	const struct trial_list *list)
{
	if (list != NULL) {
		csv_trial_list(list, sink, journey_top(q->request, 20));
		return;
	}
	struct csv_out csv = csv_out_begin(
		"measure,mean_from,mean_to,before,after,change,change_low,change_high");
	for (int m = 0; m < WHATIF_MEASURES; m++) {
		csv_out_text(&csv, str_of(measure_words[m]));
		csv_out_finite(&csv, a->of[m].mean[0]);
		csv_out_finite(&csv, a->of[m].mean[1]);
		csv_out_finite(&csv, a->of[m].before);
		csv_out_finite(&csv, a->of[m].after);
		csv_out_interval(&csv, a->of[m].change);
		csv_out_row(&csv);
	}
	csv_out_end(&csv, sink);
}

/* `list` NULL: not asked for. */
static void tell(const struct journey_question *q, struct sink *sink, const struct whatif *a,
	const struct trial_list *list)
{
	(sink->json                              ? answer_program
		: request_has(q->request, "csv") ? answer_csv
						 : answer_people)(q, sink, a, list);
}

/* ---- what is asked */

static err read_route(
	const struct journey_question *q, const char *option, uint8_t *set, struct why *why)
{
	size_t count = request_times(q->request, option);
	uint32_t step = 0;
	err e = count == 0 ? fail(why, MSG_WHATIF_ROUTES) : OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		e = journey_plan_step(q->plan, request_nth(q->request, option, i), &step, why);
		if (e == OK)
			set[step] = 1;
	}
	return e;
}

/* Who is moved must come out elsewhere. */
static err check_routes(
	const struct journey_question *q, const uint8_t *from, const uint8_t *to, struct why *why)
{
	for (uint32_t i = 0; i < journey_plan_steps(q->plan); i++)
		if (from[i] != 0 && to[i] != 0)
			return fail(
				why, MSG_WHATIF_SAME, arg_str(journey_plan_step_name(q->plan, i)));
	return OK;
}

static err read_number(const struct journey_question *q, const char *option, double most,
	double *out, struct why *why)
{
	str text = request_text(q->request, option);

	if (!json_number(text, out) || *out < 0 || *out > most)
		return fail(why, MSG_WHATIF_NUMBER, arg_c(option), arg_str(text));
	return OK;
}

static err read_numbers(
	const struct journey_question *q, struct whatif_question *asked, struct why *why)
{
	double percent = 0;
	err e = read_number(q, "share", 100, &percent, why);

	asked->share = percent / 100;
	asked->horizon = request_duration_ms(q->request, "horizon") * TICKS_PER_MS;
	asked->has_costs =
		request_has(q->request, "cost-from") || request_has(q->request, "cost-to");
	if (request_has(q->request, "volume"))
		asked->volume = (uint64_t)request_number(q->request, "volume");
	if (e == OK && asked->has_costs)
		e = read_number(q, "cost-from", 1e6, &asked->cost_from, why);
	if (e == OK && asked->has_costs)
		e = read_number(q, "cost-to", 1e6, &asked->cost_to, why);
	return e;
}

/* ---- the list behind a number of episodes */

static const str list_words[] = { STR_INIT("route"), STR_INIT("to") };

static err list_behind(const struct journey_question *q, const struct costs *costs,
	const struct whatif_question *asked, struct sink *sink, const struct whatif *whatif,
	struct why *why)
{
	str word = request_text(q->request, "list");
	bool of_second = str_equal(word, list_words[1]);
	struct trials episodes;

	if (!of_second && !str_equal(word, list_words[0]))
		return fail(why, MSG_WHATIF_LIST, arg_str(word));
	err e = whatif_episodes(q->plan, costs, asked, of_second, &episodes, why);
	if (e != OK)
		return e;
	struct trial_list list = trial_list_make(q, &episodes, NULL);
	tell(q, sink, whatif, &list);
	trial_list_done(&list);
	trials_done(q->plan, &episodes);
	return OK;
}

static err reckon(const struct journey_question *q, const struct whatif_question *asked,
	const struct costs *costs, struct sink *sink, struct why *why)
{
	struct whatif whatif;
	err e = whatif_make(q->plan, costs, asked, &whatif, why);

	if (e == OK && request_has(q->request, "list"))
		return list_behind(q, costs, asked, sink, &whatif, why);
	if (e == OK)
		tell(q, sink, &whatif, NULL);
	return e;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	size_t steps = journey_plan_steps(q->plan) + 1;
	uint8_t *from = memory_alloc(steps), *to = memory_alloc(steps);
	struct whatif_question asked = { .from = from, .to = to };
	struct costs costs;
	err e = read_route(q, "route", from, why);

	if (e == OK)
		e = read_route(q, "to", to, why);
	if (e == OK)
		e = check_routes(q, from, to, why);
	if (e == OK)
		e = read_numbers(q, &asked, why);
	if (e == OK)
		e = cause_costs(q, q->plan, &costs, why);
	if (e == OK) {
		e = reckon(q, &asked, &costs, sink, why);
		costs_done(q->plan, &costs);
	}
	free(from);
	free(to);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_whatif = {
	.name = STR_INIT("journey whatif"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("reckon what changes if some take another route",
		"calculer ce qui change si certains prennent une autre route"),
	.about = WORDS("An episode begins with a step of either route and holds all contacts of "
		       "the customer "
		       "within the horizon. Moving a share of the first route's episodes to the "
		       "second changes "
		       "cost, contacts and value by the difference of their means, with its 95 % "
		       "interval; the "
		       "assumption is that whoever is moved fares like those who take the second "
		       "route now. "
		       "--volume, --cost-from and --cost-to reckon with figures of your own.",
		"Un épisode commence par une étape de l'une des routes et contient tous les "
		"contacts "
		"du client pendant l'horizon. Déplacer une part des épisodes de la première route "
		"vers "
		"la seconde change coût, contacts et valeur de la différence de leurs moyennes, "
		"avec "
		"son intervalle à 95 % ; l'hypothèse est que ceux que l'on déplace s'en sortent "
		"comme "
		"ceux qui prennent déjà la seconde. --volume, --cost-from et --cost-to calculent "
		"avec "
		"vos propres chiffres."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("route"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("a step of the route that is left", "une étape de la route quittée"),
			STR_INIT("") },
		{ STR_INIT("to"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("a step of the route that is taken instead",
				"une étape de la route prise à la place"),
			STR_INIT("") },
		{ STR_INIT("share"), IS_TEXT, false, SAME_WORDS("%"),
			WORDS("how many of a hundred are moved", "combien sur cent sont déplacés"),
			STR_INIT("20") },
		{ STR_INIT("volume"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("so many episodes instead of those counted",
				"autant d'épisodes au lieu de ceux comptés"),
			STR_INIT("") },
		{ STR_INIT("cost-from"), IS_TEXT, false, WORDS("COST", "COÛT"),
			WORDS("of an episode of the first route, instead of the measured one",
				"d'un épisode de la première route, au lieu du coût mesuré"),
			STR_INIT("") },
		{ STR_INIT("cost-to"), IS_TEXT, false, WORDS("COST", "COÛT"),
			WORDS("of one of the second", "d'un épisode de la seconde"), STR_INIT("") },
		COST_OPTIONS,
		{ STR_INIT("list"), IS_TEXT, false, SAME_WORDS("route|to"),
			WORDS("the customers behind the episodes of the route that is left, or of "
			      "the other",
				"les clients derrière les épisodes de la route quittée, ou de "
				"l'autre"),
			STR_INIT("") },
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("with --list: show so many", "avec --list : en montrer autant"),
			STR_INIT("20") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey whatif --route Call --to Self-service --share 20"),
			      WORDS("one call in five by self-service instead",
				      "un appel sur cinq en libre-service") },
		{ STR_INIT("ariane journey whatif --route Call --to Self-service --share 20 "
			   "--volume 1000000 --cost-from 5.84 --cost-to 0.10"),
			WORDS("the same for a million calls at given costs",
				"de même pour un million d'appels à des coûts donnés") } },
	.schema = STR_INIT("journey-whatif"),
	.read_only = true,
	.run = run,
};
