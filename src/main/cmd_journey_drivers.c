/* main/cmd_journey_drivers.c - ariane journey drivers: what those who suffer a friction have in
 * common. */
#include "main/csv_out.h"
#include "main/trial_list.h"

#include <stdlib.h>

enum { CELL_BYTES_MAX = 1 << 14 };

struct found {
	const struct journey_question *q;
	const struct cause_friction *friction;
	struct trials trials;
	struct traits traits;
	struct drivers drivers;
};

static size_t shown_of(const struct found *f)
{
	return MIN_OF(journey_top(f->q->request, 20), f->drivers.count);
}

/* ---- for programs */

static void csv_driver(struct csv_out *csv, const struct found *f, const struct driver *d)
{
	struct strbuf name = strbuf_heap(CELL_BYTES_MAX);

	cause_add_traits(&name, f->q, &f->traits, d->trait, d->other);
	csv_out_text(csv, strbuf_str(&name));
	strbuf_done(&name);
	csv_out_count(csv, d->table.a + d->table.b);
	csv_out_count(csv, d->table.a);
	csv_out_count(csv, d->table.c + d->table.d);
	csv_out_count(csv, d->table.c);
	csv_out_interval(csv, d->difference);
	csv_out_interval(csv, d->ratio);
	csv_out_interval(csv, d->excess);
	csv_out_interval(csv, driver_cost(d, &f->trials));
	csv_out_finite(csv, d->p);
	csv_out_finite(csv, d->q);
	csv_out_finite(csv, d->adjusted.ratio.value);
	csv_out_text(csv, d->explained ? STR("true") : STR("false"));
	csv_out_row(csv);
}

static void answer_csv(const struct found *f, struct sink *sink)
{
	struct csv_out csv = csv_out_begin(
		"traits,with,with_suffered,without,without_suffered,difference,difference_low,"
		"difference_high,odds_ratio,odds_ratio_low,odds_ratio_high,excess,excess_low,"
		"excess_high,excess_cost,excess_cost_low,excess_cost_high,p,q,adjusted_odds_ratio,"
		"explained");

	for (size_t i = 0; i < shown_of(f); i++)
		csv_driver(&csv, f, &f->drivers.items[i]);
	csv_out_end(&csv, sink);
}

static void put_totals(struct json_writer *w, const struct found *f)
{
	const struct trials *t = &f->trials;

	put_friction(w, "friction", &f->friction->friction, f->friction->plan);
	put_standing(w, f->q);
	json_member_uint(w, "trials", t->count);
	json_member_uint(w, "suffered", t->suffered);
	json_member_uint(w, "customers", t->customers);
	json_member_uint(w, "customers_suffered", t->customers_suffered);
	json_member_uint(w, "journeys_suffered", t->journeys_suffered);
	put_interval(w, "share", share_interval(t->suffered, t->count));
	struct interval cost = moments_difference(&t->cost);
	put_interval(w, "cost_each",
		(struct interval){
			cost.value / COST_UNIT, cost.low / COST_UNIT, cost.high / COST_UNIT });
	json_member_uint(w, "tests", f->drivers.tests);
	json_member_uint(w, "tests_of_traits", f->drivers.traits);
	json_member_uint(w, "tests_of_pairs", f->drivers.pairs);
	json_member_uint(w, "left_out", f->drivers.left_out);
	json_member_uint(w, "found", f->drivers.count);
}

static void answer_program(const struct found *f, struct sink *sink)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_totals(&w, f);
	json_put_key(&w, STR("drivers"));
	json_put_array(&w);
	for (size_t i = 0; i < shown_of(f); i++)
		put_driver(&w, f->q, &f->drivers.items[i], &f->traits, &f->trials);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- for people */

static void say_friction(const struct found *f, struct sink *sink)
{
	struct strbuf words = strbuf_heap(CELL_BYTES_MAX);
	const struct trials *t = &f->trials;

	cause_add_friction(&words, f->q, &f->friction->friction, f->friction->plan);
	sink_line(sink, strbuf_str(&words));
	strbuf_done(&words);
	sink_say(sink, TEXT_DRIVERS_TOTALS, arg_int((int64_t)t->suffered),
		arg_int((int64_t)t->count), arg_int((int64_t)t->customers_suffered),
		arg_int((int64_t)t->customers));
	sink_say(sink, TEXT_DRIVERS_TESTS, arg_int((int64_t)f->drivers.tests),
		arg_int((int64_t)f->drivers.count));
}

/* "explained by ..." or, where it stays, what is left of it. */
static void add_adjusted(const struct found *f, struct grid *grid, const struct driver *d)
{
	enum language language = request_locale(f->q->request)->language;
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX), by = strbuf_heap(CELL_BYTES_MAX);

	if (d->by != TRAIT_NOBODY) {
		cause_add_traits(&by, f->q, &f->traits, d->by, d->by_other);
	} else if (d->by_family != TRAIT_NOBODY) {
		size_t i = 0;
		while (f->traits.items[i].family != d->by_family)
			i++;
		strbuf_add(&by, f->traits.items[i].key);
	}
	if (d->explained)
		text_add(&cell, language, TEXT_DRIVERS_EXPLAINED, arg_str(strbuf_str(&by)));
	else
		locale_decimal(language, d->adjusted.ratio.value, 1, &cell);
	grid_add_cell(grid, strbuf_str(&cell));
	strbuf_done(&cell);
	strbuf_done(&by);
}

static void add_driver(const struct found *f, struct grid *grid, const struct driver *d)
{
	enum language language = request_locale(f->q->request)->language;
	struct strbuf name = strbuf_heap(CELL_BYTES_MAX);

	cause_add_traits(&name, f->q, &f->traits, d->trait, d->other);
	grid_add_cell(grid, strbuf_str(&name));
	strbuf_done(&name);
	cell_number(grid, language, d->table.a + d->table.b);
	cell_share(grid, language, d->with.value);
	cell_share(grid, language, d->without.value);
	cell_interval(grid, language, d->ratio, 1);
	cell_interval(grid, language, d->excess, 0);
	cell_interval(grid, language, driver_cost(d, &f->trials), 0);
	add_adjusted(f, grid, d);
}

static void answer_people(const struct found *f, struct sink *sink)
{
	static const struct {
		enum text title;
		enum grid_column kind;
	} columns[] = { { TEXT_DRIVERS_TRAIT, GRID_SHRINKS }, { TEXT_DRIVERS_WITH, GRID_NUMBER },
		{ TEXT_DRIVERS_SHARE, GRID_NUMBER }, { TEXT_DRIVERS_SHARE_WITHOUT, GRID_NUMBER },
		{ TEXT_DRIVERS_RATIO, GRID_NUMBER }, { TEXT_DRIVERS_EXCESS, GRID_NUMBER },
		{ TEXT_DRIVERS_COST, GRID_NUMBER }, { TEXT_DRIVERS_ADJUSTED, GRID_SHRINKS } };
	enum language language = request_locale(f->q->request)->language;
	struct arena *arena = request_arena(f->q->request);
	struct grid *grid = grid_create(arena);

	say_friction(f, sink);
	for (size_t i = 0; grid != NULL && i < ARRAY_LEN(columns); i++)
		grid_add_column(grid, text_words(columns[i].title, language), columns[i].kind);
	for (size_t i = 0; grid != NULL && i < shown_of(f); i++)
		add_driver(f, grid, &f->drivers.items[i]);
	sink_grid(sink, arena, grid);
}

/* ---- the list behind a number */

static void list_program(const struct found *f, struct sink *sink, const struct trial_list *list)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_totals(&w, f);
	put_trial_list(&w, list, journey_top(f->q->request, 20));
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* Number 0: all who suffered; n: those of them who have the n-th driver. */
static err list_behind(const struct found *f, struct sink *sink, struct why *why)
{
	size_t number = (size_t)request_number(f->q->request, "list");
	uint64_t *set = NULL;

	if (number > f->drivers.count)
		return fail(why, MSG_FRICTION_LIST, arg_int((int64_t)number),
			arg_int((int64_t)f->drivers.count));
	if (number > 0)
		set = driver_set(&f->trials, &f->traits, f->drivers.items[number - 1].trait,
			f->drivers.items[number - 1].other);
	struct trial_list list = trial_list_make(f->q, &f->trials, set);
	size_t most = journey_top(f->q->request, 20);
	err e = trial_list_name(&list, most, why);
	if (e == OK && sink->json) {
		list_program(f, sink, &list);
	} else if (e == OK && request_has(f->q->request, "csv")) {
		csv_trial_list(&list, sink, most);
	} else if (e == OK) {
		say_friction(f, sink);
		show_trial_list(&list, sink, most);
	}
	trial_list_done(&list);
	free(set);
	return e;
}

/* ---- the whole */

static err find_drivers(struct found *f, struct why *why)
{
	const struct drivers_question asked = {
		.false_share = 0.05,
		.support = (uint64_t)MAX_OF(request_number(f->q->request, "support"), 1),
		.pairs = !request_has(f->q->request, "no-pairs"),
		.adjust = !request_has(f->q->request, "all"),
		.all = request_has(f->q->request, "all"),
	};
	const struct journey_plan *plan = f->friction->plan;
	struct traits_question question;
	struct field_names ignore;
	err e = cause_traits_question(f->q, &ignore, &question, why);

	if (e == OK)
		e = traits_make(plan, &f->trials, &question, &f->traits, why);
	if (e != OK)
		return e;
	e = drivers_find(plan, &f->trials, &f->traits, &asked, &f->drivers, why);
	if (e != OK)
		traits_done(plan, &f->traits);
	return e;
}

static err answer_found(struct found *f, struct sink *sink, struct why *why)
{
	err e = find_drivers(f, why);

	if (e != OK)
		return e;
	if (request_has(f->q->request, "list"))
		e = list_behind(f, sink, why);
	else
		(sink->json                                 ? answer_program
			: request_has(f->q->request, "csv") ? answer_csv
							    : answer_people)(f, sink);
	drivers_done(f->friction->plan, &f->drivers);
	traits_done(f->friction->plan, &f->traits);
	return e;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct cause_friction friction;
	struct found f = { .q = q, .friction = &friction };
	struct costs costs;
	err e = cause_friction_read(q, &friction, why);

	if (e != OK)
		return e;
	e = cause_costs(q, friction.plan, &costs, why);
	if (e == OK) {
		e = trials_make(friction.plan, &friction.friction, &costs, &f.trials, why);
		if (e == OK) {
			e = answer_found(&f, sink, why);
			trials_done(friction.plan, &f.trials);
		}
		costs_done(friction.plan, &costs);
	}
	cause_friction_done(&friction);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_drivers = {
	.name = STR_INIT("journey drivers"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("find what those who suffer a friction have in common",
		"trouver ce qu'ont en commun ceux qui subissent une friction"),
	.about = WORDS(
		"Against all others who came to the same point and did not suffer it: every "
		"attribute value, channel and step before, time, and combination of two that is "
		"over-represented, with odds ratio, 95 % interval, excess and its cost; corrected "
		"for "
		"the number of tests; and whether another driver explains it. The friction is told "
		"by "
		"--edge-from and --edge-to (with --slower: by the time between), --from-step and "
		"--to-step (with --within), --ends, --outcome, --step and --instead, or --loop.",
		"Par rapport à tous ceux qui sont arrivés au même point sans la subir : chaque "
		"valeur "
		"d'attribut, canal et étape antérieurs, moment, et combinaison de deux, qui est "
		"surreprésentée, avec rapport de cotes, intervalle à 95 %, excédent et son coût ; "
		"corrigé du nombre de tests ; et si un autre facteur l'explique. La friction est "
		"dite "
		"par --edge-from et --edge-to (avec --slower : par le temps entre les deux), "
		"--from-step et --to-step (avec --within), --ends, --outcome, --step et --instead, "
		"ou "
		"--loop."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("step"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"),
			WORDS("the friction is this step (where --instead could have come)",
				"la friction est cette étape (là où --instead aurait pu venir)"),
			STR_INIT("") },
		{ STR_INIT("instead"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("a step that could have come in its place",
				"une étape qui aurait pu venir à sa place"),
			STR_INIT("") },
		{ STR_INIT("or"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("counts as the step of --edge-to, --to-step or --step too",
				"compte aussi comme l'étape de --edge-to, --to-step ou --step"),
			STR_INIT("") },
		{ STR_INIT("loop"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"),
			WORDS("the friction is coming back to this step",
				"la friction est de revenir à cette étape"),
			STR_INIT("") },
		{ STR_INIT("within"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("only if it happens within this time",
				"seulement si cela arrive dans ce délai"),
			STR_INIT("") },
		{ STR_INIT("visit"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("with --from-step: the same step sooner than this is one visit",
				"avec --from-step : la même étape avant ce délai est une même "
				"visite"),
			STR_INIT("") },
		{ STR_INIT("slower"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("the friction is that the edge takes longer than this",
				"la friction est que l'arête dure plus longtemps que cela"),
			STR_INIT("") },
		TRAIT_OPTIONS, COST_OPTIONS,
		{ STR_INIT("no-pairs"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("no combinations of two", "pas de combinaisons de deux"),
			STR_INIT("") },
		{ STR_INIT("all"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("every test made, not only what is found; nothing is adjusted",
				"tous les tests faits, pas seulement ce qui est retenu ; rien "
				"n'est "
				"ajusté"),
			STR_INIT("") },
		{ STR_INIT("list"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("the customers behind the N-th driver; 0: all who suffered",
				"les clients derrière le N-ième facteur ; 0 : tous ceux qui ont "
				"subi"),
			STR_INIT("") },
		TRIAL_NAMES,
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("show so many", "en montrer autant"), STR_INIT("20") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey drivers --edge-from Basket --edge-to Contact"),
			      WORDS("what those who go from the basket to the contact centre have "
				    "in common",
				      "ce qu'ont en commun ceux qui passent du panier au centre de "
				      "contact") },
		{ STR_INIT("ariane journey drivers --from-step Bill --to-step Call --within 10d"),
			WORDS("whose bill is followed by a call",
				"de qui la facture est suivie d'un appel") } },
	.schema = STR_INIT("journey-drivers"),
	.read_only = true,
	.run = run,
};
