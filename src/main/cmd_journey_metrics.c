/* main/cmd_journey_metrics.c - ariane journey metrics: figures of customer relations, each with its
 * rule, and the list behind it. */
#include "base/near.h"
#include "journey/metrics.h"
#include "main/csv_out.h"
#include "main/journey_ask.h"
#include "main/metric_words.h"

EMBEDDED(ready_metrics);

enum { WORDS_BYTES_MAX = 1 << 16 };

struct asking {
	struct journey_question *q;
	struct metrics_definition definition;
	str document; /* which says it */
	struct metrics_question asked;
	enum metric listed;
	struct journey_definition whole_threads;
	struct journey_filter same_time;
	struct journey_plan *everything; /* NULL: as the question's own */
};

static const struct zone *zone_of(const struct request *request)
{
	const struct zone *zone = request_locale(request)->zone;

	return zone == NULL ? zone_utc() : zone;
}

static double value_of(const struct metric_figure *f)
{
	return f->denominator == 0 ? 0 : f->numerator / (double)f->denominator;
}

/* ---- for programs */

static void put_span(struct json_writer *w, const char *key, int64_t ms)
{
	json_member_float(w, key, (double)ms / 1000);
}

static void put_definition(struct json_writer *w, const struct metrics_definition *d)
{
	json_put_key(w, STR("definition"));
	json_put_object(w);
	json_member_string(w, "name", d->name);
	json_member_string(w, "reason", d->reason);
	json_put_key(w, STR("same_reason"));
	json_put_bool(w, d->same_reason);
	put_span(w, "gap_s", d->gap_ms);
	put_span(w, "repeat_window_s", d->repeat_ms);
	put_span(w, "resolution_window_s", d->resolution_ms);
	put_span(w, "leakage_window_s", d->leakage_ms);
	put_span(w, "containment_window_s", d->containment_ms);
	put_span(w, "switch_window_s", d->switch_ms);
	json_put_end(w);
}

static str kind_word(enum metric metric)
{
	static const str words[] = { [METRIC_SHARE] = STR_INIT("share"),
		[METRIC_MEAN] = STR_INIT("mean"),
		[METRIC_TIME] = STR_INIT("time") };

	return words[metric_kind(metric)];
}

static void put_in_both(struct json_writer *w, const char *key, str english, str french)
{
	json_put_key(w, str_of(key));
	json_put_object(w);
	json_member_string(w, "en", english);
	json_member_string(w, "fr", french);
	json_put_end(w);
}

static void put_rules(struct json_writer *w, const struct asking *a)
{
	json_put_key(w, STR("metrics"));
	json_put_array(w);
	for (int i = 0; i < METRIC_COUNT_; i++) {
		enum metric metric = (enum metric)i;
		struct strbuf english = strbuf_heap(WORDS_BYTES_MAX);
		struct strbuf french = strbuf_heap(WORDS_BYTES_MAX);
		if ((a->asked.wanted >> i & 1) != 0) {
			metric_rule(metric, &a->definition, LANGUAGE_ENGLISH, &english);
			metric_rule(metric, &a->definition, LANGUAGE_FRENCH, &french);
			json_put_object(w);
			json_member_string(w, "metric", metric_name(metric));
			json_member_string(w, "kind", kind_word(metric));
			put_in_both(w, "title", metric_title(metric, LANGUAGE_ENGLISH),
				metric_title(metric, LANGUAGE_FRENCH));
			put_in_both(w, "rule", strbuf_str(&english), strbuf_str(&french));
			json_put_end(w);
		}
		strbuf_done(&english);
		strbuf_done(&french);
	}
	json_put_end(w);
}

static void add_value(const struct journey_values *values, uint32_t number, struct strbuf *out)
{
	if (values != NULL)
		journey_values_add(values, number, out);
}

static void put_value(struct json_writer *w, const struct metrics *m, uint32_t number)
{
	struct strbuf text = strbuf_heap(WORDS_BYTES_MAX);

	add_value(m->values, number, &text);
	json_put_key(w, STR("value"));
	if (number == 0)
		json_put_null(w);
	else
		json_put_string(w, strbuf_str(&text));
	strbuf_done(&text);
}

static void put_figure(struct json_writer *w, const struct asking *a, const struct metrics *m,
	const struct metric_figure *f)
{
	json_put_object(w);
	json_member_string(w, "metric", metric_name(f->metric));
	if (!f->is_total && a->asked.every != PERIOD_NONE)
		put_moment(w, "period", f->period * TICKS_PER_MS);
	if (!f->is_total && m->values != NULL)
		put_value(w, m, f->value);
	if (metric_kind(f->metric) == METRIC_SHARE)
		json_member_uint(w, "numerator", (uint64_t)f->numerator);
	else
		json_member_float(w, "numerator", f->numerator);
	json_member_uint(w, "denominator", f->denominator);
	json_member_uint(w, "pending", f->pending);
	if (f->denominator > 0)
		json_member_float(w, "figure", value_of(f));
	if (metric_kind(f->metric) == METRIC_SHARE && f->denominator > 0) {
		json_member_float(w, "low", f->low);
		json_member_float(w, "high", f->high);
	}
	if (metric_kind(f->metric) == METRIC_TIME && f->denominator > 0) {
		json_member_float(w, "median_s", f->median_s);
		json_member_float(w, "p90_s", f->p90_s);
	}
	json_put_end(w);
}

static void answer_program(const struct asking *a, struct sink *sink, const struct metrics *m)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "customers", m->customers);
	json_member_uint(&w, "journeys", m->journeys);
	json_member_uint(&w, "contacts", m->contacts);
	json_member_uint(&w, "visits", m->visits);
	put_standing(&w, a->q);
	json_member_string(&w, "zone", zone_name(a->asked.zone));
	put_definition(&w, &a->definition);
	json_put_key(&w, STR("document"));
	json_put_raw(&w, a->document);
	put_rules(&w, a);
	json_put_key(&w, STR("figures"));
	json_put_array(&w);
	for (size_t i = 0; i < m->count; i++)
		put_figure(&w, a, m, &m->figures[i]);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void answer_csv(const struct asking *a, struct sink *sink, const struct metrics *m)
{
	struct csv_out csv = csv_out_begin("metric,period,value,numerator,denominator,pending,"
					   "figure,low,high,median_s,p90_s");

	for (size_t i = 0; i < m->count; i++) {
		const struct metric_figure *f = &m->figures[i];
		char moment[INSTANT_TEXT_BYTES];
		struct strbuf value = strbuf_heap(WORDS_BYTES_MAX);
		add_value(m->values, f->value, &value);
		csv_out_text(&csv, metric_name(f->metric));
		csv_out_text(&csv, f->is_total || a->asked.every == PERIOD_NONE
					   ? STR("")
					   : instant_utc(moment, f->period));
		csv_out_text(&csv, strbuf_str(&value));
		csv_out_number(&csv, f->numerator);
		csv_out_count(&csv, f->denominator);
		csv_out_count(&csv, f->pending);
		csv_out_number(&csv, value_of(f));
		csv_out_number(&csv, f->low);
		csv_out_number(&csv, f->high);
		csv_out_number(&csv, f->median_s);
		csv_out_number(&csv, f->p90_s);
		csv_out_row(&csv);
		strbuf_done(&value);
	}
	csv_out_end(&csv, sink);
}

/* ---- for people */

static void cell_figure(struct grid *grid, enum language language, const struct metric_figure *f)
{
	double value = value_of(f);

	if (f->denominator == 0)
		grid_add_cell(grid, STR("\xe2\x80\x93"));
	else if (metric_kind(f->metric) == METRIC_SHARE)
		cell_share(grid, language, value);
	else if (metric_kind(f->metric) == METRIC_TIME)
		cell_span(grid, language, value);
	else
		cell_ratio(grid, language, value);
}

static void add_percent(struct strbuf *out, enum language language, double share)
{
	locale_decimal(language, share * 100, 1, out);
}

/* Of shares the interval; of lengths of time, the median. */
static void cell_spread(struct grid *grid, enum language language, const struct metric_figure *f)
{
	char text[128];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	if (f->denominator > 0 && metric_kind(f->metric) == METRIC_SHARE) {
		add_percent(&cell, language, f->low);
		strbuf_add(&cell, STR(" \xe2\x80\x93 "));
		add_percent(&cell, language, f->high);
		strbuf_add(&cell, language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf%") : STR("%"));
	} else if (f->denominator > 0 && metric_kind(f->metric) == METRIC_TIME) {
		strbuf_add(&cell, text_words(TEXT_MAP_MEDIAN, language));
		strbuf_add_byte(&cell, ' ');
		locale_duration(language, (int64_t)(f->median_s * 1000), &cell);
	}
	grid_add_cell(grid, (str){ text, cell.len });
}

static void cell_period(struct grid *grid, const struct asking *a, const struct metric_figure *f)
{
	char text[128];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	if (f->is_total)
		strbuf_add(&cell,
			text_words(TEXT_METRICS_ALL, request_locale(a->q->request)->language));
	else if (a->asked.every == PERIOD_HOUR)
		locale_moment(request_locale(a->q->request), f->period, &cell);
	else
		locale_day(request_locale(a->q->request), f->period, &cell);
	grid_add_cell(grid, (str){ text, cell.len });
}

static void cell_value(struct grid *grid, const struct asking *a, const struct metrics *m,
	const struct metric_figure *f)
{
	struct strbuf text = strbuf_heap(WORDS_BYTES_MAX);
	enum language language = request_locale(a->q->request)->language;

	if (f->is_total)
		strbuf_add(&text, text_words(TEXT_METRICS_ALL, language));
	else if (f->value == 0)
		strbuf_add(&text, text_words(TEXT_METRICS_NONE, language));
	else
		add_value(m->values, f->value, &text);
	grid_add_cell(grid, strbuf_str(&text));
	strbuf_done(&text);
}

static void add_columns(struct grid *grid, const struct asking *a, const struct metrics *m)
{
	enum language language = request_locale(a->q->request)->language;

	grid_add_column(grid, text_words(TEXT_METRICS_METRIC, language), GRID_SHRINKS);
	if (a->asked.every != PERIOD_NONE)
		grid_add_column(grid, text_words(TEXT_METRICS_PERIOD, language), GRID_TEXT);
	if (m->values != NULL)
		grid_add_column(grid, text_words(TEXT_METRICS_VALUE, language), GRID_SHRINKS);
	grid_add_column(grid, STR(""), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_METRICS_INTERVAL, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_METRICS_OF, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_METRICS_PENDING, language), GRID_NUMBER);
}

static void say_rules(const struct asking *a, struct sink *sink, const struct metrics *m)
{
	enum language language = request_locale(a->q->request)->language;
	uint64_t told = 0;

	sink_line(sink, STR(""));
	sink_say(sink, TEXT_METRICS_RULES);
	for (size_t i = 0; i < m->count; i++) {
		const struct metric_figure *f = &m->figures[i];
		struct strbuf rule = strbuf_heap(WORDS_BYTES_MAX);
		if (f->denominator + f->pending > 0 && (told >> f->metric & 1) == 0) {
			metric_rule(f->metric, &a->definition, language, &rule);
			sink_say(sink, TEXT_METRICS_RULE,
				arg_str(metric_title(f->metric, language)),
				arg_str(strbuf_str(&rule)));
			told |= (uint64_t)1 << f->metric;
		}
		strbuf_done(&rule);
	}
}

static void answer_people(const struct asking *a, struct sink *sink, const struct metrics *m)
{
	enum language language = request_locale(a->q->request)->language;
	struct arena *arena = request_arena(a->q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_METRICS_TOTALS, arg_int((int64_t)m->contacts),
		arg_int((int64_t)m->visits), arg_int((int64_t)m->customers));
	if (grid != NULL)
		add_columns(grid, a, m);
	for (size_t i = 0; grid != NULL && i < m->count; i++) {
		const struct metric_figure *f = &m->figures[i];
		if (f->denominator + f->pending == 0)
			continue;
		grid_add_cell(grid, metric_title(f->metric, language));
		if (a->asked.every != PERIOD_NONE)
			cell_period(grid, a, f);
		if (m->values != NULL)
			cell_value(grid, a, m, f);
		cell_figure(grid, language, f);
		cell_spread(grid, language, f);
		cell_number(grid, language, f->denominator);
		cell_number(grid, language, f->pending);
	}
	sink_grid(sink, arena, grid);
	say_rules(a, sink, m);
}

/* ---- the list behind a figure */

static str channel_of(const struct asking *a, const struct metrics_listed *item)
{
	return item->channel == IDENTITY_NO_CODE ? STR("")
						 : threads_view_name(a->q->view, item->channel);
}

static void list_program(const struct asking *a, struct sink *sink, const struct metrics_list *list)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_string(&w, "metric", metric_name(a->listed));
	json_member_uint(&w, "total", list->total);
	json_member_uint(&w, "customers", list->customers);
	put_standing(&w, a->q);
	json_put_key(&w, STR("list"));
	json_put_array(&w);
	for (size_t i = 0; i < list->count; i++) {
		const struct metrics_listed *item = &list->items[i];
		json_put_object(&w);
		json_member_string(&w, "customer", journey_customer_text(a->q, item->customer));
		put_moment(&w, "time", item->time);
		if (item->channel != IDENTITY_NO_CODE)
			json_member_string(&w, "channel", channel_of(a, item));
		json_member_float(&w, "amount", item->amount);
		json_put_end(&w);
	}
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void cell_amount(struct grid *grid, const struct asking *a, double amount)
{
	enum language language = request_locale(a->q->request)->language;

	if (metric_kind(a->listed) == METRIC_TIME)
		cell_span(grid, language, amount);
	else if (metric_kind(a->listed) == METRIC_MEAN)
		cell_ratio(grid, language, amount);
	else
		cell_number(grid, language, (uint64_t)amount);
}

static void list_people(const struct asking *a, struct sink *sink, const struct metrics_list *list)
{
	enum language language = request_locale(a->q->request)->language;
	struct arena *arena = request_arena(a->q->request);
	struct grid *grid = grid_create(arena);

	sink_line(sink, metric_title(a->listed, language));
	sink_say(sink, TEXT_METRICS_LISTED, arg_int((int64_t)list->total),
		arg_int((int64_t)list->customers));
	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_LIST_CUSTOMER, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_LIST_FIRST, language), GRID_TEXT);
		grid_add_column(grid, text_words(TEXT_METRICS_CHANNEL, language), GRID_TEXT);
		grid_add_column(grid, text_words(TEXT_METRICS_AMOUNT, language), GRID_NUMBER);
	}
	for (size_t i = 0; grid != NULL && i < list->count; i++) {
		const struct metrics_listed *item = &list->items[i];
		grid_add_cell(grid, journey_customer_text(a->q, item->customer));
		cell_moment(grid, a->q->request, item->time);
		grid_add_cell(grid, channel_of(a, item));
		cell_amount(grid, a, item->amount);
	}
	sink_grid(sink, arena, grid);
}

static void list_csv(const struct asking *a, struct sink *sink, const struct metrics_list *list)
{
	struct csv_out csv = csv_out_begin("customer,time,channel,amount");

	for (size_t i = 0; i < list->count; i++) {
		const struct metrics_listed *item = &list->items[i];
		char time[INSTANT_TEXT_BYTES];
		csv_out_text(&csv, journey_customer_text(a->q, item->customer));
		csv_out_text(&csv, instant_utc(time, ms_of_ticks(item->time)));
		csv_out_text(&csv, channel_of(a, item));
		csv_out_number(&csv, item->amount);
		csv_out_row(&csv);
	}
	csv_out_end(&csv, sink);
}

/* ---- what is asked */

static err read_definition(struct asking *a, struct why *why)
{
	const struct request *request = a->q->request;
	struct arena *arena = request_arena(request);
	str path = request_text(request, "metrics");
	a->document = metrics_default_document();
	err e = path.len == 0 ? OK
			      : journey_document(request, "metrics", ready_metrics,
					ready_metrics_count, &a->document, why);

	if (e == OK)
		e = metrics_definition_parse(
			a->document, zone_of(request), arena, &a->definition, why);
	if (e != OK && path.len > 0)
		request_blame_document(request, "metrics", why);
	return e;
}

static err named_metric(str word, enum metric *out, struct why *why)
{
	str names[METRIC_COUNT_];

	if (metric_named(word, out))
		return OK;
	for (int i = 0; i < METRIC_COUNT_; i++)
		names[i] = metric_name((enum metric)i);
	str near = near_best(word, names, METRIC_COUNT_);
	return fail(
		why, MSG_METRIC_UNKNOWN, arg_str(word), arg_str(near.len > 0 ? near : names[0]));
}

static err read_question(struct asking *a, struct why *why)
{
	const struct request *request = a->q->request;
	size_t count = request_times(request, "metric");
	str every = request_text(request, "every");
	err e = read_definition(a, why);

	a->asked = (struct metrics_question){ .definition = &a->definition,
		.zone = zone_of(request),
		.by = request_text(request, "by"),
		.wanted = count == 0 ? ((uint64_t)1 << METRIC_COUNT_) - 1 : 0 };
	for (size_t i = 0; e == OK && i < count; i++) {
		enum metric metric = METRIC_COUNT_;
		e = named_metric(request_nth(request, "metric", i), &metric, why);
		if (e == OK)
			a->asked.wanted |= (uint64_t)1 << metric;
	}
	if (e == OK && every.len > 0 && !period_named(every, &a->asked.every))
		return fail(why, MSG_METRIC_PERIOD, arg_str(every));
	if (e == OK && request_has(request, "list"))
		e = named_metric(request_text(request, "list"), &a->listed, why);
	return e;
}

/* Where a definition or a filter leaves parts of threads, visits and contacts need a plan of all
 * events: a call is a call whether or not the definition makes a step of it. */
static err plan_everything(struct asking *a, const struct journey_journal *journal, struct why *why)
{
	struct journey_question *q = a->q;
	const struct journey_filter *filter = &q->filter;

	if (request_text(q->request, "definition").len == 0 && filter->from_step.len == 0 &&
		filter->to_step.len == 0)
		return OK;
	a->whole_threads = journey_definition_default();
	a->same_time = journey_filter_none();
	a->same_time.since = filter->since;
	a->same_time.until = filter->until;
	a->same_time.as_of = filter->as_of;
	a->same_time.only = filter->only;
	a->same_time.is_of_one = filter->is_of_one;
	a->same_time.customer = filter->customer;
	err e = journey_plan_make(q->view, &a->whole_threads, &a->same_time, journal, &q->limits,
		&a->everything, why);
	a->asked.everything = a->everything;
	return e;
}

static err list(struct asking *a, struct journey_question *q, struct sink *sink,
	const struct journey_journal *journal, struct why *why)
{
	const struct request *request = q->request;
	struct metrics_list_question which = { .metric = a->listed,
		.counted = request_has(request, "counted"),
		.pending = request_has(request, "pending"),
		.any_cell = !request_has(request, "period") && !request_has(request, "value"),
		.value = request_text(request, "value"),
		.most = (size_t)request_number(request, "limit") };
	struct metrics_list found;

	if (request_has(request, "value") && request_text(request, "by").len == 0)
		return fail(why, MSG_FUNNEL_VALUE);
	if (request_has(request, "period") && a->asked.every == PERIOD_NONE)
		return fail(why, MSG_METRICS_PERIOD);
	if (request_has(request, "period"))
		which.period = period_begin(
			a->asked.every, a->asked.zone, request_time_ms(request, "period"));
	err e = metrics_list_make(q->plan, journal, &a->asked, &which, &found, why);
	if (e != OK)
		return e;
	(sink->json                           ? list_program
		: request_has(request, "csv") ? list_csv
					      : list_people)(a, sink, &found);
	metrics_list_done(q->plan, &found);
	return OK;
}

static err figures(struct asking *a, struct journey_question *q, struct sink *sink,
	const struct journey_journal *journal, struct why *why)
{
	struct metrics m;
	err e = metrics_make(q->plan, journal, &a->asked, &m, why);

	if (e != OK)
		return e;
	if (sink->json)
		answer_program(a, sink, &m);
	else if (request_has(q->request, "csv"))
		answer_csv(a, sink, &m);
	else
		answer_people(a, sink, &m);
	metrics_done(q->plan, &m);
	return OK;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	const struct journey_journal journal = journey_question_journal(q);
	struct asking a = { .q = q };
	err e = read_question(&a, why);

	if (e == OK)
		e = plan_everything(&a, &journal, why);
	if (e == OK)
		e = (request_has(q->request, "list") ? list : figures)(&a, q, sink, &journal, why);
	journey_plan_free(a.everything);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask_of(request, sink, answer, why);
}

const struct command cmd_journey_metrics = {
	.name = STR_INIT("journey metrics"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("repeat contacts, resolution, containment and other figures",
		"contacts répétés, résolution, autonomie et autres indicateurs"),
	.arguments = JOURNEY_OF_ONE,
	.about = WORDS(
		"Events are put together to self-service visits and human contacts; what is what, "
		"and every window, stands in a document (--metrics, docs/metrics.md). Each figure "
		"has its numerator, its denominator, the rule in words and, if it is a share, "
		"Wilson's 95 % interval. What cannot be known yet, because its window has not "
		"passed, is told apart. --list tells whom a figure counts.",
		"Les événements sont réunis en visites en libre-service et en contacts humains ; "
		"ce "
		"qui est quoi, et chaque délai, se lit dans un document (--metrics, "
		"docs/metrics.md). Chaque indicateur a son numérateur, son dénominateur, sa règle "
		"en mots et, si c'est une part, l'intervalle de Wilson à 95 %. Ce qu'on ne peut "
		"encore savoir, faute de délai écoulé, est donné à part. --list dit qui un "
		"indicateur compte."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("metrics"), IS_DOCUMENT, false, WORDS("FILE|NAME", "FICHIER|NOM"),
			WORDS("what a contact is, a reason, a window ... (docs/metrics.md); "
			      "demonstration-company is ready-made",
				"ce qu'est un contact, un motif, un délai... (docs/metrics.md) ; "
				"demonstration-company est fourni"),
			STR_INIT("") },
		{ STR_INIT("metric"), IS_TEXT, true, WORDS("NAME", "NOM"),
			WORDS("only this figure, as in leakage",
				"seulement cet indicateur, comme leakage"),
			STR_INIT("") },
		{ STR_INIT("every"), IS_TEXT, false, SAME_WORDS("hour|day|week|month"),
			WORDS("over time, by the clocks of the zone",
				"au fil du temps, selon l'heure du fuseau"),
			STR_INIT("") },
		{ STR_INIT("by"), IS_TEXT, false, WORDS("KEY", "CLÉ"),
			WORDS("by an attribute, @field, channel or reason",
				"par attribut, @champ, channel (canal) ou reason (motif)"),
			STR_INIT("") },
		{ STR_INIT("list"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("who is counted by this figure (its denominator)",
				"qui cet indicateur compte (son dénominateur)"),
			STR_INIT("") },
		{ STR_INIT("counted"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("with --list: only those of the numerator",
				"avec --list : seulement ceux du numérateur"),
			STR_INIT("") },
		{ STR_INIT("pending"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("with --list: those not yet known",
				"avec --list : ceux pas encore connus"),
			STR_INIT("") },
		{ STR_INIT("period"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("with --list: of the period that has this time",
				"avec --list : de la période où est cette date"),
			STR_INIT("") },
		{ STR_INIT("value"), IS_TEXT, false, WORDS("VALUE", "VALEUR"),
			WORDS("with --list: of this value of --by",
				"avec --list : de cette valeur de --by"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("with --list: at most so many", "avec --list : au plus ce nombre"),
			STR_INIT("50") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey metrics --metric repeat_contacts --every month"),
			      WORDS("repeat contacts, month by month",
				      "les contacts répétés, mois par mois") },
		{ STR_INIT("ariane journey metrics --list leakage --counted"),
			WORDS("who called after a visit to the web",
				"qui a appelé après une visite du site") } },
	.schema = STR_INIT("journey-metrics"),
	.read_only = true,
	.run = run,
};
