/* main/cmd_journey_frictions.c - ariane journey frictions: where journeys cost more than they
 * need to, and who it happens to. */
#include "journey/frictions.h"
#include "journey/map.h"
#include "main/csv_out.h"
#include "main/trial_list.h"

enum { CELL_BYTES_MAX = 1 << 14, CONTACTS_TOLD = 2 /* beneath a friction */ };
/* A page; a company of seven troubles has some eleven places, and none should be cut off by one. */
enum { TOP = 15 };

struct answered {
	const struct journey_question *q;
	const struct costs *costs;
	struct frictions frictions;
	uint64_t journeys, customers;
	size_t shown;
	struct traits_question traits;
	struct field_names ignore;
};

/* A friction with its drivers: those of the occasion itself, else those of the customer's past. */
struct caused {
	struct trials trials;
	struct traits traits;
	struct drivers drivers;
};

/* ---- those that stand by themselves, and their variants */

/* Those that stand by themselves have the first numbers, then come the others. */
static uint64_t number_of(const struct answered *a, const struct friction_found *f)
{
	uint64_t before = 0, standing = 0;

	for (size_t i = 0; i < a->frictions.count; i++) {
		const struct friction_found *other = &a->frictions.items[i];
		standing += other->within == 0;
		before += other < f && (other->within == 0) == (f->within == 0);
	}
	return 1 + before + (f->within == 0 ? 0 : standing);
}

static size_t places_of(const struct frictions *frictions)
{
	size_t n = 0;

	for (size_t i = 0; i < frictions->count; i++)
		n += frictions->items[i].within == 0;
	return n;
}

static bool is_variant_of(const struct answered *a, const struct friction_found *variant,
	const struct friction_found *f)
{
	return variant->within == (size_t)(f - a->frictions.items) + 1;
}

static bool is_any_contact(const struct friction_found *f)
{
	return f->word == WORD_LEAKAGE || f->word == WORD_SWITCH;
}

/* A contact after another step than the friction's own, of which it is told above. */
static bool is_contact_beneath(const struct answered *a, const struct friction_found *variant,
	const struct friction_found *f)
{
	return is_variant_of(a, variant, f) && is_any_contact(variant) && variant->step != f->step;
}

/* Failures are what can be mended, any contact is all that comes of a step (the dearest
 * CONTACTS_TOLD), and a part is found by its causes; of all others it would be too many: their
 * causes are asked for with `journey drivers`. */
static bool has_told_causes(const struct answered *a, const struct friction_found *variant,
	const struct friction_found *f)
{
	size_t dearer = 0;

	if (variant->word == WORD_FAILURE || variant->in_part)
		return true;
	for (const struct friction_found *v = a->frictions.items; v < variant; v++)
		dearer += is_contact_beneath(a, v, f);
	return is_contact_beneath(a, variant, f) && dearer < CONTACTS_TOLD;
}

/* ---- drivers of one */

static void caused_done(const struct answered *a, struct caused *c)
{
	drivers_done(a->q->plan, &c->drivers);
	traits_done(a->q->plan, &c->traits);
	trials_done(a->q->plan, &c->trials);
}

/* Those of a part are looked for as they were found: among what the occasion itself carries.
 * Combinations are told of what stands by itself alone: they are most of the work. */
static err find_causes(const struct answered *a, const struct friction_found *f, struct caused *out,
	struct why *why)
{
	struct traits_question known = a->traits;
	const struct drivers_question asked = {
		.false_share = f->false_share,
		.support = a->traits.support,
		.pairs = f->within == 0 && !f->in_part && !request_has(a->q->request, "no-pairs"),
		.adjust = true,
	};
	struct caused c = { .trials = { .count = 0 } };
	err e = trials_make(a->q->plan, &f->friction, a->costs, &c.trials, why);

	known.own_only |= f->in_part;
	if (e == OK)
		e = traits_make(a->q->plan, &c.trials, &known, &c.traits, why);
	if (e == OK)
		e = drivers_find(a->q->plan, &c.trials, &c.traits, &asked, &c.drivers, why);
	if (e != OK) {
		caused_done(a, &c);
		return e;
	}
	*out = c;
	return OK;
}

static bool is_of_occasion(const struct traits *traits, uint32_t trait)
{
	const struct trait *t = &traits->items[trait];

	return t->own || t->kind == TRAIT_WEEKDAY || t->kind == TRAIT_HOURS ||
	       t->kind == TRAIT_MONTH;
}

/* The surest that nothing explains, of the occasion itself if there is one; NULL: none. */
static const struct driver *first_driver(const struct caused *c)
{
	const struct driver *first = NULL;

	for (size_t i = 0; i < c->drivers.count; i++) {
		const struct driver *d = &c->drivers.items[i];
		if (d->explained)
			continue;
		if (is_of_occasion(&c->traits, d->trait) &&
			(d->other == TRAIT_NOBODY || is_of_occasion(&c->traits, d->other)))
			return d;
		if (first == NULL)
			first = d;
	}
	return first;
}

/* ---- the sentence */

static void add_share(struct strbuf *out, enum language language, double share)
{
	locale_decimal(language, share * 100, 1, out);
	strbuf_add(out, language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf%") : STR("%"));
}

static void add_size(const struct answered *a, const struct friction_found *f, struct strbuf *out)
{
	enum language language = request_locale(a->q->request)->language;
	struct strbuf cost = strbuf_heap(CELL_BYTES_MAX);

	locale_decimal(language, f->cost.value, 0, &cost);
	strbuf_add(&cost, STR(" ("));
	locale_decimal(language, f->cost.low, 0, &cost);
	strbuf_add(&cost, language == LANGUAGE_FRENCH ? STR(" \xc3\xa0 ") : STR(" to "));
	locale_decimal(language, f->cost.high, 0, &cost);
	strbuf_add(&cost, STR(")"));
	text_add(out, language, TEXT_FRICTIONS_SIZE, arg_int((int64_t)f->trials.customers_suffered),
		arg_str(strbuf_str(&cost)));
	strbuf_done(&cost);
}

static void add_against(const struct answered *a, double one, double two, struct strbuf *out)
{
	enum language language = request_locale(a->q->request)->language;
	struct strbuf with = strbuf_heap(CELL_BYTES_MAX), without = strbuf_heap(CELL_BYTES_MAX);

	add_share(&with, language, one);
	add_share(&without, language, two);
	text_add(out, language, TEXT_FRICTIONS_AGAINST, arg_str(strbuf_str(&with)),
		arg_str(strbuf_str(&without)));
	strbuf_done(&with);
	strbuf_done(&without);
}

/* Who suffers, what it costs, and whom it happens to, in one sentence. */
static void add_sentence(const struct answered *a, const struct friction_found *f,
	const struct caused *c, struct strbuf *out)
{
	enum language language = request_locale(a->q->request)->language;
	struct strbuf where = strbuf_heap(CELL_BYTES_MAX), size = strbuf_heap(CELL_BYTES_MAX);
	struct strbuf who = strbuf_heap(CELL_BYTES_MAX), against = strbuf_heap(CELL_BYTES_MAX);
	const struct driver *d = first_driver(c);

	cause_add_friction(&where, a->q, &f->friction, a->q->plan);
	add_size(a, f, &size);
	if (d == NULL) {
		text_add(out, language, TEXT_FRICTIONS_ALONE, arg_str(strbuf_str(&where)),
			arg_str(strbuf_str(&size)));
	} else {
		cause_add_traits(&who, a->q, &c->traits, d->trait, d->other);
		add_against(a, d->with.value, d->without.value, &against);
		text_add(out, language, f->in_part ? TEXT_FRICTIONS_PART : TEXT_FRICTIONS_SENTENCE,
			arg_str(strbuf_str(&where)), arg_str(strbuf_str(&size)),
			arg_str(strbuf_str(&who)), arg_str(strbuf_str(&against)));
	}
	strbuf_done(&where);
	strbuf_done(&size);
	strbuf_done(&who);
	strbuf_done(&against);
}

/* ---- for programs */

static const char *word_of(enum friction_word word)
{
	static const char *const words[WORD_COUNT_] = { [WORD_FAILURE] = "failure",
		[WORD_PASSAGE] = "passage",
		[WORD_LEAKAGE] = "leakage",
		[WORD_SWITCH] = "switch",
		[WORD_REPEAT] = "repeat",
		[WORD_ABANDONMENT] = "abandonment",
		[WORD_WAIT] = "wait" };

	return words[word];
}

static void put_change(struct json_writer *w, const struct friction_change *c)
{
	json_put_key(w, STR("change"));
	json_put_object(w);
	json_member_uint(w, "before", c->table.c + c->table.d);
	json_member_uint(w, "before_suffered", c->table.c);
	json_member_uint(w, "after", c->table.a + c->table.b);
	json_member_uint(w, "after_suffered", c->table.a);
	put_interval(w, "difference", c->difference);
	json_member_float(w, "p", c->p);
	json_member_float(w, "q", c->q);
	json_put_end(w);
}

/* What of a friction needs no drivers to be told. */
static void put_sizes(
	struct json_writer *w, const struct answered *a, const struct friction_found *f)
{
	json_member_uint(w, "number", number_of(a, f));
	json_member_string(w, "word", str_of(word_of(f->word)));
	put_friction(w, "friction", &f->friction, a->q->plan);
	json_put_key(w, STR("in_part"));
	json_put_bool(w, f->in_part);
	json_member_uint(w, "trials", f->trials.count);
	json_member_uint(w, "suffered", f->trials.suffered);
	json_member_uint(w, "customers", f->trials.customers);
	json_member_uint(w, "customers_suffered", f->trials.customers_suffered);
	put_interval(w, "share", share_interval(f->trials.suffered, f->trials.count));
	json_member_float(w, "usual", f->usual);
	put_interval(w, "cost_each", f->each);
	put_interval(w, "excess_cost", f->cost);
	json_member_float(w, "p", f->p);
	json_member_float(w, "q", f->q);
	if (request_has(a->q->request, "split"))
		put_change(w, &f->change);
}

static void put_causes(struct json_writer *w, const struct answered *a,
	const struct friction_found *f, const struct caused *c)
{
	size_t most = (size_t)request_number(a->q->request, "drivers");
	struct strbuf says = strbuf_heap(CELL_BYTES_MAX);

	add_sentence(a, f, c, &says);
	json_member_string(w, "says", strbuf_str(&says));
	strbuf_done(&says);
	json_member_uint(w, "tests", c->drivers.tests);
	json_put_key(w, STR("drivers"));
	json_put_array(w);
	for (size_t i = 0; i < MIN_OF(c->drivers.count, most); i++)
		put_driver(w, a->q, &c->drivers.items[i], &c->traits, &c->trials);
	json_put_end(w);
}

static err put_one(struct json_writer *w, const struct answered *a, const struct friction_found *f,
	bool with_causes, struct why *why)
{
	struct caused c;
	err e = with_causes ? find_causes(a, f, &c, why) : OK;

	if (e != OK)
		return e;
	put_sizes(w, a, f);
	if (with_causes) {
		put_causes(w, a, f, &c);
		caused_done(a, &c);
	}
	return OK;
}

static err put_found(struct json_writer *w, const struct answered *a,
	const struct friction_found *f, struct why *why)
{
	json_put_object(w);
	err e = put_one(w, a, f, true, why);
	json_put_key(w, STR("variants"));
	json_put_array(w);
	for (size_t i = 0; e == OK && i < a->frictions.count; i++) {
		const struct friction_found *v = &a->frictions.items[i];
		if (!is_variant_of(a, v, f))
			continue;
		json_put_object(w);
		e = put_one(w, a, v, has_told_causes(a, v, f), why);
		json_put_end(w);
	}
	json_put_end(w);
	json_put_end(w);
	return e;
}

static err answer_program(struct answered *a, struct sink *sink, struct why *why)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	size_t told = 0;
	err e = OK;

	json_put_object(&w);
	json_member_uint(&w, "customers", a->customers);
	json_member_uint(&w, "journeys", a->journeys);
	put_standing(&w, a->q);
	json_member_uint(&w, "screened", a->frictions.screened);
	json_member_uint(&w, "found", a->frictions.count);
	json_member_uint(&w, "places", places_of(&a->frictions));
	json_put_key(&w, STR("frictions"));
	json_put_array(&w);
	for (size_t i = 0; e == OK && i < a->frictions.count && told < a->shown; i++) {
		if (a->frictions.items[i].within != 0)
			continue;
		e = put_found(&w, a, &a->frictions.items[i], why);
		told++;
	}
	if (e == OK) {
		json_put_end(&w);
		json_put_end(&w);
		strbuf_add_byte(&out, '\n');
		sink_built(sink, &out);
	}
	strbuf_done(&out);
	return e;
}

/* Without what those who suffer have in common: that is a table of its own for each. */
static err answer_csv(struct answered *a, struct sink *sink, struct why *why)
{
	struct csv_out csv = csv_out_begin(
		"word,friction,trials,suffered,customers,customers_suffered,usual,cost_each,"
		"cost_each_low,cost_each_high,excess_cost,excess_cost_low,excess_cost_high,p,q");
	size_t told = 0;

	(void)why;
	for (size_t i = 0; i < a->frictions.count && told < a->shown; i++) {
		const struct friction_found *f = &a->frictions.items[i];
		struct strbuf says = strbuf_heap(CELL_BYTES_MAX);
		if (f->within != 0)
			continue;
		cause_add_friction(&says, a->q, &f->friction, a->q->plan);
		csv_out_text(&csv, str_of(word_of(f->word)));
		csv_out_text(&csv, strbuf_str(&says));
		strbuf_done(&says);
		csv_out_count(&csv, f->trials.count);
		csv_out_count(&csv, f->trials.suffered);
		csv_out_count(&csv, f->trials.customers);
		csv_out_count(&csv, f->trials.customers_suffered);
		csv_out_finite(&csv, f->usual);
		csv_out_interval(&csv, f->each);
		csv_out_interval(&csv, f->cost);
		csv_out_finite(&csv, f->p);
		csv_out_finite(&csv, f->q);
		csv_out_row(&csv);
		told++;
	}
	csv_out_end(&csv, sink);
	return OK;
}

/* ---- for people */

static void say_change(const struct answered *a, const struct friction_found *f, struct sink *sink)
{
	const struct friction_change *c = &f->change;
	enum language language = request_locale(a->q->request)->language;
	struct strbuf day = strbuf_heap(CELL_BYTES_MAX), before = strbuf_heap(CELL_BYTES_MAX);
	struct strbuf after = strbuf_heap(CELL_BYTES_MAX);

	if (!request_has(a->q->request, "split") || c->q > 0.05)
		return;
	locale_moment(request_locale(a->q->request), request_time_ms(a->q->request, "split"), &day);
	add_share(&before, language, share_interval(c->table.c, c->table.c + c->table.d).value);
	add_share(&after, language, share_interval(c->table.a, c->table.a + c->table.b).value);
	sink_say(sink, TEXT_FRICTIONS_CHANGE, arg_str(strbuf_str(&day)),
		arg_str(strbuf_str(&before)), arg_str(strbuf_str(&after)));
	strbuf_done(&day);
	strbuf_done(&before);
	strbuf_done(&after);
}

static err say_one(const struct answered *a, const struct friction_found *f, const char *before,
	struct sink *sink, struct why *why)
{
	struct strbuf line = strbuf_heap(CELL_BYTES_MAX);
	struct caused c;
	err e = find_causes(a, f, &c, why);

	if (e == OK) {
		strbuf_printf(&line, "%s%2zu. ", before, (size_t)number_of(a, f));
		add_sentence(a, f, &c, &line);
		sink_line(sink, strbuf_str(&line));
		say_change(a, f, sink);
		caused_done(a, &c);
	}
	strbuf_done(&line);
	return e;
}

static err say_found(const struct answered *a, const struct friction_found *f, struct sink *sink,
	struct why *why)
{
	err e = say_one(a, f, "", sink, why);
	size_t others = 0;

	for (size_t i = 0; e == OK && i < a->frictions.count; i++) {
		const struct friction_found *v = &a->frictions.items[i];
		if (!is_variant_of(a, v, f))
			continue;
		if (has_told_causes(a, v, f))
			e = say_one(a, v, "      ", sink, why);
		else
			others++;
	}
	if (e == OK && others > 0) {
		struct strbuf line = strbuf_heap(CELL_BYTES_MAX);
		strbuf_add(&line, STR("          "));
		text_add(&line, request_locale(a->q->request)->language, TEXT_FRICTIONS_OTHERS,
			arg_int((int64_t)others));
		sink_line(sink, strbuf_str(&line));
		strbuf_done(&line);
	}
	return e;
}

static err answer_people(struct answered *a, struct sink *sink, struct why *why)
{
	err e = OK;
	size_t told = 0;

	sink_say(sink, TEXT_FRICTIONS_TOTALS, arg_int((int64_t)a->frictions.screened),
		arg_int((int64_t)a->journeys), arg_int((int64_t)a->customers),
		arg_int((int64_t)a->frictions.count));
	for (size_t i = 0; e == OK && i < a->frictions.count && told < a->shown; i++)
		if (a->frictions.items[i].within == 0) {
			e = say_found(a, &a->frictions.items[i], sink, why);
			told++;
		}
	size_t left = places_of(&a->frictions) - told;
	if (e == OK && left > 0)
		sink_say(sink, TEXT_FRICTIONS_MORE, arg_int((int64_t)left),
			arg_int((int64_t)(told + left)));
	return e;
}

/* ---- the list behind a number */

/* NULL: there are not so many. */
static const struct friction_found *numbered(const struct answered *a, size_t number)
{
	for (size_t i = 0; i < a->frictions.count; i++)
		if (number_of(a, &a->frictions.items[i]) == number)
			return &a->frictions.items[i];
	return NULL;
}

static void list_program(const struct answered *a, const struct friction_found *f,
	const struct trial_list *list, struct sink *sink)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "customers", a->customers);
	json_member_uint(&w, "journeys", a->journeys);
	put_standing(&w, a->q);
	json_member_uint(&w, "screened", a->frictions.screened);
	json_member_uint(&w, "found", a->frictions.count);
	put_friction(&w, "friction", &f->friction, a->q->plan);
	json_member_uint(&w, "suffered", list->trials->suffered);
	json_member_uint(&w, "customers_suffered", list->trials->customers_suffered);
	put_trial_list(&w, list, a->shown);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static err list_behind(struct answered *a, struct sink *sink, struct why *why)
{
	size_t number = (size_t)request_number(a->q->request, "list");
	const struct friction_found *f = number == 0 ? NULL : numbered(a, number);
	struct trials trials;

	if (f == NULL)
		return fail(why, MSG_FRICTION_LIST, arg_int((int64_t)number),
			arg_int((int64_t)a->frictions.count));
	err e = trials_make(a->q->plan, &f->friction, a->costs, &trials, why);
	if (e != OK)
		return e;
	struct trial_list list = trial_list_make(a->q, &trials, NULL);
	e = trial_list_name(&list, a->shown, why);
	if (e == OK && sink->json)
		list_program(a, f, &list, sink);
	else if (e == OK && request_has(a->q->request, "csv"))
		csv_trial_list(&list, sink, a->shown);
	else if (e == OK)
		show_trial_list(&list, sink, a->shown);
	trial_list_done(&list);
	trials_done(a->q->plan, &trials);
	return e;
}

/* ---- the whole */

static err find(struct answered *a, struct why *why)
{
	const struct request *request = a->q->request;
	const struct frictions_question question = {
		.leak = request_has(request, "leak")
				? request_duration_ms(request, "leak") * TICKS_PER_MS
				: 0,
		.again = request_duration_ms(request, "again") * TICKS_PER_MS,
		.visit = request_duration_ms(request, "visit") * TICKS_PER_MS,
		.support = a->traits.support,
		.false_share = 0.05,
		.most = FRICTIONS_LOOKED_AT,
		.split = request_has(request, "split")
				 ? request_time_ms(request, "split") * TICKS_PER_MS
				 : INT64_MIN,
		.parts = &a->traits,
	};
	const struct map_options options = { .counts_only = true };
	struct map map;
	err e = map_make(a->q->plan, &options, &map, why);

	if (e != OK)
		return e;
	a->journeys = map.journeys;
	a->customers = map.customers;
	map_done(a->q->plan, &map);
	return frictions_find(a->q->plan, a->costs, &question, &a->frictions, why);
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct answered a = { .q = q, .shown = journey_top(q->request, TOP) };
	struct costs costs;
	err e = cause_traits_question(q, &a.ignore, &a.traits, why);

	if (e == OK)
		e = cause_costs(q, q->plan, &costs, why);
	if (e != OK)
		return e;
	a.costs = &costs;
	e = find(&a, why);
	if (e == OK) {
		e = (request_has(q->request, "list")     ? list_behind
			: sink->json                     ? answer_program
			: request_has(q->request, "csv") ? answer_csv
							 : answer_people)(&a, sink, why);
		frictions_done(q->plan, &a.frictions);
	}
	costs_done(q->plan, &costs);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_frictions = {
	.name = STR_INIT("journey frictions"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("find where journeys cost too much, and who it happens to",
		"trouver où les parcours coûtent trop, et à qui cela arrive"),
	.about = WORDS(
		"Every failure, passage, leakage from self-service to a contact, change of "
		"channel, repeat, abandonment and long wait is set against those who came to the "
		"same point "
		"and did not suffer it: what they cost more in contacts afterwards, with its "
		"95 % interval, the dearest first; then what those who suffer have in "
		"common. What happens at one place is told together, under the dearest of "
		"it. Where nothing is wrong on the whole, a part of those who come there may "
		"still suffer: then that part is told. Such a difference is no proof of "
		"cause.",
		"Chaque échec, passage, fuite du libre-service vers un contact, changement de "
		"canal, répétition, abandon et longue attente est comparé à ceux qui sont arrivés "
		"au même point sans "
		"le subir : ce qu'ils coûtent de plus en contacts ensuite, avec son intervalle à "
		"95 %, les plus chers d'abord ; puis ce qu'ont en commun ceux qui subissent. Ce "
		"qui arrive à un même endroit est dit ensemble, sous le plus cher. Là où rien ne "
		"va mal dans l'ensemble, une partie de ceux qui y passent peut subir quand même : "
		"c'est alors cette partie qui est dite. Une telle différence n'est pas une preuve "
		"de cause."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("leak"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("a contact within this time is a leakage, or a change of channel; "
			      "not given: at each place the time by which half of those have "
			      "come that would not come anyway",
				"un contact dans ce délai est une fuite, ou un changement de "
				"canal ; sans l'option : à chaque endroit le délai dans lequel "
				"arrive la moitié de ceux qui ne seraient pas venus de toute "
				"façon"),
			STR_INIT("") },
		{ STR_INIT("again"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("the same step within this time is a repeat",
				"la même étape dans ce délai est une répétition"),
			STR_INIT("7d") },
		{ STR_INIT("visit"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("the same step sooner than this is one visit, and no repeat",
				"la même étape avant ce délai est une même visite, sans "
				"répétition"),
			STR_INIT("30m") },
		{ STR_INIT("split"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("say what changed at this time", "dire ce qui a changé à cette date"),
			STR_INIT("") },
		TRAIT_OPTIONS, COST_OPTIONS,
		{ STR_INIT("no-pairs"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("no combinations of two", "pas de combinaisons de deux"),
			STR_INIT("") },
		{ STR_INIT("drivers"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("in JSON, so many drivers of each",
				"en JSON, autant de facteurs de chacune"),
			STR_INIT("5") },
		{ STR_INIT("list"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("who suffered the N-th of them, the latest first",
				"qui a subi la N-ième d'entre elles, le plus récent d'abord"),
			STR_INIT("") },
		TRIAL_NAMES,
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("show so many", "en montrer autant"), STR_INIT("15") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey frictions --definition telecom.json"),
			      WORDS("the dearest frictions", "les frictions les plus chères") },
		{ STR_INIT("ariane journey frictions --split 2026-06-01"),
			WORDS("and which of them became more or less frequent in June",
				"et lesquelles sont devenues plus ou moins fréquentes en juin") } },
	.schema = STR_INIT("journey-frictions"),
	.read_only = true,
	.run = run,
};
